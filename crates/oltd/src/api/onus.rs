use gpon::{AuthMode, Onu, OnuState, PonPort, SerialNumber};
use serde::Serialize;
use utoipa::ToSchema;

use super::text;
use crate::app::ChosenOlt;
use crate::cache::{Freshness, Onus, OnusOfAll};
use crate::http::openapi::{Filters, Listed, Paged, Paging, PonFailures};
use crate::http::{Answer, BoardPon, Content, Page, Query, schema, word};

/// An ONU in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OnuOfList)]
struct Row<'a> {
    #[schema(value_type = schema::Board)]
    board: u8,
    #[schema(value_type = schema::Pon)]
    pon: u8,
    #[schema(value_type = schema::OnuNumber)]
    onu_id: u8,
    /// As the OLT holds it.
    name: Option<&'a str>,
    /// The type that it is configured as.
    onu_type: Option<&'a str>,
    #[schema(value_type = Option<schema::SerialNumber>)]
    serial_number: Option<SerialNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::Auth)]
    auth: Option<&'static str>,
    /// What it receives.
    #[schema(value_type = Option<schema::Power>)]
    rx_power: Option<String>,
    #[schema(value_type = Option<schema::OnuStatus>)]
    status: Option<&'static str>,
    /// What the OLT receives from it, in lists that know it at no extra cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::ListedPower)]
    olt_rx_power: Option<Option<String>>,
    /// Length of the fibre in metres, in lists that know it at no extra cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::ListedDistance)]
    distance: Option<Option<u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::NamingTable)]
    source: Option<&'static str>,
}

/// The columns that came at no extra cost: a list shows them in every row or in none.
#[derive(Debug, Clone, Copy)]
struct Extra {
    olt_rx: bool,
    distance: bool,
}

impl Extra {
    fn of(onus: &[Onu]) -> Self {
        Self {
            olt_rx: onus.iter().any(|onu| onu.olt_rx.is_some()),
            distance: onus.iter().any(|onu| onu.distance_m.is_some()),
        }
    }

    fn row(self, onu: &Onu) -> Row<'_> {
        Row {
            board: onu.at.pon.slot(),
            pon: onu.at.pon.port(),
            onu_id: onu.at.id.get(),
            name: onu.name.as_deref(),
            onu_type: onu.onu_type.as_deref(),
            serial_number: onu.serial,
            auth: by_password(onu),
            rx_power: text(onu.rx),
            status: onu.state.map(OnuState::as_str),
            olt_rx_power: self.olt_rx.then(|| text(onu.olt_rx)),
            distance: self.distance.then_some(onu.distance_m),
            source: onu.named_by.source(),
        }
    }
}

/// Whether a problem's field is one of an ONU, and not the ONUs themselves.
pub(super) fn is_of_an_onu(field: &str) -> bool {
    const FIELDS: [&str; 10] = [
        "name",
        "description",
        "onu_type",
        "serial_number",
        "status",
        "rx_power",
        "tx_power",
        "olt_rx_power",
        "distance",
        "gpon_optical_distance",
    ];
    FIELDS.contains(&field)
}

/// `password` for an ONU registered by one: the reason why its serial is null.
pub(super) fn by_password(onu: &Onu) -> Option<&'static str> {
    matches!(onu.auth, Some(AuthMode::Password)).then_some("password")
}

/// The ONUs of a PON.
#[utoipa::path(
    get, path = "/board/{board}/pon/{pon}", operation_id = "onus_of_pon", tag = "ONUs",
    params(BoardPon, Freshness),
    responses(Listed<Row>, PonFailures),
)]
pub(super) async fn list(olt: ChosenOlt, BoardPon(pon): BoardPon, freshness: Freshness) -> Answer {
    let onus = olt.read::<Onus>(pon, freshness).await?;
    let extra = Extra::of(&onus.entry.reading().value);
    onus.list("list", |onu| extra.row(onu))
}

/// An ONU and its serial number.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OnuSerial)]
struct Serial {
    #[schema(value_type = schema::Board)]
    board: u8,
    #[schema(value_type = schema::Pon)]
    pon: u8,
    #[schema(value_type = schema::OnuNumber)]
    onu_id: u8,
    #[schema(value_type = Option<schema::SerialNumber>)]
    serial_number: Option<SerialNumber>,
}

/// The serial numbers of a PON.
#[utoipa::path(
    get, path = "/board/{board}/pon/{pon}/onu_id_sn", operation_id = "onu_serials", tag = "ONUs",
    params(BoardPon, Freshness),
    responses(Listed<Serial>, PonFailures),
)]
pub(super) async fn serials(olt: ChosenOlt, BoardPon(pon): BoardPon, freshness: Freshness) -> Answer {
    let onus = olt.read::<Onus>(pon, freshness).await?;
    onus.kept(("serials", 0, 0), |onus| {
        let leaves_out = |field: &str| is_of_an_onu(field) && field != "serial_number";
        Ok(Content { leaves_out, ..Content::new(onus.value.iter().map(Serial::from).collect::<Vec<_>>()) })
    })
}

impl From<&Onu> for Serial {
    fn from(onu: &Onu) -> Self {
        let (pon, id) = (onu.at.pon, onu.at.id);
        Self { board: pon.slot(), pon: pon.port(), onu_id: id.get(), serial_number: onu.serial }
    }
}

/// The ONUs of a PON, page by page.
#[utoipa::path(
    get, path = "/paginate/board/{board}/pon/{pon}", operation_id = "onus_of_pon_paged", tag = "ONUs",
    params(BoardPon, Paging, Freshness),
    responses(Paged<Row>, PonFailures),
)]
pub(super) async fn paginate(
    olt: ChosenOlt,
    BoardPon(pon): BoardPon,
    query: Query,
    freshness: Freshness,
) -> Answer {
    let (page, limit) = query.page()?;
    let onus = olt.read::<Onus>(pon, freshness).await?;
    // Only the pages that exist are worth their room in the cache.
    match page <= pages(onus.entry.reading().value.len(), limit) {
        true => {
            onus.kept(("page", page, limit), |onus| Ok(one_page(onus.value.iter(), &onus.value, page, limit)))
        }
        false => onus.once(|onus| one_page(onus.iter(), onus, page, limit)),
    }
}

/// The ONUs of the OLT, page by page.
#[utoipa::path(
    get, path = "/onus", operation_id = "onus", tag = "ONUs",
    params(Filters, Paging, Freshness),
    responses(Paged<Row>, PonFailures),
)]
pub(super) async fn search(olt: ChosenOlt, query: Query, freshness: Freshness) -> Answer {
    let (page, limit) = query.page()?;
    let filter = Filter::from_query(&query)?;
    let onus = match query.parse::<PonPort>("pon")? {
        Some(pon) => olt.read::<Onus>(pon, freshness).await?,
        None => olt.read::<OnusOfAll>((), freshness).await?,
    };
    onus.once(|onus| one_page(onus.iter().filter(|onu| filter.takes(onu)), onus, page, limit))
}

fn pages(rows: usize, limit: u64) -> u64 {
    (rows as u64).div_ceil(limit)
}

/// One page of `rows`, which are some of `all`.
fn one_page<'a>(
    rows: impl Iterator<Item = &'a Onu> + Clone,
    all: &'a [Onu],
    page: u64,
    limit: u64,
) -> Content<'a, Vec<Row<'a>>> {
    let extra = Extra::of(all);
    let total = rows.clone().count();
    let skipped = usize::try_from((page - 1).saturating_mul(limit)).unwrap_or(usize::MAX);
    let data = rows.skip(skipped).take(limit as usize).map(|onu| extra.row(onu)).collect();
    let page = Page { page, limit, page_count: pages(total, limit), total_rows: total as u64 };
    Content { page: Some(page), ..Content::new(data) }
}

/// Which ONUs a search is for.
#[derive(Debug, Default)]
struct Filter {
    state: Option<OnuState>,
    words: Option<String>,
}

impl Filter {
    fn from_query(query: &Query) -> Result<Self, crate::http::Failure> {
        let states = OnuState::ALL.map(|state| (state.as_str(), state));
        let state = query.text("status")?.map(|text| word("status", text, states)).transpose()?;
        Ok(Self { state, words: query.text("q")?.map(str::to_lowercase) })
    }

    fn takes(&self, onu: &Onu) -> bool {
        let holds =
            |text: Option<&str>, words: &str| text.is_some_and(|text| text.to_lowercase().contains(words));
        self.state.is_none_or(|state| onu.state == Some(state))
            && self.words.as_deref().is_none_or(|words| {
                holds(onu.name.as_deref(), words)
                    || holds(onu.description.as_deref(), words)
                    || holds(text(onu.serial).as_deref(), words)
            })
    }
}

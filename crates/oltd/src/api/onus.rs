//! Lists of ONUs.

mod filter;
mod holds;
mod order;
mod parameters;
mod row;

use gpon::{Field, Onu, OnuColumn, OnuColumns, PonPort, Problem, SerialNumber};
use serde::Serialize;
use utoipa::ToSchema;

use self::filter::Filter;
use self::holds::Holds;
use self::order::Order;
use self::parameters::FiltersOfPon;
pub(super) use self::row::by_password;
use self::row::{Line, Row, Shown};
use super::fields;
use crate::app::ChosenOlt;
use crate::cache::{Fresh, Freshness, OnuColumnsOf, Onus, OnusOfAll};
use crate::charset::Charset;
use crate::http::openapi::{Filters, Listed, ListedOrPaged, Paged, Paging, PonFailures};
use crate::http::{Answer, BoardPon, Content, ErrorCode, Failure, Page, Query, schema, word, words};

/// The columns that `with` may name, and that stand in no row unless a parameter names them.
const EXTRA: [OnuColumn; 5] = [
    OnuColumn::Model,
    OnuColumn::OfflineReason,
    OnuColumn::LastOnline,
    OnuColumn::LastOffline,
    OnuColumn::AdminState,
];

/// What `with` names who holds an ONU by: no column of the OLT.
const SUSPENDED_BY: &str = "suspended_by";

/// The ONUs of a PON.
///
/// All of them, unless `page` or `limit` asks for a page.
#[utoipa::path(
    get, path = "/board/{board}/pon/{pon}", operation_id = "onus_of_pon", tag = "ONUs",
    params(BoardPon, FiltersOfPon, Paging, Freshness),
    responses(ListedOrPaged<Row>, PonFailures),
)]
pub(super) async fn list(
    olt: ChosenOlt,
    BoardPon(pon): BoardPon,
    query: Query,
    freshness: Freshness,
) -> Answer {
    let question = Question::from_query(&query)?;
    let page = match query.has("page") || query.has("limit") {
        true => Some(query.page()?),
        false => None,
    };
    if page.is_none() && question.is_usual() {
        let onus = olt.read::<Onus>(pon, freshness).await?;
        return onus.view(olt.charset(), |onus, charset| {
            let shown = Shown::of(onus, charset);
            onus.iter().map(|onu| shown.row(onu)).collect::<Vec<_>>()
        });
    }
    question.answer(&olt, Some(pon), freshness, page).await
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
    onus.kept((), |onus, ()| {
        let leaves_out = |field: Field| field.is_of_an_onu() && field != Field::SerialNumber;
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
        true => onus.kept((olt.charset(), page, limit), |onus, (charset, page, limit)| {
            Ok(paged(&onus.value, charset, page, limit))
        }),
        false => onus.once(|onus| paged(onus, olt.charset(), page, limit)),
    }
}

/// The ONUs of the OLT, page by page.
#[utoipa::path(
    get, path = "/onus", operation_id = "onus", tag = "ONUs",
    params(Filters, FiltersOfPon, Paging, Freshness),
    responses(Paged<Row>, PonFailures),
)]
pub(super) async fn search(olt: ChosenOlt, query: Query, freshness: Freshness) -> Answer {
    let page = query.page()?;
    let question = Question::from_query(&query)?;
    let pon = query.parse::<PonPort>("pon")?;
    question.answer(&olt, pon, freshness, Some(page)).await
}

fn pages(rows: usize, limit: u64) -> u64 {
    (rows as u64).div_ceil(limit)
}

/// One page of these ONUs.
fn paged(onus: &[Onu], charset: Charset, page: u64, limit: u64) -> Content<'_, Vec<Row<'_>>> {
    let shown = Shown::of(onus, charset);
    let lines: Vec<_> = onus.iter().map(Line::from).collect();
    let (page, lines) = one_page(&lines, page, limit);
    Content { page: Some(page), ..Content::new(lines.iter().map(|line| shown.row(*line)).collect()) }
}

fn one_page<'l, 'a>(lines: &'l [Line<'a>], page: u64, limit: u64) -> (Page, &'l [Line<'a>]) {
    let at = |page: u64| usize::try_from(page.saturating_mul(limit)).unwrap_or(usize::MAX).min(lines.len());
    let rows = &lines[at(page - 1)..at(page)];
    (Page { page, limit, page_count: pages(lines.len(), limit), total_rows: lines.len() as u64 }, rows)
}

/// What a list is asked for.
#[derive(Debug)]
struct Question {
    filter: Filter,
    order: Order,
    with: OnuColumns,
    /// Whether rows show who holds them.
    with_holds: bool,
}

impl Question {
    fn from_query(query: &Query) -> Result<Self, Failure> {
        let columns = EXTRA.map(|column| (fields::column(column), Some(column)));
        let column = |text: &str| word("with", text, columns.into_iter().chain([(SUSPENDED_BY, None)]));
        let with = query.text("with")?.map(|text| words("with", text, column)).transpose()?;
        let with = with.unwrap_or_default();
        let filter = Filter::from_query(query)?;
        Ok(Self {
            with_holds: with.contains(&None) || filter.asks_for_holds(),
            filter,
            order: Order::from_query(query)?,
            with: with.into_iter().flatten().collect(),
        })
    }

    /// Whether it asks for nothing but the list.
    fn is_usual(&self) -> bool {
        self.filter.is_empty() && self.order.is_usual() && self.with.is_empty() && !self.with_holds
    }

    /// The columns that parameters name: rows show them.
    fn named(&self) -> OnuColumns {
        [self.with, self.filter.needs(), self.order.needs()].into_iter().flat_map(OnuColumns::iter).collect()
    }

    /// What the list does not carry: a list of the whole OLT carries more than that of a PON.
    fn lacks(&self, pon: Option<PonPort>) -> OnuColumns {
        let searched = self.filter.searches().then_some(OnuColumn::Description);
        let wanted = self.named().iter().chain(searched);
        wanted.filter(|column| pon.is_some() || EXTRA.contains(column)).collect()
    }

    async fn answer(
        self,
        olt: &ChosenOlt,
        pon: Option<PonPort>,
        freshness: Freshness,
        page: Option<(u64, u64)>,
    ) -> Answer {
        let onus = match pon {
            Some(pon) => olt.read::<Onus>(pon, freshness).await?,
            None => olt.read::<OnusOfAll>((), freshness).await?,
        };
        let all = &onus.entry.reading().value;
        let lacks = if all.is_empty() { OnuColumns::default() } else { self.lacks(pon) };
        let mut problems = Vec::new();
        let mut more: Option<Fresh<Vec<Onu>>> = None;
        let mut lost = false;
        if !lacks.is_empty() {
            match olt.read::<OnuColumnsOf>((pon, lacks), freshness).await.map_err(Failure::from) {
                Ok(read) => {
                    let noted = read.entry.reading().problems.iter();
                    problems.extend(noted.filter(|p| !onus.entry.reading().problems.contains(p)).cloned());
                    more = Some(read);
                }
                // Nothing is known of who meets the filter.
                Err(failure) if !self.filter.needs().is_empty() => return Err(failure),
                Err(failure) => {
                    lost = true;
                    problems.extend(lacks.iter().map(|column| Problem::Failed {
                        field: column.field(),
                        reason: failure.detail.clone(),
                    }));
                }
            }
        }
        let noted = || onus.entry.reading().problems.iter().chain(&problems);
        let absent = |field| {
            noted().any(|problem| matches!(problem, Problem::Unsupported { field: f } if *f == field))
        };
        if let Some((parameter, _)) = self.filter.asks(all).find(|(_, field)| absent(*field)) {
            // An empty list would say that there are none.
            let message = "The OLT's firmware does not tell this of its ONUs.";
            let detail = format!("{parameter}: there is no table to choose ONUs by");
            return Err(Failure::new(ErrorCode::UnsupportedByFirmware, message, detail));
        }
        let holds = match self.with_holds {
            true => Some(Holds::of(olt).await?),
            false => None,
        };
        if self.filter.asks_for_holds() && !holds.as_ref().is_some_and(Holds::are_known) {
            let message = "Who holds ONUs of this OLT is not known here.";
            let detail = "suspended_by: the instance that writes to the OLT knows it";
            return Err(Failure::new(ErrorCode::StoreUnavailable, message, detail));
        }
        let charset = olt.charset();
        let second = more.as_ref().map_or(&[][..], |more| &more.entry.reading().value);
        let mut lines: Vec<_> = all
            .iter()
            .map(|onu| Line::new(onu, second))
            .filter(|line| self.filter.takes(*line, charset))
            .filter(|line| self.filter.takes_held(holds.as_ref().and_then(|holds| holds.owners(line.onu))))
            .collect();
        self.order.sort(&mut lines, charset);
        let shown = Shown::of(all, charset).and(self.named());
        let (page, lines) = match page {
            Some((page, limit)) => {
                let (page, lines) = one_page(&lines, page, limit);
                (Some(page), lines)
            }
            None => (None, &lines[..]),
        };
        let owners = |onu| holds.as_ref().map(|holds| holds.owners(onu).map(<[String]>::to_vec));
        let rows: Vec<_> = lines.iter().map(|line| shown.row(*line).held(owners(line.onu))).collect();
        let view = onus.once(|_| Content { page, problems, ..Content::new(rows) })?;
        let view = match &more {
            Some(more) => view.with(more),
            None => view,
        };
        Ok(if lost { view.incomplete() } else { view })
    }
}

use gpon::{Field, Link, Onu, OnuState, PonStatus, Problem, Reading, Rows};
use serde::Serialize;
use utoipa::ToSchema;

use super::onu_ids::{all_of, free};
use super::text;
use crate::app::ChosenOlt;
use crate::cache::{Freshness, Pon, Scope};
use crate::http::openapi::{Done, ParameterFailures, PonFailures, Shown};
use crate::http::{Answer, BoardPon, Content, ErrorCode, done, schema};

/// A PON port and how many ONUs it has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PonPort)]
struct Info {
    #[schema(value_type = schema::Board)]
    board: u8,
    #[schema(value_type = schema::Pon)]
    pon: u8,
    #[schema(value_type = Option<schema::LinkState>)]
    admin_status: Option<&'static str>,
    #[schema(value_type = Option<schema::LinkState>)]
    operational_status: Option<&'static str>,
    /// The same as `operational_status`.
    #[schema(value_type = Option<schema::LinkState>)]
    oper_status: Option<&'static str>,
    /// How many ONUs it has.
    total_onus: Option<usize>,
    /// The same as `total_onus`.
    onu_count: Option<usize>,
    /// Those in service.
    online_onus: Option<usize>,
    /// Those known not to be in service.
    offline_onus: Option<usize>,
    /// How many it can have; null where the OLT does not say.
    capacity: Option<u32>,
    /// How many ids no ONU has; null where some ONUs may be missing from the list.
    free_onu_ids: Option<usize>,
    /// What its optical module receives.
    #[schema(value_type = Option<schema::Power>)]
    rx_power: Option<String>,
    /// What its optical module sends.
    #[schema(value_type = Option<schema::Power>)]
    tx_power: Option<String>,
}

/// A PON port and its counts.
#[utoipa::path(
    get, path = "/board/{board}/pon/{pon}/info", operation_id = "pon_port", tag = "PONs",
    params(BoardPon, Freshness),
    responses(Shown<Info>, PonFailures),
)]
pub(super) async fn info(olt: ChosenOlt, BoardPon(pon): BoardPon, freshness: Freshness) -> Answer {
    let (status, onus) = futures::join!(olt.read::<Pon>(pon, freshness), all_of(&olt, pon, freshness));
    let status = status?;
    let onus = match onus {
        // Nobody can count them; what is known of the port stands.
        Err(failure) if failure.code == ErrorCode::UnsupportedByFirmware => {
            return status.kept((), |status, ()| {
                let problems = Counts::FIELDS.map(|field| Problem::Unsupported { field }).to_vec();
                Ok(Content { problems, ..Content::new(Info::new(&status.value, Counts::UNKNOWN)) })
            });
        }
        onus => onus?,
    };
    let list = onus.entry.reading();
    let (counts, odd) = Counts::of(list);
    let mut problems: Vec<Problem> = Vec::new();
    for problem in list.problems.iter().flat_map(|problem| Counts::lacking(list, problem)).chain(odd) {
        if !problems.contains(&problem) && !status.entry.reading().problems.contains(&problem) {
            problems.push(problem);
        }
    }
    let free_onu_ids = free(pon, list).ok().map(|ids| ids.len());
    let view =
        status.kept((counts, free_onu_ids, problems), |status, (counts, free_onu_ids, problems)| {
            Ok(Content {
                problems,
                ..Content::new(Info { free_onu_ids, ..Info::new(&status.value, counts) })
            })
        })?;
    Ok(view.with(&onus))
}

impl Info {
    fn new(status: &PonStatus, counts: Counts) -> Self {
        let oper = status.oper.map(Link::as_str);
        Self {
            board: status.pon.slot(),
            pon: status.pon.port(),
            admin_status: status.admin.map(Link::as_str),
            operational_status: oper,
            oper_status: oper,
            total_onus: counts.total,
            onu_count: counts.total,
            online_onus: counts.online,
            offline_onus: counts.offline,
            capacity: status.capacity,
            free_onu_ids: None,
            rx_power: text(status.optical.and_then(|module| module.rx)),
            tx_power: text(status.optical.and_then(|module| module.tx)),
        }
    }
}

/// How many ONUs a PON has; `None` for what cannot be told.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Counts {
    total: Option<usize>,
    online: Option<usize>,
    offline: Option<usize>,
}

impl Counts {
    const UNKNOWN: Self = Self { total: None, online: None, offline: None };
    /// What they are called here.
    const FIELDS: [Field; 4] = [Field::TotalOnus, Field::OnuCount, Field::OnlineOnus, Field::OfflineOnus];

    /// What a problem of the ONUs is to their counts.
    fn lacking(onus: &Reading<Vec<Onu>>, problem: &Problem) -> Vec<Problem> {
        let of = |fields: &[Field]| fields.iter().map(|field| problem.clone().about(*field)).collect();
        match problem.field() {
            field if problem.missing().is_some() && onus.value.hides(field) => of(&Self::FIELDS),
            Field::Status => of(&[Field::OnlineOnus, Field::OfflineOnus]),
            field if field.is_of_an_onu() => Vec::new(),
            _ => vec![problem.clone()],
        }
    }

    /// The counts, and what is odd about them. An ONU in an unknown state counts
    /// neither as online nor as offline; when no state is known, neither number is.
    fn of(onus: &Reading<Vec<Onu>>) -> (Self, Option<Problem>) {
        let states = || onus.value.iter().filter_map(|onu| onu.state);
        let (total, known) = (onus.value.len(), states().count());
        let online = states().filter(|state| *state == OnuState::Online).count();
        if onus.rows_may_be_missing().is_some() {
            return (Self::UNKNOWN, None);
        }
        if known == 0 && total > 0 {
            return (Self { total: Some(total), online: None, offline: None }, None);
        }
        let odd = (known < total).then(|| Problem::Odd {
            field: Field::OnlineOnus,
            reason: format!("the state of {} ONUs is unknown; they count as neither", total - known),
        });
        (Self { total: Some(total), online: Some(online), offline: Some(known - online) }, odd)
    }
}

/// The PON whose kept readings were dropped.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ForgottenPon)]
struct Forgotten {
    #[schema(value_type = schema::Board)]
    board: u8,
    #[schema(value_type = schema::Pon)]
    pon: u8,
}

/// Drops what is kept of this PON, and every list of the OLT that names its ONUs.
///
/// The OLT is not asked, so a PON that the chassis lacks has nothing kept and is no error.
#[utoipa::path(
    delete, path = "/board/{board}/pon/{pon}", operation_id = "forget_pon", tag = "PONs",
    params(BoardPon),
    responses(Done<Forgotten>, ParameterFailures),
)]
pub(super) async fn forget(olt: ChosenOlt, BoardPon(pon): BoardPon) -> Answer {
    olt.invalidate(Scope::Pon(pon)).await;
    done(Forgotten { board: pon.slot(), pon: pon.port() }, "The cached readings of this PON are dropped.")
}

#[cfg(test)]
mod tests {
    use gpon::{NamedBy, OnuId, OnuRef, PonPort};

    use super::*;

    fn counts(states: &[Option<OnuState>], problems: Vec<Problem>) -> (Counts, bool) {
        let pon = PonPort::new(1, 1).unwrap();
        let onus = OnuId::all().zip(states).map(|(id, state)| {
            let unknown = Onu::unknown(OnuRef { pon, id }, NamedBy::Management);
            Onu { state: *state, ..unknown }
        });
        let reading = Reading { problems, ..Reading::now(onus.collect()) };
        let (counts, odd) = Counts::of(&reading);
        (counts, odd.is_some())
    }

    #[test]
    fn an_unknown_state_is_neither() {
        use OnuState::{DyingGasp, Los, Online};
        let told = |total, online, offline| Counts { total, online, offline };
        let lost = |field| vec![Problem::Failed { field, reason: "timed out".into() }];
        let mixed = [Some(Online), Some(Los), None, Some(DyingGasp)];
        assert_eq!(counts(&[], vec![]), (told(Some(0), Some(0), Some(0)), false));
        assert_eq!(counts(&mixed[..2], vec![]), (told(Some(2), Some(1), Some(1)), false));
        assert_eq!(counts(&mixed, vec![]), (told(Some(4), Some(1), Some(2)), true));
        assert_eq!(counts(&[None, None], vec![]), (told(Some(2), None, None), false));
        assert_eq!(counts(&mixed[..2], lost(Field::RxPower)), (told(Some(2), Some(1), Some(1)), false));
        assert_eq!(counts(&mixed[..2], lost(Field::OnuId)), (told(None, None, None), false));
    }

    #[test]
    fn a_problem_is_of_the_counts_that_it_hides() {
        let pon = PonPort::new(1, 1).unwrap();
        let onu = Onu::unknown(OnuRef { pon, id: OnuId::new(1).unwrap() }, NamedBy::Management);
        let onus = Reading::now(vec![onu]);
        let lacking = |problem: &Problem| -> Vec<Field> {
            Counts::lacking(&onus, problem).iter().map(Problem::field).collect()
        };
        let failed = |field| Problem::Failed { field, reason: "timed out".into() };
        assert_eq!(lacking(&failed(Field::OnuId)), Counts::FIELDS);
        assert_eq!(lacking(&failed(Field::Status)), [Field::OnlineOnus, Field::OfflineOnus]);
        let absent = Problem::Unsupported { field: Field::Status };
        assert_eq!(lacking(&absent), [Field::OnlineOnus, Field::OfflineOnus]);
        assert_eq!(lacking(&failed(Field::Name)), []);
        let odd = Problem::Odd { field: Field::Firmware, reason: "unknown_firmware".into() };
        assert_eq!(lacking(&odd), [Field::Firmware]);
    }
}

use gpon::{Field, Onu, OnuId, PonPort, Reading, names_unlit};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::ChosenOlt;
use crate::cache::{Fresh, Freshness, Onus, RegisteredOnus};
use crate::http::openapi::{Conditional, FreeIdFailures, Listed};
use crate::http::{Answer, BoardPon, Content, Failure, schema};

/// An id that no ONU of the PON has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FreeOnuId)]
pub(super) struct FreeId {
    #[schema(value_type = schema::Board)]
    board: u8,
    #[schema(value_type = schema::Pon)]
    pon: u8,
    #[schema(value_type = schema::OnuNumber)]
    onu_id: u8,
}

/// The free ids of a PON.
///
/// ONUs that are offline use theirs.
#[utoipa::path(
    get, path = "/board/{board}/pon/{pon}/onu_id/empty", operation_id = "free_onu_ids", tag = "ONUs",
    params(BoardPon, Freshness),
    responses(Listed<FreeId>, FreeIdFailures),
)]
pub(super) async fn empty(olt: ChosenOlt, BoardPon(pon): BoardPon, freshness: Freshness) -> Answer {
    let onus = all_of(&olt, pon, freshness).await?;
    onus.kept(pon, |onus, pon| {
        Ok(Content { leaves_out: Field::is_of_an_onu, ..Content::new(free(pon, onus)?) })
    })
}

/// The free ids of a PON, from a new reading.
#[utoipa::path(
    get, path = "/board/{board}/pon/{pon}/onu_id/update", operation_id = "free_onu_ids_new", tag = "ONUs",
    params(BoardPon, Conditional),
    responses(Listed<FreeId>, FreeIdFailures),
)]
pub(super) async fn update(olt: ChosenOlt, pon: BoardPon) -> Answer {
    empty(olt, pon, Freshness::NEW).await
}

/// The ids that no ONU of the PON has.
pub(super) fn free(pon: PonPort, onus: &Reading<Vec<Onu>>) -> Result<Vec<FreeId>, Failure> {
    if let Some(problem) = onus.rows_may_be_missing() {
        return Err(Failure::incomplete("which ids are free", problem));
    }
    let used = |id: &OnuId| onus.value.iter().any(|onu| onu.at.id == *id);
    let free = OnuId::all().filter(|id| !used(id));
    Ok(free.map(|id| FreeId { board: pon.slot(), pon: pon.port(), onu_id: id.get() }).collect())
}

/// The ONUs of a PON, none left out: the list, or where only tables name its ONUs
/// in which none without light stands, what the command line lists.
pub(super) async fn all_of(
    olt: &ChosenOlt,
    pon: PonPort,
    freshness: Freshness,
) -> Result<Fresh<Vec<Onu>>, Failure> {
    let onus = olt.read::<Onus>(pon, freshness).await?;
    let reading = onus.entry.reading();
    match names_unlit(&reading.value, &reading.problems) {
        true => Ok(onus),
        false => Ok(olt.read::<RegisteredOnus>(pon, freshness).await?),
    }
}

#[cfg(test)]
mod tests {
    use gpon::{NamedBy, OnuRef, Problem};

    use super::*;

    fn reading(ids: &[u8], named_by: NamedBy, failed: Field) -> Reading<Vec<Onu>> {
        let pon = PonPort::new(1, 1).unwrap();
        let onu = |id: &u8| Onu::unknown(OnuRef { pon, id: OnuId::new(*id).unwrap() }, named_by);
        let problems = vec![Problem::Failed { field: failed, reason: "timed out".into() }];
        Reading { problems, ..Reading::now(ids.iter().map(onu).collect()) }
    }

    #[test]
    fn no_guess_from_an_incomplete_list() {
        let pon = PonPort::new(1, 1).unwrap();
        for field in [Field::Name, Field::RxPower, Field::Status, Field::Distance] {
            let ids = free(pon, &reading(&[1, 3, 128], NamedBy::Management, field)).unwrap();
            assert_eq!((ids.len(), ids[0].onu_id, ids[1].onu_id, ids[124].onu_id), (125, 2, 4, 127));
            assert!(free(pon, &reading(&[1], NamedBy::Distance, field)).is_err(), "{field:?}");
            assert!(free(pon, &reading(&[], NamedBy::Management, field)).is_err(), "{field:?}");
        }
        for field in [Field::OnuId, Field::Onus, Field::Firmware] {
            let error = free(pon, &reading(&[1], NamedBy::Management, field)).unwrap_err();
            assert_eq!(error.code, crate::http::ErrorCode::IncompleteReading, "{field:?}");
        }
    }
}

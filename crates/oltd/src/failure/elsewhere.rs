//! That a serial number is registered elsewhere on the OLT.

use gpon::{Elsewhere, OnuState, quoted};

use super::{ErrorCode, Failure};

/// Where, what is known of it there, and what can be done.
pub(super) fn failure(place: &Elsewhere, detail: String) -> Failure {
    let name = place.name.as_deref().map_or_else(String::new, |name| format!(" ({})", quoted(name)));
    let since = match (place.phase, &place.offline_since) {
        (Some(OnuState::Online), _) => ", where it is online".to_owned(),
        (Some(phase), _) if !place.is_offline() => {
            format!(", where it is not offline but {}", phase.as_str())
        }
        (Some(_), Some(since)) => format!(", offline since {since}"),
        (Some(_), None) => ", where it is offline".to_owned(),
        (None, _) => ", and whether it is offline there is not known".to_owned(),
    };
    let or = match place.is_offline() {
        true => ", or ask with on_conflict: take_over, which does both in one job",
        false => "",
    };
    let message =
        format!("The serial number is registered at {}{name}{since}; delete it there first{or}.", place.at);
    Failure::new(ErrorCode::SerialInUse, message, detail).with_data(serde_json::json!({ "place": {
        "pon_port": place.at.pon.to_string(),
        "onu_id": place.at.id.get(),
        "name": place.name,
        "online": place.online(),
        "offline_since": place.offline_since,
    } }))
}

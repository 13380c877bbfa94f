//! C320 and C300 with V2.0 to V2.1 (fact sheet, SNMP §1, §4 to §6): the trees
//! 1012, 1015 and 1082 all exist; 1082 is preferred, as the sheet does.

use gpon::{AuthMode, Field, NamedBy};

use super::{Firmware, OnuField, OnuSource};
use crate::index::PonIndex;
use crate::value::{self, integer};

macro_rules! onu_field {
    ($name:expr, $in_service:literal, [$($index:ident $tail:expr, $column:expr, $set:expr);+ $(;)?]) => {
        OnuField {
            name: $name,
            in_service: $in_service,
            sources: &[$(OnuSource { column: $column, index: PonIndex::$index, tail: &$tail, set: $set }),+],
        }
    };
}

mod bandwidth;
mod chassis;
mod monitoring;
mod services;

const NAME: OnuField = onu_field!(Field::Name, false, [
    B [], zte!(1082, 500, 10, 2, 3, 3, 1, 2), set!(name, value::text);
    A [], zte!(1012, 3, 28, 1, 1, 2), set!(name, value::text);
]);
const ONU_TYPE: OnuField = onu_field!(Field::OnuType, false, [
    B [], zte!(1082, 500, 10, 2, 3, 3, 1, 1), set!(onu_type, value::text);
    A [], zte!(1012, 3, 28, 1, 1, 1), set!(onu_type, value::text);
]);
const SERIAL: OnuField = onu_field!(Field::SerialNumber, false, [
    B [], zte!(1082, 500, 10, 2, 3, 3, 1, 6), set!(serial, value::serial);
    B [], zte!(1082, 500, 10, 2, 3, 3, 1, 18), set!(serial, value::registration_serial);
    A [], zte!(1012, 3, 28, 1, 1, 5), set!(serial, value::serial);
]);
const DESCRIPTION: OnuField = onu_field!(Field::Description, false, [
    B [], zte!(1082, 500, 10, 2, 3, 3, 1, 3), set!(description, value::text);
    A [], zte!(1012, 3, 28, 1, 1, 3), set!(description, value::text);
]);
/// RegMode (§6.5) and its older twin (§4.3) number their first eleven modes alike.
const AUTH: OnuField = onu_field!(Field::Auth, false, [
    B [], zte!(1082, 500, 10, 2, 3, 3, 1, 5), set!(auth, auth);
    A [], zte!(1012, 3, 28, 1, 1, 12), set!(auth, auth);
]);
const STATE: OnuField = onu_field!(Field::Status, false, [
    B [], zte!(1082, 500, 10, 2, 3, 8, 1, 4), set!(state, value::phase_1082);
    A [], zte!(1012, 3, 28, 2, 1, 4), set!(state, value::phase_1012);
]);
const ADMIN: OnuField = onu_field!(Field::AdminState, false, [
    B [], zte!(1082, 500, 10, 2, 3, 8, 1, 1), set!(admin, value::admin_state);
    A [], zte!(1012, 3, 28, 2, 1, 1), set!(admin, value::admin_state);
]);
const LAST_ONLINE: OnuField = onu_field!(Field::LastOnline, false, [
    B [], zte!(1082, 500, 10, 2, 3, 8, 1, 5), set!(last_online, value::date_and_time);
    A [], zte!(1012, 3, 28, 2, 1, 5), set!(last_online, value::text_time);
]);
const LAST_OFFLINE: OnuField = onu_field!(Field::LastOffline, false, [
    B [], zte!(1082, 500, 10, 2, 3, 8, 1, 6), set!(last_offline, value::date_and_time);
    A [], zte!(1012, 3, 28, 2, 1, 6), set!(last_offline, value::text_time);
]);
const OFFLINE_REASON: OnuField = onu_field!(Field::OfflineReason, false, [
    B [], zte!(1082, 500, 10, 2, 3, 8, 1, 7), set!(offline_reason, value::offline_reason);
    A [], zte!(1012, 3, 28, 2, 1, 7), set!(offline_reason, value::offline_reason);
]);
const DISTANCE: OnuField = onu_field!(Field::Distance, false, [
    B [], zte!(1082, 500, 10, 2, 3, 10, 1, 2), set!(distance_m, value::distance);
    A [], zte!(1012, 3, 11, 4, 1, 2), set!(distance_m, value::distance);
]);
const RX: OnuField = onu_field!(Field::RxPower, true, [
    B [1], zte!(1082, 500, 20, 2, 2, 2, 1, 10), set!(rx, value::onu_power);
    A [1], zte!(1012, 3, 50, 12, 1, 1, 10), set!(rx, value::onu_power);
]);
const TX: OnuField = onu_field!(Field::TxPower, true, [
    B [1], zte!(1082, 500, 20, 2, 2, 2, 1, 14), set!(tx, value::onu_power);
    A [1], zte!(1012, 3, 50, 12, 1, 1, 14), set!(tx, value::onu_power);
]);
const OLT_RX: OnuField = onu_field!(Field::OltRxPower, true, [
    B [], zte!(1082, 500, 1, 2, 4, 2, 1, 2), set!(olt_rx, value::milli_dbm);
    A [], zte!(1015, 1010, 11, 2, 1, 2), set!(olt_rx, value::milli_dbm);
]);
/// The WAN table's column of the current address is not certain (§6.6), so it is no fall-back.
const IP_ADDRESS: OnuField = onu_field!(Field::IpAddress, true, [
    A [1], zte!(1012, 3, 50, 16, 1, 1, 10), set!(ip_address, value::ip_address);
]);

fn auth(value: &async_snmp::Value) -> value::Decoded<AuthMode> {
    Ok(match integer(value)? {
        1 | 3 | 8 | 11 => Some(AuthMode::Serial),
        2 | 7 => Some(AuthMode::Password),
        _ => None,
    })
}

pub(super) const V2_1: Firmware = Firmware {
    name_for_people: "C320, C300 V2.x",
    dialect: &super::dialect::C3XX,
    object_ids: &[zte!(1082, 1001, 320, 2), zte!(1082, 1001, 300, 2)],
    probed: false,
    name: &NAME,
    serial: &SERIAL,
    management: &[&NAME, &ONU_TYPE, &SERIAL],
    state: &STATE,
    distance: &DISTANCE,
    lit: &[
        (&DISTANCE, NamedBy::Distance),
        (&OLT_RX, NamedBy::OltRx),
        (&RX, NamedBy::Optics),
        (&monitoring::MODEL, NamedBy::Equipment),
    ],
    list: &[&RX],
    whole: &[&TX, &OLT_RX, &DESCRIPTION],
    full: &[&AUTH, &ADMIN, &LAST_ONLINE, &LAST_OFFLINE, &OFFLINE_REASON, &IP_ADDRESS],
    monitored: &[
        &RX,
        &TX,
        &OLT_RX,
        &monitoring::TEMPERATURE,
        &monitoring::VOLTAGE,
        &monitoring::BIAS,
        &monitoring::MODEL,
        &monitoring::HARDWARE_VERSION,
    ],
    onu_counters: monitoring::COUNTERS,
    // No SNMP object for the device's clock or an ONU's online time is known;
    // the host's clock must not stand in for it. The command line has it.
    onu_lacks: &[Field::Uptime],
    cards: chassis::CARDS,
    environment: chassis::ENVIRONMENT,
    modules: chassis::MODULES,
    capacity: Some((zte!(1012, 3, 13, 1, 1, 12), PonIndex::A)),
    unconfigured: services::UNCONFIGURED,
    dba_profiles: services::DBA_PROFILES,
    dba_profile_ids: Some(&services::DBA_IDS),
    vlan_profiles: services::VLAN_PROFILES,
    vlans: services::VLANS,
    service_ports: Some(&services::SERVICE_PORTS),
    traffic_profiles: bandwidth::TRAFFIC_PROFILES,
    tconts: &bandwidth::TCONTS,
    gem_ports: &bandwidth::GEM_PORTS,
    lists_unconfigured_models: true,
};

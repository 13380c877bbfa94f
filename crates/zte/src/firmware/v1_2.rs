//! C320 with V1.2 (fact sheet, SNMP §12): the older trees, and of the newer one
//! whatever a probe finds.

use super::dialect::{C3XX, COMMON, Dialect, Kind, REMOTE, Way};
use super::{Firmware, v2_1};

pub(super) const V1_2: Firmware = Firmware {
    name_for_people: "C320 V1.2",
    dialect: &DIALECT,
    object_ids: &[zte!(1082, 1001, 320, 1, 2)],
    probed: true,
    lists_unconfigured_models: false,
    ..v2_1::V2_1
};

/// Its prompt does not name the ONU in its remote management (fact sheet, CLI §1.4),
/// and with which lines it answers a configuration is not known from any transcript.
const DIALECT: Dialect = Dialect {
    ways: &[COMMON, &[Way { to: Kind::Remote, from: Kind::Config, line: REMOTE, mode: "gpon-onu-mng" }]],
    changes: None,
    ..C3XX
};

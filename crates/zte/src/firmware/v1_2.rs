//! C320 with V1.2 (fact sheet, SNMP §12): the older trees, and of the newer one
//! whatever a probe finds.

use super::{Firmware, dialect, v2_1};

pub(super) const V1_2: Firmware = Firmware {
    dialect: &dialect::V1_2,
    object_ids: &[zte!(1082, 1001, 320, 1, 2)],
    probed: true,
    lists_unconfigured_models: false,
    ..v2_1::V2_1
};

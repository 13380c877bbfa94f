//! Optical values of ONUs, at both ends (fact sheet, SNMP §4.6, §5, §6.4, §6.6).

use gpon::{OnuRef, OnuState};

use super::rows::RowSets;
use super::{Tables, int, zx1012, zx1015, zx1082};
use crate::device::{Device, OfflineOptics, Optics};
use crate::encoding::{self, OLT_RX_NO_SIGNAL, OLT_RX_NOT_IN_SERVICE, ONU_POWER_UNAVAILABLE};
use crate::snmp::Value;
use crate::view::{Column, Table};

/// The optical values of an ONU, the same columns in both trees. Signal fail and
/// degrade thresholds (6, 7) stand as one real ONU had them.
const ANI: [Column<OnuRef>; 7] = [
    (6, |_, _| int(5)),
    (7, |_, _| int(9)),
    (10, |d, at| optical(d, at, |optics| encoding::onu_power(optics.rx))),
    (14, |d, at| optical(d, at, |optics| encoding::onu_power(optics.tx))),
    (17, |d, at| optical(d, at, |optics| encoding::onu_voltage(optics.millivolts))),
    (18, |d, at| optical(d, at, |optics| encoding::onu_bias(optics.microamperes))),
    (19, |d, at| optical(d, at, |optics| encoding::onu_temperature(optics.milli_celsius))),
];

pub(super) fn tables(_: &Device, rows: &RowSets) -> Tables {
    vec![
        Box::new(Table::new(zx1082(&[500, 20, 2, 2, 2, 1]), &rows.optical_b, &ANI)),
        Box::new(Table::new(zx1012(&[3, 50, 12, 1, 1]), &rows.optical_a, &ANI)),
        Box::new(Table::new(
            zx1082(&[500, 1, 2, 4, 2, 1]),
            &rows.onus_b,
            &[(2, |d, at| int(olt_rx(d, *at, true)?))],
        )),
        Box::new(Table::new(
            zx1082(&[500, 1, 2, 4, 4, 1]),
            &rows.onus_b,
            &[(1, |_, _| int(-3000)), (2, |_, _| int(-34_000)), (3, |_, _| int(900)), (4, |_, _| int(1))],
        )),
        Box::new(Table::new(
            zx1015(&[1010, 11, 2, 1]),
            &rows.onus_a,
            &[
                (2, |d, at| int(olt_rx(d, *at, false)?)),
                (3, |d, at| int(olt_rx(d, *at, false)?)),
                (4, |_, _| int(-30_000)),
                (5, |_, _| int(-34_000)),
            ],
        )),
    ]
}

fn optical(device: &Device, at: &OnuRef, encode: fn(&Optics) -> i32) -> Option<Value> {
    let onu = device.onu(*at)?;
    let kept = device.habits.offline_optics == OfflineOptics::Kept && onu.keeps_optics();
    int(if onu.is_online() || kept { encode(&device.drifted(&onu.optics)) } else { ONU_POWER_UNAVAILABLE })
}

/// What the OLT receives; the newer table has a second marker, for ONUs that
/// are not in service at all.
fn olt_rx(device: &Device, at: OnuRef, newer: bool) -> Option<i32> {
    let onu = device.onu(at)?;
    Some(match onu.phase() {
        OnuState::Online => device.drifted(&onu.optics).olt_rx,
        OnuState::Logging | OnuState::AuthFailed if newer => OLT_RX_NOT_IN_SERVICE,
        _ => OLT_RX_NO_SIGNAL,
    })
}

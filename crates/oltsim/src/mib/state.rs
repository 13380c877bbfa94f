//! What ONUs are doing, and how far away (fact sheet, SNMP §4.4, §4.5, §6.5).

use gpon::{OnuRef, OnuState};

use super::rows::RowSets;
use super::{Tables, int, text, truth, zx1012, zx1082};
use crate::device::{Device, Onu};
use crate::encoding;
use crate::snmp::Value;
use crate::view::Table;

/// "O6 operation" in the device's numbering; every other state was seen as 0.
const OPERATION: i32 = 6;

pub(super) fn tables(_: &Device, rows: &RowSets) -> Tables {
    let newer = Table::new(
        zx1082(&[500, 10, 2, 3, 8, 1]),
        &rows.onus_b,
        &[
            (1, |d, at| truth(d.onu(*at)?.configured.enabled)),
            (2, |d, at| truth(omcc(d.onu(*at)?))),
            (3, |d, at| int(if d.onu(*at)?.is_online() { OPERATION } else { 0 })),
            (4, |d, at| int(encoding::phase_1082(d.onu(*at)?.phase()))),
            (5, |d, at| text(encoding::date_and_time(d.onu(*at)?.last_online))),
            (6, |d, at| text(encoding::date_and_time(d.onu(*at)?.last_offline))),
            (7, |d, at| int(encoding::offline_reason(d.onu(*at)?.reason))),
        ],
    );
    let older = Table::new(
        zx1012(&[3, 28, 2, 1]),
        &rows.onus_a,
        &[
            (1, |d, at| truth(d.onu(*at)?.configured.enabled)),
            (2, |d, at| truth(omcc(d.onu(*at)?))),
            (3, |d, at| int(if d.onu(*at)?.is_online() { OPERATION } else { 0 })),
            (4, |d, at| int(encoding::phase_1012(d.onu(*at)?.phase()))),
            (5, |d, at| text(encoding::time_text(d.onu(*at)?.last_online))),
            (6, |d, at| text(encoding::time_text(d.onu(*at)?.last_offline))),
            (7, |d, at| int(encoding::offline_reason(d.onu(*at)?.reason))),
        ],
    );
    let distance = |entry, rows| Table::new(entry, rows, &[(1, delay), (2, metres)]);
    vec![
        Box::new(newer),
        Box::new(older),
        Box::new(distance(zx1082(&[500, 10, 2, 3, 10, 1]), &rows.onus_b)),
        Box::new(distance(zx1012(&[3, 11, 4, 1]), &rows.onus_a)),
    ]
}

/// The management channel: up in service and while it carries the configuration.
fn omcc(onu: &Onu) -> bool {
    matches!(onu.phase(), OnuState::Online | OnuState::Synchronization)
}

/// The delay is measured even where the distance reads 0 (§4.5).
fn delay(device: &Device, at: &OnuRef) -> Option<Value> {
    int(encoding::equalisation_delay(device.onu(*at)?.distance_m))
}

fn metres(device: &Device, at: &OnuRef) -> Option<Value> {
    let onu = device.onu(*at)?;
    int(device.shown_distance(onu).unwrap_or(0))
}

//! What ONUs are configured to be (fact sheet, SNMP §4.3 and §6.5).

use gpon::OnuRef;

use super::rows::RowSets;
use super::{Tables, int, text, truth, zx1012, zx1082};
use crate::device::{Device, Onu};
use crate::encoding;
use crate::snmp::Value;
use crate::view::Table;

const OMCI_READY: i32 = 2;
const BY_SERIAL: i32 = 1;
const BY_PASSWORD: i32 = 2;

pub(super) fn tables(_: &Device, rows: &RowSets) -> Tables {
    // Columns that the sheet only infers, and does not need, are left out.
    let newer = Table::new(
        zx1082(&[500, 10, 2, 3, 3, 1]),
        &rows.onus_b,
        &[
            (1, |d, at| text(&d.onu(*at)?.configured.onu_type)),
            (2, |d, at| text(d.onu(*at)?.shown_name(*at))),
            (3, |d, at| text(d.onu(*at)?.shown_description(*at))),
            (5, reg_mode),
            (6, provisioned_serial),
            (10, |_, _| int(OMCI_READY)),
            (11, |_, _| int(1)),
            (12, |_, _| int(1)),
            (18, registration_info),
            (50, |_, _| int(1)),
        ],
    );
    let older = Table::new(
        zx1012(&[3, 28, 1, 1]),
        &rows.onus_a,
        &[
            (1, |d, at| text(&d.onu(*at)?.configured.onu_type)),
            (2, |d, at| text(d.onu(*at)?.shown_name(*at))),
            (3, |d, at| text(d.onu(*at)?.shown_description(*at))),
            (5, provisioned_serial),
            (6, |d, at| int(if d.onu(*at)?.configured.password.is_some() { 2 } else { 1 })),
            (7, |d, at| text(d.onu(*at)?.configured.password.as_deref().unwrap_or_default())),
            (8, |_, _| int(OMCI_READY)),
            (9, |_, _| int(1)),
            (10, |_, _| int(1)),
            (12, reg_mode),
            (17, |d, at| truth(d.onu(*at)?.configured.enabled)),
        ],
    );
    let real_id = Table::new(zx1012(&[3, 28, 3, 1]), &rows.onus_a, &[(8, |_, at| int(at.id.get()))]);
    vec![Box::new(newer), Box::new(older), Box::new(real_id)]
}

fn onu<'a>(device: &'a Device, at: &OnuRef) -> Option<&'a Onu> {
    device.onu(*at)
}

fn reg_mode(device: &Device, at: &OnuRef) -> Option<Value> {
    int(if onu(device, at)?.configured.password.is_some() { BY_PASSWORD } else { BY_SERIAL })
}

/// No serial is provisioned for an ONU that is known by its password.
fn provisioned_serial(device: &Device, at: &OnuRef) -> Option<Value> {
    let onu = onu(device, at)?;
    text(if onu.configured.password.is_some() { [0; 8] } else { onu.configured.serial.octets() })
}

/// The sheet shows this text only of ONUs that are known by their serial.
fn registration_info(device: &Device, at: &OnuRef) -> Option<Value> {
    let onu = onu(device, at).filter(|onu| onu.configured.password.is_none())?;
    text(encoding::registration_info(onu.configured.serial))
}

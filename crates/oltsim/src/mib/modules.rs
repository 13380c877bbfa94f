//! Optical modules of PON and uplink ports (fact sheet, SNMP §5 and §6.3). An
//! empty cage has its row, with nothing in it.

use super::rows::{Port, RowSets};
use super::{Tables, int, text, zx1015, zx1082};
use crate::device::{Device, Module};
use crate::encoding::MODULE_NOT_APPLICABLE as N_A;
use crate::index;
use crate::snmp::Value;
use crate::view::{Rows, Table};

const SINGLE_MODE: i32 = 1;
const UNKNOWN: i32 = 3;

pub(super) fn tables(device: &Device, rows: &RowSets) -> Tables {
    let newer = Table::new(
        zx1082(&[30, 40, 2, 4, 1]),
        &ports(device, index::b),
        &[
            (2, |d, port| number(d, *port, |module| module.rx)),
            (3, |d, port| number(d, *port, |module| Some(module.tx))),
            (4, |d, port| number(d, *port, |module| Some(module.rate))),
            (5, |d, port| number(d, *port, |module| Some(module.bias))),
            (6, |d, port| number(d, *port, |module| Some(module.millivolts))),
            (7, |d, port| number(d, *port, |module| Some(module.wavelength))),
            (8, |d, port| number(d, *port, |module| Some(module.temperature))),
            (9, |d, port| int(if module(d, *port).is_some() { SINGLE_MODE } else { UNKNOWN })),
            (11, |d, port| padded(d, *port, |module| &module.part, 16)),
            (12, |d, port| padded(d, *port, |module| &module.vendor, 16)),
            (13, |d, port| padded(d, *port, |module| &module.serial, 16)),
            (14, |d, port| padded(d, *port, |module| &module.date, 8)),
            (15, |d, port| padded(d, *port, |module| &module.kind, 10)),
            (16, |d, port| padded(d, *port, |module| &module.connector, 4)),
            (19, |_, _| int(255)),
            (40, |d, port| number(d, *port, |module| Some(module.reach_km))),
        ],
    );
    let older = Table::new(
        zx1015(&[3, 1, 13, 1]),
        &ports(device, index::c),
        &[
            (1, |d, port| number(d, *port, |module| module.rx)),
            (4, |d, port| number(d, *port, |module| Some(module.tx))),
            (9, |d, port| number(d, *port, |module| Some(module.bias))),
            (10, |d, port| number(d, *port, |module| Some(module.millivolts))),
            (11, |d, port| number(d, *port, |module| Some(module.wavelength))),
            (12, |d, port| number(d, *port, |module| Some(module.temperature))),
            (13, |d, port| padded(d, *port, |module| &module.part, 16)),
            (14, |d, port| padded(d, *port, |module| &module.vendor, 16)),
            (60, |d, port| padded(d, *port, |module| &module.serial, 16)),
            (62, |d, port| padded(d, *port, |module| &module.kind, 10)),
        ],
    );
    // The sheet names these columns and not their units; they are given in those
    // of the table above.
    let of_pons = Table::new(
        zx1015(&[1010, 11, 1, 1]),
        &rows.pons_a,
        &[
            (2, |d, pon| number(d, Port::Pon(*pon), |module| Some(module.temperature))),
            (3, |d, pon| number(d, Port::Pon(*pon), |module| Some(module.millivolts))),
            (4, |d, pon| number(d, Port::Pon(*pon), |module| Some(module.bias))),
            (5, |d, pon| number(d, Port::Pon(*pon), |module| Some(module.tx))),
            (6, |d, pon| number(d, Port::Pon(*pon), |module| module.rx)),
        ],
    );
    vec![Box::new(newer), Box::new(older), Box::new(of_pons)]
}

fn ports(device: &Device, encode: fn(u8, u8) -> u32) -> Rows<Port> {
    let pons = device.pons().keys().map(|pon| (vec![encode(pon.slot(), pon.port())], Port::Pon(*pon)));
    let uplinks = device.uplinks.iter().enumerate();
    let uplinks =
        uplinks.map(|(place, uplink)| (vec![encode(uplink.slot, uplink.port)], Port::Uplink(place)));
    Table::rows(pons.chain(uplinks).collect())
}

fn module(device: &Device, port: Port) -> Option<&Module> {
    match port {
        Port::Pon(pon) => device.pons().get(&pon)?.module.as_ref(),
        Port::Uplink(place) => device.uplinks.get(place)?.module.as_ref(),
        Port::Mng1 => None,
    }
}

fn number(device: &Device, port: Port, of: fn(&Module) -> Option<i32>) -> Option<Value> {
    int(module(device, port).and_then(of).unwrap_or(N_A))
}

/// Texts are padded with blanks to the width they have in the module's memory.
fn padded(device: &Device, port: Port, of: fn(&Module) -> &String, width: usize) -> Option<Value> {
    match module(device, port) {
        Some(module) => text(format!("{:<width$}", of(module))),
        None => text(""),
    }
}

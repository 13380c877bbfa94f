//! Boxes that are lit and not configured, in both trees (fact sheet, SNMP §4.2
//! and §6.5). Their rows carry a running number, not an ONU id.

use gpon::PonPort;

use super::rows::{self, RowSets};
use super::{Tables, password, text, zx1012, zx1082};
use crate::device::{Device, Unconfigured};
use crate::encoding;
use crate::view::{Rows, Table};

/// A PON and a place in its list.
type Place = (PonPort, usize);

pub(super) fn tables(device: &Device, _: &RowSets) -> Tables {
    let older = Table::new(
        zx1012(&[3, 13, 3, 1]),
        &places(device, rows::a),
        &[
            (2, |d, at| text(found(d, at)?.serial.octets())),
            (3, |_, _| text([0; 4])),
            (5, |d, at| password(&found(d, at)?.password)),
            (7, |d, at| text(encoding::date_and_time(Some(found(d, at)?.seen)))),
            (10, |d, at| text(&found(d, at)?.model)),
            (11, |d, at| text(&found(d, at)?.version)),
        ],
    );
    let newer = Table::new(
        zx1082(&[500, 10, 2, 2, 5, 1]),
        &places(device, rows::b),
        &[
            (2, |d, at| text(found(d, at)?.serial.octets())),
            (3, |d, at| password(&found(d, at)?.password)),
            (7, |d, at| text(&found(d, at)?.model)),
            (8, |d, at| text(&found(d, at)?.version)),
            (9, |d, at| text(encoding::date_and_time(Some(found(d, at)?.seen)))),
        ],
    );
    vec![Box::new(older), Box::new(newer)]
}

fn places(device: &Device, encode: fn(PonPort) -> u32) -> Rows<Place> {
    let all = device.pons().iter().flat_map(|(pon, state)| {
        let numbered = (0..state.unconfigured.len()).zip(1u32..);
        numbered.map(move |(place, number)| (vec![encode(*pon), number], (*pon, place)))
    });
    Table::rows(all.collect())
}

fn found<'a>(device: &'a Device, (pon, place): &Place) -> Option<&'a Unconfigured> {
    device.pons().get(pon)?.unconfigured.get(*place)
}

//! Counters of PON ports and of ONUs (fact sheet, SNMP §4.5, §5, §6.5). No
//! source of ONU counters is certain: these are the candidates, and a scenario
//! can take each away.

use gpon::{OnuRef, PonPort};

use super::rows::{self, RowSets};
use super::{Tables, counter64, int, zx1012, zx1015, zx1082};
use crate::device::{Device, Traffic};
use crate::view::{Rows, Table};

/// What the counter-reset objects read (§14, item 2).
const RESET: i32 = 1;

pub(super) fn tables(device: &Device, rows: &RowSets) -> Tables {
    let pons = device.pons().keys().map(|pon| (vec![rows::a(*pon), 1], *pon));
    let pons_with_suffix: Rows<PonPort> = Table::rows(pons.collect());
    // Whether 3 and 6 count upstream or downstream was never told; here: upstream.
    let onus_1012 = Table::new(
        zx1012(&[3, 31, 4, 1]),
        &rows.onus_a,
        &[
            (3, |d, at| counter64(upstream(d, at)?.packets(d.counted()))),
            (6, |d, at| counter64(upstream(d, at)?.octets(d.counted()))),
            (100, |_, _| int(RESET)),
        ],
    );
    let pons_1012 = Table::new(
        zx1012(&[3, 31, 5, 1]),
        &pons_with_suffix,
        &[
            (3, |d, pon| counter64(d.pons().get(pon)?.received().packets(d.counted()))),
            (6, |d, pon| counter64(d.pons().get(pon)?.received().octets(d.counted()))),
            (100, |_, _| int(RESET)),
        ],
    );
    let pons_1015 = Table::new(
        zx1015(&[1010, 5, 4, 1]),
        &rows.pons_a,
        &[
            (2, |d, pon| counter64(d.pons().get(pon)?.received().octets(d.counted()))),
            (3, |d, pon| counter64(d.pons().get(pon)?.received().packets(d.counted()))),
            (12, |_, _| counter64(0)),
            (13, |_, _| counter64(0)),
            (17, |d, pon| counter64(d.pons().get(pon)?.sent().octets(d.counted()))),
            (18, |d, pon| counter64(d.pons().get(pon)?.sent().packets(d.counted()))),
            (32, |_, _| counter64(0)),
            (100, |_, _| int(RESET)),
        ],
    );
    let onus_1015 = Table::new(
        zx1015(&[1010, 5, 56, 1, 1]),
        &rows.onus_a,
        &[
            (2, |d, at| counter64(upstream(d, at)?.octets(d.counted()))),
            (3, |d, at| counter64(downstream(d, at)?.octets(d.counted()))),
            (8, |_, _| counter64(0)),
            (9, |_, _| counter64(0)),
            (10, |_, _| counter64(0)),
            (11, |_, _| counter64(0)),
        ],
    );
    let onus_1082 = Table::new(
        zx1082(&[500, 10, 2, 3, 2, 2, 1]),
        &rows.onus_b,
        &[
            (1, |d, at| counter64(upstream(d, at)?.octets(d.counted()))),
            (2, |d, at| counter64(downstream(d, at)?.octets(d.counted()))),
        ],
    );
    vec![
        Box::new(onus_1012),
        Box::new(pons_1012),
        Box::new(pons_1015),
        Box::new(onus_1015),
        Box::new(onus_1082),
    ]
}

fn upstream<'a>(device: &'a Device, at: &OnuRef) -> Option<&'a Traffic> {
    Some(&device.onu(*at)?.upstream)
}

fn downstream<'a>(device: &'a Device, at: &OnuRef) -> Option<&'a Traffic> {
    Some(&device.onu(*at)?.downstream)
}

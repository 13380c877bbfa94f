//! PON ports (fact sheet, SNMP §4.1 and §6.5).

use super::rows::RowSets;
use super::{Tables, int, text, truth, zx1012, zx1082};
use crate::device::{Device, Onu, Pon};
use crate::view::Table;
use gpon::PonPort;

/// The defaults of the recorded device stand as they are; what follows the
/// state is computed.
pub(super) fn tables(_: &Device, rows: &RowSets) -> Tables {
    let main = Table::new(
        zx1012(&[3, 13, 1, 1]),
        &rows.pons_a,
        &[
            (1, |_, pon| text(name(*pon))),
            (2, |_, pon| text(name(*pon))),
            (3, |_, _| int(2)),
            (4, |_, _| int(1)),
            (5, |_, _| text([0; 10])),
            (6, |_, _| int(1)),
            (7, |_, _| int(2)),
            (8, |_, _| text([0; 8])),
            (10, |d, pon| truth(port(d, pon)?.configured.enabled)),
            // Enabled even on a port whose ifOperStatus is down (§4.1).
            (11, |d, pon| truth(port(d, pon)?.configured.enabled)),
            (12, |_, _| int(gpon::OnuId::MAX)),
            // "Legal ONUs" reads 0 whatever is there (§14, item 4).
            (13, |_, _| int(0)),
            (14, |d, pon| int(i64::try_from(port(d, pon)?.unconfigured.len()).unwrap_or(0))),
            (15, |_, _| int(0)),
            (16, |_, _| int(0)),
            (17, |_, _| int(0)),
            (18, |_, _| int(0)),
            (19, |_, _| int(1)),
            (20, |_, _| int(5000)),
            (21, |_, _| int(300)),
        ],
    );
    let fec = Table::new(zx1012(&[3, 11, 3, 1]), &rows.pons_a, &[(1, |_, _| int(1))]);
    let range = Table::new(
        zx1012(&[3, 11, 5, 1]),
        &rows.pons_a,
        &[(2, |_, _| int(0)), (3, |_, _| int(200)), (4, |_, _| int(2))],
    );
    let timers = Table::new(
        zx1012(&[3, 12, 7, 1]),
        &rows.pons_a,
        &[(1, |_, _| int(10)), (2, |_, _| int(5)), (3, |_, _| int(2))],
    );
    let broadcast = Table::new(zx1012(&[3, 13, 18, 1]), &rows.pons_a, &[(1, |_, _| int(4095))]);
    // Counts by a single source (§14, item 11).
    let newer = Table::new(
        zx1082(&[500, 10, 2, 2, 3, 1]),
        &rows.pons_b,
        &[
            (1, |_, pon| text(name(*pon))),
            (14, |d, pon| int(i64::try_from(port(d, pon)?.onus().len()).unwrap_or(0))),
            (15, |d, pon| int(i64::try_from(online(port(d, pon)?)).unwrap_or(0))),
        ],
    );
    vec![
        Box::new(main),
        Box::new(fec),
        Box::new(range),
        Box::new(timers),
        Box::new(broadcast),
        Box::new(newer),
    ]
}

fn port<'a>(device: &'a Device, pon: &PonPort) -> Option<&'a Pon> {
    device.pons().get(pon)
}

fn name(pon: PonPort) -> String {
    format!("OLT-{}", pon.port())
}

fn online(pon: &Pon) -> usize {
    pon.onus().values().filter(|onu| Onu::is_online(onu)).count()
}

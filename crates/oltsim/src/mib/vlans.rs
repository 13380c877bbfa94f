//! VLANs of the OLT (fact sheet, SNMP §5 and §6.7).

use super::rows::RowSets;
use super::{Tables, int, text, zx1015, zx1082};
use crate::device::{Device, Vlan};
use crate::view::Table;

pub(super) fn tables(device: &Device, _: &RowSets) -> Tables {
    let vlans = device.profiles.vlans.keys().map(|vid| (vec![u32::from(*vid)], *vid));
    let vlans = Table::rows(vlans.collect());
    let newer = Table::new(
        zx1082(&[40, 50, 2, 1, 2, 1]),
        &vlans,
        &[
            (2, |d, vid| text(&vlan(d, vid)?.name)),
            (3, |d, vid| text(&vlan(d, vid)?.description)),
            (50, |_, _| int(1)),
        ],
    );
    let older = Table::new(zx1015(&[20, 2, 1]), &vlans, &[(2, |d, vid| text(&vlan(d, vid)?.name))]);
    vec![Box::new(newer), Box::new(older)]
}

fn vlan<'a>(device: &'a Device, vid: &u16) -> Option<&'a Vlan> {
    device.profiles.vlans.get(vid)
}

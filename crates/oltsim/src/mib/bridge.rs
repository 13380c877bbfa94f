//! Q-BRIDGE (fact sheet, SNMP §3). Its ports are in encoding B even where
//! IF-MIB is not (§2.4).

use super::rows::RowSets;
use super::{Tables, mib2, text};
use crate::device::Device;
use crate::index;
use crate::snmp::Value;
use crate::view::Table;

pub(super) fn tables(device: &Device, _: &RowSets) -> Tables {
    let vlans = device.profiles.vlans.keys().map(|vid| (vec![u32::from(*vid)], *vid));
    let names = Table::new(
        mib2(&[17, 7, 1, 4, 3, 1]),
        &Table::rows(vlans.collect()),
        &[(1, |d: &Device, vid: &u16| text(&d.profiles.vlans.get(vid)?.name))],
    );
    let ports = device.uplinks.iter().map(|uplink| (vec![index::b(uplink.slot, uplink.port)], ()));
    let port_vlans = Table::new(
        mib2(&[17, 7, 1, 4, 5, 1]),
        &Table::rows(ports.collect()),
        &[(1, |_, ()| Some(Value::Gauge32(1)))],
    );
    vec![Box::new(names), Box::new(port_vlans)]
}

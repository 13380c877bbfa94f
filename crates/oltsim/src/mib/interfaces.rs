//! IF-MIB and ifXTable (fact sheet, SNMP §2.4 and §3).

use super::rows::{Port, RowSets};
use super::{Tables, counter32, counter64, int, mib2, text, truth};
use crate::device::{Device, Flow, IfIndex, Pon, Uplink};
use crate::index;
use crate::snmp::Value;
use crate::view::{Rows, Table};

const GPON: u32 = 250;
const ETHERNET: u32 = 6;
/// Mbit/s of a GPON port downstream.
const GPON_MBPS: u32 = 2488;

pub(super) fn tables(device: &Device, rows: &RowSets) -> Tables {
    let ports = ports(device);
    let number =
        Table::new(mib2(&[2]), &rows.scalar, &[(1, |d, ()| int(i64::try_from(count(d)).unwrap_or(0)))]);
    let basic = Table::new(
        mib2(&[2, 2, 1]),
        &ports,
        &[
            (1, |d, port| Some(Value::integer(port_index(d, *port)?))),
            (2, |d, port| text(description(d, *port))),
            (3, |_, port| int(if matches!(port, Port::Pon(_)) { GPON } else { ETHERNET })),
            (4, |_, port| int(if matches!(port, Port::Pon(_)) { 1500 } else { 9600 })),
            (5, |d, port| Some(Value::Gauge32(speed(d, *port)))),
            (6, |d, port| text(if matches!(port, Port::Pon(_)) { [0; 6] } else { d.chassis.mac })),
            (7, |d, port| truth(enabled(d, *port)?)),
            (8, |d, port| truth(up(d, *port)?)),
            (9, |_, _| Some(Value::TimeTicks(0))),
            (10, |d, port| counter32(traffic(d, *port)?.0.octets(d.counted()))),
            (11, |d, port| counter32(traffic(d, *port)?.0.packets(d.counted()))),
            (12, |_, _| counter32(0)),
            (13, |_, _| counter32(0)),
            (14, |_, _| counter32(0)),
            (15, |_, _| counter32(0)),
            (16, |d, port| counter32(traffic(d, *port)?.1.octets(d.counted()))),
            (17, |d, port| counter32(traffic(d, *port)?.1.packets(d.counted()))),
            (18, |_, _| counter32(0)),
            (19, |_, _| counter32(0)),
            (20, |_, _| counter32(0)),
            (21, |_, _| Some(Value::Gauge32(0))),
        ],
    );
    let extended = Table::new(
        mib2(&[31, 1, 1, 1]),
        &ports,
        &[
            (1, |d, port| text(name(d, *port)?)),
            (2, |_, _| counter32(0)),
            (3, |_, _| counter32(0)),
            (4, |_, _| counter32(0)),
            (5, |_, _| counter32(0)),
            (6, |d, port| counter64(traffic(d, *port)?.0.octets(d.counted()))),
            (7, |d, port| counter64(traffic(d, *port)?.0.packets(d.counted()))),
            (10, |d, port| counter64(traffic(d, *port)?.1.octets(d.counted()))),
            (11, |d, port| counter64(traffic(d, *port)?.1.packets(d.counted()))),
            (8, |_, _| counter64(0)),
            (9, |_, _| counter64(0)),
            (12, |_, _| counter64(0)),
            (13, |_, _| counter64(0)),
            (14, |_, _| int(1)),
            (15, |d, port| Some(Value::Gauge32(mbps(d, *port)))),
            (16, |_, _| truth(false)),
            (17, |_, _| truth(false)),
            (18, |d, port| text(description(d, *port))),
        ],
    );
    vec![Box::new(number), Box::new(basic), Box::new(extended)]
}

fn ports(device: &Device) -> Rows<Port> {
    let pons = device.pons().keys().map(|pon| Port::Pon(*pon));
    let uplinks = (0..device.uplinks.len()).map(Port::Uplink);
    let all = pons.chain(uplinks).chain([Port::Mng1]);
    Table::rows(all.filter_map(|port| Some((vec![port_index(device, port)?], port))).collect())
}

fn count(device: &Device) -> usize {
    let all = device.pons().len() + device.uplinks.len();
    // Only encoding B has a number for Mng1.
    all + usize::from(device.habits.if_index == IfIndex::B)
}

fn port_index(device: &Device, port: Port) -> Option<u32> {
    let (slot, number) = match port {
        Port::Pon(pon) => (pon.slot(), pon.port()),
        Port::Uplink(place) => device.uplinks.get(place).map(|uplink| (uplink.slot, uplink.port))?,
        Port::Mng1 => return (device.habits.if_index == IfIndex::B).then_some(index::MNG1),
    };
    Some(match device.habits.if_index {
        IfIndex::B => index::b(slot, number),
        IfIndex::C => index::c(slot, number),
    })
}

fn uplink(device: &Device, port: Port) -> Option<&Uplink> {
    if let Port::Uplink(place) = port { device.uplinks.get(place) } else { None }
}

fn pon(device: &Device, port: Port) -> Option<&Pon> {
    if let Port::Pon(pon) = port { device.pons().get(&pon) } else { None }
}

fn name(device: &Device, port: Port) -> Option<String> {
    Some(match port {
        Port::Pon(pon) => format!("gpon_{pon}"),
        Port::Uplink(place) => device.uplinks.get(place)?.name.clone(),
        Port::Mng1 => "Mng1".to_owned(),
    })
}

/// ifDescr is empty unless a user wrote something (§3).
fn description(device: &Device, port: Port) -> String {
    uplink(device, port).map(|uplink| uplink.configured.description.clone()).unwrap_or_default()
}

fn enabled(device: &Device, port: Port) -> Option<bool> {
    match port {
        Port::Pon(_) => pon(device, port).map(|pon| pon.configured.enabled),
        Port::Uplink(_) => uplink(device, port).map(|uplink| uplink.configured.enabled),
        Port::Mng1 => Some(true),
    }
}

fn up(device: &Device, port: Port) -> Option<bool> {
    match port {
        Port::Pon(_) => pon(device, port).map(Pon::is_up),
        Port::Uplink(_) => uplink(device, port).map(|uplink| uplink.configured.enabled && uplink.up),
        Port::Mng1 => Some(true),
    }
}

/// A copper port without a link shows 10 Mbit/s (§3).
fn mbps(device: &Device, port: Port) -> u32 {
    match uplink(device, port) {
        Some(uplink) if !uplink.up && uplink.name.starts_with("gei") => 10,
        Some(uplink) => uplink.speed_mbps,
        None if matches!(port, Port::Pon(_)) => GPON_MBPS,
        None => 100,
    }
}

fn speed(device: &Device, port: Port) -> u32 {
    if matches!(port, Port::Pon(_)) {
        // 2,488.32 Mbit/s, to the bit.
        return 2_488_320_000;
    }
    // What 32 bits cannot hold is their highest number.
    u32::try_from(u64::from(mbps(device, port)) * 1_000_000).unwrap_or(u32::MAX)
}

/// What a port receives and sends; nothing is known of Mng1.
fn traffic(device: &Device, port: Port) -> Option<(Flow<'_>, Flow<'_>)> {
    match port {
        Port::Pon(_) => pon(device, port).map(|pon| (pon.received(), pon.sent())),
        Port::Uplink(_) => {
            uplink(device, port).map(|uplink| (Flow::of(&uplink.received), Flow::of(&uplink.sent)))
        }
        Port::Mng1 => None,
    }
}

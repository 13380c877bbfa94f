//! What ONUs answer over OMCI: who they are, their Ethernet ports, their
//! addresses (fact sheet, SNMP §4.6 and §6.6). Only ONUs in service have rows.

use gpon::OnuRef;

use super::rows::{Part, RowSets};
use super::{Tables, int, text, ticks, truth, zx1012, zx1082};
use crate::device::{Device, Equipment, Ethernet, IpHost, Pppoe};
use crate::snmp::Value;
use crate::view::Table;

/// NetNumen sets this mode for PPPoE.
const IP_MODE_PPPOE: i32 = 3;
const PPPOE_CONNECTED: i32 = 4;
/// Of one that is connecting, and of one that failed, no other number is known.
const PPPOE_DISCONNECTED: i32 = 7;

pub(super) fn tables(_: &Device, rows: &RowSets) -> Tables {
    let mut tables = equipment(rows);
    tables.extend(ethernet(rows));
    tables.extend(addresses(rows));
    tables
}

/// Column 2, Version, is that of the hardware; the software stands in no table of
/// configured ONUs that the sheet knows.
fn equipment(rows: &RowSets) -> Tables {
    let newer = Table::new(
        zx1082(&[500, 20, 2, 1, 2, 1]),
        &rows.online_b,
        &[
            (1, |d, at| text(&own(d, at)?.vendor)),
            (2, |d, at| text(&own(d, at)?.hardware)),
            (3, |d, at| text(d.onu(*at)?.configured.serial.octets())),
            (7, |_, _| int(1)),
            (8, |d, at| text(&own(d, at)?.model)),
            (15, |d, at| text(&own(d, at)?.model)),
        ],
    );
    let older = Table::new(
        zx1012(&[3, 50, 11, 2, 1]),
        &rows.online_a,
        &[
            (1, |d, at| text(&own(d, at)?.vendor)),
            (2, |d, at| text(&own(d, at)?.hardware)),
            (3, |d, at| text(d.onu(*at)?.configured.serial.octets())),
            (7, |_, _| int(1)),
            (8, |_, _| int(1)),
            (9, |d, at| text(&own(d, at)?.model)),
            (17, |d, at| text(&own(d, at)?.model)),
            (20, uptime),
        ],
    );
    vec![Box::new(newer), Box::new(older)]
}

fn own<'a>(device: &'a Device, at: &OnuRef) -> Option<&'a Equipment> {
    Some(&device.onu(*at)?.equipment)
}

fn uptime(device: &Device, at: &OnuRef) -> Option<Value> {
    let online = device.online_for(device.onu(*at)?)?;
    Some(ticks(online))
}

fn ethernet(rows: &RowSets) -> Tables {
    let newer = Table::new(
        zx1082(&[500, 20, 2, 3, 2, 1]),
        &rows.ethernet_b,
        &[
            (5, |d, at| truth(port(d, at)?.unlocked)),
            (6, |d, at| truth(port(d, at)?.up)),
            (7, |d, at| int(port(d, at)?.speed)),
        ],
    );
    let older = Table::new(
        zx1012(&[3, 50, 14, 1, 1]),
        &rows.ethernet_a,
        &[
            (5, |d, at| truth(port(d, at)?.unlocked)),
            (6, |d, at| truth(port(d, at)?.up)),
            (7, |d, at| int(port(d, at)?.speed)),
        ],
    );
    vec![Box::new(newer), Box::new(older)]
}

fn port<'a>(device: &'a Device, (at, number): &Part) -> Option<&'a Ethernet> {
    device.onu(*at)?.ethernet.get(usize::from(number.checked_sub(1)?))
}

fn addresses(rows: &RowSets) -> Tables {
    let ip_host = Table::new(
        zx1012(&[3, 50, 16, 1, 1]),
        &rows.hosts_a,
        &[
            (3, |d, at| text(host(d, at)?.mac)),
            (10, |d, at| Some(Value::IpAddress(host(d, at)?.address.octets()))),
            (11, |d, at| Some(Value::IpAddress(host(d, at)?.mask.octets()))),
            (12, |d, at| Some(Value::IpAddress(host(d, at)?.gateway.octets()))),
        ],
    );
    let older = Table::new(
        zx1012(&[3, 50, 16, 2, 1]),
        &rows.pppoe_a,
        &[
            (5, |d, at| text(&pppoe(d, at)?.user)),
            (6, |d, at| text(&pppoe(d, at)?.password)),
            (7, |d, at| {
                let up = d.wan_is_up(d.onu(*at)?);
                int(if up { PPPOE_CONNECTED } else { PPPOE_DISCONNECTED })
            }),
            (9, |_, _| int(1)),
        ],
    );
    // Only the user (11) is anchored; the other columns are inferred (§6.6).
    let newer = Table::new(
        zx1082(&[500, 20, 2, 17, 2, 1]),
        &rows.pppoe_b,
        &[
            (2, |_, _| int(IP_MODE_PPPOE)),
            (4, |d, at| text(&pppoe(d, at)?.vlan_profile)),
            (5, |_, _| int(1)),
            (10, |_, _| int(1)),
            (11, |d, at| text(&pppoe(d, at)?.user)),
            (12, |d, at| text(&pppoe(d, at)?.password)),
            (14, |d, at| Some(Value::IpAddress(host(d, at)?.address.octets()))),
        ],
    );
    vec![Box::new(ip_host), Box::new(older), Box::new(newer)]
}

fn host(device: &Device, at: &OnuRef) -> Option<IpHost> {
    device.shown_host(device.onu(*at)?)
}

fn pppoe<'a>(device: &'a Device, at: &OnuRef) -> Option<&'a Pppoe> {
    device.onu(*at)?.configured.pppoe.as_ref()
}

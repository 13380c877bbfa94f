//! T-CONTs, GEM ports, service ports and their VLANs (fact sheet, SNMP §4.5,
//! §6.5, §6.7).

use gpon::VlanMode;

use super::rows::{Part, RowSets};
use super::{Tables, int, text, zx1012, zx1082};
use crate::device::{Device, GemPort, ServicePort, Tcont};
use crate::index;
use crate::snmp::Value;
use crate::view::Table;

/// "No priority" of a service port.
const NO_COS: i32 = 255;

pub(super) fn tables(_: &Device, rows: &RowSets) -> Tables {
    let mut tables = tconts(rows);
    tables.extend(gem_ports(rows));
    tables.extend(service_ports(rows));
    tables
}

fn tconts(rows: &RowSets) -> Tables {
    let newer = Table::new(
        zx1082(&[500, 10, 2, 3, 4, 1]),
        &rows.tconts_b,
        &[
            (2, |d, at| text(&tcont(d, at)?.name)),
            (3, |d, at| text(&tcont(d, at)?.profile)),
            (4, |d, at| int(tcont(d, at)?.alloc_id)),
            (50, |_, _| int(1)),
        ],
    );
    let older = Table::new(
        zx1012(&[3, 30, 1, 1]),
        &rows.tconts_a,
        &[
            (2, |d, at| text(&tcont(d, at)?.name)),
            (3, |d, at| bandwidth_pointer(d, &tcont(d, at)?.profile)),
            (4, |d, at| int(tcont(d, at)?.alloc_id)),
            (8, |_, _| int(1)),
        ],
    );
    vec![Box::new(newer), Box::new(older)]
}

fn gem_ports(rows: &RowSets) -> Tables {
    let newer = Table::new(
        zx1082(&[500, 10, 2, 3, 5, 1]),
        &rows.gem_ports_b,
        &[
            (2, |d, at| text(&gem_port(d, at)?.name)),
            (3, |d, at| int(gem_port(d, at)?.tcont)),
            (4, |d, at| int(gem_port(d, at)?.port_id)),
            (5, |_, _| int(0)),
            (6, |_, _| int(1)),
            (7, |_, _| int(0)),
            (8, |_, _| int(0)),
            (9, |_, _| int(2)),
            (10, |d, at| text(&gem_port(d, at)?.upstream_profile)),
            (11, |d, at| text(&gem_port(d, at)?.downstream_profile)),
            (50, |_, _| int(1)),
        ],
    );
    // The sheet has no values for the type (3) and the class of service (9).
    let older = Table::new(
        zx1012(&[3, 30, 2, 1]),
        &rows.gem_ports_a,
        &[
            (2, |d, at| text(&gem_port(d, at)?.name)),
            (4, |d, at| int(gem_port(d, at)?.tcont)),
            (6, |d, at| traffic_pointer(d, &gem_port(d, at)?.upstream_profile)),
            (7, |d, at| traffic_pointer(d, &gem_port(d, at)?.downstream_profile)),
            (8, |d, at| int(gem_port(d, at)?.port_id)),
            (10, |_, _| int(1)),
            (11, |_, _| int(1)),
        ],
    );
    vec![Box::new(newer), Box::new(older)]
}

fn service_ports(rows: &RowSets) -> Tables {
    // RowStatus is at 50 by analogy with the neighbouring tables (§14, item 6).
    let ports = Table::new(
        zx1082(&[110, 5, 2, 2, 1]),
        &rows.service_ports,
        &[
            (1, |d, at| text(&service_port(d, at)?.description)),
            (4, |d, at| int(service_mode(service_port(d, at)?))),
            (5, |d, at| int(service_port(d, at)?.vport)),
            (8, |d, at| int(service_port(d, at)?.user_vlan)),
            (9, |d, at| int(service_port(d, at)?.form.user_svlan)),
            (10, |_, _| int(NO_COS)),
            (18, |d, at| int(service_port(d, at)?.vlan)),
            (19, |d, at| int(service_port(d, at)?.svlan)),
            (20, |d, at| int(service_port(d, at)?.form.cos.map_or(NO_COS, i32::from))),
            (21, |d, at| int(service_port(d, at)?.form.scos.map_or(NO_COS, i32::from))),
            (50, |_, _| int(1)),
        ],
    );
    let vlans = Table::new(zx1082(&[40, 50, 2, 1, 4, 1]), &rows.vports, &[(7, vlan_list)]);
    vec![Box::new(ports), Box::new(vlans)]
}

/// 1 untagged, 4 tagged, 5 transparent or double-tagged (§6.7).
fn service_mode(port: &ServicePort) -> i32 {
    match port.mode {
        _ if port.form.other_all || port.form.user_svlan != 0 => 5,
        VlanMode::Untag => 1,
        VlanMode::Tag | VlanMode::Translation => 4,
        VlanMode::Transparent | VlanMode::QinQ => 5,
    }
}

fn tcont<'a>(device: &'a Device, (at, number): &Part) -> Option<&'a Tcont> {
    device.onu(*at)?.configured.tconts.get(number)
}

fn gem_port<'a>(device: &'a Device, (at, number): &Part) -> Option<&'a GemPort> {
    device.onu(*at)?.configured.gem_ports.get(number)
}

fn service_port<'a>(device: &'a Device, (at, number): &Part) -> Option<&'a ServicePort> {
    device.onu(*at)?.configured.service_ports.get(number)
}

/// The VLANs of a virtual port as text: `5,8,90,1028`.
fn vlan_list(device: &Device, (at, vport): &Part) -> Option<Value> {
    let on_it = device.onu(*at)?.configured.service_ports.values().filter(|port| port.vport == *vport);
    let mut vlans: Vec<u16> =
        on_it.map(|port| if port.svlan == 0 { port.vlan } else { port.svlan }).collect();
    vlans.sort_unstable();
    vlans.dedup();
    text(vlans.iter().map(u16::to_string).collect::<Vec<_>>().join(","))
}

fn bandwidth_pointer(device: &Device, name: &str) -> Option<Value> {
    pointer(device.profiles.bandwidth.iter().position(|profile| profile.name == name))
}

fn traffic_pointer(device: &Device, name: &str) -> Option<Value> {
    pointer(device.profiles.traffic.iter().position(|profile| profile.name == name))
}

/// The index of a profile by its place; 0 where there is none.
fn pointer(place: Option<usize>) -> Option<Value> {
    let number = place.and_then(|place| u32::try_from(place + 1).ok());
    int(number.map_or(0, index::profile_1012))
}

//! Profiles and ONU types, by number in the older tree and by name in the newer
//! (fact sheet, SNMP §2.7, §4.5, §4.6, §6.4, §6.5, §6.6).

use super::rows::{self, RowSets};
use super::{Tables, int, text, zx1012, zx1082};
use crate::device::{BandwidthProfile, Device, OnuType, OnuVlanProfile, TrafficProfile};
use crate::index;
use crate::view::{Rows, Table};

/// A profile's place in its list.
type Place = usize;

pub(super) fn tables(device: &Device, _: &RowSets) -> Tables {
    let mut tables = bandwidth(device);
    tables.extend(traffic(device));
    tables.extend(onu_vlan(device));
    tables.push(onu_types(device));
    tables
}

fn numbered(count: usize) -> Rows<Place> {
    let rows = (0..count).zip(1u32..);
    Table::rows(rows.map(|(place, number)| (vec![index::profile_1012(number)], place)).collect())
}

fn bandwidth(device: &Device) -> Tables {
    let profiles = &device.profiles.bandwidth;
    let newer = Table::new(
        zx1082(&[500, 10, 2, 1, 2, 1]),
        &rows::named(profiles.iter().map(|profile| profile.name.as_str())),
        &[
            (2, |d, place| int(dba(d, place)?.fixed)),
            (3, |d, place| int(dba(d, place)?.assured)),
            (4, |d, place| int(dba(d, place)?.maximum)),
            (5, |d, place| int(dba(d, place)?.kind)),
            (50, |_, _| int(1)),
        ],
    );
    let older = Table::new(
        zx1012(&[3, 26, 1, 1]),
        &numbered(profiles.len()),
        &[
            (2, |d, place| text(&dba(d, place)?.name)),
            (3, |d, place| int(dba(d, place)?.fixed)),
            (4, |d, place| int(dba(d, place)?.assured)),
            (5, |d, place| int(dba(d, place)?.maximum)),
            (6, |d, place| int(dba(d, place)?.kind)),
            (7, |d, place| int(bandwidth_users(d, &dba(d, place)?.name))),
            (8, |_, _| int(1)),
        ],
    );
    vec![Box::new(newer), Box::new(older)]
}

fn traffic(device: &Device) -> Tables {
    let profiles = &device.profiles.traffic;
    // The newer table's number is inferred (§6.5).
    let newer = Table::new(
        zx1082(&[500, 10, 2, 1, 3, 1]),
        &rows::named(profiles.iter().map(|profile| profile.name.as_str())),
        &[
            (2, |d, place| int(policer(d, place)?.sir)),
            (3, |d, place| int(policer(d, place)?.pir)),
            (4, |d, place| int(policer(d, place)?.cbs?)),
            (5, |d, place| int(policer(d, place)?.pbs?)),
            (50, |_, _| int(1)),
        ],
    );
    let older = Table::new(
        zx1012(&[3, 26, 2, 1]),
        &numbered(profiles.len()),
        &[
            (2, |d, place| text(&policer(d, place)?.name)),
            (3, |d, place| int(policer(d, place)?.sir)),
            (4, |d, place| int(policer(d, place)?.pir)),
            (5, |d, place| int(traffic_users(d, &policer(d, place)?.name))),
            (6, |_, _| int(1)),
        ],
    );
    vec![Box::new(newer), Box::new(older)]
}

fn onu_vlan(device: &Device) -> Tables {
    let named = rows::named(device.profiles.onu_vlan.iter().map(|profile| profile.name.as_str()));
    let newer = Table::new(
        zx1082(&[500, 20, 2, 6, 25, 1]),
        &named,
        &[
            (2, |d, place| int(vlan(d, place)?.mode as i32)),
            (3, |d, place| int(vlan(d, place)?.cvlan)),
            (4, |d, place| int(vlan(d, place)?.priority)),
            (5, |d, place| int(vlan(d, place)?.svlan)),
            (50, |_, _| int(1)),
        ],
    );
    let older = Table::new(
        zx1012(&[3, 50, 20, 15, 1]),
        &named,
        &[
            (2, |d, place| int(vlan(d, place)?.mode as i32)),
            (3, |d, place| int(vlan(d, place)?.cvlan)),
            (4, |d, place| int(vlan(d, place)?.priority)),
            (5, |d, place| int(vlan(d, place)?.svlan)),
            (30, |d, place| int(vlan_users(d, &vlan(d, place)?.name))),
            (50, |_, _| int(1)),
        ],
    );
    vec![Box::new(newer), Box::new(older)]
}

fn onu_types(device: &Device) -> Box<dyn crate::view::Subtree> {
    const GPON: i32 = 2;
    let types = rows::named(device.profiles.onu_types.iter().map(|known| known.name.as_str()));
    Box::new(Table::new(
        zx1082(&[500, 1, 2, 2, 2, 1]),
        &types,
        &[
            (2, |_, _| int(GPON)),
            (3, |d, place| text(&onu_type(d, place)?.description)),
            (4, |d, place| int(onu_type(d, place)?.max_tcont)),
            (5, |d, place| int(onu_type(d, place)?.max_gemport)),
            (6, |d, place| int(onu_type(d, place)?.max_switch_per_slot)),
            (7, |d, place| int(onu_type(d, place)?.max_flow_per_switch)),
            (8, |d, place| int(onu_type(d, place)?.max_ip_host)),
            (9, |_, _| int(7)),
            (50, |_, _| int(1)),
        ],
    ))
}

fn dba<'a>(device: &'a Device, place: &Place) -> Option<&'a BandwidthProfile> {
    device.profiles.bandwidth.get(*place)
}

fn policer<'a>(device: &'a Device, place: &Place) -> Option<&'a TrafficProfile> {
    device.profiles.traffic.get(*place)
}

fn vlan<'a>(device: &'a Device, place: &Place) -> Option<&'a OnuVlanProfile> {
    device.profiles.onu_vlan.get(*place)
}

fn onu_type<'a>(device: &'a Device, place: &Place) -> Option<&'a OnuType> {
    device.profiles.onu_types.get(*place)
}

fn bandwidth_users(device: &Device, name: &str) -> i64 {
    let tconts = device.onus().flat_map(|(_, onu)| onu.configured.tconts.values());
    count(tconts.filter(|tcont| tcont.profile == name))
}

fn traffic_users(device: &Device, name: &str) -> i64 {
    let gem_ports = device.onus().flat_map(|(_, onu)| onu.configured.gem_ports.values());
    count(gem_ports.filter(|gem| gem.upstream_profile == name || gem.downstream_profile == name))
}

fn vlan_users(device: &Device, name: &str) -> i64 {
    let users = device.onus().filter_map(|(_, onu)| onu.configured.pppoe.as_ref());
    count(users.filter(|pppoe| pppoe.vlan_profile == name))
}

fn count<T>(users: impl Iterator<Item = T>) -> i64 {
    i64::try_from(users.count()).unwrap_or(i64::MAX)
}

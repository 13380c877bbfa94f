use gpon::{OnuRef, PonPort};

use crate::device::{Device, OfflineOptics, Onu, ServicePort};
use crate::index::{self, SubIf};
use crate::snmp::Oid;
use crate::view::{Rows, Table};

/// A numbered thing of an ONU: a T-CONT, a GEM port, a service port, a port.
pub(super) type Part = (OnuRef, u8);

/// A port of the chassis that is no PON port, by its place in the list of uplinks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Port {
    Pon(PonPort),
    Uplink(usize),
    Mng1,
}

/// The row indexes that several tables share, in both encodings.
pub(super) struct RowSets {
    pub(super) scalar: Rows<()>,
    pub(super) pons_a: Rows<PonPort>,
    pub(super) pons_b: Rows<PonPort>,
    pub(super) onus_a: Rows<OnuRef>,
    pub(super) onus_b: Rows<OnuRef>,
    /// ONUs that answer over OMCI.
    pub(super) online_a: Rows<OnuRef>,
    pub(super) online_b: Rows<OnuRef>,
    /// ONUs with a row in the optical table, each with the suffix `.1`.
    pub(super) optical_a: Rows<OnuRef>,
    pub(super) optical_b: Rows<OnuRef>,
    pub(super) ethernet_a: Rows<Part>,
    pub(super) ethernet_b: Rows<Part>,
    pub(super) tconts_a: Rows<Part>,
    pub(super) tconts_b: Rows<Part>,
    pub(super) gem_ports_a: Rows<Part>,
    pub(super) gem_ports_b: Rows<Part>,
    pub(super) service_ports: Rows<Part>,
    pub(super) vports: Rows<Part>,
    pub(super) cards: Rows<u8>,
}

impl RowSets {
    pub(super) fn of(device: &Device) -> Self {
        let optical = |onu: &Onu| match device.habits.offline_optics {
            OfflineOptics::Missing => onu.is_online(),
            OfflineOptics::Unavailable => true,
            OfflineOptics::Kept => onu.is_online() || onu.keeps_optics(),
        };
        let ethernet = |onu: &Onu| {
            let ports = if onu.is_online() { onu.ethernet.len() } else { 0 };
            (1..=u8::try_from(ports).unwrap_or(u8::MAX)).collect()
        };
        let tconts = |onu: &Onu| onu.tconts.keys().copied().collect();
        let gem_ports = |onu: &Onu| onu.gem_ports.keys().copied().collect();
        Self {
            scalar: Table::rows(vec![(vec![0], ())]),
            pons_a: pons(device, a),
            pons_b: pons(device, b),
            onus_a: onus(device, a, &[], |_| true),
            onus_b: onus(device, b, &[], |_| true),
            online_a: onus(device, a, &[], Onu::is_online),
            online_b: onus(device, b, &[], Onu::is_online),
            optical_a: onus(device, a, &[1], optical),
            optical_b: onus(device, b, &[1], optical),
            ethernet_a: parts(device, a, ethernet),
            ethernet_b: parts(device, b, ethernet),
            tconts_a: parts(device, a, tconts),
            tconts_b: parts(device, b, tconts),
            gem_ports_a: parts(device, a, gem_ports),
            gem_ports_b: parts(device, b, gem_ports),
            service_ports: sub_interfaces(device, SubIf::ServicePort, |onu| {
                let own =
                    |(number, port): (&u8, &ServicePort)| port.form.switchport.is_none().then_some(*number);
                onu.service_ports.iter().filter_map(own).collect()
            }),
            vports: sub_interfaces(device, SubIf::Vport, vports),
            cards: Table::rows(
                device.cards.keys().map(|slot| (vec![1, 1, u32::from(*slot)], *slot)).collect(),
            ),
        }
    }
}

/// A PON port in encoding A.
pub(super) fn a(pon: PonPort) -> u32 {
    index::a(pon.slot(), pon.port())
}

/// A PON port in encoding B.
pub(super) fn b(pon: PonPort) -> u32 {
    index::b(pon.slot(), pon.port())
}

fn pons(device: &Device, encode: fn(PonPort) -> u32) -> Rows<PonPort> {
    Table::rows(device.pons().keys().map(|pon| (vec![encode(*pon)], *pon)).collect())
}

/// Rows of the ONUs that `shown` holds for, with a fixed suffix.
pub(super) fn onus(
    device: &Device,
    encode: fn(PonPort) -> u32,
    suffix: &[u32],
    shown: impl Fn(&Onu) -> bool,
) -> Rows<OnuRef> {
    let rows = device.onus().filter(|(_, onu)| shown(onu)).map(|(at, _)| {
        let mut index: Oid = vec![encode(at.pon), u32::from(at.id.get())];
        index.extend_from_slice(suffix);
        (index, at)
    });
    Table::rows(rows.collect())
}

fn parts(device: &Device, encode: fn(PonPort) -> u32, numbers: impl Fn(&Onu) -> Vec<u8>) -> Rows<Part> {
    let rows = device.onus().flat_map(|(at, onu)| {
        let row =
            move |number| (vec![encode(at.pon), u32::from(at.id.get()), u32::from(number)], (at, number));
        numbers(onu).into_iter().map(row)
    });
    Table::rows(rows.collect())
}

fn sub_interfaces(device: &Device, kind: SubIf, numbers: impl Fn(&Onu) -> Vec<u8>) -> Rows<Part> {
    let rows = device.onus().flat_map(|(at, onu)| {
        let row = move |number| (vec![b(at.pon), index::sub_if(kind, at.id.get(), number)], (at, number));
        numbers(onu).into_iter().map(row)
    });
    Table::rows(rows.collect())
}

/// The virtual ports that service ports stand on.
fn vports(onu: &Onu) -> Vec<u8> {
    let mut vports: Vec<u8> = onu.service_ports.values().map(|port| port.vport).collect();
    vports.sort_unstable();
    vports.dedup();
    vports
}

/// Rows of named things: their names, length first, in the order of the OIDs.
pub(super) fn named<'a>(names: impl Iterator<Item = &'a str>) -> Rows<usize> {
    Table::rows(names.enumerate().map(|(place, name)| (index::name(name), place)).collect())
}

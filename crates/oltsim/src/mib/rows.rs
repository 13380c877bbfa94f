use std::sync::PoisonError;

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
    /// ONUs in service with an IP host, and with PPPoE, each with the suffix `.1`.
    pub(super) hosts_a: Rows<OnuRef>,
    pub(super) pppoe_a: Rows<OnuRef>,
    pub(super) pppoe_b: Rows<OnuRef>,
    pub(super) ethernet_a: Rows<Part>,
    pub(super) ethernet_b: Rows<Part>,
    pub(super) tconts_a: Rows<Part>,
    pub(super) tconts_b: Rows<Part>,
    pub(super) gem_ports_a: Rows<Part>,
    pub(super) gem_ports_b: Rows<Part>,
    pub(super) service_ports: Rows<Part>,
    pub(super) vports: Rows<Part>,
    pub(super) cards: Rows<u8>,
    of_onus: Vec<Box<dyn OfOnus>>,
}

impl RowSets {
    pub(super) fn of(device: &Device) -> Self {
        let offline_optics = device.habits.offline_optics;
        let optical = move |onu: &Onu| match offline_optics {
            OfflineOptics::Missing => onu.is_online(),
            OfflineOptics::Unavailable => true,
            OfflineOptics::Kept => onu.is_online() || onu.keeps_optics(),
        };
        let ethernet = |onu: &Onu| {
            let ports = if onu.is_online() { onu.ethernet.len() } else { 0 };
            (1..=u8::try_from(ports).unwrap_or(u8::MAX)).collect()
        };
        let tconts = |onu: &Onu| onu.configured.tconts.keys().copied().collect();
        let gem_ports = |onu: &Onu| onu.configured.gem_ports.keys().copied().collect();
        let with_host = |onu: &Onu| onu.is_online() && onu.has_host();
        let with_pppoe = |onu: &Onu| onu.is_online() && onu.configured.pppoe.is_some();
        let service_ports = |onu: &Onu| {
            let own = |(number, port): (&u8, &ServicePort)| port.form.switchport.is_none().then_some(*number);
            onu.configured.service_ports.iter().filter_map(own).collect()
        };
        let mut all = Vec::new();
        Self {
            scalar: Table::rows(vec![(vec![0], ())]),
            pons_a: pons(device, a),
            pons_b: pons(device, b),
            onus_a: onus(&mut all, device, a, &[], |_| true),
            onus_b: onus(&mut all, device, b, &[], |_| true),
            online_a: onus(&mut all, device, a, &[], Onu::is_online),
            online_b: onus(&mut all, device, b, &[], Onu::is_online),
            optical_a: onus(&mut all, device, a, &[1], optical),
            optical_b: onus(&mut all, device, b, &[1], optical),
            hosts_a: onus(&mut all, device, a, &[1], with_host),
            pppoe_a: onus(&mut all, device, a, &[1], with_pppoe),
            pppoe_b: onus(&mut all, device, b, &[1], with_pppoe),
            ethernet_a: parts(&mut all, device, a, ethernet),
            ethernet_b: parts(&mut all, device, b, ethernet),
            tconts_a: parts(&mut all, device, a, tconts),
            tconts_b: parts(&mut all, device, b, tconts),
            gem_ports_a: parts(&mut all, device, a, gem_ports),
            gem_ports_b: parts(&mut all, device, b, gem_ports),
            service_ports: sub_interfaces(&mut all, device, SubIf::ServicePort, service_ports),
            vports: sub_interfaces(&mut all, device, SubIf::Vport, vports),
            cards: cards(device),
            of_onus: all,
        }
    }

    /// Lists the rows of what is no ONU anew: they are few.
    pub(super) fn list_ports(&mut self, device: &Device) {
        self.pons_a = pons(device, a);
        self.pons_b = pons(device, b);
        self.cards = cards(device);
    }

    /// Lists the rows of one ONU anew, and says how many that were.
    pub(super) fn list_onu(&self, device: &Device, at: OnuRef) -> usize {
        self.of_onus.iter().map(|set| set.list(device, at)).sum()
    }
}

/// What belongs to an ONU.
trait Placed {
    fn onu(&self) -> OnuRef;
}

impl Placed for OnuRef {
    fn onu(&self) -> OnuRef {
        *self
    }
}

impl Placed for Part {
    fn onu(&self) -> OnuRef {
        self.0
    }
}

/// Rows of which each belongs to an ONU.
pub(super) trait OfOnus: Send {
    /// Puts the rows of one ONU in the place of those it had; how many were listed anew.
    fn list(&self, device: &Device, at: OnuRef) -> usize;
}

struct Set<K, F> {
    rows: Rows<K>,
    of: F,
}

impl<K: Placed + Send + Sync, F: Fn(OnuRef, &Onu) -> Vec<(Oid, K)> + Send> OfOnus for Set<K, F> {
    fn list(&self, device: &Device, at: OnuRef) -> usize {
        let own = device.onu(at).map(|onu| (self.of)(at, onu)).unwrap_or_default();
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        // Every index begins with the PON and the ONU, so that it rises with both.
        let from = rows.partition_point(|(_, key)| key.onu() < at);
        let to = rows.partition_point(|(_, key)| key.onu() <= at);
        let before = rows.get(from..to).unwrap_or_default();
        if before.iter().map(|(index, _)| index).eq(own.iter().map(|(index, _)| index)) {
            return 0;
        }
        let count = own.len();
        rows.splice(from..to, own);
        count
    }
}

type Sets = Vec<Box<dyn OfOnus>>;

/// The rows that `of` makes of each ONU, in the order of a walk.
fn of_onus<K: Placed + Send + Sync + 'static>(
    all: &mut Sets,
    device: &Device,
    of: impl Fn(OnuRef, &Onu) -> Vec<(Oid, K)> + Send + 'static,
) -> Rows<K> {
    let rows = Table::rows(device.onus().flat_map(|(at, onu)| of(at, onu)).collect());
    all.push(Box::new(Set { rows: Rows::clone(&rows), of }));
    rows
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

fn cards(device: &Device) -> Rows<u8> {
    Table::rows(device.cards.keys().map(|slot| (vec![1, 1, u32::from(*slot)], *slot)).collect())
}

/// Rows of the ONUs that `shown` holds for, with a fixed suffix.
fn onus(
    all: &mut Sets,
    device: &Device,
    encode: fn(PonPort) -> u32,
    suffix: &'static [u32],
    shown: impl Fn(&Onu) -> bool + Send + 'static,
) -> Rows<OnuRef> {
    of_onus(all, device, move |at, onu| {
        let index = || [&[encode(at.pon), u32::from(at.id.get())], suffix].concat();
        shown(onu).then(|| (index(), at)).into_iter().collect()
    })
}

fn parts(
    all: &mut Sets,
    device: &Device,
    encode: fn(PonPort) -> u32,
    numbers: impl Fn(&Onu) -> Vec<u8> + Send + 'static,
) -> Rows<Part> {
    of_onus(all, device, move |at, onu| {
        let row = |number| (vec![encode(at.pon), u32::from(at.id.get()), u32::from(number)], (at, number));
        numbers(onu).into_iter().map(row).collect()
    })
}

fn sub_interfaces(
    all: &mut Sets,
    device: &Device,
    kind: SubIf,
    numbers: impl Fn(&Onu) -> Vec<u8> + Send + 'static,
) -> Rows<Part> {
    of_onus(all, device, move |at, onu| {
        let row = |number| (vec![b(at.pon), index::sub_if(kind, at.id.get(), number)], (at, number));
        numbers(onu).into_iter().map(row).collect()
    })
}

/// The virtual ports that service ports stand on.
fn vports(onu: &Onu) -> Vec<u8> {
    let mut vports: Vec<u8> = onu.configured.service_ports.values().map(|port| port.vport).collect();
    vports.sort_unstable();
    vports.dedup();
    vports
}

/// Rows of named things: their names, length first, in the order of the OIDs.
pub(super) fn named<'a>(names: impl Iterator<Item = &'a str>) -> Rows<usize> {
    Table::rows(names.enumerate().map(|(place, name)| (index::name(name), place)).collect())
}

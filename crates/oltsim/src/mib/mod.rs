//! The tables of the C320 V2.1.0, one file per subject. What the sheet marks as
//! inferred or seen by a single source is said beside the column.

mod bridge;
mod cards;
mod counters;
mod entity;
mod environment;
mod interfaces;
mod management;
mod modules;
mod pon;
mod power;
mod profiles;
mod remote;
mod rows;
mod services;
mod state;
mod system;
mod unconfigured;
mod vlans;

pub(crate) use system::object_id;

use std::collections::BTreeSet;
use std::time::Duration;

use gpon::OnuRef;

use crate::device::{Device, Habits};
use crate::snmp::{Oid, Value};
use crate::view::{Subtree, View};
use rows::RowSets;

/// What an agent shows of a device. The rows of ONUs stay as they are until their ONU
/// changes, so that one change among thousands costs what one ONU costs.
pub(crate) struct Mib {
    rows: RowSets,
    view: View,
    absent: Vec<Oid>,
    habits: Habits,
    listed: usize,
}

impl Mib {
    /// All that `device` shows, but for what stands below the prefixes `absent`.
    pub(crate) fn new(device: &Device, absent: &[Oid]) -> Self {
        let rows = RowSets::of(device);
        let view = View::new(subtrees(device, &rows), absent);
        Self { rows, view, absent: absent.to_vec(), habits: device.habits, listed: 0 }
    }

    /// Takes over a change of the device, of its ONUs those in `touched`.
    pub(crate) fn follow(&mut self, device: &Device, touched: &BTreeSet<OnuRef>) {
        if self.habits != device.habits {
            *self = Self { listed: self.listed, ..Self::new(device, &self.absent) };
            return;
        }
        self.listed += touched.iter().map(|at| self.rows.list_onu(device, *at)).sum::<usize>();
        self.rows.list_ports(device);
        self.view = View::new(subtrees(device, &self.rows), &self.absent);
    }

    pub(crate) fn view(&self) -> &View {
        &self.view
    }

    /// How many rows of ONUs were listed anew since the beginning.
    pub(crate) fn listed(&self) -> usize {
        self.listed
    }
}

/// The subtrees of a device, in no order.
fn subtrees(device: &Device, rows: &RowSets) -> Tables {
    let mut all = Vec::new();
    for part in [
        system::tables,
        interfaces::tables,
        entity::tables,
        bridge::tables,
        cards::tables,
        environment::tables,
        modules::tables,
        pon::tables,
        unconfigured::tables,
        management::tables,
        state::tables,
        power::tables,
        remote::tables,
        services::tables,
        vlans::tables,
        profiles::tables,
        counters::tables,
    ] {
        all.extend(part(device, rows));
    }
    all
}

type Tables = Vec<Box<dyn Subtree>>;

/// An OID below mib-2.
fn mib2(rest: &[u32]) -> Oid {
    [&[1, 3, 6, 1, 2, 1], rest].concat()
}

fn zte(branch: u32, rest: &[u32]) -> Oid {
    [&[1, 3, 6, 1, 4, 1, 3902, branch], rest].concat()
}

/// An OID of the tree of the older platform's GPON tables.
fn zx1012(rest: &[u32]) -> Oid {
    zte(1012, rest)
}

/// An OID of the tree of the older platform's chassis and port tables.
fn zx1015(rest: &[u32]) -> Oid {
    zte(1015, rest)
}

/// An OID of the newer tree.
fn zx1082(rest: &[u32]) -> Oid {
    zte(1082, rest)
}

fn int(number: impl Into<i64>) -> Option<Value> {
    Some(Value::integer(number))
}

fn text(text: impl AsRef<[u8]>) -> Option<Value> {
    Some(Value::text(text))
}

/// TruthValue and its many cousins: 1 for yes, 2 for no.
fn truth(yes: bool) -> Option<Value> {
    int(if yes { 1 } else { 2 })
}

/// A counter of 32 bits, which is the low half of a longer one.
fn counter32(number: u64) -> Option<Value> {
    Some(Value::Counter32((number & u64::from(u32::MAX)) as u32))
}

fn counter64(number: u64) -> Option<Value> {
    Some(Value::Counter64(number))
}

/// A span as TimeTicks, which wrap after 497 days.
fn ticks(span: Duration) -> Value {
    Value::TimeTicks(((span.as_millis() / 10) & u128::from(u32::MAX)) as u32)
}

/// A password as 10 octets, padded with zeros.
fn password(password: &str) -> Option<Value> {
    let mut octets = password.as_bytes().to_vec();
    octets.resize(10, 0);
    text(octets)
}

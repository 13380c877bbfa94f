//! How much memory a reading holds.

use std::mem::size_of;

use gpon::{
    Card, DbaProfile, Environment, LearntMac, Onu, OnuBandwidth, PonMonitor, PonStatus, ServicePort,
    TrafficProfile, UnconfiguredOnu, Uplink, Vlan, VlanProfile,
};

/// What the allocator adds to a text: its header, and rounding up.
const OF_TEXT: usize = 16;
/// Texts of a row that are not counted one by one: such rows are few.
const TEXTS: usize = 128;

/// A value that knows its weight in the cache.
pub trait Held {
    /// Rows of about the size of an ONU in an answer.
    fn rows(&self) -> usize {
        1
    }

    /// Bytes that it takes, with all that hangs on it; rather too many than too few.
    fn bytes(&self) -> usize;
}

/// A row of a list.
pub trait Row: Sized {
    /// Bytes on the heap.
    fn heap(&self) -> usize {
        TEXTS
    }
}

impl<T: Row> Held for Vec<T> {
    fn rows(&self) -> usize {
        self.len()
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.capacity() * size_of::<T>() + self.iter().map(Row::heap).sum::<usize>()
    }
}

fn text(text: &Option<String>) -> usize {
    text.as_ref().map_or(0, |text| text.capacity() + OF_TEXT)
}

impl Row for Onu {
    fn heap(&self) -> usize {
        let box_ = [&self.model, &self.hardware_version, &self.firmware_version];
        let texts = [&self.name, &self.description, &self.onu_type].into_iter().chain(box_);
        texts.map(text).sum()
    }
}

impl Row for PonMonitor {
    fn heap(&self) -> usize {
        Held::bytes(&self.onus)
    }
}

impl Row for Card {}
impl Row for DbaProfile {}
impl Row for LearntMac {}
impl Row for ServicePort {}
impl Row for TrafficProfile {}
impl Row for UnconfiguredOnu {}
impl Row for Uplink {}
impl Row for Vlan {}
impl Row for VlanProfile {}

impl Held for Onu {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.heap()
    }
}

impl Held for PonMonitor {
    fn rows(&self) -> usize {
        1 + self.onus.len()
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.heap()
    }
}

impl Held for PonStatus {
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

impl Held for zte::Identity {
    fn bytes(&self) -> usize {
        size_of::<Self>() + 4 * TEXTS
    }
}

impl Held for zte::OltClock {
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

impl Held for OnuBandwidth {
    fn bytes(&self) -> usize {
        size_of::<Self>() + (self.tconts.len() + self.gem_ports.len()) * 2 * TEXTS
    }
}

impl Held for Environment {
    fn rows(&self) -> usize {
        1 + self.cards.len() + self.fans.len() + self.power_supplies.len()
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.rows() * size_of::<Card>()
    }
}

//! How much memory a reading holds.

use std::any::Any;
use std::mem::size_of;

use gpon::{Card, Environment, Onu, OnuAccount, OnuBandwidth, PonMonitor, PonStatus};

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

impl<T: 'static> Held for Vec<T> {
    fn rows(&self) -> usize {
        self.len()
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.capacity() * size_of::<T>() + heap(self, self.len())
    }
}

/// Bytes on the heap of the rows of a list. Of ONUs there are thousands, and they are
/// counted; of whatever else there is, a row takes as much as its texts may.
fn heap(rows: &dyn Any, len: usize) -> usize {
    if let Some(onus) = rows.downcast_ref::<Vec<Onu>>() {
        return onus.iter().map(texts).sum();
    }
    match rows.downcast_ref::<Vec<PonMonitor>>() {
        Some(pons) => pons.iter().map(|pon| pon.onus.bytes()).sum(),
        None => len * TEXTS,
    }
}

/// Bytes of the texts of an ONU.
fn texts(onu: &Onu) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, |text| text.capacity() + OF_TEXT);
    let of_box = [&onu.model, &onu.hardware_version, &onu.firmware_version];
    [&onu.name, &onu.description, &onu.onu_type].into_iter().chain(of_box).map(text).sum()
}

impl Held for Onu {
    fn bytes(&self) -> usize {
        size_of::<Self>() + texts(self)
    }
}

impl Held for PonMonitor {
    fn rows(&self) -> usize {
        1 + self.onus.len()
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.onus.bytes()
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

impl Held for OnuAccount {
    fn bytes(&self) -> usize {
        size_of::<Self>() + (1 + self.wans.as_ref().map_or(0, Vec::len)) * 2 * TEXTS
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

use super::Device;

/// How long a load stays as it is, in seconds, and through how many percent it
/// rises before it falls back.
const STEP: u64 = 30;
const HEIGHT: u64 = 4;

/// The load of a card's processor in percent, momentary and on average.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) now: u64,
    pub(crate) one_minute: u64,
    pub(crate) five_minutes: u64,
}

impl Device {
    /// The load of a running card, which swings by a few percent, as real ones
    /// do; `None` when nothing runs in that slot.
    pub(crate) fn load(&self, slot: u8) -> Option<Load> {
        let card = self.cards.get(&slot).filter(|card| card.is_running())?;
        if card.cpu == 0 {
            return Some(Load { now: 0, one_minute: 0, five_minutes: 0 });
        }
        let base = u64::from(card.cpu);
        let step = self.uptime().as_secs() / STEP + u64::from(slot) * 3;
        let swing = |ago: u64| step.saturating_sub(ago) % HEIGHT;
        Some(Load {
            now: base + swing(0),
            one_minute: base + (swing(0) + swing(1)) / 2,
            // Long enough to level every swing.
            five_minutes: base + (HEIGHT - 1) / 2,
        })
    }
}

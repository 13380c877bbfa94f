use super::{Device, Optics};

/// How long one swing of an optical power takes, in seconds.
const SWING: u64 = 3600;

impl Device {
    /// The optics of an ONU at this moment: each power swings slowly around its
    /// value, in a triangle, so that it never jumps.
    pub(crate) fn drifted(&self, optics: &Optics) -> Optics {
        let start = u64::from(optics.drift_phase) * SWING / (u64::from(u16::MAX) + 1);
        let place = (self.now.as_secs() + start) % SWING;
        let half = SWING / 2;
        let height = if place < half { place } else { SWING - place };
        let swing = u64::from(self.habits.drift) * 2 * height / half;
        let offset = i32::try_from(i64::try_from(swing).unwrap_or(0) - i64::from(self.habits.drift));
        let offset = offset.unwrap_or(0);
        Optics {
            rx: optics.rx.saturating_add(offset),
            olt_rx: optics.olt_rx.saturating_add(offset),
            ..*optics
        }
    }
}

//! Between which values the optics of an ONU are normal.

/// A range whose ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The lowest normal value.
    pub low: f64,
    /// The highest normal value.
    pub high: f64,
}

impl Limits {
    /// `normal`, `low` or `high`.
    pub fn judge(self, value: f64) -> &'static str {
        if value < self.low {
            "low"
        } else if value > self.high {
            "high"
        } else {
            "normal"
        }
    }
}

/// The limits of what is monitored.
///
/// Powers are those of a class B+ ONU (ITU-T G.984.2, amendment 1); the
/// temperature is ours, that of ordinary indoor equipment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpticalLimits {
    /// What an ONU receives, in dBm.
    pub rx_power: Limits,
    /// What an ONU sends, in dBm.
    pub tx_power: Limits,
    /// Its module's temperature, in degrees Celsius.
    pub temperature: Limits,
    /// How much weaker than the median of its PON its light may be, in dB.
    pub below_median: f64,
}

impl Default for OpticalLimits {
    fn default() -> Self {
        Self {
            rx_power: Limits { low: -27.0, high: -8.0 },
            tx_power: Limits { low: 0.5, high: 5.0 },
            temperature: Limits { low: 0.0, high: 70.0 },
            below_median: 6.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_normal() {
        let rx = OpticalLimits::default().rx_power;
        let judged = [-27.001, -27.0, -20.0, -8.0, -7.999].map(|value| rx.judge(value));
        assert_eq!(judged, ["low", "normal", "normal", "normal", "high"]);
    }
}

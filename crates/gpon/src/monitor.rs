use serde::{Deserialize, Serialize};

use crate::{Onu, OnuState, PonPort};

/// What a port or an ONU has carried, seen from the OLT: rx is upstream
/// (received by the OLT), tx downstream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// Octets received since the device's counters began.
    pub rx_octets: Option<u64>,
    /// Packets received.
    pub rx_packets: Option<u64>,
    /// Octets sent.
    pub tx_octets: Option<u64>,
    /// Packets sent.
    pub tx_packets: Option<u64>,
    /// Bits received per second, since an earlier reading.
    pub rx_bps: Option<u64>,
    /// Bits sent per second, since an earlier reading.
    pub tx_bps: Option<u64>,
}

/// How many ONUs there are; `None` for what cannot be told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnuCounts {
    /// All of them.
    pub total: Option<usize>,
    /// Those in service.
    pub online: Option<usize>,
    /// Those known not to be in service.
    pub offline: Option<usize>,
}

impl OnuCounts {
    /// The counts of these ONUs, where none is missing. One in an unknown state
    /// counts as neither; when no state is known, neither number is.
    pub fn of(onus: &[Onu]) -> Self {
        let states = || onus.iter().filter_map(|onu| onu.state);
        let (total, known) = (onus.len(), states().count());
        if known == 0 && total > 0 {
            return Self { total: Some(total), online: None, offline: None };
        }
        let online = states().filter(|state| *state == OnuState::Online).count();
        Self { total: Some(total), online: Some(online), offline: Some(known - online) }
    }

    /// The sum; what is unknown in either is unknown in it.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let sum = |a: Option<usize>, b: Option<usize>| Some(a? + b?);
        Self {
            total: sum(self.total, other.total),
            online: sum(self.online, other.online),
            offline: sum(self.offline, other.offline),
        }
    }
}

/// A PON port as it is monitored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PonMonitor {
    /// Which port.
    pub pon: PonPort,
    /// The device's number of the port.
    pub index: u32,
    /// How many ONUs it has.
    pub counts: OnuCounts,
    /// What it has carried.
    pub traffic: Traffic,
    /// Its ONUs, by id; empty where the whole OLT is monitored.
    pub onus: Vec<Onu>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NamedBy, OnuId, OnuRef};

    #[test]
    fn an_unknown_state_is_neither() {
        use OnuState::{DyingGasp, Los, Online};
        let pon = PonPort::new(1, 1).unwrap();
        let counts = |states: &[Option<OnuState>]| {
            let onu = |(id, state): (OnuId, &Option<OnuState>)| {
                let unknown = Onu::unknown(OnuRef { pon, id }, NamedBy::Management);
                Onu { state: *state, ..unknown }
            };
            let counts = OnuCounts::of(&OnuId::all().zip(states).map(onu).collect::<Vec<_>>());
            (counts.total, counts.online, counts.offline)
        };
        assert_eq!(counts(&[]), (Some(0), Some(0), Some(0)));
        let mixed = [Some(Online), Some(Los), None, Some(DyingGasp)];
        assert_eq!(counts(&mixed), (Some(4), Some(1), Some(2)));
        assert_eq!(counts(&[None, None]), (Some(2), None, None));
        let known = OnuCounts { total: Some(2), online: Some(1), offline: Some(1) };
        let sum = known.plus(OnuCounts { total: Some(3), ..OnuCounts::default() });
        assert_eq!((sum.total, sum.online), (Some(5), None));
    }
}

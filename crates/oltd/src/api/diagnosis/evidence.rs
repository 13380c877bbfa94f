//! What a diagnosis rests on.

use gpon::{
    AdminState, ClockTime, Dbm, OfflineReason, Onu, OnuId, OnuState, PonPort, SerialNumber, WanConnection,
};

/// Two ONUs that went out of service within so many seconds did so together: an OLT notes an
/// outage within seconds, and asks its ONUs one after the other.
const TOGETHER_S: i64 = 120;
/// Fewer powers than this have no median to compare with.
const FEWEST: usize = 3;

/// All that is known of an ONU whose service is asked for. `None` is unknown.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    /// Whether the OLT has it configured in its place.
    pub(super) is_registered: Option<bool>,
    pub(super) serial: Option<SerialNumber>,
    /// On whose behalf it is suspended.
    pub(super) suspended_by: Vec<String>,
    pub(super) admin: Option<AdminState>,
    pub(super) state: Option<OnuState>,
    pub(super) offline_reason: Option<OfflineReason>,
    /// On the OLT's clock.
    pub(super) last_offline: Option<ClockTime>,
    pub(super) rx: Option<Dbm>,
    pub(super) olt_rx: Option<Dbm>,
    pub(super) neighbours: Neighbours,
    /// Where a box with its serial number waits for configuration.
    pub(super) waits_on: Option<Vec<PonPort>>,
    pub(super) tconts: Option<usize>,
    pub(super) gem_ports: Option<usize>,
    pub(super) service_ports: Option<usize>,
    /// Whether its configuration reached it, in the OLT's own word.
    pub(super) config_state: Option<String>,
    /// How many MAC addresses are learnt behind it.
    pub(super) macs: Option<usize>,
    pub(super) wans: Option<Vec<WanConnection>>,
}

/// The other ONUs of its PON. Those whose state is unknown are in none of the counts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Neighbours {
    /// How many there are; `None` where the PON could not be listed.
    pub(super) total: Option<usize>,
    pub(super) online: usize,
    pub(super) offline: usize,
    /// Of those that are offline, how many went together with it, and for want of light.
    pub(super) lost_with_it: Option<usize>,
    /// The same, for want of power.
    pub(super) dark_with_it: Option<usize>,
    /// The median of what the others receive, in dBm.
    pub(super) median_rx: Option<f64>,
    /// The median of what the OLT receives from the others, in dBm.
    pub(super) median_olt_rx: Option<f64>,
}

/// Whether light was missing, as far as the reason says.
pub(super) const fn is_loss(reason: OfflineReason) -> bool {
    matches!(
        reason,
        OfflineReason::Los
            | OfflineReason::Losi
            | OfflineReason::Lofi
            | OfflineReason::Sfi
            | OfflineReason::Loai
            | OfflineReason::Loami
    )
}

impl Evidence {
    /// Whether it is known to be out of service.
    pub(super) fn is_offline(&self) -> bool {
        self.state.is_some_and(|state| state != OnuState::Online)
    }

    pub(super) fn is_online(&self) -> bool {
        self.state == Some(OnuState::Online)
    }

    /// Whether its light was lost. What it says of its state now is newer than why it last went.
    pub(super) fn lost_light(&self) -> bool {
        match self.state {
            Some(OnuState::Los) => true,
            Some(OnuState::Offline) => self.offline_reason.is_some_and(is_loss),
            _ => false,
        }
    }

    /// Whether it lost its power.
    pub(super) fn lost_power(&self) -> bool {
        match self.state {
            Some(OnuState::DyingGasp) => true,
            Some(OnuState::Offline) => self.offline_reason == Some(OfflineReason::PowerOff),
            _ => false,
        }
    }
}

impl Neighbours {
    /// Of the ONUs of a PON besides this one. `columns` are rows of the same ONUs with what a
    /// list does not carry; without them nothing is said of what they would show.
    pub(super) fn of(
        onus: &[Onu],
        columns: Option<&[Onu]>,
        id: OnuId,
        last_offline: Option<ClockTime>,
    ) -> Self {
        let others = || onus.iter().filter(|onu| onu.at.id != id);
        let more = |id: OnuId| columns?.iter().find(|onu| onu.at.id == id);
        let online = others().filter(|onu| onu.state == Some(OnuState::Online)).count();
        let is_off = |onu: &&Onu| onu.state.is_some_and(|state| state != OnuState::Online);
        // In this state or merely offline: one that has come to another state since went otherwise.
        let together = |state: OnuState, is_so: fn(OfflineReason) -> bool| {
            if online == others().count() {
                // Whenever it went: nobody went with it.
                return Some(0);
            }
            let (_, mine) = (columns?, last_offline?);
            let went = others().filter(|onu| [Some(state), Some(OnuState::Offline)].contains(&onu.state));
            let counted = went.filter_map(|onu| more(onu.at.id)).filter(|row| {
                let when = row.last_offline.map(|theirs| theirs.seconds_after(mine).abs());
                when.is_some_and(|apart| apart <= TOGETHER_S) && row.offline_reason.is_some_and(is_so)
            });
            Some(counted.count())
        };
        let lit = || others().filter(|onu| onu.state == Some(OnuState::Online));
        Self {
            total: Some(others().count()),
            online,
            offline: others().filter(is_off).count(),
            lost_with_it: together(OnuState::Los, is_loss),
            dark_with_it: together(OnuState::DyingGasp, |reason| reason == OfflineReason::PowerOff),
            median_rx: median(lit().filter_map(|onu| onu.rx)),
            median_olt_rx: median(lit().filter_map(|onu| more(onu.at.id)?.olt_rx.or(onu.olt_rx))),
        }
    }

    /// Whether there are others, and all of them are known to be out of service.
    pub(super) fn are_all_off(&self) -> bool {
        self.offline > 0 && self.total == Some(self.offline)
    }
}

/// The median of powers, in dBm; of an even number the weaker of the two in the middle.
fn median(powers: impl Iterator<Item = Dbm>) -> Option<f64> {
    let mut powers: Vec<i32> = powers.map(Dbm::milli).collect();
    powers.sort_unstable();
    let middle = powers.len().checked_sub(1)? / 2;
    let median = powers.get(middle).filter(|_| powers.len() >= FEWEST)?;
    Some(Dbm::from_milli(*median).value())
}

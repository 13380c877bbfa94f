//! What happens to boxes when their ONUs are registered, removed, disabled and restarted.

use std::time::Duration;

use gpon::{OfflineReason, OnuRef, OnuState, PonPort, SerialNumber};

use super::behaviour::Stays;
use super::plant::lease;
use super::{Device, NewBox, Onu, OnuConfig, Unconfigured};

/// How long a box takes from one phase to the next, by the clock of the device. A real one
/// takes 1 to 2 minutes from a reboot to its service (fact sheet, CLI §6 nr. 13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Without light, after a reboot of the box.
    pub los: Duration,
    /// In phase Logging, after it was registered or enabled.
    pub logging: Duration,
    /// In phase Synchronization.
    pub sync: Duration,
    /// From its coming online until `Config state` is `success`.
    pub config: Duration,
    /// From its registration until its interface can be entered (fact sheet, CLI §5.1:
    /// clients wait 2 to 3 s).
    pub interface: Duration,
    /// From its first service in service until an address is learned behind it.
    pub mac: Duration,
    /// From its coming online, or from the setting of a WAN connection, until that connects.
    pub wan: Duration,
}

/// A phase that an ONU will be in.
#[derive(Debug, Clone)]
pub(super) struct Due {
    moment: Duration,
    at: OnuRef,
    phase: OnuState,
}

impl Device {
    /// Moves every ONU whose time has come.
    pub(super) fn move_due(&mut self, now: Duration) {
        while let Some(due) = self.due.front().filter(|due| due.moment <= now).cloned() {
            self.due.pop_front();
            self.now = self.now.max(due.moment);
            self.change_phase(due.at, due.phase, OfflineReason::Unknown);
            // It was nobody's act; whoever lists rows has to look all the same.
            self.changes += 1;
        }
    }

    /// Forgets what was going to happen to an ONU; whether anything was.
    pub(super) fn forget_due(&mut self, at: OnuRef) -> bool {
        let before = self.due.len();
        self.due.retain(|due| due.at != at);
        self.due.len() < before
    }

    fn plan(&mut self, at: OnuRef, steps: &[(Duration, OnuState)]) {
        let mut moment = self.now;
        for (after, phase) in steps {
            moment = moment.saturating_add(*after);
            let place = self.due.partition_point(|due| due.moment <= moment);
            self.due.insert(place, Due { moment, at, phase: *phase });
        }
        self.move_due(self.now);
    }

    /// A box that is there comes into service.
    fn start(&mut self, at: OnuRef) {
        self.forget_due(at);
        self.change_phase(at, OnuState::Logging, OfflineReason::Unknown);
        let Life { logging, sync, .. } = self.life;
        self.plan(at, &self.way(at, [logging, sync]));
    }

    /// The phases that the box of an ONU goes through, and when.
    fn way(&self, at: OnuRef, after: [Duration; 2]) -> Vec<(Duration, OnuState)> {
        let stays = self.onu(at).and_then(|onu| onu.behaviour.stays);
        after.into_iter().zip(Stays::phases(stays)).collect()
    }

    /// Light comes from the box of an ONU: it comes into service unless it is disabled.
    pub(super) fn lit(&mut self, at: OnuRef) {
        self.hold(at, true);
        self.obey(at);
    }

    /// Reboots a box that is in service.
    pub(super) fn restart(&mut self, at: OnuRef) {
        self.forget_due(at);
        if !self.change_phase(at, OnuState::Los, OfflineReason::Reboot) {
            return;
        }
        let Life { los, sync, .. } = self.life;
        self.plan(at, &self.way(at, [los, sync]));
    }

    /// Lets a box do what the configuration of its ONU says: one that is disabled goes
    /// offline, one that went offline by that alone comes back.
    pub(super) fn obey(&mut self, at: OnuRef) {
        let Some(onu) = self.onu(at) else { return };
        let (enabled, held, lit) = (onu.configured.enabled, onu.held, onu.sends_light());
        if enabled && held {
            self.hold(at, false);
            self.start(at);
        } else if !enabled && (self.forget_due(at) || lit) {
            self.hold(at, true);
            self.change_phase(at, OnuState::Offline, OfflineReason::Shutdown);
        }
    }

    fn hold(&mut self, at: OnuRef, held: bool) {
        if let Some(onu) = self.onu_mut(at) {
            onu.held = held;
        }
    }

    /// Registers an ONU where none is, and lets its box come into service if it is there.
    pub(super) fn register(&mut self, at: OnuRef, configured: OnuConfig) {
        let found = self.take_box(at.pon, configured.serial);
        let here = found.is_some();
        let mut onu = match found {
            Some(found) => Onu { configured, ..found },
            None => Onu::of(configured, OnuState::Offline),
        };
        onu.registered = Some(self.now);
        self.insert_onu(at, onu);
        if here {
            self.lit(at);
        }
    }

    /// Removes an ONU; its box waits for configuration where the OLT still sees it.
    pub(super) fn unregister(&mut self, at: OnuRef) -> bool {
        let busy = self.forget_due(at);
        let Some(onu) = self.remove_onu(at) else { return false };
        self.left.insert(at, self.now);
        if !(busy || onu.held || onu.sends_light()) {
            return true;
        }
        self.wait_for_configuration(at.pon, &onu);
        true
    }

    /// Takes another box for an ONU (fact sheet, CLI §5.1, `registration-method`).
    pub(super) fn rebind(&mut self, at: OnuRef, serial: SerialNumber, password: Option<String>) {
        let Some(onu) = self.onu_mut(at) else { return };
        if onu.configured.serial == serial {
            onu.configured.password = password;
            return;
        }
        let (registered, configured) =
            (onu.registered, OnuConfig { serial, password, ..onu.configured.clone() });
        self.unregister(at);
        self.register(at, configured);
        if let Some(onu) = self.onu_mut(at) {
            onu.registered = registered;
        }
    }

    /// The serial number of the box that waits on the port and sends this password.
    pub(super) fn serial_by_password(&self, pon: PonPort, password: &str) -> Option<SerialNumber> {
        let waiting = &self.pons.get(&pon)?.unconfigured;
        waiting.iter().find(|one| one.password == password).map(|one| one.serial)
    }

    /// The box with this serial number that waits on the port, as one that the OLT never had.
    fn take_box(&mut self, pon: PonPort, serial: SerialNumber) -> Option<Onu> {
        let waiting = &mut self.pons.get_mut(&pon)?.unconfigured;
        let place = waiting.iter().position(|one| one.serial == serial)?;
        let seen = waiting.remove(place);
        let mut onu = self.take_removed(pon, serial).unwrap_or_else(|| unknown_box(&seen));
        // It gets its address anew.
        let lease = onu.ip_host.take().or(onu.lease).unwrap_or_else(|| lease(serial));
        Some(Onu {
            lease: Some(lease),
            service_since: None,
            wan_since: None,
            last_online: None,
            last_offline: None,
            reason: OfflineReason::Unknown,
            past: Vec::new(),
            held: false,
            ranged: true,
            phase: OnuState::Offline,
            ..onu
        })
    }

    /// How long ago the ONU of a place was removed; `None` where none was.
    pub(crate) fn gone_for(&self, at: OnuRef) -> Option<Duration> {
        self.left.get(&at).map(|left| self.now.saturating_sub(*left))
    }

    /// Whether the interface of an ONU can be entered.
    pub(crate) fn has_interface(&self, at: OnuRef) -> bool {
        self.onu(at).is_some_and(|onu| {
            onu.registered.is_none_or(|since| self.now.saturating_sub(since) >= self.life.interface)
        })
    }
}

/// A box of which only is known what it says of itself before it is registered; how far
/// away it is depends on its serial number.
fn unknown_box(seen: &Unconfigured) -> Onu {
    let Unconfigured { serial, model, version, password, .. } = seen.clone();
    NewBox { model, version, password: Some(password), ..NewBox::new(serial) }.onu()
}

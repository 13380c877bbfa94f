use std::collections::BTreeMap;

use gpon::{OnuRef, PonPort, SerialNumber};

use super::{Device, GemPort, Onu, Pppoe, Profiles, ServicePort, Tcont};

/// All that an operator configures: what `write` saves and a reboot brings back (fact
/// sheet, CLI §1.7). What the plant does (phases, optics, counters) is no part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// Of the device itself.
    pub system: SystemConfig,
    /// Profiles and VLANs.
    pub profiles: Profiles,
    /// Of the uplinks, in their order.
    pub uplinks: Vec<UplinkConfig>,
    /// Of the PON ports.
    pub pons: BTreeMap<PonPort, PonConfig>,
    /// Of the ONUs.
    pub onus: BTreeMap<OnuRef, OnuConfig>,
}

/// What is configured of the device itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SystemConfig {
    /// sysName, also the prompt of its command line.
    pub name: String,
    /// sysContact.
    pub contact: String,
    /// sysLocation.
    pub location: String,
}

/// What is configured of an uplink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UplinkConfig {
    /// A user's text (ifDescr, ifAlias); often empty.
    pub description: String,
    /// Whether it is enabled.
    pub enabled: bool,
}

/// What is configured of a PON port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PonConfig {
    /// Whether it is enabled.
    pub enabled: bool,
    /// Its name, which only its configuration shows; empty for none.
    pub name: String,
    /// Its description; empty for none.
    pub description: String,
    /// Further lines of its configuration.
    pub lines: Vec<String>,
}

/// Enabled, and nothing else.
impl Default for PonConfig {
    fn default() -> Self {
        Self { enabled: true, name: String::new(), description: String::new(), lines: Vec::new() }
    }
}

/// What is configured of an ONU, on the OLT's side and on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnuConfig {
    /// Name, any bytes, at most 128 (fact sheet, SNMP §4.3).
    pub name: Vec<u8>,
    /// Description, any bytes, at most 127.
    pub description: Vec<u8>,
    /// The ONU type it is configured as.
    pub onu_type: String,
    /// Its serial number.
    pub serial: SerialNumber,
    /// The password it is registered by; `None` for one registered by serial.
    pub password: Option<String>,
    /// `vport-mode` behind its registration (fact sheet, CLI §9.1); empty for none.
    pub vport_mode: String,
    /// Line and remote profile (`onu N profile`, fact sheet, CLI §5.1); empty for none.
    pub onu_profiles: [String; 2],
    /// Whether it is enabled (`no shutdown`).
    pub enabled: bool,
    /// PPPoE on its WAN side.
    pub pppoe: Option<Pppoe>,
    /// T-CONTs by number.
    pub tconts: BTreeMap<u8, Tcont>,
    /// GEM ports by number.
    pub gem_ports: BTreeMap<u8, GemPort>,
    /// Service ports by number.
    pub service_ports: BTreeMap<u8, ServicePort>,
    /// The ONU profile that set the T-CONT, the GEM port and the service of a number; none
    /// for those that stand for themselves (fact sheet, CLI §4.5).
    pub profiled: BTreeMap<u8, String>,
    /// Further lines of its interface, as its configuration shows them.
    pub lines: Vec<String>,
    /// What is set in the box, as `pon-onu-mng` shows it.
    pub remote: Vec<RemoteLine>,
}

impl OnuConfig {
    /// Registered by this serial number, enabled, and nothing else.
    pub fn new(serial: SerialNumber, onu_type: &str) -> Self {
        Self {
            name: Vec::new(),
            description: Vec::new(),
            onu_type: onu_type.to_owned(),
            serial,
            password: None,
            vport_mode: String::new(),
            onu_profiles: Default::default(),
            enabled: true,
            pppoe: None,
            tconts: BTreeMap::new(),
            gem_ports: BTreeMap::new(),
            service_ports: BTreeMap::new(),
            profiled: BTreeMap::new(),
            lines: Vec::new(),
            remote: Vec::new(),
        }
    }
}

/// A line of `pon-onu-mng`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteLine {
    /// The ONU profile that set it; empty for none.
    pub profile: String,
    /// The line.
    pub text: String,
}

impl RemoteLine {
    /// A line that no profile set.
    pub fn own(text: impl Into<String>) -> Self {
        Self { profile: String::new(), text: text.into() }
    }
}

impl Configuration {
    /// The running one.
    pub(super) fn running(device: &Device) -> Self {
        Self {
            system: device.chassis.configured.clone(),
            profiles: device.profiles.clone(),
            uplinks: device.uplinks.iter().map(|port| port.configured.clone()).collect(),
            pons: device.pons.iter().map(|(at, pon)| (*at, pon.configured.clone())).collect(),
            onus: device.onus().map(|(at, onu)| (at, onu.configured.clone())).collect(),
        }
    }

    /// Puts it into a device in place of what runs there. The plant stays as it is: a
    /// box that was there under this serial number, or hung there before its ONU was
    /// removed, is there again; of any other nothing is seen.
    pub(super) fn apply(&self, device: &mut Device) {
        device.chassis.configured.clone_from(&self.system);
        device.profiles.clone_from(&self.profiles);
        for (port, configured) in device.uplinks.iter_mut().zip(&self.uplinks) {
            port.configured.clone_from(configured);
        }
        for (at, configured) in &self.pons {
            if let Some(pon) = device.pon_mut(*at) {
                pon.configured.clone_from(configured);
            }
        }
        let running: Vec<OnuRef> = device.onus().map(|(at, _)| at).collect();
        for at in running {
            let same =
                |saved: &OnuConfig| device.onu(at).is_some_and(|now| now.configured.serial == saved.serial);
            if !self.onus.get(&at).is_some_and(same) {
                device.unregister(at);
            }
        }
        for (at, saved) in &self.onus {
            if let Some(onu) = device.onu_mut(*at) {
                onu.configured.clone_from(saved);
            } else if let Some(onu) = device.take_removed(at.pon, saved.serial) {
                let waits = device.pon_mut(at.pon).is_some_and(|pon| {
                    let before = pon.unconfigured.len();
                    pon.unconfigured.retain(|one| one.serial != saved.serial);
                    pon.unconfigured.len() < before
                });
                // One that was on its way into service when it was removed still is.
                let held = onu.held || waits && !onu.sends_light();
                device.insert_onu(*at, Onu { configured: saved.clone(), held, ..onu });
            } else {
                device.register(*at, saved.clone());
            }
            device.obey(*at);
        }
    }
}

/// The running configuration of a device, to be changed: whoever holds it reaches
/// nothing of what the plant does.
#[derive(Debug)]
pub struct Running<'a>(pub(super) &'a mut Device);

impl Running<'_> {
    /// What is configured of an ONU.
    pub fn onu(&mut self, at: OnuRef) -> Option<&mut OnuConfig> {
        self.0.onu_mut(at).map(|onu| &mut onu.configured)
    }

    /// What is configured of a PON port.
    pub fn pon(&mut self, at: PonPort) -> Option<&mut PonConfig> {
        self.0.pon_mut(at).map(|pon| &mut pon.configured)
    }

    /// Profiles and VLANs.
    pub fn profiles(&mut self) -> &mut Profiles {
        &mut self.0.profiles
    }

    /// The device as it is.
    pub fn device(&self) -> &Device {
        self.0
    }

    /// Registers an ONU at a place where none is; its box comes into service if it waits on
    /// the port.
    pub fn register(&mut self, at: OnuRef, configured: OnuConfig) {
        self.0.register(at, configured);
    }

    /// The serial number of the box that waits on the port and sends this password.
    pub fn serial_by_password(&self, pon: PonPort, password: &str) -> Option<SerialNumber> {
        self.0.serial_by_password(pon, password)
    }

    /// Removes an ONU with all that is configured of it (fact sheet, CLI §5.1); `false`
    /// when there is none. Its box waits for configuration then.
    pub fn unregister(&mut self, at: OnuRef) -> bool {
        self.0.unregister(at)
    }

    /// Takes another box for an ONU.
    pub fn rebind(&mut self, at: OnuRef, serial: SerialNumber, password: Option<String>) {
        self.0.rebind(at, serial, password);
    }

    /// Enables or disables an ONU; its box goes offline, or comes back.
    pub fn enable(&mut self, at: OnuRef, enabled: bool) {
        if let Some(onu) = self.onu(at) {
            onu.enabled = enabled;
        }
        self.0.obey(at);
    }

    /// Says that the first service port of an ONU was set just now.
    pub fn service_begins(&mut self, at: OnuRef) {
        let now = self.0.now;
        if let Some(onu) = self.0.onu_mut(at) {
            onu.service_since = Some(now);
            onu.reserve_address();
        }
    }

    /// Says that a WAN connection was set just now in the box of an ONU.
    pub fn wan_begins(&mut self, at: OnuRef) {
        let now = self.0.now;
        if let Some(onu) = self.0.onu_mut(at) {
            onu.wan_since = Some(now);
            onu.reserve_address();
        }
    }

    /// Reboots the box of an ONU.
    pub fn restart(&mut self, at: OnuRef) {
        self.0.restart(at);
    }

    /// Locks or unlocks an Ethernet port of the box, numbered from 1; `false` when it lacks
    /// the port.
    pub fn unlock_ethernet(&mut self, at: OnuRef, port: usize, unlocked: bool) -> bool {
        let Some(onu) = self.0.onu_mut(at) else { return false };
        let port = port.checked_sub(1).and_then(|place| onu.ethernet.get_mut(place));
        port.map(|port| port.unlocked = unlocked).is_some()
    }
}

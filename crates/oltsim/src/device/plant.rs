//! Boxes that are plugged in and unplugged, and what the OLT learns of them.

use std::net::Ipv4Addr;

use gpon::{OfflineReason, OnuRef, OnuState, PonPort, SerialNumber};
use serde::Deserialize;

use super::onu::usual_password;
use super::{Behaviour, Device, Ethernet, IpHost, Onu, Traffic, Unconfigured};
use crate::random::Random;

/// A box that is plugged in; what is left out is what such boxes usually have.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewBox {
    /// Its serial number.
    pub serial: SerialNumber,
    /// The model it reports.
    #[serde(default = "usual_model")]
    pub model: String,
    /// Its software version.
    #[serde(default = "usual_version")]
    pub version: String,
    /// Its hardware version; made of the software's first number.
    #[serde(default)]
    pub hardware: Option<String>,
    /// The password it sends, at most 10 characters; that of ZTE's boxes, the last nine of
    /// the serial number.
    #[serde(default)]
    pub password: Option<String>,
    /// How many Ethernet ports it has.
    #[serde(default = "usual_ports")]
    pub ethernet: u8,
    /// How far away it is, in metres; of the serial number, as its light.
    #[serde(default)]
    pub distance: Option<u32>,
    /// What it receives, dBm.
    #[serde(default)]
    pub rx: Option<f64>,
    /// What it sends, dBm.
    #[serde(default)]
    pub tx: Option<f64>,
    /// What the OLT receives of it, dBm.
    #[serde(default)]
    pub olt_rx: Option<f64>,
    /// What it does once it is registered.
    #[serde(default)]
    pub behaviour: Behaviour,
}

fn usual_model() -> String {
    "F660V8.0".to_owned()
}

fn usual_version() -> String {
    "V8.0.10P1T3".to_owned()
}

fn usual_ports() -> u8 {
    4
}

impl NewBox {
    /// The usual box with this serial number.
    pub fn new(serial: SerialNumber) -> Self {
        Self {
            serial,
            model: usual_model(),
            version: usual_version(),
            hardware: None,
            password: None,
            ethernet: usual_ports(),
            distance: None,
            rx: None,
            tx: None,
            olt_rx: None,
            behaviour: Behaviour::default(),
        }
    }

    /// As an ONU that was never registered.
    pub(super) fn onu(&self) -> Onu {
        let mut onu = Onu::new(self.serial, &self.model, OnuState::Offline);
        onu.equipment.model.clone_from(&self.model);
        onu.equipment.software.clone_from(&self.version);
        onu.equipment.hardware = self.hardware.clone().unwrap_or_else(|| hardware_of(&self.version));
        onu.own_password = Some(self.own_password());
        onu.behaviour = self.behaviour.clone();
        let mut random = Random::new(u64::from_be_bytes(self.serial.octets()), &[0xb0c5]);
        let distance = 300 + u32::try_from(random.below(9_000)).unwrap_or(0);
        onu.distance_m = self.distance.unwrap_or(distance);
        let loss = 17_000 + random.between(0, 6_000);
        onu.optics.tx = self.tx.map_or(onu.optics.tx, milli);
        onu.optics.rx = self.rx.map_or(3_900 - loss, milli);
        onu.optics.olt_rx = self.olt_rx.map_or(onu.optics.tx - loss, milli);
        onu.optics.drift_phase = u16::try_from(random.below(65_536)).unwrap_or(0);
        onu.upstream = Traffic::new(0, random.below(400_000));
        onu.downstream = Traffic::new(0, random.below(2_500_000));
        onu.ethernet = vec![Ethernet { unlocked: true, up: false, speed: 1 }; usize::from(self.ethernet)];
        onu
    }

    fn own_password(&self) -> String {
        self.password.clone().unwrap_or_else(|| usual_password(self.serial))
    }
}

/// dBm in thousandths.
pub(crate) fn milli(dbm: f64) -> i32 {
    (dbm * 1000.0).round() as i32
}

/// The version of a box whose software is `version`: ZTE's begins with that of the
/// hardware (fact sheet, CLI §4.6); of others nothing is known.
pub(crate) fn hardware_of(version: &str) -> String {
    let major = version.strip_prefix('V').and_then(|rest| rest.split_once('.'));
    match major {
        Some((major, _)) if major.bytes().all(|byte| byte.is_ascii_digit()) => format!("V{major}.0"),
        _ => "V1.0".to_owned(),
    }
}

impl Onu {
    /// Makes up the address that it gets once it is served, unless it has one.
    pub(super) fn reserve_address(&mut self) {
        if self.ip_host.is_none() {
            self.lease.get_or_insert(lease(self.configured.serial));
        }
    }
}

/// The address that a box which the OLT never had gets when its WAN connects: private ones,
/// made of its serial number.
pub(super) fn lease(serial: SerialNumber) -> IpHost {
    let [.., a, b, c] = serial.octets();
    let mac = [0x02, 0x5a, 0x80, a, b, c];
    let (a, host) = (a | 0x80, c.clamp(1, 253));
    let (address, gateway) = (Ipv4Addr::new(10, a, b, host), Ipv4Addr::new(10, a, b, 254));
    IpHost { mac, address, mask: Ipv4Addr::new(255, 255, 255, 0), gateway }
}

impl Device {
    /// Plugs a box in. One whose ONU is registered on the port by its serial number or its
    /// password comes into service; any other waits for configuration. `false` when there is
    /// no such PON port.
    pub fn plug_in(&mut self, pon: PonPort, new: &NewBox) -> bool {
        self.refresh();
        if !self.pons.contains_key(&pon) {
            return false;
        }
        let (serial, onu) = (new.serial, new.onu());
        if let Some(at) = self.registered(pon, serial, &new.own_password()) {
            if let Some(own) = self.onu_mut(at) {
                own.configured.serial = serial;
                own.equipment = onu.equipment;
                own.optics = onu.optics;
                own.ethernet = onu.ethernet;
                own.own_password = onu.own_password;
                own.behaviour = onu.behaviour;
                (own.distance_m, own.ranged) = (onu.distance_m, true);
            }
            self.lit(at);
            return true;
        }
        self.wait_for_configuration(pon, &onu);
        self.removed.insert((pon, serial), onu);
        true
    }

    /// Unplugs the box with this serial number from a port, whether its ONU is registered or
    /// it waits; `reason` says whether it lost its power or its fibre. `false` when it is on neither list.
    pub fn unplug(&mut self, pon: PonPort, serial: SerialNumber, reason: OfflineReason) -> bool {
        self.refresh();
        let waits = self.pons.get_mut(&pon).is_some_and(|state| {
            let before = state.unconfigured.len();
            state.unconfigured.retain(|one| one.serial != serial);
            state.unconfigured.len() < before
        });
        if waits {
            self.removed.remove(&(pon, serial));
        }
        let phase = if reason == OfflineReason::PowerOff { OnuState::DyingGasp } else { OnuState::Los };
        let found = self.onus().find(|(at, onu)| at.pon == pon && onu.configured.serial == serial);
        let found = found.map(|(at, _)| at);
        waits | found.is_some_and(|at| self.set_phase(at, phase, reason))
    }

    fn registered(&self, pon: PonPort, serial: SerialNumber, password: &str) -> Option<OnuRef> {
        let known = |onu: &Onu| match &onu.configured.password {
            Some(own) => own == password,
            None => onu.configured.serial == serial,
        };
        self.onus().find(|(at, onu)| at.pon == pon && known(onu)).map(|(at, _)| at)
    }

    /// Puts a box on the list of those that wait for configuration.
    pub(super) fn wait_for_configuration(&mut self, pon: PonPort, onu: &Onu) {
        let (seen, serial) = (self.time(), onu.configured.serial);
        let Some(state) = self.pons.get_mut(&pon) else { return };
        state.unconfigured.retain(|other| other.serial != serial);
        let (model, version) = (onu.equipment.model.clone(), onu.equipment.software.clone());
        let password = onu.own_password.clone().unwrap_or_else(|| usual_password(serial));
        state.unconfigured.push(Unconfigured { serial, model, version, password, seen });
    }

    /// Hangs a box on a port that its list of waiting ones has already.
    pub(crate) fn hang(&mut self, pon: PonPort, new: &NewBox) {
        self.removed.insert((pon, new.serial), new.onu());
    }
}

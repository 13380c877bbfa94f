use std::collections::BTreeMap;

use gpon::{OnuRef, PonPort};

use super::{Chassis, Device, Onu, Profiles};

/// What an operator configured and saved: it comes back after a reboot. What the plant does
/// (phases, optics, counters) is no part of it.
#[derive(Debug, Clone)]
pub struct Configuration {
    chassis: Chassis,
    profiles: Profiles,
    pons: BTreeMap<PonPort, Port>,
    onus: BTreeMap<OnuRef, Onu>,
    /// Description and whether it is enabled, in the order of the uplinks.
    uplinks: Vec<(String, bool)>,
}

/// What is configured of a PON port.
#[derive(Debug, Clone)]
struct Port {
    enabled: bool,
    name: String,
    description: String,
    config: Vec<String>,
}

impl Configuration {
    /// The running one.
    pub(crate) fn running(device: &Device) -> Self {
        let port = |(at, pon): (&PonPort, &super::Pon)| {
            let port = Port {
                enabled: pon.enabled,
                name: pon.name.clone(),
                description: pon.description.clone(),
                config: pon.config.clone(),
            };
            (*at, port)
        };
        Self {
            chassis: device.chassis.clone(),
            profiles: device.profiles.clone(),
            pons: device.pons.iter().map(port).collect(),
            onus: device.onus().map(|(at, onu)| (at, onu.clone())).collect(),
            uplinks: device.uplinks.iter().map(|port| (port.description.clone(), port.enabled)).collect(),
        }
    }

    /// An ONU as it is configured here.
    pub fn onu(&self, at: OnuRef) -> Option<&Onu> {
        self.onus.get(&at)
    }

    /// Puts it into a device. An ONU that is there keeps what the plant does with it.
    pub(crate) fn apply(&self, device: &mut Device) {
        device.chassis.clone_from(&self.chassis);
        device.profiles.clone_from(&self.profiles);
        for (port, (description, enabled)) in device.uplinks.iter_mut().zip(&self.uplinks) {
            port.description.clone_from(description);
            port.enabled = *enabled;
        }
        for (at, port) in &self.pons {
            let Some(pon) = device.pon_mut(*at) else { continue };
            pon.enabled = port.enabled;
            pon.name.clone_from(&port.name);
            pon.description.clone_from(&port.description);
            pon.config.clone_from(&port.config);
        }
        let lost: Vec<OnuRef> = device.onus().map(|(at, _)| at).collect();
        for at in lost.into_iter().filter(|at| !self.onus.contains_key(at)) {
            device.remove_onu(at);
        }
        for (at, saved) in &self.onus {
            let mut onu = saved.clone();
            if let Some(now) = device.onu(*at).filter(|now| now.serial == saved.serial) {
                onu.keep_state_of(now);
            }
            device.insert_onu(*at, onu);
        }
    }
}

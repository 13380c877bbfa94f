//! The services of an ONU: what a T-CONT, a GEM port and a service port are made of.

use super::ScenarioError;
use super::file::File;
use super::rule::{Mode, ServiceSection};
use crate::cli::WriteOptions;
use crate::device::{Device, Form, GemPort, Onu, PortMode, RemoteLine, ServicePort, Tcont};

/// A service whose references are resolved.
#[derive(Debug)]
pub(super) struct Service {
    bandwidth: String,
    upstream: String,
    downstream: String,
    port: ServicePort,
    /// Its virtual port; `None` for that of its number.
    vport: Option<u8>,
    /// The ONU profile that sets it; empty for none.
    profile: String,
}

fn service(
    file: &File,
    device: &Device,
    section: &ServiceSection,
    at: &str,
) -> Result<Service, ScenarioError> {
    let first = device.profiles.vlans.keys().copied().find(|vid| *vid != 1).unwrap_or(1);
    let vlan = section.vlan.unwrap_or(first);
    for (key, vid) in [("vlan", vlan), ("svlan", section.svlan)] {
        if vid != 0 && !device.profiles.vlans.contains_key(&vid) {
            let what = format!("VLAN {vid} is not among [[vlans]]");
            return Err(ScenarioError::at(format_args!("{at}.{key}"), what));
        }
    }
    let bandwidth = match &section.bandwidth {
        Some(name) => name.clone(),
        None => file.bandwidth_profiles.first().map(|profile| profile.name.clone()).unwrap_or_default(),
    };
    if !file.bandwidth_profiles.iter().any(|profile| profile.name == bandwidth) {
        let what = format!("{bandwidth:?} is not among [[bandwidth_profiles]]");
        return Err(ScenarioError::at(format_args!("{at}.bandwidth"), what));
    }
    for (key, name) in [("upstream", &section.upstream), ("downstream", &section.downstream)] {
        if !name.is_empty() && !file.traffic_profiles.iter().any(|profile| profile.name == *name) {
            let what = format!("{name:?} is not among [[traffic_profiles]]");
            return Err(ScenarioError::at(format_args!("{at}.{key}"), what));
        }
    }
    let user_vlan = match section.mode {
        Mode::Untag | Mode::OtherAll => 0,
        _ => section.user_vlan.unwrap_or(vlan),
    };
    Ok(Service {
        bandwidth,
        upstream: section.upstream.clone(),
        downstream: section.downstream.clone(),
        port: ServicePort {
            vport: 1,
            mode: section.mode.into(),
            user_vlan,
            vlan,
            svlan: section.svlan,
            description: section.description.clone(),
            form: Form {
                etype: section.etype.clone(),
                user_svlan: section.user_svlan,
                cos: section.cos,
                scos: section.scos,
                ingress: section.ingress.clone(),
                egress: section.egress.clone(),
                other_all: section.mode == Mode::OtherAll,
                short: section.short,
                switchport: section.switchport,
            },
        },
        vport: section.vport,
        profile: section.profile.clone(),
    })
}

/// Each service has a T-CONT of its own.
const MOST_SERVICES: usize = 8;

/// # Errors
/// More services than an ONU has T-CONTs, or one that names what the scenario lacks.
pub(super) fn services(
    file: &File,
    device: &Device,
    sections: &[ServiceSection],
    at: &str,
) -> Result<Vec<Service>, ScenarioError> {
    if sections.len() > MOST_SERVICES {
        return Err(ScenarioError::at(at, "an ONU has at most 8 T-CONTs"));
    }
    let numbered = sections.iter().enumerate();
    numbered.map(|(number, section)| service(file, device, section, &format!("{at}[{number}]"))).collect()
}

/// Gives an ONU a T-CONT, a GEM port and a service port for each service, and no others.
pub(super) fn provision(writes: &WriteOptions, services: &[Service], onu: &mut Onu, id: u8) {
    onu.configured.tconts.clear();
    onu.configured.gem_ports.clear();
    onu.configured.service_ports.clear();
    onu.configured.profiled.clear();
    for (service, number) in services.iter().zip(1u8..) {
        // Alloc-IDs start at 256; eight T-CONTs for each of 128 ONUs fit below 4096.
        let alloc_id = 256 + u16::from(id) * 8 + u16::from(number - 1) % 8;
        let name = format!("T{number}");
        let (profile, gap) = (service.bandwidth.clone(), writes.tcont_gap);
        onu.configured.tconts.insert(number, Tcont { name, profile, alloc_id, gap });
        onu.configured.gem_ports.insert(
            number,
            GemPort {
                name: format!("G{number}"),
                tcont: number,
                port_id: alloc_id + 2000,
                queue: None,
                upstream_profile: service.upstream.clone(),
                downstream_profile: service.downstream.clone(),
                switchport: writes.switchport_mode.then_some(PortMode::Hybrid),
            },
        );
        let vport = service.vport.unwrap_or(number);
        onu.configured.service_ports.insert(number, ServicePort { vport, ..service.port.clone() });
        if !service.profile.is_empty() {
            onu.configured.profiled.insert(number, service.profile.clone());
        }
    }
}

/// Sets in the box what goes with the services: those of profiles first, as on the device.
pub(super) fn provision_remote(onu: &mut Onu) {
    let configured = &onu.configured;
    let first = configured.service_ports.keys().next().copied().filter(|_| !onu.ethernet.is_empty());
    let mut profiles: Vec<&str> = Vec::new();
    for profile in configured.profiled.values().map(String::as_str).chain([""]) {
        if !profiles.contains(&profile) {
            profiles.push(profile);
        }
    }
    let mut lines = Vec::new();
    let mut port_of_first = None;
    for profile in profiles {
        let own = |number: &u8| configured.profiled.get(number).map_or("", String::as_str) == profile;
        let mut line = |text| lines.push(RemoteLine { profile: profile.to_owned(), text });
        for (number, port) in configured.service_ports.iter().filter(|(number, _)| own(number)) {
            let name = configured.gem_ports.get(&port.vport).map_or("", |gem| gem.name.as_str());
            let name = if name.is_empty() { number.to_string() } else { name.to_owned() };
            line(format!("service {name} gemport {} vlan {}", port.vport, inner(port)));
        }
        let Some(port) = first.filter(own).and_then(|number| configured.service_ports.get(&number)) else {
            continue;
        };
        let text = format!("vlan port eth_0/1 mode tag vlan {}", inner(port));
        if profile.is_empty() {
            port_of_first = Some(RemoteLine::own(text));
        } else {
            line(text);
        }
    }
    if let Some(pppoe) = &configured.pppoe {
        lines.push(RemoteLine::own(format!(
            "wan-ip 1 mode pppoe username {} password {} vlan-profile {} host 1",
            pppoe.user, pppoe.password, pppoe.vlan_profile
        )));
    }
    lines.extend(port_of_first);
    if !lines.is_empty() {
        lines.push(RemoteLine::own("security-mgmt 212 state enable mode forward protocol web"));
    }
    // Behind them what the scenario wrote out.
    lines.append(&mut onu.configured.remote);
    onu.configured.remote = lines;
}

/// The VLAN between the box and the OLT.
fn inner(port: &ServicePort) -> u16 {
    if port.user_vlan == 0 { port.vlan } else { port.user_vlan }
}

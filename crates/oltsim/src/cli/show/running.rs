//! `show running-config`, the whole (fact sheet, CLI §4.5). Its order is that
//! of V2.1.0; the lines outside the sections that the sheet spells are ours.

use std::fmt::Write;

use jiff::civil::DateTime;

use super::{onu_config, running_pon, running_profiles, vlan};
use crate::cli::{Answer, Ask, Command, Slow};
use crate::device::{Profiles, Uplink};

pub(super) const COMMANDS: &[Command] =
    &[Command { syntax: "show running-config", slow: Slow::Everything, run }];

/// The configuration of a device.
#[derive(Debug)]
struct View<'a> {
    saved: DateTime,
    /// `2.1`
    version: String,
    model: &'static str,
    /// Slot and configured type.
    cards: Vec<(u8, String)>,
    profiles: &'a Profiles,
    /// VLAN, address and netmask of its interfaces.
    addresses: Vec<(u16, String, String)>,
    pons: Vec<Port>,
    uplinks: Vec<UplinkView>,
    routes: Vec<&'static str>,
    /// Blocks of `pon-onu-mng`.
    management: Vec<String>,
    user: String,
    hostname: String,
    /// What stands between the host name and the end.
    last: Vec<&'static str>,
}

/// A PON port and the blocks of its ONUs.
#[derive(Debug)]
struct Port {
    port: running_pon::View,
    onus: Vec<String>,
}

/// An uplink port; the VLANs are those of its trunk.
#[derive(Debug)]
struct UplinkView {
    name: String,
    enabled: bool,
    description: String,
    vlans: String,
}

fn print(view: &View<'_>) -> String {
    let mut text = format!(
        "Building configuration...\nolleh\ntimestamp_write: {}\nconfig-version {}\n\
         add-rack rackno 1 racktype {model}Rack\nadd-shelf shelfno 1 shelftype {model}Shelf\n",
        view.saved.strftime("%H:%M:%S %m/%d/%Y"),
        view.version,
        model = view.model,
    );
    for (slot, card) in &view.cards {
        // Writing to a `String` cannot fail, here and below.
        let _ = writeln!(text, "add-card rackno 1 shelfno 1 slotno {slot} {card}");
    }
    text += &running_profiles::blocks(view.profiles);
    text += &vlans(view.profiles);
    text += "clock timezone utc 0\nigmp enable\ninterface mng1\n  ip address 136.1.1.100 255.255.0.0\n!\n";
    for (vlan, address, mask) in &view.addresses {
        let _ = writeln!(text, "interface vlan {vlan}\n  ip address {address} {mask}\n!");
    }
    for Port { port, onus } in &view.pons {
        text += &running_pon::block(port);
        text.extend(onus.iter().map(String::as_str));
    }
    text.extend(view.uplinks.iter().map(uplink));
    for route in &view.routes {
        let _ = writeln!(text, "ip route {route}");
    }
    text += "pon\n!\n";
    text.extend(view.management.iter().map(String::as_str));
    // How the device scrambles a password is not known; this is no password.
    let _ = writeln!(text, "username {} privilege 15 0123456789abcdef0123456789abcdef", view.user);
    let _ = writeln!(text, "version V4.8.35\nhostname {}", view.hostname);
    for line in &view.last {
        let _ = writeln!(text, "{line}");
    }
    text + "end\n"
}

fn vlans(profiles: &Profiles) -> String {
    let list = vlan::ranges(profiles.vlans.keys().copied());
    let mut text = format!("vlan database\n  vlan {list}\n!\n");
    for (id, vlan) in &profiles.vlans {
        let named = vlan.name != crate::device::Vlan::default_name(*id);
        if named || !vlan.description.is_empty() {
            let _ = writeln!(text, "vlan {id}");
            if named {
                let _ = writeln!(text, "  name {}", vlan.name);
            }
            if !vlan.description.is_empty() {
                let _ = writeln!(text, "  description {}", vlan.description);
            }
            text += "!\n";
        }
    }
    text
}

fn uplink(view: &UplinkView) -> String {
    let state = if view.enabled { "no shutdown" } else { "shutdown" };
    let description = match view.description.as_str() {
        "" => String::new(),
        text => format!("  description {text}\n"),
    };
    format!(
        "interface {}\n  {state}\n  hybrid-attribute fiber\n{description}  \
         switchport mode trunk\n  switchport vlan {} tag\n!\n",
        view.name, view.vlans
    )
}

fn run(ask: &Ask<'_>) -> Answer {
    let device = ask.device;
    let list = vlan::ranges(device.profiles.vlans.keys().copied());
    let trunk = |uplink: &Uplink| UplinkView {
        name: uplink.name.clone(),
        enabled: uplink.configured.enabled,
        description: uplink.configured.description.clone(),
        vlans: list.clone(),
    };
    let pons = device.pons().iter().map(|(port, pon)| Port {
        port: running_pon::View::of(*port, pon),
        onus: device
            .onus()
            .filter(|(at, _)| at.pon == *port)
            .map(|(at, onu)| onu_config::block(at, onu, super::is_old(device)))
            .collect(),
    });
    let numbers = device.chassis.firmware.trim_start_matches(['V', 'v']).split('.');
    Ok(print(&View {
        saved: device.saved().unwrap_or_else(|| device.time()),
        version: numbers.take(2).collect::<Vec<_>>().join("."),
        model: device.chassis.model.name(),
        cards: device.cards.iter().map(|(slot, card)| (*slot, card.configured.clone())).collect(),
        profiles: &device.profiles,
        addresses: device
            .profiles
            .interfaces
            .iter()
            .filter_map(|of| Some((of.vlan, of.address?.to_string(), of.mask.to_string())))
            .collect(),
        pons: pons.collect(),
        uplinks: device.uplinks.iter().map(trunk).collect(),
        routes: Vec::new(),
        management: device.onus().filter_map(|(at, onu)| onu_config::remote_block(at, onu)).collect(),
        user: device.cli.user.clone(),
        hostname: device.chassis.configured.name.clone(),
        last: vec!["line telnet idle-timeout 15"],
    }))
}

#[cfg(test)]
#[path = "running_tests.rs"]
mod tests;

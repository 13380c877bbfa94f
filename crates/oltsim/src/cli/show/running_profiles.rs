//! The profiles and ONU types of the running-config (fact sheet, CLI §4.5, §5.4).

use std::fmt::Write;

use crate::device::{BandwidthProfile, OnuType, Profiles, TagMode, TrafficProfile};

/// From the first `gpon` to the end of `pon`.
pub(super) fn blocks(profiles: &Profiles) -> String {
    let mut text = "gpon\n".to_owned();
    for profile in &profiles.bandwidth {
        // Writing to a `String` cannot fail, here and below.
        let _ = writeln!(text, "  profile tcont {} type {}{}", profile.name, profile.kind, rates(profile));
    }
    for profile in &profiles.traffic {
        let TrafficProfile { name, sir, pir, .. } = profile;
        let _ = write!(text, "  profile traffic {name} sir {sir} pir {pir}");
        for (word, burst) in [("cbs", profile.cbs), ("pbs", profile.pbs)] {
            if let Some(burst) = burst {
                let _ = write!(text, " {word} {burst}");
            }
        }
        text.push('\n');
    }
    text += "!\ngpon\n";
    for profile in &profiles.onu_vlan {
        // How an outer VLAN is spelled here is not known.
        let mode = match profile.mode {
            TagMode::Tag => "tag",
            TagMode::VlanStacking => "vlan-stacking",
        };
        let (name, cvlan, priority) = (&profile.name, profile.cvlan, profile.priority);
        let _ = writeln!(text, "  onu profile vlan {name} tag-mode {mode} cvlan {cvlan} pri {priority}");
    }
    for profile in &profiles.onu_ip {
        let _ = writeln!(
            text,
            "  onu profile ip {} gateway {} primary-dns {} second-dns {}",
            profile.name, profile.gateway, profile.primary_dns, profile.secondary_dns
        );
    }
    text += "!\nepon\n!\npon\n";
    text.extend(profiles.onu_types.iter().map(onu_type));
    text + "  uncfg-onu-display-info model sn pw\n!\n"
}

fn rates(profile: &BandwidthProfile) -> String {
    let BandwidthProfile { fixed, assured, maximum, .. } = profile;
    match profile.kind {
        1 => format!(" fixed {fixed}"),
        2 => format!(" assured {assured}"),
        3 => format!(" assured {assured} maximum {maximum}"),
        4 => format!(" maximum {maximum}"),
        _ => format!(" fixed {fixed} assured {assured} maximum {maximum}"),
    }
}

/// A limit has a line where the type has one of its own.
fn onu_type(known: &OnuType) -> String {
    let usual = OnuType::named(known.name.clone());
    let name = &known.name;
    let mut text = format!("  onu-type {name} gpon");
    if !known.description.is_empty() {
        let _ = write!(text, " description {}", known.description);
    }
    text.push('\n');
    for (word, value, unset) in [
        ("max-tcont", known.max_tcont, usual.max_tcont),
        ("max-gemport", known.max_gemport, usual.max_gemport),
        ("max-switch-perslot", known.max_switch_per_slot, usual.max_switch_per_slot),
        ("max-flow-perswitch", known.max_flow_per_switch, usual.max_flow_per_switch),
        ("max-iphost", known.max_ip_host, usual.max_ip_host),
    ] {
        if value != unset {
            let _ = writeln!(text, "  onu-type {name} gpon {word} {value}");
        }
    }
    for ports in &known.interfaces {
        let _ = writeln!(text, "  onu-type-if {name} {ports}");
    }
    text
}

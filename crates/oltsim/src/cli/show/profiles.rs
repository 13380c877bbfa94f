//! `show gpon profile tcont|traffic` and `show gpon onu profile vlan|ip` (fact
//! sheet, CLI §4.7).

use std::fmt::Write;

use crate::cli::{Answer, Ask, Command, Refusal, Slow};
use crate::device::{BandwidthProfile, OnuIpProfile, OnuVlanProfile, TagMode, TrafficProfile};

pub(super) const COMMANDS: &[Command] = &[
    Command { syntax: "show gpon profile tcont", slow: Slow::Simple, run: run_bandwidth },
    Command { syntax: "show gpon profile traffic", slow: Slow::Simple, run: run_traffic },
    Command { syntax: "show gpon onu profile vlan", slow: Slow::Simple, run: run_vlan },
    Command { syntax: "show gpon onu profile ip", slow: Slow::Simple, run: run_ip },
];

/// Which layout the T-CONT profiles have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// V2.1.
    Six,
    /// V1.2.5: another label, and three columns of rates.
    Three,
}

fn print_bandwidth(layout: Layout, profiles: &[BandwidthProfile]) -> String {
    let mut text = String::new();
    for BandwidthProfile { name, kind, fixed, assured, maximum } in profiles {
        // Writing to a `String` cannot fail, here and below.
        let _ = match layout {
            Layout::Six => writeln!(
                text,
                "Profile name :{name}  \n \
                 Type           FBW(kbps)   ABW(kbps)   MBW(kbps)   PRIORITY   WEIGHT    \n \
                 {kind:<15}{fixed:<12}{assured:<12}{maximum:<12}{:<12}{:<12}\n",
                "N/A", "N/A"
            ),
            // Only the label and the number of columns are documented; the
            // widths, and that the type is not one of the three, are not.
            Layout::Three => writeln!(
                text,
                "Name  :{name}\n \
                 Type           FBW(kbps)   ABW(kbps)   MBW(kbps)   \n \
                 {kind:<15}{fixed:<12}{assured:<12}{maximum:<12}\n"
            ),
        };
    }
    text
}

fn run_bandwidth(ask: &Ask<'_>) -> Answer {
    let older = ask.device.chassis.firmware.starts_with("V1.");
    let layout = if older { Layout::Three } else { Layout::Six };
    unless_empty(&ask.device.profiles.bandwidth, |profiles| print_bandwidth(layout, profiles))
}

fn print_traffic(profiles: &[TrafficProfile]) -> String {
    let burst = |size: Option<u32>| size.map_or("default".to_owned(), |size| size.to_string());
    let mut text = String::new();
    for profile in profiles {
        let TrafficProfile { name, sir, pir, cbs, pbs } = profile;
        let _ = writeln!(
            text,
            "Profile name  :{name}          \n  \
             SIR(kbps)           PIR(kbps)           CBS(kbytes)         PBS(kbytes)          \n \
             {sir:<20}{pir:<20}{:<20}{:<20}\n",
            burst(*cbs),
            burst(*pbs)
        );
    }
    text
}

fn run_traffic(ask: &Ask<'_>) -> Answer {
    unless_empty(&ask.device.profiles.traffic, print_traffic)
}

fn print_vlan(profiles: &[OnuVlanProfile]) -> String {
    let blocks = profiles.iter().map(|profile| {
        // The outer VLAN of a stacking profile is not in any capture.
        let mode = match profile.mode {
            TagMode::Tag => "tag",
            TagMode::VlanStacking => "vlan-stacking",
        };
        format!(
            "Profile name:  {}\nTag mode:      {mode}\nCVLAN:         {}\nCVLAN priority:{}\n",
            profile.name, profile.cvlan, profile.priority
        )
    });
    blocks.collect::<Vec<_>>().join("\n")
}

fn run_vlan(ask: &Ask<'_>) -> Answer {
    unless_empty(&ask.device.profiles.onu_vlan, print_vlan)
}

fn print_ip(profiles: &[OnuIpProfile]) -> String {
    let blocks = profiles.iter().map(|profile| {
        format!(
            "Profile name:         {}\nGateway:              {}\n\
             Primary DNS:          {}\nSecondary DNS:        {}\n",
            profile.name, profile.gateway, profile.primary_dns, profile.secondary_dns
        )
    });
    blocks.collect::<Vec<_>>().join("\n")
}

fn run_ip(ask: &Ask<'_>) -> Answer {
    unless_empty(&ask.device.profiles.onu_ip, print_ip)
}

fn unless_empty<T>(profiles: &[T], print: impl Fn(&[T]) -> String) -> Answer {
    if profiles.is_empty() { Err(Refusal::Empty) } else { Ok(print(profiles)) }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::cli::show::fixture::fixture;

    #[test]
    fn prints_the_tcont_profiles() {
        let profile = |name: &str, kind, fixed, maximum| BandwidthProfile {
            name: name.to_owned(),
            kind,
            fixed,
            assured: 0,
            maximum,
        };
        let profiles = [profile("default", 1, 10_000, 0), profile("1G", 4, 0, 1_024_000)];
        let text = print_bandwidth(Layout::Six, &profiles);
        assert_eq!(text, fixture("c320-v2.1.0/show-gpon-profile-tcont.txt"));
        let text = print_bandwidth(Layout::Three, &profiles);
        assert!(text.starts_with("Name  :default\n Type "), "{text}");
    }

    #[test]
    fn prints_the_traffic_profiles() {
        let profile = |name: &str, rate| TrafficProfile {
            name: name.to_owned(),
            sir: rate,
            pir: rate,
            cbs: None,
            pbs: None,
        };
        let text = print_traffic(&[profile("default", 9_953_280), profile("UP50", 51_200)]);
        assert_eq!(text, fixture("c320-v2.1.0/show-gpon-profile-traffic.txt"));
    }

    #[test]
    fn prints_the_vlan_profiles() {
        let profile = |name: &str, cvlan, priority| OnuVlanProfile {
            name: name.to_owned(),
            mode: TagMode::Tag,
            cvlan,
            priority,
            svlan: 0,
        };
        let text = print_vlan(&[profile("PPPOE", 22, 0), profile("TV 7", 300, 7)]);
        assert_eq!(text, fixture("c320-v2.1.0/show-gpon-onu-profile-vlan.txt"));
    }

    #[test]
    fn prints_the_ip_profiles() {
        let text = print_ip(&[OnuIpProfile {
            name: "ST".to_owned(),
            gateway: Ipv4Addr::new(192, 0, 2, 1),
            primary_dns: Ipv4Addr::new(192, 0, 2, 53),
            secondary_dns: Ipv4Addr::new(192, 0, 2, 54),
        }]);
        assert_eq!(text, fixture("c320-v2.1.0/show-gpon-onu-profile-ip.txt"));
    }
}

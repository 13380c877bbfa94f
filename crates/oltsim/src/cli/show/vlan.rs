//! `show vlan summary` and `show vlan <n>` (fact sheet, CLI §4.7).

use std::collections::BTreeSet;

use crate::cli::{Answer, Arg, Ask, Command, Refusal, Slow};
use crate::device::Device;

pub(super) const COMMANDS: &[Command] = &[
    Command { syntax: "show vlan summary", slow: Slow::Simple, run: run_summary },
    Command { syntax: "show vlan <1-4094>", slow: Slow::Simple, run: run_one },
];

/// VLANs as the device lists them: `1,10,300-304`. Two that follow each other
/// are a range already.
pub(super) fn ranges(vlans: impl IntoIterator<Item = u16>) -> String {
    let mut ranges: Vec<(u16, u16)> = Vec::new();
    for vlan in vlans {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(vlan) => *last = vlan,
            _ => ranges.push((vlan, vlan)),
        }
    }
    let texts = ranges.iter().map(
        |(first, last)| {
            if first == last { first.to_string() } else { format!("{first}-{last}") }
        },
    );
    texts.collect::<Vec<_>>().join(",")
}

fn print_summary(vlans: &BTreeSet<u16>) -> String {
    let list = ranges(vlans.iter().copied());
    format!("All created vlan num: {}\nDetails are following:\n    {list}\n", vlans.len())
}

fn run_summary(ask: &Ask<'_>) -> Answer {
    Ok(print_summary(&ask.device.profiles.vlans.keys().copied().collect()))
}

/// What `show vlan <n>` shows.
#[derive(Debug)]
struct View {
    vlan: u16,
    name: String,
    /// Empty for none.
    description: String,
    untagged: Vec<String>,
    tagged: Vec<String>,
}

fn print(view: &View) -> String {
    let description = if view.description.is_empty() { "N/A" } else { &view.description };
    format!(
        "vlanid          :{}\nname            :{}\ndescription     :{description}\n\
         multicast-packet:flood-unknown\ntpid            :0x8100\n\
         port(untagged):\n{}port(tagged):\n{}",
        view.vlan,
        view.name,
        lines(&view.untagged),
        lines(&view.tagged),
    )
}

/// Ports, as many in a line as the terminal is wide. No capture has more than
/// one line.
fn lines(ports: &[String]) -> String {
    const WIDTH: usize = 80;
    let mut text = String::new();
    let mut width = 0;
    for port in ports {
        let room = port.len() + 2;
        if width > 0 && width + room > WIDTH {
            text.push('\n');
            width = 0;
        }
        text.push_str("  ");
        text.push_str(port);
        width += room;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn run_one(ask: &Ask<'_>) -> Answer {
    let Some(Arg::Number(number)) = ask.args.first() else { return Err(ask.bad(0)) };
    let Ok(vlan) = u16::try_from(*number) else { return Err(ask.bad(0)) };
    // What a device says to a VLAN that was not created was never captured.
    let known = ask.device.profiles.vlans.get(&vlan).ok_or(Refusal::Empty)?;
    let (mut untagged, mut tagged) = (Vec::new(), onu_ports(ask.device, vlan));
    let uplinks = ask.device.uplinks.iter().map(|uplink| uplink.name.clone());
    // The uplinks are trunks of every VLAN, whose own one is 1.
    if vlan == 1 {
        untagged.extend(uplinks)
    } else {
        tagged.extend(uplinks)
    }
    Ok(print(&View {
        vlan,
        name: known.name.clone(),
        description: known.description.clone(),
        untagged,
        tagged,
    }))
}

/// The virtual ports of ONUs whose service ports lead to a VLAN. They all carry
/// it tagged: untagged is what stands towards the customer.
fn onu_ports(device: &Device, vlan: u16) -> Vec<String> {
    let ports = device.onus().flat_map(|(at, onu)| {
        let ports = onu.configured.service_ports.values();
        let ports = ports.filter(|port| if port.svlan > 0 { port.svlan == vlan } else { port.vlan == vlan });
        let vports: BTreeSet<u8> = ports.map(|port| port.vport).collect();
        vports.into_iter().map(move |vport| format!("gpon-onu_{at}:{vport}"))
    });
    ports.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::fixture;

    #[test]
    fn prints_the_summary() {
        let few = BTreeSet::from([1, 10, 100, 300, 301, 302, 303, 304]);
        assert_eq!(print_summary(&few), fixture("c320-v2.1.0/show-vlan-summary.txt"));
        let many = (5..=64).map(|half| half * 2).collect();
        assert_eq!(print_summary(&many), fixture("c320-v2.1.0/show-vlan-summary-long.txt"));
    }

    #[test]
    fn prints_a_vlan() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let plain = View {
            vlan: 111,
            name: "VLAN0111".to_owned(),
            description: String::new(),
            untagged: Vec::new(),
            tagged: texts(&["gpon-onu_1/2/8:128:1", "xgei_1/22/1"]),
        };
        assert_eq!(print(&plain), fixture("c300-v2.x/show-vlan.txt"));
        let [first, second, third] =
            ["1/1/1:3:1", "1/1/1:7:1", "1/1/2:1:1"].map(|at| format!("gpon-onu_{at}"));
        let named = View {
            vlan: 22,
            name: "Internet casa".to_owned(),
            description: "Clients > 22 # port(tagged):".to_owned(),
            untagged: texts(&["gei_1/3/2"]),
            tagged: texts(&[&first, &second, &third, "gei_1/3/1", "xgei_1/4/1"]),
        };
        assert_eq!(print(&named), fixture("c320-v2.1.0/show-vlan-named.txt"));
    }
}

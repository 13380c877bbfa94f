//! Uplinks: `show interface gei_…`, `show interface port-status` and
//! `show vlan port` (fact sheet, CLI §4.7).

use std::fmt::Write;

use super::vlan::ranges;
use crate::cli::{Answer, Arg, Ask, Command, Refusal, Slow};
use crate::device::{Rate, Uplink};

pub(super) const COMMANDS: &[Command] = &[
    Command { syntax: "show interface <uplink>", slow: Slow::Simple, run: run_interface },
    Command { syntax: "show interface port-status [<uplink>]", slow: Slow::Simple, run: run_status },
    Command { syntax: "show vlan port <uplink>", slow: Slow::Simple, run: run_vlans },
];

/// The uplink that is asked about.
pub(super) fn asked<'a>(ask: &Ask<'a>) -> Result<&'a Uplink, Refusal> {
    let Some(Arg::Word(name)) = ask.args.first() else { return Err(ask.bad(0)) };
    ask.device.uplinks.iter().find(|uplink| uplink.name == *name).ok_or_else(|| ask.bad(0))
}

/// What `show interface` shows of an uplink, its rates in bytes.
#[derive(Debug)]
struct View<'a> {
    name: &'a str,
    up: bool,
    /// Empty for none.
    description: &'a str,
    /// Mbit/s.
    speed: u32,
    input: Rate,
    output: Rate,
    /// Packets that were dropped.
    dropped: u64,
}

fn print(view: &View<'_>) -> String {
    let View { name, input, output, .. } = view;
    // How a port without a link says so was not captured: the words follow those of a PON port.
    let up = if view.up { "up" } else { "down" };
    let description = if view.description.is_empty() { "none" } else { view.description };
    let used = |rate: &Rate| {
        // Bytes of a second that is full: Mbit/s times 125,000.
        let full = f64::from(view.speed.max(1)) * 125_000.0;
        rate.octets as f64 * 100.0 / full
    };
    format!(
        "{name} is {up},  line protocol is {up},  detect status is OK\n  \
         Description is {description}\n  The port is optical\n  Duplex full\n   \
         20 seconds input rate : {:>18} Bps, {:>16} pps\n   \
         20 seconds output rate: {:>18} Bps, {:>16} pps\n  \
         Interface utilization: input     {:.5}%,     output     {:.5}%\n  Input:\n   \
         Droppeds      : {:<21}Fragments     : 0\n   CRC-ERROR     : 0\n",
        input.octets,
        input.packets,
        output.octets,
        output.packets,
        used(input),
        used(output),
        view.dropped,
    )
}

fn run_interface(ask: &Ask<'_>) -> Answer {
    let uplink = asked(ask)?;
    Ok(print(&View {
        name: &uplink.name,
        up: uplink.up && uplink.configured.enabled,
        description: &uplink.configured.description,
        speed: uplink.speed_mbps,
        input: uplink.received.rate(),
        output: uplink.sent.rate(),
        dropped: 0,
    }))
}

/// A port as `port-status` shows it.
#[derive(Debug)]
struct Status<'a> {
    name: &'a str,
    /// `None` for one that negotiates and has nothing to tell yet.
    speed: Option<u32>,
    enabled: bool,
    up: bool,
}

fn print_status(ports: &[Status<'_>]) -> String {
    let mut text = format!(
        "     Port      hybrid  Native Negotiation  Speed  Duplex Flow-   Admin      Link\n               \
         Status  VLAN     auto       (Mbps)        Ctrl    Status\n{}\n",
        "-".repeat(80)
    );
    for Status { name, speed, enabled, up } in ports {
        let admin = if *enabled { "activate" } else { "deactivate" };
        let link = if *up { "up" } else { "down" };
        let negotiates = if speed.is_none() { "enable" } else { "disable" };
        let speed = speed.map_or("auto".to_owned(), |speed| speed.to_string());
        let _ = writeln!(
            text,
            "{name:<15}optical  1       {negotiates:<11}{speed:<8}full  disable {admin:<11}{link}"
        );
    }
    text
}

fn run_status(ask: &Ask<'_>) -> Answer {
    // Without a port: all of them, in one table; the sheet shows the table of one port only.
    let ports = match ask.args {
        [] => ask.device.uplinks.iter().collect(),
        _ => vec![asked(ask)?],
    };
    let ports: Vec<Status<'_>> = ports
        .into_iter()
        .map(|uplink| {
            let up = uplink.up && uplink.configured.enabled;
            let negotiates = !up && uplink.name.starts_with("gei");
            let speed = (!negotiates).then_some(uplink.speed_mbps);
            Status { name: &uplink.name, speed, enabled: uplink.configured.enabled, up }
        })
        .collect();
    Ok(print_status(&ports))
}

fn print_vlans(untagged: &str, tagged: &str) -> String {
    // The two bytes before the title are the device's own.
    format!(
        "PortMode      Pvid  CPvid Tpid/mode   TLSStatus TLSVlan  ProtEn   PrioEn\n\
         hybrid>=0     1     0     0x8100/PORT disable   0        disable  disable\n\
         \r\0UntaggedVlan:\n{untagged}\nTaggedVlan:\n{tagged}\n"
    )
}

fn run_vlans(ask: &Ask<'_>) -> Answer {
    asked(ask)?;
    // The uplinks are trunks of every VLAN, whose own one is 1.
    let tagged = ask.device.profiles.vlans.keys().copied().filter(|vlan| *vlan != 1);
    Ok(print_vlans("1", &ranges(tagged)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::fixture;

    #[test]
    fn prints_an_uplink() {
        let view = View {
            name: "gei_1/3/1",
            up: true,
            description: "",
            speed: 1000,
            input: Rate { octets: 23_389_178, packets: 19_030 },
            output: Rate { octets: 1_915_987, packets: 12_045 },
            dropped: 6_534_751,
        };
        assert_eq!(print(&view), fixture("c320-v2.1.0/show-interface-uplink.txt"));
    }

    #[test]
    fn prints_its_settings() {
        let port = Status { name: "xgei_1/20/1", speed: Some(10_000), enabled: true, up: true };
        let printed = print_status(&[port]);
        assert_eq!(printed, fixture("c300-v2.x/show-interface-port-status.txt"));
    }

    #[test]
    fn prints_its_vlans() {
        let printed = print_vlans("1", "100,200-202");
        assert!(printed.contains("\n\r\0UntaggedVlan:\n"));
        assert_eq!(printed.replace("\r\0", ""), fixture("c320-v2.1.0/show-vlan-port.txt"));
    }
}

//! MAC addresses, and the traffic of an ONU (fact sheet, CLI §4.7).

use std::fmt::Write;

use gpon::OnuRef;

use super::onu_lists::of_pon;
use crate::cli::{Answer, Arg, Ask, Command, Slow};
use crate::device::{Device, Onu, Rate, Traffic};

pub(super) const COMMANDS: &[Command] = &[
    Command { syntax: "show mac gpon onu <onu>", slow: Slow::Simple, run: run_onu },
    // The sheet knows that it exists; its layout is taken for that of the other.
    Command { syntax: "show mac-real-time gpon onu <onu>", slow: Slow::Simple, run: run_onu },
    Command { syntax: "show mac gpon olt <pon>", slow: Slow::List, run: run_pon },
    Command { syntax: "show mac vlan <1-4094>", slow: Slow::List, run: run_vlan },
    Command { syntax: "show interface <onu>", slow: Slow::Simple, run: run_traffic },
];

/// A MAC address as the device writes it: `8cdc.0200.0001`.
pub(super) fn spelled(mac: [u8; 6]) -> String {
    let [a, b, c, d, e, f] = mac;
    format!("{a:02x}{b:02x}.{c:02x}{d:02x}.{e:02x}{f:02x}")
}

/// An address, its VLAN, where it was learned.
type MacRow = ([u8; 6], u16, OnuRef, u8);

fn print_macs(rows: &[MacRow]) -> String {
    let mut text = format!("Total mac address : {}\n\n", rows.len());
    let _ = writeln!(text, "Mac address      Vlan   Type      Port                         Vc");
    let _ = writeln!(text, "{}", "-".repeat(72));
    for (mac, vlan, at, vport) in rows {
        let (mac, at) = (spelled(*mac), format!("gpon-onu_{at}"));
        let _ = writeln!(text, "{mac:<17}{vlan:<7}{:<10}{at:<26}vport {vport}", "Dynamic");
    }
    text
}

/// What was learned behind an ONU: an address of its own, in the VLAN of its first service.
fn learned(device: &Device, at: OnuRef, onu: &Onu) -> Option<MacRow> {
    let port = onu.configured.service_ports.values().next()?;
    let vlan = if port.vlan == 0 { port.svlan } else { port.vlan };
    Some((device.learned(onu)?, vlan, at, port.vport))
}

fn run_onu(ask: &Ask<'_>) -> Answer {
    let (at, onu) = of_pon(ask).next().ok_or_else(|| ask.bad(0))?;
    Ok(print_macs(&Vec::from_iter(learned(ask.device, at, onu))))
}

fn run_pon(ask: &Ask<'_>) -> Answer {
    let rows: Vec<_> = of_pon(ask).filter_map(|(at, onu)| learned(ask.device, at, onu)).collect();
    Ok(print_macs(&rows))
}

/// Addresses behind the uplinks are not simulated.
fn run_vlan(ask: &Ask<'_>) -> Answer {
    let wanted = |row: &MacRow| ask.args == [Arg::Number(row.1.into())];
    let rows: Vec<_> =
        ask.device.onus().filter_map(|(at, onu)| learned(ask.device, at, onu)).filter(wanted).collect();
    Ok(print_macs(&rows))
}

/// Bytes and packets, in a second or in all.
type Pair = (u64, u64);

/// The layout is pieced together from clients that read it; nobody published a
/// whole answer.
fn print_traffic(at: OnuRef, up: bool, rates: [Pair; 4], totals: [Pair; 2]) -> String {
    let words = if up { ["activate", "up"] } else { ["deactivate", "down"] };
    let mut text = format!("gpon-onu_{at} is {},line protocol is {}.\n", words[0], words[1]);
    let labels = ["Input rate :", "Output rate:", "Input peak rate :", "Output peak rate:"];
    for (label, (bytes, packets)) in labels.iter().zip(rates) {
        let width = if label.contains("peak") { [16, 15] } else { [18, 17] };
        let _ = writeln!(
            text,
            "  {label} {bytes:>bytes_width$} Bps {packets:>packets_width$} pps",
            bytes_width = width[0],
            packets_width = width[1] - 1,
        );
    }
    for (label, (bytes, packets)) in ["Input", "Output"].iter().zip(totals) {
        let _ = writeln!(text, "{label}:\n  Bytes:{bytes}  Packets:{packets}");
    }
    text
}

fn run_traffic(ask: &Ask<'_>) -> Answer {
    let (at, onu) = of_pon(ask).next().ok_or_else(|| ask.bad(0))?;
    let now = ask.device.counted();
    let pair = |rate: Rate| (rate.octets, rate.packets);
    let total = |traffic: &Traffic| (traffic.octets(now), traffic.packets(now));
    let (up, down) = (&onu.upstream, &onu.downstream);
    let rates = [up.rate(), down.rate(), up.peak(), down.peak()].map(pair);
    let totals = [total(up), total(down)];
    Ok(print_traffic(at, onu.is_online(), rates, totals))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::{fixture, onu};

    #[test]
    fn macs() {
        let rows = [([0x8c, 0xdc, 2, 0, 0, 1], 88, onu("1/1/1:1"), 2)];
        assert_eq!(print_macs(&rows), fixture("c320-v2.1.0/show-mac-gpon-onu.txt"));
    }

    #[test]
    fn traffic() {
        let rates = [(74_036, 556), (1_754_398, 1_325), (424_391, 252), (3_931_879, 2_570)];
        let totals = [(1_478_091_104, 3_923_186), (8_753_870_340, 7_227_007)];
        let printed = print_traffic(onu("1/1/1:1"), true, rates, totals);
        assert_eq!(printed, fixture("c320-v2.1.0/show-interface-gpon-onu.txt"));
    }
}

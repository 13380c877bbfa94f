//! `show interface gpon-olt_…` (fact sheet, CLI §4.2).

use gpon::{OnuId, PonPort};

use crate::cli::{Answer, Arg, Ask, Command, Slow};
use crate::device::{Device, Flow};

pub(super) const COMMANDS: &[Command] =
    &[Command { syntax: "show interface <pon>", slow: Slow::Simple, run }];

/// What the command shows of a port; its input is upstream, its rates are in
/// bytes.
#[derive(Debug)]
struct View {
    port: PonPort,
    enabled: bool,
    up: bool,
    /// Empty for none.
    description: String,
    registered: usize,
    input: Direction,
    output: Direction,
    /// Damaged, oversized and undersized packets, which only the input counts.
    faulty: [u64; 3],
}

/// One direction.
#[derive(Debug)]
struct Direction {
    /// Bytes and packets per second, now and at most.
    rate: [u64; 2],
    peak: [u64; 2],
    /// Use in tenths of a percent, momentary and on average.
    used: [u64; 2],
    packets: u64,
    dropped: u64,
    bytes: u64,
    unicasts: u64,
    multicasts: u64,
    broadcasts: u64,
    /// Packets by size, from 64 bytes to 1518.
    sizes: [u64; 6],
}

fn print(view: &View) -> String {
    let View { port, input, output, registered, .. } = view;
    let active = if view.enabled { "activate" } else { "deactivate" };
    // The words of a port that is shut down are not verified.
    let line = if view.up { "up" } else { "down" };
    let description = if view.description.is_empty() { "none" } else { &view.description };
    format!(
        "gpon-olt_{port} is {active},line protocol is {line}.\n  \
         Description is {description}.\n  The port is {active}.\n  \
         The port link up/down notification is trap disable.\n  \
         The port has {} onus, the number of registered onus is {registered}.\n\n\
         Current channel num : 1\n\n{}Total statistic:\n Input :\n{}{} Output :\n{}{}",
        OnuId::MAX,
        rates(input, output),
        totals(input),
        faulty(view) + &sizes(input),
        totals(output),
        sizes(output),
    )
}

fn rates(input: &Direction, output: &Direction) -> String {
    let percent = |tenths: u64| format!("{}.{}%", tenths / 10, tenths % 10);
    format!(
        "OLT statistic:\n   \
         Input rate : {:>18} Bps {:>16} pps\n   Output rate: {:>18} Bps {:>16} pps\n   \
         Input Instantaneous bandwidth throughput : {}\n   \
         Output Instantaneous bandwidth throughput: {}\n   \
         Input Average bandwidth throughput : {}\n   \
         Output Average bandwidth throughput: {}\n   \
         Output Multicast Instantaneous rate: {:>15} Bps {:>16} pps\n\
         Interface peak rate:\n   \
         Input peak rate : {:>18} Bps {:>16} pps\n   Output peak rate: {:>18} Bps {:>16} pps\n",
        input.rate[0],
        input.rate[1],
        output.rate[0],
        output.rate[1],
        percent(input.used[0]),
        percent(output.used[0]),
        percent(input.used[1]),
        percent(output.used[1]),
        0,
        0,
        input.peak[0],
        input.peak[1],
        output.peak[0],
        output.peak[1],
    )
}

fn pair(left: &str, value: impl ToString, right: &str, other: impl ToString) -> String {
    format!("   {left:<14}:{:<21}{right:<14}:{}\n", value.to_string(), other.to_string())
}

fn totals(of: &Direction) -> String {
    pair("PassPackets", of.packets, "DropPackets", of.dropped)
        + &pair("PassBytes", of.bytes, "UnicastsPkts", of.unicasts)
        + &pair("MulticastsPkts", of.multicasts, "BroadcastsPkts", of.broadcasts)
}

fn faulty(view: &View) -> String {
    let [damaged, oversized, undersized] = view.faulty;
    pair("CRCAlignErrors", damaged, "OversizePkts", oversized)
        + &pair("UndersizePkts", undersized, "CollisionPkts", " N/A")
        + &pair("Fragments", " N/A", "Jabbers", " N/A")
}

fn sizes(of: &Direction) -> String {
    const LABELS: [[&str; 2]; 3] =
        [["64B", "65-127B"], ["128-255B", "256-511B"], ["512-1023B", "1024-1518B"]];
    let (rows, _) = of.sizes.as_chunks::<2>();
    let rows = LABELS
        .iter()
        .zip(rows)
        .map(|([left, right], [value, other])| format!("   {left:<10}:{value:<25}{right:<10}:{other}\n"));
    rows.collect()
}

fn run(ask: &Ask<'_>) -> Answer {
    let Some(Arg::Pon(port)) = ask.args.first() else { return Err(ask.bad(0)) };
    let device = ask.device;
    let pon = device.pons().get(port).ok_or_else(|| ask.bad(0))?;
    Ok(print(&View {
        port: *port,
        enabled: pon.configured.enabled,
        up: pon.is_up(),
        description: pon.configured.description.clone(),
        registered: pon.onus().len(),
        // 1244.16 Mbit/s upstream, 2488.32 downstream, here in bytes.
        input: direction(device, pon.received(), 155_520_000),
        output: direction(device, pon.sent(), 311_040_000),
        faulty: [0; 3],
    }))
}

/// What SNMP shows of a direction, which counts every packet as unicast.
fn direction(device: &Device, traffic: Flow<'_>, limit: u64) -> Direction {
    let (now, rate, peak) = (device.counted(), traffic.rate(), traffic.peak());
    let packets = traffic.packets(now);
    // Packets of the middle sizes are rare, as in the captures; what the
    // division leaves is in the largest.
    let parts = [packets / 20, packets / 10, packets / 50, packets / 50, packets / 50];
    let small: u64 = parts.iter().sum();
    let [a, b, c, d, e] = parts;
    let used = rate.octets.saturating_mul(1000).checked_div(limit).unwrap_or_default().min(1000);
    Direction {
        rate: [rate.octets, rate.packets],
        peak: [peak.octets, peak.packets],
        used: [used; 2],
        packets,
        dropped: 0,
        bytes: traffic.octets(now),
        unicasts: packets,
        multicasts: 0,
        broadcasts: 0,
        sizes: [a, b, c, d, e, packets - small],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::fixture;

    fn view() -> View {
        View {
            port: PonPort::new(2, 1).unwrap(),
            enabled: true,
            up: true,
            description: String::new(),
            registered: 15,
            input: Direction {
                rate: [74_036, 556],
                peak: [42_439_165, 25_242],
                used: [0, 2],
                packets: 3_923_186_752,
                dropped: 5,
                bytes: 1_478_091_104_010,
                unicasts: 3_921_755_369,
                multicasts: 493_614,
                broadcasts: 937_769,
                sizes: [143_646_445, 2_593_322_006, 221_775_846, 52_067_214, 45_505_515, 824_950_236],
            },
            output: Direction {
                rate: [1_754_398, 1_325],
                peak: [39_318_799, 25_700],
                used: [6, 7],
                packets: 7_227_007_330,
                dropped: 4_701_744,
                bytes: 8_753_870_340_706,
                unicasts: 6_944_496_615,
                multicasts: 0,
                broadcasts: 281_596_175,
                sizes: [335_994_827, 617_231_126, 82_436_541, 61_237_846, 47_112_058, 6_075_598_642],
            },
            faulty: [5, 41_919_490, 0],
        }
    }

    #[test]
    fn prints_a_port() {
        assert_eq!(print(&view()), fixture("c320-v2.1.0/show-interface-gpon-olt.txt"));
    }

    #[test]
    fn prints_a_port_that_is_shut_down() {
        let shut = View {
            enabled: false,
            up: false,
            description: "POP #2 > east".to_owned(),
            registered: 0,
            ..view()
        };
        assert_eq!(print(&shut), fixture("c320-v2.1.0/show-interface-gpon-olt-shut.txt"));
    }
}

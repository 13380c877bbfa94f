//! What ONUs answer over OMCI (fact sheet, CLI §4.6). One that is not in
//! service cannot be asked.

use std::borrow::Cow;
use std::fmt::Write;

use gpon::OnuRef;

use super::onu_lists::of_pon;
use super::onu_power::thousandths;
use crate::cli::{Answer, Ask, Command, Refusal, Slow};
use crate::device::{Ethernet, Onu};

pub(super) const COMMANDS: &[Command] = &[
    Command { syntax: "show gpon remote-onu equip <onu>", slow: Slow::Omci, run: run_equip },
    Command { syntax: "show gpon remote-onu model <onu>", slow: Slow::Omci, run: run_model },
    Command { syntax: "show gpon remote-onu sys-attr <onu>", slow: Slow::Omci, run: run_load },
    Command { syntax: "show gpon remote-onu interface pon <onu>", slow: Slow::Omci, run: run_pon },
    Command { syntax: "show gpon remote-onu interface eth <onu>", slow: Slow::Omci, run: run_eth },
];

/// Lines of labels in a column of this width, and values.
pub(super) fn labelled(width: usize, lines: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (label, value) in lines {
        let line = format!("{:<width$}{value}", format!("{label}:"));
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// The ONU that is asked, when it can answer. The number is the real one of V1.2
/// and its counterpart of V2.
pub(super) fn asked<'a>(ask: &'a Ask<'a>) -> Result<(OnuRef, &'a Onu), Refusal> {
    let (at, onu) = of_pon(ask).next().ok_or_else(|| ask.bad(0))?;
    if onu.is_online() {
        return Ok((at, onu));
    }
    let number = if super::is_old(ask.device) { 33_987 } else { 63_987 };
    Err(Refusal::Line(Cow::Owned(format!("%Code {number}-GPONRM : ONU is unavailable"))))
}

fn print_equip(serial: &str, vendor: &str, version: &str, model: &str, uptime: u64) -> String {
    let uptime = format!("{uptime}.00 s");
    labelled(
        27,
        &[
            ("Vendor ID", vendor),
            ("Version", version),
            ("SN", serial),
            ("Admin status", "unlock"),
            ("Battery monitor", "false"),
            ("Security mode", "aes"),
            ("Product code", "0"),
            ("Total priority queue num", "64"),
            ("Total traffic schedule num", "8"),
            ("Traffic management option", "priority-rate-controlled"),
            ("Operate status", "enable"),
            ("Equipment ID", model),
            ("OMCC version", "b2"),
            ("Security capability", "aes"),
            ("Model", model),
            ("Survival time", "N/A"),
            ("Total GEM port num", "256"),
            ("System uptime", &uptime),
            ("Region code", "N/A"),
            ("Product SN", "N/A"),
            ("Chip info", "0"),
        ],
    )
}

fn run_equip(ask: &Ask<'_>) -> Answer {
    let (_, onu) = asked(ask)?;
    // The vendor's letters as they are, the rest in lower case.
    let serial = onu.configured.serial.to_string();
    let (vendor, number) = serial.split_at(4);
    let serial = format!("{vendor}{}", number.to_lowercase());
    let box_of = &onu.equipment;
    let uptime = ask.device.online_for(onu).unwrap_or_default().as_secs();
    Ok(print_equip(&serial, &box_of.vendor, &box_of.hardware, &box_of.model, uptime))
}

fn print_model(model: &str) -> String {
    labelled(27, &[("Equipment ID", model), ("Model", model)])
}

fn run_model(ask: &Ask<'_>) -> Answer {
    Ok(print_model(&asked(ask)?.1.equipment.model))
}

/// The load of a box as one real one had it.
fn print_load() -> String {
    labelled(
        23,
        &[
            ("CPU usage", "3%"),
            ("Memory usage", "65%"),
            ("CPU usage threshold", "100%"),
            ("Memory usage threshold", "100%"),
        ],
    )
}

fn run_load(ask: &Ask<'_>) -> Answer {
    asked(ask)?;
    Ok(print_load())
}

/// The readings of its transceiver, in thousandths; `None` for a box that
/// measures nothing.
#[derive(Debug)]
struct Readings {
    rx: i32,
    tx: i32,
    millivolts: i32,
    microamperes: i32,
    milli_celsius: i32,
}

fn print_pon(readings: Option<&Readings>, whole_dba: &str, response: u32) -> String {
    let level = |value: Option<i32>| value.map_or("N/A".to_owned(), |milli| thousandths(milli, "(dBm)"));
    let (rx, tx) = (level(readings.map(|all| all.rx)), level(readings.map(|all| all.tx)));
    let centivolts = readings.map_or(0, |all| (all.millivolts + 5) / 10);
    let volts = format!("{}.{:02}(V)", centivolts / 100, centivolts % 100);
    let bias = thousandths(readings.map_or(0, |all| all.microamperes), "(mA)");
    let celsius = thousandths(readings.map_or(0, |all| all.milli_celsius), "(C)");
    let policy = "ont internal policy";
    labelled(
        29,
        &[
            ("Interface", "pon_0/1"),
            ("GEM blocklen", "48 (bytes)"),
            ("SF threshold", "5"),
            ("SD threshold", "9"),
            ("Alarm", "enable"),
            ("Alarm disable interval", "0"),
            ("Total T-CONT number", "8"),
            ("Piggyback DBA rpt mode", "not support"),
            ("Whole ONU DBA rpt mode", whole_dba),
            ("Rx optical level", &rx),
            ("Lower rx optical threshold", policy),
            ("Upper rx optical threshold", policy),
            ("Tx optical level", &tx),
            ("Lower tx optical threshold", policy),
            ("Upper tx optical threshold", policy),
            ("ONU response time", &format!("{response}(ns)")),
            ("Power feed voltage", &volts),
            ("Laser bias current", &bias),
            ("Temperature", &celsius),
        ],
    )
}

fn run_pon(ask: &Ask<'_>) -> Answer {
    let optics = ask.device.drifted(&asked(ask)?.1.optics);
    let readings = Readings {
        rx: optics.rx,
        tx: optics.tx,
        millivolts: optics.millivolts,
        microamperes: optics.microamperes,
        milli_celsius: optics.milli_celsius,
    };
    Ok(print_pon(Some(&readings), "support", 35_000))
}

/// The words of the device's speed numbers (fact sheet, SNMP §4.6).
fn speed(port: &Ethernet) -> &'static str {
    match (port.up, port.speed) {
        (false, _) => "unknown",
        (_, 2) => "half-10",
        (_, 3) => "full-10",
        (_, 4) => "half-100",
        (_, 5) => "full-100",
        (_, 6) => "full-1000",
        _ => "auto",
    }
}

fn print_eth(ports: &[Ethernet]) -> String {
    let blocks = (1..).zip(ports).map(|(number, port): (usize, _)| {
        labelled(
            15,
            &[
                ("Interface", &format!("eth_0/{number}")),
                ("Speed status", speed(port)),
                ("Operate status", if port.up { "enable" } else { "disable" }),
                ("Admin status", if port.unlocked { "unlock" } else { "lock" }),
                ("Arc", "0"),
                ("Arc-interval", "0"),
                ("Expect-type", "0"),
                ("Speed config", "auto"),
                ("Eth-loop", "disable"),
                ("Max-frame", "1632"),
                ("Pause-time", "0"),
                ("Wiring", "dce"),
                ("BridgeOrIP", "either"),
                ("PPPOE-filter", "disable"),
                ("Power-control", "disable"),
            ],
        )
    });
    blocks.collect::<Vec<_>>().join("\n")
}

fn run_eth(ask: &Ask<'_>) -> Answer {
    Ok(print_eth(&asked(ask)?.1.ethernet))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::fixture;

    #[test]
    fn equipment() {
        let printed = print_equip("ZTEGd0000001", "ZTEG", "V9.0", "F670LV9.0", 35_734);
        assert_eq!(printed, fixture("c320-v2.1.0/show-gpon-remote-onu-equip.txt"));
        assert_eq!(print_model("F670LV9.0"), fixture("c320-v2.1.0/show-gpon-remote-onu-model.txt"));
        assert_eq!(print_load(), fixture("c320-v2.1.0/show-gpon-remote-onu-sys-attr.txt"));
    }

    #[test]
    fn transceivers() {
        let readings = Readings {
            rx: -16_676,
            tx: 2_423,
            millivolts: 3_260,
            microamperes: 11_536,
            milli_celsius: 47_355,
        };
        let printed = fixture("c320-v2.1.0/show-gpon-remote-onu-interface-pon.txt");
        assert_eq!(print_pon(Some(&readings), "support", 35_000), printed);
        let printed = fixture("c320-v2.0.1p2/show-gpon-remote-onu-interface-pon.txt");
        assert_eq!(print_pon(None, "N/A", 0), printed);
    }

    #[test]
    fn ethernet_ports() {
        let ports = [
            Ethernet { unlocked: true, up: true, speed: 6 },
            Ethernet { unlocked: false, up: false, speed: 1 },
        ];
        assert_eq!(print_eth(&ports), fixture("c320-v1.2.x/show-gpon-remote-onu-interface-eth.txt"));
    }
}

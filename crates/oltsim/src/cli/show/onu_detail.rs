//! `show gpon onu detail-info` (fact sheet, CLI §4.3).

use std::fmt::Write;
use std::time::Duration;

use gpon::{OfflineReason, OnuRef};
use jiff::civil::DateTime;

use super::onu_lists::{enabled, of_pon, phase};
use crate::cli::{Answer, Ask, Command, Refusal, Slow, any_bytes};
use crate::device::{Device, Onu};

pub(super) const COMMANDS: &[Command] = &[
    Command { syntax: "show gpon onu detail-info <onu>", slow: Slow::Omci, run },
    Command { syntax: "show gpon onu detail-info <pon>", slow: Slow::List, run },
];

/// How many sessions are shown, used or not.
const SESSIONS: usize = 10;

/// What is shown of an ONU, as it is printed.
#[derive(Debug, Default)]
struct Detail {
    at: String,
    name: String,
    onu_type: String,
    channel: &'static str,
    enabled: bool,
    phase: &'static str,
    config_state: &'static str,
    by_serial: bool,
    serial: String,
    password: String,
    description: String,
    /// V1.2 shows it.
    device_id: Option<String>,
    distance: String,
    online: String,
    sessions: Vec<Session>,
    /// Line and remote profile; empty for none.
    profiles: [String; 2],
    old: bool,
}

/// When it came online, when it left and why; zeros where there is nothing.
#[derive(Debug, Clone, Default)]
struct Session(Option<DateTime>, Option<DateTime>, &'static str);

fn print(detail: &Detail) -> String {
    let admin = enabled(detail.enabled);
    let mode = if detail.by_serial { "sn" } else { "pw" };
    let bind = if detail.by_serial { "enable with SN check" } else { "disable" };
    let (newer, older) = ((!detail.old).then_some(()), detail.old.then_some(()));
    let lines: [(&str, Option<&str>); 30] = [
        ("Name", Some(&detail.name)),
        ("Type", Some(&detail.onu_type)),
        ("State", Some("ready")),
        ("Configured channel", newer.map(|()| "auto")),
        ("Current channel", newer.map(|()| detail.channel)),
        ("Admin state", Some(admin)),
        ("Phase state", Some(detail.phase)),
        ("Config state", newer.map(|()| detail.config_state)),
        ("Authentication mode", Some(mode)),
        ("SN Bind", Some(bind)),
        ("Serial number", Some(&detail.serial)),
        ("Password", Some(&detail.password)),
        ("Description", Some(&detail.description)),
        ("Device ID", detail.device_id.as_deref()),
        ("Vport mode", Some("gemport")),
        ("DBA Mode", Some("Hybrid")),
        ("ONU Status", Some("enable")),
        ("OMCI BW Profile", Some("")),
        ("Line Profile", Some(set(&detail.profiles[0]))),
        ("Service Profile", Some(set(&detail.profiles[1]))),
        ("Alarm Profile", older.map(|()| "N/A")),
        ("Performance Profile", older.map(|()| "N/A")),
        ("ONU Distance", Some(&detail.distance)),
        ("Online Duration", Some(&detail.online)),
        ("FEC", Some("none")),
        ("FEC actual mode", newer.map(|()| "N/A")),
        ("1PPS+ToD", newer.map(|()| "disable")),
        ("Auto replace", newer.map(|()| "disable")),
        ("Multicast encryption", newer.map(|()| "disable")),
        ("Multicast encryption current state", newer.map(|()| "N/A")),
    ];
    let mut text = format!("\nONU interface:         gpon-onu_{}\n", detail.at);
    for (label, value) in lines {
        if let Some(value) = value {
            let line = format!("  {:<21}{value}", format!("{label}:"));
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    let _ = writeln!(text, "{}", "-".repeat(42));
    let _ = writeln!(text, "       Authpass Time          OfflineTime             Cause");
    let zero = "0000-00-00 00:00:00";
    let moment = |moment: Option<DateTime>| {
        moment.map_or(zero.to_owned(), |moment| moment.strftime("%Y-%m-%d %H:%M:%S").to_string())
    };
    for number in 0..SESSIONS {
        let Session(online, offline, cause) = detail.sessions.get(number).cloned().unwrap_or_default();
        let line = format!("{:>4}   {}    {}     {cause}", number + 1, moment(online), moment(offline));
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn run(ask: &Ask<'_>) -> Answer {
    let text: String = of_pon(ask).map(|(at, onu)| print(&detail(ask.device, at, onu))).collect();
    if text.is_empty() { Err(Refusal::Empty) } else { Ok(text) }
}

fn detail(device: &Device, at: OnuRef, onu: &Onu) -> Detail {
    let serving = onu.is_online();
    Detail {
        at: at.to_string(),
        name: any_bytes(&onu.shown_name(at)),
        onu_type: onu.configured.onu_type.clone(),
        channel: if serving { "1(GPON)" } else { "N/A" },
        enabled: onu.configured.enabled,
        phase: phase(onu.phase()),
        config_state: if device.is_configured(onu) { "success" } else { "fail" },
        by_serial: onu.configured.password.is_none(),
        serial: onu.configured.serial.to_string(),
        password: onu.configured.password.clone().unwrap_or_default(),
        description: any_bytes(&onu.shown_description(at)),
        device_id: None,
        distance: device.shown_distance(onu).map_or("N/A".to_owned(), |metres| format!("{metres}m")),
        online: device.online_for(onu).map_or("N/A".to_owned(), duration),
        sessions: sessions(onu),
        profiles: onu.configured.onu_profiles.clone(),
        old: super::is_old(device),
    }
}

fn set(name: &str) -> &str {
    if name.is_empty() { "N/A" } else { name }
}

fn duration(online: Duration) -> String {
    let seconds = online.as_secs();
    format!("{}h {}m {}s", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn sessions(onu: &Onu) -> Vec<Session> {
    let row = |session: crate::device::Session| match session.end {
        Some((offline, reason)) => Session(Some(session.online), Some(offline), cause(reason)),
        None => Session(Some(session.online), None, ""),
    };
    onu.sessions().into_iter().map(row).collect()
}

/// The command line's words for the causes; those of the last line are the
/// names of the SNMP list, no device was seen to print them.
fn cause(reason: OfflineReason) -> &'static str {
    match reason {
        OfflineReason::PowerOff => "DyingGasp",
        OfflineReason::Los => "LOS",
        OfflineReason::Losi => "LOSi",
        OfflineReason::Lofi => "LOFi",
        OfflineReason::Sfi => "SFi",
        OfflineReason::Loai => "LOAi",
        OfflineReason::Loami => "LOAMi",
        OfflineReason::DeactivateDone | OfflineReason::DeactivateFailed => "Deactivated",
        OfflineReason::Reboot | OfflineReason::Shutdown | OfflineReason::AuthFail => "Manual",
        OfflineReason::Unknown | OfflineReason::Code(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::fixture;

    /// The sessions of a fixture, whose other values are given.
    fn held(file: &str, mut detail: Detail) {
        let printed = fixture(file);
        let rows = printed.lines().skip_while(|line| !line.contains("Authpass")).skip(1);
        for row in rows {
            let at = |from: usize| {
                let text = &row[from..from + 19];
                (!text.starts_with("0000")).then(|| text.replace(' ', "T").parse().unwrap())
            };
            let cause = ["DyingGasp", "LOSi", "LOFi", "SFi", "LOS"].into_iter().find(|c| row.ends_with(c));
            detail.sessions.push(Session(at(7), at(30), cause.unwrap_or_default()));
        }
        assert_eq!(print(&detail), printed);
    }

    #[test]
    fn details() {
        let common = || Detail { phase: "working", enabled: true, by_serial: true, ..Detail::default() };
        held(
            "c320-v2.1.0/show-gpon-onu-detail-info.txt",
            Detail {
                at: "1/1/1:1".into(),
                name: "cliente_teste_01".into(),
                onu_type: "HRT".into(),
                channel: "1(GPON)",
                config_state: "success",
                serial: "ZTEGD0000001".into(),
                description: "from operador".into(),
                distance: "1074m".into(),
                online: duration(Duration::from_secs(9 * 3600 + 52 * 60 + 52)),
                ..common()
            },
        );
        held(
            "c320-v2.1.0/show-gpon-onu-detail-info-never-online.txt",
            Detail {
                at: "1/1/1:7".into(),
                name: "ONU-1:7".into(),
                onu_type: "HRT".into(),
                channel: "N/A",
                enabled: false,
                phase: "OffLine",
                config_state: "fail",
                serial: "ZTEGD0000007".into(),
                description: "ONU-1:7".into(),
                distance: "N/A".into(),
                online: "N/A".into(),
                ..common()
            },
        );
        held(
            "c320-v1.2.x/show-gpon-onu-detail-info.txt",
            Detail {
                at: "1/1/1:2".into(),
                name: "Casa #12 > fondo".into(),
                onu_type: "ZTE-F660".into(),
                serial: "ZTEGC0000002".into(),
                description: "-- second home --".into(),
                device_id: Some("123456".into()),
                distance: "812m".into(),
                online: "12h 3m 4s".into(),
                old: true,
                ..common()
            },
        );
    }
}

//! The lists of ONUs (fact sheet, CLI §4.3).

use std::fmt::Write;

use gpon::{OnuRef, OnuState, PonPort, SerialNumber};

use crate::cli::{Answer, Arg, Ask, Command, Refusal, Slow};
use crate::device::{List, Onu};

pub(super) const COMMANDS: &[Command] = &[
    Command { syntax: "show gpon onu state", slow: Slow::List, run: run_states },
    Command { syntax: "show gpon onu state <slot>", slow: Slow::List, run: run_states },
    Command { syntax: "show gpon onu state <pon> [<1-128>]", slow: Slow::List, run: run_states },
    Command { syntax: "show gpon onu baseinfo <pon>", slow: Slow::List, run: run_bases },
    Command { syntax: "show gpon onu by sn <word>", slow: Slow::Simple, run: run_by_serial },
];

/// The words of the phases. Both `AuthFail` and `AuthFailed` were seen.
pub(super) fn phase(phase: OnuState) -> &'static str {
    match phase {
        OnuState::Logging => "logging",
        OnuState::Los => "LOS",
        OnuState::Synchronization => "syncMib",
        OnuState::Online => "working",
        OnuState::DyingGasp => "DyingGasp",
        OnuState::AuthFailed => "AuthFail",
        OnuState::Offline => "OffLine",
    }
}

pub(super) fn enabled(is: bool) -> &'static str {
    if is { "enable" } else { "disable" }
}

/// A row of the states.
#[derive(Debug)]
struct StateRow {
    at: OnuRef,
    enabled: bool,
    /// The management channel.
    omcc: bool,
    phase: OnuState,
}

/// `unlisted` are the phases of ONUs that only the footer counts.
fn print_states(rows: &[StateRow], unlisted: &[OnuState]) -> String {
    let mut text = format!("OnuIndex   Admin State  OMCC State  Phase State  Channel\n{}\n", "-".repeat(62));
    for row in rows {
        let (at, admin, omcc) = (row.at.to_string(), enabled(row.enabled), enabled(row.omcc));
        let _ = writeln!(text, "{at:<12}{admin:<13}{omcc:<12}{:<13}1(GPON)", phase(row.phase));
    }
    let phases = rows.iter().map(|row| row.phase).chain(unlisted.iter().copied());
    let online = phases.filter(|phase| *phase == OnuState::Online).count();
    let _ = writeln!(text, "ONU Number: {online}/{}", rows.len() + unlisted.len());
    text
}

/// As V1.2 prints them; of the footer nothing is known there.
fn print_old_states(rows: &[StateRow]) -> String {
    let mut text = format!(
        "OnuIndex               Admin State  OMCC State   O7 State     Phase State\n{}\n",
        "-".repeat(76)
    );
    for row in rows {
        let at = format!("gpon-onu_{}", row.at);
        let o7 = if row.phase == OnuState::Online { "operation" } else { "unknown" };
        let (admin, omcc) = (enabled(row.enabled), enabled(row.omcc));
        let _ = writeln!(text, "{at:<23}{admin:<13}{omcc:<13}{o7:<13}{}", phase(row.phase));
    }
    text
}

fn run_states(ask: &Ask<'_>) -> Answer {
    let wanted = |at: &OnuRef| match ask.args {
        [Arg::Pon(pon), Arg::Number(id)] => at.pon == *pon && u32::from(at.id.get()) == *id,
        [Arg::Pon(pon)] => at.pon == *pon,
        [Arg::Slot(_, slot)] => at.pon.slot() == *slot,
        _ => true,
    };
    let onus = ask.device.onus().filter(|(at, _)| wanted(at));
    let (listed, unlisted): (Vec<_>, Vec<_>) = onus.partition(|(_, onu)| onu.is_listed(List::State));
    let unlisted: Vec<OnuState> = unlisted.iter().map(|(_, onu)| onu.phase()).collect();
    let rows: Vec<_> = listed
        .into_iter()
        .map(|(at, onu)| StateRow {
            at,
            enabled: onu.configured.enabled,
            omcc: matches!(onu.phase(), OnuState::Online | OnuState::Synchronization),
            phase: onu.phase(),
        })
        .collect();
    match rows.as_slice() {
        [] if unlisted.is_empty() => Err(Refusal::Empty),
        rows if super::is_old(ask.device) => Ok(print_old_states(rows)),
        rows => Ok(print_states(rows, &unlisted)),
    }
}

/// A row of the base information.
#[derive(Debug)]
struct BaseRow {
    at: OnuRef,
    onu_type: String,
    /// How it is recognised: `sn` and `SN:ZTEGD0000001`, or `pw` and `PW:secret`.
    auth: [String; 2],
    state: &'static str,
}

/// Longest type that fits its column.
const TYPE: usize = 11;

fn print_bases(rows: &[BaseRow]) -> String {
    let mut text = format!(
        "OnuIndex            Type        Mode    AuthInfo                State\n{}\n",
        "-".repeat(79)
    );
    for row in rows {
        let at = format!("gpon-onu_{}", row.at);
        let split = row.onu_type.char_indices().nth(TYPE).map_or(row.onu_type.len(), |(place, _)| place);
        let (kind, rest) = row.onu_type.split_at(split);
        let [mode, info] = &row.auth;
        let _ = writeln!(text, "{at:<20}{kind:<12}{mode:<8}{info:<24}{}", row.state);
        if !rest.is_empty() {
            // The rest stands in a row of its own, padded up to the state.
            let _ = writeln!(text, "{:<20}{rest:<44}", "");
        }
    }
    text
}

pub(super) fn auth(onu: &Onu) -> [String; 2] {
    match &onu.configured.password {
        Some(password) => ["pw".to_owned(), format!("PW:{password}")],
        None => ["sn".to_owned(), format!("SN:{}", onu.configured.serial)],
    }
}

fn run_bases(ask: &Ask<'_>) -> Answer {
    let rows: Vec<_> = of_pon(ask)
        .filter(|(_, onu)| onu.is_listed(List::BaseInfo))
        .map(|(at, onu)| BaseRow {
            at,
            onu_type: onu.configured.onu_type.clone(),
            auth: auth(onu),
            state: "ready",
        })
        .collect();
    if rows.is_empty() { Err(Refusal::Empty) } else { Ok(print_bases(&rows)) }
}

/// The ONUs of the port or the one ONU that is asked for.
pub(super) fn of_pon<'a>(ask: &'a Ask<'a>) -> impl Iterator<Item = (OnuRef, &'a Onu)> {
    ask.device.onus().filter(|(at, _)| match ask.args.first() {
        Some(Arg::Pon(pon)) => at.pon == *pon,
        Some(Arg::Onu(onu)) => at == onu,
        _ => false,
    })
}

/// The heading is believed, not seen (§4.3): only the line with the ONU is sure.
fn print_by_serial(found: &[OnuRef]) -> String {
    let mut text = format!("SearchResult\n{}\n", "-".repeat(20));
    for at in found {
        let _ = writeln!(text, "gpon-onu_{at}");
    }
    text
}

fn run_by_serial(ask: &Ask<'_>) -> Answer {
    let serial = match ask.args {
        [Arg::Word(word)] => word.parse::<SerialNumber>().map_err(|_| ask.bad(0))?,
        _ => return Err(ask.bad(0)),
    };
    let is = |onu: &Onu| onu.configured.serial == serial && onu.is_listed(List::BySerial);
    let found: Vec<_> = ask.device.onus().filter(|(_, onu)| is(onu)).map(|(at, _)| at).collect();
    if found.is_empty() { Err(Refusal::Empty) } else { Ok(print_by_serial(&found)) }
}

/// The PON port of an `<onu>` or `<pon>` argument.
pub(super) fn port(arg: &Arg) -> Option<PonPort> {
    match arg {
        Arg::Pon(pon) => Some(*pon),
        Arg::Onu(at) => Some(at.pon),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::{fixture, onu};

    fn state(at: &str, enabled: bool, phase: OnuState) -> StateRow {
        StateRow { at: onu(at), enabled, omcc: phase == OnuState::Online, phase }
    }

    #[test]
    fn states() {
        use OnuState::{DyingGasp, Los, Offline, Online};
        let mut printed = fixture("c320-v2.1.0/show-gpon-onu-state.txt");
        let mut rows: Vec<StateRow> = Vec::new();
        for line in printed.lines().skip(2).take_while(|line| !line.starts_with("ONU")) {
            let words: Vec<_> = line.split_whitespace().collect();
            let phase =
                [Online, Los, Offline, DyingGasp].into_iter().find(|p| phase(*p) == words[3]).unwrap();
            rows.push(state(words[0], words[1] == "enable", phase));
        }
        assert!(rows.len() > 3);
        assert_eq!(print_states(&rows, &[]), printed);
        printed = fixture("c320-v1.2.x/show-gpon-onu-state.txt");
        let rows = [("1/1/1:1", Online), ("1/1/1:2", Los), ("1/1/1:3", DyingGasp), ("1/1/1:4", Offline)]
            .map(|(at, phase)| state(at, phase != Offline, phase));
        assert_eq!(print_old_states(&rows), printed);
    }

    #[test]
    fn base_information() {
        let row = |at, onu_type: &str, mode: &str, info: &str, state| BaseRow {
            at: onu(at),
            onu_type: onu_type.to_owned(),
            auth: [mode.to_owned(), info.to_owned()],
            state,
        };
        let rows = [row("1/1/1:1", "HRT", "sn", "SN:ZTEGD0000001", "ready")];
        assert_eq!(print_bases(&rows), fixture("c320-v2.1.0/show-gpon-onu-baseinfo.txt"));
        let rows = [
            row("1/1/1:39", "ZTE-F660", "pw", "PW:AAA0000010", "ready"),
            row("1/1/1:40", "HG8243C-OPEN", "sn", "SN:HWTC0000A040", "ready"),
            row("1/1/1:128", "F660", "sn", "SN:SU1000000128", "logging"),
        ];
        assert_eq!(print_bases(&rows), fixture("c320-v2.1.0/show-gpon-onu-baseinfo-long.txt"));
    }

    #[test]
    fn by_serial() {
        let printed = fixture("c320-v2.1.0/show-gpon-onu-by-sn.txt");
        assert_eq!(print_by_serial(&[onu("1/1/1:1")]), printed);
    }
}

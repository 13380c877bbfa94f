//! `show running-config interface gpon-olt_…` (fact sheet, CLI §4.2).

use std::fmt::Write;

use gpon::PonPort;

use crate::cli::{Answer, Arg, Ask, Command, Slow};
use crate::device::{List, Pon};

pub(super) const COMMANDS: &[Command] =
    &[Command { syntax: "show running-config interface <pon>", slow: Slow::Simple, run }];

/// The configuration of a port.
#[derive(Debug)]
pub(super) struct View {
    pub(super) port: PonPort,
    pub(super) enabled: bool,
    /// Empty for none, like the description.
    pub(super) name: String,
    pub(super) description: String,
    pub(super) onus: Vec<Registered>,
    /// Further lines.
    pub(super) config: Vec<String>,
}

/// An ONU as the port registers it.
#[derive(Debug)]
pub(super) struct Registered {
    pub(super) id: u8,
    pub(super) onu_type: String,
    /// `sn` or `pw`, and what it is told by.
    pub(super) by: (&'static str, String),
    /// Empty for none.
    pub(super) vport_mode: String,
    /// Line and remote profile; empty for none.
    pub(super) profiles: [String; 2],
}

impl View {
    pub(super) fn of(port: PonPort, pon: &Pon) -> Self {
        let listed = pon.onus().iter().filter(|(_, onu)| onu.is_listed(List::Configuration));
        let onus = listed.map(|(id, onu)| Registered {
            id: *id,
            onu_type: onu.configured.onu_type.clone(),
            by: match &onu.configured.password {
                Some(password) => ("pw", password.clone()),
                None => ("sn", onu.configured.serial.to_string()),
            },
            vport_mode: onu.configured.vport_mode.clone(),
            profiles: onu.configured.onu_profiles.clone(),
        });
        Self {
            port,
            enabled: pon.configured.enabled,
            name: pon.configured.name.clone(),
            description: pon.configured.description.clone(),
            onus: onus.collect(),
            config: pon.configured.lines.clone(),
        }
    }
}

/// The block of a port, from `interface` to its `!`.
pub(super) fn block(view: &View) -> String {
    let state = if view.enabled { "no shutdown" } else { "shutdown" };
    let mut text = format!("interface gpon-olt_{}\n  {state}\n  linktrap disable\n", view.port);
    for (word, value) in [("name", &view.name), ("description", &view.description)] {
        if !value.is_empty() {
            // Writing to a `String` cannot fail, here and below.
            let _ = writeln!(text, "  {word} {value}");
        }
    }
    for Registered { id, onu_type, by: (word, value), vport_mode, profiles: [line, remote] } in &view.onus {
        let tail = with("vport-mode", vport_mode);
        let _ = writeln!(text, "  onu {id} type {onu_type} {word} {value}{tail}");
        if !(line.is_empty() && remote.is_empty()) {
            let _ = writeln!(text, "  onu {id} profile{}{}", with("line", line), with("remote", remote));
        }
    }
    for line in &view.config {
        let _ = writeln!(text, "  {line}");
    }
    text + "!\n"
}

/// A word and its value; nothing without a value.
fn with(word: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(" {word} {value}") }
}

/// Some firmwares print a mark before the interface.
fn print(view: &View, marked: bool) -> String {
    let mark = if marked { "!\n" } else { "" };
    format!("Building configuration...\n{mark}{}end\n", block(view))
}

fn run(ask: &Ask<'_>) -> Answer {
    let Some(Arg::Pon(port)) = ask.args.first() else { return Err(ask.bad(0)) };
    let pon = ask.device.pons().get(port).ok_or_else(|| ask.bad(0))?;
    Ok(print(&View::of(*port, pon), false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::fixture;

    fn registered(id: u8, onu_type: &str, word: &'static str, value: &str) -> Registered {
        let by = (word, value.to_owned());
        let (vport_mode, profiles) = Default::default();
        Registered { id, onu_type: onu_type.to_owned(), by, vport_mode, profiles }
    }

    #[test]
    fn prints_a_port() {
        let plain = View {
            port: PonPort::new(2, 15).unwrap(),
            enabled: true,
            name: String::new(),
            description: String::new(),
            onus: vec![
                registered(1, "ZTE-F601", "pw", "AAA0000010"),
                registered(2, "ZTE-F601", "sn", "TEST12345678"),
            ],
            config: Vec::new(),
        };
        let text = fixture("c320-v2.0.1p2/show-running-config-interface-gpon-olt.txt");
        assert_eq!(print(&plain, false), text);
        let named = View {
            port: PonPort::new(1, 2).unwrap(),
            enabled: false,
            name: "ODC-A 1".to_owned(),
            description: "POP #2 > east -- %Error 20200 --".to_owned(),
            onus: vec![
                registered(1, "ZTE-F660", "sn", "ZTEGC0000001"),
                registered(2, "ALL-ONT", "sn", "HWTC0000000A"),
                registered(128, "ZTE-F601", "pw", "AAA0000010"),
            ],
            config: Vec::new(),
        };
        let text = fixture("c320-v2.1.0/show-running-config-interface-gpon-olt.txt");
        assert_eq!(print(&named, true), text);
    }
}

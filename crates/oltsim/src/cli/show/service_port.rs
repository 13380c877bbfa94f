//! `show service-port interface` (fact sheet, CLI §4.7): a table wider than the
//! terminal, from the manual. Its columns and the break between `C` and `os` are the
//! sample's; how wide the columns before it are is ours.

use std::fmt::Write;

use gpon::{OnuRef, VlanMode};

use super::onu_lists::of_pon;
use crate::cli::{Answer, Ask, Command, Slow};
use crate::device::{Onu, ServicePort};

/// Of a PON port the table was refused by one device; it is not known what it shows.
pub(super) const COMMANDS: &[Command] =
    &[Command { syntax: "show service-port interface <onu>", slow: Slow::Simple, run }];

/// The columns and their widths.
const COLUMNS: [(&str, usize); 21] = [
    ("Sport", 7),
    ("Vport", 6),
    ("BeginVid", 9),
    ("EndVid", 7),
    ("OuterVid", 9),
    ("InnerVid", 9),
    ("UserPrio", 9),
    ("Dscp", 5),
    ("Etype", 6),
    ("Filter", 7),
    ("Vlan", 5),
    ("Cos", 4),
    ("SVlan", 7),
    ("SCos", 6),
    ("Tls", 6),
    ("Mode", 6),
    ("Ingress", 9),
    ("Egress", 9),
    ("Queue", 7),
    ("Status", 8),
    ("Enable", 6),
];

fn row(cells: &[String; 21]) -> String {
    let cells = cells.iter().zip(COLUMNS).map(|(cell, (_, width))| format!("{cell:<width$}"));
    cells.collect::<String>().trim_end().to_owned()
}

fn print(at: OnuRef, ports: &[[String; 21]]) -> String {
    let header = row(&COLUMNS.map(|(title, _)| title.to_owned()));
    let mut text = format!("Interface gpon-onu_{at}\n{header}\n{}\n", "-".repeat(header.len()));
    for port in ports {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{}", row(port));
    }
    let _ = writeln!(text, "Sport  total  number:\n{}", ports.len());
    text
}

/// The cells of a service port; `--` is what it does not say.
fn cells(number: u8, port: &ServicePort) -> [String; 21] {
    let some = |value: Option<String>| value.unwrap_or_else(|| "--".to_owned());
    let vlan = |vlan: u16| some((vlan != 0).then(|| vlan.to_string()));
    let name = |name: &String| some((!name.is_empty()).then(|| name.clone()));
    let form = &port.form;
    let transparent = port.mode == VlanMode::Transparent;
    [
        number.to_string(),
        port.vport.to_string(),
        vlan(port.user_vlan),
        vlan(port.user_vlan),
        vlan(form.user_svlan),
        some(None),
        some(None),
        some(None),
        name(&form.etype),
        some(None),
        if form.other_all { some(None) } else { vlan(port.vlan) },
        some(form.cos.map(|cos| cos.to_string())),
        vlan(port.svlan),
        some(form.scos.map(|cos| cos.to_string())),
        some((form.other_all).then(|| port.vlan.to_string())),
        if transparent { some(None) } else { "1:1".to_owned() },
        name(&form.ingress),
        name(&form.egress),
        some(None),
        some(None),
        "YES".to_owned(),
    ]
}

fn rows(onu: &Onu) -> Vec<[String; 21]> {
    let own = onu.configured.service_ports.iter().filter(|(_, port)| port.form.switchport.is_none());
    own.map(|(number, port)| cells(*number, port)).collect()
}

fn run(ask: &Ask<'_>) -> Answer {
    let (at, onu) = of_pon(ask).next().ok_or_else(|| ask.bad(0))?;
    Ok(print(at, &rows(onu)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::onu;
    use crate::device::Form;

    #[test]
    fn breaks_where_the_sample_does() {
        let port = ServicePort {
            vport: 1,
            mode: VlanMode::QinQ,
            user_vlan: 7,
            vlan: 8,
            svlan: 9,
            description: String::new(),
            form: Form::default(),
        };
        let printed = print(onu("1/1/1:1"), &[cells(1, &port), cells(2, &port)]);
        let lines: Vec<&str> = printed.lines().collect();
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (left, right) = lines[1].split_at(80);
        assert_eq!(
            squeezed(left),
            "Sport Vport BeginVid EndVid OuterVid InnerVid UserPrio Dscp Etype Filter Vlan C"
        );
        assert_eq!(squeezed(right), "os SVlan SCos Tls Mode Ingress Egress Queue Status Enable");
        let (left, right) = lines[3].split_at(80);
        assert_eq!(squeezed(left), "1 1 7 7 -- -- -- -- -- -- 8 -");
        assert_eq!(squeezed(right), "- 9 -- -- 1:1 -- -- -- -- YES");
        assert_eq!(lines[lines.len() - 2..], ["Sport  total  number:", "2"]);
    }
}

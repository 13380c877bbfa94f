use serde::Serialize;

use super::answer::{Notes, lines};
use super::labelled::of_uplink;
use super::{Parsed, values};

/// An uplink's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PortStatus {
    /// The uplink, as the OLT names it.
    pub(crate) port: String,
    /// What it is made for (`optical`).
    pub(crate) hybrid: Option<String>,
    /// Its own VLAN.
    pub(crate) native_vlan: Option<u16>,
    /// Whether it negotiates.
    pub(crate) negotiation: Option<bool>,
    /// Its speed in Mbit/s.
    pub(crate) speed_mbps: Option<u32>,
    /// `full` or `half`.
    pub(crate) duplex: Option<String>,
    /// Whether it has flow control.
    pub(crate) flow_control: Option<bool>,
    /// Whether it is activated.
    pub(crate) active: Option<bool>,
    /// Whether it has a link.
    pub(crate) up: Option<bool>,
}

const HEADERS: [&[&str]; 2] = [
    &["Port", "hybrid", "Native", "Negotiation", "Speed", "Duplex", "Flow-", "Admin", "Link"],
    &["Status", "VLAN", "auto", "(Mbps)", "Ctrl", "Status"],
];

fn ports(text: &str) -> Parsed<Vec<PortStatus>> {
    let (mut rows, mut notes) = (Vec::new(), Notes::default());
    for line in lines(text) {
        if line.is_rule() || HEADERS.iter().any(|header| line.has_words(header)) {
            continue;
        }
        let words = line.words();
        let &[port, hybrid, vlan, negotiation, speed, duplex, flow, admin, link] = words.as_slice() else {
            notes.unknown(line);
            continue;
        };
        rows.push(PortStatus {
            port: port.to_owned(),
            hybrid: values::words(hybrid),
            native_vlan: notes.field(line, values::number(vlan)),
            negotiation: notes.field(line, values::enabled(negotiation)),
            speed_mbps: notes.field(line, values::number(speed)),
            duplex: values::words(duplex),
            flow_control: notes.field(line, values::enabled(flow)),
            active: notes.field(line, values::either(admin, "activate", "deactivate")),
            up: notes.field(line, values::either(link, "up", "down")),
        });
    }
    notes.with(rows)
}

of_uplink!(
    /// `show interface port-status`: how an uplink is set and whether it has a link (fact sheet, CLI §4.7).
    ShowPortStatus,
    "show interface port-status",
    Vec<PortStatus>,
    ports
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Show, fixture};

    #[test]
    fn of_an_uplink() {
        let text = fixture("c300-v2.x/show-interface-port-status.txt");
        let Parsed { rows, unknown } = ShowPortStatus::parse(&text);
        assert_eq!(unknown, []);
        let expected = PortStatus {
            port: "xgei_1/20/1".to_owned(),
            hybrid: Some("optical".to_owned()),
            native_vlan: Some(1),
            negotiation: Some(false),
            speed_mbps: Some(10_000),
            duplex: Some("full".to_owned()),
            flow_control: Some(false),
            active: Some(true),
            up: Some(true),
        };
        assert_eq!(rows, [expected]);
    }
}

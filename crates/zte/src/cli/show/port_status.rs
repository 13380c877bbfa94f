use serde::Serialize;

use super::Parsed;
use super::typed::of_uplink;
use crate::cli::text::answer::{Notes, lines};
use crate::cli::text::table::{Layout, Table};
use crate::cli::text::values;

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
    /// Its speed as it is set: Mbit/s, or `auto`.
    pub(crate) speed: Option<String>,
    /// Its speed in Mbit/s; `None` for `auto`.
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

static LAYOUT: Layout = Layout {
    columns: &["Port", "hybrid", "Native", "Negotiation", "Speed", "Duplex", "Flow-", "Admin", "Link"],
    needed: &["Port", "Link"],
    phrases: false,
    key: values::uplink,
};
/// The second line of the heading, which alone has the unit of the speed.
const SECOND: &str = "Status VLAN auto (Mbps) Ctrl Status";

fn ports(text: &str) -> Parsed<Vec<PortStatus>> {
    let (mut rows, mut notes) = (Vec::new(), Notes::default());
    let mut table = Table::new(&LAYOUT);
    let mut second = false;
    for line in lines(text) {
        if line.is(SECOND) {
            second = true;
            continue;
        }
        let Some(row) = table.row(line, &mut notes) else { continue };
        if !second {
            notes.because(line, "the second line of the heading is missing above it");
            continue;
        }
        let speed = row.get("Speed");
        let auto = speed.eq_ignore_ascii_case("auto");
        let mbps = if auto { Ok(None) } else { values::number(speed) };
        rows.push(PortStatus {
            port: row.get("Port").to_owned(),
            hybrid: values::words(row.get("hybrid")),
            native_vlan: notes.field(line, values::vlan_or_zero(row.get("Native"))),
            negotiation: notes.field(line, values::enabled(row.get("Negotiation"))),
            speed: values::words(speed),
            speed_mbps: notes.field(line, mbps),
            duplex: values::words(row.get("Duplex")),
            flow_control: notes.field(line, values::enabled(row.get("Flow-"))),
            active: notes.field(line, values::either(row.get("Admin"), "activate", "deactivate")),
            up: notes.field(line, values::either(row.get("Link"), "up", "down")),
        });
    }
    table.end(&mut notes);
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
            speed: Some("10000".to_owned()),
            speed_mbps: Some(10_000),
            duplex: Some("full".to_owned()),
            flow_control: Some(false),
            active: Some(true),
            up: Some(true),
        };
        assert_eq!(rows, [expected]);
    }
}

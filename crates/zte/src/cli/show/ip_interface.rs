use std::net::Ipv4Addr;

use serde::Serialize;

use super::Parsed;
use super::answer::{Field, Notes, lines};
use super::labelled::list_of;
use super::values;

/// An interface with an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct IpInterfaceRow {
    /// Its name (`vlan10`).
    pub(crate) name: String,
    /// Its address; `None` when it has none.
    pub(crate) address: Option<Ipv4Addr>,
    /// Its mask.
    pub(crate) mask: Option<Ipv4Addr>,
    /// Whether it is enabled.
    pub(crate) admin_up: Option<bool>,
    /// Whether it has a link.
    pub(crate) link_up: Option<bool>,
    /// Whether its protocol is up.
    pub(crate) protocol_up: Option<bool>,
    /// Its description.
    pub(crate) description: Option<String>,
}

const HEADER: [&str; 7] = ["Interface", "IP-Address", "Mask", "Admin", "Phy", "Prot", "Description"];

fn address(text: &str) -> Field<Ipv4Addr> {
    if text == "unassigned" { Ok(None) } else { values::parsed(text) }
}

fn up(text: &str) -> Field<bool> {
    values::either(text, "up", "down")
}

fn interfaces(text: &str) -> Parsed<Vec<IpInterfaceRow>> {
    let (mut rows, mut notes) = (Vec::new(), Notes::default());
    for line in lines(text) {
        if line.has_words(&HEADER) {
            continue;
        }
        let words = line.words();
        let [name, ip, mask, admin, link, protocol, description @ ..] = words.as_slice() else {
            notes.unknown(line);
            continue;
        };
        rows.push(IpInterfaceRow {
            name: (*name).to_owned(),
            address: notes.field(line, address(ip)),
            mask: notes.field(line, address(mask)),
            admin_up: notes.field(line, up(admin)),
            link_up: notes.field(line, up(link)),
            protocol_up: notes.field(line, up(protocol)),
            description: values::name(&description.join(" ")).filter(|text| text != "none"),
        });
    }
    notes.with(rows)
}

list_of!(
    /// `show ip interface brief`: the addresses of the OLT (fact sheet, CLI §4.1).
    ShowIpInterfaceBrief,
    "show ip interface brief",
    IpInterfaceRow,
    interfaces
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture;

    #[test]
    fn v2_1() {
        let Parsed { rows, unknown } = interfaces(&fixture("c320-v2.1.0/show-ip-interface-brief.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].name.as_str(), rows[0].address), ("vlan10", Some(Ipv4Addr::new(192, 0, 2, 2))));
        assert_eq!(
            (rows[1].address, rows[1].protocol_up, rows[1].description.as_deref()),
            (None, Some(true), None)
        );
    }
}

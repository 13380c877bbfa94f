use std::net::Ipv4Addr;

use serde::Serialize;

use super::Parsed;
use super::typed::list_of;
use crate::cli::text::answer::{Field, Notes, lines};
use crate::cli::text::table::{Layout, Table};
use crate::cli::text::values;

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

static LAYOUT: Layout = Layout {
    columns: &["Interface", "IP-Address", "Mask", "Admin", "Phy", "Prot", "Description"],
    needed: &["Interface", "IP-Address", "Mask"],
    phrases: true,
    key: is_interface,
};

/// `vlan10`, `mng1`: letters, then a number.
fn is_interface(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.ends_with(|c: char| c.is_ascii_digit())
}

fn address(text: &str) -> Field<Ipv4Addr> {
    if text.eq_ignore_ascii_case("unassigned") { Ok(None) } else { values::parsed(text) }
}

fn up(text: &str) -> Field<bool> {
    values::either(text, "up", "down")
}

fn interfaces(text: &str) -> Parsed<Vec<IpInterfaceRow>> {
    let (mut rows, mut notes) = (Vec::new(), Notes::default());
    let mut table = Table::new(&LAYOUT);
    for line in lines(text) {
        let Some(row) = table.row(line, &mut notes) else { continue };
        let (ip, mask) = (address(row.get("IP-Address")), address(row.get("Mask")));
        let states = ["Admin", "Phy", "Prot"].map(|column| up(row.get(column)));
        // A name may be any word: what has neither addresses nor states is no row.
        if ip.is_err() && mask.is_err() && states.iter().all(Result::is_err) {
            notes.unknown(line);
            continue;
        }
        let [admin, link, protocol] = states;
        rows.push(IpInterfaceRow {
            name: row.get("Interface").to_owned(),
            address: notes.field(line, ip),
            mask: notes.field(line, mask),
            admin_up: notes.field(line, admin),
            link_up: notes.field(line, link),
            protocol_up: notes.field(line, protocol),
            description: values::name(row.get("Description")).filter(|text| text != "none"),
        });
    }
    table.end(&mut notes);
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

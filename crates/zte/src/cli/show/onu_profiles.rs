use std::net::Ipv4Addr;

use super::typed::list_of;
use crate::cli::text::labelled::{blocks, labelled};
use crate::cli::text::values;

labelled! {
    /// An ONU VLAN profile.
    OnuVlanProfile {
        /// Its name.
        name: String = "Profile name" => values::text,
        /// How it tags (`tag`).
        tag_mode: String = "Tag mode" => values::text,
        /// Its VLAN; 0 is none.
        cvlan: u16 = "CVLAN" => values::vlan_or_zero,
        /// Its priority, 0..=7.
        priority: u8 = "CVLAN priority" => values::number,
        /// Its outer VLAN; 0 is none. The answers seen have no such line.
        svlan: u16 = "SVLAN" => values::vlan_or_zero,
    }
}

labelled! {
    /// An ONU IP profile.
    OnuIpProfile {
        /// Its name.
        name: String = "Profile name" => values::text,
        /// Its gateway.
        gateway: Ipv4Addr = "Gateway" => values::parsed,
        /// Its first name server.
        primary_dns: Ipv4Addr = "Primary DNS" => values::parsed,
        /// Its second name server.
        secondary_dns: Ipv4Addr = "Secondary DNS" => values::parsed,
    }
}

list_of!(
    /// `show gpon onu profile vlan`: the ONU VLAN profiles (fact sheet, CLI §4.7).
    ShowOnuProfileVlan,
    "show gpon onu profile vlan",
    OnuVlanProfile,
    blocks
);
list_of!(
    /// `show gpon onu profile ip`: the ONU IP profiles (fact sheet, CLI §4.7).
    ShowOnuProfileIp,
    "show gpon onu profile ip",
    OnuIpProfile,
    blocks
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Parsed, Show, fixture};

    #[test]
    fn vlan() {
        let Parsed { rows, unknown } =
            ShowOnuProfileVlan::parse(&fixture("c320-v2.1.0/show-gpon-onu-profile-vlan.txt"));
        assert_eq!(unknown, []);
        let profile = |name: &str, vlan, priority| OnuVlanProfile {
            name: Some(name.to_owned()),
            tag_mode: Some("tag".to_owned()),
            cvlan: Some(vlan),
            priority: Some(priority),
            svlan: None,
            other: Vec::new(),
        };
        assert_eq!(rows, [profile("PPPOE", 22, 0), profile("TV 7", 300, 7)]);
    }

    #[test]
    fn ip() {
        let Parsed { rows, unknown } =
            ShowOnuProfileIp::parse(&fixture("c320-v2.1.0/show-gpon-onu-profile-ip.txt"));
        assert_eq!(unknown, []);
        assert_eq!(
            (rows[0].name.as_deref(), rows[0].gateway),
            (Some("ST"), Some(Ipv4Addr::new(192, 0, 2, 1)))
        );
        assert_eq!(rows[0].secondary_dns, Some(Ipv4Addr::new(192, 0, 2, 54)));
    }
}

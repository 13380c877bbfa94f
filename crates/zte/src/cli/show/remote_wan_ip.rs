use std::net::Ipv4Addr;

use super::typed::of_onu;
use crate::cli::text::answer::Field;
use crate::cli::text::labelled::{blocks, labelled};
use crate::cli::text::password::Password;
use crate::cli::text::values;

labelled! {
    /// A WAN connection of an ONU.
    RemoteWan {
        /// Its number.
        id: u32 = "WAN id" => values::number,
        /// `PPPoE`, DHCP or static.
        mode: String = "Mode" => values::text,
        /// How it authenticates (`auto`).
        authentication: String = "Authentication" => values::text,
        /// Its user.
        user: String = "User name" => values::text,
        /// Its password.
        password: Password = "Password" => password,
        /// Its state (`connected`).
        status: String = "Status" => values::text,
        /// Whether it answers pings.
        ping_enabled: bool = "Ping response" => values::enabled,
        /// Whether it answers traceroutes.
        traceroute_enabled: bool = "Traceroute response" => values::enabled,
        /// How it tags.
        tag_mode: String = "VLAN tag mode" => values::text,
        /// Its inner VLAN; 0 is none.
        cvlan: u16 = "CVLAN" => values::vlan_or_zero,
        /// The priority of its inner VLAN.
        cvlan_priority: u8 = "CVLAN priority" => values::number,
        /// Its outer VLAN; 0 is none.
        svlan: u16 = "SVLAN" => values::vlan_or_zero,
        /// Its address.
        address: Ipv4Addr = "Current IP" => values::parsed,
        /// Its mask.
        mask: Ipv4Addr = "Current mask" => values::parsed,
        /// Its gateway.
        gateway: Ipv4Addr = "Current gateway" => values::parsed,
        /// Its first name server.
        primary_dns: Ipv4Addr = "Current primary DNS" => values::parsed,
        /// Its second name server.
        secondary_dns: Ipv4Addr = "Current secondary DNS" => values::parsed,
        /// Its domain.
        domain: String = "Domain name" => values::text,
        /// Its own name (`omci_ipv4_pppoe_1`).
        host: String = "Host name" => values::text,
        /// Its MAC address.
        mac: String = "MAC address" => values::text,
        /// The IP host it stands on.
        ip_host: u32 = "IP host id" => values::number,
    }
}

fn password(text: &str) -> Field<Password> {
    Ok(values::name(text).as_deref().map(Password::new))
}

of_onu!(
    /// `show gpon remote-onu wan-ip`: the WAN connections of an ONU (fact
    /// sheet, CLI §4.6). None of them is the refusal `%Code 64040`.
    ShowRemoteWanIp,
    "show gpon remote-onu wan-ip",
    Vec<RemoteWan>,
    blocks,
    Some(Vec::new())
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Parsed, Show, fixture};

    #[test]
    fn pppoe() {
        let Parsed { rows, unknown } =
            ShowRemoteWanIp::parse(&fixture("c320-v1.2.x/show-gpon-remote-onu-wan-ip.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows.len(), 1);
        let wan = &rows[0];
        assert_eq!(
            (wan.id, wan.mode.as_deref(), wan.status.as_deref()),
            (Some(1), Some("PPPoE"), Some("connected"))
        );
        assert_eq!((wan.cvlan, wan.svlan), (Some(88), Some(0)));
        assert_eq!(wan.address, Some(Ipv4Addr::new(192, 0, 2, 77)));
        assert_eq!((wan.domain.as_deref(), wan.ip_host), (None, Some(1)));
        assert!(!serde_json::to_string(&rows).unwrap().contains("pass1"));
        assert!(!format!("{rows:?}").contains("pass1"));
    }

    /// A connection below a title that is not known is not read, and its password not told.
    #[test]
    fn no_password_in_a_problem() {
        let text = fixture("c320-v1.2.x/show-gpon-remote-onu-wan-ip.txt");
        for other in ["Connection:  1", "nothing"] {
            let lost = text.replace("WAN id:                1", other);
            for text in [lost.clone(), format!("{text}{lost}"), lost.replace("Password:  ", "Password   ")] {
                let parsed = ShowRemoteWanIp::parse(&text);
                assert!(parsed.unknown.len() > 15, "{:?}", parsed.unknown);
                assert!(parsed.unknown.iter().any(|line| line.text.starts_with("Password")));
                assert!(!format!("{parsed:?}").contains("pass1"), "{:?}", parsed.unknown);
            }
        }
    }
}

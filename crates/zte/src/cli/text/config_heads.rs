//! The lines that begin and end the blocks of a configuration (fact sheet, CLI §4.5, §9.1, §9.5).

use super::config_words::after;
use super::values;

/// The block that a line stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Block {
    /// None.
    None,
    /// One that was not asked for.
    Foreign,
    Gpon,
    VlanDatabase,
    Vlan,
    Pon,
    Onu,
    Remote,
    Uplink,
    /// One without fields of its own that an end of its own closes.
    Closed,
    /// One that the next unindented line ends.
    Open,
}

impl Block {
    /// Whether an end of its own closes it, so that a line at the left does not belong there.
    pub(in crate::cli) fn is_closed(self) -> bool {
        !matches!(self, Self::None | Self::Open)
    }
}

/// What stands above a configuration.
pub(in crate::cli) const TITLE: &str = "Building configuration...";

/// Words that begin lines (fact sheet, CLI §4.2, §4.5, §5, §9.1). They decide
/// nothing but whether a line behind a full one is its rest: any line may stand
/// in a configuration.
const KNOWN: [&str; 118] = [
    "olleh",
    "timestamp_write:",
    "config-version",
    "add-rack",
    "add-shelf",
    "add-card",
    "add-subcard",
    "gpon",
    "epon",
    "pon",
    "vlan",
    "clock",
    "ptp",
    "igmp",
    "mld",
    "interface",
    "ip",
    "username",
    "version",
    "hostname",
    "banner",
    "message-of-day",
    "snmp-server",
    "snmp",
    "logging",
    "syslog",
    "line",
    "ssh",
    "telnet",
    "alarm",
    "set-pnp",
    "mac",
    "mib-compatibility",
    "epm",
    "mode",
    "virtual-mac",
    "add",
    "no",
    "exit",
    "ftp-server",
    "enable",
    "tacacs-server",
    "tacacs",
    "radius",
    "radius-server",
    "aaa",
    "ntp",
    "auto-write",
    "onu-profile",
    "onu-type",
    "onu-type-if",
    "pon-onu-mng",
    "uncfg-onu-display-info",
    "profile",
    "onu",
    "name",
    "description",
    "shutdown",
    "linktrap",
    "fec",
    "auto-learning",
    "fiber-distance",
    "uncfg-onu-aging-time",
    "sn-bind",
    "tcont",
    "gemport",
    "switchport",
    "service-port",
    "vport-mode",
    "vport",
    "vport-map",
    "encrypt",
    "dba",
    "port-identification",
    "port-location",
    "dhcpv4-l2-relay-agent",
    "pppoe-intermediate-agent",
    "pppoe-plus",
    "dhcp-option82",
    "dhcp",
    "ip-service",
    "security",
    "traffic-profile",
    "registration-method",
    "service",
    "wan-ip",
    "wan",
    "pppoe",
    "mvlan",
    "ex-vlan",
    "mgmt-ip",
    "sip-service",
    "flow",
    "switchport-bind",
    "vlan-filter",
    "vlan-filter-mode",
    "ip-host",
    "tr069-mgmt",
    "veip",
    "security-mgmt",
    "security-mng",
    "firewall",
    "loop-detect",
    "dhcp-ip",
    "wifi",
    "ssid",
    "voip",
    "voip-ip",
    "acl",
    "qos",
    "lldp",
    "arp",
    "ipv6",
    "xconnect",
    "phy-attribute",
    "hybrid-attribute",
    "negotiation",
    "speed",
];

/// Whether a word begins lines of a configuration.
pub(in crate::cli) fn is_known_word(word: &str) -> bool {
    KNOWN.contains(&word)
}

/// Whether a line ends a block: `!`, `$` on C6xx, `exit` of a sub-mode.
pub(in crate::cli) fn is_closer(text: &str) -> bool {
    matches!(text, "!" | "$" | "exit") || is_section(text)
}

/// The marks around the parts of a C6xx's configuration: `!<xpon>`, `!</xpon>`.
pub(in crate::cli) fn is_section(text: &str) -> bool {
    text.starts_with("!<") && text.ends_with('>')
}

/// Whether a line begins the block of a PON port or an ONU, which it does wherever it stands.
pub(in crate::cli) fn strong_head(text: &str) -> bool {
    let interface = after(text, "interface")
        .is_some_and(|name| values::named_pon(name).is_some() || values::named_onu(name).is_some());
    interface || after(text, "pon-onu-mng").is_some_and(|name| values::named_onu(name).is_some())
}

/// Whether an unindented line begins a block that an end of its own closes.
pub(in crate::cli) fn block_head(text: &str) -> bool {
    let interface = after(text, "interface").is_some_and(|name| !name.is_empty());
    interface || after(text, "pon-onu-mng").is_some_and(|name| !name.is_empty()) || is_bare_block(text)
}

/// Whether a line begins a block, or stands alone: which is told by what follows.
pub(in crate::cli) fn is_bare_block(text: &str) -> bool {
    let vlan = after(text, "vlan").is_some_and(|id| id.parse::<gpon::VlanId>().is_ok());
    vlan || matches!(text, "gpon" | "epon" | "pon" | "vlan database")
}

//! How the configuration of an ONU is changed, as data (fact sheet, CLI §1.6, §5).

use gpon::OnuRef;
use serde::{Deserialize, Serialize};

use super::Place;

/// What changes an ONU.
#[derive(Debug)]
pub(crate) struct Changes {
    /// What the lines of its configuration set, the narrower first. A line that none
    /// of them knows sets itself: it stands there or it does not.
    pub(crate) settings: &'static [Setting],
    /// What an accepted line may be answered with besides nothing: these words, with
    /// dots before them (§2).
    pub(crate) accepted: &'static [&'static str],
    /// Refusals of what stands there already: harmless where it is the wished line (§2).
    pub(crate) tolerated: &'static [&'static str],
    /// The line by which an ONU is told to start again; it asks whether to (§1.6).
    pub(crate) reboot: &'static str,
    /// The line by which an ONU is told to forget its settings; on the devices seen it
    /// does not ask, elsewhere it may (§1.6, §8).
    pub(crate) factory_reset: &'static str,
    /// What of an ONU's configuration the OLT writes by itself, by the words that it begins with.
    pub(crate) automatic: &'static [(Block, &'static str)],
    /// The refusal of a number that is in use (§2).
    pub(crate) id_in_use: &'static str,
    /// The refusal of a place that an ONU has left just now (§9.2).
    pub(crate) too_soon: &'static str,
    /// How what a registration sets is typed.
    pub(crate) spelling: Spelling,
}

/// How what a registration sets is typed (§5.1 to §5.3); what stands between braces is
/// filled in.
#[derive(Debug)]
pub(crate) struct Spelling {
    pub(crate) onu: &'static str,
    pub(crate) sn_bind: &'static str,
    pub(crate) tcont: &'static str,
    pub(crate) gemport: &'static str,
    pub(crate) limit: &'static str,
    pub(crate) limit_upstream: &'static str,
    pub(crate) limit_downstream: &'static str,
    pub(crate) service_port: &'static str,
    pub(crate) untagged: &'static str,
    pub(crate) service_port_svlan: &'static str,
    pub(crate) service_port_cos: &'static str,
    pub(crate) service: &'static str,
    pub(crate) service_untagged: &'static str,
    pub(crate) port_vlan: &'static str,
    pub(crate) port_transparent: &'static str,
    pub(crate) wan_pppoe: &'static str,
    pub(crate) wan_dhcp: &'static str,
    pub(crate) wan_static: &'static str,
    pub(crate) wan_service: &'static str,
    pub(crate) flow: &'static str,
    pub(crate) gemport_flow: &'static str,
    pub(crate) flow_mode: &'static str,
    pub(crate) flow_vlan: &'static str,
    pub(crate) veip_bind: &'static str,
    pub(crate) iphost_bind: &'static str,
    pub(crate) iphost_filter: &'static str,
    pub(crate) iphost_vlan: &'static str,
    pub(crate) iphost_dhcp: &'static str,
}

/// The part of a configuration that a line of an ONU stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Block {
    /// The interface of its PON port.
    PonPort,
    /// Its interface, on the OLT's side.
    Interface,
    /// What is set in the box itself.
    Remote,
}

impl Block {
    /// Where its lines are typed.
    pub(crate) const fn place(self, at: OnuRef) -> Place {
        match self {
            Self::PonPort => Place::PonPort(at.pon),
            Self::Interface => Place::Onu(at),
            Self::Remote => Place::Remote(at),
        }
    }
}

/// How another value takes the place of the one that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replaced {
    /// It is typed over.
    Over,
    /// What stands is removed first.
    Anew,
}

/// What a line sets.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) block: Block,
    /// The words that say what is set; `<>` stands for a word of its own.
    pub(crate) words: &'static str,
    /// What removes it, with the words for `<>` in their order; `None` where the sheet
    /// names nothing.
    pub(crate) removed_by: Option<&'static str>,
    pub(crate) replaced: Replaced,
    /// Words that may stand in the line, each with a value behind it, though they were not
    /// typed: they say nothing of what was.
    pub(crate) adds: &'static [&'static str],
}

const fn over(block: Block, words: &'static str, removed_by: Option<&'static str>) -> Setting {
    Setting { block, words, removed_by, replaced: Replaced::Over, adds: &[] }
}

const fn anew(block: Block, words: &'static str, removed_by: &'static str) -> Setting {
    Setting { block, words, removed_by: Some(removed_by), replaced: Replaced::Anew, adds: &[] }
}

impl Setting {
    const fn adding(self, adds: &'static [&'static str]) -> Self {
        Self { adds, ..self }
    }
}

/// C320 and C300 of V2.
pub(super) const C3XX: Changes = Changes {
    settings: &[
        // §5.1; a number in use is refused (62391).
        over(Block::PonPort, "onu <> profile", Some("no onu <> profile")),
        anew(Block::PonPort, "onu <>", "no onu <>"),
        // §5.2. `no description` is known of PON ports (§5.1), `no name` of both; where
        // an ONU refuses the former, reading back tells.
        over(Block::Interface, "name", Some("no name")),
        over(Block::Interface, "description", Some("no description")),
        over(Block::Interface, "shutdown", Some("no shutdown")),
        over(Block::Interface, "sn-bind", None),
        over(Block::Interface, "tcont <> gap", None),
        // Whether a name or a queue that nobody typed is shown is not known (§4.5 shows names).
        over(Block::Interface, "tcont <>", Some("no tcont <>")).adding(&["name"]),
        over(Block::Interface, "gemport <> traffic-limit", None),
        over(Block::Interface, "gemport <>", Some("no gemport <>")).adding(&["name", "queue"]),
        over(Block::Interface, "service-port <> description", None),
        anew(Block::Interface, "service-port <>", "no service-port <>"),
        // §5.3
        anew(Block::Remote, "service <>", "no service <>"),
        over(Block::Remote, "wan-ip <> ping-response", None),
        anew(Block::Remote, "wan-ip <>", "no wan-ip <>"),
        over(Block::Remote, "vlan port <> mode", Some("no vlan port <> mode")),
        anew(Block::Remote, "security-mgmt <>", "no security-mgmt <>"),
        // What `no flow` leaves of the lines that stand on it is not known.
        over(Block::Remote, "flow mode <>", None),
        over(Block::Remote, "flow <> switch", Some("no flow <>")),
        over(Block::Remote, "gemport <> flow", None),
        over(Block::Remote, "switchport-bind <> iphost <>", None),
        over(Block::Remote, "vlan-filter-mode iphost <>", None),
        over(Block::Remote, "ip-host <> dhcp-enable", None),
        over(Block::Remote, "wan <>", None),
    ],
    accepted: &["[Successful]"],
    tolerated: &["%Code 66661", "%Code 63869"],
    reboot: "reboot",
    factory_reset: "restore factory",
    // A virtual port comes and goes with its GEM port, and the sample of §4.5 shows gaps and
    // modes that no transcript types.
    automatic: &[
        (Block::Interface, "switchport mode <> vport <>"),
        (Block::Interface, "sn-bind"),
        (Block::Interface, "vport-mode"),
        (Block::Interface, "tcont <> gap"),
    ],
    id_in_use: "%Code 62391",
    too_soon: "%Code 63956",
    spelling: Spelling {
        onu: "onu {id} type {type} sn {serial}",
        sn_bind: "sn-bind enable sn",
        tcont: "tcont {tcont} profile {profile}",
        gemport: "gemport {gemport} tcont {tcont}",
        limit: "gemport {gemport} traffic-limit",
        limit_upstream: " upstream {profile}",
        limit_downstream: " downstream {profile}",
        service_port: "service-port {gemport} vport {gemport} user-vlan {user} vlan {vlan}",
        untagged: "untagged",
        service_port_svlan: " svlan {svlan}",
        service_port_cos: " cos {cos}",
        service: "service {name} gemport {gemport} vlan {user}",
        service_untagged: "service {name} gemport {gemport} untag",
        port_vlan: "vlan port {port} mode tag vlan {user}",
        port_transparent: "vlan port {port} mode transparent",
        wan_pppoe: "wan-ip 1 mode pppoe username {username} password {password} vlan-profile {profile} host 1",
        wan_dhcp: "wan-ip 1 mode dhcp vlan-profile {profile} host 1",
        wan_static: "wan-ip 1 mode static ip-profile {ip_profile} ip-address {address} mask {mask} vlan-profile {profile} host 1",
        wan_service: "wan 1 service internet host 1",
        flow: "flow {gemport} switch switch_0/1",
        gemport_flow: "gemport {gemport} flow {gemport}",
        flow_mode: "flow mode {gemport} tag-filter vlan-filter untag-filter discard",
        flow_vlan: "flow {gemport} pri 0 vlan {user}",
        veip_bind: "switchport-bind switch_0/1 veip 1",
        iphost_bind: "switchport-bind switch_0/1 iphost 1",
        iphost_filter: "vlan-filter-mode iphost 1 tag-filter vlan-filter untag-filter discard",
        iphost_vlan: "vlan-filter iphost 1 pri 0 vlan {user}",
        iphost_dhcp: "ip-host 1 dhcp-enable enable ping-response disable traceroute-response disable",
    },
};

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
}

const fn over(block: Block, words: &'static str, removed_by: Option<&'static str>) -> Setting {
    Setting { block, words, removed_by, replaced: Replaced::Over }
}

const fn anew(block: Block, words: &'static str, removed_by: &'static str) -> Setting {
    Setting { block, words, removed_by: Some(removed_by), replaced: Replaced::Anew }
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
        over(Block::Interface, "tcont <>", Some("no tcont <>")),
        over(Block::Interface, "gemport <> traffic-limit", None),
        over(Block::Interface, "gemport <>", Some("no gemport <>")),
        over(Block::Interface, "service-port <> description", None),
        anew(Block::Interface, "service-port <>", "no service-port <>"),
        // §5.3
        anew(Block::Remote, "service <>", "no service <>"),
        over(Block::Remote, "wan-ip <> ping-response", None),
        anew(Block::Remote, "wan-ip <>", "no wan-ip <>"),
        over(Block::Remote, "vlan port <> mode", Some("no vlan port <> mode")),
        anew(Block::Remote, "security-mgmt <>", "no security-mgmt <>"),
    ],
    accepted: &["[Successful]"],
    tolerated: &["%Code 66661", "%Code 63869"],
    reboot: "reboot",
    factory_reset: "restore factory",
};

//! The way from mode to mode (fact sheet, CLI §1.2, §1.4).

use gpon::{OnuRef, PonPort};
use serde::{Deserialize, Serialize};

use super::{Dialect, PortNames};

/// A place at the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Place {
    /// Where a session begins, privileged.
    Exec,
    /// The configuration of the whole OLT.
    Config,
    /// Bandwidth profiles.
    Gpon,
    /// Types of ONUs.
    Pon,
    /// A PON port.
    PonPort(PonPort),
    /// An ONU on the OLT's side.
    Onu(OnuRef),
    /// An ONU on its own side.
    Remote(OnuRef),
}

/// A step from one kind of place to another. `{port}` stands for the name of the
/// port there, `{numbers}` for its numbers alone.
#[derive(Debug)]
pub(crate) struct Way {
    /// The kind of place that it leads to.
    pub(crate) to: Kind,
    /// The kind of place that it begins at.
    pub(crate) from: Kind,
    /// What is typed.
    pub(crate) line: &'static str,
    /// What the prompt then shows between its brackets.
    pub(crate) mode: &'static str,
}

/// [`Place`] without its port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Exec,
    Config,
    Gpon,
    Pon,
    PonPort,
    Onu,
    Remote,
}

/// A line to be typed and what stands between the brackets of the prompt behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) line: String,
    pub(crate) mode: String,
}

impl Place {
    fn kind(self) -> Kind {
        match self {
            Self::Exec => Kind::Exec,
            Self::Config => Kind::Config,
            Self::Gpon => Kind::Gpon,
            Self::Pon => Kind::Pon,
            Self::PonPort(_) => Kind::PonPort,
            Self::Onu(_) => Kind::Onu,
            Self::Remote(_) => Kind::Remote,
        }
    }

    /// The name of its port and the numbers in it.
    fn port(self, ports: &PortNames) -> (String, String) {
        match self {
            Self::PonPort(pon) => (ports.pon(pon), pon.to_string()),
            Self::Onu(onu) | Self::Remote(onu) => (ports.onu(onu), onu.to_string()),
            Self::Exec | Self::Config | Self::Gpon | Self::Pon => (String::new(), String::new()),
        }
    }
}

impl Dialect {
    /// What is typed from EXEC to stand at `place`; `None` where no way is known.
    pub(crate) fn way_to(&self, place: Place) -> Option<Vec<Entry>> {
        let (port, numbers) = place.port(&self.ports);
        let filled = |text: &str| text.replace("{port}", &port).replace("{numbers}", &numbers);
        let ways = || self.ways.iter().copied().flatten();
        let mut entries = Vec::new();
        let mut at = place.kind();
        while at != Kind::Exec {
            // A table that leads in a circle leads nowhere.
            let way = ways().find(|way| way.to == at && entries.len() < ways().count())?;
            entries.push(Entry { line: filled(way.line), mode: filled(way.mode) });
            at = way.from;
        }
        entries.reverse();
        Some(entries)
    }
}

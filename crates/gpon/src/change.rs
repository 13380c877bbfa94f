//! What a person wants to be changed.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Invalid, OnuRef, SerialNumber};

/// A name or a description as we write it: 1..=64 characters of ASCII 0x20..=0x7E
/// without `?` and `"`, no blanks at its ends and no two of them in a row. So it
/// reaches a device unchanged, and no device takes a part of it for a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlainText(String);

impl PlainText {
    /// Most characters.
    pub const MOST: usize = 64;
    const RULE: Invalid = Invalid::new(
        "text",
        "1 to 64 characters from blank to ~, without ? and \", no blanks at the ends, no two blanks in a row",
    );

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PlainText {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let typed = text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'?' && byte != b'"');
        let blanks = text.starts_with(' ') || text.ends_with(' ') || text.contains("  ");
        if typed && !blanks && (1..=Self::MOST).contains(&text.len()) {
            return Ok(Self(text.to_owned()));
        }
        Err(Self::RULE)
    }
}

impl TryFrom<String> for PlainText {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<PlainText> for String {
    fn from(text: PlainText) -> Self {
        text.0
    }
}

impl fmt::Display for PlainText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The ONU that is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnuTarget {
    /// Whichever stands there.
    Place(OnuRef),
    /// The one with this serial number, wherever it stands.
    Serial(SerialNumber),
}

impl fmt::Display for OnuTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(at) => write!(f, "{at}"),
            Self::Serial(serial) => write!(f, "{serial}"),
        }
    }
}

/// Who has to stand at the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExpectedSerial {
    /// The ONU with this serial number.
    Serial(SerialNumber),
    /// One that is registered without a serial number: by password or LOID.
    Without,
}

impl fmt::Display for ExpectedSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serial(serial) => write!(f, "{serial}"),
            Self::Without => f.write_str("none"),
        }
    }
}

/// By which way an ONU is restarted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RebootVia {
    /// It is told to, which works only while it is online.
    #[default]
    Omci,
    /// It is disabled and enabled again at the OLT.
    Shutdown,
}

/// What is wished for an ONU that exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnuWish {
    /// To be called so; what is `None` stays as it is.
    Describe {
        /// Its name.
        name: Option<PlainText>,
        /// Its description.
        description: Option<PlainText>,
    },
    /// To be out of service: disabled at the OLT.
    Block,
    /// To be in service again.
    Unblock,
    /// To start again.
    Reboot(RebootVia),
    /// To forget what was set in the box itself.
    FactoryReset,
    /// To be registered no longer.
    Delete,
}

impl OnuWish {
    /// Its name in jobs and journals.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Describe { .. } => "describe",
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::Reboot(_) => "reboot",
            Self::FactoryReset => "factory_reset",
            Self::Delete => "delete",
        }
    }

    /// What is done, in the words of an operator, before the name of the ONU.
    pub const fn act(&self) -> &'static str {
        match self {
            Self::Describe { .. } => "name",
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::Reboot(_) => "reboot",
            Self::FactoryReset => "reset",
            Self::Delete => "delete",
        }
    }

    /// Whether a mistake about who stands at the place would cut off a customer: a
    /// place is no customer.
    pub const fn needs_identity(&self) -> bool {
        matches!(self, Self::Block | Self::Unblock | Self::FactoryReset | Self::Delete)
    }
}

/// What is done about what was done already when the OLT refuses a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnRefusal {
    /// It is undone.
    #[default]
    Undo,
    /// It stays, and is named.
    Keep,
}

/// A change of an ONU that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnuChange {
    /// The ONU.
    pub target: OnuTarget,
    /// Who has to stand there; `None` for whoever does.
    pub expect: Option<ExpectedSerial>,
    /// What is wished.
    pub wish: OnuWish,
    /// What is done when the OLT refuses a part.
    pub on_refusal: OnRefusal,
    /// What may be lost, by the names that a plan gives to what cannot be undone.
    pub accept_loss: BTreeSet<String>,
}

impl OnuChange {
    /// This wish for this ONU; a refusal undoes what was done, and nothing may be lost.
    pub fn new(target: OnuTarget, wish: OnuWish) -> Self {
        Self { target, expect: None, wish, on_refusal: OnRefusal::Undo, accept_loss: BTreeSet::new() }
    }

    /// Who has to stand at the place, by serial number or by what is expected there.
    pub fn identity(&self) -> Option<ExpectedSerial> {
        match self.target {
            OnuTarget::Serial(serial) => self.expect.or(Some(ExpectedSerial::Serial(serial))),
            OnuTarget::Place(_) => self.expect,
        }
    }
}

/// How well a step can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UndoClass {
    /// All is as it was.
    Exact,
    /// It is made anew: the customer is cut off meanwhile.
    ReCreated,
    /// Only while the ONU is online.
    NeedsOnline,
    /// It cannot be undone.
    Impossible,
}

/// A line that a plan would send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedLine {
    /// The mode of the command line that it is sent in, as the prompt shows it.
    pub place: String,
    /// The line, its secrets masked.
    pub line: String,
}

/// What a plan would send to take a step back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedUndo {
    /// The line, its secrets masked; empty where nothing can be done.
    pub line: String,
    /// How well that takes the step back.
    pub class: UndoClass,
}

/// What a write would do, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WritePlan {
    /// The ONU; `None` for what is about the whole OLT.
    pub at: Option<OnuRef>,
    /// Its serial number; `None` for one registered without.
    pub serial: Option<SerialNumber>,
    /// Every line, in its order; none where nothing has to be done.
    pub lines: Vec<PlannedLine>,
    /// What is sent to undo it, in the order of undoing.
    pub undo: Vec<PlannedUndo>,
    /// What was looked at and found to be so, a sentence each.
    pub checks: Vec<String>,
    /// What a person should know besides, a sentence each.
    pub warnings: Vec<String>,
    /// What stands for all that the plan touches as it was found: another one means another plan.
    pub fingerprint: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_text_is_written() {
        for text in ["House 7", "x", "16$$NAME$$", "a'b", &"x".repeat(64), "~!#%&;|<>`"] {
            assert_eq!(text.parse::<PlainText>().unwrap().as_str(), text);
        }
        for text in
            ["", " ", " a", "a ", "a  b", "a?b", "a\"b", "a\nb", "a\tb", "a\x7f", "ñ", &"x".repeat(65)]
        {
            assert!(text.parse::<PlainText>().is_err(), "{text:?}");
        }
        assert!(serde_json::from_str::<PlainText>("\"a?\"").is_err());
    }

    #[test]
    fn a_serial_number_is_an_identity() {
        let serial: SerialNumber = "ZTEGC0000001".parse().unwrap();
        let by_serial = OnuChange::new(OnuTarget::Serial(serial), OnuWish::Block);
        assert_eq!(by_serial.identity(), Some(ExpectedSerial::Serial(serial)));
        let at = OnuRef { pon: "1/1/1".parse().unwrap(), id: crate::OnuId::new(1).unwrap() };
        assert_eq!(OnuChange::new(OnuTarget::Place(at), OnuWish::Delete).identity(), None);
    }
}

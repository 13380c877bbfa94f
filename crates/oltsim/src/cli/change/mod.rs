//! The commands that change the configuration, one file for each mode (fact sheet, CLI §5).

mod bandwidth;
mod flow;
mod gem;
mod kept;
mod onu;
mod onu_management;
mod pon;
mod profiles;
mod registration;
mod service;
mod types;
mod wan;

use gpon::{OnuRef, PonPort};

use super::WriteOptions;
use super::bytes::bytes_of;
use super::command::{Arg, Question, Refusal, Syntax};
use super::modes::{Mode, Scope};
use super::refused::Refused;
use crate::device::{OnuConfig, Running};

/// A command that changes the configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    /// As that of [`super::Command`].
    pub(crate) syntax: &'static str,
    /// Where it is known.
    pub(crate) scope: Scope,
    /// Makes the change.
    pub(crate) run: fn(&mut Tell<'_>) -> Said,
}

/// What a change that was made says.
pub(crate) type Said = Result<Done, Refusal>;

/// How a change that was made answers (fact sheet, CLI §6 nr. 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// With nothing.
    Silent,
    /// `.[Successful]`
    Successful,
    /// `[Successful]`
    Accepted,
    /// With a question first; nothing was changed yet.
    Asks(Question),
}

/// Every command that changes the configuration.
pub(crate) const CHANGES: &[&[Change]] = &[
    onu::CHANGES,
    bandwidth::CHANGES,
    gem::CHANGES,
    service::CHANGES,
    pon::CHANGES,
    registration::CHANGES,
    onu_management::CHANGES,
    wan::CHANGES,
    flow::CHANGES,
    kept::CHANGES,
    profiles::CHANGES,
    types::CHANGES,
];

/// A command that changes the running configuration, as it was typed.
#[derive(Debug)]
pub(crate) struct Tell<'a> {
    pub(crate) running: Running<'a>,
    pub(crate) options: &'a WriteOptions,
    /// Where the session stands, which says what is changed.
    pub(crate) mode: Mode,
    pub(crate) args: &'a [Arg],
    /// The column of each argument in the typed line, for the caret.
    pub(crate) columns: &'a [usize],
    /// The keyword before each argument; empty for none.
    pub(crate) names: &'a [&'static str],
    /// The keywords of the form that was typed, whole.
    pub(crate) keywords: &'a [&'static str],
    /// The line, its keywords whole and its blanks single.
    pub(crate) line: &'a str,
}

impl Tell<'_> {
    fn bad(&self, index: usize) -> Refusal {
        Refusal::Syntax(Syntax::BadParameter, self.columns.get(index).copied().unwrap_or_default())
    }

    /// Refuses a value as out of its range, the caret under what follows `name`.
    fn bad_at(&self, name: &str) -> Refusal {
        self.bad(self.place(name).unwrap_or_default())
    }

    fn refuse(&self, why: Refused) -> Refusal {
        Refusal::Change(why, self.columns.first().copied().unwrap_or_default())
    }

    fn refuse_at(&self, why: Refused, name: &str) -> Refusal {
        let place = self.place(name).and_then(|place| self.columns.get(place));
        Refusal::Change(why, place.copied().unwrap_or_default())
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|own| *own == name)
    }

    /// The number that follows a keyword.
    fn number(&self, name: &str) -> Option<u32> {
        match self.args.get(self.place(name)?) {
            Some(Arg::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// As [`Self::number`], of what has small numbers: 0 where it is missing.
    fn small(&self, name: &str) -> u8 {
        self.number(name).and_then(|number| u8::try_from(number).ok()).unwrap_or_default()
    }

    /// The number of a VLAN that follows a keyword; 0 where it is missing.
    fn vlan(&self, name: &str) -> u16 {
        self.number(name).and_then(|number| u16::try_from(number).ok()).unwrap_or_default()
    }

    /// The word that follows a keyword.
    fn word(&self, name: &str) -> Option<&str> {
        match self.args.get(self.place(name)?) {
            Some(Arg::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn has(&self, keyword: &str) -> bool {
        self.keywords.contains(&keyword)
    }

    /// The name of a T-CONT or GEM port that was given none.
    fn own_name(&self, number: u8) -> String {
        if self.options.number_names { number.to_string() } else { String::new() }
    }

    /// The ONU whose interface or management the session stands in.
    fn at(&self) -> Result<OnuRef, Refusal> {
        match self.mode {
            Mode::InterfaceOnu(at) | Mode::OnuManagement(at) => Ok(at),
            _ => Err(self.bad(0)),
        }
    }

    /// The PON port whose interface the session stands in.
    fn pon(&self) -> Result<PonPort, Refusal> {
        match self.mode {
            Mode::InterfacePon(at) => Ok(at),
            _ => Err(self.bad(0)),
        }
    }

    /// How the ONU is configured in whose interface the session stands; one that somebody
    /// removed meanwhile is none any more.
    fn onu(&mut self) -> Result<&mut OnuConfig, Refusal> {
        let (at, bad) = (self.at()?, self.bad(0));
        self.running.onu(at).ok_or(bad)
    }

    /// The bytes of a text that may have so many; what is longer is a value out of its range.
    fn text(&self, most: usize) -> Result<Vec<u8>, Refusal> {
        let Some(Arg::Word(text)) = self.args.last() else { return Err(self.bad(0)) };
        let characters: Vec<char> = text.trim_end().chars().collect();
        let bytes = bytes_of(&characters);
        if bytes.len() > most { Err(self.bad(0)) } else { Ok(bytes) }
    }
}

/// Does what was answered with `yes`.
///
/// # Errors
/// When the box went offline meanwhile.
pub(crate) fn confirmed(question: Question, running: &mut Running<'_>) -> Result<(), Refused> {
    match question {
        Question::Logout => Ok(()),
        Question::Reboot(at) | Question::Restore(at) => {
            if !running.device().onu(at).is_some_and(crate::device::Onu::is_online) {
                return Err(Refused::Unavailable);
            }
            running.restart(at);
            Ok(())
        }
    }
}

use super::bytes::bytes_of;
use super::command::{Arg, Refusal, Syntax};
use super::modes::{Mode, Scope};
use crate::device::{OnuConfig, Running};

/// A command that changes the configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    /// As that of [`super::Command`].
    pub(crate) syntax: &'static str,
    /// Where it is known.
    pub(crate) scope: Scope,
    /// Makes the change; it prints nothing.
    pub(crate) run: fn(&mut Tell<'_>) -> Result<(), Refusal>,
}

/// A command that changes the running configuration, as it was typed. It reaches nothing else of the device.
#[derive(Debug)]
pub(crate) struct Tell<'a> {
    pub(crate) running: Running<'a>,
    /// Where the session stands, which says what is changed.
    pub(crate) mode: Mode,
    pub(crate) args: &'a [Arg],
    /// The column of each argument in the typed line, for the caret.
    pub(crate) columns: &'a [usize],
}

impl Tell<'_> {
    fn bad(&self, index: usize) -> Refusal {
        Refusal::Syntax(Syntax::BadParameter, self.columns.get(index).copied().unwrap_or_default())
    }

    /// How the ONU is configured in whose interface the session stands.
    fn onu(&mut self) -> Result<&mut OnuConfig, Refusal> {
        let bad = self.bad(0);
        let Mode::InterfaceOnu(at) = self.mode else { return Err(bad) };
        self.running.onu(at).ok_or(bad)
    }

    /// The bytes of a text that may have so many; what is longer is a value out of its range.
    fn text(&self, most: usize) -> Result<Vec<u8>, Refusal> {
        let Some(Arg::Word(text)) = self.args.first() else { return Err(self.bad(0)) };
        let characters: Vec<char> = text.trim_end().chars().collect();
        let bytes = bytes_of(&characters);
        if bytes.len() > most { Err(self.bad(0)) } else { Ok(bytes) }
    }
}

/// The commands that change the device (fact sheet, CLI §1.2: the rest of the line, blanks
/// and quotes included; lengths by SNMP §4.3).
pub(crate) const CHANGES: &[Change] = &[
    Change {
        syntax: "name <rest>",
        scope: Scope::InterfaceOnu,
        run: |tell| {
            let text = tell.text(128)?;
            tell.onu()?.name = text;
            Ok(())
        },
    },
    Change {
        syntax: "description <rest>",
        scope: Scope::InterfaceOnu,
        run: |tell| {
            let text = tell.text(127)?;
            tell.onu()?.description = text;
            Ok(())
        },
    },
];

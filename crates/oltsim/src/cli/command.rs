use gpon::{OnuRef, PonPort};

use super::refused::Refused;
use crate::device::Device;

/// A command of the device: how it is typed and what answers it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Command {
    /// The words, each a keyword or a place for an argument: `<pon>`
    /// (`gpon-olt_1/1/1`), `<onu>` (`gpon-onu_1/1/1:1`), `<slot>`
    /// (`gpon-olt_1/2`), `<uplink>` (`xgei_1/4/2`), `<ids>` (`1` or `1-5`), `<A-B>` (a number in that range), `<word>`, `<rest>`
    /// (the rest of the line). What may be left out stands in brackets, which
    /// may nest: `show gpon onu state [<pon> [<1-128>]]`. Variants of one
    /// command are entries of their own.
    pub(crate) syntax: &'static str,
    /// How slow it is on a device (fact sheet, CLI §6 nr. 11).
    pub(crate) slow: Slow,
    /// What answers it.
    pub(crate) run: fn(&Ask<'_>) -> Answer,
}

/// How slow a command is; the scenario says how long each takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slow {
    /// A simple show: 0.3 to 1 s on a device.
    Simple,
    /// A list of a whole PON.
    List,
    /// A question to an ONU over OMCI: 1 to 5 s on a device.
    Omci,
    /// The whole running-config: many minutes on a device.
    Everything,
}

/// An argument that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arg {
    Pon(PonPort),
    Onu(OnuRef),
    /// rack, slot
    Slot(u8, u8),
    Number(u32),
    /// The first and the last id.
    Ids(u8, u8),
    Word(String),
}

/// A command that was typed, ready to be answered.
#[derive(Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) device: &'a Device,
    /// The arguments in the order of the syntax, those left out missing.
    pub(crate) args: &'a [Arg],
    /// The column of each argument in the typed line, for the caret.
    pub(crate) columns: &'a [usize],
    /// The number of the session that asks; 0 for none.
    pub(crate) session: u64,
}

impl Ask<'_> {
    /// Refuses argument `index` as a bad value (20202), the caret under it.
    pub(crate) fn bad(&self, index: usize) -> Refusal {
        Refusal::Syntax(Syntax::BadParameter, self.columns.get(index).copied().unwrap_or_default())
    }
}

/// What a command prints: lines that end with `\n`, without echo, prompt,
/// pager or wrapping, which the session adds.
pub(crate) type Answer = Result<String, Refusal>;

/// Why the device refuses a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The parser's: its message, the caret under this column of the typed line.
    Syntax(Syntax, usize),
    /// "No related information to show." of the service module: 62310, on V1.2 32310.
    Empty,
    /// Another line of a service module, whole: `%Code 64040-... No relate information`.
    Line(std::borrow::Cow<'static, str>),
    /// That of a change; the column is that of the word it is about.
    Change(Refused, usize),
}

/// What is to be answered with `yes` or `no` (fact sheet, CLI §1.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// Whether to log out without saving.
    Logout,
    /// Whether to reboot the box of an ONU.
    Reboot(OnuRef),
    /// Whether to reset the box of an ONU to its factory settings.
    Restore(OnuRef),
}

/// The parser's messages (fact sheet, CLI §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// 20200
    NotHere,
    /// 20201
    InvalidKeyword,
    /// 20202
    BadParameter,
    /// 20203
    Incomplete,
    /// 20204
    Ambiguous,
    /// 20206
    Unrecognized,
}

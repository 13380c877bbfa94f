use std::time::Duration;

/// What ends a line of output (fact sheet, CLI §1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineEnd {
    /// CR LF.
    #[default]
    Crlf,
    /// CR CR LF, which some devices send now and then.
    Crcrlf,
}

impl LineEnd {
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Self::Crlf => b"\r\n",
            Self::Crcrlf => b"\r\r\n",
        }
    }
}

/// Where the `$` stands that marks the hidden part of a long command. The sheet
/// (CLI §1.2) has both, and does not say what else is redrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dollar {
    /// At the start: the text moves to the left as it grows.
    #[default]
    Start,
    /// At the end: what is typed beyond the line is not shown.
    End,
}

/// Under what the caret of an error stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Caret {
    /// Two columns behind the last character of the bad word, as the sample of
    /// the fact sheet has it (CLI §1.8).
    #[default]
    After,
    /// Under its first character.
    Under,
}

/// How the command line behaves. Where the fact sheet is silent the default is
/// a guess; the crate's root marks those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliOptions {
    /// Privilege of the user, 0..=15; 2 and more land at `#`.
    pub privilege: u8,
    /// Printed before the login, lines ending `\n`.
    pub banner: String,
    /// Wrong logins after which the connection is closed; 0 for no limit.
    pub login_tries: u32,
    /// Whether a weak password is remarked upon.
    pub weak_password: bool,
    /// Columns at which output is wrapped.
    pub width: usize,
    /// Lines of a page until `terminal length` says otherwise; 0 for no pager.
    pub page_lines: usize,
    /// How many times BS SP BS erases the pager's marker.
    pub erase: usize,
    /// What ends a line.
    pub line_end: LineEnd,
    /// Where the `$` of a long command stands.
    pub dollar: Dollar,
    /// Where the caret of an error stands.
    pub caret: Caret,
    /// Whether logging out has to be confirmed.
    pub confirm_logout: bool,
    /// The line of error 20201.
    pub invalid_keyword: String,
    /// What a connection gets before it is closed because all lines are busy.
    pub busy: String,
    /// The line that the fault `log` puts into the output.
    pub log_line: String,
    /// Whether what is typed while a command runs is kept; else it is lost.
    pub type_ahead: bool,
    /// A session that says nothing for so long is closed.
    pub idle: Duration,
    /// A login that takes longer is given up.
    pub login_time: Duration,
    /// Sessions at once.
    pub max_sessions: usize,
    /// How long commands take.
    pub pace: Pace,
}

/// How long commands take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pace {
    /// Every command line, on top of its kind.
    pub line: Duration,
    /// A simple show.
    pub simple: Duration,
    /// A list of a whole PON.
    pub list: Duration,
    /// A question to an ONU.
    pub omci: Duration,
    /// The whole running-config.
    pub everything: Duration,
}

impl Pace {
    pub(crate) fn of(&self, slow: super::Slow) -> Duration {
        match slow {
            super::Slow::Simple => self.simple,
            super::Slow::List => self.list,
            super::Slow::Omci => self.omci,
            super::Slow::Everything => self.everything,
        }
    }
}

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

/// What CR LF is at the prompt (fact sheet, CLI §1.2 and §9.2: devices differ).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrLf {
    /// Two Enters: an empty prompt more.
    #[default]
    TwoEnters,
    /// One.
    One,
}

/// What an empty user name at the login gets; the sheet does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyUser {
    /// The question for the password, as any other name.
    #[default]
    Password,
    /// The question for the user once more.
    Again,
}

/// By what the columns of a terminal are counted; the sheet does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Columns {
    /// Characters.
    #[default]
    Characters,
    /// Bytes, so that a wrap may cut a character in two.
    Bytes,
}

/// A change of password that is asked for behind the login (fact sheet, CLI §9.5:
/// C6xx, `once-password`). No source shows its words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChangePassword {
    /// Printed before the first question, lines ending `\n`.
    pub text: String,
    /// Asks for the new password.
    pub new: String,
    /// Asks for it once more.
    pub confirm: String,
}

impl Default for ChangePassword {
    fn default() -> Self {
        Self {
            text: "The password must be changed at the first login.\n".to_owned(),
            new: "New password:".to_owned(),
            confirm: "Confirm password:".to_owned(),
        }
    }
}

/// How the command line behaves. Where the fact sheet is silent the default is
/// a guess; the crate's root marks those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliOptions {
    /// Privilege of the user, 0..=15; 2 and more land at `#`.
    pub privilege: u8,
    /// Printed before the login, lines ending `\n`.
    pub banner: String,
    /// Asks for the user.
    pub login_prompt: String,
    /// Asks for the password, that of `enable` too.
    pub password_prompt: String,
    /// Printed upon a wrong login.
    pub login_refusal: String,
    /// What an empty user name gets.
    pub empty_user: EmptyUser,
    /// A change of password that every login is asked for; `None` for none.
    pub change_password: Option<ChangePassword>,
    /// What CR LF is.
    pub cr_lf: CrLf,
    /// By what columns are counted.
    pub columns: Columns,
    /// Answers of the scenario's own, by the command line as it is typed.
    pub answers: std::collections::BTreeMap<String, String>,
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
    /// How it takes changes.
    pub writes: super::WriteOptions,
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
    /// `write`, whose dots appear meanwhile.
    pub write: Duration,
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

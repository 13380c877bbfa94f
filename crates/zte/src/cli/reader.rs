//! From bytes to replies, without I/O and without a clock.

use std::fmt;

use super::prompt::{self, Mode};
use super::screen::{PAGER, Screen};
use super::telnet::Telnet;
use crate::firmware::dialect::{C3XX, Dialect, Prompts, Refusals};

/// Columns of the device's terminal (fact sheet, CLI §1.2).
pub(crate) const WIDTH: usize = 80;

/// What an OLT answered to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The lines between the echo and the next prompt, each with its `\n`, as
    /// they were displayed: what was wrapped at the width of the terminal is
    /// still wrapped.
    pub(crate) text: String,
    /// Where the command line stands now.
    pub(crate) mode: Mode,
    /// The OLT's own line, when it is one of refusal.
    pub(crate) refusal: Option<Refusal>,
    /// Whether the session has shown a row of `show gpon ...`: until then a
    /// [`Refusal::Empty`] proves nothing.
    pub(crate) proven: bool,
}

/// Why there is nothing to read in a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// "No related information to show": a list without rows.
    Empty(String),
    /// Anything else.
    Refused(String),
}

/// What the device waits for, as the last, unended line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// Nothing that we know: more is to come.
    No,
    /// A prompt.
    Command(Mode),
    /// A key at the end of a page.
    Page,
    /// `[yes/no]:`
    Confirmation,
    /// `Username:`
    Username,
    /// `Password:`
    Password,
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::No => "nothing",
            Self::Command(_) => "a command",
            Self::Page => "a key",
            Self::Confirmation => "a confirmation",
            Self::Username => "a user name",
            Self::Password => "a password",
        })
    }
}

/// Reads the bytes of one session.
#[derive(Debug)]
pub(crate) struct Reader {
    dialect: &'static Dialect,
    telnet: Telnet,
    screen: Screen,
    host: Option<String>,
    /// Whether the host was seen with a command behind it: until then it may be a
    /// word of a greeting that looked like a prompt.
    known: bool,
    command: Option<String>,
    /// Whether the echo of the command was seen; what stood before it belongs
    /// to nobody (a log line, a stray prompt).
    echoed: bool,
    /// The question that was answered already, by how many lines had ended. The
    /// network may take its time with what the device says to the answer, a line
    /// end in two pieces or a NUL: only a new line is a new question.
    answered: Option<(u64, Waiting)>,
    /// Bytes that have come since something was begun, whatever they were.
    received: usize,
}

/// Most columns that a mode takes in a prompt: `(gpon-onu-mng 1/1/16:128)`, and some more.
const LONGEST_MODE: usize = 32;

/// Longest line that is looked at as a prompt or a question: three times the
/// width of the terminal. The device's own are shorter.
const LONGEST_QUESTION: usize = 3 * WIDTH;

impl Default for Reader {
    fn default() -> Self {
        Self::of(&C3XX)
    }
}

impl Reader {
    /// For a device that speaks this dialect.
    pub(crate) fn of(dialect: &'static Dialect) -> Self {
        Self {
            dialect,
            telnet: Telnet::default(),
            screen: Screen::default(),
            host: None,
            known: false,
            command: None,
            echoed: false,
            answered: None,
            received: 0,
        }
    }

    /// What the device was learned to speak meanwhile.
    pub(crate) fn speak(&mut self, dialect: &'static Dialect) {
        self.dialect = dialect;
    }

    /// What the device speaks.
    pub(crate) fn dialect(&self) -> &'static Dialect {
        self.dialect
    }

    /// Takes bytes from the OLT; gives those that the protocol has to send back.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let (mut data, mut replies) = (Vec::new(), Vec::new());
        self.telnet.filter(bytes, &mut data, &mut replies);
        self.received = self.received.saturating_add(bytes.len());
        self.screen.write(&data);
        self.skip_to_echo();
        replies
    }

    /// How many bytes have come since something was begun, kept or not.
    pub(crate) fn received(&self) -> usize {
        self.received
    }

    /// How many bytes are kept.
    pub(crate) fn size(&self) -> usize {
        self.screen.size()
    }

    /// How many lines that have ended are kept.
    pub(crate) fn line_count(&self) -> usize {
        self.screen.kept()
    }

    /// How many characters the line has that has not ended.
    pub(crate) fn line_size(&self) -> usize {
        self.screen.last_size()
    }

    /// What the device waits for.
    pub(crate) fn waiting(&self) -> Waiting {
        let asked = self.asked();
        let answered =
            self.answered.as_ref().is_some_and(|(line, to)| (*line, to) == (self.screen.ended(), &asked));
        if answered { Waiting::No } else { asked }
    }

    /// What the last line asks, answered or not.
    fn asked(&self) -> Waiting {
        if self.screen.last_size() > LONGEST_QUESTION {
            return Waiting::No;
        }
        let last = self.screen.last();
        let command = match (&self.host, &self.command) {
            // The prompt that the command was typed behind is not yet its end.
            (Some(_), Some(_)) if !self.echoed => None,
            (Some(host), _) => prompt::mode(&self.dialect.prompts, &last, host),
            (None, _) => prompt::landing(&self.dialect.prompts, &last).map(|(_, mode)| mode),
        };
        match (command, last.trim_end()) {
            (Some(mode), _) => Waiting::Command(mode),
            (None, last) if self.host.is_none() && prompt::asks_name(&self.dialect.prompts, last) => {
                Waiting::Username
            }
            (None, last) if prompt::asks_password(&self.dialect.prompts, last) => Waiting::Password,
            (None, PAGER) => Waiting::Page,
            // What is typed may end so as well: its echo is no question.
            (None, last) if last.ends_with(self.dialect.prompts.confirmation) && !self.types_question() => {
                Waiting::Confirmation
            }
            _ => Waiting::No,
        }
    }

    /// Whether what is being typed looks like a question.
    fn types_question(&self) -> bool {
        let command = self.command.as_ref().filter(|_| !self.echoed);
        command.is_some_and(|command| command.ends_with(self.dialect.prompts.confirmation))
    }

    /// Whether something stands there that nobody has answered and that looks
    /// like a question, though not like one that we know.
    pub(crate) fn asks(&self) -> bool {
        let answered = self.answered.as_ref().is_some_and(|(line, _)| *line == self.screen.ended());
        !answered
            && self.screen.last_size() <= LONGEST_QUESTION
            && prompt::asks(&self.dialect.prompts, &self.screen.last())
    }

    /// What is asked now was answered. It stands there until the answer has crossed
    /// the network, and is not another question.
    pub(crate) fn answered(&mut self) {
        self.answered = Some((self.screen.ended(), self.asked()));
    }

    /// The login has ended at this prompt: its hostname is the host's from now on.
    pub(crate) fn landed(&mut self) -> Option<Mode> {
        let last = self.screen.last();
        let (host, mode) = prompt::landing(&self.dialect.prompts, &last)?;
        self.host = Some(host.to_owned());
        self.forget();
        Some(mode)
    }

    /// A command is about to be sent: what comes behind its echo is its reply.
    pub(crate) fn begin(&mut self, command: &str) {
        self.quiet();
        self.command = Some(command.to_owned());
        self.echoed = false;
    }

    /// Something is about to be sent that has no reply.
    pub(crate) fn quiet(&mut self) {
        self.forget();
        self.received = 0;
    }

    /// The lines shown since the last thing that was typed.
    pub(crate) fn lines(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.screen.lines()
    }

    /// What was said last: the line that has not ended, or the last that has and
    /// holds something.
    pub(crate) fn said(&self) -> Option<String> {
        let last = self.screen.last();
        let held = |line: &&str| !line.trim().is_empty();
        held(&last.as_str()).then_some(last.as_str()).or_else(|| self.lines().rfind(held)).map(str::to_owned)
    }

    /// The whole reply, once the device waits for the next command.
    pub(crate) fn reply(&mut self) -> Option<Reply> {
        let Waiting::Command(mode) = self.waiting() else { return None };
        let text = self.screen.take();
        self.command = None;
        let refusal = refusal(&self.dialect.refusals, &text);
        Some(Reply { text, mode, refusal, proven: false })
    }

    pub(crate) fn forget(&mut self) {
        self.screen.clear();
    }

    /// Drops the lines up to the echo of the command.
    fn skip_to_echo(&mut self) {
        let (Some(host), Some(command), false) = (&self.host, &self.command, self.echoed) else { return };
        let typed = |line: &str| match (self.known, prompt::echoing(&self.dialect.prompts, line, command)) {
            (false, Some(host)) => Some(Some(host.to_owned())),
            _ => is_echo(&self.dialect.prompts, line, host, command).then_some(None),
        };
        let echo = self.screen.lines().enumerate().find_map(|(at, line)| Some((at, typed(line)?)));
        let Some((at, host)) = echo else { return self.screen.clear() };
        self.screen.forget(at + 1);
        self.echoed = true;
        self.known |= host.is_some();
        self.host = host.or_else(|| self.host.take());
    }
}

/// Whether a line is the prompt with this command behind it. A command that
/// does not fit the line is shown with `$` for what is hidden, at the end of
/// the line or at its beginning (§1.2).
pub(crate) fn is_echo(prompts: &Prompts, line: &str, host: &str, command: &str) -> bool {
    let typed = prompt::split(prompts, line, host).map(|(_, typed)| typed.trim());
    if typed == Some(command) {
        return true;
    }
    // A message that broke into the line took the prompt away.
    if line.trim() == command {
        return true;
    }
    // Only what does not fit is scrolled; the longest prompt names a mode between host and sign.
    if host.len() + LONGEST_MODE + 1 + command.len() + 1 < WIDTH {
        return false;
    }
    match typed {
        // Which part is shown, and where the `$` stands, differs.
        Some(typed) => typed.contains('$'),
        None => line.trim().strip_prefix('$').is_some_and(|end| !end.is_empty() && command.ends_with(end)),
    }
}

/// Whether an answer is a refusal: the parser's or a module's line as its first
/// or as its last one (§1.8, §2). In between, such a line is somebody's text.
pub(crate) fn refusal(refusals: &Refusals, text: &str) -> Option<Refusal> {
    let meant = |line: &&str| {
        let line = line.trim();
        !line.is_empty()
            && line != "^"
            && !line.starts_with(refusals.told)
            && !refusals.notices.contains(&line)
    };
    let mut lines = text.lines().filter(meant);
    let first = lines.next()?;
    let last = lines.next_back();
    let alone = last.is_none();
    if alone && refusals.bare.iter().any(|bare| first.trim().starts_with(bare)) {
        return Some(Refusal::Refused(first.trim().to_owned()));
    }
    let line = [Some(first), last]
        .into_iter()
        .flatten()
        .find(|line| refusals.signs.iter().any(|sign| line.starts_with(sign)))?;
    let line = unwrapped(text, line);
    match (is_empty(refusals, &line), alone) {
        (true, true) => Some(Refusal::Empty(line)),
        // Rows or somebody's lines beside it: whatever it means, not "none".
        (true, false) => None,
        (false, _) => Some(Refusal::Refused(line)),
    }
}

/// Whether a line says that a list has no rows.
fn is_empty(refusals: &Refusals, line: &str) -> bool {
    refusals.empty.iter().any(|code| line.starts_with(code))
}

/// Whether an answer shows a row, or the OLT's count of rows: a line with a
/// digit or a label that is no message of the OLT. A device that answers 62310
/// to everything (§9.2) shows none, whatever else breaks into its answers.
pub(crate) fn shows_rows(refusals: &Refusals, text: &str) -> bool {
    let row =
        |line: &str| !line.starts_with(['%', '^']) && line.contains(|c: char| c.is_ascii_digit() || c == ':');
    refusal(refusals, text).is_none()
        && !text.lines().any(|line| is_empty(refusals, line))
        && text.lines().any(|line| row(line.trim()))
}

/// Most lines of the terminal that a refusal takes.
const LONGEST_REFUSAL: usize = 5;

/// A line of `text` with what the terminal wrapped of it.
fn unwrapped(text: &str, line: &str) -> String {
    let mut whole = String::new();
    for part in text.lines().skip_while(|other| *other != line).take(LONGEST_REFUSAL) {
        whole.push_str(part);
        if part.chars().count() != WIDTH {
            break;
        }
    }
    let short =
        whole.trim_end().char_indices().nth(LONGEST_REFUSAL * WIDTH).map_or(whole.len(), |(at, _)| at);
    whole[..short].trim_end().to_owned()
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;

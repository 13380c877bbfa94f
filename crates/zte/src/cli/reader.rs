//! From bytes to replies, without I/O and without a clock.

use std::fmt::{self, Display, Formatter};

use super::prompt::{self, Mode};
use super::screen::{PAGER, Screen};
use super::telnet::Telnet;

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

impl Display for Waiting {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
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
#[derive(Debug, Default)]
pub(crate) struct Reader {
    telnet: Telnet,
    screen: Screen,
    host: Option<String>,
    command: Option<String>,
    /// Whether the echo of the command was seen; what stood before it belongs
    /// to nobody (a log line, a stray prompt).
    echoed: bool,
    /// The question that was answered already, by how many bytes had come.
    answered: Option<u64>,
    bytes: u64,
}

impl Reader {
    /// Takes bytes from the OLT; gives those that the protocol has to send back.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let (mut data, mut replies) = (Vec::new(), Vec::new());
        self.telnet.filter(bytes, &mut data, &mut replies);
        self.bytes += data.len() as u64;
        self.screen.write(&data);
        self.skip_to_echo();
        replies
    }

    /// How much is kept, in characters.
    pub(crate) fn size(&self) -> usize {
        self.screen.size()
    }

    /// How much of that is in the line that has not ended.
    pub(crate) fn line_size(&self) -> usize {
        self.screen.last_size()
    }

    /// What the device waits for.
    pub(crate) fn waiting(&self) -> Waiting {
        let last = self.screen.last();
        let command = match (&self.host, &self.command) {
            // The prompt that the command was typed behind is not yet its end.
            (Some(_), Some(_)) if !self.echoed => None,
            (Some(host), _) => prompt::mode(&last, host),
            (None, _) => prompt::landing(&last).map(|(_, mode)| mode),
        };
        let question = match (command, last.trim_end()) {
            (Some(mode), _) => return Waiting::Command(mode),
            (None, "Username:") if self.host.is_none() => Waiting::Username,
            (None, "Password:") => Waiting::Password,
            (None, PAGER) => Waiting::Page,
            (None, last) if last.ends_with("[yes/no]:") => Waiting::Confirmation,
            _ => Waiting::No,
        };
        if self.answered == Some(self.bytes) { Waiting::No } else { question }
    }

    /// What is asked now was answered. It stands there until the answer has crossed
    /// the network, and is not another question.
    pub(crate) fn answered(&mut self) {
        self.answered = Some(self.bytes);
    }

    /// The login has ended at this prompt: its hostname is the host's from now on.
    pub(crate) fn landed(&mut self) -> Option<Mode> {
        let last = self.screen.last();
        let (host, mode) = prompt::landing(&last)?;
        self.host = Some(host.to_owned());
        self.forget();
        Some(mode)
    }

    /// A command is about to be sent: what comes behind its echo is its reply.
    pub(crate) fn begin(&mut self, command: &str) {
        self.forget();
        self.command = Some(command.to_owned());
        self.echoed = false;
    }

    /// The lines shown since the last thing that was typed.
    pub(crate) fn lines(&self) -> &[String] {
        self.screen.lines()
    }

    /// The whole reply, once the device waits for the next command.
    pub(crate) fn reply(&mut self) -> Option<Reply> {
        let Waiting::Command(mode) = self.waiting() else { return None };
        let mut text = String::with_capacity(self.screen.size());
        for line in self.screen.lines() {
            text.push_str(line);
            text.push('\n');
        }
        self.forget();
        self.command = None;
        let refusal = refusal(&text);
        Some(Reply { text, mode, refusal })
    }

    pub(crate) fn forget(&mut self) {
        self.screen.forget(self.screen.lines().len());
    }

    /// Drops the lines up to the echo of the command.
    fn skip_to_echo(&mut self) {
        let (Some(host), Some(command), false) = (&self.host, &self.command, self.echoed) else { return };
        let echo = self.screen.lines().iter().position(|line| is_echo(line, host, command));
        let all = self.screen.lines().len();
        self.screen.forget(echo.map_or(all, |at| at + 1));
        self.echoed = echo.is_some();
    }
}

/// Whether a line is the prompt with this command behind it. A command that
/// does not fit the line is shown with `$` for what is hidden, at the end of
/// the line or at its beginning (§1.2).
pub(crate) fn is_echo(line: &str, host: &str, command: &str) -> bool {
    let typed = prompt::split(line, host).map(|(_, typed)| typed.trim());
    if typed == Some(command) {
        return true;
    }
    // A message that broke into the line took the prompt away.
    if line.trim() == command {
        return true;
    }
    // Only what does not fit is scrolled; the shortest prompt is host and sign.
    if host.len() + 1 + command.len() + 1 < WIDTH {
        return false;
    }
    match typed {
        // Which part is shown, and where the `$` stands, differs.
        Some(typed) => typed.contains('$'),
        None => line.trim().strip_prefix('$').is_some_and(|end| !end.is_empty() && command.ends_with(end)),
    }
}

/// Notices that look like a refusal and are none (§1.1).
const NOTICES: [&str; 1] = ["% The password is not strong, please change the password."];

/// Refusals without a sign at their beginning (§2, §6 nr. 12).
const BARE: [&str; 6] = [
    "T-CONT does not exist",
    "Invalid port",
    "Task does not exist.",
    "No such files in slave",
    "Initiate a FTP transfer failed",
    "System is busy",
];

/// Whether an answer is a refusal: the parser's or a module's line as its first
/// or as its last one (§1.8, §2). In between, such a line is somebody's text.
pub(crate) fn refusal(text: &str) -> Option<Refusal> {
    let meant = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && line != "^" && !line.starts_with("%Info") && !NOTICES.contains(&line)
    };
    let mut lines = text.lines().filter(meant);
    let first = lines.next()?;
    let last = lines.next_back();
    let alone = last.is_none();
    if alone && BARE.iter().any(|bare| first.trim().starts_with(bare)) {
        return Some(Refusal::Refused(first.trim().to_owned()));
    }
    let line = [Some(first), last]
        .into_iter()
        .flatten()
        .find(|line| line.starts_with("%Error ") || line.starts_with("%Code ") || line.starts_with("% "))?;
    let line = unwrapped(text, line);
    // The same number in both generations: 32310 on V1.2, 62310 on V2.
    let empty = ["%Code 32310", "%Code 62310"].iter().any(|code| line.starts_with(code));
    Some(if empty { Refusal::Empty(line) } else { Refusal::Refused(line) })
}

/// A line of `text` with what the terminal wrapped of it.
fn unwrapped(text: &str, line: &str) -> String {
    let mut whole = String::new();
    for part in text.lines().skip_while(|other| *other != line) {
        whole.push_str(part);
        if part.chars().count() != WIDTH {
            break;
        }
    }
    whole.trim_end().to_owned()
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;

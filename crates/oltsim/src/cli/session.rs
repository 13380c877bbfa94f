mod login;
mod reply;
mod typed;

use std::collections::VecDeque;
use std::sync::Arc;

use super::command::Question;
use super::grammar::Grammar;
use super::line::Line;
use super::modes::{Mode, Step};
use super::options::{CliOptions, CrLf, EmptyUser};
use super::pager::{Pager, PagerKey, rows};
use super::telnet::{Key, Telnet};
use crate::device::Device;

pub(crate) use typed::type_lines;

const CTRL_C: u8 = 0x03;
const CTRL_U: u8 = 0x15;
const CTRL_Z: u8 = 0x1a;
const BACKSPACE: u8 = 0x08;
const DELETE: u8 = 0x7f;

/// What was asked, word for word (fact sheet, CLI §1.5, §1.6).
const CONFIRM: &str = "The configuration is changed,confirm to logout without saving? [yes/no]:";
const CONFIRM_REBOOT: &str = "Confirm to reboot? [yes/no]:";

/// What a session waits for.
#[derive(Debug)]
enum Phase {
    Username,
    Password {
        user: String,
    },
    /// A new password is asked for; the first time, or what it was then.
    NewPassword {
        first: Option<String>,
    },
    Prompt,
    Enable {
        tries: u32,
    },
    Confirm(Question),
    Paging(Pager),
    Closed,
}

/// Something that was entered and that the session does not answer by itself,
/// since it may take time or go wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entered {
    /// A login; see [`Session::log_in`].
    Login {
        /// Whether user and password are right.
        right: bool,
    },
    /// A line at the prompt that is not blank; see [`Session::reply`].
    Line(String),
    /// The answer to a question of a change; see [`Session::decide`].
    Decision(Question, String),
}

/// One session as a state machine: keys in, bytes out.
#[derive(Debug)]
pub(crate) struct Session {
    options: Arc<CliOptions>,
    telnet: Telnet,
    phase: Phase,
    mode: Mode,
    /// Rows of a page; 0 for no pager.
    page: usize,
    line: Line,
    /// Columns of the prompt that stands before the line.
    prompt: usize,
    wrong_logins: u32,
    /// Its number among the sessions; 0 for none of them.
    number: u64,
    /// Whether the pager was turned off by `terminal length 0`.
    unpaged: bool,
    /// What the client is to be sent.
    out: Vec<u8>,
}

impl Session {
    /// A session that has sent its banner and asks for a user.
    pub(crate) fn new(options: Arc<CliOptions>, number: u64) -> Self {
        let line = Line::new(0, options.width, options.dollar);
        let mut session = Self {
            telnet: Telnet::default(),
            phase: Phase::Username,
            mode: Mode::User,
            page: options.page_lines,
            line,
            prompt: 0,
            wrong_logins: 0,
            number,
            unpaged: false,
            out: Vec::new(),
            options,
        };
        let banner = session.options.banner.clone();
        session.print(&banner);
        session.ask_for_user();
        session
    }

    /// What has to be sent by now.
    pub(crate) fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// What there is to send.
    pub(crate) fn output(&self) -> &[u8] {
        &self.out
    }

    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }

    pub(crate) fn is_logged_in(&self) -> bool {
        !matches!(self.phase, Phase::Username | Phase::Password { .. } | Phase::NewPassword { .. })
    }

    /// Whether an answer is complete: nothing waits in the pager.
    pub(crate) fn is_paging(&self) -> bool {
        matches!(self.phase, Phase::Paging(_))
    }

    /// Forgets a CR: a LF that comes now is an Enter of its own.
    pub(crate) fn forget_cr(&mut self) {
        self.telnet.forget_cr();
    }

    /// Takes bytes from `input` until something was entered or none are left.
    pub(crate) fn feed(&mut self, input: &mut VecDeque<u8>, device: &Device) -> Option<Entered> {
        while let Some(byte) = input.pop_front() {
            let Some(key) = self.telnet.key(byte) else { continue };
            if let Some(entered) = self.press(key, device) {
                return Some(entered);
            }
        }
        None
    }

    fn press(&mut self, key: Key, device: &Device) -> Option<Entered> {
        if let Phase::Paging(_) = self.phase {
            self.page_key(key, device);
            return None;
        }
        match key {
            Key::Enter => return self.enter(device),
            // Scripts that send CR LF do log in, so that the second one answers no question.
            Key::SecondEnter
                if matches!(self.phase, Phase::Prompt) && self.options.cr_lf == CrLf::TwoEnters =>
            {
                return self.enter(device);
            }
            Key::SecondEnter => {}
            Key::Byte(CTRL_C) => self.abandon(device),
            Key::Byte(CTRL_Z) if matches!(self.phase, Phase::Prompt) => {
                self.line.take();
                self.newline();
                self.step(Step::End, &[], device);
            }
            Key::Byte(CTRL_U) => {
                while !self.line.text().is_empty() {
                    self.erase();
                }
            }
            Key::Byte(BACKSPACE | DELETE) => self.erase(),
            Key::Byte(b'?') if matches!(self.phase, Phase::Prompt) => self.help(device),
            Key::Byte(b'\t') if matches!(self.phase, Phase::Prompt) => self.complete(),
            Key::Byte(byte) if byte >= b' ' => self.insert(byte),
            Key::Byte(_) => {}
        }
        None
    }

    fn insert(&mut self, byte: u8) {
        let mut echo = Vec::new();
        self.line.insert(byte, &mut echo);
        self.echo(&echo);
    }

    fn erase(&mut self) {
        let mut echo = Vec::new();
        self.line.erase(&mut echo);
        self.echo(&echo);
    }

    fn echo(&mut self, bytes: &[u8]) {
        if !matches!(self.phase, Phase::Password { .. } | Phase::NewPassword { .. } | Phase::Enable { .. }) {
            self.out.extend(bytes);
        }
    }

    fn newline(&mut self) {
        self.out.extend(self.options.line_end.bytes());
    }

    /// Writes text as the terminal shows it, without the pager.
    pub(crate) fn print(&mut self, text: &str) {
        for row in rows(text, self.options.width, self.options.columns) {
            self.out.extend(row);
            self.newline();
        }
    }

    /// Writes what stands before the next line and empties that line.
    fn ask(&mut self, prompt: &str) {
        self.out.extend(prompt.bytes());
        self.prompt = prompt.chars().count();
        self.line = Line::new(self.prompt, self.options.width, self.options.dollar);
    }

    pub(crate) fn show_prompt(&mut self, device: &Device) {
        self.phase = Phase::Prompt;
        self.ask(&self.mode.prompt(device));
    }

    fn enter(&mut self, device: &Device) -> Option<Entered> {
        // The columns of an error are those of the line as it stood there.
        if matches!(self.phase, Phase::Prompt) {
            let text = self.line.text();
            self.newline();
            if !text.trim().is_empty() {
                return Some(Entered::Line(text));
            }
            self.show_prompt(device);
            return None;
        }
        let text = self.line.take();
        self.newline();
        match std::mem::replace(&mut self.phase, Phase::Closed) {
            Phase::Username if text.is_empty() && self.options.empty_user == EmptyUser::Again => {
                self.ask_for_user();
            }
            Phase::Username => {
                self.phase = Phase::Password { user: text };
                self.ask_for_password();
            }
            Phase::NewPassword { first: None } => {
                self.phase = Phase::NewPassword { first: Some(text) };
                self.ask_to_change(|change| &change.confirm);
            }
            Phase::NewPassword { first: Some(first) } if first == text && !text.is_empty() => {
                self.land(device);
            }
            Phase::NewPassword { .. } => {
                self.phase = Phase::NewPassword { first: None };
                self.ask_to_change(|change| &change.new);
            }
            Phase::Password { user } => {
                self.phase = Phase::Username;
                let right = user == device.cli.user && text == device.cli.password;
                return Some(Entered::Login { right });
            }
            Phase::Enable { tries } => self.enable(&text, tries, device),
            Phase::Confirm(question) if question != Question::Logout => {
                self.phase = Phase::Prompt;
                return Some(Entered::Decision(question, text));
            }
            Phase::Confirm(_) => match text.trim() {
                "yes" | "y" => {}
                "no" | "n" => self.show_prompt(device),
                _ => self.refuse_decision(device),
            },
            phase @ (Phase::Prompt | Phase::Paging(_) | Phase::Closed) => self.phase = phase,
        }
        None
    }

    fn refuse_decision(&mut self, device: &Device) {
        self.print("%Error 20205: Invalid input detected\n");
        self.show_prompt(device);
    }

    fn page_key(&mut self, key: Key, device: &Device) {
        let key = match key {
            Key::Byte(b' ') => PagerKey::Page,
            Key::SecondEnter if self.options.cr_lf == CrLf::One => return,
            Key::Enter | Key::SecondEnter => PagerKey::Row,
            Key::Byte(b'q' | b'Q' | CTRL_C) => PagerKey::Stop,
            Key::Byte(_) => return,
        };
        let Phase::Paging(pager) = &mut self.phase else { return };
        if !pager.key(key, &self.options, &mut self.out) {
            self.show_prompt(device);
        }
    }

    /// The inline help: what may follow, and the line once more. How it looks is
    /// not known; it is not paged.
    fn help(&mut self, device: &Device) {
        self.out.push(b'?');
        self.newline();
        for word in Grammar::of_device().next_words(&self.line.text(), self.mode) {
            self.print(&format!("  {word}\n"));
        }
        self.out.extend(self.mode.prompt(device).bytes());
        self.out.extend(self.line.visible());
    }

    fn complete(&mut self) {
        let added = Grammar::of_device().completion(&self.line.text(), self.mode).unwrap_or_default();
        added.bytes().for_each(|byte| self.insert(byte));
    }
}

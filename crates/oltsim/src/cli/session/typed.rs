//! Lines that are typed without a terminal.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Entered, Session};
use crate::cli::command::Question;
use crate::cli::grammar::Grammar;
use crate::cli::modes::Mode;
use crate::cli::options::CliOptions;
use crate::cli::record::CommandLine;
use crate::cli::words::Act;
use crate::device::Device;

impl Session {
    /// What is recorded of a line that is about to be answered.
    pub(crate) fn record(
        &self,
        session: u64,
        line: &str,
        question: Option<Question>,
        device: &Device,
    ) -> CommandLine {
        let line = line.to_owned();
        if question.is_some() {
            return CommandLine { session, line, mode: "[yes/no]".to_owned(), configures: true };
        }
        let understood = Grammar::of_device().understand(&line, self.mode, device);
        let only_moves = matches!(understood.map(|own| own.act), Ok(Act::Show(_) | Act::Step(_)));
        let configures = !self.mode.is_exec() && !only_moves;
        CommandLine { session, line, mode: self.mode.inside(device), configures }
    }

    /// The interface that it stands at, as the line that leads there names it; empty for none.
    pub(crate) fn interface(&self) -> String {
        match self.mode {
            Mode::InterfacePon(pon) => format!("gpon-olt_{pon}"),
            Mode::InterfaceOnu(onu) | Mode::OnuManagement(onu) => format!("gpon-onu_{onu}"),
            _ => String::new(),
        }
    }

    /// A session at `#` without a pager, of nobody who is logged in over telnet.
    fn at_once(options: Arc<CliOptions>, device: &Device) -> Self {
        let mut session = Self::new(options, 0);
        (session.mode, session.page) = (Mode::Exec, 0);
        session.show_prompt(device);
        session.take_output();
        session
    }
}

/// Types lines from `#` on, as somebody whose session is nobody else's, and gives back what
/// came after each: echo, answer and prompt. A line that answers a question is its answer.
pub(crate) fn type_lines(options: &Arc<CliOptions>, device: &mut Device, lines: &[String]) -> Vec<String> {
    let mut session = Session::at_once(Arc::clone(options), device);
    let mut answers = Vec::new();
    for line in lines {
        let mut input: VecDeque<u8> = line.bytes().chain([b'\n']).collect();
        while !input.is_empty() && !session.is_closed() {
            match session.feed(&mut input, device) {
                Some(Entered::Line(line)) => session.reply(&line, device, false, false, |rows| rows),
                Some(Entered::Decision(question, answer)) => session.decide(question, &answer, device),
                Some(Entered::Login { .. }) | None => {}
            }
        }
        answers.push(String::from_utf8_lossy(&session.take_output()).into_owned());
    }
    answers
}

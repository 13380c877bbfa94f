//! What a line that was entered does and answers.

use std::collections::VecDeque;
use std::time::Duration;

use super::{CONFIRM, CONFIRM_REBOOT, Phase, Session};
use crate::cli::change::{self, Done, Tell};
use crate::cli::command::{Arg, Ask, Question, Refusal, Syntax};
use crate::cli::errors;
use crate::cli::grammar::{self, Grammar, Misunderstood};
use crate::cli::modes::Step;
use crate::cli::pager::{Pager, rows};
use crate::cli::words::Act;
use crate::device::Device;

/// What `write` prints before its `[OK]` (fact sheet, CLI §1.7, seen on V2.x; of V1.2 no
/// output is known).
const SAVING: &str = "Backuping old configuration into flash...\n\
                      Collecting configuration into memory....\n\
                      Writing configuration into flash....";

impl Session {
    /// How slow a line is that was entered, or an answer to a question.
    pub(crate) fn pace(&self, line: &str, question: Option<Question>, device: &Device) -> Duration {
        if question.is_some() {
            return self.options.pace.line;
        }
        let slow =
            match Grammar::of_device().understand(line, self.mode, device).map(|understood| understood.act) {
                Ok(Act::Show(command)) => self.options.pace.of(command.slow),
                Ok(Act::Change(change)) if change.syntax.starts_with("sn-bind ") => {
                    Duration::from_millis(self.options.writes.sn_bind_ms)
                }
                _ => Duration::ZERO,
            };
        self.options.pace.line.saturating_add(slow)
    }

    /// Whether a line moves the session and does nothing else, or answers a question.
    pub(crate) fn only_moves(&self, line: &str, question: Option<Question>, device: &Device) -> bool {
        let understood = Grammar::of_device().understand(line, self.mode, device);
        question.is_some()
            || matches!(understood.map(|own| own.act), Ok(Act::Step(step)) if step != Step::Write)
    }

    /// What a line prints bit by bit while it runs, and how long it runs; `None` for one that
    /// answers at once.
    pub(crate) fn progress(&self, line: &str, device: &Device) -> Option<(&'static str, Duration)> {
        let understood = Grammar::of_device().understand(line, self.mode, device).ok()?;
        matches!(understood.act, Act::Step(Step::Write)).then_some((SAVING, self.options.pace.write))
    }

    /// Answers a line with `text` and the prompt, whatever the line was.
    pub(crate) fn answer(&mut self, text: &str, device: &Device) {
        self.begin(rows(text, self.options.width, self.options.columns), device);
    }

    /// Prints a bit of an answer.
    pub(crate) fn print_bit(&mut self, bit: &str) {
        for byte in bit.bytes() {
            match byte {
                b'\n' => self.newline(),
                byte => self.out.push(byte),
            }
        }
    }

    /// Leaves a line that was entered without an answer and a prompt.
    pub(crate) fn swallow(&mut self) {
        self.ask("");
    }

    /// Answers a line that was entered; `spoil` changes the rows on their way. With
    /// `nothing` no `show gpon` knows of anything once the pager is off; `printed` says that
    /// [`Self::progress`] was printed.
    pub(crate) fn reply(
        &mut self,
        line: &str,
        device: &mut Device,
        nothing: bool,
        printed: bool,
        spoil: impl FnOnce(VecDeque<Vec<u8>>) -> VecDeque<Vec<u8>>,
    ) {
        let typed = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(text) = self.options.answers.get(&typed) {
            let rows = rows(text, self.options.width, self.options.columns);
            return self.begin(spoil(rows), device);
        }
        let understood = match Grammar::of_device().understand(line, self.mode, device) {
            Ok(understood) => understood,
            Err(refused) => {
                let text = self.refuse(refused, line, device);
                return self.begin(spoil(rows(&text, self.options.width, self.options.columns)), device);
            }
        };
        match understood.act {
            Act::Show(command) => {
                let (args, columns) = (&understood.args, &understood.columns);
                let ask = Ask { device, args, columns, session: self.number };
                let answer = match nothing && self.unpaged && command.syntax.starts_with("show gpon ") {
                    true => Err(Refusal::Empty),
                    false => (command.run)(&ask),
                };
                let text = match answer {
                    Ok(text) => text,
                    Err(refusal) => self.refused(refusal, line, device),
                };
                self.begin(spoil(rows(&text, self.options.width, self.options.columns)), device);
            }
            Act::Step(Step::Write) => {
                device.save();
                let begun = if printed { "" } else { SAVING };
                let text = format!("{begun}[OK]\n");
                self.begin(spoil(rows(&text, self.options.width, self.options.columns)), device);
            }
            Act::Step(step) => self.step(step, &understood.args, device),
            Act::Change(_) if self.refuses(&understood.line) => {
                let text = self.refuse((Syntax::InvalidKeyword, 0), line, device);
                self.begin(spoil(rows(&text, self.options.width, self.options.columns)), device);
            }
            Act::Change(change) => {
                let mut tell = Tell {
                    running: device.running(),
                    options: &self.options.writes,
                    mode: self.mode,
                    args: &understood.args,
                    columns: &understood.columns,
                    names: &understood.names,
                    keywords: &understood.keywords,
                    line: &understood.line,
                };
                let text = match (change.run)(&mut tell) {
                    Ok(Done::Silent) => String::new(),
                    Ok(Done::Successful) => ".[Successful]\n".to_owned(),
                    Ok(Done::Accepted) => "[Successful]\n".to_owned(),
                    Ok(Done::Asks(question)) => return self.ask_first(question),
                    Err(refusal) => self.refused(refusal, line, device),
                };
                self.begin(spoil(rows(&text, self.options.width, self.options.columns)), device);
            }
            // The grammar has refused these.
            Act::Refuse(_) | Act::Missing => self.show_prompt(device),
        }
    }

    /// Whether this device takes a line from its startup configuration alone.
    fn refuses(&self, line: &str) -> bool {
        self.options.writes.refused_lines.iter().any(|begin| line.starts_with(begin.as_str()))
    }

    /// Asks before it does something.
    fn ask_first(&mut self, question: Question) {
        self.phase = Phase::Confirm(question);
        let text = match question {
            Question::Logout => CONFIRM.to_owned(),
            Question::Reboot(_) => CONFIRM_REBOOT.to_owned(),
            Question::Restore(_) => self.options.writes.restore_question.clone(),
        };
        self.ask(&text);
    }

    /// Takes the answer to the question of a change.
    pub(crate) fn decide(&mut self, question: Question, answer: &str, device: &mut Device) {
        match answer.trim() {
            "yes" | "y" => {
                let done = change::confirmed(question, &mut device.running());
                if let Err(refused) = done {
                    let text = self.refused(Refusal::Change(refused, 0), answer, device);
                    self.print(&text);
                }
                self.show_prompt(device);
            }
            "no" | "n" => self.show_prompt(device),
            _ => self.refuse_decision(device),
        }
    }

    fn refused(&self, refusal: Refusal, line: &str, device: &Device) -> String {
        match refusal {
            Refusal::Syntax(syntax, at) => self.refuse((syntax, at), line, device),
            Refusal::Empty => errors::empty(errors::is_old(&device.chassis.firmware)),
            Refusal::Line(text) => format!("{text}\n"),
            Refusal::Change(why, at) => {
                match why.line(&self.options.writes, errors::is_old(&device.chassis.firmware)) {
                    Some(text) => format!("{text}\n"),
                    None => self.refuse((Syntax::BadParameter, at), line, device),
                }
            }
        }
    }

    fn refuse(&self, (syntax, at): Misunderstood, line: &str, device: &Device) -> String {
        let end = grammar::end_of_word(line, at);
        let [start, end] = [at, end].map(|at| self.prompt + self.line.shown_at(at));
        errors::refusal(syntax, start, end, errors::is_old(&device.chassis.firmware), &self.options)
    }

    pub(super) fn begin(&mut self, rows: VecDeque<Vec<u8>>, device: &Device) {
        let mut pager = Pager::new(rows, self.page);
        if pager.begin(&self.options, &mut self.out) {
            self.phase = Phase::Paging(pager);
        } else {
            self.show_prompt(device);
        }
    }

    pub(super) fn step(&mut self, step: Step, args: &[Arg], device: &Device) {
        match (step, args.first()) {
            (Step::Enable, _) => {
                self.phase = Phase::Enable { tries: 0 };
                return self.ask_for_password();
            }
            (Step::Logout, _) if self.options.confirm_logout => {
                return self.ask_first(Question::Logout);
            }
            (Step::Logout, _) => {
                self.phase = Phase::Closed;
                return;
            }
            (Step::Configure, _) => {
                self.mode = self.mode.after(step, args);
                self.print(if errors::is_old(&device.chassis.firmware) {
                    "Enter configuration commands, one per line.  End with CTRL/Z.\n"
                } else {
                    "%Info 20272: Enter configuration commands, one per line. End with CTRL/Z.\n"
                });
            }
            (Step::TerminalLength, Some(Arg::Number(length))) => {
                self.page = usize::try_from(*length).unwrap_or(0);
                self.unpaged = self.page == 0;
            }
            _ => self.mode = self.mode.after(step, args),
        }
        self.show_prompt(device);
    }
}

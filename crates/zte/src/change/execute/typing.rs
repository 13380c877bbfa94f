//! What is typed: the way from place to place, and each line.

use gpon::{StepState, WriteStep};
use secrecy::SecretString;
use tokio::time::{Instant, sleep};

use super::{AGAIN, APPEARS, Run, Stop};
use crate::Trouble;
use crate::change::journal::Way;
use crate::change::moves::{self, Standing};
use crate::change::verdict::{Verdict, judge};
use crate::cli::text::SecretText;
use crate::cli::{Line, Lost, Mode};
use crate::firmware::dialect::Place;

impl Run<'_> {
    /// Leads the command line to a place; its prompt has to say so.
    pub(super) async fn go(&mut self, place: Place, appears: bool) -> Result<(), Stop> {
        let dialect = self.turn.as_ref().ok_or(Stop::Lost)?.dialect();
        let Some(moves) = moves::to(dialect, self.standing, place) else {
            self.warn(format!("no way is known to {place:?}"));
            return Err(Stop::Refused);
        };
        for step in moves {
            let mut tries = if appears { APPEARS } else { 1 };
            loop {
                tries -= 1;
                match self.send(&SecretText::of(&step.line), false).await {
                    Sent::Lost { .. } => return Err(Stop::Lost),
                    Sent::Said(Verdict::Refused(_), _) if tries > 0 => sleep(AGAIN).await,
                    Sent::Said(Verdict::Refused(_), _) => return Err(Stop::Refused),
                    // The prompt decides.
                    Sent::Said(..) => break,
                }
            }
            let wanted = step.to.mode(dialect).map_or(Mode::Enabled, Mode::In);
            let stands = self.turn.as_ref().map(|turn| turn.mode().clone());
            if stands.as_ref() != Some(&wanted) {
                let at = stands.map(|mode| mode.to_string()).unwrap_or_default();
                self.warn(format!(
                    "behind `{}` the command line stands at `{at}`, not at `{wanted}`",
                    step.line
                ));
                if let Some(last) = self.report.steps.last_mut() {
                    last.state = StepState::Refused;
                }
                // Nothing is sent in a mode that was not meant, nor on a link that shows it.
                self.turn = None;
                return Err(Stop::Refused);
            }
            self.standing = step.to;
        }
        Ok(())
    }

    /// Leaves the modes of configuration.
    pub(super) async fn leave(&mut self) -> Result<(), Stop> {
        if self.standing == Standing::Exec {
            return Ok(());
        }
        let Some(turn) = self.turn.as_ref() else { return Ok(()) };
        let end = SecretText::of(turn.dialect().lines.end);
        match self.send(&end, false).await {
            Sent::Said(..) if self.turn.as_ref().is_some_and(|turn| *turn.mode() == Mode::Enabled) => {
                self.standing = Standing::Exec;
                Ok(())
            }
            _ => Err(Stop::Lost),
        }
    }

    /// Sends a line and notes what became of it.
    pub(super) async fn send(&mut self, text: &SecretText, confirm: bool) -> Sent {
        if self.is_over() {
            return Sent::Lost { sent: false };
        }
        self.pon = None;
        let Some(turn) = self.turn.as_mut() else { return Sent::Lost { sent: false } };
        let (place, dialect) = (turn.mode().to_string(), turn.dialect());
        let began = Instant::now();
        let written = match Line::new(text.expose()) {
            Ok(line) => turn.line(line, confirm).await,
            Err(why) => Err(Lost::NotSent(Trouble::UnexpectedReply(why.to_string()))),
        };
        let mut step = WriteStep {
            place,
            line: text.shown().to_owned(),
            answer: String::new(),
            duration: began.elapsed(),
            state: StepState::Unknown,
            undone: None,
        };
        let sent = match written {
            Ok(written) => {
                step.duration = written.took;
                step.answer = shown(&written.reply.text);
                let verdict = judge(dialect, self.answers, &written.reply);
                step.state = match verdict {
                    Verdict::Taken => StepState::Done,
                    Verdict::Refused(_) => StepState::Refused,
                    Verdict::Odd(_) => StepState::Unknown,
                };
                Sent::Said(verdict, SecretString::from(written.reply.text))
            }
            Err(Lost::NotSent(why)) => {
                step.state = StepState::NotSent;
                self.warn(format!("`{}` was not sent: {why}", text.shown()));
                Sent::Lost { sent: false }
            }
            Err(Lost::Unknown(why)) => {
                self.warn(format!("the link was lost at `{}`: {why}", text.shown()));
                Sent::Lost { sent: true }
            }
        };
        self.report.steps.push(step);
        sent
    }

    /// Whether nothing further may be sent: what is under way is left as it is.
    pub(super) fn is_over(&mut self) -> bool {
        let is_over = self.journal.is_over();
        if is_over {
            self.warn("the server is ending: no further line was sent".to_owned());
        }
        is_over
    }

    pub(super) fn mark(&mut self, at: usize, way: Way, state: StepState) {
        if let Some(progress) = self.progress.get_mut(at) {
            match way {
                Way::Forth => progress.forth = Some(state),
                Way::Back => progress.back = Some(state),
            }
        }
    }

    pub(super) fn undone(&mut self, at: usize, undone: bool) {
        if let Some(Some(place)) = self.report.forth.get(at)
            && let Some(step) = self.report.steps.get_mut(*place)
        {
            step.undone = Some(undone);
        }
    }

    pub(super) fn warn(&mut self, warning: String) {
        if !self.report.warnings.contains(&warning) {
            self.report.warnings.push(warning);
        }
    }
}

/// What became of a line.
pub(super) enum Sent {
    Said(Verdict, SecretString),
    Lost { sent: bool },
}

/// An answer as it may be shown, line by line: a caret says nothing without the echo above it.
fn shown(text: &str) -> String {
    let lines = text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty() && line.trim() != "^");
    lines.map(|line| SecretText::of(line).shown().to_owned()).collect::<Vec<_>>().join("\n")
}

pub(super) fn gone() -> Trouble {
    Trouble::CliUnreachable { why: "the link was lost".to_owned(), retry_after: AGAIN }
}

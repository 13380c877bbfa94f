//! One show command, as an operator types it.

use std::time::Duration;

use gpon::Reading;
use tokio::time::Instant;

use super::Olt;
use crate::cli::{Answer, Most, Refusal, refusal, saved};
use crate::firmware::dialect::C3XX;
use crate::reach::terminal::PATIENCE;
use crate::reach::{Inner, Problems};
use crate::{OltError, ShowLine, Shown, Trouble};

/// Longest wait for the logouts, each of which may take two seconds; a session
/// that is cut off is as free for the OLT, a little later.
const LOGOUT: Duration = Duration::from_secs(3);
/// What a line that is almost through gets in any case, as turns that read do.
const TURNS: Duration = Duration::from_millis(200);

impl Olt {
    /// Runs a show command.
    ///
    /// # Errors
    /// [`Trouble::NoCli`], [`Trouble::CliUnreachable`], [`Trouble::LoginRefused`],
    /// [`Trouble::Busy`], [`Trouble::Deadline`], [`Trouble::UnexpectedReply`] where
    /// the OLT twice answers nothing, and [`Trouble::Refused`] with the OLT's line.
    pub async fn show(&self, line: &ShowLine) -> Result<Reading<Shown>, OltError> {
        let act = format!("run `{}`", line.line());
        self.read(&act, async |olt: &Inner, _| {
            let cli = olt.cli.as_ref().ok_or(Trouble::NoCli)?;
            let deadline = Instant::now() + PATIENCE;
            let answer = async {
                let mut turn = cli.read_turn(deadline).await?.with(Most::SHOWN);
                let command = line.line_in(turn.dialect());
                turn.whole(&command, |text| line.is_whole(text), deadline).await
            };
            let shown = match answer.await.map_err(Trouble::at_last)? {
                Answer::Text(text) => line.read(&text),
                Answer::Empty(answer) => empty(line, answer)?,
            };
            Ok((shown, Problems::default()))
        })
        .await
    }
}

impl Olt {
    /// Logs out of the command line. Readings that need it fail from now on, and a
    /// line that writes is cut off.
    pub async fn close(&self) {
        self.close_within(Duration::ZERO).await;
    }

    /// As [`close`](Self::close), but a line that writes may end first, for as long
    /// as `lines`; nothing is sent after it but what leaves its mode and logs out.
    pub async fn close_within(&self, lines: Duration) {
        if let Some(cli) = &self.0.cli {
            cli.close(lines.max(TURNS));
            let gone = async {
                while cli.stats().sessions > 0 {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            };
            drop(tokio::time::timeout(lines + LOGOUT, gone).await);
        }
    }
}

impl ShowLine {
    /// Reads an answer that was saved from a terminal, in whatever bytes: echo, prompts, pagers and
    /// wrapped lines are taken out of it.
    ///
    /// # Errors
    /// [`Trouble::Refused`] where the OLT refused, [`Trouble::UnexpectedReply`]
    /// where the text is of another command or holds no answer.
    pub fn read_saved(&self, file: &[u8]) -> Result<Shown, Trouble> {
        let text = &saved::text(file);
        let text = saved::answer(text, self.line()).map_err(|saved::Other(typed)| {
            Trouble::UnexpectedReply(format!("the text holds `{typed}`, not `{}`", self.line()))
        })?;
        if text.trim().is_empty() {
            return Err(Trouble::UnexpectedReply(format!("the text holds no answer to `{}`", self.line())));
        }
        match refusal(&C3XX.refusals, &text) {
            None => Ok(self.read(&text)),
            Some(Refusal::Empty(answer)) => empty(self, answer),
            Some(Refusal::Refused(answer)) => {
                Err(Trouble::Refused { command: self.line().to_owned(), answer })
            }
        }
    }
}

fn empty(line: &ShowLine, answer: String) -> Result<Shown, Trouble> {
    line.none(&answer).ok_or_else(|| Trouble::Refused { command: line.line().to_owned(), answer })
}

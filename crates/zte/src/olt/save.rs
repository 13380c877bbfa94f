//! Saving what was configured.

use std::time::Duration;

use gpon::{PlannedLine, PlannedUndo, StepState, UndoClass, WritePlan, WriteReport, WriteState, WriteStep};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Olt;
use crate::cli::show::users::ShowUsers;
use crate::cli::{Line, Lost, Mode, Rank, Refusal, Written};
use crate::reach::terminal::Asking;
use crate::reach::{Inner, Problems, oid};
use crate::{OltError, Trouble};
use async_snmp::Value;

/// How long saving waits for its turn, so that whoever waits 80 s for the whole
/// of it learns in time that nothing was sent.
const PATIENCE: Duration = Duration::from_secs(60);

impl Olt {
    /// Saves the running configuration, so that it survives a restart of the OLT.
    /// Waits up to 60 s for its turn; the line itself takes seconds to minutes and
    /// is given up after ten minutes of silence, or twenty in all. Dropped on the
    /// way, it still runs to its end. It is sent once.
    ///
    /// It worked where the OLT says `[OK]` and nothing that begins with `%` (fact
    /// sheet, CLI §1.7). What the flash holds is not read: the report is never `verified`.
    ///
    /// # Errors
    /// Only where nothing was sent: [`Trouble::NoCli`], [`Trouble::Busy`],
    /// [`Trouble::CliUnreachable`], [`Trouble::LoginRefused`], [`Trouble::Deadline`],
    /// [`Trouble::UnexpectedReply`] to the login.
    /// What became of the line itself stands in the report.
    pub async fn save(&self) -> Result<WriteReport, OltError> {
        self.save_unless(&CancellationToken::new(), false).await
    }

    /// The same, behind whatever people want to write meanwhile where it `can_wait`. Where
    /// `ending` is cancelled before the line is sent, nothing is sent.
    ///
    /// # Errors
    /// As of [`save`](Self::save).
    pub async fn save_unless(
        &self,
        ending: &CancellationToken,
        can_wait: bool,
    ) -> Result<WriteReport, OltError> {
        let failed =
            |trouble| OltError { olt: self.id().to_owned(), act: "save its configuration".into(), trouble };
        let cli = self.0.cli.as_ref().ok_or_else(|| failed(Trouble::NoCli))?;
        let rank = if can_wait { Rank::Later } else { Rank::Person };
        let turn = ending.run_until_cancelled(cli.write_turn(rank, Instant::now() + PATIENCE)).await;
        let mut turn = match turn.filter(|_| !ending.is_cancelled()) {
            Some(turn) => turn.map_err(failed)?,
            None => {
                let why = "nothing is saved any more at the end".to_owned();
                return Err(failed(Trouble::CliUnreachable { why, retry_after: Duration::from_secs(1) }));
            }
        };
        let mode = turn.mode().clone();
        let line = Line::ours(turn.dialect().lines.save);
        let mut step = WriteStep {
            place: mode.to_string(),
            line: line.as_str().to_owned(),
            answer: String::new(),
            duration: Duration::ZERO,
            state: StepState::NotSent,
            undone: None,
        };
        // In any other mode it is refused (CLI §1.4), and that is easily overlooked.
        if mode != Mode::Enabled {
            let warning = format!("the command line stands at `{mode}`, and saving works at `#` alone");
            return Ok(report(WriteState::Refused, step, Some(warning)));
        }
        let began = Instant::now();
        let (state, warning) = match turn.line(line, false).await {
            Ok(Written { reply, took }) => {
                step.duration = took;
                let judged = judge(&reply.text, reply.refusal.as_ref());
                step.answer = reply.text.trim_end().to_owned();
                judged
            }
            Err(Lost::NotSent(trouble)) => return Err(failed(trouble)),
            Err(Lost::Unknown(trouble)) => {
                step.duration = began.elapsed();
                (StepState::Unknown, Some(format!("nobody knows whether it was saved: {trouble}")))
            }
        };
        step.state = state;
        let whole = match state {
            StepState::Done => WriteState::Applied,
            StepState::Refused => WriteState::Refused,
            StepState::Unknown | StepState::NotSent => WriteState::Unknown,
        };
        Ok(report(whole, step, warning))
    }

    /// Who else is logged in to its command line: another user, or from another address
    /// than we are, as `user from address`. So may be whoever is in the middle of a change.
    ///
    /// # Errors
    /// As every command; where the OLT does not mark our own line, who the others are is
    /// not known.
    pub async fn others_logged_in(&self) -> Result<Vec<String>, OltError> {
        self.read("see who is logged in", async |olt: &Inner, _| {
            Ok((others(&mut olt.asking().await?).await?, Problems::default()))
        })
        .await
        .map(|reading| reading.value)
    }

    /// What saving would do. Only who is logged in is read; where the OLT does not tell
    /// that, a warning says so.
    ///
    /// # Errors
    /// As every command.
    pub async fn plan_save(&self) -> Result<WritePlan, OltError> {
        self.read("plan to save its configuration", async |olt: &Inner, _| {
            let mut asking = olt.asking().await?;
            let warnings = match others(&mut asking).await {
                Ok(others) => {
                    let warning = |who| {
                        format!("{who} is logged in too: what is half done by then is saved with the rest")
                    };
                    others.into_iter().map(warning).collect()
                }
                Err(
                    trouble @ (Trouble::Refused { .. }
                    | Trouble::UnprovenNone { .. }
                    | Trouble::UnexpectedReply(_)),
                ) => vec![format!("who else is logged in is not known: {trouble}")],
                Err(trouble) => return Err(trouble),
            };
            let line = asking.dialect().lines.save.to_owned();
            let plan = WritePlan {
                at: None,
                serial: None,
                lines: vec![PlannedLine { place: Mode::Enabled.to_string(), line }],
                // What was saved before is gone with it.
                undo: vec![PlannedUndo { line: String::new(), class: UndoClass::Impossible }],
                checks: Vec::new(),
                warnings,
                fingerprint: String::new(),
            };
            Ok((plan, Problems::default()))
        })
        .await
        .map(|reading| reading.value)
    }

    /// How long ago its agent started (sysUpTime, which begins anew after 497 days).
    ///
    /// # Errors
    /// As every reading.
    pub async fn uptime(&self) -> Result<Duration, OltError> {
        self.read("read how long it runs", async |olt: &Inner, deadline| {
            let name = oid(&[1, 3, 6, 1, 2, 1, 1, 3], &[0]);
            match olt.snmp.get(&[name], deadline).await?.first() {
                Some(Value::TimeTicks(ticks)) => {
                    olt.snmp.note_uptime(*ticks);
                    Ok((Duration::from_millis(u64::from(*ticks) * 10), Problems::default()))
                }
                _ => Err(Trouble::UnexpectedReply("the agent has no sysUpTime".into())),
            }
        })
        .await
        .map(|reading| reading.value)
    }
}

async fn others(asking: &mut Asking) -> Result<Vec<String>, Trouble> {
    let rows = asking.answer(&ShowUsers).await?.rows;
    let Some(own) = rows.iter().find(|row| row.own) else {
        return Err(Trouble::UnexpectedReply("`show users` does not mark our own line".into()));
    };
    let others = rows.iter().filter(|row| (&row.user, &row.from) != (&own.user, &own.from));
    let mut others: Vec<String> = others.map(|row| format!("{} from {}", row.user, row.from)).collect();
    others.sort();
    others.dedup();
    Ok(others)
}

fn report(state: WriteState, step: WriteStep, warning: Option<String>) -> WriteReport {
    WriteReport {
        state,
        steps: vec![step],
        remaining: Vec::new(),
        warnings: warning.into_iter().collect(),
        verified: false,
    }
}

/// What an answer to `write` says. The dots of its progress may wrap at the width
/// of the terminal, in the middle of `[OK]` too (CLI §1.2). A refusal is one that
/// comes first: behind a word of progress, the flash may hold half of it.
fn judge(text: &str, refusal: Option<&Refusal>) -> (StepState, Option<String>) {
    let ok = text.replace('\n', "").contains("[OK]");
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "^");
    let complaint = lines().find(|line| is_complaint(line));
    let at_once = |told: &String| {
        lines().find(|line| !line.starts_with("%Info")).is_some_and(|first| told.starts_with(first))
    };
    match (ok, complaint, refusal) {
        (true, None, None) => (StepState::Done, None),
        (false, _, Some(Refusal::Refused(told))) if at_once(told) => (StepState::Refused, None),
        (true, ..) => {
            let told = complaint.unwrap_or_default();
            (StepState::Unknown, Some(format!("the OLT says `[OK]`, and `{told}` as well")))
        }
        (false, Some(told), _) => {
            (StepState::Unknown, Some(format!("the OLT does not say `[OK]`, but `{told}`")))
        }
        (false, ..) => {
            (StepState::Unknown, Some("the OLT does not say `[OK]`, nor that it refuses".to_owned()))
        }
    }
}

/// `%Error`, `%Code` and whatever else begins so; `%Info` is none (CLI §1.8).
fn is_complaint(line: &str) -> bool {
    line.starts_with('%') && !line.starts_with("%Info")
}

#[cfg(test)]
#[path = "save_tests.rs"]
mod tests;

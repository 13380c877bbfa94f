//! Making a plan true, or finding out why not.

use std::time::Duration;

use gpon::{OnRefusal, StepState, UndoClass, WriteReport, WriteState, WriteStep};
use secrecy::SecretString;
use tokio::time::{Instant, sleep};

use super::effect::{Effect, Seen};
use super::journal::{Journal, Progress, StepEnd, StepMark, Way};
use super::moves::{self, Standing};
use super::plan::{Plan, Probe};
use super::survey::{Survey, Turn};
use super::verdict::{Answers, Verdict, judge};
use super::{How, NotChanged};
use crate::Trouble;
use crate::cli::text::SecretText;
use crate::cli::{Cli, Line, Lost, Mode, WriteTurn};
use crate::firmware::dialect::{Changes, Place};

/// What became of a plan.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What was sent, what the OLT answered, and what is true now.
    pub report: WriteReport,
    /// How far each of its steps got.
    pub progress: Vec<Progress>,
    /// Whether it has to be settled still: what is true is not known.
    pub is_pending: bool,
    /// What nobody but a person may decide about: values that neither the plan nor
    /// what stood before explains.
    pub foreign: Vec<String>,
}

/// The running of one plan.
pub(crate) struct Run<'a> {
    pub(crate) cli: &'a Cli,
    pub(crate) changes: &'static Changes,
    pub(crate) answers: &'a Answers,
    pub(crate) plan: &'a Plan,
    pub(crate) journal: &'a dyn Journal,
    /// The turn that writes; `None` while the link is lost.
    turn: Option<WriteTurn>,
    standing: Standing,
    progress: Vec<Progress>,
    report: Report,
    /// How long ago the first line of this plan was sent, by earlier runs of it.
    pub(crate) age: Duration,
    began: Instant,
}

/// What is told in the end.
#[derive(Debug, Default)]
struct Report {
    steps: Vec<WriteStep>,
    /// For each step of the plan, where its line stands among those that were sent.
    forth: Vec<Option<usize>>,
    warnings: Vec<String>,
}

/// Why no further line is sent that way.
enum Stop {
    /// The OLT said no, or what it was told did not come true.
    Refused,
    /// The link was lost.
    Lost,
    /// What became of it is seen later.
    Later,
}

/// A pause between two tries to reach the OLT again.
const AGAIN: Duration = Duration::from_secs(1);
/// How often a plan goes on over a new link before it waits for its turn to be settled.
const LINKS: u32 = 5;
/// How often the interface of an ONU is asked for that has just been registered, once
/// a second (fact sheet, CLI §5.1: it appears within 2 to 3 s).
const APPEARS: u32 = 15;

impl<'a> Run<'a> {
    /// A run that has sent nothing yet.
    pub(crate) fn new(
        (cli, changes, answers): (&'a Cli, &'static Changes, &'a Answers),
        plan: &'a Plan,
        journal: &'a dyn Journal,
        turn: Option<WriteTurn>,
        progress: Vec<Progress>,
    ) -> Self {
        let steps = plan.0.steps.len();
        let mut progress = progress;
        progress.resize(steps, Progress::default());
        let report =
            Report { forth: vec![None; steps], warnings: plan.0.warnings.clone(), ..Report::default() };
        let (standing, began) = (Standing::Exec, Instant::now());
        Self {
            cli,
            changes,
            answers,
            plan,
            journal,
            turn,
            standing,
            progress,
            report,
            age: Duration::ZERO,
            began,
        }
    }

    /// Makes the plan true from what was read just now.
    ///
    /// # Errors
    /// Where nothing was sent because it could not be kept.
    pub(crate) async fn first(mut self, patience: Duration) -> Result<Outcome, NotChanged> {
        self.journal.begin(self.plan).await?;
        let seen = Seen { config: self.plan.0.have.clone(), life: self.plan.0.life.clone() };
        Ok(self.pursue(How::Auto, Some(seen), patience).await)
    }

    /// Finds out how far it got and brings it to an end.
    pub(crate) async fn settle(mut self, how: How, patience: Duration) -> Outcome {
        if let Err(lost) = self.journal.begin(self.plan).await {
            self.report.warnings.push(lost.to_string());
            return self.pending(Vec::new());
        }
        self.pursue(how, None, patience).await
    }

    async fn pursue(&mut self, how: How, mut known: Option<Seen>, patience: Duration) -> Outcome {
        let begun_back = self.progress.iter().any(|step| step.back.is_some());
        let mut way = match how {
            How::Undo => Way::Back,
            How::Auto if begun_back => Way::Back,
            How::Auto | How::Finish => Way::Forth,
        };
        // Whether nothing of it was sent before what is known was read.
        let mut untouched = known.is_some();
        let (mut interrupted, mut made, mut links) = (!untouched, false, 0);
        let mut lost: Option<Instant> = None;
        loop {
            let until = lost.unwrap_or_else(Instant::now) + patience;
            let seen = match known.take() {
                Some(seen) => seen,
                None => match self.look(until).await {
                    Ok(seen) => seen,
                    Err(why) => {
                        self.warn(format!("what is true on the OLT could not be read: {why}"));
                        return self.pending(Vec::new());
                    }
                },
            };
            let effects = self.effects(&seen, std::mem::take(&mut untouched));
            let foreign = super::effect::foreign(self.plan, &seen.config);
            let stranger = super::effect::is_of_another(self.plan, &seen.config);
            if stranger || (interrupted && how == How::Auto && !made && !foreign.is_empty()) {
                return self.pending(foreign);
            }
            if effects.contains(&Effect::Unknown) {
                return self.pending(Vec::new());
            }
            if made {
                if let Some(outcome) = self.verdict(way, &seen, &effects) {
                    return outcome;
                }
                // What the OLT took is not so: it is taken back.
                (way, made) = (Way::Back, false);
                known = Some(seen);
                continue;
            }
            let stopped = match way {
                Way::Forth => self.forth(&effects).await,
                Way::Back => self.back(seen, &effects, until).await,
            };
            match stopped {
                Ok(()) => made = true,
                Err(Stop::Refused) if way == Way::Forth && self.plan.0.on_refusal == OnRefusal::Undo => {
                    way = Way::Back;
                }
                Err(Stop::Refused) => (way, made) = (Way::Back, true),
                Err(Stop::Later) => {
                    if self.leave().await.is_err() {
                        self.turn = None;
                    }
                    return self.pending(Vec::new());
                }
                // What became of a line that was sent is looked at on a new link.
                Err(Stop::Lost) if links < LINKS => {
                    (interrupted, self.turn) = (true, None);
                    lost.get_or_insert_with(Instant::now);
                    links += 1;
                }
                Err(Stop::Lost) => {
                    self.turn = None;
                    return self.pending(Vec::new());
                }
            }
            if made && self.leave().await.is_err() {
                self.turn = None;
                // What was done may be lost with the link, as in a restart of the OLT: then
                // it is finished rather than taken back.
                if way == Way::Forth && links < LINKS && !self.only_restarts() {
                    (interrupted, made) = (true, false);
                    lost.get_or_insert_with(Instant::now);
                    links += 1;
                    continue;
                }
            }
            if made && way == Way::Forth && self.only_restarts() {
                return self.restarted();
            }
        }
    }

    /// Whether nothing of it can be read back at once: the ONU is on its way.
    fn only_restarts(&self) -> bool {
        self.plan.0.steps.iter().all(|step| matches!(step.probe, Probe::Restarted))
    }

    /// The OLT took it; the ONU's history has to show it.
    fn restarted(&mut self) -> Outcome {
        let state = if self.plan.0.steps.is_empty() { WriteState::Unchanged } else { WriteState::Applied };
        self.outcome(state, Vec::new(), self.plan.0.steps.is_empty())
    }

    /// What stands now, on a link that is dialled again until `until` where it is lost.
    async fn look(&mut self, until: Instant) -> Result<Seen, NotChanged> {
        loop {
            let looked = self.try_look(until).await;
            let Err(why) = looked else { return looked };
            self.turn = None;
            if Instant::now() + AGAIN >= until {
                return Err(why);
            }
            sleep(AGAIN).await;
        }
    }

    async fn try_look(&mut self, until: Instant) -> Result<Seen, NotChanged> {
        if self.turn.is_none() {
            // Who looks for what became of a line is not told that nobody answers
            // before the time is over.
            // Half of it may stand: those who have begun nothing wait.
            let turn = self.cli.write_turn_again(until).await?;
            self.standing = Standing::Exec;
            if *turn.mode() != Mode::Enabled {
                return Err(Trouble::UnexpectedReply(format!(
                    "the command line stands at `{}`",
                    turn.mode()
                ))
                .into());
            }
            self.turn = Some(turn);
        }
        let Some(turn) = self.turn.as_mut() else { return Err(gone().into()) };
        let mut survey = Survey { turn: Turn::Writing(turn), changes: self.changes };
        let at = self.plan.at();
        let config = survey.config(at, &self.plan.blocks()).await?;
        let life = match &self.plan.0.life {
            Some(_) if config.registered.is_some() => Some(survey.life(at).await?),
            _ => None,
        };
        Ok(Seen { config, life })
    }

    fn effects(&self, seen: &Seen, untouched: bool) -> Vec<Effect> {
        let since = self.age + self.began.elapsed();
        (0..self.plan.0.steps.len())
            .map(|step| {
                if untouched {
                    Effect::No
                } else {
                    super::effect::of(self.plan, &self.progress, step, seen, since)
                }
            })
            .collect()
    }

    /// Sends every step that is not in effect, in order.
    async fn forth(&mut self, effects: &[Effect]) -> Result<(), Stop> {
        let plan = self.plan;
        for (at, step) in plan.0.steps.iter().enumerate() {
            if effects.get(at) == Some(&Effect::Yes) {
                continue;
            }
            // What makes an ONU start again is never sent twice.
            if matches!(step.probe, Probe::Restarted) && self.has_begun(at) {
                return Err(Stop::Refused);
            }
            let appears = plan.0.have.registered.is_none();
            self.go(step.place, appears).await?;
            let mark = StepMark { step: at, way: Way::Forth };
            if let Err(lost) = self.journal.sending(mark).await {
                self.warn(format!("{lost}; `{}` was not sent", step.line.shown()));
                return Err(Stop::Refused);
            }
            let sent = self.send(&step.line, step.confirm).await;
            if let Some(place) = self.report.forth.get_mut(at) {
                *place = self.report.steps.len().checked_sub(1);
            }
            let (state, answer) = match sent {
                Sent::Said(Verdict::Taken, answer) => (StepState::Done, answer),
                Sent::Said(Verdict::Refused(line), answer) if self.is_tolerated(&line) => {
                    (self.probed(at, &line).await?, answer)
                }
                Sent::Said(Verdict::Refused(_), answer) => (StepState::Refused, answer),
                Sent::Said(Verdict::Odd(line), answer) => (self.probed(at, &line).await?, answer),
                Sent::Lost { sent } => {
                    let state = if sent { StepState::Unknown } else { StepState::NotSent };
                    self.mark(at, Way::Forth, state);
                    if !sent {
                        let end = StepEnd { state, answer: SecretString::default(), took: Duration::ZERO };
                        let _ = self.journal.answered(mark, end).await;
                    }
                    return Err(Stop::Lost);
                }
            };
            self.mark(at, Way::Forth, state);
            let took = self.report.steps.last().map(|step| step.duration).unwrap_or_default();
            let kept = self.journal.answered(mark, StepEnd { state, answer, took }).await;
            match state {
                StepState::Done => {}
                StepState::Unknown => return Err(Stop::Later),
                StepState::Refused | StepState::NotSent => return Err(Stop::Refused),
            }
            if let Err(lost) = kept {
                self.warn(format!("{lost}; nothing further was sent"));
                return Err(Stop::Refused);
            }
        }
        Ok(())
    }

    fn has_begun(&self, at: usize) -> bool {
        self.progress.get(at).is_some_and(|step| !matches!(step.forth, None | Some(StepState::NotSent)))
    }

    fn is_tolerated(&self, line: &str) -> bool {
        self.changes.tolerated.iter().any(|code| line.starts_with(code))
    }

    /// Whether a step took effect whose answer means nothing by itself.
    async fn probed(&mut self, at: usize, said: &str) -> Result<StepState, Stop> {
        self.mark(at, Way::Forth, StepState::Unknown);
        let seen = match self.try_look(Instant::now() + AGAIN).await {
            Ok(seen) => seen,
            Err(_) => return Err(Stop::Lost),
        };
        let effect = super::effect::of(self.plan, &self.progress, at, &seen, Duration::ZERO);
        let state = match effect {
            Effect::Yes => StepState::Done,
            // An ONU that was told to restart shows it later.
            Effect::Unknown => StepState::Unknown,
            Effect::No | Effect::Foreign => StepState::Refused,
        };
        let line = self.plan.0.steps.get(at).map(|step| step.line.shown()).unwrap_or_default();
        let what = match state {
            StepState::Done => "it took effect all the same",
            StepState::Unknown => "whether it took effect is seen later",
            StepState::Refused | StepState::NotSent => "it did not take effect",
        };
        self.report
            .warnings
            .push(format!("to `{line}` the OLT said `{}`; {what}", SecretText::of(said).shown()));
        if let Some(step) = self.report.steps.last_mut() {
            step.state = state;
        }
        Ok(state)
    }

    /// Takes back every step that is in effect, the last first, each behind a look that
    /// what it removes is this plan's.
    async fn back(&mut self, seen: Seen, effects: &[Effect], until: Instant) -> Result<(), Stop> {
        let plan = self.plan;
        let (mut seen, mut effects) = (Some(seen), effects.to_vec());
        for (at, step) in plan.0.steps.iter().enumerate().rev() {
            if effects.get(at) != Some(&Effect::Yes)
                || self.progress.get(at).is_none_or(|step| step.forth.is_none())
            {
                continue;
            }
            if seen.take().is_none() {
                let looked = self.try_look(until).await.map_err(|_| Stop::Lost)?;
                effects = self.effects(&looked, false);
                if effects.get(at) != Some(&Effect::Yes) {
                    continue;
                }
            }
            if step.undo.is_empty() || step.class == UndoClass::Impossible {
                self.undone(at, false);
                continue;
            }
            let mark = StepMark { step: at, way: Way::Back };
            if let Err(lost) = self.journal.sending(mark).await {
                self.warn(format!("{lost}; it is undone all the same"));
            }
            let mut state = StepState::Done;
            let mut said = SecretString::default();
            let mut registered = false;
            for undo in &step.undo {
                match self.go(undo.place, registered).await {
                    Ok(()) => {}
                    Err(Stop::Refused) => {
                        state = StepState::Refused;
                        break;
                    }
                    Err(stop) => return Err(stop),
                }
                match self.send(&undo.line, true).await {
                    Sent::Said(Verdict::Taken | Verdict::Odd(_), answer) => said = answer,
                    Sent::Said(Verdict::Refused(_), answer) => (state, said) = (StepState::Refused, answer),
                    Sent::Lost { .. } => {
                        self.mark(at, Way::Back, StepState::Unknown);
                        return Err(Stop::Lost);
                    }
                }
                registered |= matches!(undo.place, Place::PonPort(_));
            }
            self.mark(at, Way::Back, state);
            let took = self.report.steps.last().map(|step| step.duration).unwrap_or_default();
            // What it is kept for is looked at anew after a restart in any case.
            let _ = self.journal.answered(mark, StepEnd { state, answer: said, took }).await;
        }
        Ok(())
    }

    /// Leads the command line to a place; its prompt has to say so.
    async fn go(&mut self, place: Place, appears: bool) -> Result<(), Stop> {
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
                // Nothing is sent in a mode that was not meant.
                self.turn = None;
                return Err(Stop::Lost);
            }
            self.standing = step.to;
        }
        Ok(())
    }

    /// Leaves the modes of configuration.
    async fn leave(&mut self) -> Result<(), Stop> {
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
    async fn send(&mut self, text: &SecretText, confirm: bool) -> Sent {
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

    fn mark(&mut self, at: usize, way: Way, state: StepState) {
        if let Some(progress) = self.progress.get_mut(at) {
            match way {
                Way::Forth => progress.forth = Some(state),
                Way::Back => progress.back = Some(state),
            }
        }
    }

    fn undone(&mut self, at: usize, undone: bool) {
        if let Some(Some(place)) = self.report.forth.get(at)
            && let Some(step) = self.report.steps.get_mut(*place)
        {
            step.undone = Some(undone);
        }
    }

    fn warn(&mut self, warning: String) {
        if !self.report.warnings.contains(&warning) {
            self.report.warnings.push(warning);
        }
    }

    /// What became of it, by what stands now; `None` where what was taken is not so
    /// and has to be taken back.
    fn verdict(&mut self, way: Way, seen: &Seen, effects: &[Effect]) -> Option<Outcome> {
        if way == Way::Forth {
            let missing = super::effect::missing(self.plan, &seen.config, effects);
            if missing.is_empty() {
                let state =
                    if self.plan.0.steps.is_empty() { WriteState::Unchanged } else { WriteState::Applied };
                // That it came back, its history shows later.
                return Some(self.outcome(state, Vec::new(), self.plan.0.life.is_none()));
            }
            for name in missing {
                self.warn(format!("the OLT took the lines, but `{name}` is not as it was wished for"));
            }
            let deletes = self.plan.0.steps.iter().any(|step| step.probe == Probe::Gone);
            // A customer is not brought back because some of him is still there.
            if self.plan.0.on_refusal == OnRefusal::Undo && !deletes {
                return None;
            }
        }
        let remaining = super::effect::remaining(self.plan, &self.progress, &seen.config, effects, way);
        let begun = |step: &Progress| step.forth == Some(StepState::Done) || step.back.is_some();
        let taken: Vec<usize> =
            self.progress.iter().enumerate().filter(|(_, step)| begun(step)).map(|(at, _)| at).collect();
        for at in &taken {
            self.undone(*at, effects.get(*at) != Some(&Effect::Yes));
        }
        let state = match (remaining.is_empty(), taken.is_empty()) {
            (false, _) => WriteState::Partial,
            (true, true) => WriteState::Refused,
            (true, false) => WriteState::RolledBack,
        };
        for foreign in super::effect::foreign(self.plan, &seen.config) {
            self.warn(format!("somebody else changed it meanwhile, and it was left alone: {foreign}"));
        }
        Some(self.outcome(state, remaining, true))
    }

    fn pending(&mut self, foreign: Vec<String>) -> Outcome {
        let mut outcome = self.outcome(WriteState::Unknown, Vec::new(), false);
        for what in &foreign {
            outcome.report.warnings.push(format!("neither the plan nor what stood before explains: {what}"));
        }
        Outcome { is_pending: true, foreign, ..outcome }
    }

    fn outcome(&mut self, state: WriteState, remaining: Vec<String>, verified: bool) -> Outcome {
        let report = std::mem::take(&mut self.report);
        let report =
            WriteReport { state, steps: report.steps, remaining, warnings: report.warnings, verified };
        Outcome {
            report,
            progress: std::mem::take(&mut self.progress),
            is_pending: false,
            foreign: Vec::new(),
        }
    }
}

enum Sent {
    Said(Verdict, SecretString),
    Lost { sent: bool },
}

/// An answer as it may be shown, line by line: a caret says nothing without the echo above it.
fn shown(text: &str) -> String {
    let lines = text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty() && line.trim() != "^");
    lines.map(|line| SecretText::of(line).shown().to_owned()).collect::<Vec<_>>().join("\n")
}

fn gone() -> Trouble {
    Trouble::CliUnreachable { why: "the link was lost".to_owned(), retry_after: AGAIN }
}

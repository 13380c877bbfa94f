//! Making a plan true, or finding out why not.

mod ending;
mod steps;
mod together;
mod typing;

use std::time::Duration;

use gpon::{OnRefusal, StepState, WriteReport, WriteState, WriteStep};
use tokio::time::{Instant, sleep};

use super::effect::{Effect, Seen};
use super::journal::{Journal, Progress, Way};
use super::moves::Standing;
use super::plan::{Plan, Probe};
use super::survey::{Survey, Turn};
use super::verdict::Answers;
use super::{How, NotChanged};
use crate::Trouble;
use crate::cli::{Cli, Mode, Rank, WriteTurn};
use crate::firmware::dialect::Changes;

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
    /// Whether the OLT said that the number of the ONU to be registered is in use.
    pub id_in_use: bool,
}

/// The running of one plan.
pub(crate) struct Run<'a> {
    pub(crate) cli: &'a Cli,
    pub(crate) changes: &'static Changes,
    pub(crate) answers: &'a Answers,
    pub(crate) plan: &'a Plan,
    pub(crate) journal: &'a dyn Journal,
    /// How long an ONU that was told to start again needs at most until it shows.
    reboot_wait: Duration,
    /// The turn that writes; `None` while the link is lost.
    turn: Option<WriteTurn>,
    standing: Standing,
    progress: Vec<Progress>,
    report: Report,
    /// How long ago the first line of this plan was sent, by earlier runs of it.
    pub(crate) age: Duration,
    began: Instant,
    /// Steps from this number on wait.
    until: usize,
    /// How registering ended, where the rest waits.
    authorised: Option<Result<(), Stop>>,
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
        (cli, changes): (&'a Cli, &'static Changes),
        (answers, reboot_wait): (&'a Answers, Duration),
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
            reboot_wait,
            turn,
            standing,
            progress,
            report,
            age: Duration::ZERO,
            began,
            until: usize::MAX,
            authorised: None,
        }
    }

    /// Makes the plan true from what was read just now.
    ///
    /// # Errors
    /// Where nothing was sent because it could not be kept.
    pub(crate) async fn first(mut self, patience: Duration) -> Result<Outcome, NotChanged> {
        self.journal.begin(self.plan).await?;
        let seen = Seen { config: self.plan.0.have.clone(), life: self.plan.0.life.clone() };
        Ok(Box::pin(self.pursue(How::Auto, Some(seen), patience)).await)
    }

    /// Finds out how far it got and brings it to an end.
    pub(crate) async fn settle(mut self, how: How, patience: Duration) -> Outcome {
        if let Err(lost) = self.journal.begin(self.plan).await {
            self.report.warnings.push(lost.to_string());
            return self.pending(Vec::new());
        }
        Box::pin(self.pursue(how, None, patience)).await
    }

    async fn pursue(&mut self, how: How, known: Option<Seen>, patience: Duration) -> Outcome {
        // Whether nothing of it was sent before what is known was read.
        let untouched = known.is_some();
        self.pursue_from(how, known, untouched, patience).await
    }

    async fn pursue_from(
        &mut self,
        how: How,
        mut known: Option<Seen>,
        mut untouched: bool,
        patience: Duration,
    ) -> Outcome {
        let begun_back = self.progress.iter().any(|step| step.back.is_some());
        let mut way = match how {
            How::Undo => Way::Back,
            How::Auto if begun_back => Way::Back,
            How::Auto | How::Finish => Way::Forth,
        };
        let (mut interrupted, mut made, mut links) = (known.is_none(), false, 0);
        let mut lost: Option<Instant> = None;
        loop {
            if self.is_over() {
                self.turn = None;
                return self.pending(Vec::new());
            }
            let until = lost.unwrap_or_else(Instant::now) + patience;
            let seen = match known.take() {
                Some(seen) => seen,
                None => match self.look(until).await {
                    Ok(seen) => seen,
                    Err(why) => {
                        if !self.is_over() {
                            self.warn(format!("what is true on the OLT could not be read: {why}"));
                        }
                        return self.pending(Vec::new());
                    }
                },
            };
            let effects = self.effects(&seen, std::mem::take(&mut untouched));
            let foreign = super::effect::foreign(self.plan, &seen.config);
            let stranger = super::effect::is_of_another(self.plan, &seen.config);
            if stranger {
                return self.another_stands(foreign);
            }
            if interrupted && how == How::Auto && !made && !foreign.is_empty() {
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
            if self.cli.is_closed() || self.journal.is_over() || Instant::now() + AGAIN >= until {
                return Err(why);
            }
            sleep(AGAIN).await;
        }
    }

    async fn try_look(&mut self, until: Instant) -> Result<Seen, NotChanged> {
        if self.is_over() {
            return Err(typing::gone().into());
        }
        if self.turn.is_none() {
            // Who looks for what became of a line is not told that nobody answers
            // before the time is over, and then early enough for whoever waits for him.
            let told = until.checked_sub(AGAIN).unwrap_or(until);
            let turn = self.cli.write_turn(Rank::GoesOn, told).await?;
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
        let seen = self.read().await?;
        // Another text may have broken into a line without leaving one of its own: what
        // nobody explains is read once more before it counts against anybody.
        if self.is_doubtful(&seen) { self.read().await } else { Ok(seen) }
    }

    async fn read(&mut self) -> Result<Seen, NotChanged> {
        let Some(turn) = self.turn.as_mut() else { return Err(typing::gone().into()) };
        let mut survey = Survey { turn: Turn::Writing(turn), changes: self.changes };
        let at = self.plan.at();
        let config = survey.config(at, &self.plan.blocks()).await?;
        let life = match &self.plan.0.life {
            Some(_) if config.registered.is_some() => Some(survey.life(at).await?),
            _ => None,
        };
        Ok(Seen { config, life })
    }

    /// Whether something stands there that neither the plan nor what was before explains, or
    /// what was sent does not.
    fn is_doubtful(&self, seen: &Seen) -> bool {
        let sent = |step: &Progress| {
            step.back.is_none() && matches!(step.forth, Some(StepState::Done | StepState::Unknown))
        };
        let fails = |at| {
            let effect = super::effect::of(self.plan, &self.progress, at, seen, false);
            matches!(effect, Effect::No | Effect::Foreign)
        };
        !super::effect::foreign(self.plan, &seen.config).is_empty()
            || self.progress.iter().enumerate().any(|(at, step)| sent(step) && fails(at))
    }

    fn effects(&self, seen: &Seen, untouched: bool) -> Vec<Effect> {
        let overdue = self.age + self.began.elapsed() >= self.reboot_wait;
        (0..self.plan.0.steps.len())
            .map(|step| {
                if untouched {
                    Effect::No
                } else {
                    super::effect::of(self.plan, &self.progress, step, seen, overdue)
                }
            })
            .collect()
    }
}

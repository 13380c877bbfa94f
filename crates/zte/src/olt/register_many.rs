//! Registering several ONUs of a PON at once.

use std::time::Duration;

use gpon::Registration;

use super::Olt;
use super::register::{Shared, Taken, act};
use crate::change::{Baton, ChangeError, Journal, NotChanged, Outcome, Plan, Run, Survey, Turn};

/// A registration among several.
pub struct Wanted<'a> {
    /// What is wished.
    pub wish: &'a Registration,
    /// Keeps what is sent.
    pub journal: &'a dyn Journal,
}

/// How far one of several has come.
enum End<'a> {
    /// Nothing was sent.
    Failed(ChangeError),
    /// It has ended.
    Ended(&'a Plan, Outcome),
    /// All of it was sent, and is to be read back.
    Sent(Box<Run<'a>>),
}

impl Olt {
    /// Registers several ONUs of one PON in one turn: all are authorised first, then each is
    /// configured, so that what the OLT takes until their interfaces appear passes once.
    /// Each has its own end, in their order; one that fails harms no other. No serial
    /// number may be among them twice.
    pub async fn register_together(
        &self,
        all: &[Wanted<'_>],
        taken: Taken<'_>,
        patience: Duration,
    ) -> Vec<Result<(Plan, Outcome), ChangeError>> {
        let begun = async {
            let ground = self.ground().await?;
            let mut shared = Shared::default();
            loop {
                let mut turn = ground.turn().await?;
                let mut plans = Vec::new();
                for one in all {
                    let mut survey = Survey { turn: Turn::Writing(&mut turn), changes: ground.changes };
                    let plan =
                        self.planned_registration(&mut survey, &ground, one.wish, taken, &mut shared).await;
                    plans.push(plan.map_err(|why| self.failed(&act(one.wish), why)));
                    if shared.listings.is_missing() {
                        break;
                    }
                }
                if !shared.listings.is_missing() {
                    return Ok((ground, turn, plans));
                }
                drop(turn);
                self.list_for(&mut shared.listings).await?;
                shared.renew();
            }
        };
        let (ground, turn, plans) = match Box::pin(begun).await {
            Ok(begun) => begun,
            Err(why) => {
                return all
                    .iter()
                    .map(|one| Err(self.failed(&act(one.wish), NotChanged::clone(&why))))
                    .collect();
            }
        };
        let _register: Vec<_> = plans.iter().flatten().map(|plan| self.registers(plan)).collect();
        let known = (&self.0.answers, self.0.reboot_wait);
        let mut runs: Vec<Result<Run<'_>, ChangeError>> = Vec::new();
        for (plan, one) in plans.iter().zip(all) {
            let run =
                |plan| Run::new((ground.cli, ground.changes), known, plan, one.journal, None, Vec::new());
            runs.push(plan.as_ref().map(run).map_err(ChangeError::clone));
        }
        let mut baton = Baton::new(turn);
        for (run, one) in runs.iter_mut().zip(all) {
            if let Ok(of) = run
                && let Err(why) = of.authorise(&mut baton).await
            {
                *run = Err(self.failed(&act(one.wish), why));
            }
        }
        let mut ends = Vec::new();
        for run in runs {
            ends.push(match run {
                Err(why) => End::Failed(why),
                Ok(mut run) => match Box::pin(run.configure(&mut baton)).await {
                    true => End::Sent(Box::new(run)),
                    false => End::Ended(run.plan, run.finish(&mut baton, patience).await),
                },
            });
        }
        // All of them stand by now: their PON port is read back once.
        let mut ended = Vec::new();
        for end in ends {
            ended.push(match end {
                End::Failed(why) => Err(why),
                End::Ended(plan, outcome) => Ok((plan.clone(), outcome)),
                End::Sent(mut run) => Ok((run.plan.clone(), run.finish(&mut baton, patience).await)),
            });
        }
        ended
    }
}

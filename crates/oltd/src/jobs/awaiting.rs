//! Many ONUs that were put into service are awaited at once, while others have their turn.
//!
//! One reading of their PON tells which of them work, whoever else asks for it meanwhile; only
//! those are looked at, one after the other at each OLT.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use gpon::{Installation, OnuState, PonPort};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::acceptance::{LATER, SOON, warnings};
use super::batch_board::{Lane, Running, UnderWay};
use super::register::{Among, Awaited, Made};
use super::{End, Jobs, NotDone, Writable};
use crate::cache::{Freshness, Onus};
use crate::store::Duty;
use crate::tasks::WriteLost;

/// The target of a batch that ends with its job.
#[derive(Debug, Clone)]
pub(super) struct Closing {
    pub(super) nr: u32,
    pub(super) job: String,
}

/// The first pauses between two looks at an ONU that works and carries no traffic yet, and
/// every further one.
const LOOKS: [u64; 3] = [2, 4, 8];
const LOOKS_LATER: u64 = 15;

/// An ONU that is awaited.
struct Waiting {
    awaited: Box<Awaited>,
    closing: Closing,
    under_way: UnderWay,
    until: Instant,
    /// When it is looked at again, and how often it was.
    due: Instant,
    looks: usize,
    seen: Installation,
}

impl Jobs {
    /// Registers several ONUs of a PON in one turn. Returns once that is over: an ONU that is
    /// awaited, of which nothing is returned, ends by itself.
    pub(super) async fn made_together(
        &self,
        batch: &Arc<Running>,
        lane: &Lane,
        group: Vec<Among>,
        targets: Vec<(Closing, UnderWay)>,
    ) -> Result<Vec<Option<Result<End, NotDone>>>, WriteLost> {
        let (jobs, olt, batch) = (self.clone(), lane.olt.clone(), Arc::clone(batch));
        let (tell, told) = oneshot::channel();
        let looks = Arc::clone(&lane.looks);
        let made = async move {
            let (mut ends, mut waiting) = (Vec::new(), Vec::new());
            let now = Instant::now;
            let made = jobs.register_together(&olt, group).await;
            for (made, (closing, under_way)) in made.into_iter().zip(targets) {
                match made {
                    Made::Ended(end) => ends.push(Some(end)),
                    Made::Awaited(awaited) => {
                        jobs.keep_duty(&olt.id, &closing.job, Duty::Await).await;
                        ends.push(None);
                        let (until, due) = (now() + awaited.acceptance.at_most, now());
                        let seen = Installation::default();
                        waiting.push(Waiting { awaited, closing, under_way, until, due, looks: 0, seen });
                    }
                }
            }
            // Whoever asked is gone only with the server.
            let _ = tell.send(ends);
            if waiting.is_empty() {
                return;
            }
            let closing: Vec<Closing> = waiting.iter().map(|one| one.closing.clone()).collect();
            let awaited = AssertUnwindSafe(jobs.await_all(&batch, &olt, &looks, waiting));
            if let Err(panic) = awaited.catch_unwind().await {
                for Closing { nr, job } in &closing {
                    jobs.end_panicked(&olt.id, None, job).await;
                    jobs.close_target(&batch, (*nr, job), None).await;
                }
                std::panic::resume_unwind(panic);
            }
        };
        let writing = self.0.tasks.write("register", &lane.olt.id, Box::pin(made));
        match told.await {
            Ok(ends) => Ok(ends),
            // It was not begun, or has panicked.
            Err(_) => Err(writing.await.err().unwrap_or(WriteLost::Panicked)),
        }
    }

    /// Waits until each has come as far as was asked for, or that took too long, or nobody waits.
    async fn await_all(
        &self,
        batch: &Running,
        olt: &Writable,
        looks: &tokio::sync::Mutex<()>,
        mut all: Vec<Waiting>,
    ) {
        let mut pauses = SOON.into_iter().chain(std::iter::repeat(LATER));
        let ending = self.0.tasks.ending();
        let is_over = || ending.is_cancelled() || batch.cancelled.is_cancelled();
        while let Some(pon) = all.first().map(|one| one.awaited.plan.at().pon) {
            let pause = Duration::from_secs(pauses.next().unwrap_or(LATER));
            if !is_over() {
                note(olt, pon, &mut all).await;
            }
            let mut left = Vec::with_capacity(all.len());
            for mut one in all {
                let is_last = Instant::now() + pause > one.until;
                if !is_over() && one.is_worth_a_look(is_last) {
                    let _one_at_a_time = looks.lock().await;
                    one.look(olt).await;
                }
                // One that is shut comes no further by itself.
                if is_last || is_over() || one.is_there() || one.seen.is_shut {
                    let stopped = match (ending.is_cancelled(), batch.cancelled.is_cancelled()) {
                        (true, _) => Some("the server ends"),
                        (_, true) => Some("the batch was cancelled"),
                        (false, false) => None,
                    };
                    self.accept_one(batch, one, stopped).await;
                } else {
                    left.push(one);
                }
            }
            all = left;
            if !all.is_empty() {
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = ending.cancelled() => {}
                    () = batch.cancelled.cancelled() => {}
                }
            }
        }
    }

    /// Ends one; `stopped` is why it is awaited no longer, where that was not over.
    async fn accept_one(&self, batch: &Running, one: Waiting, stopped: Option<&str>) {
        let is_there = one.is_there();
        let Waiting { awaited, closing: Closing { nr, job }, under_way, seen, .. } = one;
        let Awaited { registering, plan, mut outcome, acceptance, journal, .. } = *awaited;
        let stopped = stopped.filter(|_| !is_there);
        outcome.report.warnings.extend(warnings(&seen, acceptance, (is_there || stopped.is_some(), false)));
        let no_longer = |why| format!("{why}: it is awaited no longer, and stays registered as it is");
        outcome.report.warnings.extend(stopped.map(no_longer));
        registering.ended(&plan, outcome, &journal, Some(seen)).await;
        self.close_target(batch, (nr, &job), None).await;
        drop(under_way);
    }
}

/// What one reading of a PON says of which ONUs work.
async fn note(olt: &Writable, pon: PonPort, all: &mut [Waiting]) {
    let read = olt.cache.read::<Onus>(&olt.id, &olt.olt, pon, Freshness::NEW).await;
    let Ok(read) = read else { return };
    let onus = &read.entry.reading().value;
    for one in all {
        let stands = onus.iter().find(|onu| onu.at == one.awaited.plan.at());
        if let Some(phase) = stands.filter(|onu| onu.serial == Some(one.awaited.wish.serial)) {
            one.seen.phase = phase.state;
        }
    }
}

impl Waiting {
    fn is_there(&self) -> bool {
        self.awaited.acceptance.is_met(&self.seen)
    }

    /// Whether more is to be learnt of it by itself: one that the PON says does not work needs
    /// no commands.
    fn is_worth_a_look(&self, is_last: bool) -> bool {
        self.seen.phase.is_none_or(|phase| phase == OnuState::Online)
            && (is_last || self.due <= Instant::now())
    }

    async fn look(&mut self, olt: &Writable) {
        let Awaited { plan, wish, acceptance, .. } = &*self.awaited;
        let looked =
            olt.olt.installed((plan.at(), wish.serial), acceptance.serves(), wish.wan.is_some()).await;
        // What was seen before may be so no longer.
        self.seen = looked.unwrap_or_else(|error| Installation {
            problems: vec![error.to_string()],
            ..Installation::default()
        });
        let pause = LOOKS.get(self.looks).copied().unwrap_or(LOOKS_LATER);
        self.looks += 1;
        self.due = Instant::now() + Duration::from_secs(pause);
    }
}

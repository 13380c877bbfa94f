//! How a batch ended, and its targets as they are shown.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use gpon::{OnuRef, PonPort, WriteState};

use super::batch_items::Target;
use super::told::report;
use super::{Changed, Jobs, NotBegun, NotDone, Placed, Saved, Told, place, read_told, spelt};
use crate::failure::{ErrorCode, Failure};
use crate::store::{HowEnded, JobRow, JobState, ResultRow, Store, StoreError, Tally};

/// Targets that are read at once: their documents are longer than what is shown of them.
const AT_ONCE: u32 = 200;

/// A batch, with what became of its targets.
#[derive(Debug)]
pub struct BatchView {
    /// Its job.
    pub job: JobRow,
    /// How many of its targets came how far.
    pub tally: Tally,
    /// From its beginning to its end, or until now.
    pub took: Duration,
    /// Its targets, in their order.
    pub items: Vec<ItemView>,
}

/// A target of a batch.
#[derive(Debug)]
pub struct ItemView {
    /// What the caller calls it.
    pub reference: Option<String>,
    /// Its OLT, as far as it is known.
    pub olt: Option<String>,
    /// Where its ONU stands, as far as that is known.
    pub at: Option<OnuRef>,
    /// Its PON port, as far as that is known.
    pub pon: Option<PonPort>,
    /// The serial number of its ONU, as far as it is known.
    pub serial: Option<String>,
    /// Whether the OLT holds now what was wished for.
    pub success: bool,
    /// What became of it, or `queued`, `running`, `cancelled`, `lost`.
    pub state: String,
    /// Its job; `None` where it has none.
    pub job: Option<String>,
    /// What it changed.
    pub changed: Option<Changed>,
    /// Where it put an ONU, with what was seen of that.
    pub placed: Option<Placed>,
    /// What a person should know besides.
    pub warnings: Vec<String>,
    /// Whether what its OLT holds now is saved; `None` where that is not known.
    pub saved: Option<Saved>,
    /// One sentence about it.
    pub message: Option<String>,
    /// Why it is not done, with the OLT's own words where it said something.
    pub error: Option<String>,
    /// The same for programs.
    pub error_code: Option<String>,
}

/// What OLTs owe.
struct Debts(BTreeMap<String, (Saved, BTreeSet<String>)>);

impl Jobs {
    /// Ends the batch that a job is a part of anew, where it had ended and the job has come
    /// to another end since.
    pub(super) async fn conclude_whole(&self, store: &Store, part: &str) {
        self.conclude_wholes(store, &[part.to_owned()]).await;
    }

    /// The same of many jobs, each of their batches once.
    pub(super) async fn conclude_wholes(&self, store: &Store, parts: &[String]) {
        let concluded = async {
            let mut wholes = BTreeSet::new();
            for part in parts {
                wholes.extend(store.job(part).await?.and_then(|job| job.parent));
            }
            for whole in wholes {
                if store.job(&whole).await?.is_some_and(|job| job.finished_at.is_some()) {
                    self.conclude(store, &whole).await?;
                }
            }
            Ok::<_, StoreError>(())
        };
        if let Err(error) = Box::pin(concluded).await {
            tracing::error!(jobs = parts.join(","), %error, "how the batches of jobs ended could not be kept");
        }
    }

    /// Keeps how a batch ended.
    pub(super) async fn conclude(&self, store: &Store, id: &str) -> Result<(), StoreError> {
        let mut tally = store.tally(id).await?;
        loop {
            let (state, told) = concluded(tally);
            self.end_job(id, state, &told).await;
            // Whoever settled one of them meanwhile may have found the batch not ended yet.
            let now = store.tally(id).await?;
            if now == tally {
                tracing::info!(job = id, state = state.as_str(), done = tally.done, "a batch ended");
                return Ok(());
            }
            tally = now;
        }
    }

    /// A batch, with its targets at this OLT, or all of them; `None` where there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn batch_view(&self, id: &str, below: Option<&str>) -> Result<Option<BatchView>, NotBegun> {
        let store = self.store()?;
        let Some(batch) = store.batch(id).await? else { return Ok(None) };
        let (tally, total) = (store.tally(id).await?, batch.job.total);
        let debts = self.debts(store).await?;
        let mut items = Vec::with_capacity(usize::try_from(total).unwrap_or_default());
        let mut from = 0;
        while from < total {
            let rows = store.results(id, from, AT_ONCE).await?;
            let Some(last) = rows.last() else { break };
            from = last.nr + 1;
            let shown = rows.into_iter().map(|row| item_view(row, batch.cancelled.as_ref(), &debts));
            items.extend(shown.filter(|item| below.is_none() || item.olt.as_deref() == below));
        }
        let began = batch.job.started_at.unwrap_or(batch.job.created_at);
        let ended = batch.job.finished_at.unwrap_or_else(SystemTime::now);
        let took = ended.duration_since(began).unwrap_or_default();
        Ok(Some(BatchView { job: batch.job, tally, took, items }))
    }

    /// The jobs of a batch that wait to be settled, each with its OLT and ONU.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unsettled_parts(&self, id: &str) -> Result<Vec<(String, Option<OnuRef>)>, NotBegun> {
        let parts = self.store()?.unsettled_parts(id).await?;
        Ok(parts.into_iter().map(|job| (job.olt, place(&job.object))).collect())
    }

    /// Whether a batch has something to do at an OLT.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_at(&self, batch: &str, olt: &str) -> Result<bool, NotBegun> {
        Ok(self.store()?.is_at(batch, olt).await?)
    }

    async fn debts(&self, store: &Store) -> Result<Debts, NotBegun> {
        let mut debts = BTreeMap::new();
        for (id, olt) in self.olts() {
            let owed = store.owed_by(id).await?;
            let jobs = owed.map(|owed| owed.jobs.into_iter().collect()).unwrap_or_default();
            debts.insert(id.to_string(), (olt.unsaved(), jobs));
        }
        Ok(Debts(debts))
    }
}

impl Debts {
    /// Whether what a job changed, or found, is saved.
    fn saved(&self, olt: &str, job: &str, told: &Told) -> Saved {
        let Some((unsaved, owed)) = self.0.get(olt) else { return Saved::Manual };
        let configures = told.changed.as_ref().is_some_and(|changed| changed.configures);
        match told.state.as_str() {
            _ if owed.contains(job) => *unsaved,
            "applied" | "partial" | "rolled_back" if configures => Saved::Yes,
            _ if owed.is_empty() => Saved::Yes,
            _ => *unsaved,
        }
    }
}

/// What is told of a batch whose targets came so far.
fn concluded(tally: Tally) -> (JobState, Told) {
    let Tally { done, failed, partial, pending, cancelled, open } = tally;
    let total = done + failed + partial + pending + cancelled + open;
    let told = |state, message: String| Told { message: Some(message), ..Told::from(report(state)) };
    let none = |code, message: &str| {
        let detail = format!("{done} of {total} are done; each says why in `results`");
        Told::unsent(&Failure::new(code, message, detail))
    };
    if pending > 0 {
        let message =
            format!("{done} of {total} are done; what the OLT holds of {pending} is not known yet.");
        return (JobState::Pending, told(WriteState::Unknown, message));
    }
    match (done, failed + partial + cancelled) {
        (_, 0) => (JobState::Done, told(WriteState::Applied, format!("All {total} are done."))),
        (0, _) if partial == 0 && cancelled > 0 => (
            JobState::Cancelled,
            none(ErrorCode::Cancelled, "The batch was cancelled before any of it was done."),
        ),
        (0, _) if partial == 0 => (JobState::Failed, none(ErrorCode::NoneDone, NONE_DONE)),
        _ => {
            let message = format!("{done} of {total} are done; `results` says of each what became of it.");
            (JobState::Partial, told(WriteState::Partial, message))
        }
    }
}

/// What is told of a batch of which nothing is done.
pub const NONE_DONE: &str = "None of it is done.";

/// What is told of a job that ended so, and of whose result no more could be kept.
fn unkept(state: JobState) -> Option<Told> {
    let detail = "the store had no room for its result; its job has its lines";
    let why = || {
        let message = "What became of it could not be kept in full.";
        Failure::new(ErrorCode::StoreUnavailable, message, detail)
    };
    match state {
        JobState::Done => {
            Some(Told { warnings: vec![detail.to_owned()], ..Told::from(report(WriteState::Applied)) })
        }
        JobState::Failed => Some(Told::unsent(&why())),
        JobState::Partial => Some(Told::from(report(WriteState::Partial)).said(&Err(why()))),
        _ => None,
    }
}

fn item_view(row: ResultRow, cancelled: Option<&Option<String>>, debts: &Debts) -> ItemView {
    let ResultRow { job, olt, place: at, serial, document, ended, state, result, .. } = row;
    let target = Target::of(&document).ok();
    let said_pon = target.as_ref().and_then(Target::said_pon);
    let reference = target.and_then(|target| target.reference);
    let told = result.as_ref().and_then(read_told).or_else(|| {
        if state == Some(JobState::Pending) {
            return Some(
                Told::not_known("the server ended before it knew what the OLT made of it").cut_off(),
            );
        }
        // Nothing of it was kept.
        (ended == HowEnded::Cancelled).then(|| {
            let by = cancelled.and_then(|by| by.as_deref()).map(std::sync::Arc::from);
            let olt = olt.as_deref().unwrap_or_default();
            Told::unsent(&NotDone::Cancelled { by }.failure(olt, ""))
        })
    });
    let told = told.or_else(|| unkept(state?));
    let word = match (ended, state) {
        (_, Some(JobState::Lost)) => "lost",
        (HowEnded::Cancelled, _) | (_, Some(JobState::Cancelled)) => "cancelled",
        (HowEnded::Open, Some(JobState::Running)) => "running",
        (HowEnded::Open, None | Some(JobState::Queued)) => "queued",
        _ => told.as_ref().map_or(spelt(WriteState::Unknown), |told| &told.state),
    };
    let word = word.to_owned();
    let saved = match (&told, olt.as_deref()) {
        _ if state == Some(JobState::Lost) => Some(Saved::Manual),
        (Some(told), Some(olt)) => Some(debts.saved(olt, &job, told)),
        _ => None,
    };
    let Told { warnings, message, error, error_code, changed, place: placed, .. } =
        told.unwrap_or_else(|| Told::from(report(WriteState::Unknown)));
    let serial = changed.as_ref().and_then(|changed| changed.serial.clone()).or(serial);
    let at = placed.as_ref().map(|placed| placed.at).or_else(|| at.as_deref().and_then(place));
    ItemView {
        reference,
        pon: at.map(|at| at.pon).or(said_pon),
        at,
        serial,
        success: state == Some(JobState::Done),
        state: word,
        job: state.map(|_| job),
        changed,
        placed,
        warnings,
        saved,
        message,
        error,
        error_code,
        olt,
    }
}

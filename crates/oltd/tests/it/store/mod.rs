//! The store, as the rest of the server and an operator use it.

mod backup;
mod batch_sweep;
mod disk;
mod files;
mod full;
mod journal;
mod kill;
mod outbox;
mod owed;
mod pace;
mod size;
mod sweep;

use std::time::{Duration, SystemTime};

use oltd::store::{NewJob, NewPlan, StepEnd, StepState, Store, StoreSettings, Way};
use secrecy::{ExposeSecret, SecretSlice};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A document.
fn secret(text: &str) -> SecretSlice<u8> {
    SecretSlice::from(text.as_bytes().to_vec())
}

fn plain(document: &SecretSlice<u8>) -> String {
    String::from_utf8(document.expose_secret().to_vec()).unwrap()
}

/// A time of the tests: so many milliseconds after one that the store keeps exactly.
fn at(ms: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_800_000_000_000 + ms)
}

/// A store in a folder of its own.
async fn fresh() -> (tempfile::TempDir, StoreSettings, Store) {
    let folder = tempfile::tempdir().unwrap();
    let settings = StoreSettings::new(folder.path().join("data"));
    let store = Store::open(&settings).await.unwrap();
    (folder, settings, store)
}

fn job<'a>(id: &'a str, olt: &'a str) -> NewJob<'a> {
    NewJob {
        id,
        kind: "reboot",
        olt,
        caller: Some("billing"),
        request_id: "r-1",
        reference: None,
        object: "1/1/1:4",
        total: 1,
        created_at: at(0),
    }
}

fn plan<'a>(id: &'a str, olt: &'a str, document: &'a SecretSlice<u8>) -> NewPlan<'a> {
    NewPlan {
        id,
        job: None,
        olt,
        object: "1/1/1:4",
        kind: "reboot",
        fingerprint: "f00d",
        document,
        created_at: at(0),
        expires_at: at(0) + 7 * DAY,
    }
}

fn done(answer: &SecretSlice<u8>) -> StepEnd<'_> {
    StepEnd { state: StepState::Done, answer, took: Duration::from_millis(48) }
}

/// Adds a job that runs and a plan of so many steps that it begins.
async fn begun(store: &Store, job_id: &str, plan_id: &str, steps: u16) {
    store.add_job(&job(job_id, "head-end")).await.unwrap();
    store.start_job(job_id, at(1)).await.unwrap();
    store.begin_new(&plan(plan_id, "head-end", &secret("lines")), job_id, steps, at(2)).await.unwrap();
}

/// Sends a line and takes its answer down.
async fn step(store: &Store, plan: &str, seq: u16, way: Way, answer: &str, owes_save: bool, ms: u64) {
    store.sending(plan, seq, way, at(ms)).await.unwrap();
    store.answered(plan, seq, way, done(&secret(answer)), owes_save, at(ms)).await.unwrap();
}

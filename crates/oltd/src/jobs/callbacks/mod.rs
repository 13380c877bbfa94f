//! Callbacks: the end of a job is told to the URL that its request named.
//!
//! The outbox of the store has a row for each such job from the moment at which it is
//! added; the commit that keeps the job's end makes it due. It is told at least once, beside
//! all requests and jobs, and tried again with growing pauses (`line`).

mod line;
mod post;
mod sign;
mod target;

use std::sync::atomic::{AtomicU64, Ordering};

use secrecy::{ExposeSecret, SecretString};

pub use self::line::{CallPauses, Shown};
pub use self::sign::signature;
pub use self::target::{Allowed, target};
use super::Jobs;
use crate::store::{CallRow, CallState, URL_MOST};

/// How the ends of jobs are told.
#[derive(Debug, Clone, Default)]
pub struct CallbackSettings {
    /// What is signed with; without it nothing is told.
    pub secret: Option<SecretString>,
    /// Whom they may be told to.
    pub allow: Allowed,
    /// How long after a failure it is tried again.
    pub pauses: CallPauses,
}

/// What became of the tries so far, and what waits.
#[derive(Debug, Default)]
pub(super) struct Counts {
    delivered: AtomicU64,
    failed: AtomicU64,
    given_up: AtomicU64,
    waiting: AtomicU64,
}

/// The figures of callbacks, since the server began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallFigures {
    /// Those that were taken.
    pub delivered: u64,
    /// Tries that failed, after which it was tried again.
    pub failed: u64,
    /// Those that are tried no more.
    pub given_up: u64,
    /// Those that are to be told.
    pub waiting: u64,
}

/// How far the end of a job is told, for people.
#[derive(Debug, Clone)]
pub struct CallView {
    /// The URL, without its query.
    pub url: String,
    /// `waiting`, `due`, `delivered` or `given_up`.
    pub state: CallState,
    /// How often it was tried since the job last ended.
    pub tries: u32,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it is tried next.
    pub next_at: Option<std::time::SystemTime>,
}

impl From<CallRow> for CallView {
    fn from(row: CallRow) -> Self {
        let url = row.url.expose_secret();
        let url = url.split_once('?').map_or(url, |(url, _)| url).to_owned();
        let CallRow { state, tries, last_error, next_at, .. } = row;
        Self { url, state, tries, last_error, next_at }
    }
}

impl Jobs {
    /// Whether the end of a job may be told to this URL; the URL as it is kept. A name that
    /// cannot be resolved now is let through: its addresses are looked at again at each try.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub async fn callable(&self, url: &str) -> Result<SecretString, String> {
        let settings = &self.0.callbacks;
        if settings.secret.is_none() {
            return Err("callbacks.secret is not configured: nothing could be signed".to_owned());
        }
        let target = target(url)?;
        settings.allow.admits(&target).await?;
        let url = String::from(target);
        match url.len() <= URL_MOST {
            true => Ok(SecretString::from(url)),
            false => Err(format!("it is longer than {URL_MOST} bytes")),
        }
    }

    /// What became of the tries to tell the ends of jobs.
    pub fn call_figures(&self) -> CallFigures {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let Counts { delivered, failed, given_up, waiting } = &self.0.called;
        let [delivered, failed, given_up, waiting] = [delivered, failed, given_up, waiting].map(of);
        CallFigures { delivered, failed, given_up, waiting }
    }
}

//! What every handler works on: the configured OLTs and the readings kept of them.

use std::sync::Arc;
use std::time::Duration;

use gpon::{OnuRef, SerialNumber, quoted};
use zte::{ChangeError, Olt, OltClock, OltStats};

use crate::cache::{Cache, CacheError, Fresh, Freshness, Scope, Subject};
use crate::charset::Charset;
use crate::failure::{ErrorCode, Failure};
use crate::jobs::{CallbackSettings, Jobs, SaveTimes, Writable};
use crate::limits::OpticalLimits;
use crate::metrics::Metrics;
use crate::store::Store;
use crate::tasks::Tasks;
use crate::writing::{Gate, SaveMode, Writes};

pub use crate::cache::CacheTimes;

/// A configured OLT.
#[derive(Debug, Clone)]
pub struct Site {
    /// The handle; its id is the OLT's id in every path.
    pub olt: Olt,
    /// The name that people know it by.
    pub name: String,
    /// What names and descriptions on it are typed in.
    pub charset: Charset,
    /// Which writes of it are let through.
    pub writes: Writes,
    /// Whether this instance is the one that writes to it.
    pub writer: bool,
    /// When what was configured on it is saved.
    pub save: SaveMode,
    /// Whether what would cut off a customer names him by his serial number.
    pub require_identity: bool,
    /// How long a registration waits for the ONU at most.
    pub accept_wait: Duration,
}

/// How long a registration waits for the ONU unless it is configured: boxes need one to two
/// minutes to start.
const ACCEPT_WAIT: Duration = Duration::from_secs(120);

impl Site {
    /// An OLT that is only read.
    pub fn new(olt: Olt, name: impl Into<String>) -> Self {
        Self {
            olt,
            name: name.into(),
            charset: Charset::default(),
            writes: Writes::Off,
            writer: true,
            save: SaveMode::default(),
            require_identity: true,
            accept_wait: ACCEPT_WAIT,
        }
    }
}

/// What the state of a server is made of.
#[derive(Debug)]
pub struct Parts {
    /// Every OLT, in the order in which they are told. No two have one id.
    pub olts: Vec<Site>,
    /// The id of the OLT that requests go to which name none; `None` for the only one.
    pub default: Option<String>,
    /// The readings that are kept.
    pub cache: Cache,
    /// Between which values optics are normal.
    pub limits: OpticalLimits,
    /// What runs beside the requests.
    pub tasks: Tasks,
    /// Where writes are kept; without it none is made, for this reason.
    pub store: Result<Store, String>,
    /// How long saving waits.
    pub save_times: SaveTimes,
    /// How the ends of jobs are told.
    pub callbacks: CallbackSettings,
}

/// The state of the server. A cheap handle.
#[derive(Debug, Clone)]
pub struct App(Arc<State>);

#[derive(Debug)]
struct State {
    sites: Vec<Served>,
    default: Option<usize>,
    cache: Cache,
    limits: OpticalLimits,
    metrics: Metrics,
    tasks: Tasks,
    jobs: Jobs,
}

#[derive(Debug)]
struct Served {
    id: Arc<str>,
    site: Site,
    gate: Arc<Gate>,
}

/// Why no OLT was chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoOlt {
    /// None has this id.
    #[error("no OLT has the id {}", quoted(.0))]
    Unknown(String),
    /// None was named, and none is the default.
    #[error("several OLTs are configured and none is the default")]
    Unnamed,
}

impl From<NoOlt> for Failure {
    fn from(error: NoOlt) -> Self {
        match error {
            NoOlt::Unknown(_) => {
                Self::new(ErrorCode::OltNotFound, "No such OLT is configured.", error.to_string())
            }
            NoOlt::Unnamed => Self::new(
                ErrorCode::OltRequired,
                "Several OLTs are configured and none is the default.",
                "olt: name one in the path, /api/v1/olts/{olt}/..., or configure a default",
            ),
        }
    }
}

impl From<Parts> for App {
    fn from(parts: Parts) -> Self {
        let Parts { olts, default, cache, limits, tasks, store, save_times, callbacks } = parts;
        let served = |site: Site| {
            let id: Arc<str> = Arc::from(site.olt.id());
            Served { gate: Arc::new(Gate::new(Arc::clone(&id))), id, site }
        };
        let sites: Vec<_> = olts.into_iter().map(served).collect();
        let default = choose(sites.iter().map(|served| &*served.id), default.as_deref());
        let ids = sites.iter().map(|served| &*served.id);
        let jobs = Jobs::new(store, ids, save_times, callbacks, tasks.clone());
        Self(Arc::new(State { sites, default, cache, limits, metrics: Metrics::default(), tasks, jobs }))
    }
}

impl App {
    /// The state for these OLTs, with everything else as it is unless somebody
    /// configures it. Requests that name no OLT go to the only one, or to the
    /// one with the id `default`.
    pub fn new(olts: Vec<Site>, default: Option<String>, cache: impl Into<Cache>) -> Self {
        let (limits, tasks) = (OpticalLimits::default(), Tasks::default());
        let store = Err("no store is configured".to_owned());
        let (save_times, callbacks) = (SaveTimes::default(), CallbackSettings::default());
        Self::from(Parts { olts, default, cache: cache.into(), limits, tasks, store, save_times, callbacks })
    }

    /// Every OLT, in the order of the configuration.
    pub fn olts(&self) -> impl Iterator<Item = ChosenOlt> {
        (0..self.0.sites.len()).map(|at| ChosenOlt { app: self.clone(), at })
    }

    /// The readings that are kept.
    pub fn cache(&self) -> &Cache {
        &self.0.cache
    }

    /// What the server counts itself.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// The tasks that outlive their request: writes, and what runs beside the requests.
    pub fn tasks(&self) -> &Tasks {
        &self.0.tasks
    }

    /// What was asked to be written, and what became of it.
    pub fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    /// Goes on with what an earlier process left, and keeps what has to be done beside
    /// the requests: settling and saving, where this instance is the writer.
    pub async fn keep_writing(&self) {
        let written = || {
            let of = self.olts().filter(|olt| olt.site().writer && olt.site().writes.may_send());
            of.map(|olt| olt.writable()).collect::<Vec<_>>()
        };
        self.0.jobs.tidy().await;
        self.0.jobs.keep_settling(written()).await;
        self.0.jobs.keep_saving(written());
        self.0.jobs.keep_batches(written()).await;
    }

    /// Logs out of the OLTs' command lines. A line that changes something may end first,
    /// for as long as `lines`.
    pub async fn close_within(&self, lines: std::time::Duration) {
        let sites = self.0.sites.iter();
        futures::future::join_all(sites.map(|served| served.site.olt.close_within(lines))).await;
    }

    /// The OLT with this id, or the default one.
    ///
    /// # Errors
    /// When none has it, or none was named and none is the default.
    pub fn olt(&self, id: Option<&str>) -> Result<ChosenOlt, NoOlt> {
        let at = match id {
            Some(id) => {
                let known = self.0.sites.iter().position(|served| *served.id == *id);
                known.ok_or_else(|| NoOlt::Unknown(id.to_owned()))?
            }
            None => self.0.default.ok_or(NoOlt::Unnamed)?,
        };
        Ok(ChosenOlt { app: self.clone(), at })
    }
}

fn choose<'a>(mut ids: impl ExactSizeIterator<Item = &'a str>, default: Option<&str>) -> Option<usize> {
    match default {
        Some(default) => ids.position(|id| id == default),
        None => (ids.len() == 1).then_some(0),
    }
}

/// The OLT that a request goes to.
#[derive(Debug, Clone)]
pub struct ChosenOlt {
    app: App,
    at: usize,
}

impl ChosenOlt {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.entry().id
    }

    /// How it is configured.
    pub fn site(&self) -> &Site {
        &self.entry().site
    }

    /// The name that people know it by.
    pub fn name(&self) -> &str {
        &self.entry().site.name
    }

    /// Its handle, past all that is asked of whoever writes: for what writes, once it
    /// was asked. Readings go through the cache.
    pub(crate) fn handle(&self) -> &Olt {
        &self.entry().site.olt
    }

    /// It as jobs write to it.
    pub(crate) fn writable(&self) -> Writable {
        let Served { id, site, gate } = self.entry();
        let (id, gate, olt) = (Arc::clone(id), Arc::clone(gate), site.olt.clone());
        let (writes, accept_wait, limits) = (site.writes.clone(), site.accept_wait, *self.limits());
        let cache = self.app.0.cache.clone();
        Writable { id, olt, gate, cache, save: site.save, writes, accept_wait, limits }
    }

    /// What was done at it so far, and whether it can be reached. Asks nothing.
    pub fn stats(&self) -> OltStats {
        self.handle().stats()
    }

    /// Its clock, as it was last read. Asks nothing.
    pub fn known_clock(&self) -> Option<OltClock> {
        self.handle().known_clock()
    }

    /// Where the ONU with this serial number is registered, as the OLT says now.
    ///
    /// # Errors
    /// As of [`Olt::find`].
    pub async fn find(&self, serial: SerialNumber) -> Result<OnuRef, ChangeError> {
        self.handle().find(serial).await
    }

    /// What stands between the requests and it where something is written.
    pub fn gate(&self) -> &Arc<Gate> {
        &self.entry().gate
    }

    /// What was asked to be written, and what became of it.
    pub(crate) fn jobs(&self) -> &Jobs {
        &self.app.0.jobs
    }

    /// Whether requests that name no OLT go to it.
    pub fn is_default(&self) -> bool {
        self.app.0.default == Some(self.at)
    }

    /// Between which values optics are normal.
    pub fn limits(&self) -> &OpticalLimits {
        &self.app.0.limits
    }

    /// What names and descriptions on it are typed in.
    pub fn charset(&self) -> Charset {
        self.entry().site.charset
    }

    /// Reads through the cache.
    ///
    /// # Errors
    /// When the OLT fails; the error names it.
    pub async fn read<S: Subject>(
        &self,
        at: S::At,
        freshness: Freshness,
    ) -> Result<Fresh<S::Value>, CacheError> {
        let Served { id, site, .. } = self.entry();
        self.app.0.cache.read::<S>(id, &site.olt, at, freshness).await
    }

    /// Makes every reading too old that holds something of `scope`, in every
    /// instance. When this returns, this one serves nothing older.
    pub async fn invalidate(&self, scope: Scope) {
        self.app.0.cache.invalidate(&self.entry().id, scope).await;
    }

    fn entry(&self) -> &Served {
        &self.app.0.sites[self.at]
    }
}

#[cfg(test)]
mod tests {
    use super::choose;

    #[test]
    fn the_default_olt() {
        for (ids, default, chosen) in [
            (&["a"][..], None, Some(0)),
            (&["a", "b"], None, None),
            (&["a", "b"], Some("b"), Some(1)),
            (&["a", "b"], Some("c"), None),
            (&[], None, None),
        ] {
            assert_eq!(choose(ids.iter().copied(), default), chosen, "{ids:?} {default:?}");
        }
    }
}

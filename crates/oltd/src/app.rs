//! What every handler works on: the configured OLTs and the readings kept of them.

use std::sync::Arc;

use gpon::quoted;
use zte::Olt;

use crate::cache::{Cache, Fresh, Freshness, Scope, Subject};
use crate::charset::Charset;
use crate::http::{ErrorCode, Failure};
use crate::limits::OpticalLimits;
use crate::metrics::Metrics;
use crate::tasks::Tasks;
use crate::writing::{Gates, Writes};

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
}

impl Site {
    /// An OLT that is only read.
    pub fn new(olt: Olt, name: impl Into<String>) -> Self {
        Self { olt, name: name.into(), charset: Charset::default(), writes: Writes::Off, writer: true }
    }
}

/// The state of the server. A cheap handle.
#[derive(Debug, Clone)]
pub struct App(Arc<State>);

#[derive(Debug, Clone)]
struct State {
    sites: Vec<(Arc<str>, Site)>,
    default: Option<usize>,
    cache: Cache,
    limits: OpticalLimits,
    metrics: Metrics,
    tasks: Tasks,
    gates: Gates,
}

impl App {
    /// The state for these OLTs. Requests that name no OLT go to the only one,
    /// or to the one with the id `default`.
    pub fn new(olts: Vec<Site>, default: Option<String>, cache: impl Into<Cache>) -> Self {
        let sites: Vec<_> = olts.into_iter().map(|site| (Arc::from(site.olt.id()), site)).collect();
        let default = choose(sites.iter().map(|(id, _)| &**id), default.as_deref());
        Self(Arc::new(State {
            sites,
            default,
            cache: cache.into(),
            limits: OpticalLimits::default(),
            metrics: Metrics::default(),
            tasks: Tasks::default(),
            gates: Gates::default(),
        }))
    }

    /// The same with these limits of what is watched.
    #[must_use]
    pub fn with_limits(self, limits: OpticalLimits) -> Self {
        Self(Arc::new(State { limits, ..Arc::unwrap_or_clone(self.0) }))
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

    /// What stands between the requests and the OLTs where something is written.
    pub fn gates(&self) -> &Gates {
        &self.0.gates
    }

    /// Logs out of the OLTs' command lines.
    pub async fn close(&self) {
        futures::future::join_all(self.0.sites.iter().map(|(_, site)| site.olt.close())).await;
    }

    /// The OLT with this id, or the default one.
    ///
    /// # Errors
    /// `olt_not_found`, `olt_required`.
    pub fn olt(&self, id: Option<&str>) -> Result<ChosenOlt, Failure> {
        let at = match id {
            Some(id) => {
                self.0.sites.iter().position(|(known, _)| **known == *id).ok_or_else(|| unknown(id))?
            }
            None => self.0.default.ok_or_else(required)?,
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

fn unknown(id: &str) -> Failure {
    Failure::new(
        ErrorCode::OltNotFound,
        "No such OLT is configured.",
        format!("no OLT has the id {}", quoted(id)),
    )
}

fn required() -> Failure {
    Failure::new(
        ErrorCode::OltRequired,
        "Several OLTs are configured and none is the default.",
        "olt: name one in the path, /api/v1/olts/{olt}/..., or configure a default",
    )
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
        &self.entry().0
    }

    /// How it is configured.
    pub fn site(&self) -> &Site {
        &self.entry().1
    }

    /// The name that people know it by.
    pub fn name(&self) -> &str {
        &self.entry().1.name
    }

    /// Its handle.
    pub fn handle(&self) -> &Olt {
        &self.entry().1.olt
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
        self.entry().1.charset
    }

    /// Reads through the cache.
    ///
    /// # Errors
    /// When the OLT fails.
    pub async fn read<S: Subject>(
        &self,
        at: S::At,
        freshness: Freshness,
    ) -> Result<Fresh<S::Value>, Failure> {
        let (id, site) = self.entry();
        Ok(self.app.0.cache.read::<S>(id, &site.olt, at, freshness).await?)
    }

    /// Makes every reading too old that holds something of `scope`, in every
    /// instance. When this returns, this one serves nothing older.
    pub async fn invalidate(&self, scope: Scope) {
        self.app.0.cache.invalidate(&self.entry().0, scope).await;
    }

    fn entry(&self) -> &(Arc<str>, Site) {
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

//! What `/metrics` tells, in OpenMetrics text or in Prometheus' own.
//!
//! Requests are counted as they end. The OLTs, the cache and the process count
//! for themselves and are asked when somebody scrapes, so that a figure has one
//! owner. Each server has its own figures: several in one process stay apart.

mod cache;
mod callbacks;
mod families;
mod format;
mod http;
mod olts;
mod page;
mod process;
mod tasks;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, text};
use prometheus_client::registry::Registry;
use zte::OltStats;

use crate::cache::CacheFigures;
use crate::jobs::CallFigures;
use crate::tasks::TaskFigures;
pub use families::{FAMILIES, Family, Kind};
pub use format::Format;
pub(crate) use http::{Ended, HttpFigures};
use page::Page;
use process::ProcessFigures;

/// The figures that a server counts itself. A cheap handle.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Own>);

#[derive(Debug)]
struct Own {
    http: HttpFigures,
    began: SystemTime,
}

impl Default for Metrics {
    fn default() -> Self {
        Self(Arc::new(Own { http: HttpFigures::default(), began: SystemTime::now() }))
    }
}

impl Metrics {
    /// Where requests are counted.
    pub(crate) fn http(&self) -> &HttpFigures {
        &self.0.http
    }
}

/// The figures of one moment. Who composes them asks their owners.
#[derive(Debug)]
pub struct Figures {
    /// What the server counts itself.
    pub own: Metrics,
    /// The traffic with each OLT, by its id.
    pub olts: Vec<(String, OltStats)>,
    /// The readings that are kept.
    pub cache: CacheFigures,
    /// How many holds there are of each OLT that is written to.
    pub holds: Vec<(String, u64)>,
    /// The ends of jobs that are told.
    pub callbacks: CallFigures,
    /// What runs beside the requests.
    pub tasks: Vec<TaskFigures>,
    /// Lines of the log that were lost so far.
    pub log_lost: u64,
}

impl Figures {
    /// Those of a server without an OLT.
    pub fn of(own: Metrics) -> Self {
        Self {
            own,
            olts: Vec::new(),
            cache: CacheFigures::default(),
            holds: Vec::new(),
            callbacks: CallFigures::default(),
            tasks: Vec::new(),
            log_lost: 0,
        }
    }

    /// The page that tells them.
    ///
    /// # Errors
    /// None at present: text is written to memory.
    pub fn page(self, format: Format) -> Result<String, fmt::Error> {
        let text = self.text(ProcessFigures::now())?;
        Ok(match format {
            Format::OpenMetrics => text,
            Format::Text => format::plain(&text),
        })
    }

    fn text(self, process: Option<ProcessFigures>) -> Result<String, fmt::Error> {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Scrape { figures: self, process }));
        let mut text = String::new();
        text::encode(&mut text, &registry)?;
        Ok(text)
    }
}

#[derive(Debug)]
struct Scrape {
    figures: Figures,
    process: Option<ProcessFigures>,
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder) -> fmt::Result {
        let mut page = Page::new(encoder);
        let Figures { own, olts, cache, holds, callbacks, tasks, log_lost } = &self.figures;
        own.http().write(&mut page)?;
        olts::write(olts, &mut page)?;
        cache::write(cache, &mut page)?;
        page.family(&families::HOLDS, |mut samples| {
            holds.iter().try_for_each(|(olt, count)| samples.count(&[olt], *count))
        })?;
        callbacks::write(*callbacks, &mut page)?;
        tasks::write(tasks, &mut page)?;
        process::write(self.process, &mut page)?;
        page.family(&families::PROCESS_START, |mut samples| {
            olts::unix(own.0.began).map_or(Ok(()), |began| samples.number(&[], began))
        })?;
        page.single(&families::LOG_LOST, Some(*log_lost))?;
        page.family(&families::BUILD, |mut samples| samples.info(&[env!("CARGO_PKG_VERSION")]))
    }
}

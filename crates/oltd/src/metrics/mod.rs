//! What `/metrics` tells, in OpenMetrics text or in Prometheus' own.
//!
//! Requests are counted as they end. The OLTs, the cache and the process count
//! for themselves and are asked when somebody scrapes, so that a figure has one
//! owner. Each server has its own figures: several in one process stay apart.

mod cache;
mod families;
mod format;
mod http;
mod olts;
mod page;
mod process;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, text};
use prometheus_client::registry::Registry;

use crate::app::App;
use crate::cache::CacheFigures;
pub use families::{FAMILIES, Family, Kind};
pub use format::Format;
pub(crate) use http::{Ended, HttpFigures};
use olts::OltFigures;
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

/// The figures of one moment.
#[derive(Debug)]
struct Scrape {
    own: Metrics,
    olts: Vec<OltFigures>,
    cache: CacheFigures,
    process: Option<ProcessFigures>,
}

impl Scrape {
    async fn of(app: &App) -> Self {
        Self {
            own: app.metrics().clone(),
            olts: app.olts().map(|olt| (olt.id().to_owned(), olt.handle().stats())).collect(),
            cache: app.cache().figures().await,
            process: ProcessFigures::now(),
        }
    }

    fn text(self) -> Result<String, fmt::Error> {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self));
        let mut text = String::new();
        text::encode(&mut text, &registry)?;
        Ok(text)
    }
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder) -> fmt::Result {
        let mut page = Page::new(encoder);
        self.own.http().write(&mut page)?;
        olts::write(&self.olts, &mut page)?;
        cache::write(&self.cache, &mut page)?;
        process::write(self.process, &mut page)?;
        page.family(&families::PROCESS_START, |mut samples| {
            olts::unix(self.own.0.began).map_or(Ok(()), |began| samples.number(&[], began))
        })?;
        page.single(&families::LOG_LOST, Some(crate::logging::lost()))?;
        page.family(&families::BUILD, |mut samples| samples.info(&[env!("CARGO_PKG_VERSION")]))
    }
}

/// Everything that is to be told right now.
///
/// # Errors
/// None at present: text is written to memory.
pub async fn exposition(app: &App, format: Format) -> Result<String, fmt::Error> {
    let text = Scrape::of(app).await.text()?;
    Ok(match format {
        Format::OpenMetrics => text,
        Format::Text => format::plain(&text),
    })
}

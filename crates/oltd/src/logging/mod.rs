//! Log lines, on stderr.
//!
//! One thing has one field name: `olt.id`, `pon.port`, `onu.id`, `duration_ms`.

mod lines;
mod text;

use std::io::IsTerminal;

use oltd::config::{LogConfig, LogFormat};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use lines::Lines;
pub(crate) use lines::flush;

/// Starts logging for the rest of the process.
///
/// # Errors
/// When logging was started already.
pub(crate) fn init(config: &LogConfig) -> anyhow::Result<()> {
    let terminal = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(Lines::start(terminal));
    let lines = match config.format {
        LogFormat::Text if terminal => lines.with_ansi(true).boxed(),
        LogFormat::Text => lines.event_format(text::Text).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(config.levels.clone())).try_init()?;
    Ok(())
}

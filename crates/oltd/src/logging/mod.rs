//! Log lines, on stderr.
//!
//! One thing has one field name: `olt.id`, `pon.port`, `onu.id`, `duration_ms`.
//!
//! Once logging has started, nothing else of the process writes to stderr or
//! stdout: what a command prints or complains about goes the same way.

mod lines;
mod text;
#[cfg(test)]
pub(crate) mod written;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, IsTerminal, Write};
use std::panic::PanicHookInfo;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Context;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use self::lines::Lines;
use crate::config::{LogConfig, LogFormat};

/// What the last lines may take at the end of the process, whose other parts take
/// up to 4 of its 5 s.
const LAST: Duration = Duration::from_millis(500);

/// Those of stderr and of stdout, once logging has started.
static LINES: OnceLock<[&'static Lines; 2]> = OnceLock::new();

/// Starts logging for the rest of the process.
///
/// # Errors
/// When logging was started already, or there is no thread for it.
pub fn init(config: &LogConfig) -> anyhow::Result<()> {
    let terminal = io::stderr().is_terminal();
    let start = || -> io::Result<_> {
        Ok([Lines::start(io::stderr(), terminal, were_lost)?, Lines::start(io::stdout(), true, |_| {})?])
    };
    let [stderr, stdout] = start().context("cannot start logging")?;
    let _ = LINES.set([stderr, stdout]);
    let lines = tracing_subscriber::fmt::layer().with_writer(stderr);
    let lines = match config.format {
        LogFormat::Text if terminal => lines.with_ansi(true).boxed(),
        LogFormat::Text => lines.event_format(text::Text).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(config.levels.clone())).try_init()?;
    std::panic::set_hook(Box::new(panicked));
    Ok(())
}

fn were_lost(lines: u64) {
    tracing::warn!(lines, "log lines were lost: whoever reads them was too slow, or could not");
}

/// The usual hook would wait for whoever reads stderr.
fn panicked(panic: &PanicHookInfo<'_>) {
    let at = panic.location().map(tracing::field::display);
    tracing::error!(at, "panic: {}", panic.payload_as_str().unwrap_or("without words"));
    // Only where the environment asks for it.
    let trace = Backtrace::capture();
    if trace.status() == BacktraceStatus::Captured {
        complain(&format!("{trace}\n"));
    }
}

/// Prints to standard output. A reader that went away, as in `oltd check | head`, is no error.
pub fn print(text: &str) {
    match LINES.get() {
        Some([_, stdout]) => stdout.add(text.as_bytes(), true),
        None => write(io::stdout().lock(), text),
    }
}

/// Prints to standard error, as it is. A reader that went away is no error.
pub fn complain(text: &str) {
    match LINES.get() {
        Some([stderr, _]) => stderr.add(text.as_bytes(), true),
        None => write(io::stderr().lock(), text),
    }
}

fn write(mut out: impl Write, text: &str) {
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// Writes what is held, at the end of the process. A reader that has stalled is
/// not waited for longer than half a second.
pub fn flush() {
    let began = std::time::Instant::now();
    for lines in LINES.get().into_iter().flatten() {
        lines.flush(LAST.saturating_sub(began.elapsed()));
    }
}

/// How many lines this process could not write so far.
pub fn lost() -> u64 {
    lines::lost()
}

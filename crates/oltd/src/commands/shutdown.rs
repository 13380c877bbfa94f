//! What signals do to a process.

use anyhow::Context;
use oltd::tasks::Tasks;
use tokio_util::sync::CancellationToken;

/// A token that is cancelled by SIGTERM, SIGQUIT or ctrl-c. Every other signal
/// that would end the process without a word is logged and changes nothing. The
/// signals are caught once this returns. A required task that panicked cancels
/// it too.
pub(super) fn on_signal(tasks: &Tasks) -> anyhow::Result<CancellationToken> {
    let token = tasks.failed().child_token();
    listen(&token, tasks).context("cannot listen for signals")?;
    Ok(token)
}

#[cfg(unix)]
fn listen(token: &CancellationToken, tasks: &Tasks) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    for (kind, name) in [
        (SignalKind::terminate(), "SIGTERM"),
        (SignalKind::interrupt(), "SIGINT"),
        (SignalKind::quit(), "SIGQUIT"),
    ] {
        let (mut signals, token) = (signal(kind)?, token.clone());
        tasks.require("signals", async move {
            while signals.recv().await.is_some() {
                tracing::info!(signal = name, "told to end");
                token.cancel();
            }
        });
    }
    for (kind, name) in harmless() {
        // The system may keep some of them to itself.
        let Ok(mut signals) = signal(kind) else { continue };
        tasks.require("signals", async move {
            while signals.recv().await.is_some() {
                tracing::warn!(signal = name, "this signal changes nothing");
            }
        });
    }
    // Caught, so that it ends nobody; who reads something again hears it too.
    drop(signal(SignalKind::hangup())?);
    Ok(())
}

/// Signals that end a process which does not catch them, and that nobody sends
/// for a reason that would concern this one. A write to a reader that went away
/// is an error of the write: SIGPIPE is ignored from the start. What a fault of
/// the process itself raises (SIGSEGV, SIGABRT, ...) is left to the system.
#[cfg(unix)]
fn harmless() -> Vec<(tokio::signal::unix::SignalKind, String)> {
    use tokio::signal::unix::SignalKind;

    let mut signals = vec![
        (SignalKind::user_defined1(), "SIGUSR1".to_owned()),
        (SignalKind::user_defined2(), "SIGUSR2".to_owned()),
        (SignalKind::alarm(), "SIGALRM".to_owned()),
        (SignalKind::io(), "SIGIO".to_owned()),
    ];
    // Of signal(7), on the machines that Linux numbers like x86 and ARM.
    if cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))) {
        let named = [
            (16, "SIGSTKFLT"),
            (24, "SIGXCPU"),
            (25, "SIGXFSZ"),
            (26, "SIGVTALRM"),
            (27, "SIGPROF"),
            (30, "SIGPWR"),
        ];
        signals.extend(named.map(|(number, name)| (SignalKind::from_raw(number), name.to_owned())));
        // The first two real-time signals are the C library's own.
        signals.extend((34..=64).map(|number| (SignalKind::from_raw(number), format!("signal {number}"))));
    }
    signals
}

#[cfg(not(unix))]
fn listen(token: &CancellationToken, tasks: &Tasks) -> std::io::Result<()> {
    let token = token.clone();
    tasks.require("signals", async move {
        drop(tokio::signal::ctrl_c().await);
        token.cancel();
    });
    Ok(())
}

//! What signals do to a process, and how it ends.

use std::time::Duration;

use anyhow::Context;
use oltd::app::App;
use tokio_util::sync::CancellationToken;

/// Time to log out of the OLTs, which happens at once where they answer. With
/// the grace of the requests under way the end takes less than 5 s: service
/// managers kill after 10 s (containers) or 90 s (systemd).
const LOGOUT: Duration = Duration::from_millis(1_000);

/// A token that is cancelled by SIGTERM, SIGQUIT or ctrl-c. Every other signal
/// that would end the process without a word is logged and changes nothing. The
/// signals are caught once this returns.
pub(super) fn on_signal() -> anyhow::Result<CancellationToken> {
    let token = CancellationToken::new();
    listen(&token).context("cannot listen for signals")?;
    Ok(token)
}

#[cfg(unix)]
fn listen(token: &CancellationToken) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    for (kind, name) in [
        (SignalKind::terminate(), "SIGTERM"),
        (SignalKind::interrupt(), "SIGINT"),
        (SignalKind::quit(), "SIGQUIT"),
    ] {
        let (mut signals, token) = (signal(kind)?, token.clone());
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                tracing::info!(signal = name, "told to end");
                token.cancel();
            }
        });
    }
    for (kind, name) in harmless() {
        // The system may keep some of them to itself.
        let Ok(mut signals) = signal(kind) else { continue };
        tokio::spawn(async move {
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
fn listen(token: &CancellationToken) -> std::io::Result<()> {
    let token = token.clone();
    tokio::spawn(async move {
        drop(tokio::signal::ctrl_c().await);
        token.cancel();
    });
    Ok(())
}

/// Logs out of the OLTs, as long as that takes no longer than [`LOGOUT`].
pub(super) async fn close(app: &App) {
    if tokio::time::timeout(LOGOUT, app.close()).await.is_err() {
        tracing::warn!(
            timeout_ms = LOGOUT.as_millis() as u64,
            "some command lines were left without logging out"
        );
    }
}

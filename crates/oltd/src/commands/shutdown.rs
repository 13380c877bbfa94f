//! How a process is told to end.

use std::time::Duration;

use anyhow::Context;
use oltd::app::App;
use tokio_util::sync::CancellationToken;

/// Time to log out of the OLTs, which happens at once where they answer. With
/// the grace of the requests under way the end takes less than 5 s: service
/// managers kill after 10 s (containers) or 90 s (systemd).
const LOGOUT: Duration = Duration::from_millis(1_000);

/// A token that is cancelled by SIGTERM or ctrl-c. The signals are caught once this returns.
pub(super) fn on_signal() -> anyhow::Result<CancellationToken> {
    let token = CancellationToken::new();
    let told = signal().context("cannot listen for signals")?;
    let cancel = token.clone();
    tokio::spawn(async move {
        told.await;
        cancel.cancel();
    });
    Ok(token)
}

#[cfg(unix)]
fn signal() -> std::io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn signal() -> std::io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        drop(tokio::signal::ctrl_c().await);
    })
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

//! How a process is told to end.

use std::time::Duration;

use anyhow::Context;
use tokio_util::sync::CancellationToken;

/// Time that requests under way are given to end, once the process is told to.
/// Service managers kill after 10 s (containers) or 90 s (systemd).
const GRACE: Duration = Duration::from_secs(8);

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

/// Waits for the work; once the process is told to end, for [`GRACE`] at most.
pub(super) async fn bounded<T, E>(
    work: impl Future<Output = Result<T, E>>,
    shutdown: &CancellationToken,
) -> anyhow::Result<()>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let late = async {
        shutdown.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        done = work => {
            done?;
        }
        () = late => tracing::warn!(grace_s = GRACE.as_secs(), "requests under way were cut off"),
    }
    Ok(())
}

//! What SIGHUP reads again: tokens and the certificate. All else needs a restart.

use oltd::config::{self, Config};
use oltd::http::{NewTokens, Tls, TlsFiles};
use oltd::tasks::Tasks;

use super::configured::{Args, refuse_exposed};

/// What takes up what was read again.
pub(super) struct Reload {
    args: Args,
    tokens: NewTokens,
    tls: Option<(Tls, TlsFiles)>,
}

impl Reload {
    pub(super) fn new(args: Args, config: &Config) -> Self {
        let tls = config.rules.tls.clone().zip(config.tls.clone());
        Self { args, tokens: config.rules.renewed.clone(), tls }
    }

    /// Reads again at each SIGHUP, from now on and for ever.
    #[cfg(unix)]
    pub(super) fn on_hangup(mut self, tasks: &Tasks) -> anyhow::Result<()> {
        use anyhow::Context;
        use tokio::signal::unix::{SignalKind, signal};

        let mut hangups = signal(SignalKind::hangup()).context("cannot listen for signals")?;
        tasks.require("reload", async move {
            while hangups.recv().await.is_some() {
                let read = tokio::task::spawn_blocking(move || {
                    self.read_again();
                    self
                });
                // It does not panic: whatever is wrong with the files is an error.
                let Ok(back) = read.await else { return };
                self = back;
            }
        });
        Ok(())
    }

    #[cfg(not(unix))]
    pub(super) fn on_hangup(self, _: &Tasks) -> anyhow::Result<()> {
        Ok(())
    }

    /// Each of the two is taken up or left as it was, whatever becomes of the other.
    fn read_again(&mut self) {
        match self.read() {
            Ok(config) => {
                for note in &config.notes {
                    tracing::warn!(variable = note.variable, "{note}");
                }
                if let (Some((_, files)), Some(new)) = (&mut self.tls, &config.tls) {
                    new.clone_into(files);
                }
                let mut names: Vec<&str> = config.rules.tokens.iter().map(|token| &*token.name).collect();
                names.dedup();
                let names = names.join(", ");
                tracing::info!(
                    signal = "SIGHUP",
                    tokens = names,
                    "the tokens were read again; keys but those of tokens and the certificate need a restart"
                );
                self.tokens.replace(config.rules.tokens);
            }
            Err(error) => tracing::error!(
                signal = "SIGHUP",
                error = format!("{error:#}"),
                "the configuration cannot be read again, the old tokens hold"
            ),
        }
        let Some((tls, files)) = &self.tls else { return };
        match tls.look_again(files) {
            Ok(new) => {
                let file = files.cert.display().to_string();
                tracing::info!(signal = "SIGHUP", file, new, "the certificate was read again");
            }
            Err(error) => tracing::error!(
                signal = "SIGHUP",
                %error,
                "the certificate cannot be read again, the old one is served"
            ),
        }
    }

    fn read(&self) -> anyhow::Result<Config> {
        let config = config::load(&config::gather(self.args.config.as_deref())?)?;
        refuse_exposed(&config, self.args.insecure)?;
        Ok(config)
    }
}

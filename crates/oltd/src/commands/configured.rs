//! Where the configuration is, and what must hold of it before it is served.

use std::path::PathBuf;

use anyhow::Context;
use oltd::config::{self, Config};
use oltd::http::Tls;

/// Where the configuration is.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// The configuration file [default: $OLTD_CONFIG, else oltd.toml where there is one]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Let everybody who reaches this machine in, although no token is configured
    #[arg(long)]
    pub(super) insecure: bool,
}

/// Refuses to serve other machines without asking who they are.
pub(super) fn refuse_exposed(config: &Config, insecure: bool) -> anyhow::Result<()> {
    if config.is_exposed() && !insecure {
        anyhow::bail!(
            "{} is reached from other machines, and no token is configured: run `oltd token` and add the \
             [[auth.tokens]] that it prints, or listen on 127.0.0.1 only, or let everybody in with --insecure",
            config.listen
        );
    }
    Ok(())
}

/// Reads the certificate, where one is configured, so that it is part of the rules.
pub(super) fn load_certificate(config: &mut Config) -> anyhow::Result<()> {
    config.rules.tls = config.tls.clone().map(Tls::load).transpose().context("cannot serve TLS")?;
    config.notes.extend(config.tls.as_ref().and_then(|files| config::read_by_all(&files.key)));
    Ok(())
}

/// How a URL of the server begins.
pub(super) fn scheme(config: &Config) -> &'static str {
    if config.tls.is_some() { "https" } else { "http" }
}

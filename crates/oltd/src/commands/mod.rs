//! The commands of the command line.

mod check;
mod configured;
#[cfg(feature = "sim")]
mod demo;
mod reload;
mod serve;
mod show;
mod shutdown;
#[cfg(feature = "sim")]
mod sim;
mod store;
mod token;

use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use oltd::logging::{complain, print};
use tokio::runtime::Runtime;

/// Most threads that run tasks. The work is waiting for OLTs and copying bytes,
/// so more would only cost memory.
const MAX_WORKERS: usize = 4;

/// A REST server in front of ZTE C3xx OLTs.
#[derive(Debug, Parser)]
#[command(version, about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the configured OLTs.
    Serve(configured::Args),
    /// Validate the configuration and say what `serve` would do.
    Check(configured::Args),
    /// Make a token that lets a client in, and the entry of the configuration for it.
    Token(token::Args),
    /// Copy the store, or its key, or accept a copy as the store to go on with.
    Store(store::Args),
    /// Run one show command and print its rows as JSON.
    ///
    /// Ends with 1 when the OLT fails or refuses, with 2 for a command that is
    /// not known, and with 3 when a line of the answer is not understood.
    Show(show::Args),
    /// Serve a simulated OLT, without any configuration.
    #[cfg(feature = "sim")]
    Demo(demo::Args),
    /// Run the OLT simulator alone.
    #[cfg(feature = "sim")]
    Sim(sim::Args),
}

/// Runs one command until it ends or the process is told to end.
///
/// # Errors
/// What kept it from doing its work, one sentence a line.
pub(crate) fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Serve(args) => serve::run(&args)?,
        Command::Check(args) => return check::run(&args),
        Command::Token(args) => token::run(&args)?,
        Command::Store(args) => store::run(&args)?,
        Command::Show(args) => return show::run(&args),
        #[cfg(feature = "sim")]
        Command::Demo(args) => demo::run(&args)?,
        #[cfg(feature = "sim")]
        Command::Sim(args) => sim::run(&args)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs the future; what still runs when it is done is abandoned.
fn block_on<F: Future<Output = anyhow::Result<()>>>(future: F) -> anyhow::Result<()> {
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get().min(MAX_WORKERS));
    let runtime: Runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let result = runtime.block_on(future);
    runtime.shutdown_background();
    result
}

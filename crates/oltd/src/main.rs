//! `oltd`: a REST server in front of ZTE C3xx OLTs.

mod commands;

use std::process::ExitCode;

use clap::Parser;
use oltd::logging;

fn main() -> ExitCode {
    let code = commands::run(commands::Cli::parse()).unwrap_or_else(|error| {
        logging::complain(&format!("{error:#}\n"));
        ExitCode::FAILURE
    });
    logging::flush();
    code
}

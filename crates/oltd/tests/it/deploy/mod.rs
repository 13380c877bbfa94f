//! The files in `deploy/` and what builds the image: they name what exists, and
//! the programs that they are for accept them, where those are installed.

mod container;
mod dashboard;
mod queries;
mod rules;
mod service;
mod table;

use std::path::PathBuf;
use std::process::{Command, Output};

use oltd::app::{App, CacheTimes};
use oltd::metrics::Format;

use crate::exposition::Exposition;

/// A path from the root of the repository.
fn at(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn text(path: &str) -> String {
    std::fs::read_to_string(at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The figures of a server that has no OLT: everything is described.
fn described() -> Exposition {
    let app = App::new(vec![], None, CacheTimes::default());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    Exposition::parse(&runtime.block_on(oltd::api::metrics::page(&app, Format::OpenMetrics)).unwrap())
}

/// What a program said; `None`, and a word about it, where it is not installed.
fn run(command: &mut Command) -> Option<Output> {
    match command.output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("skipped: {} is not installed", command.get_program().to_string_lossy());
            None
        }
        Err(error) => panic!("{command:?}: {error}"),
    }
}

/// Everything that a program printed.
fn words(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text)).concat()
}

#[track_caller]
fn assert_accepted(command: &mut Command) {
    if let Some(output) = run(command) {
        assert!(output.status.success(), "{command:?}:\n{}", words(&output));
    }
}

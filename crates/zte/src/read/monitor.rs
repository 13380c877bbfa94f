//! Readings for a monitor: they are made anew each time, over SNMP
//! and the command line at once.

mod command;
mod command_line;
mod onu;
mod pon;

pub(crate) use onu::onu;
pub(crate) use pon::{olt, pon};

use gpon::{Field, Problem};

use crate::Trouble;
use crate::reach::Problems;

/// Most commands that one reading sends to the command line.
const MOST_COMMANDS: usize = 3;

/// Takes the problems that are about `fields` out of a reading.
fn drop_fields(problems: &mut Problems, fields: &[Field]) {
    problems.0.retain(|problem| !fields.contains(&problem.field()));
}

/// Says that a field failed, and nothing else about it.
fn replace(problems: &mut Problems, field: Field, reason: String) {
    problems.0.retain(|problem| problem.field() != field || matches!(problem, Problem::Odd { .. }));
    problems.failed(field, reason);
}

/// Notes that the command line was asked in vain for a field that SNMP lacks. A
/// command that the OLT refuses is no source of it, so that what SNMP said stands.
fn in_vain(problems: &mut Problems, field: Field, trouble: &Trouble) {
    match trouble {
        Trouble::Refused { .. } if problems.lacks(field) => problems.odd(field, trouble.to_string()),
        _ => replace(problems, field, trouble.to_string()),
    }
}

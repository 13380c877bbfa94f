//! The command line: what a C3xx says over telnet, written from the fact sheet.

mod bytes;
mod change;
mod command;
mod connection;
mod errors;
mod grammar;
mod line;
mod listener;
mod modes;
mod options;
mod pager;
mod pattern;
mod record;
mod refused;
mod session;
mod show;
mod spoil;
mod telnet;
mod words;
mod write_options;

pub(crate) use bytes::any_bytes;
pub(crate) use command::{Answer, Arg, Ask, Command, Refusal, Slow, Syntax};
pub(crate) use listener::TelnetServer;
pub(crate) use record::Record;
pub(crate) use session::type_lines;

pub use options::{Caret, ChangePassword, CliOptions, Columns, CrLf, Dollar, EmptyUser, LineEnd, Pace};
pub use record::CommandLine;
pub use refused::change_refusals;
pub use write_options::{Again, SerialUnique, WriteOptions};

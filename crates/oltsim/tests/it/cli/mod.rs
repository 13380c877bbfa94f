//! The command line, over TCP.

mod faults;
mod hostile;
mod limits;
mod line;
mod login;
mod modes;
mod netmiko;
mod output;
mod refusals;

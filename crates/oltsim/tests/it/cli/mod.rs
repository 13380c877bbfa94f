//! The command line, over TCP.

mod configuration;
mod faults;
mod floods;
mod hostile;
mod limits;
mod line;
mod login;
mod modes;
mod netmiko;
mod oddities;
mod output;
mod refusals;
mod steps;
mod writing;

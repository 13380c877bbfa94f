//! The command line, over TCP.

mod accepted;
mod again;
mod any_lines;
mod boxes;
mod carriers;
mod configuration;
mod demo_boxes;
mod faults;
mod floods;
mod hostile;
mod life;
mod limits;
mod line;
mod listed;
mod login;
mod modes;
mod netmiko;
mod oddities;
mod others;
mod output;
mod profiles;
mod refusals;
mod registering;
mod steps;
mod transcripts;
mod writing;

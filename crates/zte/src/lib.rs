//! Everything we know about ZTE C3xx OLTs, behind one handle: [`Olt`].
//!
//! No other crate but the simulator contains an OID. What a firmware's tables
//! are is data (`firmware`); how an OLT is asked stands in
//! `snmp`; what a reading is made of stands in `read`, one file for each group of nouns.

#[macro_use]
mod firmware;
mod change;
mod cli;
mod error;
#[doc(hidden)]
pub mod fuzz;
mod index;
mod latency;
mod olt;
mod onu_counters;
mod rates;
mod reach;
mod read;
mod settings;
mod snmp;
mod speed;
mod stats;
mod strategy;
mod uptime;
mod value;

pub use change::{
    Answers, ChangeError, How, Journal, JournalLost, Meaning, NotChanged, Offered, OnuFacts, Outcome, Plan,
    Progress, StepEnd, StepMark, Way, masked, offered,
};
pub use cli::CliStats;
pub use cli::show::{ShowLine, Shown, UnknownLine, UnknownShow};
pub use error::{OltError, Trouble};
pub use latency::LatencyStats;
pub use olt::Olt;
pub use olt::register::Taken;
pub use olt::register_many::Wanted;
pub use onu_counters::OnuCounters;
pub use reach::Identity;
pub use reach::clock::OltClock;
pub use read::mac::MacsOf;
pub use read::whole::{Page, Pages};
pub use settings::{CliSettings, OltSettings, Registering, SnmpSettings};
pub use snmp::SnmpTransport;
pub use speed::AgentSpeed;
pub use stats::OltStats;
pub use strategy::{NoStrategy, ServiceModel, Strategies, Strategy};

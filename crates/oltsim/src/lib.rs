#![doc = include_str!("../README.md")]

mod cli;
mod control;
mod counters;
pub mod device;
mod encoding;
mod fault;
#[doc(hidden)]
pub mod fuzz;
mod index;
mod mib;
mod random;
mod scenario;
mod simulator;
mod snmp;
mod station;
mod view;
mod walk;

pub use cli::{Caret, CliOptions, CommandLine, Dollar, LineEnd, Pace};
pub use counters::Counters;
pub use fault::{Booting, Effect, Endless, Fault, FaultError, Order, Pick, Target};
pub use scenario::{
    BUILT_IN, C300, DEMO, FULL, NO_OPTICS, SLOW_AGENT, SMALL, Scenario, ScenarioError, V1_2, V1_2_5P3,
    VIEW_OPTICS_ONLY,
};
pub use simulator::{Options, SimError, Simulator, Source};
pub use snmp::{
    Agent, AgentOptions, BulkOverflow, Oid, Pdu, Reply, RequestKind, Silence, Speed, Value, ZeroRepetitions,
    display,
};
pub use walk::{WalkError, parse_snmprec};

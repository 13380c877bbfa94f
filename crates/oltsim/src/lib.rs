#![doc = include_str!("../README.md")]

mod cli;
mod control;
mod counters;
pub mod device;
mod encoding;
mod fault;
#[doc(hidden)]
pub mod fuzz;
mod gate;
mod index;
mod mib;
mod random;
mod scenario;
mod simulator;
mod snmp;
mod snmp_socket;
mod station;
mod view;
mod walk;

pub use cli::{
    Again, Caret, ChangePassword, CliOptions, Columns, CommandLine, CrLf, Dollar, EmptyUser, LineEnd, Pace,
    SerialUnique, WriteOptions, change_refusals,
};
pub use counters::Counters;
pub use fault::{
    At, AtLine, Booting, Effect, Endless, Fault, FaultError, Flood, LineEffect, LineFault, Order, Pick,
    Target, Wire,
};
pub use gate::{Gate, NotReached, Stop};
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

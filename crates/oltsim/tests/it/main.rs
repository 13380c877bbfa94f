//! The simulator as its users see it: over UDP, over HTTP, by its handle, and
//! with the tools of net-snmp.

#![expect(clippy::unwrap_used, reason = "all of this is test code, its helpers included")]

mod agent;
mod changes;
mod cli;
mod client;
mod control;
mod faults;
mod life;
mod net_snmp;
mod plant;
mod population;
mod recorded;
mod robust;
mod tables;
mod terminal;
mod wrong;

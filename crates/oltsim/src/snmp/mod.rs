//! The SNMP v2c agent: messages, answers, and the socket they travel on.

mod agent;
mod ber;
mod codec;
mod filling;
mod oid;
mod options;
mod serve;
mod value;

pub use agent::{Agent, Reply, Silence};
pub use codec::{Pdu, RequestKind};
pub use oid::{Oid, display};
pub(crate) use oid::{after, parse};
pub use options::{AgentOptions, BulkOverflow, ZeroRepetitions};
pub(crate) use serve::{Delay, serve};
pub use value::Value;

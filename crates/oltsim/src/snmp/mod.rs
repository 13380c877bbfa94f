//! The SNMP agent, v1 and v2c: messages, answers, and the socket they travel on.

mod agent;
mod answering;
mod ber;
mod codec;
mod filling;
mod hostile;
mod oid;
mod options;
mod speed;
mod value;

pub use agent::{Agent, Reply, Silence};
pub use codec::{Pdu, RequestKind};
pub(crate) use hostile::Spoil;
pub use oid::{Oid, display};
pub(crate) use oid::{after, parse};
pub use options::{AgentOptions, BulkOverflow, ZeroRepetitions};
pub use speed::Speed;
pub use value::Value;

//! Many writes at once, many of them spoilt, and what becomes of each foretold: the
//! answers, and then the devices themselves, are held against it ONU by ONU.

mod fleet;
mod foretold;
mod run;
mod script;

pub use fleet::{Fleet, FleetOptions, Said};
pub use run::Ended;
pub use script::{Act, Kind, Onu, Ran, Script, Sizes, Spoilt, Write};

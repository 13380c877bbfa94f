//! What readings are made of: which tables are asked, and how rows become nouns.

pub(crate) mod account;
pub(crate) mod bandwidth;
pub(crate) mod chassis;
pub(crate) mod columns;
pub(crate) mod counters;
pub(crate) mod mac;
pub(crate) mod monitor;
pub(crate) mod naming;
pub(crate) mod onu;
pub(crate) mod onus;
pub(crate) mod ports;
pub(crate) mod profiles;
pub(crate) mod roster;
pub(crate) mod services;
pub(crate) mod sides;
pub(crate) mod sound;
pub(crate) mod unconfigured;
pub(crate) mod whole;

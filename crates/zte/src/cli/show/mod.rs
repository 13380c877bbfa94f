//! The show commands, one file each: the line that is typed, the rows of its
//! answer, and how the text becomes rows.

pub(crate) mod card;
pub(crate) mod card_temperature;
#[cfg(test)]
mod cases;
pub(crate) mod clock;
#[cfg(test)]
mod config_cases;
#[cfg(test)]
mod config_properties;
#[cfg(test)]
mod config_texts;
#[cfg(test)]
mod dialect_tests;
pub(crate) mod fan;
#[cfg(test)]
mod fixtures;
pub(crate) mod gpon_profiles;
pub(crate) mod ip_interface;
mod list;
pub(crate) mod mac;
pub(crate) mod onu_baseinfo;
pub(crate) mod onu_by_sn;
pub(crate) mod onu_detail_info;
pub(crate) mod onu_interface;
pub(crate) mod onu_profiles;
pub(crate) mod onu_state;
pub(crate) mod onu_type;
pub(crate) mod onu_uncfg;
#[cfg(test)]
mod open;
pub(crate) mod optical_module_info;
pub(crate) mod pon_interface;
pub(crate) mod pon_onu_uncfg;
pub(crate) mod port_status;
pub(crate) mod power_attenuation;
pub(crate) mod power_list;
pub(crate) mod processor;
pub(crate) mod remote_equip;
pub(crate) mod remote_interface;
pub(crate) mod remote_unit;
pub(crate) mod remote_wan_ip;
pub(crate) mod running_config;
pub(crate) mod service_port_table;
pub(crate) mod system_group;
mod typed;
pub(crate) mod uplink_interface;
pub(crate) mod users;
pub(crate) mod version_running;
pub(crate) mod vlan;
pub(crate) mod vlan_port;

pub use super::text::UnknownLine;
pub(crate) use super::text::{
    GemportConfig, InterfaceConfig, Parsed, TcontConfig, TcontProfile, TrafficProfile,
};
#[cfg(test)]
use crate::firmware::dialect::C3XX;
use crate::firmware::dialect::Dialect;
pub(crate) use card::*;
pub(crate) use card_temperature::*;
pub(crate) use clock::*;
pub(crate) use fan::*;
pub(crate) use gpon_profiles::*;
pub use list::{ShowLine, Shown, UnknownShow};
pub(crate) use list::{forms, fuzz};
pub(crate) use mac::*;
pub(crate) use onu_detail_info::*;
pub(crate) use onu_profiles::*;
pub(crate) use onu_state::*;
pub(crate) use onu_uncfg::*;
pub(crate) use pon_onu_uncfg::*;
pub(crate) use power_attenuation::*;
pub(crate) use power_list::*;
pub(crate) use remote_equip::*;
pub(crate) use remote_interface::*;
pub(crate) use remote_unit::*;
pub(crate) use remote_wan_ip::*;
pub(crate) use running_config::*;
use serde::Serialize;
pub(crate) use vlan::*;

/// A show command, with its arguments.
pub(crate) trait Show {
    /// What its answer holds.
    type Rows: Serialize + PartialEq + std::fmt::Debug + Send + 'static;

    /// The line as it is typed in a dialect, without its end.
    fn line_in(&self, dialect: &Dialect) -> String;

    /// The line as a C3xx takes it.
    #[cfg(test)]
    fn line(&self) -> String {
        self.line_in(&C3XX)
    }

    /// What an answer means. `text` is a whole answer without echo and prompt,
    /// lines end with `\n`, nothing is wrapped back together yet. Every line is
    /// accounted for: one that no rule knows is in `unknown`.
    fn parse(text: &str) -> Parsed<Self::Rows>;

    /// What "No related information to show." means: a list without rows.
    /// `None` where it is a refusal like any other.
    fn none() -> Option<Self::Rows> {
        None
    }

    /// Whether the text stands to its end, for answers that say where that is.
    fn is_whole(_text: &str) -> bool {
        true
    }
}

/// The text of a fixture.
#[cfg(test)]
pub(crate) fn fixture(file: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `text` as an 80-column terminal wraps it.
#[cfg(test)]
pub(crate) fn wrapped(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let line: Vec<char> = line.chars().collect();
        if line.is_empty() {
            out.push('\n');
        }
        for part in line.chunks(80) {
            out.extend(part);
            out.push('\n');
        }
    }
    out
}

//! The show commands, one file for each group of them.

use super::Command;
use crate::device::Device;

#[cfg(test)]
mod answered;
mod cards;
#[cfg(test)]
mod covered;
mod fan;
#[cfg(test)]
mod fixture;
mod ip;
mod mac;
mod module;
mod onu_config;
mod onu_detail;
mod onu_lists;
mod onu_power;
mod onu_remote;
mod onu_type;
mod onu_wan;
mod pon;
mod profiles;
mod remote_unit;
mod running;
mod running_pon;
mod running_profiles;
mod service_port;
mod system;
mod uncfg;
mod uplink;
mod users;
mod version;
mod vlan;

/// Every show command there is.
pub(crate) const SHOWS: &[&[Command]] = &[
    cards::COMMANDS,
    fan::COMMANDS,
    ip::COMMANDS,
    mac::COMMANDS,
    onu_config::COMMANDS,
    onu_detail::COMMANDS,
    onu_lists::COMMANDS,
    onu_power::COMMANDS,
    onu_remote::COMMANDS,
    onu_wan::COMMANDS,
    module::COMMANDS,
    onu_type::COMMANDS,
    pon::COMMANDS,
    profiles::COMMANDS,
    remote_unit::COMMANDS,
    running::COMMANDS,
    running_pon::COMMANDS,
    service_port::COMMANDS,
    system::COMMANDS,
    uncfg::COMMANDS,
    uplink::COMMANDS,
    users::COMMANDS,
    version::COMMANDS,
    vlan::COMMANDS,
];

/// Whether the device has the layouts of V1.2.
pub(super) fn is_old(device: &Device) -> bool {
    device.chassis.firmware.starts_with("V1.")
}

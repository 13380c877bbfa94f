use gpon::CardStatus;
use jiff::civil::DateTime;

/// The model of a chassis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub enum Model {
    /// Four slots.
    C320,
    /// More slots.
    C300,
}

impl Model {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::C320 => "C320",
            Self::C300 => "C300",
        }
    }

    /// The number that stands for it in sysObjectID (fact sheet, SNMP §3).
    pub(crate) fn number(self) -> u32 {
        match self {
            Self::C320 => 320,
            Self::C300 => 300,
        }
    }

    /// Its highest slot. The sheet gives four for the C320; for the C300 it only
    /// shows slots up to 13, so the limit there is that of a port's name.
    pub(crate) fn slots(self) -> u8 {
        match self {
            Self::C320 => 4,
            Self::C300 => gpon::PonPort::MAX_SLOT,
        }
    }
}

/// Who the device is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chassis {
    /// Its model.
    pub model: Model,
    /// Its firmware, such as `V2.1.0`.
    pub firmware: String,
    /// How it is configured.
    pub configured: super::SystemConfig,
    /// sysDescr.
    pub description: String,
    /// MAC address of its uplinks.
    pub mac: [u8; 6],
    /// Serial number of the shelf.
    pub serial: String,
}

/// A card, or a slot that was configured for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The configured type (`GTGH`).
    pub configured: String,
    /// The type that is there (`GTGHG`); `None` when nothing is.
    pub real: Option<String>,
    /// The number of the configured type; `None` where the sheet knows none.
    pub configured_number: Option<u32>,
    /// The number of the real type; `None` where the sheet knows none.
    pub real_number: Option<u32>,
    /// Its state.
    pub status: CardStatus,
    /// How many ports it has.
    pub ports: u8,
    /// How many of them are PON ports.
    pub pon_ports: u8,
    /// CPU load in percent, around which it swings a little.
    pub cpu: u8,
    /// Memory use in percent.
    pub memory: u8,
    /// Memory in MB.
    pub memory_mb: u32,
    /// Temperature in degrees Celsius; `None` where there is no sensor.
    pub temperature: Option<i32>,
    /// Its serial number.
    pub serial: String,
    /// Hardware version.
    pub hardware: String,
    /// Software version, for the command line.
    pub software: String,
    /// When it last started; `None` for a card without a processor.
    pub started: Option<DateTime>,
}

impl Card {
    /// Whether it is plugged in and runs.
    pub fn is_running(&self) -> bool {
        matches!(self.status, CardStatus::InService | CardStatus::Standby)
    }
}

/// An uplink port.
#[derive(Debug, Clone)]
pub struct Uplink {
    /// Slot of the card that carries it.
    pub slot: u8,
    /// Its number on that card.
    pub port: u8,
    /// Its name (`xgei_1/4/2`).
    pub name: String,
    /// How it is configured.
    pub configured: super::UplinkConfig,
    /// Whether it is up.
    pub up: bool,
    /// Mbit/s when it is up.
    pub speed_mbps: u32,
    /// Its optical module; `None` for an empty cage.
    pub module: Option<Module>,
    /// What it receives.
    pub received: super::Traffic,
    /// What it sends.
    pub sent: super::Traffic,
}

/// An optical module, in the units of the device's tables (fact sheet, SNMP
/// §6.3): powers in thousandths of a dBm.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Module {
    /// What it receives; `None` on a PON module, which serves many.
    #[serde(default)]
    pub rx: Option<i32>,
    /// What it sends.
    pub tx: i32,
    /// Rate in units of 0.1 Gbit/s.
    pub rate: i32,
    /// Bias current in microamperes.
    pub bias: i32,
    /// Supply voltage in millivolts.
    pub millivolts: i32,
    /// Wavelength in nanometres.
    pub wavelength: i32,
    /// Temperature in thousandths of a degree Celsius.
    pub temperature: i32,
    /// Reach in kilometres.
    pub reach_km: i32,
    /// Part number.
    pub part: String,
    /// Vendor.
    pub vendor: String,
    /// Serial number.
    pub serial: String,
    /// Date of production, `yymmdd`.
    #[serde(default)]
    pub date: String,
    /// Kind, such as `SFP/SFP+`.
    pub kind: String,
    /// Connector, `SC` or `LC`.
    pub connector: String,
}

/// What surrounds the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Degrees Celsius.
    pub temperature: i32,
    /// Power feeds.
    pub power: Vec<PowerFeed>,
    /// Fans, numbered from 1.
    pub fans: Vec<Fan>,
    /// Names of the external alarm inputs, numbered from 1.
    pub alarm_inputs: Vec<String>,
}

/// The state of a power feed, by the device's numbers 1 to 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the device's own")]
pub enum PowerState {
    Normal = 1,
    Over = 2,
    Under = 3,
    Off = 4,
}

/// A power feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PowerFeed {
    /// Slot it is counted under.
    pub slot: u8,
    /// Volts.
    pub volts: i32,
    /// State.
    pub state: PowerState,
}

/// A fan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fan {
    /// Speed level.
    pub level: i32,
    /// Revolutions per minute.
    pub rpm: i32,
    /// Whether it is plugged in; running with it.
    #[serde(default = "present")]
    pub present: bool,
}

fn present() -> bool {
    true
}

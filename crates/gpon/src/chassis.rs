use serde::{Deserialize, Serialize};

use crate::{CardRef, ClockTime, Dbm, PonPort};

/// The state of a card, in the words of the CLI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the device's own")]
pub enum CardStatus {
    InService,
    NotInService,
    HwOnline,
    Offline,
    Configuring,
    ConfigFailed,
    TypeMismatch,
    Deactivated,
    Faulty,
    Invalid,
    NoPower,
    Unauthorized,
    PowerSaving,
    Standby,
    /// A code without a known name.
    Code(i32),
}

impl std::fmt::Display for CardStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::InService => "INSERVICE",
            Self::NotInService => "NOTINSERVICE",
            Self::HwOnline => "HWONLINE",
            Self::Offline => "OFFLINE",
            Self::Configuring => "CONFIGING",
            Self::ConfigFailed => "CONFIGFAILED",
            Self::TypeMismatch => "TYPEMISMATCH",
            Self::Deactivated => "DISABLE",
            Self::Faulty => "FAULTY",
            Self::Invalid => "INVALID",
            Self::NoPower => "NOPOWER",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::PowerSaving => "POWERSAVING",
            Self::Standby => "STANDBY",
            Self::Code(code) => return write!(f, "UNKNOWN ({code})"),
        })
    }
}

/// A card of the chassis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Where it is.
    pub at: CardRef,
    /// The type that is really there (`GTGOG`), else the configured one.
    pub card_type: Option<String>,
    /// Its state.
    pub status: Option<CardStatus>,
    /// How many ports it has.
    pub ports: Option<u32>,
    /// Its serial number.
    pub serial: Option<String>,
    /// Its hardware version.
    pub hardware_version: Option<String>,
    /// Its software version.
    pub software_version: Option<String>,
    /// A description from the device's inventory.
    pub description: Option<String>,
    /// CPU load in percent.
    pub cpu_percent: Option<u32>,
    /// Memory use in percent.
    pub memory_percent: Option<u32>,
    /// Temperature in degrees Celsius.
    pub temperature_c: Option<i32>,
    /// When it last started, on the device's clock.
    pub started_at: Option<ClockTime>,
}

/// Whether a port is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Link {
    /// Up.
    Up,
    /// Down.
    Down,
}

impl Link {
    /// `up` or `down`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// The optical module of a port.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpticalModule {
    /// What it receives, in dBm; a PON module does not report it as a whole.
    pub rx: Option<Dbm>,
    /// What it sends, in dBm.
    pub tx: Option<Dbm>,
    /// Laser bias current in thousandths of a milliampere.
    pub bias_ua: Option<i32>,
    /// Supply voltage in millivolts.
    pub voltage_mv: Option<i32>,
    /// Temperature in thousandths of a degree Celsius.
    pub temperature_mc: Option<i32>,
    /// Wavelength in nanometres.
    pub wavelength_nm: Option<i32>,
}

/// The state of a PON port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PonStatus {
    /// Which port.
    pub pon: PonPort,
    /// What it is configured to be.
    pub admin: Option<Link>,
    /// What it is; an empty PON without light is down.
    pub oper: Option<Link>,
    /// Octets received from the ONUs since the device's counters began.
    pub rx_octets: Option<u64>,
    /// Octets sent to the ONUs.
    pub tx_octets: Option<u64>,
    /// Its optical module.
    pub optical: Option<OpticalModule>,
    /// How many ONUs it can have.
    pub capacity: Option<u32>,
}

/// The state of an uplink port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uplink {
    /// The device's name for it (`xgei_1/4/2`).
    pub name: String,
    /// What it is configured to be.
    pub admin: Option<Link>,
    /// What it is.
    pub oper: Option<Link>,
    /// Speed in Mbit/s.
    pub speed_mbps: Option<u32>,
    /// Octets received.
    pub rx_octets: Option<u64>,
    /// Octets sent.
    pub tx_octets: Option<u64>,
    /// Its optical module; `None` for an empty cage or a copper port.
    pub optical: Option<OpticalModule>,
}

/// The state of a power supply's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PowerSupplyState {
    /// Within its limits.
    Normal,
    /// Over its limit.
    Over,
    /// Under its limit.
    Under,
    /// Off.
    Off,
    /// A code without a known name.
    Code(i32),
}

impl std::fmt::Display for PowerSupplyState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Normal => "normal",
            Self::Over => "over",
            Self::Under => "under",
            Self::Off => "off",
            Self::Code(code) => return write!(f, "unknown ({code})"),
        })
    }
}

/// A power supply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PowerSupply {
    /// Where it is.
    pub at: CardRef,
    /// Its input voltage in volts.
    pub volts: Option<i32>,
    /// Its state.
    pub state: Option<PowerSupplyState>,
}

/// A fan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fan {
    /// Its number, from 1.
    pub number: u32,
    /// Speed level.
    pub level: Option<i32>,
    /// Revolutions per minute.
    pub rpm: Option<i32>,
    /// Whether it runs.
    pub running: Option<bool>,
    /// Whether it is plugged in.
    pub present: Option<bool>,
}

/// The temperature of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotTemperature {
    /// Where.
    pub at: CardRef,
    /// Degrees Celsius.
    pub celsius: Option<i32>,
}

/// Temperature, power and fans of a chassis.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Ambient temperature in degrees Celsius.
    pub celsius: Option<i32>,
    /// Power supplies.
    pub power_supplies: Vec<PowerSupply>,
    /// Fans.
    pub fans: Vec<Fan>,
    /// Temperatures of the cards.
    pub cards: Vec<SlotTemperature>,
}

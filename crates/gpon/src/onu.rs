use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{AdminState, ClockTime, Dbm, Invalid, PonPort, SerialNumber, Span, Traffic, plain_number};

/// The number of an ONU on its PON, 1..=128.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct OnuId(u8);

impl OnuId {
    /// Highest id on a PON.
    pub const MAX: u8 = 128;

    const RULE: Invalid = Invalid::new("onu_id", "an ONU id is a whole number from 1 to 128");

    /// The id `id`.
    ///
    /// # Errors
    /// When it is not in 1..=128.
    pub const fn new(id: u8) -> Result<Self, Invalid> {
        if id == 0 || id > Self::MAX {
            return Err(Self::RULE);
        }
        Ok(Self(id))
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// All ids, 1 to 128.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=Self::MAX).map(Self)
    }
}

impl From<OnuId> for u8 {
    fn from(id: OnuId) -> Self {
        id.0
    }
}

impl TryFrom<u8> for OnuId {
    type Error = Invalid;

    fn try_from(id: u8) -> Result<Self, Invalid> {
        Self::new(id)
    }
}

impl TryFrom<u32> for OnuId {
    type Error = Invalid;

    fn try_from(id: u32) -> Result<Self, Invalid> {
        u8::try_from(id).map_err(|_| Self::RULE).and_then(Self::new)
    }
}

impl fmt::Display for OnuId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for OnuId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        plain_number(text).ok_or(Self::RULE)?.try_into()
    }
}

/// One ONU of an OLT: `1/2/3:4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OnuRef {
    /// The port it hangs on.
    pub pon: PonPort,
    /// Its number there.
    pub id: OnuId,
}

impl OnuRef {
    /// ONUs of the largest chassis.
    pub const MOST: usize = PonPort::MOST * OnuId::MAX as usize;
}

impl fmt::Display for OnuRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.pon, self.id)
    }
}

/// The phase an ONU is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OnuState {
    /// Signing on.
    Logging,
    /// No light from it.
    Los,
    /// Its configuration is being sent to it.
    Synchronization,
    /// In service.
    Online,
    /// It reported a power cut with its last breath.
    DyingGasp,
    /// It could not prove who it is.
    AuthFailed,
    /// Not there.
    Offline,
}

impl OnuState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Logging,
        Self::Los,
        Self::Synchronization,
        Self::Online,
        Self::DyingGasp,
        Self::AuthFailed,
        Self::Offline,
    ];

    /// The API's word for the state.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Logging => "Logging",
            Self::Los => "LOS",
            Self::Synchronization => "Synchronization",
            Self::Online => "Online",
            Self::DyingGasp => "Dying Gasp",
            Self::AuthFailed => "Auth Failed",
            Self::Offline => "Offline",
        }
    }
}

/// Why an ONU last went offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OfflineReason {
    /// The device itself does not know.
    Unknown,
    /// Loss of signal.
    Los,
    /// Loss of signal from this ONU.
    Losi,
    /// Loss of frame from this ONU.
    Lofi,
    /// Signal fail of this ONU.
    Sfi,
    /// Loss of acknowledgement.
    Loai,
    /// Loss of PLOAM for this ONU.
    Loami,
    /// Authentication failed.
    AuthFail,
    /// It lost its power (dying gasp).
    PowerOff,
    /// Deactivated on request.
    DeactivateDone,
    /// A deactivation that failed.
    DeactivateFailed,
    /// Rebooted.
    Reboot,
    /// Shut down.
    Shutdown,
    /// A code without a known name.
    Code(i32),
}

impl OfflineReason {
    /// Every reason that has a name.
    pub const NAMED: [Self; 13] = [
        Self::Unknown,
        Self::Los,
        Self::Losi,
        Self::Lofi,
        Self::Sfi,
        Self::Loai,
        Self::Loami,
        Self::AuthFail,
        Self::PowerOff,
        Self::DeactivateDone,
        Self::DeactivateFailed,
        Self::Reboot,
        Self::Shutdown,
    ];
}

/// The strings that operators' scripts know; a code without a name is `Unknown (14)`.
impl fmt::Display for OfflineReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "Unknown",
            Self::Los => "LOS",
            Self::Losi => "LOSi",
            Self::Lofi => "LOFi",
            Self::Sfi => "sfi",
            Self::Loai => "loai",
            Self::Loami => "loami",
            Self::AuthFail => "AuthFail",
            Self::PowerOff => "PowerOff",
            Self::DeactivateDone => "deactiveSucc",
            Self::DeactivateFailed => "deactiveFail",
            Self::Reboot => "Reboot",
            Self::Shutdown => "Shutdown",
            Self::Code(code) => return write!(f, "Unknown ({code})"),
        })
    }
}

/// How an ONU proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AuthMode {
    /// By its serial number.
    Serial,
    /// By a password; its serial is then not known from the configuration.
    Password,
}

/// The table that told us an ONU exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NamedBy {
    /// The management table: the ONU is configured.
    Management,
    /// The state table.
    State,
    /// The ranging (distance) table.
    Distance,
    /// What the OLT receives from each ONU.
    OltRx,
    /// What the ONUs' optical modules measure.
    Optics,
    /// What the ONUs say they are.
    Equipment,
    /// The command line, where no table names it or none could be read.
    CommandLine,
}

impl NamedBy {
    /// Whether every configured ONU is named there, be it lit or not, so that
    /// who is not named does not exist.
    pub const fn names_all(self) -> bool {
        matches!(self, Self::Management | Self::State | Self::CommandLine)
    }
}

/// An ONU, as far as a reading knows it. A list reads fewer fields than a single ONU does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Onu {
    /// Where it is.
    pub at: OnuRef,
    /// The table that names it.
    pub named_by: NamedBy,
    /// Its name, as the device holds it.
    pub name: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// The type it is configured as (`ZTE-F660`).
    pub onu_type: Option<String>,
    /// Its serial number; `None` for one registered by password.
    pub serial: Option<SerialNumber>,
    /// How it proves who it is.
    pub auth: Option<AuthMode>,
    /// Its phase.
    pub state: Option<OnuState>,
    /// Whether it may come into service.
    pub admin: Option<AdminState>,
    /// What it receives from the OLT, in dBm.
    pub rx: Option<Dbm>,
    /// What it sends, in dBm.
    pub tx: Option<Dbm>,
    /// What the OLT receives from it, in dBm.
    pub olt_rx: Option<Dbm>,
    /// Its distance in metres; `None` when it was never ranged.
    pub distance_m: Option<u32>,
    /// The address of its first IP host.
    pub ip_address: Option<std::net::Ipv4Addr>,
    /// When it last came online, on the device's clock.
    pub last_online: Option<ClockTime>,
    /// When it last went offline, on the device's clock.
    pub last_offline: Option<ClockTime>,
    /// Why it last went offline.
    pub offline_reason: Option<OfflineReason>,
    /// How long it has been online, by the device's own account.
    pub uptime: Option<Span>,
    /// The model it reports.
    pub model: Option<String>,
    /// The version of its hardware, as it reports it (`V9.0`).
    pub hardware_version: Option<String>,
    /// The version of the software that it runs (`V9.0.11P1N52`).
    pub firmware_version: Option<String>,
    /// Temperature of its optical module in thousandths of a degree Celsius.
    pub temperature_mc: Option<i32>,
    /// Supply voltage of its optical module in millivolts.
    pub voltage_mv: Option<i32>,
    /// Laser bias current of its optical module in thousandths of a milliampere.
    pub bias_ua: Option<i32>,
    /// What it has carried.
    pub traffic: Traffic,
}

impl Onu {
    /// An ONU of which only the place is known.
    pub const fn unknown(at: OnuRef, named_by: NamedBy) -> Self {
        Self {
            at,
            named_by,
            name: None,
            description: None,
            onu_type: None,
            serial: None,
            auth: None,
            state: None,
            admin: None,
            rx: None,
            tx: None,
            olt_rx: None,
            distance_m: None,
            ip_address: None,
            last_online: None,
            last_offline: None,
            offline_reason: None,
            uptime: None,
            model: None,
            hardware_version: None,
            firmware_version: None,
            temperature_mc: None,
            voltage_mv: None,
            bias_ua: None,
            traffic: Traffic {
                rx_octets: None,
                rx_packets: None,
                tx_octets: None,
                tx_packets: None,
                rx_bps: None,
                tx_bps: None,
            },
        }
    }

    /// How long its last outage took: from its last going offline to its coming
    /// back. `None` while it is offline, or when either moment is unknown.
    pub fn last_outage(&self) -> Option<Span> {
        self.last_online?.since(self.last_offline?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain_numbers() {
        assert_eq!("128".parse::<OnuId>().unwrap().get(), 128);
        for text in ["", "0", "129", "256", "257", "01", "+1", "1e0", "1 ", "-1", "4294967297"] {
            assert!(text.parse::<OnuId>().is_err(), "{text:?}");
        }
        assert!(OnuId::try_from(257_u32).is_err());
        assert_eq!(OnuId::all().count(), 128);
    }

    #[test]
    fn an_outage_needs_both_moments() {
        let at = OnuRef { pon: PonPort::new(1, 1).unwrap(), id: OnuId::new(1).unwrap() };
        let mut onu = Onu::unknown(at, NamedBy::Management);
        assert_eq!(at.to_string(), "1/1/1:1");
        assert_eq!(onu.last_outage(), None);
        onu.last_offline = ClockTime::new(2026, 1, 1, 0, 0, 0);
        onu.last_online = ClockTime::new(2026, 1, 1, 0, 1, 1);
        assert_eq!(onu.last_outage(), Some(Span::from_seconds(61)));
        onu.last_offline = ClockTime::new(2026, 1, 2, 0, 0, 0);
        assert_eq!(onu.last_outage(), None, "still offline");
    }
}

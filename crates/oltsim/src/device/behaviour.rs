use gpon::OnuState;
use serde::Deserialize;

/// What a box does of its own once its ONU is registered; also a key of scenarios.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Behaviour {
    /// The phase in which it stays on its way into service; none for one that gets there.
    pub stays: Option<Stays>,
    /// How it takes what is set in it over OMCI.
    pub omci: Omci,
    /// Whether an address is ever learned behind it.
    pub mac: bool,
    /// What `Status` of its WAN connections says for good, such as `"authentication
    /// failure"`; empty for one that connects. The fact sheet has the word `connected`
    /// alone (CLI §4.6).
    pub wan: String,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self { stays: None, omci: Omci::default(), mac: true, wan: String::new() }
    }
}

/// How a box takes what is set in it over OMCI while it is in service; later, when it was
/// offline meanwhile, it takes or refuses the same, and `Config state` alone tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Omci {
    /// All of it.
    #[default]
    Takes,
    /// It refuses every line of `pon-onu-mng` (63990).
    Refuses,
    /// It refuses `service` alone (63990), so that only flows serve it (fact sheet, CLI §5.3).
    NeedsFlow,
    /// The OLT does not support it (63904).
    NotSupported,
}

/// A list that leaves an ONU out although it is registered: lists of real devices came back
/// truncated (fact sheet, CLI §5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// The rows of `show gpon onu state`; its footer counts the ONU.
    State,
    /// `show gpon onu baseinfo`.
    BaseInfo,
    /// `show running-config interface gpon-olt_…`.
    Configuration,
    /// `show gpon onu by sn`.
    BySerial,
}

/// A phase that a box does not get beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stays {
    /// Logging.
    Logging,
    /// Synchronization.
    Synchronization,
    /// It is refused behind Logging.
    AuthFailed,
    /// It goes dark behind Logging.
    Offline,
}

impl Stays {
    /// The phases that follow on Logging and Synchronization.
    pub(super) fn phases(stays: Option<Self>) -> Vec<OnuState> {
        match stays {
            None => vec![OnuState::Synchronization, OnuState::Online],
            Some(Self::Logging) => Vec::new(),
            Some(Self::Synchronization) => vec![OnuState::Synchronization],
            Some(Self::AuthFailed) => vec![OnuState::AuthFailed],
            Some(Self::Offline) => vec![OnuState::Offline],
        }
    }
}

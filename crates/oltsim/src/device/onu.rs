use std::net::Ipv4Addr;

use gpon::{OfflineReason, OnuState, SerialNumber, VlanMode};
use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::{Behaviour, List, OnuConfig, Traffic};

/// A registered ONU.
#[derive(Debug, Clone)]
pub struct Onu {
    /// How it is configured; all else is what the plant does.
    pub configured: OnuConfig,
    /// When it last came online; `None` for never.
    pub last_online: Option<DateTime>,
    /// When it last went offline; `None` for never.
    pub last_offline: Option<DateTime>,
    /// Why it last went offline; an online ONU keeps its last reason.
    pub reason: OfflineReason,
    /// How far away it is, in metres.
    pub distance_m: u32,
    /// Whether that was ever measured; if not, the device shows 0.
    pub ranged: bool,
    /// What the box says of itself.
    pub equipment: Equipment,
    /// Its transceiver.
    pub optics: Optics,
    /// Its Ethernet ports, numbered from 1.
    pub ethernet: Vec<Ethernet>,
    /// The address of its IP host.
    pub ip_host: Option<IpHost>,
    /// What it sends.
    pub upstream: Traffic,
    /// What it is sent.
    pub downstream: Traffic,
    /// The password that its box sends, at most 10 characters; `None` for the usual one.
    pub own_password: Option<String>,
    /// What it does of its own.
    pub behaviour: Behaviour,
    /// The lists of the OLT that leave it out.
    pub unlisted: Vec<List>,
    /// The address that it gets when its WAN connects; `None` for one that had its address
    /// from the start.
    pub(super) lease: Option<IpHost>,
    /// When a service port was last set, by the time since the start; `None` for before.
    pub(super) service_since: Option<std::time::Duration>,
    /// As that, of its WAN connections.
    pub(super) wan_since: Option<std::time::Duration>,
    pub(super) phase: OnuState,
    /// Sessions that are over, those that the times above tell of left out.
    pub(super) past: Vec<Session>,
    /// Whether it is offline only because it is disabled.
    pub(super) held: bool,
    /// When it was registered, by the time since the start; `None` for before.
    pub(super) registered: Option<std::time::Duration>,
}

impl Onu {
    /// An ONU with this serial number in this phase, and nothing else to it: no
    /// name, times, services or traffic.
    pub fn new(serial: SerialNumber, onu_type: &str, phase: OnuState) -> Self {
        Self::of(OnuConfig::new(serial, onu_type), phase)
    }

    /// A box for this configuration in this phase, and nothing else to it.
    pub fn of(configured: OnuConfig, phase: OnuState) -> Self {
        Self {
            last_online: None,
            last_offline: None,
            reason: OfflineReason::Unknown,
            distance_m: 0,
            ranged: false,
            equipment: Equipment {
                vendor: configured.serial.vendor(),
                hardware: String::new(),
                software: String::new(),
                model: configured.onu_type.clone(),
            },
            optics: Optics::default(),
            ethernet: Vec::new(),
            ip_host: None,
            upstream: Traffic::default(),
            downstream: Traffic::default(),
            own_password: None,
            behaviour: Behaviour::default(),
            unlisted: Vec::new(),
            lease: None,
            service_since: None,
            wan_since: None,
            phase,
            past: Vec::new(),
            held: false,
            registered: None,
            configured,
        }
    }

    /// Says that it would be in service if it were enabled.
    pub(crate) fn hold_if_disabled(&mut self) {
        self.held = !self.configured.enabled && self.last_online.is_some();
    }

    /// Its latest sessions, the oldest first, at most 10 (fact sheet, CLI §4.3). Of what
    /// was before the simulation only the last change each way is known; the session
    /// before it is invented.
    pub fn sessions(&self) -> Vec<Session> {
        let mut all = self.past.clone();
        let before = |offline: DateTime| offline.checked_sub(EARLIER).unwrap_or(offline);
        match (self.last_online, self.last_offline) {
            (Some(online), Some(offline)) if offline <= online => {
                if all.is_empty() {
                    let end = Some((offline, self.reason));
                    all.push(Session { online: before(offline), end });
                }
                all.push(Session { online, end: None });
            }
            (Some(online), Some(offline)) => all.push(Session { online, end: Some((offline, self.reason)) }),
            (Some(online), None) => all.push(Session { online, end: None }),
            _ => {}
        }
        all.split_off(all.len().saturating_sub(SESSIONS))
    }

    /// Keeps what the times are about to forget; `running` says that a session runs.
    pub(super) fn keep_session(&mut self, running: bool) {
        let mut known = self.sessions();
        if running {
            // The times will tell its end.
            known.pop();
        }
        self.past = known;
    }

    /// Its name as the device shows it: `ONU-<port>:<onu>` until it gets one (fact
    /// sheet, SNMP §4.3 and §13, CLI §4.3).
    pub fn shown_name(&self, at: gpon::OnuRef) -> Vec<u8> {
        given(&self.configured.name, at)
    }

    /// Its description as the device shows it, with the same default.
    pub fn shown_description(&self, at: gpon::OnuRef) -> Vec<u8> {
        given(&self.configured.description, at)
    }

    /// The phase it is in; [`super::Device::set_phase`] changes it.
    pub fn phase(&self) -> OnuState {
        self.phase
    }

    /// Whether it is in service, so that the OLT can ask it things over OMCI.
    pub fn is_online(&self) -> bool {
        self.phase == OnuState::Online
    }

    /// Whether a list of the OLT shows it.
    pub(crate) fn is_listed(&self, list: List) -> bool {
        !self.unlisted.contains(&list)
    }

    /// Whether there are last values of its optics to be kept: it went without its light or power.
    pub(crate) fn keeps_optics(&self) -> bool {
        matches!(self.phase, OnuState::Los | OnuState::DyingGasp) && self.last_online.is_some()
    }

    /// Whether the OLT sees light from it.
    pub(crate) fn sends_light(&self) -> bool {
        use OnuState::{AuthFailed, Logging, Online, Synchronization};
        matches!(self.phase, Logging | Synchronization | Online | AuthFailed)
    }
}

/// How many sessions a device remembers (fact sheet, CLI §4.3).
const SESSIONS: usize = 10;

/// How long the invented session before the first known one lasted.
const EARLIER: SignedDuration = SignedDuration::from_hours(26);

/// A session of an ONU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// When it came online.
    pub online: DateTime,
    /// When it went offline and why; `None` while it is online.
    pub end: Option<(DateTime, OfflineReason)>,
}

/// ZTE's boxes send the last nine characters of their serial number (fact sheet, SNMP §4.2).
pub(super) fn usual_password(serial: SerialNumber) -> String {
    serial.to_string().split_off(3)
}

fn given(bytes: &[u8], at: gpon::OnuRef) -> Vec<u8> {
    match bytes {
        [] => format!("ONU-{}:{}", at.pon.port(), at.id).into_bytes(),
        bytes => bytes.to_vec(),
    }
}

/// What an ONU says of itself over OMCI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Equipment {
    /// Vendor, four characters.
    pub vendor: String,
    /// Version of the hardware, `Version` in `equip` (fact sheet, CLI §4.6): "V9.0".
    pub hardware: String,
    /// Version of its software, `Vertag` in `remote-unit information`: "V9.0.11P1N52".
    pub software: String,
    /// Model.
    pub model: String,
}

/// The transceiver of an ONU and the OLT's view of it, before drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Optics {
    /// What it receives, thousandths of a dBm.
    pub rx: i32,
    /// What it sends, thousandths of a dBm.
    pub tx: i32,
    /// What the OLT receives of it, thousandths of a dBm.
    pub olt_rx: i32,
    /// Feed voltage, millivolts.
    pub millivolts: i32,
    /// Laser bias current, microamperes.
    pub microamperes: i32,
    /// Temperature, thousandths of a degree Celsius.
    pub milli_celsius: i32,
    /// Where in its swing the drift of this ONU starts, 0..=65535.
    pub drift_phase: u16,
}

/// A healthy link in the middle of the range.
impl Default for Optics {
    fn default() -> Self {
        Self {
            rx: -20_000,
            tx: 2_300,
            olt_rx: -21_500,
            millivolts: 3_300,
            microamperes: 12_000,
            milli_celsius: 45_000,
            drift_phase: 0,
        }
    }
}

/// An Ethernet port of an ONU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ethernet {
    /// Whether it is unlocked.
    pub unlocked: bool,
    /// Whether something is plugged in.
    pub up: bool,
    /// Speed and duplex by the device's number: 1 auto, 2 10H, 3 10F, 4 100H,
    /// 5 100F, 6 1000F (fact sheet, SNMP §4.6).
    pub speed: u8,
}

/// The IP host of an ONU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IpHost {
    /// Its MAC address.
    pub mac: [u8; 6],
    /// Its current address.
    pub address: Ipv4Addr,
    /// Its netmask.
    pub mask: Ipv4Addr,
    /// Its gateway.
    pub gateway: Ipv4Addr,
}

/// PPPoE as an ONU's WAN connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pppoe {
    /// The user.
    pub user: String,
    /// The password; the device shows it in clear, and this one is invented.
    pub password: String,
    /// The ONU VLAN profile it uses.
    pub vlan_profile: String,
}

/// A T-CONT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tcont {
    /// Its name.
    pub name: String,
    /// The bandwidth profile it uses.
    pub profile: String,
    /// Its Alloc-ID, 256..=4095.
    pub alloc_id: u16,
    /// Whether its line `gap mode0` is shown, on V2.
    pub gap: bool,
}

/// `switchport mode` of a virtual port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortMode {
    /// `hybrid`, which a device makes itself with a GEM port (fact sheet, CLI §5.2).
    Hybrid,
    /// `trunk`
    Trunk,
}

/// A GEM port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GemPort {
    /// Its name.
    pub name: String,
    /// The T-CONT it is carried by.
    pub tcont: u8,
    /// Its Port-ID.
    pub port_id: u16,
    /// The queue it is put into; `None` where none was said.
    pub queue: Option<u8>,
    /// The traffic profile upstream; empty for none.
    pub upstream_profile: String,
    /// The traffic profile downstream; empty for none.
    pub downstream_profile: String,
    /// The mode of its virtual port; `None` where none is shown.
    pub switchport: Option<PortMode>,
}

/// A service port of an ONU, in the words of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePort {
    /// The virtual port it stands on.
    pub vport: u8,
    /// How it maps.
    pub mode: VlanMode,
    /// The VLAN on the customer's side; 0 for untagged.
    pub user_vlan: u16,
    /// The VLAN on the network's side (`vlan N`); 0 for none.
    pub vlan: u16,
    /// The outer VLAN on the network's side (`svlan N`); 0 for none.
    pub svlan: u16,
    /// Its description.
    pub description: String,
    /// How its line is spelled beyond that.
    pub form: Form,
}

/// The rarer parts of a service port's line (fact sheet, CLI §9.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// `user-etype PPPOE`; empty for none.
    pub etype: String,
    /// `user-svlan N`, the outer VLAN on the customer's side; 0 for none.
    pub user_svlan: u16,
    /// `cos N`.
    pub cos: Option<u8>,
    /// `scos N`.
    pub scos: Option<u8>,
    /// `ingress PROFILE`; empty for none.
    pub ingress: String,
    /// `egress PROFILE`; empty for none.
    pub egress: String,
    /// `other-all tls-vlan N`: whatever is left goes into its VLAN.
    pub other_all: bool,
    /// `untag`, as it was typed, instead of `untagged`.
    pub short: bool,
    /// V1.2: no service port, but `switchport vlan N tag vport V`.
    pub switchport: Option<Tagging>,
}

/// Whether a VLAN is tagged on a virtual port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tagging {
    /// `tag`
    Tag,
    /// `untag`
    Untag,
}

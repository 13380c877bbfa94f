//! The device's one state: everything that any of its faces shows.

mod acceptance;
mod behaviour;
mod chassis;
mod clock;
mod configuration;
mod drift;
mod handle;
mod life;
mod load;
mod onu;
mod people;
mod plant;
mod pon;
mod profile;
mod traffic;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use gpon::{OfflineReason, OnuRef, OnuState, PonPort, SerialNumber};
use jiff::civil::DateTime;

pub use behaviour::{Behaviour, List, Omci, Stays};
pub use chassis::{Card, Chassis, Environment, Fan, Model, Module, PowerFeed, PowerState, Uplink};
pub use clock::Clock;
pub use configuration::{
    Configuration, OnuConfig, PonConfig, RemoteLine, Running, SystemConfig, UplinkConfig,
};
pub use handle::DeviceHandle;
pub use life::Life;
pub(crate) use load::Load;
pub use onu::{
    Equipment, Ethernet, Form, GemPort, IpHost, Onu, Optics, PortMode, Pppoe, ServicePort, Session, Tagging,
    Tcont,
};
pub use people::Person;
pub use plant::NewBox;
pub(crate) use plant::{hardware_of, milli};
pub use pon::{Pon, Unconfigured};
pub use profile::{
    BandwidthProfile, OnuIpProfile, OnuType, OnuVlanProfile, Profiles, TagMode, TrafficProfile, Vlan,
    VlanInterface,
};
pub use traffic::Traffic;
pub(crate) use traffic::{Flow, Rate};

/// Which index encoding IF-MIB uses; real devices differ and nobody knows what
/// decides (fact sheet, SNMP §2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
pub enum IfIndex {
    /// That of the 1082 tree, with `Mng1`.
    #[default]
    B,
    /// That of the old platform, counted from 0.
    C,
}

/// What the optical table shows of an ONU that is not online (fact sheet, SNMP §13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfflineOptics {
    /// No row.
    #[default]
    Missing,
    /// A row of 65535.
    Unavailable,
    /// The last values of ONUs that lost their light or their power (§15); of others no row.
    Kept,
}

/// How the device shows itself where real devices differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habits {
    /// Index encoding of IF-MIB.
    pub if_index: IfIndex,
    /// Optical rows of ONUs that are not online.
    pub offline_optics: OfflineOptics,
    /// How long the device keeps its counters before it reads them again.
    pub counter_cache: Duration,
    /// How far optical powers swing to either side, thousandths of a dB.
    pub drift: u32,
    /// Metres that are shown of ONUs in phase Logging instead of their distance;
    /// 134556917 was seen (fact sheet, CLI §9.2).
    pub logging_distance: Option<u32>,
    /// How much the index of a card in ENTITY-MIB is above ten times its slot; one
    /// C300 is reported with 10 (fact sheet, SNMP §15).
    pub entity_offset: u32,
    /// Whether `show onu-type` lists the types of the factory alone, as some firmwares do
    /// (fact sheet, CLI §4.7).
    pub factory_types_only: bool,
}

/// The login of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliAccess {
    /// User.
    pub user: String,
    /// Password.
    pub password: String,
    /// Password of `enable`.
    pub enable_password: String,
}

/// A C3xx.
#[derive(Debug, Clone)]
pub struct Device {
    /// Who it is.
    pub chassis: Chassis,
    /// Its clock.
    pub clock: Clock,
    /// How long it had been up when the simulation started.
    pub uptime_at_start: Duration,
    /// Its cards by slot.
    pub cards: BTreeMap<u8, Card>,
    /// Its uplinks.
    pub uplinks: Vec<Uplink>,
    /// What surrounds it.
    pub environment: Environment,
    /// Its profiles and VLANs.
    pub profiles: Profiles,
    /// The login of its command line.
    pub cli: CliAccess,
    /// How it shows itself.
    pub habits: Habits,
    /// How long its boxes take from phase to phase.
    pub life: Life,
    /// Who is logged in beside those who really are.
    pub others: Vec<Person>,
    /// Who is logged in over telnet, by the number of the session.
    pub(crate) people: BTreeMap<u64, Person>,
    pub(crate) pons: BTreeMap<PonPort, Pon>,
    /// What `write` saved last, and when.
    startup: Option<(Configuration, DateTime)>,
    /// Boxes that hang on a port without an ONU, by the serial number they have there: those
    /// that wait, and those that were dark when their ONU was removed.
    removed: BTreeMap<(PonPort, SerialNumber), Onu>,
    /// When ONUs were removed, by the time since the start.
    left: BTreeMap<OnuRef, Duration>,
    /// What will happen to ONUs, the next first.
    due: VecDeque<life::Due>,
    /// How often it may have been changed.
    pub(crate) changes: u64,
    /// ONUs that may have changed since the agent last listed them.
    touched: BTreeSet<OnuRef>,
    now: Duration,
    /// When it last rebooted, by its clock since the simulation started.
    booted: Duration,
}

impl Device {
    pub(crate) fn new(
        chassis: Chassis,
        clock: Clock,
        environment: Environment,
        cli: CliAccess,
        habits: Habits,
        life: Life,
    ) -> Self {
        Self {
            chassis,
            clock,
            uptime_at_start: Duration::ZERO,
            cards: BTreeMap::new(),
            uplinks: Vec::new(),
            environment,
            profiles: Profiles::default(),
            cli,
            habits,
            life,
            others: Vec::new(),
            people: BTreeMap::new(),
            pons: BTreeMap::new(),
            startup: None,
            removed: BTreeMap::new(),
            left: BTreeMap::new(),
            due: VecDeque::new(),
            changes: 0,
            touched: BTreeSet::new(),
            now: Duration::ZERO,
            booted: Duration::ZERO,
        }
    }

    /// Makes the running configuration the startup configuration (fact sheet, CLI §1.7).
    pub fn save(&mut self) {
        self.refresh();
        self.save_at(self.time());
    }

    /// As [`Self::save`], at a moment of the past.
    pub(crate) fn save_at(&mut self, moment: DateTime) {
        self.startup = Some((self.configuration(), moment));
    }

    /// When it was last saved (`timestamp_write` of its configuration, fact sheet, CLI §1.7).
    pub fn saved(&self) -> Option<DateTime> {
        self.startup.as_ref().map(|(_, moment)| *moment)
    }

    /// The configuration that runs.
    pub fn configuration(&self) -> Configuration {
        Configuration::running(self)
    }

    /// The configuration that runs, to be changed.
    pub fn running(&mut self) -> Running<'_> {
        Running(self)
    }

    /// The configuration that a reboot comes back with.
    pub fn startup(&self) -> Option<&Configuration> {
        self.startup.as_ref().map(|(configuration, _)| configuration)
    }

    /// Reboots: what was not saved is lost, uptime and counters begin at 0 (RFC 3418,
    /// sysUpTime), and ONUs in service come online at this moment. What a device remembers
    /// of earlier times is in no sheet; when and why ONUs last went offline stays.
    pub(crate) fn reboot(&mut self) {
        if let Some(startup) = self.startup().cloned() {
            startup.apply(self);
        }
        self.refresh();
        self.uptime_at_start = Duration::ZERO;
        self.booted = self.now;
        let time = self.time();
        for onu in self.pons.values_mut().flat_map(|pon| pon.onus.values_mut()).filter(|onu| onu.is_online())
        {
            onu.last_online = Some(time);
        }
        let of_uplinks = self.uplinks.iter_mut().flat_map(|port| [&mut port.received, &mut port.sent]);
        let of_pons = self.pons.values_mut().flat_map(|pon| {
            let of_onus = pon.onus.values_mut().flat_map(|onu| [&mut onu.upstream, &mut onu.downstream]);
            of_onus.chain([&mut pon.upstream, &mut pon.downstream])
        });
        of_uplinks.chain(of_pons).for_each(|traffic| traffic.restart(self.now));
    }

    /// The ONUs that may have changed since this was last asked.
    pub(crate) fn take_touched(&mut self) -> BTreeSet<OnuRef> {
        std::mem::take(&mut self.touched)
    }

    /// Reads the clock; until the next time everything shows this moment. What was to
    /// happen until then has happened.
    pub(crate) fn refresh(&mut self) {
        let now = self.clock.elapsed();
        self.move_due(now);
        self.now = now;
    }

    /// The moment the device shows.
    pub fn time(&self) -> DateTime {
        self.clock.moment(self.now)
    }

    /// How long it has been up.
    pub fn uptime(&self) -> Duration {
        self.uptime_at_start.saturating_add(self.now.saturating_sub(self.booted))
    }

    /// Time since the simulation started, as the counters see it: they are read
    /// anew only every [`Habits::counter_cache`].
    pub(crate) fn counted(&self) -> Duration {
        let step = self.habits.counter_cache.as_secs();
        let now = self.now.as_secs();
        Duration::from_secs(now - now.checked_rem(step).unwrap_or(0))
    }

    /// Its PON ports.
    pub fn pons(&self) -> &BTreeMap<PonPort, Pon> {
        &self.pons
    }

    /// One PON port, to be changed; its ONUs are changed by the other methods.
    pub fn pon_mut(&mut self, pon: PonPort) -> Option<&mut Pon> {
        self.pons.get_mut(&pon)
    }

    /// Every ONU.
    pub fn onus(&self) -> impl Iterator<Item = (OnuRef, &Onu)> {
        self.pons.iter().flat_map(|(pon, state)| {
            state.onus.iter().filter_map(|(id, onu)| {
                let id = gpon::OnuId::new(*id).ok()?;
                Some((OnuRef { pon: *pon, id }, onu))
            })
        })
    }

    /// One ONU.
    pub fn onu(&self, at: OnuRef) -> Option<&Onu> {
        self.pons.get(&at.pon)?.onus.get(&at.id.get())
    }

    /// One ONU, to be changed.
    pub fn onu_mut(&mut self, at: OnuRef) -> Option<&mut Onu> {
        self.touched.insert(at);
        self.pons.get_mut(&at.pon)?.onus.get_mut(&at.id.get())
    }

    /// Adds an ONU, or puts it in the place of another. `false` when there is no
    /// such PON port.
    pub fn insert_onu(&mut self, at: OnuRef, onu: Onu) -> bool {
        self.refresh();
        let Some(pon) = self.pons.get_mut(&at.pon) else { return false };
        pon.onus.insert(at.id.get(), onu);
        self.touched.insert(at);
        self.settle(at.pon);
        true
    }

    /// Removes an ONU and gives it back.
    pub fn remove_onu(&mut self, at: OnuRef) -> Option<Onu> {
        self.refresh();
        let now = self.now;
        let pon = self.pons.get_mut(&at.pon)?;
        let onu = pon.onus.remove(&at.id.get());
        self.touched.insert(at);
        if let Some(onu) = &onu {
            // The port has carried what the ONU did, and does not forget it.
            pon.upstream.add(onu.upstream.octets(now));
            pon.downstream.add(onu.downstream.octets(now));
            self.removed.insert((at.pon, onu.configured.serial), onu.clone());
        }
        self.settle(at.pon);
        onu
    }

    /// The box with this serial number whose ONU was removed from the port. The OLT
    /// counts anew what an ONU carries that it did not know.
    fn take_removed(&mut self, pon: PonPort, serial: SerialNumber) -> Option<Onu> {
        let mut onu = self.removed.remove(&(pon, serial))?;
        onu.upstream.restart(self.now);
        onu.downstream.restart(self.now);
        Some(onu)
    }

    /// Moves an ONU into another phase, with the times and counters that go with
    /// it; nothing else happens to it then. `false` when there is no such ONU.
    pub fn set_phase(&mut self, at: OnuRef, phase: OnuState, reason: OfflineReason) -> bool {
        self.refresh();
        self.forget_due(at);
        if let Some(onu) = self.onu_mut(at) {
            onu.held = false;
        }
        self.change_phase(at, phase, reason)
    }

    fn change_phase(&mut self, at: OnuRef, phase: OnuState, reason: OfflineReason) -> bool {
        let time = self.time();
        let Some(onu) = self.onu_mut(at) else { return false };
        let (was, is) = (onu.is_online(), phase == OnuState::Online);
        onu.phase = phase;
        if is != was {
            onu.keep_session(was);
        }
        if is && !was {
            onu.last_online = Some(time);
        }
        if was && !is {
            onu.last_offline = Some(time);
            onu.reason = reason;
        }
        self.settle(at.pon);
        true
    }

    /// Lets the counters of a PON rise where there is somebody to send.
    pub(crate) fn settle(&mut self, at: PonPort) {
        let now = self.now;
        let Some(pon) = self.pons.get_mut(&at) else { return };
        for onu in pon.onus.values_mut() {
            let online = onu.is_online();
            onu.upstream.set_flowing(online, now);
            onu.downstream.set_flowing(online, now);
        }
        let up = pon.onus.values().any(Onu::is_online);
        pon.upstream.set_flowing(up, now);
        pon.downstream.set_flowing(up, now);
    }

    /// The distance of an ONU that the device shows, in metres; `None` for one that was never ranged.
    pub(crate) fn shown_distance(&self, onu: &Onu) -> Option<u32> {
        let nonsense = self.habits.logging_distance.filter(|_| onu.phase() == OnuState::Logging);
        nonsense.or(onu.ranged.then_some(onu.distance_m))
    }

    /// How long an ONU has been online; `None` while it is not.
    pub fn online_for(&self, onu: &Onu) -> Option<Duration> {
        let since = onu.last_online.filter(|_| onu.is_online())?;
        Duration::try_from(self.time().duration_since(since)).ok()
    }
}

//! Scenarios: a device described by rules in TOML. The keys are documented at
//! the crate's root.

mod chassis;
mod cli;
mod file;
mod life;
mod onu;
mod population;
mod rule;
mod select;
mod service;
mod speed;
mod text;

use std::time::Duration;

use gpon::{OnuId, OnuRef, PonPort};
use jiff::civil::DateTime;

use crate::cli::CliOptions;
use crate::device::{Clock, Device, Habits, Pon, Traffic, Vlan};
use crate::fault::{Fault, Order};
use crate::random::Random;
use crate::snmp::{self, AgentOptions};
use file::{AgentSection, File};

/// The built-in demo scenario, as TOML.
pub const DEMO: &str = include_str!("../../scenarios/demo.toml");

/// Two PONs and few ONUs, as TOML: for tests that look at every row.
pub const SMALL: &str = include_str!("../../scenarios/small.toml");

/// Two full GTGH cards, 32 PONs of 128 ONUs each, as TOML: for measurements.
pub const FULL: &str = include_str!("../../scenarios/full.toml");

/// A C300 with more slots, as TOML.
pub const C300: &str = include_str!("../../scenarios/c300.toml");

/// A PON of 64 online ONUs whose agent shows no optics of ONUs, as TOML.
pub const NO_OPTICS: &str = include_str!("../../scenarios/no-optics.toml");

/// A PON of 128 ONUs whose agent makes 150 values a second, as TOML.
pub const SLOW_AGENT: &str = include_str!("../../scenarios/slow-agent.toml");

/// A C320 with firmware V1.2.5 and few ONUs, as TOML.
pub const V1_2: &str = include_str!("../../scenarios/v1.2.toml");

/// A C320 with firmware V1.2.5P3, which shows no optics of ONUs, as TOML.
pub const V1_2_5P3: &str = include_str!("../../scenarios/v1.2.5p3.toml");

/// PONs whose ONUs are named by nothing but what the OLT receives of them, as TOML.
pub const VIEW_OPTICS_ONLY: &str = include_str!("../../scenarios/view-optics-only.toml");

/// The built-in scenarios by name.
pub const BUILT_IN: [(&str, &str); 9] = [
    ("demo", DEMO),
    ("small", SMALL),
    ("full", FULL),
    ("c300", C300),
    ("no-optics", NO_OPTICS),
    ("slow-agent", SLOW_AGENT),
    ("v1.2", V1_2),
    ("v1.2.5p3", V1_2_5P3),
    ("view-optics-only", VIEW_OPTICS_ONLY),
];

/// Why a scenario was refused: where in the file, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ScenarioError(String);

impl ScenarioError {
    fn at(place: impl std::fmt::Display, what: impl std::fmt::Display) -> Self {
        Self(format!("{place}: {what}"))
    }
}

/// A scenario that was understood: the device and how its faces behave.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The device as it is at the start.
    pub device: Device,
    /// How its agent answers.
    pub agent: AgentOptions,
    /// How long the agent takes for an answer.
    pub delay: Duration,
    /// Whether answers wait for each other.
    pub delay_order: Order,
    /// How its command line behaves.
    pub cli: CliOptions,
    /// The faults in force from the start.
    pub faults: Vec<Fault>,
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// TOML that cannot be read, a key that does not exist, a value that cannot
    /// be, or a rule that names what the scenario lacks; the text says where.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        Self::read(text, None)
    }

    /// Reads a scenario whose device starts at `clock`, whatever it says itself; what the
    /// rules made happen before is moved along.
    ///
    /// # Errors
    /// As those of [`Self::parse`].
    pub fn parse_at(text: &str, clock: DateTime) -> Result<Self, ScenarioError> {
        Self::read(text, Some(clock))
    }

    fn read(text: &str, clock: Option<DateTime>) -> Result<Self, ScenarioError> {
        let file: File = toml::from_str(text).map_err(|error| ScenarioError(error.to_string()))?;
        let agent = agent(&file.agent)?;
        let device = device(&file, clock)?;
        let delay = Duration::from_millis(file.agent.delay_ms);
        let cli = file.cli.options(file.chassis.model, &file.chassis.firmware, file.writes.clone())?;
        Ok(Self { device, agent, delay, delay_order: file.agent.delay_order, cli, faults: file.faults })
    }
}

/// RFC 3417 asks every SNMP engine to take messages of this size.
const SMALLEST_LIMIT: usize = 484;
/// The most that a UDP datagram over IPv4 carries.
const LARGEST_LIMIT: usize = 65_507;

fn agent(section: &AgentSection) -> Result<AgentOptions, ScenarioError> {
    if !(SMALLEST_LIMIT..=LARGEST_LIMIT).contains(&section.max_answer_bytes) {
        let rule = format!("must be from {SMALLEST_LIMIT} to {LARGEST_LIMIT}");
        return Err(ScenarioError::at("agent.max_answer_bytes", rule));
    }
    let absent = section.absent.iter().map(|text| {
        snmp::parse(text).map_err(|why| ScenarioError::at(format_args!("agent.absent {text:?}"), why))
    });
    Ok(AgentOptions {
        community: section.community.clone(),
        max_answer_bytes: section.max_answer_bytes,
        bulk_overflow: section.bulk_overflow,
        zero_repetitions: section.zero_repetitions,
        absent: absent.collect::<Result<_, _>>()?,
        speed: speed::speed(&section.speed)?,
    })
}

fn device(file: &File, clock: Option<DateTime>) -> Result<Device, ScenarioError> {
    let own = text::moment("chassis.clock", &file.chassis.clock)?;
    let start = clock.unwrap_or(own);
    let habits = Habits {
        if_index: file.agent.if_index,
        offline_optics: file.agent.offline_optics,
        counter_cache: Duration::from_secs(file.agent.counter_cache_seconds),
        drift: file.agent.drift_millidb,
        logging_distance: file.agent.logging_distance,
        entity_offset: file.agent.entity_offset,
        factory_types_only: file.cli.factory_types_only(),
    };
    let mut device = Device::new(
        chassis::identity(&file.chassis)?,
        Clock::starting_at(start),
        file.environment.clone().into(),
        file.cli.access(),
        habits,
        file.life.life(),
    );
    device.others = file.people.iter().map(|person| person.person(start)).collect();
    device.uptime_at_start = Duration::from_secs(file.chassis.uptime_seconds);
    device.cards = chassis::cards(file, start)?;
    device.uplinks = chassis::uplinks(file, &device)?;
    device.profiles.bandwidth.clone_from(&file.bandwidth_profiles);
    device.profiles.traffic.clone_from(&file.traffic_profiles);
    device.profiles.onu_vlan.clone_from(&file.vlan_profiles);
    device.profiles.onu_ip.clone_from(&file.ip_profiles);
    device.profiles.onu_types.clone_from(&file.onu_types);
    device.profiles.vlans = vlans(file)?;
    device.profiles.interfaces.clone_from(&file.interfaces);
    let ports: Vec<PonPort> = device
        .cards
        .iter()
        .filter(|(_, card)| card.is_running())
        .flat_map(|(slot, card)| (1..=card.pon_ports).filter_map(|port| PonPort::new(*slot, port).ok()))
        .collect();
    for port in ports {
        device.pons.insert(port, pon(file, port));
    }
    name_pons(file, &mut device)?;
    population::populate(file, &mut device, start)?;
    // Everything so far happened at the moment of the start.
    device.clock.resume();
    device.uplinks.iter_mut().filter(|uplink| uplink.up && uplink.configured.enabled).for_each(|uplink| {
        uplink.received.set_flowing(true, Duration::ZERO);
        uplink.sent.set_flowing(true, Duration::ZERO);
    });
    // A device that was set up has been saved; when, nobody says: when it booted.
    device.save_at(before(start, file.chassis.uptime_seconds));
    Ok(device)
}

fn pon(file: &File, port: PonPort) -> Pon {
    let mut random = Random::new(file.seed, &[u64::from(port.slot()), u64::from(port.port())]);
    // Real ports stood around 10^11 to 10^13 octets after some months.
    let upstream = Traffic::new(10_000_000_000 + random.below(400_000_000_000), 1_000_000);
    let downstream = Traffic::new(100_000_000_000 + random.below(9_000_000_000_000), 8_000_000);
    let module = Some(chassis::pon_module(&mut random));
    let mut pon = Pon::new(module);
    (pon.upstream, pon.downstream) = (upstream, downstream);
    pon
}

/// Applies `[[pons]]`.
fn name_pons(file: &File, device: &mut Device) -> Result<(), ScenarioError> {
    for (place, section) in file.pons.iter().enumerate() {
        let key = format!("pons[{place}].at");
        let port: PonPort = section.at.parse().map_err(|error| ScenarioError::at(&key, error))?;
        let Some(pon) = device.pon_mut(port) else {
            return Err(ScenarioError::at(key, "no running card has this port"));
        };
        pon.configured.name.clone_from(&section.name);
        pon.configured.description.clone_from(&section.description);
        pon.configured.enabled = section.enabled;
        pon.configured.lines.clone_from(&section.config);
        pon.module = pon.module.take().filter(|_| section.module);
    }
    Ok(())
}

fn vlans(file: &File) -> Result<std::collections::BTreeMap<u16, Vlan>, ScenarioError> {
    let mut vlans = std::collections::BTreeMap::new();
    // VLAN 1 is always there.
    vlans.insert(1, Vlan { name: Vlan::default_name(1), description: String::new() });
    for (place, section) in file.vlans.iter().enumerate() {
        let id = gpon::VlanId::new(section.id)
            .map_err(|error| ScenarioError::at(format_args!("vlans[{place}].id"), error))?;
        let name = section.name.clone().unwrap_or_else(|| Vlan::default_name(id.get()));
        vlans.insert(id.get(), Vlan { name, description: section.description.clone() });
    }
    Ok(vlans)
}

/// Reads `1/2/3:4`.
fn onu_ref(place: impl std::fmt::Display, text: &str) -> Result<OnuRef, ScenarioError> {
    let parsed = text.split_once(':').and_then(|(pon, id)| {
        let (pon, id): (PonPort, OnuId) = (pon.parse().ok()?, id.parse().ok()?);
        Some(OnuRef { pon, id })
    });
    parsed.ok_or_else(|| ScenarioError::at(place, format_args!("{text:?} is no ONU such as 1/1/1:5")))
}

/// `seconds` before `moment`.
fn before(moment: DateTime, seconds: u64) -> DateTime {
    let span = jiff::SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    moment.saturating_sub(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_scenarios_are_understood() {
        for (_, text) in BUILT_IN {
            Scenario::parse(text).unwrap();
        }
        Scenario::parse("").unwrap();
    }

    #[test]
    fn wrong_keys_and_values_name_themselves() {
        for (text, named) in [
            ("[agent]\nmax_answer_byte = 1472", "max_answer_byte"),
            ("[chassis]\nmodel = \"C600\"", "C600"),
            ("[cli]\nprivilege = 16", "cli.privilege"),
            ("[cli]\nwidth = 5", "cli.width"),
            ("[agent]\nmax_answer_bytes = 100", "agent.max_answer_bytes"),
            ("[agent.speed]\nfast = 5", "fast"),
            ("[agent.speed]\nstate = 0", "agent.speed.\"state\""),
            ("[[faults]]\ntarget = \"snmp\"\nkind = \"busy\"", "fault of cli"),
            ("[agent]\nabsent = [\"1.3.x\"]", "agent.absent \"1.3.x\""),
            ("[[cards]]\nslot = 5\ntype = \"GTGH\"", "cards[0].slot"),
            ("[[cards]]\nslot = 1\ntype = \"GTGH\"\nstatus = \"BROKEN\"", "cards[0].status"),
            ("[[cards]]\nslot = 1\ntype = \"GTGH\"\n[[cards]]\nslot = 1\ntype = \"GTGO\"", "cards[1].slot"),
            ("[[population]]\npons = [\"1/1\"]", "population[0].pons"),
            ("[[population]]\ncount = 129", "population[0].count"),
            ("[[population]]\nservices = [{ vlan = 77 }]", "population[0].services[0].vlan"),
            ("[[population]]\nservices = [{ bandwidth = \"X\" }]", "population[0].services[0].bandwidth"),
            ("[[population]]\nphases = { working = 1 }", "working"),
            ("[[population]]\nnames = [{ hex = \"4\" }]", "population[0].names[0]"),
            ("[[onus]]\nat = \"1/1/1:129\"", "onus[0].at"),
            ("[[onus]]\nat = \"1/9/1:1\"", "onus[0].at"),
            ("[[unconfigured]]\npon = \"1/9/1\"", "unconfigured[0].pon"),
            ("[[unconfigured]]\npon = \"1/1/1\"\ncount = 57", "unconfigured[0].count"),
            ("[[population]]\nservices = [{},{},{},{},{},{},{},{},{}]", "population[0].services"),
            ("bandwidth_profiles = []\n[[onus]]\nat = \"1/1/1:5\"", "onus[0].services[0].bandwidth"),
            ("[chassis]\nclock = \"yesterday\"", "chassis.clock"),
            ("[writes]\nserial_uniq = \"olt\"", "serial_uniq"),
            ("[writes]\nserial_unique = \"shelf\"", "shelf"),
            ("[writes]\nagain = \"maybe\"", "maybe"),
            ("[[kinds]]\nbehaviour = { omci = \"sulks\" }", "sulks"),
            ("[[unconfigured]]\npon = \"1/1/1\"\nbehaviour = { stays = \"los\" }", "los"),
            ("[[onus]]\nat = \"1/1/1:5\"\nbehaviour = { macs = true }", "macs"),
            ("[life]\nlos = 5", "unknown field `los`"),
            ("[[people]]\nuser = \"noc\"", "address"),
            ("[[vlans]]\nid = 4095", "vlans[0].id"),
            ("[[bandwidth_profiles]]\nname = \"X\"\ntype = 6", "bandwidth_profiles[0].type"),
        ] {
            let error = Scenario::parse(text).unwrap_err().to_string();
            assert!(error.contains(named), "{text:?} gave {error:?}");
        }
    }
}

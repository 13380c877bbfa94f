//! The scenario file, key by key. Every section refuses keys it does not know.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::cli::CliSection;
use super::life::{LifeSection, PersonSection};
use super::rule::{Kind, OnuSection, Rule, UnconfiguredSection};
use crate::cli::WriteOptions;
use crate::device::{
    BandwidthProfile, Environment, Fan, IfIndex, Model, Module, OfflineOptics, OnuIpProfile, OnuType,
    OnuVlanProfile, PowerFeed, PowerState, TrafficProfile, VlanInterface,
};
use crate::fault::{Fault, Order};
use crate::snmp::{AgentOptions, BulkOverflow, ZeroRepetitions};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub(super) seed: u64,
    pub(super) chassis: ChassisSection,
    pub(super) agent: AgentSection,
    pub(super) cli: CliSection,
    pub(super) environment: EnvironmentSection,
    pub(super) cards: Vec<CardSection>,
    pub(super) uplinks: Vec<UplinkSection>,
    pub(super) pons: Vec<PonSection>,
    pub(super) vlans: Vec<VlanSection>,
    pub(super) bandwidth_profiles: Vec<BandwidthProfile>,
    pub(super) traffic_profiles: Vec<TrafficProfile>,
    pub(super) vlan_profiles: Vec<OnuVlanProfile>,
    pub(super) ip_profiles: Vec<OnuIpProfile>,
    pub(super) onu_types: Vec<OnuType>,
    pub(super) interfaces: Vec<VlanInterface>,
    pub(super) kinds: Vec<Kind>,
    pub(super) population: Vec<Rule>,
    pub(super) onus: Vec<OnuSection>,
    pub(super) unconfigured: Vec<UnconfiguredSection>,
    pub(super) faults: Vec<Fault>,
    pub(super) writes: WriteOptions,
    pub(super) life: LifeSection,
    pub(super) people: Vec<PersonSection>,
}

impl Default for File {
    fn default() -> Self {
        Self {
            seed: 1,
            chassis: ChassisSection::default(),
            agent: AgentSection::default(),
            cli: CliSection::default(),
            environment: EnvironmentSection::default(),
            cards: vec![CardSection::named(1, "GTGO"), CardSection::named(4, "SMXA")],
            uplinks: Vec::new(),
            pons: Vec::new(),
            vlans: vec![VlanSection { id: 100, name: None, description: String::new() }],
            bandwidth_profiles: vec![BandwidthProfile {
                name: "UP-100M".to_owned(),
                kind: 4,
                fixed: 0,
                assured: 0,
                maximum: 102_400,
            }],
            traffic_profiles: Vec::new(),
            vlan_profiles: Vec::new(),
            ip_profiles: Vec::new(),
            onu_types: Vec::new(),
            interfaces: Vec::new(),
            kinds: vec![Kind::default()],
            population: Vec::new(),
            onus: Vec::new(),
            unconfigured: Vec::new(),
            faults: Vec::new(),
            writes: WriteOptions::default(),
            life: LifeSection::default(),
            people: Vec::new(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ChassisSection {
    pub(super) model: Model,
    pub(super) firmware: String,
    pub(super) name: String,
    pub(super) contact: String,
    pub(super) location: String,
    pub(super) description: Option<String>,
    pub(super) mac: String,
    pub(super) serial: String,
    pub(super) clock: String,
    pub(super) uptime_seconds: u64,
}

impl Default for ChassisSection {
    fn default() -> Self {
        Self {
            model: Model::C320,
            firmware: "V2.1.0".to_owned(),
            name: "ZXAN".to_owned(),
            contact: String::new(),
            location: String::new(),
            description: None,
            mac: "D4C1C8000001".to_owned(),
            serial: "219000000001".to_owned(),
            clock: "2026-11-23 08:00:00".to_owned(),
            uptime_seconds: 75 * 86_400,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AgentSection {
    pub(super) community: String,
    pub(super) max_answer_bytes: usize,
    pub(super) bulk_overflow: BulkOverflow,
    pub(super) zero_repetitions: ZeroRepetitions,
    pub(super) absent: Vec<String>,
    pub(super) if_index: IfIndex,
    pub(super) offline_optics: OfflineOptics,
    pub(super) counter_cache_seconds: u64,
    pub(super) drift_millidb: u32,
    pub(super) logging_distance: Option<u32>,
    pub(super) entity_offset: u32,
    pub(super) delay_ms: u64,
    pub(super) delay_order: Order,
    pub(super) speed: BTreeMap<String, f64>,
}

impl Default for AgentSection {
    fn default() -> Self {
        let AgentOptions { community, max_answer_bytes, bulk_overflow, zero_repetitions, .. } =
            AgentOptions::default();
        Self {
            community,
            max_answer_bytes,
            bulk_overflow,
            zero_repetitions,
            absent: Vec::new(),
            if_index: IfIndex::default(),
            offline_optics: OfflineOptics::default(),
            // Real devices keep interface counters about ten seconds (fact sheet, SNMP §13).
            counter_cache_seconds: 10,
            drift_millidb: 200,
            logging_distance: None,
            entity_offset: 0,
            delay_ms: 0,
            delay_order: Order::default(),
            speed: BTreeMap::new(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct EnvironmentSection {
    temperature: i32,
    power: Vec<PowerFeed>,
    fans: Vec<Fan>,
    alarm_inputs: Vec<String>,
}

impl Default for EnvironmentSection {
    fn default() -> Self {
        let power = vec![
            PowerFeed { slot: 3, volts: 53, state: PowerState::Normal },
            PowerFeed { slot: 4, volts: 0, state: PowerState::Off },
        ];
        let fans =
            vec![Fan { level: 3, rpm: 3240, present: true }, Fan { level: 3, rpm: 3210, present: true }];
        Self { temperature: 38, power, fans, alarm_inputs: Vec::new() }
    }
}

impl From<EnvironmentSection> for Environment {
    fn from(section: EnvironmentSection) -> Self {
        let EnvironmentSection { temperature, power, fans, alarm_inputs } = section;
        Self { temperature, power, fans, alarm_inputs }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CardSection {
    pub(super) slot: u8,
    #[serde(rename = "type")]
    pub(super) configured: String,
    #[serde(default = "in_service")]
    pub(super) status: String,
    pub(super) real_type: Option<String>,
    pub(super) type_number: Option<u32>,
    pub(super) real_type_number: Option<u32>,
    pub(super) ports: Option<u8>,
    pub(super) pon_ports: Option<u8>,
    pub(super) cpu: Option<u8>,
    pub(super) memory: Option<u8>,
    pub(super) memory_mb: Option<u32>,
    pub(super) temperature: Option<i32>,
    pub(super) serial: Option<String>,
    pub(super) hardware: Option<String>,
}

impl CardSection {
    fn named(slot: u8, configured: &str) -> Self {
        Self {
            slot,
            configured: configured.to_owned(),
            status: in_service(),
            real_type: None,
            type_number: None,
            real_type_number: None,
            ports: None,
            pon_ports: None,
            cpu: None,
            memory: None,
            memory_mb: None,
            temperature: None,
            serial: None,
            hardware: None,
        }
    }
}

fn in_service() -> String {
    gpon::CardStatus::InService.to_string()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UplinkSection {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default = "yes")]
    pub(super) enabled: bool,
    #[serde(default = "yes")]
    pub(super) up: bool,
    pub(super) module: Option<Module>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PonSection {
    pub(super) at: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default = "yes")]
    pub(super) enabled: bool,
    #[serde(default = "yes")]
    pub(super) module: bool,
    #[serde(default)]
    pub(super) config: Vec<String>,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VlanSection {
    pub(super) id: u16,
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) description: String,
}

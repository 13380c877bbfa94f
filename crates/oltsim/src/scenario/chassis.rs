use std::collections::BTreeMap;

use gpon::CardStatus;
use jiff::civil::DateTime;

use super::file::{CardSection, ChassisSection, File, UplinkSection};
use super::{ScenarioError, before, text};
use crate::device::{Card, Chassis, Device, Module, SystemConfig, Traffic, Uplink, UplinkConfig};
use crate::random::Random;

pub(super) fn identity(section: &ChassisSection) -> Result<Chassis, ScenarioError> {
    let mac = text::hex(&section.mac.replace([':', '-'], ""))
        .and_then(|bytes| <[u8; 6]>::try_from(bytes).ok())
        .ok_or_else(|| ScenarioError::at("chassis.mac", "is no MAC address such as D4:C1:C8:00:00:01"))?;
    // Real devices add more lines after this one (fact sheet, SNMP §3).
    let usual = || {
        let (model, firmware) = (section.model.name(), &section.firmware);
        format!("{model} Version {firmware} Software, Copyright (c) by ZTE Corporation Compiled")
    };
    Ok(Chassis {
        model: section.model,
        firmware: section.firmware.clone(),
        configured: SystemConfig {
            name: section.name.clone(),
            contact: section.contact.clone(),
            location: section.location.clone(),
        },
        description: section.description.clone().unwrap_or_else(usual),
        mac,
        serial: section.serial.clone(),
    })
}

/// What a type of card is by nature. Types that the sheet only names have no
/// number and no ports unless the scenario gives them.
struct Nature {
    real: &'static str,
    number: Option<u32>,
    real_number: Option<u32>,
    ports: u8,
    pon_ports: u8,
    memory_mb: u32,
    processor: bool,
}

fn nature(configured: &str) -> Nature {
    let (real, number, real_number, ports, pon_ports, memory_mb) = match configured {
        "GTGO" => ("GTGOG", Some(599_041), Some(599_137), 8, 8, 512),
        "GTGH" => ("GTGH", Some(599_049), Some(599_049), 16, 16, 512),
        "SMXA" => ("SMXA", Some(590_090), Some(590_090), 3, 0, 2048),
        "PRAM" => ("PRAM", Some(606_211), Some(606_211), 3, 0, 0),
        _ => ("", None, None, 0, 0, 512),
    };
    Nature { real, number, real_number, ports, pon_ports, memory_mb, processor: memory_mb > 0 }
}

const STATUSES: [CardStatus; 14] = [
    CardStatus::InService,
    CardStatus::NotInService,
    CardStatus::HwOnline,
    CardStatus::Offline,
    CardStatus::Configuring,
    CardStatus::ConfigFailed,
    CardStatus::TypeMismatch,
    CardStatus::Deactivated,
    CardStatus::Faulty,
    CardStatus::Invalid,
    CardStatus::NoPower,
    CardStatus::Unauthorized,
    CardStatus::PowerSaving,
    CardStatus::Standby,
];

pub(super) fn cards(file: &File, start: DateTime) -> Result<BTreeMap<u8, Card>, ScenarioError> {
    let mut cards = BTreeMap::new();
    for (place, section) in file.cards.iter().enumerate() {
        let wrong = |key, what: String| Err(ScenarioError::at(format_args!("cards[{place}].{key}"), what));
        let slots = file.chassis.model.slots();
        if section.slot == 0 || section.slot > slots {
            return wrong("slot", format!("a {} has slots 1 to {slots}", file.chassis.model.name()));
        }
        let Some(status) = STATUSES.into_iter().find(|status| status.to_string() == section.status) else {
            return wrong("status", format!("{:?} is no state of a card", section.status));
        };
        if section.pon_ports.unwrap_or(0) > gpon::PonPort::MAX_PORT {
            return wrong("pon_ports", format!("a card has at most {} PON ports", gpon::PonPort::MAX_PORT));
        }
        if cards.insert(section.slot, card(file, section, status, start)).is_some() {
            return wrong("slot", format!("slot {} is taken by another card", section.slot));
        }
    }
    Ok(cards)
}

fn card(file: &File, section: &CardSection, status: CardStatus, start: DateTime) -> Card {
    let nature = nature(&section.configured);
    let mut random = Random::new(file.seed, &[u64::from(section.slot), 0xca4d]);
    let there = status != CardStatus::Offline;
    let real = section.real_type.clone().unwrap_or_else(|| match nature.real {
        "" => section.configured.clone(),
        real => real.to_owned(),
    });
    let text = |given: &Option<String>, usual: String| {
        given.clone().unwrap_or_else(|| if there { usual } else { String::new() })
    };
    let pon_ports = section.pon_ports.unwrap_or(nature.pon_ports);
    Card {
        configured: section.configured.clone(),
        real: there.then_some(real),
        configured_number: section.type_number.or(nature.number),
        real_number: section.real_type_number.or(nature.real_number).filter(|_| there),
        status,
        ports: section.ports.unwrap_or(nature.ports.max(pon_ports)),
        pon_ports,
        cpu: section.cpu.unwrap_or(if nature.processor { 11 } else { 0 }),
        memory: section.memory.unwrap_or(if nature.processor { 26 } else { 0 }),
        memory_mb: section.memory_mb.unwrap_or(nature.memory_mb),
        temperature: there.then(|| section.temperature.unwrap_or_else(|| random.between(37, 46))),
        serial: text(&section.serial, format!("73{:010}", random.below(10_000_000_000))),
        hardware: text(&section.hardware, "V1.0.0".to_owned()),
        software: if there && nature.processor { file.chassis.firmware.clone() } else { String::new() },
        started: (there && nature.processor)
            .then(|| before(start, file.chassis.uptime_seconds.saturating_sub(180))),
    }
}

pub(super) fn uplinks(file: &File, device: &Device) -> Result<Vec<Uplink>, ScenarioError> {
    if file.uplinks.is_empty() {
        return Ok(usual_uplinks(file, device));
    }
    let made = file.uplinks.iter().enumerate().map(|(place, section)| {
        uplink(file, section).ok_or_else(|| {
            let rule = "is not like gei_1/4/1 or xgei_1/4/2";
            ScenarioError::at(format_args!("uplinks[{place}].name"), rule)
        })
    });
    made.collect()
}

/// The ports of the first control card that runs: copper down, 10G up, copper down.
fn usual_uplinks(file: &File, device: &Device) -> Vec<Uplink> {
    let control = device.cards.iter().find(|(_, card)| card.configured == "SMXA" && card.is_running());
    let Some((slot, _)) = control else { return Vec::new() };
    let ports = [("gei", 1, false), ("xgei", 2, true), ("gei", 3, false)];
    let sections = ports.map(|(kind, port, up)| UplinkSection {
        name: format!("{kind}_1/{slot}/{port}"),
        description: String::new(),
        enabled: true,
        up,
        module: None,
    });
    sections.iter().filter_map(|section| uplink(file, section)).collect()
}

fn uplink(file: &File, section: &UplinkSection) -> Option<Uplink> {
    let (kind, place) = section.name.split_once('_')?;
    let speed_mbps = match kind {
        "gei" => 1000,
        "xgei" => 10_000,
        _ => return None,
    };
    let mut numbers = place.split('/').map(|number| number.parse::<u8>().ok().filter(|number| *number > 0));
    let (Some(Some(1)), Some(slot), Some(port), None) =
        (numbers.next(), numbers.next(), numbers.next(), numbers.next())
    else {
        return None;
    };
    let (slot, port) = (slot?, port?);
    let mut random = Random::new(file.seed, &[u64::from(slot), u64::from(port), 0x0b]);
    let usual = (section.up && kind == "xgei").then(|| uplink_module(&mut random));
    let traffic = |random: &mut Random, per_second| {
        let used = section.up && section.enabled;
        Traffic::new(if used { random.below(100_000_000_000_000) } else { 0 }, per_second)
    };
    Some(Uplink {
        slot,
        port,
        name: section.name.clone(),
        configured: UplinkConfig { description: section.description.clone(), enabled: section.enabled },
        up: section.up,
        speed_mbps,
        module: section.module.clone().or(usual),
        received: traffic(&mut random, 240_000_000),
        sent: traffic(&mut random, 30_000_000),
    })
}

/// The module of a PON port: a class B+ transmitter.
pub(super) fn pon_module(random: &mut Random) -> Module {
    Module {
        rx: None,
        tx: random.between(3_300, 4_600),
        rate: 25,
        bias: random.between(15_000, 22_000),
        millivolts: random.between(3_220, 3_300),
        wavelength: 1490,
        temperature: random.between(33_000, 44_000),
        reach_km: 20,
        part: "SIM-GPON-B+".to_owned(),
        vendor: "SIMULATED".to_owned(),
        serial: format!("SM{:08}", random.below(100_000_000)),
        date: "240115".to_owned(),
        kind: "SFP/SFP+".to_owned(),
        connector: "SC".to_owned(),
    }
}

fn uplink_module(random: &mut Random) -> Module {
    Module {
        rx: Some(random.between(-9_000, -4_000)),
        tx: random.between(-2_500, -1_000),
        rate: 103,
        bias: random.between(28_000, 36_000),
        wavelength: 1330,
        reach_km: 10,
        part: "10GBASE-LR".to_owned(),
        connector: "LC".to_owned(),
        ..pon_module(random)
    }
}

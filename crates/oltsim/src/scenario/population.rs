use std::collections::BTreeSet;

use gpon::{OnuId, OnuRef, OnuState, PonPort};
use jiff::civil::DateTime;

use super::file::File;
use super::onu::{Maker, distinct_serial};
use super::rule::{Count, Ids, Kind, OnuSection, Rule, UnconfiguredSection};
use super::select::Selector;
use super::service;
use super::{ScenarioError, before, onu_ref, text};
use crate::device::{Device, NewBox, OnuType, RemoteLine, Unconfigured, milli};
use crate::random::Random;

/// Ids of unconfigured boxes in serial numbers, beyond those of registered ones.
const FIRST_UNCONFIGURED: u8 = 200;

pub(super) fn populate(file: &File, device: &mut Device, start: DateTime) -> Result<(), ScenarioError> {
    profiles(file)?;
    let mut rules = Vec::new();
    for (place, rule) in file.population.iter().enumerate() {
        rules.push((
            selectors(place, rule)?,
            Maker::new(file, device, &format!("population[{place}]"), rule, start)?,
        ));
    }
    let pons: Vec<PonPort> = device.pons().keys().copied().collect();
    for pon in pons {
        // The last rule that names a PON is the one that populates it.
        let Some((_, maker)) = rules.iter().rev().find(|(of, _)| of.iter().any(|s| s.matches(pon))) else {
            continue;
        };
        for id in ids(file, pon, maker.rule) {
            let at = OnuRef { pon, id };
            device.insert_onu(at, maker.onu(at)?);
        }
    }
    for (place, section) in file.onus.iter().enumerate() {
        single(file, device, place, section, start)?;
    }
    for (place, section) in file.unconfigured.iter().enumerate() {
        unconfigured(file, device, place, section, start)?;
    }
    used_types(device);
    let all: Vec<OnuRef> = device.onus().map(|(at, _)| at).collect();
    for at in all {
        if let Some(onu) = device.onu_mut(at) {
            service::provision_remote(onu);
            onu.hold_if_disabled();
        }
    }
    Ok(())
}

/// Names are indexes of rows, and an OID has at most 128 numbers (RFC 3416).
const LONGEST_PROFILE_NAME: usize = 64;

fn profiles(file: &File) -> Result<(), ScenarioError> {
    let lists: [(&str, Vec<&str>); 4] = [
        ("bandwidth_profiles", file.bandwidth_profiles.iter().map(|p| p.name.as_str()).collect()),
        ("traffic_profiles", file.traffic_profiles.iter().map(|p| p.name.as_str()).collect()),
        ("vlan_profiles", file.vlan_profiles.iter().map(|p| p.name.as_str()).collect()),
        ("onu_types", file.onu_types.iter().map(|t| t.name.as_str()).collect()),
    ];
    for (list, names) in lists {
        let mut seen = BTreeSet::new();
        for (place, name) in names.into_iter().enumerate() {
            let wrong = |what| Err(ScenarioError::at(format_args!("{list}[{place}].name"), what));
            if name.is_empty() || name.len() > LONGEST_PROFILE_NAME {
                return wrong("a name has 1 to 64 bytes");
            }
            if !seen.insert(name) {
                return wrong("the name is taken");
            }
        }
    }
    match file.bandwidth_profiles.iter().position(|profile| !(1..=5).contains(&profile.kind)) {
        Some(place) => {
            Err(ScenarioError::at(format_args!("bandwidth_profiles[{place}].type"), "a type is 1 to 5"))
        }
        None => Ok(()),
    }
}

fn selectors(place: usize, rule: &Rule) -> Result<Vec<Selector>, ScenarioError> {
    let parsed = rule.pons.iter().map(|text| {
        Selector::parse(text).ok_or_else(|| {
            let what = format!("{text:?} is not like 1/1/1, 1/1/*, 1/1/3-15 or *");
            ScenarioError::at(format_args!("population[{place}].pons"), what)
        })
    });
    parsed.collect()
}

/// The ids that a rule takes on a PON.
fn ids(file: &File, pon: PonPort, rule: &Rule) -> Vec<OnuId> {
    let mut random = Random::new(file.seed, &[u64::from(pon.slot()), u64::from(pon.port()), 0x1d]);
    let count = match rule.count {
        Count::Exactly(count) => count,
        Count::Between([low, high]) => {
            u8::try_from(random.between(i32::from(low), i32::from(high))).unwrap_or(low)
        }
    };
    let mut free: Vec<OnuId> = OnuId::all().collect();
    if rule.ids == Ids::Dense {
        free.truncate(usize::from(count));
        return free;
    }
    // Sparse as on a real device: most of the low ids, some gaps, the odd high one.
    let mut taken = Vec::new();
    while taken.len() < usize::from(count) && !free.is_empty() {
        let window = if random.percent(10) { free.len() } else { free.len().min(3) };
        let place = random.below(u64::try_from(window).unwrap_or(1));
        taken.push(free.remove(usize::try_from(place).unwrap_or(0)));
    }
    taken
}

/// Applies `[[onus]]` to what the rules made.
fn single(
    file: &File,
    device: &mut Device,
    place: usize,
    section: &OnuSection,
    start: DateTime,
) -> Result<(), ScenarioError> {
    let key = |key| format!("onus[{place}].{key}");
    let at = onu_ref(key("at"), &section.at)?;
    let Some(pon) = device.pons().get(&at.pon) else {
        return Err(ScenarioError::at(key("at"), "no running card has this port"));
    };
    if !pon.onus().contains_key(&at.id.get()) {
        let rule = Rule::default();
        let onu = Maker::new(file, device, &format!("onus[{place}]"), &rule, start)?.onu(at)?;
        device.insert_onu(at, onu);
    }
    let (slot, port, id) = (at.pon.slot(), at.pon.port(), at.id.get());
    let bytes = |name, text: &Option<text::Text>| match text {
        None => Ok(None),
        Some(text) => text
            .bytes(slot, port, id)
            .map(Some)
            .ok_or_else(|| ScenarioError::at(key(name), "hex takes pairs of hexadecimal digits")),
    };
    let (name, description) = (bytes("name", &section.name)?, bytes("description", &section.description)?);
    let serial = match &section.serial {
        None => None,
        Some(text) => Some(text.parse().map_err(|error| ScenarioError::at(key("serial"), error))?),
    };
    let moment = |name, text: &Option<String>| match text {
        None => Ok(None),
        Some(text) => text::moment(key(name), text).map(Some),
    };
    let online = moment("last_online", &section.last_online)?;
    let offline = moment("last_offline", &section.last_offline)?;
    if let Some(phase) = section.phase {
        let phase = OnuState::from(phase);
        let reason = device.onu(at).map_or(gpon::OfflineReason::Unknown, |onu| onu.reason);
        device.set_phase(at, phase, reason);
    }
    let services = section.services.as_ref();
    let services =
        services.map(|list| service::services(file, device, list, &key("services"))).transpose()?;
    let Some(onu) = device.onu_mut(at) else { return Ok(()) };
    if let Some(services) = services {
        service::provision(&file.writes, &services, onu, id);
    }
    onu.configured.lines.clone_from(&section.config);
    onu.configured.remote = section.remote_config.iter().map(RemoteLine::own).collect();
    onu.configured.name = name.unwrap_or_else(|| std::mem::take(&mut onu.configured.name));
    onu.configured.description =
        description.unwrap_or_else(|| std::mem::take(&mut onu.configured.description));
    onu.configured.serial = serial.unwrap_or(onu.configured.serial);
    onu.configured.onu_type =
        section.onu_type.clone().unwrap_or_else(|| std::mem::take(&mut onu.configured.onu_type));
    onu.configured.password = section.password.clone().or(onu.configured.password.take());
    onu.distance_m = section.distance.unwrap_or(onu.distance_m);
    onu.ranged |= section.distance.is_some_and(|metres| metres > 0);
    onu.optics.rx = section.rx.map_or(onu.optics.rx, milli);
    onu.optics.tx = section.tx.map_or(onu.optics.tx, milli);
    onu.optics.olt_rx = section.olt_rx.map_or(onu.optics.olt_rx, milli);
    onu.behaviour = section.behaviour.clone().unwrap_or_else(|| std::mem::take(&mut onu.behaviour));
    onu.unlisted.clone_from(&section.unlisted);
    onu.last_online = online.or(onu.last_online);
    onu.last_offline = offline.or(onu.last_offline);
    Ok(())
}

fn unconfigured(
    file: &File,
    device: &mut Device,
    place: usize,
    section: &UnconfiguredSection,
    start: DateTime,
) -> Result<(), ScenarioError> {
    let key = |key| format!("unconfigured[{place}].{key}");
    let pon: PonPort = section.pon.parse().map_err(|error| ScenarioError::at(key("pon"), error))?;
    let serial = match &section.serial {
        None => None,
        Some(text) => Some(text.parse().map_err(|error| ScenarioError::at(key("serial"), error))?),
    };
    let Some(state) = device.pon_mut(pon) else {
        return Err(ScenarioError::at(key("pon"), "no running card has this port"));
    };
    let mut boxes = Vec::new();
    for number in 0..section.count {
        let more = u8::try_from(state.unconfigured.len()).ok();
        let Some(n) = more.and_then(|more| FIRST_UNCONFIGURED.checked_add(more)) else {
            return Err(ScenarioError::at(key("count"), "a PON has at most 56 unconfigured boxes here"));
        };
        let parts = [u64::from(pon.slot()), u64::from(pon.port()), u64::from(n)];
        let mut random = Random::new(file.seed, &parts);
        let drawn = random.pick(&file.kinds).cloned().unwrap_or_else(Kind::default);
        let named = file.kinds.iter().find(|kind| section.model.as_ref() == Some(&kind.model));
        let kind = named.cloned().unwrap_or(drawn);
        let own = serial.filter(|_| number == 0);
        let serial = match own {
            Some(serial) => serial,
            None => distinct_serial(file.seed, pon, n, &kind.vendor)
                .map_err(|error| ScenarioError::at(key("serial"), error))?,
        };
        // ZTE's ONUs send the last nine characters of their serial (fact sheet, SNMP §4.2).
        let usual = || serial.to_string().split_off(3);
        let (kind_model, kind_version) = (kind.model, kind.version);
        let new = NewBox {
            model: section.model.clone().unwrap_or(kind_model),
            version: section.version.clone().unwrap_or(kind_version),
            hardware: section.hardware.clone().or(kind.hardware),
            password: Some(section.password.clone().unwrap_or_else(usual)),
            ethernet: section.ethernet.unwrap_or(kind.ethernet),
            distance: section.distance,
            rx: section.rx,
            tx: section.tx,
            olt_rx: section.olt_rx,
            behaviour: section.behaviour.clone().unwrap_or(kind.behaviour),
            ..NewBox::new(serial)
        };
        state.unconfigured.push(Unconfigured {
            serial,
            model: new.model.clone(),
            version: new.version.clone(),
            password: new.password.clone().unwrap_or_default(),
            seen: before(start, 30 + random.below(3600)),
        });
        boxes.push(new);
    }
    boxes.iter().for_each(|new| device.hang(pon, new));
    Ok(())
}

/// An ONU cannot be of a type that the device lacks.
fn used_types(device: &mut Device) {
    let mut types: BTreeSet<String> = device.onus().map(|(_, onu)| onu.configured.onu_type.clone()).collect();
    for known in &device.profiles.onu_types {
        types.remove(&known.name);
    }
    let added = types.into_iter().map(OnuType::named);
    device.profiles.onu_types.extend(added);
}

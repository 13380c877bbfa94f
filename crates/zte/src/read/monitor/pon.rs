//! A PON, and all PONs, as they are right now.

use std::collections::BTreeMap;

use gpon::{
    Field, NamedBy, Onu, OnuCounts, OnuState, PonMonitor, PonPort, Problem, Rows, Traffic, names_unlit,
};
use tokio::sync::watch;
use tokio::time::Instant;

use super::command::{Answers, Command, fill};
use super::command_line::{CommandLine, Missing};
use super::{MOST_COMMANDS, drop_fields, in_vain};
use crate::Trouble;
use crate::firmware::{Firmware, OnuField};
use crate::index::PonIndex;
use crate::reach::terminal::PATIENCE;
use crate::reach::{BELIEVED, Inner, Problems, Told};
use crate::read::naming::{NAMELESS, is_nameless};
use crate::read::onus::{self, Depth};
use crate::read::{counters, roster, whole};

/// The fields that the command line knows too, for all ONUs of a port at once.
const POWERS: [Field; 3] = [Field::RxPower, Field::TxPower, Field::OltRxPower];

/// What the fields of an ONU are called in a PON, which has some of its own.
const OF_ONUS: [(Field, Field); 11] = [
    (Field::Status, Field::OnusOnlineStatus),
    (Field::SerialNumber, Field::OnusSerialNumber),
    (Field::Model, Field::OnusModel),
    (Field::HardwareVersion, Field::OnusHardwareVersion),
    (Field::FirmwareVersion, Field::OnusFirmwareVersion),
    (Field::RxPower, Field::OnusRxPower),
    (Field::TxPower, Field::OnusTxPower),
    (Field::OltRxPower, Field::OnusOltRxPower),
    (Field::Temperature, Field::OnusTemperature),
    (Field::Voltage, Field::OnusVoltage),
    (Field::BiasCurrent, Field::OnusBiasCurrent),
];

/// The fields that the command line tells of one ONU at a time.
const ONE_BY_ONE: [Field; 5] =
    [Field::Temperature, Field::Voltage, Field::BiasCurrent, Field::Model, Field::HardwareVersion];

/// The fields of a PON and its ONUs that only SNMP knows.
const UNHEARD: [Field; 13] = [
    Field::OnuCount,
    Field::OnlineCount,
    Field::OfflineCount,
    Field::Statistics,
    Field::OnusSerialNumber,
    Field::OnusOnlineStatus,
    Field::OnusModel,
    Field::OnusHardwareVersion,
    Field::OnusFirmwareVersion,
    Field::OnusStatistics,
    Field::OnusTemperature,
    Field::OnusVoltage,
    Field::OnusBiasCurrent,
];

/// A PON and its ONUs.
pub(crate) async fn pon(
    olt: &Inner,
    pon: PonPort,
    deadline: Instant,
) -> Result<(PonMonitor, Problems), Trouble> {
    let (monitored, mut problems) = both_sides(olt, pon, deadline).await?;
    // Names are read only for the ids that they belong to.
    drop_fields(&mut problems, &[Field::Name]);
    for (field, of_onu) in OF_ONUS {
        problems.rename(field, of_onu);
    }
    Ok((monitored, problems))
}

async fn both_sides(olt: &Inner, pon: PonPort, deadline: Instant) -> Result<(PonMonitor, Problems), Trouble> {
    let Some(cli) = &olt.cli else { return over_snmp(olt, pon, deadline).await };
    let (tell, told) = watch::channel(None);
    let commands = Command::of_pon(pon);
    let ahead = ahead(olt);
    let mut command_line = CommandLine {
        cli,
        deadline: Instant::now() + PATIENCE,
        commands: &commands,
        owed: false,
        ahead,
        told,
    };
    let mut answers = Answers::default();
    let tables = async {
        let read = over_snmp(olt, pon, deadline).await;
        if let Err(trouble @ Trouble::NoSuchPon(_)) = read {
            return Err(trouble);
        }
        tell.send_replace(Some(missing(&read)));
        Ok(read)
    };
    let (read, ()) = futures::try_join!(tables, command_line.ahead(&mut answers))?;
    command_line.afterwards(&mut answers).await?;
    merge(pon, read, answers)
}

/// What SNMP is known to lack before it is asked.
fn ahead(olt: &Inner) -> Missing {
    if olt.snmp.is_silent() {
        return Missing { fields: POWERS.to_vec(), ..Missing::default() };
    }
    if is_nameless(olt) {
        // Who is there is asked first, and takes most of the commands.
        return Missing::default();
    }
    let lacks = |field: &&OnuField| POWERS.contains(&field.name) && olt.memory.pick(field).is_none();
    let firmware = olt.memory.firmware();
    let fields = firmware.into_iter().flat_map(|firmware| firmware.monitored.iter().copied()).filter(lacks);
    Missing { fields: fields.map(|field| field.name).collect(), ..Missing::default() }
}

/// What SNMP turned out to lack; nothing where no ONU is in service.
fn missing(read: &Result<(PonMonitor, Problems), Trouble>) -> Missing {
    let Ok((monitored, problems)) = read else {
        return Missing { fields: POWERS.to_vec(), ..Missing::default() };
    };
    let listed = monitored.onus.iter().any(|onu| onu.named_by == NamedBy::CommandLine);
    let online = monitored.onus.iter().any(|onu| matches!(onu.state, None | Some(OnuState::Online)));
    let lacks = |field: &&Field| {
        let lost = |problem: &Problem| problem.field() == **field && !matches!(problem, Problem::Odd { .. });
        online && problems.0.iter().any(lost)
    };
    let spent = if listed { roster::COMMANDS } else { 0 };
    Missing { fields: POWERS.iter().filter(lacks).copied().collect(), online: Some(online), spent }
}

/// A PON of what both sides said.
fn merge(
    pon: PonPort,
    read: Result<(PonMonitor, Problems), Trouble>,
    mut answers: Answers,
) -> Result<(PonMonitor, Problems), Trouble> {
    let Missing { fields: lacking, spent, .. } = missing(&read);
    // Nobody was asked for what is left then, and it may be there all the same.
    let used_up = spent + answers.sent.len() >= MOST_COMMANDS;
    let (mut monitored, mut problems) = match read {
        Ok(read) => read,
        Err(trouble) if answers.answered.is_empty() => return Err(answers.neither(trouble)),
        Err(trouble) => {
            let reason = trouble.to_string();
            let mut problems = Problems::default();
            // The lists of powers name ONUs; whether they name all of them is not known.
            for field in UNHEARD {
                problems.failed(field, reason.clone());
            }
            let onus = answers.onus.values().filter(|onu| onu.at.pon == pon).cloned().collect();
            let (counts, traffic) = (OnuCounts::default(), Traffic::default());
            (PonMonitor { pon, index: PonIndex::A.of(pon), counts, traffic, onus }, problems)
        }
    };
    problems.0.append(&mut answers.problems.0);
    for field in lacking {
        for onu in &mut monitored.onus {
            if let Some(from) = answers.onus.get(&onu.at) {
                fill(onu, from, field);
            }
        }
        let failed = answers.failed.iter().find(|(failed, _)| *failed == field);
        if answers.answered.contains(&field) {
            drop_fields(&mut problems, &[field]);
        } else if let Some((_, trouble)) = failed {
            in_vain(&mut problems, field, trouble);
        } else if used_up {
            unasked(
                &mut problems,
                field,
                "SNMP lacks it, and the commands of a reading went to other fields",
            );
        }
    }
    for field in ONE_BY_ONE {
        unasked(&mut problems, field, "SNMP lacks it, and the command line tells it of one ONU at a time");
    }
    Ok((monitored, problems))
}

/// A field that SNMP lacks and the command line was not asked for is not one that the
/// OLT lacks. Nor is it a failure, so that the reading may be kept.
fn unasked(problems: &mut Problems, field: Field, reason: &str) {
    let lacking = Problem::Unsupported { field };
    if problems.0.contains(&lacking) {
        problems.0.retain(|problem| *problem != lacking);
        problems.odd(field, reason.to_owned());
    }
}

async fn over_snmp(olt: &Inner, pon: PonPort, deadline: Instant) -> Result<(PonMonitor, Problems), Trouble> {
    let (_, firmware) = olt.learned(deadline).await?;
    let row = olt.row_of(pon, deadline).await?;
    let (onus, port, of_onus) = futures::join!(
        named(olt, firmware, pon, deadline),
        counters::of_port(olt, pon, row, deadline),
        counters::of_onus(olt, firmware, pon, deadline),
    );
    let (mut onus, mut problems) = onus?;
    let counts = counts(&onus, &mut problems);
    for onu in &mut onus {
        onu.firmware_version = olt.memory.software(onu.at, onu.serial);
        if onu.firmware_version.is_none() && onu.state == Some(OnuState::Online) {
            problems.unsupported(Field::FirmwareVersion);
        }
    }
    let traffic = match port {
        Ok((traffic, noted)) => {
            problems.0.extend(noted.0);
            traffic
        }
        Err(trouble) => {
            problems.failed(Field::Statistics, trouble.to_string());
            Traffic::default()
        }
    };
    match of_onus {
        Ok((counted, mut noted)) => {
            for onu in &mut onus {
                onu.traffic = counted.get(&onu.at.id).copied().unwrap_or_default();
            }
            for (field, of_onus) in [
                (Field::Statistics, Field::OnusStatistics),
                (Field::RxBytes, Field::OnusRxBytes),
                (Field::TxBytes, Field::OnusTxBytes),
                (Field::RxPackets, Field::OnusRxPackets),
                (Field::TxPackets, Field::OnusTxPackets),
            ] {
                noted.rename(field, of_onus);
            }
            problems.0.extend(noted.0);
        }
        Err(trouble) => problems.failed(Field::OnusStatistics, trouble.to_string()),
    }
    Ok((PonMonitor { pon, index: PonIndex::A.of(pon), counts, traffic, onus }, problems))
}

/// The ONUs of a PON. Where the tables do not name all of them, the command line does.
async fn named(olt: &Inner, firmware: &'static Firmware, pon: PonPort, deadline: Instant) -> Told<Vec<Onu>> {
    let read = onus::of_pon(olt, firmware, pon, Depth::Monitor, deadline).await;
    let (mut onus, mut problems) = match read {
        Err(nameless @ Trouble::Unsupported(NAMELESS)) => {
            let listed = roster::of_pon(olt, pon, false).await;
            return listed.map_err(|why| Trouble::of_both(nameless, why));
        }
        Ok((onus, problems)) if names_unlit(&onus, &problems.0) => return Ok((onus, problems)),
        read => read?,
    };
    match roster::of_pon(olt, pon, false).await {
        Ok((listed, noted)) => {
            for other in listed {
                match onus.iter_mut().find(|onu| onu.at == other.at) {
                    Some(onu) => {
                        onu.named_by = other.named_by;
                        onu.serial = onu.serial.or(other.serial);
                        onu.state = onu.state.or(other.state);
                    }
                    None => onus.push(other),
                }
            }
            onus.sort_by_key(|onu| onu.at);
            problems.found(&[Field::OnuId, Field::SerialNumber, Field::Status]);
            problems.0.extend(noted.0.into_iter().filter(|problem| problem.missing().is_some()));
        }
        Err(busy @ Trouble::Busy { .. }) => return Err(busy),
        Err(Trouble::NoCli) => {}
        Err(trouble) => problems.failed(Field::OnuId, trouble.to_string()),
    }
    Ok((onus, problems))
}

/// How many ONUs there are; not told from a list that may lack some.
fn counts(onus: &[Onu], problems: &mut Problems) -> OnuCounts {
    let unlit = names_unlit(onus, &problems.0);
    if unlit && onus.hidden_by(&problems.0).is_none() {
        return OnuCounts::of(onus);
    }
    if !unlit {
        [Field::OnuCount, Field::OnlineCount, Field::OfflineCount]
            .iter()
            .for_each(|field| problems.unsupported(*field));
    }
    OnuCounts::default()
}

/// Every PON, without its ONUs.
pub(crate) async fn olt(olt: &Inner, deadline: Instant) -> Result<(Vec<PonMonitor>, Problems), Trouble> {
    let (_, firmware) = olt.learned(deadline).await?;
    let ports = olt.port_map(deadline, BELIEVED).await?;
    let mut problems = Problems::default();
    let (counted, traffic) = futures::join!(
        counted(olt, firmware, ports.pons.keys().copied(), deadline),
        counters::of_ports(olt, &ports, deadline)
    );
    let mut failure = None;
    let mut by_pon = BTreeMap::new();
    let unnamed = |reading: &Result<(Vec<Onu>, Problems), Trouble>| match reading {
        Ok((onus, problems)) => !names_unlit(onus, &problems.0),
        Err(trouble) => matches!(trouble, Trouble::Unsupported(NAMELESS)),
    };
    let counted = match counted.iter().any(|(_, reading)| unnamed(reading)) {
        true => listed(olt, counted).await?,
        false => counted,
    };
    for (pon, reading) in counted {
        match reading {
            Ok((onus, mut noted)) => {
                let counts = counts(&onus, &mut noted);
                for problem in noted.0 {
                    match problem {
                        Problem::Unsupported { field } if field != Field::Status => {
                            problems.unsupported(field)
                        }
                        problem => {
                            if let Some((_, reason)) = problem.missing() {
                                problems.failed(Field::PonPorts, format!("PON {pon}: {reason}"));
                            }
                        }
                    }
                }
                by_pon.insert(pon, counts);
            }
            Err(trouble) => {
                problems.failed(Field::PonPorts, format!("PON {pon}: {trouble}"));
                failure = Some(trouble);
            }
        }
    }
    if let Some(trouble) = failure
        && by_pon.is_empty()
    {
        return Err(trouble);
    }
    let traffic = match traffic {
        Ok((traffic, noted)) => {
            problems.0.extend(noted.0);
            traffic
        }
        Err(trouble) => {
            problems.failed(Field::Statistics, trouble.to_string());
            BTreeMap::new()
        }
    };
    let port = |pon: &PonPort| PonMonitor {
        pon: *pon,
        index: PonIndex::A.of(*pon),
        counts: by_pon.get(pon).copied().unwrap_or_default(),
        traffic: traffic.get(pon).copied().unwrap_or_default(),
        onus: Vec::new(),
    };
    Ok((ports.pons.keys().map(port).collect(), problems))
}

/// The ONUs of each PON by one command for the whole OLT, where the tables do not name all of them.
async fn listed(olt: &Inner, counted: Vec<Counted>) -> Result<Vec<Counted>, Trouble> {
    let nameless = |(_, reading): &Counted| matches!(reading, Err(Trouble::Unsupported(NAMELESS)));
    let nobody = counted.iter().all(nameless);
    let states = match roster::of_olt(olt).await {
        Ok(Some(states)) => states,
        Err(busy @ Trouble::Busy { .. }) => return Err(busy),
        // Of the ports something is known all the same.
        Ok(None) | Err(_) if !nobody => return Ok(counted),
        Ok(None) => {
            let reply = "`show gpon onu state` shows no count that its rows agree with";
            return Err(Trouble::UnexpectedReply(reply.to_owned()));
        }
        Err(why) => return Err(Trouble::of_both(Trouble::Unsupported(NAMELESS), why)),
    };
    let of = |pon| states.iter().filter(|onu| onu.at.pon == pon).cloned().collect();
    Ok(counted.into_iter().map(|(pon, _)| (pon, Ok((of(pon), Problems::default())))).collect())
}

type Counted = (PonPort, Result<(Vec<Onu>, Problems), Trouble>);

/// The phases of the ONUs of every PON.
async fn counted(
    olt: &Inner,
    firmware: &'static Firmware,
    pons: impl Iterator<Item = PonPort>,
    deadline: Instant,
) -> Vec<Counted> {
    whole::each(olt, pons, |pon| onus::of_pon(olt, firmware, pon, Depth::Count, deadline)).await
}

//! One ONU as it is right now.

use gpon::{Field, NamedBy, Onu, OnuRef, OnuState};
use tokio::sync::watch;
use tokio::time::Instant;

use super::command::{Answers, Command, fill};
use super::command_line::{CommandLine, Missing};
use super::{MOST_COMMANDS, drop_fields, in_vain, replace};
use crate::Trouble;
use crate::firmware::{Firmware, OnuField};
use crate::reach::terminal::PATIENCE;
use crate::reach::{Inner, Problems};
use crate::read::naming::NAMELESS;
use crate::read::onu::{Named, named};
use crate::read::{counters, roster, sound};

/// The fields that the command line knows too.
const FIELDS: [Field; 11] = [
    Field::Status,
    Field::SerialNumber,
    Field::RxPower,
    Field::TxPower,
    Field::OltRxPower,
    Field::Temperature,
    Field::Voltage,
    Field::BiasCurrent,
    Field::Model,
    Field::HardwareVersion,
    Field::FirmwareVersion,
];

/// One ONU.
pub(crate) async fn onu(olt: &Inner, at: OnuRef, deadline: Instant) -> Result<(Onu, Problems), Trouble> {
    let Some(cli) = &olt.cli else {
        let Named { onu, mut problems, .. } = over_snmp(olt, at, deadline).await?;
        problems.unsupported(Field::FirmwareVersion);
        problems.rename(Field::Status, Field::OnlineStatus);
        return Ok((onu, problems));
    };
    let (tell, told) = watch::channel(None);
    let commands = Command::of_onu(at);
    let ahead = ahead(olt);
    let owed = olt.memory.owes_software(at);
    let mut command_line =
        CommandLine { cli, deadline: Instant::now() + PATIENCE, commands: &commands, owed, ahead, told };
    let mut answers = Answers::default();
    let tables = async {
        let read = over_snmp(olt, at, deadline).await;
        if let Err(trouble @ (Trouble::NoSuchOnu(_) | Trouble::NoSuchPon(_))) = read {
            return Err(trouble);
        }
        tell.send_replace(Some(missing(&read)));
        Ok(read)
    };
    let (read, ()) = futures::try_join!(tables, command_line.ahead(&mut answers))?;
    command_line.afterwards(&mut answers).await?;
    let waits = answers.sent.iter().all(|command| !command.may_wait());
    let refused = answers.failed.iter().any(|(_, trouble)| matches!(trouble, Trouble::Refused { .. }));
    let doubted = refused && matches!(read, Err(Trouble::Unsupported(NAMELESS)));
    let (mut onu, mut problems) = match merge(at, read, answers) {
        // Only the list of its PON can say that there is none: two commands more, which
        // nobody pays whose ONU is there, and which a command line that is out of reach
        // is spared.
        Err(trouble) if doubted => {
            let listed = roster::onu(olt, at, false).await;
            return Err(listed.err().filter(|why| matches!(why, Trouble::NoSuchOnu(_))).unwrap_or(trouble));
        }
        merged => merged?,
    };
    let owed = waits && onu.firmware_version.is_none() && onu.state == Some(OnuState::Online);
    olt.memory.owe_software(at, owed);
    if owed && !problems.lacks(Field::FirmwareVersion) {
        let reason = "other commands went first; the next reading of this ONU asks for it";
        problems.odd(Field::FirmwareVersion, reason.to_owned());
    }
    if let Some(version) = &onu.firmware_version
        && olt.memory.software(at, onu.serial).is_none()
    {
        olt.memory.remember_software(at, onu.serial, version);
    }
    sound::settle(&mut onu, olt.max_distance_m, &mut problems);
    drop_fields(&mut problems, &[Field::Distance]);
    problems.rename(Field::Status, Field::OnlineStatus);
    Ok((onu, problems))
}

/// What SNMP is known to lack before it is asked.
fn ahead(olt: &Inner) -> Missing {
    if olt.snmp.is_silent() {
        return Missing { fields: FIELDS.to_vec(), online: None, spent: 0 };
    }
    let lacks = |field: &&OnuField| {
        FIELDS.contains(&field.name) && field.sources.iter().all(|source| olt.memory.is_absent(source.column))
    };
    let firmware = olt.memory.firmware();
    let lacking = firmware.into_iter().flat_map(Firmware::monitored_fields).filter(lacks);
    Missing { fields: lacking.map(|field| field.name).collect(), online: None, spent: 0 }
}

/// What SNMP turned out to lack.
fn missing(read: &Result<Named, Trouble>) -> Missing {
    match read {
        Ok(Named { onu, answered, .. }) => {
            let online = onu.state.map(|state| state == OnuState::Online);
            Missing { fields: missing_of(answered), online, spent: 0 }
        }
        Err(_) => Missing { fields: FIELDS.to_vec(), online: None, spent: 0 },
    }
}

async fn over_snmp(olt: &Inner, at: OnuRef, deadline: Instant) -> Result<Named, Trouble> {
    let (_, firmware) = olt.learned(deadline).await?;
    olt.row_of(at.pon, deadline).await?;
    let fields: Vec<_> = firmware.monitored_fields().collect();
    let (read, counted) = futures::join!(
        named(olt, firmware, at, &fields, deadline),
        counters::of_onu(olt, firmware, at, deadline)
    );
    let mut read = read?;
    drop_fields(&mut read.problems, &[firmware.distance.name]);
    read.onu.firmware_version = olt.memory.software(at, read.onu.serial);
    if read.onu.firmware_version.is_some() {
        read.answered.push(Field::FirmwareVersion);
    }
    match counted {
        Ok((traffic, noted)) => {
            read.onu.traffic = traffic;
            read.problems.0.extend(noted.0);
        }
        Err(trouble) => read.problems.failed(Field::Statistics, trouble.to_string()),
    }
    Ok(read)
}

/// One ONU of what both sides said.
fn merge(at: OnuRef, read: Result<Named, Trouble>, mut answers: Answers) -> Result<(Onu, Problems), Trouble> {
    let from = answers.onus.remove(&at);
    let (mut onu, mut problems, lacking, silent) = match read {
        Ok(named) => {
            let lacking = missing_of(&named.answered);
            (named.onu, named.problems, lacking, None)
        }
        Err(trouble) => {
            // Without an answer about the ONU it is not known whether it exists.
            if from.is_none() {
                return Err(answers.neither(trouble));
            }
            let mut problems = Problems::default();
            problems.failed(Field::Statistics, trouble.to_string());
            (Onu::unknown(at, NamedBy::CommandLine), problems, FIELDS.to_vec(), Some(trouble))
        }
    };
    problems.0.append(&mut answers.problems.0);
    for field in &lacking {
        if let Some(from) = &from {
            fill(&mut onu, from, *field);
        }
    }
    let offline = onu.state.is_some_and(|state| state != OnuState::Online);
    for field in lacking {
        let of_service = !matches!(field, Field::Status | Field::SerialNumber);
        if answers.answered.contains(&field) || offline && of_service {
            // Told, be it with "not available"; an ONU out of service has nothing to tell.
            drop_fields(&mut problems, &[field]);
        } else if let Some((_, trouble)) = answers.failed.iter().find(|(failed, _)| *failed == field) {
            in_vain(&mut problems, field, trouble);
        } else if let Some(trouble) = &silent {
            replace(&mut problems, field, trouble.to_string());
        } else if answers.sent.len() >= MOST_COMMANDS {
            let reason =
                format!("SNMP lacks it, and {MOST_COMMANDS} commands went to what SNMP lacks besides");
            replace(&mut problems, field, reason);
        }
    }
    Ok((onu, problems))
}

fn missing_of(answered: &[Field]) -> Vec<Field> {
    FIELDS.iter().filter(|field| !answered.contains(field)).copied().collect()
}

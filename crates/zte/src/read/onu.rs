//! One ONU in full.

use std::time::Duration;

use async_snmp::Value;
use gpon::{AdminState, NamedBy, Onu, OnuRef, OnuState, Span};
use tokio::time::Instant;

use crate::Trouble;
use crate::cli::show::ShowOnuDetailInfo;
use crate::firmware::{Firmware, OnuField, OnuSource};
use crate::olt::Inner;
use crate::read::{Problems, oid};

/// Longest wait for what only the command line knows, where the tables know the rest.
const REST: Duration = Duration::from_secs(30);

/// Reads everything of one ONU: what a table shows, and at the same time what
/// only the command line knows.
pub(crate) async fn full(olt: &Inner, at: OnuRef, deadline: Instant) -> Result<(Onu, Problems), Trouble> {
    let tables = async {
        let (_, firmware) = olt.learned(deadline).await?;
        olt.row_of(at.pon, deadline).await?;
        let fields: Vec<_> = firmware.onu_fields().collect();
        let mut read = named(olt, firmware, at, &fields, deadline).await?;
        firmware.onu_lacks.iter().for_each(|field| read.problems.unsupported(field));
        read.problems.rename(firmware.distance.name, "gpon_optical_distance");
        Ok(read)
    };
    let mut noted = Problems::default();
    let detail = async {
        let asked = tokio::time::timeout(REST, olt.ask(&ShowOnuDetailInfo { onu: at }, &mut noted)).await;
        Ok(asked.unwrap_or(Err(Trouble::Deadline(REST))))
    };
    let (read, detail) = futures::try_join!(tables, detail)?;
    let Named { mut onu, mut problems, .. } = read;
    if let Some(detail) = problems.told(&["uptime"], detail) {
        onu.uptime = detail.online_s.map(Span::from_seconds).filter(|_| onu.state == Some(OnuState::Online));
        if onu.admin.is_none()
            && let Some(enabled) = detail.admin_enabled
        {
            onu.admin = Some(if enabled { AdminState::Enabled } else { AdminState::Disabled });
            problems.0.retain(|problem| problem.field() != "admin_state");
        }
    }
    problems.0.append(&mut noted.0);
    Ok((onu, problems))
}

/// An ONU as far as it was read.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) onu: Onu,
    pub(crate) problems: Problems,
    /// The fields that the OLT answered, be it with "not available".
    pub(crate) answered: Vec<&'static str>,
}

/// Reads one ONU by its exact names: one request where the best source of each
/// field answers, another for what it lacks.
pub(crate) async fn named(
    olt: &Inner,
    firmware: &'static Firmware,
    at: OnuRef,
    fields: &[&'static OnuField],
    deadline: Instant,
) -> Result<Named, Trouble> {
    let mut onu = Onu::unknown(at, NamedBy::Management);
    let mut problems = Problems::default();
    let mut answered = Vec::new();
    // The state first: what to expect of the others depends on it.
    let mut wanted: Vec<&'static OnuField> = vec![firmware.state];
    wanted.extend(fields.iter().filter(|field| field.name != firmware.state.name));
    let mut named = [false; 3];
    let mut asked = Vec::new();
    for round in 0..4 {
        let pick = |field: &'static OnuField| {
            let mut sources = field.sources.iter().filter(|source| !olt.memory.is_absent(source.column));
            sources.nth(round).map(|source| (field, source))
        };
        let picked: Vec<(&'static OnuField, &'static OnuSource)> =
            wanted.iter().filter_map(|field| pick(field)).collect();
        if picked.is_empty() {
            break;
        }
        let names: Vec<_> = picked.iter().map(|(_, source)| instance(source, at)).collect();
        let values = olt.snmp.get(&names, deadline).await?;
        for ((field, source), value) in picked.iter().zip(&values) {
            if missing(value) {
                asked.push((*field, *source));
                if olt.memory.is_present(source.column) {
                    // Other ONUs have rows in this column; this one has none.
                    wanted.retain(|other| other.name != field.name);
                }
                continue;
            }
            wanted.retain(|other| other.name != field.name);
            answered.push(field.name);
            olt.memory.found(source.column, true);
            let by = [firmware.management, &[firmware.state], &[firmware.distance]];
            for (named, fields) in named.iter_mut().zip(by) {
                *named |= fields.iter().any(|other| other.name == field.name);
            }
            if let Err(reason) = (source.set)(&mut onu, value) {
                problems.odd(field.name, format!("ONU {at}: {reason}"));
            }
        }
        let online = matches!(onu.state, None | Some(OnuState::Online));
        wanted.retain(|field| online || !field.in_service);
        if named[0] && wanted.is_empty() {
            break;
        }
    }
    onu.named_by = match named {
        [true, ..] => NamedBy::Management,
        [_, true, _] => NamedBy::State,
        [_, _, true] => NamedBy::Distance,
        _ => return Err(Trouble::NoSuchOnu(at)),
    };
    if onu.named_by != NamedBy::Management && managed(olt, firmware, at, deadline).await? {
        return Err(Trouble::NoSuchOnu(at));
    }
    lacking(olt, firmware, &onu, (fields, asked), deadline, &mut problems).await?;
    Ok(Named { onu, problems, answered })
}

/// Makes sure that some table names the ONU.
pub(crate) async fn exists(
    olt: &Inner,
    firmware: &'static Firmware,
    at: OnuRef,
    deadline: Instant,
) -> Result<(), Trouble> {
    named(olt, firmware, at, &[firmware.serial, firmware.distance], deadline).await.map(drop)
}

/// Fields that the device has no column for are said to be unsupported; a field
/// that only this ONU lacks (it is offline, say) is just null.
async fn lacking(
    olt: &Inner,
    firmware: &Firmware,
    onu: &Onu,
    (fields, asked): (&[&'static OnuField], Vec<(&'static OnuField, &'static OnuSource)>),
    deadline: Instant,
    problems: &mut Problems,
) -> Result<(), Trouble> {
    let sources: Vec<&'static OnuSource> = asked.iter().map(|(_, source)| *source).collect();
    olt.memory.probe(&olt.snmp, &sources, deadline).await?;
    for field in fields {
        let absent = field.sources.iter().all(|source| olt.memory.is_absent(source.column));
        let elsewhere = onu.named_by != NamedBy::Management
            && firmware.management.iter().any(|other| other.name == field.name);
        if absent || elsewhere {
            problems.unsupported(field.name);
        }
    }
    Ok(())
}

/// Whether the management table has any row on this PON.
async fn managed(olt: &Inner, firmware: &Firmware, at: OnuRef, deadline: Instant) -> Result<bool, Trouble> {
    let sources = firmware.management[0].sources;
    let prefixes: Vec<_> =
        sources.iter().map(|source| oid(source.column, &[source.index.of(at.pon)])).collect();
    let answer = olt.snmp.next(&prefixes, deadline).await?;
    Ok(answer
        .iter()
        .zip(&prefixes)
        .any(|(binding, prefix)| !binding.value.is_exception() && binding.oid.starts_with(prefix)))
}

fn instance(source: &OnuSource, at: OnuRef) -> async_snmp::Oid {
    let mut index = vec![source.index.of(at.pon), u32::from(at.id.get())];
    index.extend(source.tail);
    oid(source.column, &index)
}

fn missing(value: &Value) -> bool {
    value.is_exception() || matches!(value, Value::Null)
}

//! One ONU in full.

use async_snmp::Value;
use gpon::{NamedBy, Onu, OnuRef, OnuState};
use tokio::time::Instant;

use crate::Trouble;
use crate::firmware::{Firmware, OnuField, OnuSource};
use crate::olt::Inner;
use crate::read::{Problems, oid};

/// Reads one ONU by its exact names: one request where the best source of each
/// field answers, another for what it lacks.
pub(crate) async fn full(
    olt: &Inner,
    firmware: &'static Firmware,
    at: OnuRef,
    deadline: Instant,
) -> Result<(Onu, Problems), Trouble> {
    let mut onu = Onu::unknown(at, NamedBy::Management);
    let mut problems = Problems::default();
    // The state first: what to expect of the others depends on it.
    let mut wanted: Vec<&'static OnuField> = vec![firmware.state];
    wanted.extend(firmware.onu_fields().filter(|field| field.name != firmware.state.name));
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
    lacking(olt, firmware, &onu, asked, deadline, &mut problems).await?;
    problems.rename(firmware.distance.name, "gpon_optical_distance");
    Ok((onu, problems))
}

/// Fields that the device has no column for are said to be unsupported; a field
/// that only this ONU lacks (it is offline, say) is just null.
async fn lacking(
    olt: &Inner,
    firmware: &Firmware,
    onu: &Onu,
    asked: Vec<(&'static OnuField, &'static OnuSource)>,
    deadline: Instant,
    problems: &mut Problems,
) -> Result<(), Trouble> {
    let sources: Vec<&'static OnuSource> = asked.iter().map(|(_, source)| *source).collect();
    olt.memory.probe(&olt.snmp, &sources, deadline).await?;
    for field in firmware.onu_fields() {
        let absent = field.sources.iter().all(|source| olt.memory.is_absent(source.column));
        let elsewhere = onu.named_by != NamedBy::Management
            && firmware.management.iter().any(|other| other.name == field.name);
        if absent || elsewhere {
            problems.unsupported(field.name);
        }
    }
    firmware.onu_lacks.iter().for_each(|field| problems.unsupported(field));
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

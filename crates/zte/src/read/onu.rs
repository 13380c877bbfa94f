//! One ONU in full.

use std::time::Duration;

use async_snmp::Value;
use gpon::{AdminState, Field, NamedBy, Onu, OnuRef, OnuState, Span};
use tokio::time::Instant;

use crate::Trouble;
use crate::cli::show::ShowOnuDetailInfo;
use crate::firmware::{Firmware, OnuField, OnuSource};
use crate::reach::clock::{self, Ticks};
use crate::reach::{Inner, Problems, Told, oid};
use crate::read::naming::{NAMELESS, Silence, silence};
use crate::read::{roster, sound};

/// Longest wait for what only the command line knows, where the tables know the rest.
const REST: Duration = Duration::from_secs(30);

/// Reads everything of one ONU from the tables; how long it has been online by
/// the OLT's clock. An ONU that no table can name is looked for at the command line.
pub(crate) async fn full(olt: &Inner, at: OnuRef, deadline: Instant) -> Told<Onu> {
    let tables = async {
        let (_, firmware) = olt.learned(deadline).await?;
        olt.row_of(at.pon, deadline).await?;
        let fields: Vec<_> = firmware.onu_fields().collect();
        let mut read = named(olt, firmware, at, &fields, deadline).await?;
        firmware.onu_lacks.iter().for_each(|field| read.problems.unsupported(*field));
        online_time(olt, &mut read, deadline).await?;
        read.problems.rename(firmware.distance.name, Field::GponOpticalDistance);
        Ok((read.onu, read.problems))
    };
    // So that the first of many details does not wait for one after the other.
    let clock = clock::known(olt, deadline, false);
    let (read, _) = futures::join!(tables, clock);
    match read {
        Err(nameless @ Trouble::Unsupported(NAMELESS)) => {
            let (onu, mut problems) = at_terminal(olt, at, nameless, true).await?;
            let tables =
                [Field::IpAddress, Field::RxPower, Field::TxPower, Field::OltRxPower, Field::OfflineReason];
            tables.iter().for_each(|field| problems.unsupported(*field));
            problems.rename(Field::Distance, Field::GponOpticalDistance);
            Ok((onu, problems))
        }
        read => read,
    }
}

/// An ONU that no table of this OLT can name, as the command line has it.
async fn at_terminal(olt: &Inner, at: OnuRef, nameless: Trouble, detailed: bool) -> Told<Onu> {
    match roster::onu(olt, at, detailed).await {
        Err(found @ (Trouble::NoSuchOnu(_) | Trouble::Busy { .. })) => Err(found),
        told => told.map_err(|why| Trouble::of_both(nameless, why)),
    }
}

/// How long the ONU has been online: from its last coming online to now, both on
/// the OLT's clock. Where that cannot be, its detailed account is asked.
async fn online_time(olt: &Inner, read: &mut Named, deadline: Instant) -> Result<(), Trouble> {
    if read.onu.state.is_some_and(|state| state != OnuState::Online) || olt.cli.is_none() {
        // It has no time to tell: the field is null and nothing is missing.
        if olt.cli.is_some() {
            read.problems.found(&[Field::Uptime]);
        }
        return Ok(());
    }
    let by_clock = match (read.onu.last_online, read.ticks) {
        (Some(since), Some(ticks)) => match clock::at(olt, ticks, deadline).await {
            // A clock that was set meanwhile gives a time that nobody can have been online.
            Ok(now) => now.since(since).filter(|time| time.seconds() <= ticks.since_start().as_secs()),
            Err(busy @ Trouble::Busy { .. }) => return Err(busy),
            Err(trouble) => {
                read.problems.told::<()>(&[Field::Uptime], Err(trouble));
                return Ok(());
            }
        },
        _ => None,
    };
    if let Some(time) = by_clock {
        read.problems.found(&[Field::Uptime]);
        read.onu.uptime = Some(time);
        return Ok(());
    }
    let mut noted = Problems::default();
    let show = ShowOnuDetailInfo { onu: read.onu.at };
    let detail = olt.ask(&show, &[Field::Uptime], &mut noted);
    let detail = tokio::time::timeout(REST, detail).await.unwrap_or(Err(Trouble::Deadline(REST)));
    if let Err(busy @ Trouble::Busy { .. }) = detail {
        return Err(busy);
    }
    if let Some(detail) = read.problems.told(&[Field::Uptime], detail) {
        read.onu.uptime = detail.online_s.map(Span::from_seconds);
        admitted(&mut read.onu, detail.admin_enabled, &mut read.problems);
    }
    read.problems.append(noted);
    Ok(())
}

/// Whether it may be in service, where no table says so.
fn admitted(onu: &mut Onu, enabled: Option<bool>, problems: &mut Problems) {
    if onu.admin.is_none()
        && let Some(enabled) = enabled
    {
        onu.admin = Some(if enabled { AdminState::Enabled } else { AdminState::Disabled });
        problems.found(&[Field::AdminState]);
    }
}

/// An ONU as far as it was read.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) onu: Onu,
    pub(crate) problems: Problems,
    /// The fields that the OLT answered, be it with "not available".
    pub(crate) answered: Vec<Field>,
    /// The agent's time of the answer.
    pub(crate) ticks: Option<Ticks>,
}

/// Reads one ONU by its exact names: one request where the best source of each
/// field answers, another for what it lacks.
///
/// # Errors
/// [`Trouble::NoSuchOnu`] where tables that name every configured ONU do not name
/// it; [`Trouble::Unsupported`] where this OLT has no such table.
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
    let naming: Vec<(&'static OnuField, NamedBy)> = [
        firmware.management.iter().map(|field| (*field, NamedBy::Management)).collect::<Vec<_>>(),
        vec![(firmware.state, NamedBy::State)],
        firmware.lit.to_vec(),
    ]
    .concat();
    let mut named_by: Vec<usize> = Vec::new();
    let mut asked = Vec::new();
    let mut ticks = None;
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
        let mut names: Vec<_> = picked.iter().map(|(_, source)| instance(source, at)).collect();
        if round == 0 {
            names.push(oid(clock::SYS_UP_TIME.0, clock::SYS_UP_TIME.1));
        }
        let values = olt.snmp.get(&names, deadline).await?;
        ticks = ticks.or_else(|| Ticks::of(values.get(picked.len())?));
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
            named_by.extend(naming.iter().position(|(other, _)| other.name == field.name));
            if let Err(reason) = (source.set)(&mut onu, value) {
                problems.odd(field.name, format!("ONU {at}: {reason}"));
            }
        }
        let online = matches!(onu.state, None | Some(OnuState::Online));
        wanted.retain(|field| online || !field.in_service);
        if wanted.is_empty() {
            break;
        }
    }
    // Without a management column among the fields, or with that one absent, the others tell.
    let asked_all = firmware.management.iter().all(|one| fields.iter().any(|field| field.name == one.name));
    let first = named_by.into_iter().min();
    let managed_first =
        first.and_then(|first| naming.get(first)).is_some_and(|(_, by)| *by == NamedBy::Management);
    let first = if managed_first || asked_all || !managed_exactly(olt, firmware, at, deadline).await? {
        first
    } else {
        Some(0)
    };
    let named = first.and_then(|first| naming.get(first));
    onu.named_by = match named {
        Some((_, named_by)) => *named_by,
        None if silence(olt, firmware, deadline).await? == Silence::Empty => {
            return Err(Trouble::NoSuchOnu(at));
        }
        None => return Err(Trouble::Unsupported(NAMELESS)),
    };
    if onu.named_by != NamedBy::Management && managed(olt, firmware, at, deadline).await? {
        return Err(Trouble::NoSuchOnu(at));
    }
    sound::settle(&mut onu, olt.max_distance_m, &mut problems);
    lacking(olt, firmware, &onu, (fields, asked), deadline, &mut problems).await?;
    Ok(Named { onu, problems, answered, ticks })
}

/// Makes sure that some table names the ONU, or else its port's configuration.
pub(crate) async fn exists(
    olt: &Inner,
    firmware: &'static Firmware,
    at: OnuRef,
    deadline: Instant,
) -> Result<(), Trouble> {
    match named(olt, firmware, at, &[firmware.serial, firmware.distance], deadline).await {
        Err(nameless @ Trouble::Unsupported(NAMELESS)) => {
            at_terminal(olt, at, nameless, false).await.map(drop)
        }
        read => read.map(drop),
    }
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

/// Whether some management column has a row for this very ONU.
async fn managed_exactly(
    olt: &Inner,
    firmware: &Firmware,
    at: OnuRef,
    deadline: Instant,
) -> Result<bool, Trouble> {
    let sources = firmware.management.iter().flat_map(|field| field.sources);
    let names: Vec<_> = sources.map(|source| instance(source, at)).collect();
    Ok(olt.snmp.get(&names, deadline).await?.iter().any(|value| !missing(value)))
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

//! What has been learned of an OLT on the way: which columns it has, how full its PONs are.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_snmp::VarBind;
use gpon::{Field, OnuId, OnuRef, PonPort, Problem, SerialNumber};
use tokio::time::Instant;

use super::{Identity, oid};
use crate::Trouble;
use crate::firmware::if_mib::IF_NAME;
use crate::firmware::{Cell, Firmware, OnuField, OnuSource, Table};
use crate::snmp::Snmp;

/// How long the software of an ONU is remembered.
const SOFTWARE: Duration = Duration::from_secs(24 * 3600);

/// The software of an ONU, as it was told of the box with this serial number.
#[derive(Debug)]
struct Software {
    told: Instant,
    of: Option<SerialNumber>,
    version: String,
}

/// What has been learned of an OLT on the way.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Columns that were seen with rows, and columns that the device lacks.
    columns: Mutex<HashMap<&'static [u32], bool>>,
    highest: Mutex<HashMap<PonPort, u32>>,
    /// What runs on ONUs.
    software: Mutex<HashMap<OnuRef, Software>>,
    /// ONUs whose software somebody wanted to know, and that were asked other things first.
    owed: Mutex<HashSet<OnuRef>>,
    /// Set while the firmware is not known: its sysDescr, if the OLT has one.
    unknown: Mutex<Option<Option<String>>>,
    firmware: Mutex<Option<&'static Firmware>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    pub(crate) fn found(&self, column: &'static [u32], present: bool) {
        lock(&self.columns).insert(column, present);
    }

    pub(crate) fn is_absent(&self, column: &'static [u32]) -> bool {
        lock(&self.columns).get(column) == Some(&false)
    }

    pub(crate) fn is_present(&self, column: &'static [u32]) -> bool {
        lock(&self.columns).get(column) == Some(&true)
    }

    /// Whether one of these tables was seen with rows, so that none now means that there are none.
    pub(crate) fn has_any<T>(&self, tables: &[Table<T>]) -> bool {
        tables.iter().flat_map(|table| table.cells).any(|cell| self.is_present(cell.column))
    }

    /// The best source of a field that the device is not known to lack.
    pub(crate) fn pick(&self, field: &OnuField) -> Option<&'static OnuSource> {
        field.sources.iter().find(|source| !self.is_absent(source.column))
    }

    /// The highest id that a PON is likely to have: what it had, else all.
    pub(crate) fn highest(&self, pon: PonPort) -> u32 {
        lock(&self.highest).get(&pon).copied().unwrap_or(u32::from(OnuId::MAX))
    }

    pub(crate) fn remember_highest(&self, pon: PonPort, highest: Option<u32>) {
        lock(&self.highest).insert(pon, highest.unwrap_or(0));
    }

    /// The software of an ONU, as it was told in the last 24 hours of the box with
    /// this serial number: it takes an upgrade to change it.
    pub(crate) fn software(&self, at: OnuRef, serial: Option<SerialNumber>) -> Option<String> {
        let software = lock(&self.software);
        let known = software.get(&at)?;
        (known.told.elapsed() < SOFTWARE && known.of == serial).then(|| known.version.clone())
    }

    /// Whether the software of an ONU was wanted before and not asked for.
    pub(crate) fn owes_software(&self, at: OnuRef) -> bool {
        lock(&self.owed).contains(&at)
    }

    pub(crate) fn owe_software(&self, at: OnuRef, owed: bool) {
        let mut all = lock(&self.owed);
        if owed {
            all.insert(at)
        } else {
            all.remove(&at)
        };
    }

    pub(crate) fn remember_software(&self, at: OnuRef, serial: Option<SerialNumber>, version: &str) {
        lock(&self.software)
            .insert(at, Software { told: Instant::now(), of: serial, version: version.to_owned() });
    }

    /// Finds out which of these columns exist at all. Asks for those only of
    /// which nothing is known yet.
    pub(crate) async fn probe(
        &self,
        snmp: &Arc<Snmp>,
        sources: &[&'static OnuSource],
        deadline: Instant,
    ) -> Result<(), Trouble> {
        let columns: Vec<_> = sources.iter().map(|source| source.column).collect();
        self.probe_columns(snmp, &columns, deadline).await
    }

    /// Whether the device lacks every column of a table.
    pub(crate) async fn probe_table<T>(
        &self,
        snmp: &Arc<Snmp>,
        cells: &'static [Cell<T>],
        deadline: Instant,
    ) -> Result<bool, Trouble> {
        let columns: Vec<_> = cells.iter().map(|cell| cell.column).collect();
        self.probe_columns(snmp, &columns, deadline).await?;
        Ok(columns.iter().all(|column| self.is_absent(column)))
    }

    /// Finds out which of these columns exist. Asks for those only of which nothing is known yet.
    ///
    /// # Errors
    /// [`Trouble::UnexpectedReply`] where the OLT shows not even its interfaces: one
    /// that starts, or whose agent does, lacks everything, which says nothing of a column.
    pub(crate) async fn probe_columns(
        &self,
        snmp: &Arc<Snmp>,
        columns: &[&'static [u32]],
        deadline: Instant,
    ) -> Result<(), Trouble> {
        let unknown: Vec<&'static [u32]> = {
            let known = lock(&self.columns);
            columns.iter().copied().filter(|column| !known.contains_key(column)).collect()
        };
        let there = |column: &[u32], binding: &VarBind| {
            !binding.value.is_exception() && binding.oid.arcs().starts_with(column)
        };
        for some in unknown.chunks(crate::snmp::walk::MAX_COLUMNS - 1) {
            let all = some.iter().copied().chain([IF_NAME]);
            let names: Vec<_> = all.map(|column| oid(column, &[])).collect();
            let answer = snmp.next(&names, deadline).await?;
            let shows_ports = answer.last().is_some_and(|binding| there(IF_NAME, binding));
            for (column, binding) in some.iter().zip(&answer) {
                let there = there(column, binding);
                if there || shows_ports {
                    self.found(column, there);
                } else {
                    let reply = "the OLT shows none of its tables; it may be starting";
                    return Err(Trouble::UnexpectedReply(reply.into()));
                }
            }
        }
        Ok(())
    }

    /// Whether some column was looked for in vain.
    pub(crate) fn has_absences(&self) -> bool {
        lock(&self.columns).values().any(|present| !present)
    }

    /// Columns that were not there are looked for again: an OLT that starts shows
    /// its tables one after the other.
    pub(crate) fn forget_absences(&self) {
        lock(&self.columns).retain(|_, present| *present);
    }

    /// What was learned of another firmware says nothing of this one.
    pub(crate) fn begin(&self, identity: &Identity, firmware: &'static Firmware) {
        lock(&self.columns).clear();
        *lock(&self.firmware) = Some(firmware);
        *lock(&self.unknown) =
            (!identity.known).then(|| identity.is_told().then(|| identity.description.clone()));
    }

    /// The firmware, as it was last learned.
    pub(crate) fn firmware(&self) -> Option<&'static Firmware> {
        *lock(&self.firmware)
    }

    pub(crate) fn unknown_firmware(&self) -> Option<Problem> {
        Some(match lock(&self.unknown).clone()? {
            Some(description) => {
                let reason =
                    format!("unknown_firmware: {} is read by probing its tables", gpon::quoted(&description));
                Problem::Odd { field: Field::Firmware, reason }
            }
            // Not for long, so that nothing is kept of what it shows meanwhile.
            None => {
                let reason = "the OLT does not say who it is; it may be starting".into();
                Problem::Failed { field: Field::Firmware, reason }
            }
        })
    }
}

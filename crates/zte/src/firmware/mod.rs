//! Firmware as data: which table and column of an OLT holds what.
//!
//! A firmware is one const in one file and one line in [`KNOWN`].

use async_snmp::Value;
use gpon::{
    Card, DbaProfile, Environment, Field, GemPort, NamedBy, Onu, OpticalModule, Tcont, Traffic,
    TrafficProfile, UnconfiguredOnu, Vlan, VlanProfile,
};

use crate::OnuCounters;
use crate::index::{PonIndex, Rows};

/// A column of an enterprise tree, by the arcs behind `1.3.6.1.4.1.3902`.
macro_rules! zte {
    ($($arc:literal),+) => { &[1, 3, 6, 1, 4, 1, 3902, $($arc),+] };
}

/// Puts a decoded value into a field of the row.
macro_rules! set {
    ($field:ident, $decode:expr) => {
        |row, value| {
            row.$field = $decode(value)?;
            Ok(())
        }
    };
}

pub(crate) mod dialect;
pub(crate) mod entity_mib;
pub(crate) mod if_mib;
mod service_row;
mod v1_2;
mod v2_1;

pub(crate) use self::service_row::ServiceRow;

/// Puts a column's value into a row, or says why it cannot be one.
pub(crate) type Set<T> = fn(&mut T, &Value) -> Result<(), String>;

/// A column that holds a field of an ONU, at `PON.onu.tail`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnuSource {
    pub(crate) column: &'static [u32],
    pub(crate) index: PonIndex,
    pub(crate) tail: &'static [u32],
    pub(crate) set: Set<Onu>,
}

/// A field of an ONU and the columns that hold it, the best first.
#[derive(Debug)]
pub(crate) struct OnuField {
    /// What problems call it.
    pub(crate) name: Field,
    /// Whether only ONUs in service have a row.
    pub(crate) in_service: bool,
    pub(crate) sources: &'static [OnuSource],
}

/// A column of a table whose rows become `T`.
#[derive(Debug)]
pub(crate) struct Cell<T: 'static> {
    pub(crate) field: Field,
    pub(crate) column: &'static [u32],
    pub(crate) set: Set<T>,
}

/// A table whose rows become `T`.
#[derive(Debug)]
pub(crate) struct Table<T: 'static> {
    /// The row of an index, still empty; `None` for an index of another kind.
    pub(crate) row: fn(&[u32]) -> Option<T>,
    /// How its rows are numbered, and how many there can be.
    pub(crate) rows: Rows,
    pub(crate) cells: &'static [Cell<T>],
}

/// A table that names ports by an encoded index.
#[derive(Debug)]
pub(crate) struct PortTable<T: 'static> {
    pub(crate) index: PonIndex,
    pub(crate) cells: &'static [Cell<T>],
}

/// A table of ONU counters, at `PON.onu`.
#[derive(Debug)]
pub(crate) struct CounterTable {
    /// Its name in the configuration.
    pub(crate) source: OnuCounters,
    pub(crate) index: PonIndex,
    pub(crate) cells: &'static [Cell<Traffic>],
}

/// A part of the environment: its table's rows are added to the whole.
pub(crate) type EnvironmentCell = fn(&mut Environment, &[u32], &Value) -> Result<(), String>;

/// Everything that one family of firmware shows over SNMP. Lists of tables are
/// in the order in which they are tried; an empty list is "no source".
#[derive(Debug)]
pub(crate) struct Firmware {
    /// Its name for people.
    pub(crate) name_for_people: &'static str,
    /// How its command line speaks.
    pub(crate) dialect: &'static dialect::Dialect,
    /// Prefixes of sysObjectID that announce it.
    pub(crate) object_ids: &'static [&'static [u32]],
    /// Whether devices of it differ, so that its tables are probed.
    pub(crate) probed: bool,
    /// The columns that name the ONUs of a PON and carry their configuration.
    pub(crate) management: &'static [&'static OnuField],
    /// The management column of names.
    pub(crate) name: &'static OnuField,
    /// The management column of serial numbers.
    pub(crate) serial: &'static OnuField,
    /// Phase, which also names ONUs where no management table does.
    pub(crate) state: &'static OnuField,
    /// Distance.
    pub(crate) distance: &'static OnuField,
    /// Fields whose columns hold a row for each ONU that has or had light, and so
    /// name ONUs where nothing else does, the best first.
    pub(crate) lit: &'static [(&'static OnuField, NamedBy)],
    /// What an ONU list reads besides management and phase.
    pub(crate) list: &'static [&'static OnuField],
    /// What a reading of the whole OLT adds to that.
    pub(crate) whole: &'static [&'static OnuField],
    /// What a reading of one ONU adds to that.
    pub(crate) full: &'static [&'static OnuField],
    /// What is read of a monitored ONU, besides serial number and phase.
    pub(crate) monitored: &'static [&'static OnuField],
    /// Where ONU counters may stand; which are tried, and in which order, is configured.
    pub(crate) onu_counters: &'static [CounterTable],
    /// Fields of a full reading that no table shows.
    pub(crate) onu_lacks: &'static [Field],
    pub(crate) cards: &'static [Table<Card>],
    pub(crate) environment: &'static [(Field, &'static [u32], EnvironmentCell)],
    pub(crate) modules: &'static [PortTable<OpticalModule>],
    /// How many ONUs a PON port can have.
    pub(crate) capacity: Option<(&'static [u32], PonIndex)>,
    pub(crate) unconfigured: &'static [Table<UnconfiguredOnu>],
    pub(crate) dba_profiles: &'static [Table<DbaProfile>],
    /// The older profile table, whose integer index is a profile's `profile_id`.
    pub(crate) dba_profile_ids: Option<&'static Table<DbaProfile>>,
    pub(crate) vlan_profiles: &'static [Table<VlanProfile>],
    pub(crate) vlans: &'static [Table<Vlan>],
    pub(crate) service_ports: Option<&'static Table<ServiceRow>>,
    pub(crate) traffic_profiles: &'static [Table<TrafficProfile>],
    pub(crate) tconts: &'static Table<Tcont>,
    pub(crate) gem_ports: &'static Table<GemPort>,
    /// Whether its command line lists unconfigured ONUs with model and password (fact sheet, CLI §4.3).
    pub(crate) lists_unconfigured_models: bool,
}

impl Firmware {
    /// Every field of an ONU.
    pub(crate) fn onu_fields(&self) -> impl Iterator<Item = &'static OnuField> {
        let head = self.management.iter().chain([&self.state, &self.distance]);
        head.chain(self.list).chain(self.whole).chain(self.full).copied()
    }

    /// The field of a column, where the firmware has it.
    pub(crate) fn field(&self, column: gpon::OnuColumn) -> Option<&'static OnuField> {
        self.onu_fields().chain(self.monitored_fields()).find(|field| field.name == column.field())
    }

    /// What is read of a monitored ONU. The distance names ONUs where nothing else does.
    pub(crate) fn monitored_fields(&self) -> impl Iterator<Item = &'static OnuField> {
        [self.serial, self.state, self.distance].into_iter().chain(self.monitored.iter().copied())
    }
}

/// The firmware that we know.
const KNOWN: &[&Firmware] = &[&v2_1::V2_1, &v1_2::V1_2];

/// The command lines that we know, by the name of their firmware.
pub(crate) fn named() -> impl Iterator<Item = (&'static str, &'static dialect::Dialect)> {
    KNOWN.iter().map(|firmware| (firmware.name_for_people, firmware.dialect))
}

/// The numbers in the name of a PON port, or of a slot. What is sent is of one
/// dialect; what is read may be of any, since no name means two things: a text
/// without its OLT can be read too.
pub(crate) fn numbers_of_pon(name: &str) -> Option<&str> {
    KNOWN.iter().find_map(|firmware| firmware.dialect.ports.numbers_of_pon(name))
}

/// The numbers in the name of an ONU, in any dialect.
pub(crate) fn numbers_of_onu(name: &str) -> Option<&str> {
    KNOWN.iter().find_map(|firmware| firmware.dialect.ports.numbers_of_onu(name))
}

/// The firmware whose sysObjectID prefix is the longest that fits.
pub(crate) fn of_object_id(object_id: &[u32]) -> Option<&'static Firmware> {
    let prefixes =
        KNOWN.iter().flat_map(|firmware| firmware.object_ids.iter().map(move |id| (*id, *firmware)));
    let fitting = prefixes.filter(|(id, _)| object_id.starts_with(id));
    fitting.max_by_key(|(id, _)| id.len()).map(|(_, firmware)| firmware)
}

/// What an unknown firmware is taken for: every table that we know of, used
/// only where a probe finds it.
pub(crate) const UNKNOWN: &Firmware = &v2_1::V2_1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_by_the_longest_prefix() {
        let c320 = [1, 3, 6, 1, 4, 1, 3902, 1082, 1001, 320, 2, 1];
        assert!(of_object_id(&c320).is_some());
        let v1_2 = [1, 3, 6, 1, 4, 1, 3902, 1082, 1001, 320, 1, 2];
        assert!(of_object_id(&v1_2).is_some_and(|firmware| !firmware.lists_unconfigured_models));
        assert!(of_object_id(&[1, 3, 6, 1, 4, 1, 3902, 1082, 1001, 320, 1, 9]).is_none());
        let fields: std::collections::BTreeMap<_, _> =
            UNKNOWN.onu_fields().chain(UNKNOWN.monitored_fields()).map(|field| (field.name, field)).collect();
        let columns = fields.values().flat_map(|field| field.sources.iter().map(|source| source.column));
        let no_column_twice: std::collections::HashSet<_> = columns.collect();
        let all = fields.values().map(|field| field.sources.len()).sum::<usize>();
        assert_eq!(no_column_twice.len(), all, "a column serves one field");
    }
}

//! Boxes that wait for configuration, profiles, VLANs and service ports.

use async_snmp::Value;
use gpon::{DbaProfile, DbaType, Field, UnconfiguredOnu, Vlan, VlanId, VlanProfile, VlanTag};

use crate::firmware::{Cell, ServiceRow, Table};
use crate::index::{self, PonIndex, Rows};
use crate::value::{self, integer};

pub(super) const UNCONFIGURED: &[Table<UnconfiguredOnu>] = &[
    Table {
        row: |index| unconfigured(PonIndex::A, index),
        rows: Rows::UNCONFIGURED,
        cells: UNCONFIGURED_1012,
    },
    Table {
        row: |index| unconfigured(PonIndex::B, index),
        rows: Rows::UNCONFIGURED,
        cells: UNCONFIGURED_1082,
    },
];

pub(super) const DBA_PROFILES: &[Table<DbaProfile>] = &[
    Table {
        row: |index| dba_profile(index::decode_name(index)?),
        rows: Rows::NAMED_PROFILES,
        cells: DBA_1082,
    },
    DBA_IDS,
];

pub(super) const VLAN_PROFILES: &[Table<VlanProfile>] = &[
    Table { row: vlan_profile, rows: Rows::NAMED_PROFILES, cells: VLAN_PROFILES_1082 },
    Table { row: vlan_profile, rows: Rows::NAMED_PROFILES, cells: VLAN_PROFILES_1012 },
];

pub(super) const VLANS: &[Table<Vlan>] = &[
    Table { row: vlan, rows: Rows::VLANS, cells: VLANS_1082 },
    Table { row: vlan, rows: Rows::VLANS, cells: VLANS_Q_BRIDGE },
];

pub(super) const SERVICE_PORTS: Table<ServiceRow> =
    Table { row: ServiceRow::of_index, rows: Rows::SERVICE_PORTS, cells: SERVICE_PORT_CELLS };

// Boxes that wait for configuration (§4.2, §6.5).

fn unconfigured(encoding: PonIndex, index: &[u32]) -> Option<UnconfiguredOnu> {
    let [pon, _running_number] = index else { return None };
    Some(UnconfiguredOnu {
        pon: encoding.decode(*pon)?,
        serial: None,
        model: None,
        loid: None,
        password: None,
        software: None,
        discovered_at: None,
    })
}

const UNCONFIGURED_1012: &[Cell<UnconfiguredOnu>] = &[
    Cell { field: Field::SerialNumber, column: zte!(1012, 3, 13, 3, 1, 2), set: set!(serial, value::serial) },
    Cell { field: Field::Password, column: zte!(1012, 3, 13, 3, 1, 5), set: set!(password, password) },
    Cell {
        field: Field::DiscoveredAt,
        column: zte!(1012, 3, 13, 3, 1, 7),
        set: set!(discovered_at, value::date_and_time),
    },
    Cell { field: Field::Type, column: zte!(1012, 3, 13, 3, 1, 10), set: set!(model, value::padded_text) },
    Cell {
        field: Field::Software,
        column: zte!(1012, 3, 13, 3, 1, 11),
        set: set!(software, value::padded_text),
    },
];
const UNCONFIGURED_1082: &[Cell<UnconfiguredOnu>] = &[
    Cell {
        field: Field::SerialNumber,
        column: zte!(1082, 500, 10, 2, 2, 5, 1, 2),
        set: set!(serial, value::serial),
    },
    Cell {
        field: Field::Password,
        column: zte!(1082, 500, 10, 2, 2, 5, 1, 3),
        set: set!(password, password),
    },
    Cell {
        field: Field::Type,
        column: zte!(1082, 500, 10, 2, 2, 5, 1, 7),
        set: set!(model, value::padded_text),
    },
    Cell {
        field: Field::Software,
        column: zte!(1082, 500, 10, 2, 2, 5, 1, 8),
        set: set!(software, value::padded_text),
    },
    Cell {
        field: Field::DiscoveredAt,
        column: zte!(1082, 500, 10, 2, 2, 5, 1, 9),
        set: set!(discovered_at, value::date_and_time),
    },
];

/// Ten octets, filled up with zeros (§4.2).
fn password(value: &Value) -> value::Decoded<String> {
    let octets = value::octets(value)?;
    let end = octets.iter().rposition(|octet| *octet != 0).map_or(0, |last| last + 1);
    Ok((end > 0).then(|| String::from_utf8_lossy(&octets[..end]).into_owned()))
}

// Profiles (§6.5, §6.6, §4.5, §4.6).

fn dba_profile(name: String) -> Option<DbaProfile> {
    Some(DbaProfile {
        profile_id: None,
        name,
        kind: None,
        fixed_kbps: None,
        assured_kbps: None,
        maximum_kbps: None,
    })
}

fn dba_type(value: &Value) -> value::Decoded<DbaType> {
    DbaType::from_number(integer(value)?)
        .map(Some)
        .ok_or_else(|| format!("{} is not a profile type", value::Told(value)))
}

const DBA_1082: &[Cell<DbaProfile>] = &[
    Cell {
        field: Field::Fixed,
        column: zte!(1082, 500, 10, 2, 1, 2, 1, 2),
        set: set!(fixed_kbps, value::number),
    },
    Cell {
        field: Field::Cir,
        column: zte!(1082, 500, 10, 2, 1, 2, 1, 3),
        set: set!(assured_kbps, value::number),
    },
    Cell {
        field: Field::MaxBw,
        column: zte!(1082, 500, 10, 2, 1, 2, 1, 4),
        set: set!(maximum_kbps, value::number),
    },
    Cell { field: Field::Type, column: zte!(1082, 500, 10, 2, 1, 2, 1, 5), set: set!(kind, dba_type) },
];

pub(super) const DBA_IDS: Table<DbaProfile> = Table {
    row: |index| {
        let [id] = *index else { return None };
        Some(DbaProfile { profile_id: Some(id), ..dba_profile(String::new())? })
    },
    rows: Rows::PROFILES,
    cells: &[
        Cell {
            field: Field::Name,
            column: zte!(1012, 3, 26, 1, 1, 2),
            set: |row, value| {
                row.name = value::text(value)?.unwrap_or_default();
                Ok(())
            },
        },
        Cell {
            field: Field::Fixed,
            column: zte!(1012, 3, 26, 1, 1, 3),
            set: set!(fixed_kbps, value::number),
        },
        Cell {
            field: Field::Cir,
            column: zte!(1012, 3, 26, 1, 1, 4),
            set: set!(assured_kbps, value::number),
        },
        Cell {
            field: Field::MaxBw,
            column: zte!(1012, 3, 26, 1, 1, 5),
            set: set!(maximum_kbps, value::number),
        },
        Cell { field: Field::Type, column: zte!(1012, 3, 26, 1, 1, 6), set: set!(kind, dba_type) },
    ],
};

fn vlan_profile(index: &[u32]) -> Option<VlanProfile> {
    Some(VlanProfile {
        name: index::decode_name(index)?,
        cvlan: None,
        priority: None,
        mode: None,
        svlan: None,
    })
}

fn tag_mode(value: &Value) -> value::Decoded<VlanTag> {
    match integer(value)? {
        1 => Ok(Some(VlanTag::Tag)),
        2 => Ok(Some(VlanTag::Stacking)),
        _ => Err(format!("{} is not a tag mode", value::Told(value))),
    }
}

/// 0..=7; anything else means "not set".
fn priority(value: &Value) -> value::Decoded<u8> {
    Ok(value::number(value)?.filter(|priority| *priority <= 7))
}

/// 0 is none.
fn outer_vlan(value: &Value) -> value::Decoded<u16> {
    Ok(match value::vlan(value)? {
        Some(vlan) => Some(vlan.get()),
        None => value::number(value)?,
    })
}

const VLAN_PROFILES_1082: &[Cell<VlanProfile>] = &[
    Cell { field: Field::Mode, column: zte!(1082, 500, 20, 2, 6, 25, 1, 2), set: set!(mode, tag_mode) },
    Cell { field: Field::VlanId, column: zte!(1082, 500, 20, 2, 6, 25, 1, 3), set: set!(cvlan, value::vlan) },
    Cell {
        field: Field::Priority,
        column: zte!(1082, 500, 20, 2, 6, 25, 1, 4),
        set: set!(priority, priority),
    },
    Cell { field: Field::Svlan, column: zte!(1082, 500, 20, 2, 6, 25, 1, 5), set: set!(svlan, outer_vlan) },
];
const VLAN_PROFILES_1012: &[Cell<VlanProfile>] = &[
    Cell { field: Field::Mode, column: zte!(1012, 3, 50, 20, 15, 1, 2), set: set!(mode, tag_mode) },
    Cell { field: Field::VlanId, column: zte!(1012, 3, 50, 20, 15, 1, 3), set: set!(cvlan, value::vlan) },
    Cell { field: Field::Priority, column: zte!(1012, 3, 50, 20, 15, 1, 4), set: set!(priority, priority) },
    Cell { field: Field::Svlan, column: zte!(1012, 3, 50, 20, 15, 1, 5), set: set!(svlan, outer_vlan) },
];

// VLANs (§6.7; Q-BRIDGE, §3).

fn vlan(index: &[u32]) -> Option<Vlan> {
    let [id] = *index else { return None };
    Some(Vlan { id: VlanId::try_from(id).ok()?, name: None, description: None })
}

const VLANS_1082: &[Cell<Vlan>] = &[
    Cell { field: Field::Name, column: zte!(1082, 40, 50, 2, 1, 2, 1, 2), set: set!(name, value::text) },
    Cell {
        field: Field::Description,
        column: zte!(1082, 40, 50, 2, 1, 2, 1, 3),
        set: set!(description, value::text),
    },
];
const VLANS_Q_BRIDGE: &[Cell<Vlan>] = &[Cell {
    field: Field::Name,
    column: &[1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 3, 1, 1],
    set: set!(name, value::text),
}];

// Service ports (§6.7). The columns of cos are inferred only, so they are not read.

const SERVICE_PORT_CELLS: &[Cell<ServiceRow>] = &[
    Cell {
        field: Field::Description,
        column: zte!(1082, 110, 5, 2, 2, 1, 1),
        set: set!(description, value::text),
    },
    Cell { field: Field::VlanMode, column: zte!(1082, 110, 5, 2, 2, 1, 4), set: set!(mode, value::number) },
    Cell { field: Field::Vport, column: zte!(1082, 110, 5, 2, 2, 1, 5), set: set!(vport, value::number) },
    Cell { field: Field::UserVlan, column: zte!(1082, 110, 5, 2, 2, 1, 8), set: set!(user, value::vlan) },
    Cell { field: Field::Cvlan, column: zte!(1082, 110, 5, 2, 2, 1, 18), set: set!(c, value::vlan) },
    Cell {
        field: Field::Svlan,
        column: zte!(1082, 110, 5, 2, 2, 1, 19),
        set: |row, value| {
            row.s = Some(value::vlan(value)?);
            Ok(())
        },
    },
];

//! T-CONTs, GEM ports and the traffic profiles that limit them.

use gpon::{Field, GemPort, Tcont, TrafficProfile};

use crate::firmware::{Cell, Table};
use crate::index::{self, Rows};
use crate::value;

/// The older table alone (§4.5): the number of the newer one is inferred only.
/// It has no bursts.
pub(super) const TRAFFIC_PROFILES: &[Table<TrafficProfile>] = &[Table {
    row: |index| {
        let name = String::new();
        let profile =
            TrafficProfile { name, sir_kbps: None, pir_kbps: None, cbs_kbytes: None, pbs_kbytes: None };
        (index.len() == 1).then_some(profile)
    },
    rows: Rows::PROFILES,
    cells: &[
        Cell {
            field: Field::Name,
            column: zte!(1012, 3, 26, 2, 1, 2),
            set: |row, value| {
                row.name = value::text(value)?.unwrap_or_default();
                Ok(())
            },
        },
        Cell { field: Field::Sir, column: zte!(1012, 3, 26, 2, 1, 3), set: set!(sir_kbps, value::number) },
        Cell { field: Field::Pir, column: zte!(1012, 3, 26, 2, 1, 4), set: set!(pir_kbps, value::number) },
    ],
}];

/// Rows at `B.onu.tcont` (§6.5, written and read back by two drivers).
pub(super) const TCONTS: Table<Tcont> = Table {
    row: |index| Some(Tcont { id: index::decode_part(index)?, name: None, profile: None }),
    rows: Rows::PARTS,
    cells: &[
        Cell { field: Field::Name, column: zte!(1082, 500, 10, 2, 3, 4, 1, 2), set: set!(name, value::text) },
        Cell {
            field: Field::Profile,
            column: zte!(1082, 500, 10, 2, 3, 4, 1, 3),
            set: set!(profile, value::text),
        },
    ],
};

/// Rows at `B.onu.gem` (§6.5).
pub(super) const GEM_PORTS: Table<GemPort> = Table {
    row: |index| {
        let id = index::decode_part(index)?;
        Some(GemPort { id, name: None, tcont: None, queue: None, upstream: None, downstream: None })
    },
    rows: Rows::PARTS,
    cells: &[
        Cell { field: Field::Name, column: zte!(1082, 500, 10, 2, 3, 5, 1, 2), set: set!(name, value::text) },
        Cell {
            field: Field::TcontId,
            column: zte!(1082, 500, 10, 2, 3, 5, 1, 3),
            set: set!(tcont, value::number),
        },
        Cell {
            field: Field::Queue,
            column: zte!(1082, 500, 10, 2, 3, 5, 1, 5),
            set: set!(queue, value::number),
        },
        Cell {
            field: Field::TrafficLimit,
            column: zte!(1082, 500, 10, 2, 3, 5, 1, 10),
            set: set!(upstream, value::text),
        },
        Cell {
            field: Field::TrafficLimit,
            column: zte!(1082, 500, 10, 2, 3, 5, 1, 11),
            set: set!(downstream, value::text),
        },
    ],
};

//! Tables of IF-MIB (RFC 2863), which every firmware has.

use async_snmp::Value;
use gpon::{Field, Link, Traffic};

use crate::firmware::{Cell, Table};
use crate::index::Rows;
use crate::value;

/// A row of ifTable and ifXTable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Interface {
    pub(crate) name: String,
    pub(crate) admin: Option<Link>,
    pub(crate) oper: Option<Link>,
    pub(crate) speed_mbps: Option<u32>,
    pub(crate) rx_octets: Option<u64>,
    pub(crate) tx_octets: Option<u64>,
}

fn link(value: &Value) -> value::Decoded<Link> {
    Ok(match value::integer(value)? {
        1 => Some(Link::Up),
        2 => Some(Link::Down),
        // testing, unknown, dormant and so on (RFC 2863) are neither.
        _ => None,
    })
}

pub(crate) const IF_NAME: &[u32] = &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1];

pub(crate) const INTERFACES: Table<Interface> = Table {
    row: |index| (index.len() == 1).then(Interface::default),
    rows: Rows::INTERFACES,
    cells: &[
        Cell {
            field: Field::Name,
            column: IF_NAME,
            set: |row, value| {
                row.name = value::padded_text(value)?.unwrap_or_default();
                Ok(())
            },
        },
        Cell { field: Field::AdminStatus, column: &[1, 3, 6, 1, 2, 1, 2, 2, 1, 7], set: set!(admin, link) },
        Cell {
            field: Field::OperationalStatus,
            column: &[1, 3, 6, 1, 2, 1, 2, 2, 1, 8],
            set: set!(oper, link),
        },
        Cell {
            field: Field::SpeedMbps,
            column: &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 15],
            set: set!(speed_mbps, value::number),
        },
        Cell {
            field: Field::RxBytes,
            column: &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6],
            set: set!(rx_octets, value::counter),
        },
        Cell {
            field: Field::TxBytes,
            column: &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 10],
            set: set!(tx_octets, value::counter),
        },
    ],
};

/// The 64-bit counters of a row of ifXTable. Packets are counted by kind: to
/// one, to many, to all.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    rx_octets: Option<u64>,
    rx_packets: [Option<u64>; 3],
    tx_octets: Option<u64>,
    tx_packets: [Option<u64>; 3],
}

macro_rules! carried {
    ($field:expr, $column:literal, $($place:tt)+) => {
        Cell {
            field: $field,
            column: &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, $column],
            set: |row, value| {
                row.$($place)+ = value::counter(value)?;
                Ok(())
            },
        }
    };
}

pub(crate) const CARRIED: Table<Carried> = Table {
    row: |index| (index.len() == 1).then(Carried::default),
    rows: Rows::INTERFACES,
    cells: &[
        carried!(Field::RxBytes, 6, rx_octets),
        carried!(Field::RxPackets, 7, rx_packets[0]),
        carried!(Field::RxPackets, 8, rx_packets[1]),
        carried!(Field::RxPackets, 9, rx_packets[2]),
        carried!(Field::TxBytes, 10, tx_octets),
        carried!(Field::TxPackets, 11, tx_packets[0]),
        carried!(Field::TxPackets, 12, tx_packets[1]),
        carried!(Field::TxPackets, 13, tx_packets[2]),
    ],
};

impl From<Carried> for Traffic {
    fn from(carried: Carried) -> Self {
        let all = |kinds: [Option<u64>; 3]| kinds.into_iter().sum::<Option<u64>>();
        Self {
            rx_octets: carried.rx_octets,
            rx_packets: all(carried.rx_packets),
            tx_octets: carried.tx_octets,
            tx_packets: all(carried.tx_packets),
            ..Self::default()
        }
    }
}

//! What a monitor shows of an ONU besides its state and powers: the optical module's
//! other values, the box's model and version, and its counters.

use crate::OnuCounters;
use crate::firmware::{Cell, CounterTable, OnuField, OnuSource};
use crate::index::PonIndex;
use crate::value;
use gpon::Field;

// The optical module (§6.6, §4.6).

pub(super) const TEMPERATURE: OnuField = onu_field!(Field::Temperature, true, [
    B [1], zte!(1082, 500, 20, 2, 2, 2, 1, 19), set!(temperature_mc, value::onu_temperature);
    A [1], zte!(1012, 3, 50, 12, 1, 1, 19), set!(temperature_mc, value::onu_temperature);
]);
pub(super) const VOLTAGE: OnuField = onu_field!(Field::Voltage, true, [
    B [1], zte!(1082, 500, 20, 2, 2, 2, 1, 17), set!(voltage_mv, value::onu_voltage);
    A [1], zte!(1012, 3, 50, 12, 1, 1, 17), set!(voltage_mv, value::onu_voltage);
]);
pub(super) const BIAS: OnuField = onu_field!(Field::BiasCurrent, true, [
    B [1], zte!(1082, 500, 20, 2, 2, 2, 1, 18), set!(bias_ua, value::onu_bias);
    A [1], zte!(1012, 3, 50, 12, 1, 1, 18), set!(bias_ua, value::onu_bias);
]);

// The box (§6.6, §4.6): what it reports over OMCI, not what it is configured as.

pub(super) const MODEL: OnuField = onu_field!(Field::Model, true, [
    B [], zte!(1082, 500, 20, 2, 1, 2, 1, 8), set!(model, value::padded_text);
    A [], zte!(1012, 3, 50, 11, 2, 1, 9), set!(model, value::padded_text);
    A [], zte!(1012, 3, 50, 11, 2, 1, 17), set!(model, value::padded_text);
]);
/// OMCI's "Version" is that of the box (`V9.0`), as `show gpon remote-onu equip`
/// shows it; what runs on it is told by its software images alone (CLI §4.6).
pub(super) const HARDWARE_VERSION: OnuField = onu_field!(Field::HardwareVersion, true, [
    B [], zte!(1082, 500, 20, 2, 1, 2, 1, 2), set!(hardware_version, value::padded_text);
    A [], zte!(1012, 3, 50, 11, 2, 1, 2), set!(hardware_version, value::padded_text);
]);

/// Tables of ONU counters. None of them is certain.
pub(super) const COUNTERS: &[CounterTable] = &[
    // §5: one driver with tables of its own for each firmware reads it.
    CounterTable {
        source: OnuCounters::PortStatistics,
        index: PonIndex::A,
        cells: &[
            Cell {
                field: Field::RxBytes,
                column: zte!(1015, 1010, 5, 56, 1, 1, 2),
                set: set!(rx_octets, value::counter),
            },
            Cell {
                field: Field::TxBytes,
                column: zte!(1015, 1010, 5, 56, 1, 1, 3),
                set: set!(tx_octets, value::counter),
            },
        ],
    },
    // §6.5 and §14.11: a single source, which did not tell the unit.
    CounterTable {
        source: OnuCounters::Performance,
        index: PonIndex::B,
        cells: &[
            Cell {
                field: Field::RxBytes,
                column: zte!(1082, 500, 10, 2, 3, 2, 2, 1, 1),
                set: set!(rx_octets, value::counter),
            },
            Cell {
                field: Field::TxBytes,
                column: zte!(1082, 500, 10, 2, 3, 2, 2, 1, 2),
                set: set!(tx_octets, value::counter),
            },
        ],
    },
    // §4.5 and §14.2: in no MIB, its direction was never told.
    CounterTable {
        source: OnuCounters::Undocumented,
        index: PonIndex::A,
        cells: &[
            Cell {
                field: Field::RxPackets,
                column: zte!(1012, 3, 31, 4, 1, 3),
                set: set!(rx_packets, value::counter),
            },
            Cell {
                field: Field::RxBytes,
                column: zte!(1012, 3, 31, 4, 1, 6),
                set: set!(rx_octets, value::counter),
            },
        ],
    },
];

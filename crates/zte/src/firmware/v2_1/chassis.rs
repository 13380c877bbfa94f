//! Cards, environment and optical modules.

use async_snmp::Value;
use gpon::{
    Card, CardStatus, Environment, Fan, Field, OpticalModule, PowerSupply, PowerSupplyState, SlotTemperature,
};

use crate::firmware::{Cell, EnvironmentCell, PortTable, Table};
use crate::index::{self, PonIndex, Rows};
use crate::value::{self, integer};

pub(super) const CARDS: &[Table<Card>] = &[
    Table { row: card, rows: Rows::CARDS, cells: CARDS_1082 },
    Table { row: card, rows: Rows::CARDS, cells: CARDS_1015 },
];

pub(super) const MODULES: &[PortTable<OpticalModule>] = &[
    PortTable { index: PonIndex::B, cells: MODULES_1082 },
    PortTable { index: PonIndex::C, cells: MODULES_1015 },
];

// Cards (§6.1; 1015 has the same columns, §5).

fn card(index: &[u32]) -> Option<Card> {
    Some(Card {
        at: index::decode_card(index)?,
        card_type: None,
        status: None,
        ports: None,
        serial: None,
        hardware_version: None,
        software_version: None,
        description: None,
        cpu_percent: None,
        memory_percent: None,
        temperature_c: None,
        started_at: None,
    })
}

macro_rules! cards {
    ($($tree:literal),+) => {
        &[
            Cell { field: Field::CardType, column: zte!($($tree),+, 2), set: configured_type },
            Cell { field: Field::CardType, column: zte!($($tree),+, 4), set: actual_type },
            Cell { field: Field::Status, column: zte!($($tree),+, 5), set: set!(status, card_status) },
            Cell { field: Field::Ports, column: zte!($($tree),+, 7), set: set!(ports, value::number) },
            Cell { field: Field::Cpu, column: zte!($($tree),+, 9), set: set!(cpu_percent, value::number) },
            Cell { field: Field::Memory, column: zte!($($tree),+, 11), set: set!(memory_percent, value::number) },
            Cell { field: Field::SerialNumber, column: zte!($($tree),+, 14), set: set!(serial, value::padded_text) },
            Cell { field: Field::HardwareVer, column: zte!($($tree),+, 23), set: set!(hardware_version, value::padded_text) },
            Cell { field: Field::StartedAt, column: zte!($($tree),+, 25), set: set!(started_at, value::date_and_time) },
            Cell { field: Field::SoftwareVer, column: zte!($($tree),+, 27), set: set!(software_version, value::padded_text) },
        ]
    };
}
const CARDS_1082: &[Cell<Card>] = cards!(1082, 10, 1, 2, 4, 1);
const CARDS_1015: &[Cell<Card>] = cards!(1015, 2, 1, 1, 3, 1);

/// The configured type has names for the four cards that the sheet has seen (§6.1).
fn configured_type(card: &mut Card, value: &Value) -> Result<(), String> {
    if card.card_type.is_none() {
        let name = match integer(value)? {
            599_041 => "GTGO",
            599_049 => "GTGH",
            606_211 => "PRAM",
            590_090 => "SMXA",
            _ => return Ok(()),
        };
        card.card_type = Some(name.to_owned());
    }
    Ok(())
}

/// What is really there wins over what is configured; an empty slot names nothing.
fn actual_type(card: &mut Card, value: &Value) -> Result<(), String> {
    if let Some(name) = value::padded_text(value)? {
        card.card_type = Some(name);
    }
    Ok(())
}

fn card_status(value: &Value) -> value::Decoded<CardStatus> {
    use CardStatus::*;
    Ok(Some(match integer(value)? {
        1 => InService,
        2 => NotInService,
        3 => HwOnline,
        4 => Offline,
        5 => Configuring,
        6 => ConfigFailed,
        7 => TypeMismatch,
        8 => Deactivated,
        9 => Faulty,
        10 => Invalid,
        11 => NoPower,
        12 => Unauthorized,
        34 => PowerSaving,
        _ => return Ok(value::number(value)?.map(Code)),
    }))
}

// Environment (§6.2).

pub(super) const ENVIRONMENT: &[(Field, &[u32], EnvironmentCell)] = &[
    (Field::Temperature, zte!(1082, 10, 10, 2, 1, 5, 1, 3), |all, _, value| {
        all.celsius = value::number(value)?;
        Ok(())
    }),
    (Field::Cards, zte!(1082, 10, 10, 2, 1, 6, 1, 2), |all, index, value| {
        let at = index::decode_card(index).ok_or("not a slot")?;
        all.cards.push(SlotTemperature { at, celsius: value::number(value)? });
        Ok(())
    }),
    (Field::PowerSupplies, zte!(1082, 10, 10, 2, 3, 11, 1, 2), |all, index, value| {
        supply(all, index)?.volts = value::number(value)?;
        Ok(())
    }),
    (Field::PowerSupplies, zte!(1082, 10, 10, 2, 3, 11, 1, 3), |all, index, value| {
        supply(all, index)?.state = Some(match integer(value)? {
            1 => PowerSupplyState::Normal,
            2 => PowerSupplyState::Over,
            3 => PowerSupplyState::Under,
            4 => PowerSupplyState::Off,
            _ => PowerSupplyState::Code(value::number(value)?.unwrap_or_default()),
        });
        Ok(())
    }),
    (Field::Fans, zte!(1082, 10, 10, 2, 4, 11, 1, 3), |all, index, value| {
        fan(all, index)?.level = value::number(value)?;
        Ok(())
    }),
    (Field::Fans, zte!(1082, 10, 10, 2, 4, 11, 1, 5), |all, index, value| {
        fan(all, index)?.running = one_of_two(value)?;
        Ok(())
    }),
    (Field::Fans, zte!(1082, 10, 10, 2, 4, 11, 1, 6), |all, index, value| {
        fan(all, index)?.present = one_of_two(value)?;
        Ok(())
    }),
    (Field::Fans, zte!(1082, 10, 10, 2, 4, 11, 1, 7), |all, index, value| {
        fan(all, index)?.rpm = value::number(value)?;
        Ok(())
    }),
];

/// up1/down2/unknown3, online1/offline2.
fn one_of_two(value: &Value) -> value::Decoded<bool> {
    Ok(match integer(value)? {
        1 => Some(true),
        2 => Some(false),
        _ => None,
    })
}

fn supply<'a>(all: &'a mut Environment, index: &[u32]) -> Result<&'a mut PowerSupply, String> {
    let at = index::decode_card(index).ok_or("not a slot")?;
    let known = all.power_supplies.iter().position(|supply| supply.at == at);
    let place = known.unwrap_or(all.power_supplies.len());
    if known.is_none() {
        all.power_supplies.push(PowerSupply { at, volts: None, state: None });
    }
    Ok(&mut all.power_supplies[place])
}

fn fan<'a>(all: &'a mut Environment, index: &[u32]) -> Result<&'a mut Fan, String> {
    let [_, _, number] = *index else { return Err("not a fan".into()) };
    let known = all.fans.iter().position(|fan| fan.number == number);
    let place = known.unwrap_or(all.fans.len());
    if known.is_none() {
        all.fans.push(Fan { number, level: None, rpm: None, running: None, present: None });
    }
    Ok(&mut all.fans[place])
}

// Optical modules (§6.3, §5).

macro_rules! modules {
    ($rx:expr, $tx:expr, $bias:expr, $mv:expr, $nm:expr, $temperature:expr) => {
        &[
            Cell { field: Field::RxPower, column: $rx, set: set!(rx, value::milli_dbm) },
            Cell { field: Field::TxPower, column: $tx, set: set!(tx, value::milli_dbm) },
            Cell { field: Field::BiasCurrent, column: $bias, set: set!(bias_ua, value::module_reading) },
            Cell { field: Field::Voltage, column: $mv, set: set!(voltage_mv, value::module_reading) },
            Cell { field: Field::Wavelength, column: $nm, set: set!(wavelength_nm, value::module_reading) },
            Cell {
                field: Field::Temperature,
                column: $temperature,
                set: set!(temperature_mc, value::module_reading),
            },
        ]
    };
}
const MODULES_1082: &[Cell<OpticalModule>] = modules!(
    zte!(1082, 30, 40, 2, 4, 1, 2),
    zte!(1082, 30, 40, 2, 4, 1, 3),
    zte!(1082, 30, 40, 2, 4, 1, 5),
    zte!(1082, 30, 40, 2, 4, 1, 6),
    zte!(1082, 30, 40, 2, 4, 1, 7),
    zte!(1082, 30, 40, 2, 4, 1, 8)
);
const MODULES_1015: &[Cell<OpticalModule>] = modules!(
    zte!(1015, 3, 1, 13, 1, 1),
    zte!(1015, 3, 1, 13, 1, 4),
    zte!(1015, 3, 1, 13, 1, 9),
    zte!(1015, 3, 1, 13, 1, 10),
    zte!(1015, 3, 1, 13, 1, 11),
    zte!(1015, 3, 1, 13, 1, 12)
);

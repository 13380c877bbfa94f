//! The card table, the same in two trees (fact sheet, SNMP §5 and §6.1).

use super::rows::RowSets;
use super::{Tables, int, text, zx1015, zx1082};
use crate::device::{Card, Device};
use crate::encoding;
use crate::snmp::Value;
use crate::view::{Column, Table};
use gpon::CardStatus;

/// Real cards read "active" whatever they do.
const ADMIN_ACTIVE: i32 = 4;
const POWER_SAVING_DISABLED: i32 = 2;

/// What a slot without a card cannot know has no cell: the sheet does not show
/// what a device answers there.
const COLUMNS: [Column<u8>; 17] = [
    (2, |d, slot| int(card(d, slot)?.configured_number?)),
    (3, |d, slot| int(card(d, slot)?.real_number?)),
    (4, |d, slot| text(card(d, slot)?.real.as_deref().unwrap_or_default())),
    (5, |d, slot| int(encoding::card_status(card(d, slot)?.status))),
    (6, |_, _| int(ADMIN_ACTIVE)),
    (7, |d, slot| int(card(d, slot)?.ports)),
    (9, cpu),
    (10, |_, _| int(100)),
    (11, |d, slot| int(card(d, slot).filter(|card| card.is_running())?.memory)),
    (12, |_, _| int(100)),
    (13, standby),
    (14, |d, slot| text(&card(d, slot)?.serial)),
    (19, |d, slot| int(card(d, slot).filter(|card| card.is_running())?.memory_mb)),
    (23, |d, slot| text(&card(d, slot)?.hardware)),
    (24, |_, _| int(POWER_SAVING_DISABLED)),
    (25, |d, slot| text(encoding::date_and_time(card(d, slot)?.started))),
    (27, firmware),
];

pub(super) fn tables(_: &Device, rows: &RowSets) -> Tables {
    let newer = [&COLUMNS[..], &[(50, |_, _| int(1))]].concat();
    vec![
        Box::new(Table::new(zx1082(&[10, 1, 2, 4, 1]), &rows.cards, &newer)),
        Box::new(Table::new(zx1015(&[2, 1, 1, 3, 1]), &rows.cards, &COLUMNS)),
    ]
}

fn card<'a>(device: &'a Device, slot: &u8) -> Option<&'a Card> {
    device.cards.get(slot)
}

fn cpu(device: &Device, slot: &u8) -> Option<Value> {
    int(i64::try_from(device.load(*slot)?.now).ok()?)
}

/// main 1, standby 2, unknown 15; power cards read 2.
fn standby(device: &Device, slot: &u8) -> Option<Value> {
    let card = card(device, slot)?;
    int(match card.status {
        CardStatus::InService if card.started.is_none() => 2,
        CardStatus::InService => 1,
        CardStatus::Standby => 2,
        _ => 15,
    })
}

/// Only the control card has a firmware of its own.
fn firmware(device: &Device, slot: &u8) -> Option<Value> {
    let card = card(device, slot)?;
    text(if card.pon_ports == 0 { card.software.as_str() } else { "" })
}

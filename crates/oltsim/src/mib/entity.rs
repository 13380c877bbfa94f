//! ENTITY-MIB: the shelf and its cards (fact sheet, SNMP §3).

use super::rows::RowSets;
use super::{Tables, int, mib2, text, truth};
use crate::device::{Card, Device};
use crate::view::Table;

/// The shelf, or the card of a slot.
#[derive(Debug, Clone, Copy)]
enum Entity {
    Shelf,
    Card(u8),
}

const CHASSIS: i32 = 3;
const POWER_SUPPLY: i32 = 6;
const MODULE: i32 = 9;

pub(super) fn tables(device: &Device, _: &RowSets) -> Tables {
    let cards = device.cards.keys().map(|slot| (vec![u32::from(*slot) * 10], Entity::Card(*slot)));
    let rows = Table::rows([(vec![1], Entity::Shelf)].into_iter().chain(cards).collect());
    let table = Table::new(
        mib2(&[47, 1, 1, 1, 1]),
        &rows,
        &[
            (2, |d, entity| text(description(d, *entity)?)),
            (4, |_, entity| int(if matches!(entity, Entity::Shelf) { 0 } else { 1 })),
            (5, |d, entity| int(class(d, *entity)?)),
            (8, |d, entity| text(card(d, *entity).map_or("", |card| card.hardware.as_str()))),
            (10, |d, entity| text(card(d, *entity).map_or("", |card| card.software.as_str()))),
            (11, |d, entity| text(card(d, *entity).map_or(&d.chassis.serial, |card| &card.serial))),
            (12, |_, _| text("ZTE")),
            (13, |d, entity| match card(d, *entity) {
                Some(card) => text(&card.configured),
                None => text(format!("{}_SHELF", d.chassis.model.name())),
            }),
            (16, |_, entity| truth(matches!(entity, Entity::Card(_)))),
        ],
    );
    vec![Box::new(table)]
}

fn card(device: &Device, entity: Entity) -> Option<&Card> {
    if let Entity::Card(slot) = entity { device.cards.get(&slot) } else { None }
}

fn is_power(card: &Card) -> bool {
    matches!(card.configured.as_str(), "PRAM" | "PRWH")
}

fn class(device: &Device, entity: Entity) -> Option<i32> {
    match entity {
        Entity::Shelf => Some(CHASSIS),
        // The sheet gives no class for cards; this is the standard's word for them.
        Entity::Card(slot) => {
            device.cards.get(&slot).map(|card| if is_power(card) { POWER_SUPPLY } else { MODULE })
        }
    }
}

fn description(device: &Device, entity: Entity) -> Option<String> {
    let Entity::Card(slot) = entity else {
        return Some(format!("{} shelf", device.chassis.model.name()));
    };
    let card = device.cards.get(&slot)?;
    Some(match card.configured.as_str() {
        _ if card.pon_ports > 0 => format!("{} ports GPON OLT line card.", card.pon_ports),
        "SMXA" => "Type A switch management card.".to_owned(),
        _ if is_power(card) => "General Power Card.".to_owned(),
        other => other.to_owned(),
    })
}

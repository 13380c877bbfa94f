//! ENTITY-MIB: the shelf, what its slots are in, and its cards (fact sheet, SNMP §3
//! and §15; classes, places and revisions as in the recorded walk).

use super::rows::RowSets;
use super::{Tables, int, mib2, text, truth};
use crate::device::{Card, Device};
use crate::view::Table;

/// The shelf, an entity without a name that the recorded device has at 2, or the
/// card of a slot.
#[derive(Debug, Clone, Copy)]
enum Entity {
    Shelf,
    Nameless,
    Card(u8),
}

const OTHER: i32 = 1;
/// Of cards: "chassis" in the standard's words.
const CHASSIS: i32 = 3;
/// Of the shelf: "container".
const CONTAINER: i32 = 5;
const POWER_SUPPLY: i32 = 6;

pub(super) fn tables(device: &Device, _: &RowSets) -> Tables {
    let cards = device
        .cards
        .keys()
        .map(|slot| (vec![u32::from(*slot) * 10 + device.habits.entity_offset], Entity::Card(*slot)));
    let fixed = [(vec![1], Entity::Shelf), (vec![2], Entity::Nameless)];
    let rows = Table::rows(fixed.into_iter().chain(cards).collect());
    let table = Table::new(
        mib2(&[47, 1, 1, 1, 1]),
        &rows,
        &[
            (2, |d, entity| text(description(d, *entity)?)),
            (4, |_, entity| int(if matches!(entity, Entity::Shelf) { 0 } else { 1 })),
            (5, |d, entity| int(class(d, *entity)?)),
            (6, |_, entity| int(place(*entity))),
            (8, |d, entity| text(card(d, *entity).map_or("", hardware))),
            (9, |d, entity| text(card(d, *entity).filter(|card| is_control(card)).map_or("", software))),
            (10, |d, entity| text(card(d, *entity).map_or("", software))),
            (11, |d, entity| {
                text(match entity {
                    Entity::Shelf => &d.chassis.serial,
                    _ => card(d, *entity).map_or("", |card| &card.serial),
                })
            }),
            (12, |_, _| text("ZTE")),
            (13, |d, entity| match entity {
                Entity::Shelf => text(format!("{}_SHELF", d.chassis.model.name())),
                _ => text(card(d, *entity).map_or("", |card| card.configured.as_str())),
            }),
            (14, |_, _| text("")),
            (16, |_, entity| truth(!matches!(entity, Entity::Shelf))),
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

/// Only a control card has a firmware of its own.
fn is_control(card: &Card) -> bool {
    card.pon_ports == 0 && card.started.is_some()
}

fn class(device: &Device, entity: Entity) -> Option<i32> {
    match entity {
        Entity::Shelf => Some(CONTAINER),
        Entity::Nameless => Some(OTHER),
        Entity::Card(slot) => {
            device.cards.get(&slot).map(|card| if is_power(card) { POWER_SUPPLY } else { CHASSIS })
        }
    }
}

/// entPhysicalParentRelPos: slots are counted from 0.
fn place(entity: Entity) -> i32 {
    match entity {
        Entity::Shelf => -1,
        Entity::Nameless => 5,
        Entity::Card(slot) => i32::from(slot) - 1,
    }
}

/// A date code, in which the card tables of the newer tree have a version; a power
/// card has none.
fn hardware(card: &Card) -> &str {
    match card.hardware.as_str() {
        _ if is_power(card) || card.real.is_none() => "",
        code if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) => code,
        _ if card.pon_ports > 0 => "140600",
        _ => "131201",
    }
}

/// That of a power card is its own.
fn software(card: &Card) -> &str {
    if is_power(card) && card.real.is_some() { "V1.01" } else { &card.software }
}

fn description(device: &Device, entity: Entity) -> Option<String> {
    let slot = match entity {
        Entity::Shelf => return Some(format!("{} shelf", device.chassis.model.name())),
        Entity::Nameless => return Some(String::new()),
        Entity::Card(slot) => slot,
    };
    let card = device.cards.get(&slot)?;
    Some(match card.configured.as_str() {
        _ if card.pon_ports > 0 => format!("{} ports GPON OLT line card.", card.pon_ports),
        "SMXA" => "Type A switch management card.".to_owned(),
        _ if is_power(card) => "General Power Card.".to_owned(),
        other => other.to_owned(),
    })
}

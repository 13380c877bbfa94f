//! Cards and environment.

use std::collections::BTreeMap;

use gpon::{Card, CardRef, Environment, Fan, Problem, SlotTemperature};
use tokio::time::Instant;

use crate::cli::show::{CardTemperatureRow, FanRow, ShowCardTemperature, ShowFan};
use crate::firmware::{Cell, Firmware, Table};
use crate::olt::Inner;
use crate::read::{Problems, first_of, oid, table};
use crate::snmp::walk::{End, Scope, Start};
use crate::{Trouble, value};

/// A row of the device's inventory (ENTITY-MIB).
#[derive(Debug, Default)]
struct Entity {
    description: Option<String>,
    software: Option<String>,
    serial: Option<String>,
}

macro_rules! entity {
    ($field:ident, $name:literal, $column:literal) => {
        Cell {
            field: $name,
            column: &[1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, $column],
            set: |row, value| {
                row.$field = value::padded_text(value)?;
                Ok(())
            },
        }
    };
}

const ENTITIES: Table<Entity> = Table {
    row: |index| (index.len() == 1).then(Entity::default),
    cells: &[
        entity!(description, "description", 2),
        entity!(software, "software_ver", 10),
        entity!(serial, "serial_number", 11),
    ],
};

/// All cards, in order. Descriptions and what else the card table lacks come
/// from the inventory, whose rows are found by serial number.
pub(crate) async fn cards(
    olt: &Inner,
    firmware: &Firmware,
    deadline: Instant,
) -> Result<(Vec<Card>, Problems), Trouble> {
    let mut problems = Problems::default();
    let mut inventory_problems = Problems::default();
    let (cards, environment, inventory) = futures::join!(
        first_of(olt, firmware.cards, deadline, &mut problems),
        environment(olt, firmware, deadline),
        table(olt, &ENTITIES, &[], Scope::default(), deadline, &mut inventory_problems),
    );
    let mut cards = cards?;
    if cards.is_empty() {
        // Every chassis has the card that answers: no row means no table.
        return Err(Trouble::Unsupported("cards"));
    }
    match environment {
        Ok((environment, noted)) => {
            let temperatures: BTreeMap<CardRef, _> =
                environment.cards.iter().map(|slot| (slot.at, slot.celsius)).collect();
            for card in &mut cards {
                card.temperature_c = temperatures.get(&card.at).copied().flatten();
            }
            let failed = noted.0.into_iter().filter(|p| matches!(p, Problem::Failed { field: "cards", .. }));
            failed.for_each(|_| {
                problems.failed("temperature", "the temperatures could not be read whole".into())
            });
        }
        Err(trouble) => problems.failed("temperature", trouble.to_string()),
    }
    match inventory {
        Ok(rows) => {
            let by_serial: BTreeMap<String, Entity> =
                rows.into_values().filter_map(|mut row| Some((row.serial.take()?, row))).collect();
            for card in &mut cards {
                let Some(entity) = card.serial.as_ref().and_then(|serial| by_serial.get(serial)) else {
                    continue;
                };
                card.description.clone_from(&entity.description);
                if card.software_version.is_none() {
                    card.software_version.clone_from(&entity.software);
                }
            }
            problems.0.extend(inventory_problems.0);
        }
        Err(trouble) => problems.failed("description", trouble.to_string()),
    }
    cards.sort_by_key(|card| card.at);
    Ok((cards, problems))
}

/// Temperatures, power supplies and fans, from the command line where SNMP lacks them.
pub(crate) async fn whole_environment(
    olt: &Inner,
    deadline: Instant,
) -> Result<(Environment, Problems), Trouble> {
    let over_snmp = async {
        let (_, firmware) = olt.learned(deadline).await?;
        environment(olt, firmware, deadline).await
    };
    let (mut environment, mut problems, silent) = match over_snmp.await {
        Ok((environment, problems)) => (environment, problems, None),
        Err(trouble) if olt.cli.is_none() => return Err(trouble),
        Err(trouble) => {
            let mut problems = Problems::default();
            for field in ["temperature", "power_supplies", "fans", "cards"] {
                problems.failed(field, trouble.to_string());
            }
            (Environment::default(), problems, Some(trouble))
        }
    };
    if olt.cli.is_none() {
        return Ok((environment, problems));
    }
    let (mut told, mut why) = (false, None);
    if problems.lacks("cards") {
        let mut noted = Problems::default();
        let answer = olt.ask(&ShowCardTemperature, &mut noted).await;
        told |= answer.is_ok();
        why = why.or_else(|| answer.as_ref().err().cloned());
        if let Some(rows) = problems.told(&["cards"], answer) {
            let slot = |row: CardTemperatureRow| SlotTemperature { at: row.at, celsius: row.celsius };
            environment.cards = rows.into_iter().map(slot).collect();
        }
        problems.0.append(&mut noted.0);
    }
    let of_fans: Vec<_> = ["temperature", "fans"].into_iter().filter(|field| problems.lacks(field)).collect();
    if !of_fans.is_empty() {
        let mut noted = Problems::default();
        let answer = olt.ask(&ShowFan, &mut noted).await;
        told |= answer.is_ok();
        why = why.or_else(|| answer.as_ref().err().cloned());
        if let Some(shelf) = problems.told(&of_fans, answer) {
            environment.celsius = environment.celsius.or(shelf.environment_celsius);
            if environment.fans.is_empty() {
                let fan = |fan: FanRow| Fan {
                    number: fan.number,
                    level: fan.level,
                    rpm: fan.rpm,
                    running: None,
                    present: None,
                };
                environment.fans = shelf.fans.into_iter().map(fan).collect();
                for field in ["fans.running", "fans.present"] {
                    match &silent {
                        Some(trouble) => noted.failed(field, trouble.to_string()),
                        None => noted.unsupported(field),
                    }
                }
            }
        }
        problems.0.append(&mut noted.0);
    }
    match silent {
        Some(trouble) if !told => Err(match why {
            Some(why) => Trouble::of_both(trouble, why),
            None => trouble,
        }),
        _ => Ok((environment, problems)),
    }
}

/// Temperatures, power supplies and fans (fact sheet, SNMP §6.2).
pub(crate) async fn environment(
    olt: &Inner,
    firmware: &Firmware,
    deadline: Instant,
) -> Result<(Environment, Problems), Trouble> {
    let starts: Vec<Start<'_>> =
        firmware.environment.iter().map(|(_, column, _)| Start { column, prefix: &[] }).collect();
    let columns = olt.snmp.columns(&starts, Scope::default(), None, deadline).await;
    super::first_failure(&columns)?;
    let mut environment = Environment::default();
    let mut problems = Problems::default();
    let mut empty: BTreeMap<&'static str, bool> = BTreeMap::new();
    for ((field, _, set), column) in firmware.environment.iter().zip(columns) {
        problems.ended(field, &column.end);
        let nothing = column.rows.is_empty() && column.end == End::Complete;
        *empty.entry(field).or_insert(true) &= nothing;
        for (index, value) in column.rows {
            if let Err(reason) = set(&mut environment, &index, &value) {
                problems.odd(field, format!("row {}: {reason}", oid(&[], &index)));
            }
        }
    }
    empty.into_iter().filter(|(_, empty)| *empty).for_each(|(field, _)| problems.unsupported(field));
    environment.power_supplies.sort_by_key(|supply| supply.at);
    environment.fans.sort_by_key(|fan| fan.number);
    environment.cards.sort_by_key(|slot| slot.at);
    Ok((environment, problems))
}

//! Cards and environment.

use std::collections::BTreeMap;

use gpon::{Card, CardRef, Environment, Fan, Field, SlotTemperature};
use tokio::time::Instant;

use crate::Trouble;
use crate::cli::show::{CardRow, CardTemperatureRow, FanRow, ShowCard, ShowCardTemperature, ShowFan};
use crate::firmware::Firmware;
use crate::firmware::entity_mib::{ENTITIES, Entity};
use crate::index::Rows;
use crate::reach::{Inner, Problems, Told, first_of, oid, table};
use crate::read::sides::{First, Outcome, completed, either};
use crate::snmp::walk::{End, Scope, Start};

/// All cards, in order, from the command line where no table has them.
pub(crate) async fn cards(olt: &Inner, deadline: Instant) -> Told<Vec<Card>> {
    let over_snmp = async {
        let (_, firmware) = olt.learned(deadline).await?;
        card_tables(olt, firmware, deadline).await
    };
    either(First::Snmp, over_snmp, |_| async move {
        let mut problems = Problems::default();
        let rows = olt.ask(&ShowCard, &[Field::Slot], &mut problems).await?;
        // Each of them has a command of its own.
        for field in [
            Field::SerialNumber,
            Field::Description,
            Field::Cpu,
            Field::Memory,
            Field::Temperature,
            Field::StartedAt,
        ] {
            problems.unsupported(field);
        }
        Ok((rows.into_iter().map(of_row).collect(), problems))
    })
    .await
}

fn of_row(row: CardRow) -> Card {
    Card {
        at: row.at,
        card_type: row.real_type.or(row.configured_type),
        status: row.status,
        ports: row.ports,
        serial: None,
        hardware_version: row.hardware_version,
        software_version: row.software_version,
        description: None,
        cpu_percent: None,
        memory_percent: None,
        temperature_c: None,
        started_at: None,
    }
}

/// All cards of the tables. Descriptions and what else the card table lacks come
/// from the inventory, whose rows are found by serial number.
async fn card_tables(olt: &Inner, firmware: &Firmware, deadline: Instant) -> Told<Vec<Card>> {
    let mut problems = Problems::default();
    let mut inventory_problems = Problems::default();
    let (cards, environment, inventory) = futures::join!(
        first_of(olt, firmware.cards, deadline, &mut problems),
        environment(olt, firmware, deadline),
        table(olt, &ENTITIES, &[], Scope::default(), deadline, &mut inventory_problems),
    );
    let mut cards = cards?;
    if cards.is_empty() && !problems.is_partial() {
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
            let failed = noted.0.into_iter().filter(|p| p.field() == Field::Cards && p.missing().is_some());
            failed.for_each(|_| {
                problems.failed(Field::Temperature, "the temperatures could not be read whole".into())
            });
        }
        Err(trouble) => problems.failed(Field::Temperature, trouble.to_string()),
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
        Err(trouble) => problems.failed(Field::Description, trouble.to_string()),
    }
    cards.sort_by_key(|card| card.at);
    Ok((cards, problems))
}

/// Temperatures, power supplies and fans, from the command line where SNMP lacks them.
pub(crate) async fn whole_environment(olt: &Inner, deadline: Instant) -> Told<Environment> {
    let over_snmp = async {
        let (_, firmware) = olt.learned(deadline).await?;
        environment(olt, firmware, deadline).await
    };
    let lacks = |_: &Environment, problems: &Problems| TOLD.iter().any(|field| problems.lacks(*field));
    let terminal = |first: Outcome| async move {
        let lacking = |field: &&Field| first.as_ref().map_or(true, |problems| problems.lacks(**field));
        let lacking: Vec<_> = TOLD.iter().filter(lacking).copied().collect();
        let (environment, mut problems) = told_environment(olt, &lacking).await?;
        if let Err(why) = first {
            let of_tables = [Field::FansRunning, Field::FansPresent];
            problems.found(&of_tables);
            problems.failed(Field::PowerSupplies, why.to_string());
            of_tables.into_iter().for_each(|field| problems.failed(field, why.to_string()));
        }
        Ok((environment, problems))
    };
    let merge = |(mut all, mut problems): (Environment, Problems), told: Told<Environment>| match told {
        Ok((told, noted)) => {
            // What the device has no command for stays as SNMP left it.
            let known: Vec<_> =
                TOLD.iter().filter(|field| problems.lacks(**field) && !noted.lacks(**field)).collect();
            known.iter().for_each(|field| problems.found(&[**field]));
            for field in known {
                match *field {
                    Field::Cards => all.cards.clone_from(&told.cards),
                    Field::Fans => all.fans.clone_from(&told.fans),
                    _ => all.celsius = all.celsius.or(told.celsius),
                }
            }
            problems.append(noted);
            (all, problems)
        }
        Err(why) => {
            let lacking: Vec<_> = TOLD.iter().filter(|field| problems.lacks(**field)).copied().collect();
            problems.told::<()>(&lacking, Err(why));
            (all, problems)
        }
    };
    completed(First::Snmp, over_snmp, lacks, terminal, merge).await
}

/// The fields of the environment that the command line knows too.
const TOLD: [Field; 3] = [Field::Cards, Field::Temperature, Field::Fans];

/// What of these fields the command line says. `Err` where it says nothing at all.
async fn told_environment(olt: &Inner, fields: &[Field]) -> Told<Environment> {
    let (mut environment, mut problems) = (Environment::default(), Problems::default());
    let mut asking = olt.asking().await?;
    let mut failures = Vec::new();
    let mut told = false;
    if fields.contains(&Field::Cards) {
        match asking.ask(&ShowCardTemperature, &[Field::Cards], &mut problems).await {
            Ok(rows) => {
                told = true;
                let slot = |row: CardTemperatureRow| SlotTemperature { at: row.at, celsius: row.celsius };
                environment.cards = rows.into_iter().map(slot).collect();
            }
            Err(trouble) => failures.push((vec![Field::Cards], trouble)),
        }
    }
    let of_fans: Vec<_> = fields.iter().filter(|field| **field != Field::Cards).copied().collect();
    if !of_fans.is_empty() {
        match asking.ask(&ShowFan, &of_fans, &mut problems).await {
            Ok(shelf) => {
                told = true;
                environment.celsius = shelf.environment_celsius;
                let fan = |fan: FanRow| Fan {
                    number: fan.number,
                    level: fan.level,
                    rpm: fan.rpm,
                    running: None,
                    present: None,
                };
                environment.fans = shelf.fans.into_iter().map(fan).collect();
                if of_fans.contains(&Field::Fans) {
                    [Field::FansRunning, Field::FansPresent]
                        .iter()
                        .for_each(|field| problems.unsupported(*field));
                }
            }
            Err(trouble) => failures.push((of_fans, trouble)),
        }
    }
    for (fields, trouble) in failures {
        if !told {
            return Err(trouble);
        }
        for field in fields {
            match &trouble {
                Trouble::Refused { .. } => problems.unsupported(field),
                trouble => problems.failed(field, trouble.to_string()),
            }
        }
    }
    Ok((environment, problems))
}

/// Temperatures, power supplies and fans (fact sheet, SNMP §6.2).
pub(crate) async fn environment(
    olt: &Inner,
    firmware: &Firmware,
    deadline: Instant,
) -> Result<(Environment, Problems), Trouble> {
    let starts: Vec<Start<'_>> = firmware
        .environment
        .iter()
        .map(|(_, column, _)| Start { column, prefix: &[], rows: Rows::PLACES })
        .collect();
    let columns = olt.snmp.columns(&starts, Scope::default(), None, deadline).await;
    crate::reach::first_failure(columns.iter().map(|column| (column.rows.len(), &column.end)))?;
    let mut environment = Environment::default();
    let mut problems = Problems::default();
    let mut empty: BTreeMap<Field, bool> = BTreeMap::new();
    for ((field, _, set), column) in firmware.environment.iter().zip(columns) {
        problems.ended(*field, &column.end);
        let nothing = column.rows.is_empty() && column.end == End::Complete;
        *empty.entry(*field).or_insert(true) &= nothing;
        for (index, value) in column.rows {
            if let Err(reason) = set(&mut environment, &index, &value) {
                problems.odd(*field, format!("row {}: {reason}", oid(&[], &index)));
            }
        }
    }
    empty.into_iter().filter(|(_, empty)| *empty).for_each(|(field, _)| problems.unsupported(field));
    environment.power_supplies.sort_by_key(|supply| supply.at);
    environment.fans.sort_by_key(|fan| fan.number);
    environment.cards.sort_by_key(|slot| slot.at);
    Ok((environment, problems))
}

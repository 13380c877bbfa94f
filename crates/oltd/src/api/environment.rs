use gpon::{Problem, Reading};
use serde::Serialize;

use super::text;
use crate::app::ChosenOlt;
use crate::cache::{self, Freshness};
use crate::http::{Answer, Content};

#[derive(Debug, Serialize)]
struct Environment {
    temperature: Option<i32>,
    // Null where they were not read, so that none is not taken for unknown.
    power_supplies: Option<Vec<PowerSupply>>,
    fans: Option<Vec<Fan>>,
    cards: Option<Vec<Card>>,
}

#[derive(Debug, Serialize)]
struct PowerSupply {
    rack: u8,
    shelf: u8,
    slot: u8,
    voltage: Option<i32>,
    status: Option<String>,
}

#[derive(Debug, Serialize)]
struct Fan {
    fan: u32,
    level: Option<i32>,
    rpm: Option<i32>,
    running: Option<bool>,
    present: Option<bool>,
}

#[derive(Debug, Serialize)]
struct Card {
    slot: u8,
    temperature: Option<i32>,
}

/// GET `/system/environment`
pub(super) async fn show(olt: ChosenOlt, freshness: Freshness) -> Answer {
    let environment = olt.read::<cache::Environment>((), freshness).await?;
    environment.kept(("show", 0, 0), |Reading { value, problems, .. }| {
        Ok(Content::new(Environment::new(value, problems)))
    })
}

impl Environment {
    fn new(environment: &gpon::Environment, problems: &[Problem]) -> Self {
        let supply = |supply: &gpon::PowerSupply| PowerSupply {
            rack: supply.at.rack,
            shelf: supply.at.shelf,
            slot: supply.at.slot,
            voltage: supply.volts,
            status: text(supply.state),
        };
        let fan = |fan: &gpon::Fan| Fan {
            fan: fan.number,
            level: fan.level,
            rpm: fan.rpm,
            running: fan.running,
            present: fan.present,
        };
        let card = |card: &gpon::SlotTemperature| Card { slot: card.at.slot, temperature: card.celsius };
        let unread = |field: &str| {
            problems.iter().any(|problem| problem.field() == field && !matches!(problem, Problem::Odd { .. }))
        };
        fn list<T, U>(rows: &[T], row: impl Fn(&T) -> U, unread: bool) -> Option<Vec<U>> {
            (!rows.is_empty() || !unread).then(|| rows.iter().map(row).collect())
        }
        Self {
            temperature: environment.celsius,
            power_supplies: list(&environment.power_supplies, supply, unread("power_supplies")),
            fans: list(&environment.fans, fan, unread("fans")),
            cards: list(&environment.cards, card, unread("cards")),
        }
    }
}

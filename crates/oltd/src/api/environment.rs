use serde::Serialize;

use super::text;
use crate::app::ChosenOlt;
use crate::cache::{self, Freshness};
use crate::http::Answer;

#[derive(Debug, Serialize)]
struct Environment {
    temperature: Option<i32>,
    power_supplies: Vec<PowerSupply>,
    fans: Vec<Fan>,
    cards: Vec<Card>,
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
    olt.read::<cache::Environment>((), freshness).await?.view("show", Environment::from)
}

impl From<&gpon::Environment> for Environment {
    fn from(environment: &gpon::Environment) -> Self {
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
        Self {
            temperature: environment.celsius,
            power_supplies: environment.power_supplies.iter().map(supply).collect(),
            fans: environment.fans.iter().map(fan).collect(),
            cards: environment.cards.iter().map(card).collect(),
        }
    }
}

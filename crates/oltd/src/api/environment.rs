use gpon::{Field, Problem, Reading};
use serde::Serialize;
use utoipa::ToSchema;

use super::text;
use crate::app::ChosenOlt;
use crate::cache::{self, Freshness};
use crate::http::openapi::{ReadFailures, Shown};
use crate::http::{Answer, Content, schema};

/// Temperature, power and fans of the chassis.
#[derive(Debug, Serialize, ToSchema)]
struct Environment {
    /// Ambient temperature in °C.
    temperature: Option<i32>,
    /// Null where they were not read, so that none is not taken for unknown.
    power_supplies: Option<Vec<PowerSupply>>,
    /// Null where they were not read.
    fans: Option<Vec<Fan>>,
    /// Null where they were not read.
    cards: Option<Vec<Card>>,
}

/// A power supply.
#[derive(Debug, Serialize, ToSchema)]
struct PowerSupply {
    #[schema(value_type = schema::Place)]
    rack: u8,
    #[schema(value_type = schema::Place)]
    shelf: u8,
    #[schema(value_type = schema::Place)]
    slot: u8,
    /// Input voltage in V.
    voltage: Option<i32>,
    #[schema(value_type = Option<schema::SupplyStatus>)]
    status: Option<String>,
}

/// A fan.
#[derive(Debug, Serialize, ToSchema)]
struct Fan {
    /// Its number.
    fan: u32,
    /// Speed level.
    level: Option<i32>,
    /// Revolutions per minute.
    rpm: Option<i32>,
    /// Whether it runs.
    running: Option<bool>,
    /// Whether it is plugged in.
    present: Option<bool>,
}

/// Temperature of a card.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CardTemperature)]
struct Card {
    #[schema(value_type = schema::Place)]
    slot: u8,
    /// °C
    temperature: Option<i32>,
}

/// Temperature, power supplies and fans.
#[utoipa::path(
    get, path = "/system/environment", operation_id = "environment", tag = "System",
    params(Freshness),
    responses(Shown<Environment>, ReadFailures),
)]
pub(super) async fn show(olt: ChosenOlt, freshness: Freshness) -> Answer {
    let environment = olt.read::<cache::Environment>((), freshness).await?;
    environment
        .kept((), |Reading { value, problems, .. }, ()| Ok(Content::new(Environment::new(value, problems))))
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
        let unread = |field: Field| {
            problems.iter().any(|problem| problem.field() == field && !matches!(problem, Problem::Odd { .. }))
        };
        fn list<T, U>(rows: &[T], row: impl Fn(&T) -> U, unread: bool) -> Option<Vec<U>> {
            (!rows.is_empty() || !unread).then(|| rows.iter().map(row).collect())
        }
        Self {
            temperature: environment.celsius,
            power_supplies: list(&environment.power_supplies, supply, unread(Field::PowerSupplies)),
            fans: list(&environment.fans, fan, unread(Field::Fans)),
            cards: list(&environment.cards, card, unread(Field::Cards)),
        }
    }
}

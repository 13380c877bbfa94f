use gpon::{Card, CardRef, PonPort, Reading};
use serde::Serialize;
use utoipa::ToSchema;

use super::text;
use crate::app::ChosenOlt;
use crate::cache::{Cards, Freshness};
use crate::http::openapi::{CardFailures, Listed, ReadFailures, Shown};
use crate::http::{Answer, Content, ErrorCode, Failure, Params, schema};

/// A card of the chassis.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Card)]
struct Row<'a> {
    #[schema(value_type = schema::Place)]
    rack: u8,
    #[schema(value_type = schema::Place)]
    shelf: u8,
    #[schema(value_type = schema::Place)]
    slot: u8,
    /// The type that is really there, else the configured one.
    card_type: Option<&'a str>,
    #[schema(value_type = Option<schema::CardStatus>)]
    status: Option<String>,
    /// As the device spells it.
    serial_number: Option<&'a str>,
    /// As the device spells it.
    hardware_ver: Option<&'a str>,
    /// As the device spells it.
    software_ver: Option<&'a str>,
    /// From the device's inventory.
    description: Option<&'a str>,
    /// How many ports it has.
    ports: Option<u32>,
    /// CPU load in percent.
    cpu: Option<u32>,
    /// Memory use in percent.
    memory: Option<u32>,
    /// °C
    temperature: Option<i32>,
}

impl<'a> From<&'a Card> for Row<'a> {
    fn from(card: &'a Card) -> Self {
        Self {
            rack: card.at.rack,
            shelf: card.at.shelf,
            slot: card.at.slot,
            card_type: card.card_type.as_deref(),
            status: text(card.status),
            serial_number: card.serial.as_deref(),
            hardware_ver: card.hardware_version.as_deref(),
            software_ver: card.software_version.as_deref(),
            description: card.description.as_deref(),
            ports: card.ports,
            cpu: card.cpu_percent,
            memory: card.memory_percent,
            temperature: card.temperature_c,
        }
    }
}

/// The cards of the chassis.
#[utoipa::path(
    get, path = "/system/cards", operation_id = "cards", tag = "System",
    params(Freshness),
    responses(Listed<Row>, ReadFailures),
)]
pub(super) async fn list(olt: ChosenOlt, freshness: Freshness) -> Answer {
    let cards = olt.read::<Cards>((), freshness).await?;
    cards.list((), |card, ()| Row::from(card))
}

/// A card.
#[utoipa::path(
    get, path = "/system/cards/{rack}/{shelf}/{slot}", operation_id = "card", tag = "System",
    params(
        ("rack" = inline(schema::Place), Path, example = 1),
        ("shelf" = inline(schema::Place), Path, example = 1),
        ("slot" = inline(schema::Board), Path, example = 1),
        Freshness,
    ),
    responses(Shown<Row>, CardFailures),
)]
pub(super) async fn show(olt: ChosenOlt, params: Params, freshness: Freshness) -> Answer {
    let at = CardRef {
        rack: params.byte("rack", 1..=u8::MAX)?,
        shelf: params.byte("shelf", 1..=u8::MAX)?,
        slot: params.byte("slot", 1..=PonPort::MAX_SLOT)?,
    };
    let cards = olt.read::<Cards>((), freshness).await?;
    cards.kept(at, |cards, at| Ok(Content::new(Row::from(find(cards, at)?))))
}

fn find(cards: &Reading<Vec<Card>>, at: CardRef) -> Result<&Card, Failure> {
    if let Some(card) = cards.value.iter().find(|card| card.at == at) {
        return Ok(card);
    }
    Err(match cards.rows_may_be_missing() {
        Some(problem) => Failure::incomplete("whether the card is there", problem),
        None => Failure::new(
            ErrorCode::CardNotFound,
            "The chassis has no such card.",
            format!("the chassis has no card in {at}"),
        ),
    })
}

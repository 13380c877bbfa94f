//! What fields of bodies may be.

use std::str::FromStr;
use std::time::SystemTime;

use gpon::{
    Credential, ExpectedSerial, Invalid, OnConflict, OnRefusal, OnuId, PlainText, PonPort, RebootVia,
    SerialNumber, TypeChoice, UniPort, UserVlan, VlanId, WaitFor, Word,
};
use secrecy::SecretString;
use utoipa::PartialSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use super::{Json, Reader, Value};
use crate::http::schema;

/// Rows of a list in a body: what the longest batch may have.
const ROWS: usize = 5_000;

/// A whole number from `LEAST` to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole<const LEAST: u32, const MOST: u32>(pub u32);

/// A text that no answer and no log shows, at most 64 bytes long.
#[derive(Debug, Clone)]
pub struct Hidden(pub SecretString);

/// A whole number, written in digits only: `1e0` and `1.0` are none.
fn whole(json: &Json, least: u32, most: u32, reader: &mut Reader) -> Option<u32> {
    let number = match json {
        Json::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        _ => None,
    };
    match number.filter(|number| (least..=most).contains(number)) {
        Some(number) => Some(number),
        None => reader.refuse(
            format_args!("a whole number from {least} to {most}, written in digits only and without quotes"),
            json,
        ),
    }
}

fn parse<T: FromStr<Err = Invalid>>(text: &str, json: &Json, reader: &mut Reader) -> Option<T> {
    text.parse().map_or_else(|invalid: Invalid| reader.refuse(invalid.rule(), json), Some)
}

impl<const LEAST: u32, const MOST: u32> Value for Whole<LEAST, MOST> {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        whole(json, LEAST, MOST, reader).map(Self)
    }

    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(LEAST)).maximum(Some(MOST)).into()
    }
}

impl Value for bool {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        match json {
            Json::Bool(value) => Some(*value),
            other => reader.refuse("true or false", other),
        }
    }

    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Boolean).into()
    }
}

/// `1/1/1`, `1-1-1`, or a number `n` for `1/1/n`, as a text or not.
impl Value for PonPort {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        match json {
            Json::Text(text) => parse(text, json, reader),
            Json::Number(number) => parse(&number.to_string(), json, reader),
            other => reader.refuse("a PON port such as \"1/1/1\"", other),
        }
    }

    fn schema() -> RefOr<Schema> {
        let number = schema::Pon::schema();
        OneOfBuilder::new().item(schema::PonPortInput::schema()).item(number).into()
    }
}

macro_rules! numbers {
    ($($type:ty: $least:expr, $most:expr, $form:ty;)+) => {$(
        impl Value for $type {
            fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
                let number = whole(json, $least, $most, reader)?;
                Self::try_from(number).map_or_else(|invalid| reader.refuse(invalid.rule(), json), Some)
            }

            fn schema() -> RefOr<Schema> {
                <$form as PartialSchema>::schema()
            }
        }
    )+};
}

numbers! {
    OnuId: 1, u32::from(OnuId::MAX), schema::OnuNumber;
    VlanId: 1, 4094, schema::VlanNumber;
}

impl Value for SerialNumber {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        match json {
            Json::Text(text) => parse(text, json, reader),
            other => reader.refuse("a serial number, as a text", other),
        }
    }

    fn schema() -> RefOr<Schema> {
        schema::SerialInput::schema()
    }
}

impl Value for PlainText {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        match json {
            Json::Text(text) => parse(text, json, reader),
            other => reader.refuse("a text", other),
        }
    }

    fn schema() -> RefOr<Schema> {
        schema::PlainText::schema()
    }
}

/// A serial number, or `none` for an ONU that is registered without one.
impl Value for ExpectedSerial {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        match json {
            Json::Text(text) if text == "none" => Some(Self::Without),
            other => SerialNumber::read(other, reader).map(Self::Serial),
        }
    }

    fn schema() -> RefOr<Schema> {
        schema::ExpectedSerial::schema()
    }
}

/// What a caller calls a write, to be told again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference(pub String);

impl Value for Reference {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        match json {
            Json::Text(text)
                if (1..=128).contains(&text.chars().count()) && !text.chars().any(char::is_control) =>
            {
                Some(Self(text.clone()))
            }
            other => reader.refuse("a text of 1 to 128 characters without control characters", other),
        }
    }

    fn schema() -> RefOr<Schema> {
        schema::Reference::schema()
    }
}

/// The name of something that may be lost, as an answer told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LossName(pub String);

impl Value for LossName {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        match json {
            Json::Text(text) if (1..=128).contains(&text.len()) && !text.chars().any(char::is_control) => {
                Some(Self(text.clone()))
            }
            other => reader.refuse("a name such as \"name\"", other),
        }
    }

    fn schema() -> RefOr<Schema> {
        schema::Reference::schema()
    }
}

/// The id of an OLT, which may not be configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OltName(pub String);

impl Value for OltName {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        let spelt = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        match json {
            Json::Text(text) if (1..=32).contains(&text.len()) && text.bytes().all(spelt) => {
                Some(Self(text.clone()))
            }
            other => reader.refuse("the id of a configured OLT", other),
        }
    }

    fn schema() -> RefOr<Schema> {
        schema::OltId::schema()
    }
}

/// A moment, as RFC 3339 spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub SystemTime);

impl Value for Moment {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        let rule = "a moment such as \"2026-09-21T14:13:20Z\"";
        match json {
            Json::Text(text) => match text.parse::<jiff::Timestamp>() {
                Ok(moment) if moment.as_second() >= 0 => Some(Self(moment.into())),
                _ => reader.refuse(rule, json),
            },
            other => reader.refuse(rule, other),
        }
    }

    fn schema() -> RefOr<Schema> {
        schema::MomentInput::schema()
    }
}

macro_rules! choices {
    ($($type:ty: $form:ty, $($word:literal => $value:expr),+;)+) => {$(
        impl Value for $type {
            fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
                match json {
                    $(Json::Text(text) if text == $word => Some($value),)+
                    other => reader.refuse(concat!("one of", $(" ", $word),+), other),
                }
            }

            fn schema() -> RefOr<Schema> {
                <$form as PartialSchema>::schema()
            }
        }
    )+};
}

/// The mode of a WAN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WanWord {
    /// By PPPoE.
    Pppoe,
    /// By DHCP.
    Dhcp,
    /// A fixed address.
    Static,
}

choices! {
    WanWord: schema::WanMode, "pppoe" => Self::Pppoe, "dhcp" => Self::Dhcp, "static" => Self::Static;
    WaitFor: schema::WaitFor, "configured" => Self::Configured, "online" => Self::Online, "service" => Self::Service;
    OnConflict: schema::OnConflict, "refuse" => Self::Refuse, "take_over" => Self::TakeOver;
    OnRefusal: schema::OnRefusal, "undo" => Self::Undo, "keep" => Self::Keep;
    RebootVia: schema::RebootVia, "omci" => Self::Omci, "shutdown" => Self::Shutdown;
}

macro_rules! spelt {
    ($($type:ty: $form:ty, $what:literal;)+) => {$(
        impl Value for $type {
            fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
                match json {
                    Json::Text(text) => parse(text, json, reader),
                    other => reader.refuse($what, other),
                }
            }

            fn schema() -> RefOr<Schema> {
                <$form as PartialSchema>::schema()
            }
        }
    )+};
}

spelt! {
    Word: schema::Word, "a name, as a text";
    UniPort: schema::UniPort, "a port such as \"eth_0/1\"";
}

/// `auto`, or a type of the OLT.
impl Value for TypeChoice {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        match json {
            Json::Text(text) if text == "auto" => Some(Self::Auto),
            other => Word::read(other, reader).map(Self::Named),
        }
    }

    fn schema() -> RefOr<Schema> {
        schema::TypeInput::schema()
    }
}

/// What is refused of it is not shown.
impl Value for Credential {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        let read = match json {
            Json::Text(text) => text.parse().ok(),
            _ => None,
        };
        read.or_else(|| reader.note("1 to 64 characters from ! to ~, without ? and \""))
    }

    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some(r#"^[!#->@-~]{1,64}$"#));
        text.write_only(true).into()
    }
}

/// A VLAN, or `untagged`.
impl Value for UserVlan {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        match json {
            Json::Text(text) if text == "untagged" => Some(Self::Untagged),
            Json::Number(_) => VlanId::read(json, reader).map(Self::Tagged),
            other => reader.refuse("a VLAN from 1 to 4094, or \"untagged\"", other),
        }
    }

    fn schema() -> RefOr<Schema> {
        let word = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["untagged"]));
        OneOfBuilder::new().item(schema::VlanNumber::schema()).item(word).into()
    }
}

impl Value for std::net::Ipv4Addr {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        let read = match json {
            Json::Text(text) => text.parse().ok(),
            _ => None,
        };
        read.or_else(|| reader.refuse("an IPv4 address", json))
    }

    fn schema() -> RefOr<Schema> {
        schema::Ipv4Text::schema()
    }
}

impl Value for Hidden {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        match json {
            Json::Text(text) if (1..=64).contains(&text.len()) => Some(Self(text.clone().into())),
            // Without what stands there.
            _ => reader.note("a text of 1 to 64 bytes"),
        }
    }

    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.min_length(Some(1)).max_length(Some(64)).write_only(true).into()
    }
}

impl<T: Value> Value for Vec<T> {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        let Json::List(rows) = json else { return reader.refuse("a list", json) };
        if rows.len() > ROWS {
            return reader.note(format_args!("at most {ROWS} rows, not {}", rows.len()));
        }
        // All of them, before one that is wrong ends it.
        let rows = rows.iter().enumerate();
        let read: Vec<Option<T>> =
            rows.map(|(at, row)| reader.below(&format!("[{at}]"), |reader| T::read(row, reader))).collect();
        read.into_iter().collect()
    }

    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new().items(T::schema()).max_items(Some(ROWS)).into()
    }
}

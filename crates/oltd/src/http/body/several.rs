//! Words of filters, and lists that may be one thing.

use gpon::{AdminState, OnuState};
use utoipa::PartialSchema;
use utoipa::openapi::schema::{ArrayBuilder, OneOfBuilder};
use utoipa::openapi::{RefOr, Schema};

use super::{Json, Reader, Value};
use crate::http::schema;

/// Most values of a list in a filter: a chassis has no more PON ports.
const MOST: usize = 256;

/// One value, or a list of at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOrMore<T>(pub Vec<T>);

impl<T: Value> Value for OneOrMore<T> {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        let Json::List(rows) = json else { return T::read(json, reader).map(|one| Self(vec![one])) };
        if rows.is_empty() || rows.len() > MOST {
            return reader.note(format_args!("a list of 1 to {MOST} values"));
        }
        <Vec<T> as Value>::read(json, reader).map(Self)
    }

    fn schema() -> RefOr<Schema> {
        let list = ArrayBuilder::new().items(T::schema()).min_items(Some(1)).max_items(Some(MOST));
        OneOfBuilder::new().item(T::schema()).item(list).into()
    }
}

/// A phase, in the spelling of answers or in that of the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase(pub OnuState);

impl Value for Phase {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        let known = match json {
            Json::Text(text) => OnuState::ALL
                .into_iter()
                .find(|state| state.as_str().eq_ignore_ascii_case(&text.replace('_', " "))),
            _ => None,
        };
        match known {
            Some(state) => Some(Self(state)),
            None => {
                let words = OnuState::ALL.map(OnuState::as_str).join(", ");
                reader.refuse(format_args!("one of {words}"), json)
            }
        }
    }

    fn schema() -> RefOr<Schema> {
        schema::OnuStatus::schema()
    }
}

impl Value for AdminState {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        let known = match json {
            Json::Text(text) => Self::ALL.into_iter().find(|state| state.as_str() == text),
            _ => None,
        };
        known.map_or_else(|| reader.refuse("one of enabled, disabled", json), Some)
    }

    fn schema() -> RefOr<Schema> {
        schema::AdminState::schema()
    }
}

//! A body as JSON, before anything is made of it: each key once, neither too
//! deep nor too much, and an error says in which field it stands.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// The deepest body of the contract has five levels; what is deeper is a mistake or an attack.
const DEPTH: usize = 16;
/// Values of one body: a row of the longest list has some twenty, and a value
/// takes up to 60 bytes of memory for the two that it may have in JSON.
const VALUES: usize = 1 << 17;

/// A value of a body.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, whole where it was written so.
    Number(serde_json::Number),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object, no key of which stood there twice.
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// What kind of value it is, for people.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

/// Where bytes stop being such a body, and why.
#[derive(Debug)]
pub(super) struct Unreadable {
    /// The field; empty for the body itself.
    pub(super) path: String,
    pub(super) why: String,
}

/// Reads a body. Nothing at all is an object without keys: a route may need none.
pub(super) fn read(bytes: &[u8]) -> Result<Json, Unreadable> {
    if bytes.is_empty() {
        return Ok(Json::Object(BTreeMap::new()));
    }
    let place = Place::default();
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Node { place: &place, depth: 0 }.deserialize(&mut reader);
    read.and_then(|json| reader.end().map(|()| json))
        .map_err(|error| Unreadable { path: place.path.take(), why: error.to_string() })
}

/// Where the reader is.
#[derive(Default)]
struct Place {
    path: RefCell<String>,
    values: Cell<usize>,
}

impl Place {
    /// Reads something below `part`. An error leaves the path as it is.
    fn below<T, E>(&self, part: &str, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let before = self.path.borrow().len();
        extend(&mut self.path.borrow_mut(), part);
        let value = read()?;
        self.path.borrow_mut().truncate(before);
        Ok(value)
    }
}

/// Goes on to a key or `[index]` of what `path` names.
pub(super) fn extend(path: &mut String, part: &str) {
    if !path.is_empty() && !part.starts_with('[') {
        path.push('.');
    }
    path.push_str(part);
}

#[derive(Clone, Copy)]
struct Node<'a> {
    place: &'a Place,
    depth: usize,
}

impl Node<'_> {
    fn below<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.depth < DEPTH {
            true => Ok(Self { depth: self.depth + 1, ..self }),
            false => Err(E::custom(format_args!("over {DEPTH} levels deep"))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        self.place.values.set(self.place.values.get() + 1);
        if self.place.values.get() > VALUES {
            return Err(D::Error::custom(format_args!("over {VALUES} values")));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(serde_json::Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Json, A::Error> {
        let below = self.below()?;
        let mut list = Vec::new();
        loop {
            let part = format!("[{}]", list.len());
            match self.place.below(&part, || rows.next_element_seed(below))? {
                Some(row) => list.push(row),
                None => return Ok(Json::List(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let below = self.below()?;
        let mut object = BTreeMap::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = self.place.below(&key, || {
                let value = entries.next_value_seed(below)?;
                match object.contains_key(&key) {
                    true => Err(A::Error::custom("the key stands there twice")),
                    false => Ok(value),
                }
            })?;
            object.insert(key, value);
        }
        Ok(Json::Object(object))
    }
}

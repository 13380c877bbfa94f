//! How one value of the configuration is read and held to its rule.
//!
//! A value comes as TOML or as the text of a variable, and both are held to the
//! same rule. Nothing is converted on the way: `true` is not a number, `161.6`
//! is not a port, and a community `007` stays three characters.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::table::Form;

/// Most characters of a wrong value that a sentence shows.
const SHOWN: usize = 60;

/// A value with its rule.
pub(super) trait Rule: Sized {
    /// Whether the value must never be shown.
    const SECRET: bool = false;
    /// Whether TOML may give it as an integer.
    const INTEGER: bool = false;
    /// Whether TOML may give it with decimals.
    const DECIMAL: bool = false;
    /// Whether TOML may give it as `true` or `false`.
    const BOOLEAN: bool = false;
    /// Whether TOML may give it as a list of texts, which are read as one with commas.
    const LIST: bool = false;

    /// What a value must be, to follow "is not".
    fn rule() -> Cow<'static, str>;

    /// Reads the value; `None` when it breaks the rule.
    fn read(text: &str) -> Option<Self>;

    /// The bounds of a value that has some, as "1 to 64".
    fn bounds() -> Option<String> {
        None
    }

    /// What is wrong with a value, where more can be told than that it breaks the rule.
    fn complaint(_: &str) -> Option<String> {
        None
    }
}

/// How TOML writes such a value.
pub(super) const fn form<T: Rule>() -> Form {
    match (T::LIST, T::INTEGER || T::DECIMAL || T::BOOLEAN) {
        (true, _) => Form::List,
        (false, true) => Form::Bare,
        (false, false) => Form::Quoted,
    }
}

/// A value of the file, read by its [`Rule`].
pub(super) struct Given<T>(pub(super) T);

impl<'de, T: Rule> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GivenVisitor(PhantomData)).map(Self)
    }
}

/// The sentence about a value that breaks its rule; a secret value is not in it.
pub(super) fn broken<T: Rule>(value: &str) -> String {
    if let Some(complaint) = T::complaint(value) {
        return complaint;
    }
    if T::SECRET {
        return format!("the value is not {}", T::rule());
    }
    let shown: String = value.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    let more = if value.chars().nth(SHOWN).is_some() { "..." } else { "" };
    format!("`{shown}{more}` is not {}", T::rule())
}

/// An entry of a list: its text, or nothing when it is none.
struct Entry(Option<String>);

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = config::Value::deserialize(deserializer)?;
        match value.kind {
            config::ValueKind::String(text) => Ok(Self(Some(text))),
            _ => Ok(Self(None)),
        }
    }
}

struct GivenVisitor<T>(PhantomData<T>);

impl<'de, T: Rule> Visitor<'de> for GivenVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&T::rule())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::read(text).ok_or_else(|| E::custom(broken::<T>(text)))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        let text = number.to_string();
        T::read(&text).filter(|_| T::INTEGER).ok_or_else(|| E::custom(broken::<T>(&text)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        let text = number.to_string();
        T::read(&text).filter(|_| T::INTEGER).ok_or_else(|| E::custom(broken::<T>(&text)))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        let text = number.to_string();
        T::read(&text).filter(|_| T::DECIMAL).ok_or_else(|| E::custom(broken::<T>(&text)))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<T, E> {
        let text = if flag { "true" } else { "false" };
        T::read(text).filter(|_| T::BOOLEAN).ok_or_else(|| E::custom(broken::<T>(text)))
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Err(E::custom(format!("nothing is not {}", T::rule())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<T, A::Error> {
        let wrong = || A::Error::custom(format!("a list is not {}", T::rule()));
        if !T::LIST {
            return Err(wrong());
        }
        let mut texts = Vec::new();
        while let Some(Entry(text)) = list.next_element()? {
            texts.push(text.filter(|text| !text.contains(',')).ok_or_else(wrong)?);
        }
        let text = texts.join(",");
        T::read(&text).ok_or_else(|| A::Error::custom(broken::<T>(&text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<T, A::Error> {
        Err(A::Error::custom(format!("a table is not {}", T::rule())))
    }
}

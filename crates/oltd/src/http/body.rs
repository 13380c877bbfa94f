//! Bodies of requests: JSON in, words of `gpon` out.
//!
//! A body is a `struct` within `body!`; what a field may be is its type's to
//! say ([`Value`], in `values.rs`), and the same type says it to the OpenAPI
//! document. Whatever is wrong is told at once, each field with its reason.

mod declared;
mod json;
mod several;
mod values;

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use axum::extract::{FromRequest, Request};
use gpon::quoted;
use utoipa::openapi::schema::{AdditionalProperties, AllOfBuilder, ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use super::{ErrorCode, Failure};
pub(crate) use declared::body;
pub use json::Json;
pub use several::{OneOrMore, Phase};
pub use values::{Hidden, LossName, Moment, OltName, Reference, WanWord, Whole};

/// Wrong fields that one answer tells: who has more has misread the route.
const TOLD: usize = 16;
/// Names of fields and keys up to this length stand as they are.
const NAME: usize = 128;

/// The body of a request, and the keys in it that are accepted but not used.
#[derive(Debug)]
pub struct Body<T> {
    /// What it says.
    pub value: T,
    /// The keys that were accepted for the sake of old clients and do nothing.
    pub ignored: Vec<String>,
}

impl<T> Body<T> {
    /// Reads the bytes of a body.
    ///
    /// # Errors
    /// 400, which names every field that is wrong.
    pub fn read(bytes: &[u8]) -> Result<Self, Failure>
    where
        T: Value,
    {
        let json = json::read(bytes).map_err(|unreadable| {
            let mut reader = Reader { path: unreadable.path, ..Reader::default() };
            reader.note::<T>(unreadable.why);
            reader.failure()
        })?;
        let mut reader = Reader::default();
        match T::read(&json, &mut reader) {
            Some(value) if reader.wrong.is_empty() => Ok(Self { value, ignored: reader.ignored }),
            _ => Err(reader.failure()),
        }
    }
}

/// The body is whole and of a kind that routes read, see `intake`.
impl<S: Send + Sync, T: Value> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        // How long it may be is the intake's to say.
        let bytes = axum::body::to_bytes(request.into_body(), usize::MAX).await;
        Self::read(&bytes.map_err(|error| {
            Failure::new(ErrorCode::BodyTooLarge, "The body is too large.", error.to_string())
        })?)
    }
}

/// What a field of a body may be.
pub trait Value: Sized {
    /// Reads it; `None` once the reader was told what is wrong.
    fn read(json: &Json, reader: &mut Reader) -> Option<Self>;

    /// The same rule for the OpenAPI document.
    fn schema() -> RefOr<Schema>;
}

/// A field that must be there, or, as an `Option`, one that may be left out.
/// `null` is no way to leave one out: it is kept free for taking a value away.
pub trait Field: Sized {
    /// Whether it must be there.
    const REQUIRED: bool;

    /// Reads it, as [`Value::read`].
    fn take(json: Option<&Json>, reader: &mut Reader) -> Option<Self>;

    /// Its rule for the OpenAPI document.
    fn schema() -> RefOr<Schema>;
}

/// A part of a body: a field, or several that bodies have in common.
pub trait Part: Sized {
    /// The names of its fields; `own` are those of a field.
    fn names(own: &'static [&'static str]) -> Vec<&'static [&'static str]>;

    /// Reads it from the object that the body is.
    fn read(object: &BTreeMap<String, Json>, own: &[&str], reader: &mut Reader) -> Option<Self>;

    /// Its fields for the OpenAPI document.
    fn described(own: &'static [&'static str], meaning: &'static str) -> Vec<Described>;
}

impl<F: Field> Part for F {
    fn names(own: &'static [&'static str]) -> Vec<&'static [&'static str]> {
        vec![own]
    }

    fn read(object: &BTreeMap<String, Json>, own: &[&str], reader: &mut Reader) -> Option<Self> {
        reader.field(object, own)
    }

    fn described(own: &'static [&'static str], meaning: &'static str) -> Vec<Described> {
        vec![Described { names: own, meaning, required: F::REQUIRED, schema: F::schema() }]
    }
}

impl<T: Value> Field for T {
    const REQUIRED: bool = true;

    fn take(json: Option<&Json>, reader: &mut Reader) -> Option<Self> {
        match json {
            Some(json) => T::read(json, reader),
            None => reader.note("it is required"),
        }
    }

    fn schema() -> RefOr<Schema> {
        <T as Value>::schema()
    }
}

impl<T: Value> Field for Option<T> {
    const REQUIRED: bool = false;

    fn take(json: Option<&Json>, reader: &mut Reader) -> Option<Self> {
        match json {
            Some(json) => T::read(json, reader).map(Some),
            None => Some(None),
        }
    }

    fn schema() -> RefOr<Schema> {
        <T as Value>::schema()
    }
}

/// What is read so far of a body: where the reader is, and what it found.
#[derive(Debug, Default)]
pub struct Reader {
    path: String,
    wrong: Vec<(String, String)>,
    ignored: Vec<String>,
}

impl Reader {
    /// Here stands something that breaks this rule.
    pub fn note<T>(&mut self, rule: impl Display) -> Option<T> {
        self.wrong.push((shown(&self.path), rule.to_string()));
        None
    }

    /// The same, with what stands there. Not for secrets.
    pub fn refuse<T>(&mut self, rule: impl Display, got: &Json) -> Option<T> {
        match got {
            Json::Text(text) => self.note(format_args!("{rule}, not {}", quoted(text))),
            Json::Number(number) => self.note(format_args!("{rule}, not {number}")),
            other => self.note(format_args!("{rule}, not {}", other.kind())),
        }
    }

    /// Reads what stands at a key or `[index]` of this.
    pub fn below<T>(&mut self, part: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.path.len();
        json::extend(&mut self.path, part);
        let value = read(self);
        self.path.truncate(before);
        value
    }

    /// The keys of an object, which are `known` or `unused`.
    pub fn object<'a>(
        &mut self,
        json: &'a Json,
        known: &[&[&str]],
        unused: &[&str],
    ) -> Option<&'a BTreeMap<String, Json>> {
        let Json::Object(object) = json else { return self.refuse("an object", json) };
        for key in object.keys() {
            let known = known.iter().any(|names| names.iter().any(|name| plain(name) == key));
            let unused = unused.contains(&key.as_str());
            if unused {
                self.below(key, |reader| reader.ignored.push(shown(&reader.path)));
            } else if !known {
                self.below(key, |reader| reader.note::<()>("no such key is known"));
            }
        }
        Some(object)
    }

    /// A field of an object that has several names.
    pub fn field<F: Field>(&mut self, object: &BTreeMap<String, Json>, names: &[&str]) -> Option<F> {
        let mut found = names.iter().map(|name| plain(name)).filter(|name| object.contains_key(*name));
        let name = found.next().or_else(|| names.first().map(|name| plain(name))).unwrap_or_default();
        if let Some(second) = found.next() {
            return self.below(second, |reader| reader.note(format_args!("it stands there as {name} too")));
        }
        self.below(name, |reader| F::take(object.get(name), reader))
    }

    fn failure(self) -> Failure {
        let names: Vec<&str> = self.wrong.iter().take(TOLD).map(|(field, _)| field.as_str()).collect();
        let message = match self.wrong.as_slice() {
            [(field, rule)] => format!("The field {field} is not valid: {rule}."),
            _ => format!("Several fields are not valid: {}.", names.join(", ")),
        };
        let mut detail = String::new();
        for (field, rule) in self.wrong.iter().take(TOLD) {
            let between = if detail.is_empty() { "" } else { "; " };
            let _ = write!(detail, "{between}{field}: {rule}");
        }
        if self.wrong.len() > TOLD {
            let _ = write!(detail, "; and {} more", self.wrong.len() - TOLD);
        }
        Failure::new(ErrorCode::InvalidParameter, message, detail)
    }
}

/// A field's name for people: it may hold whatever a caller made a key of.
fn shown(path: &str) -> String {
    let usual = |c: char| c.is_ascii_alphanumeric() || "_-.[]".contains(c);
    match path {
        "" => "body".to_owned(),
        path if path.len() <= NAME && path.chars().all(usual) => path.to_owned(),
        path => quoted(path).to_string(),
    }
}

/// The name of a field that is a word of Rust too.
fn plain(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// A field for the OpenAPI document: its names, its meaning, its form.
pub struct Described {
    /// The first is its own.
    pub names: &'static [&'static str],
    /// In words.
    pub meaning: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// Its form.
    pub schema: RefOr<Schema>,
}

/// The schema of a body with these fields.
pub fn schema(meaning: &str, fields: Vec<Described>, unused: &[&str]) -> RefOr<Schema> {
    let mut object = ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some(meaning.trim()))
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    let mut by_either = AllOfBuilder::new();
    let mut several = false;
    for Described { names, meaning, required, schema } in fields {
        let Some((first, others)) = names.split_first() else { continue };
        object = object.property(plain(first), meant(schema.clone(), meaning.trim()));
        for other in others {
            object =
                object.property(*other, meant(schema.clone(), &format!("The same as `{}`.", plain(first))));
        }
        match (required, others) {
            (false, _) => {}
            (true, []) => object = object.required(plain(first)),
            (true, _) => {
                // Both at once are refused.
                let one = |either: OneOfBuilder, name: &&str| {
                    either.item(ObjectBuilder::new().required(plain(name)))
                };
                by_either = by_either.item(names.iter().fold(OneOfBuilder::new(), one));
                several = true;
            }
        }
    }
    for key in unused {
        let of_any_kind = ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::SchemaType::AnyValue)
            .description(Some("Accepted and not used; the answer names it in `ignored`."));
        object = object.property(*key, of_any_kind);
    }
    match several {
        true => by_either.item(object).into(),
        false => object.into(),
    }
}

fn meant(schema: RefOr<Schema>, meaning: &str) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            object.description = Some(meaning.to_owned());
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.description = Some(meaning.to_owned());
            RefOr::T(Schema::Array(array))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests;

//! What a handler may answer when all went well, as sets of responses.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use axum::http::StatusCode;
use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

use super::headers::{self, OF_LIMIT, OF_READING, REQUEST_ID};
use super::{Carrier, described, key};
use crate::failure::status::{ACCEPTED, CREATED, NOT_MODIFIED, SOME, SUCCESS, words};
use crate::http::answer::{Missing, Page};

type Set = BTreeMap<String, RefOr<Response>>;

/// A reading that is a list of rows.
#[derive(Debug)]
pub(crate) struct Listed<Row>(PhantomData<Row>);

/// A page of such a list.
#[derive(Debug)]
pub(crate) struct Paged<Row>(PhantomData<Row>);

/// The same, of which a page may be asked for.
#[derive(Debug)]
pub(crate) struct ListedOrPaged<Row>(PhantomData<Row>);

/// A reading that is one thing.
#[derive(Debug)]
pub(crate) struct Shown<Row>(PhantomData<Row>);

/// An answer that is no reading of an OLT.
#[derive(Debug)]
pub(crate) struct Told<Row>(PhantomData<Row>);

/// The same as a list.
#[derive(Debug)]
pub(crate) struct ToldList<Row>(PhantomData<Row>);

/// A page of such a list.
#[derive(Debug)]
pub(crate) struct ToldPage<Row>(PhantomData<Row>);

/// A change of ours that was made.
#[derive(Debug)]
pub(crate) struct Done<Row>(PhantomData<Row>);

/// A change that was made, with the keys of the body that were not used.
#[derive(Debug)]
pub(crate) struct Changed<Row>(PhantomData<Row>);

/// A write that was made or planned, or that goes on as its job.
#[derive(Debug)]
pub(crate) struct MadeOrGoesOn<Row>(PhantomData<Row>);

/// What was settled, or goes on as its job.
#[derive(Debug)]
pub(crate) struct SettledOrGoesOn<Row>(PhantomData<Row>);

/// The same of a write that puts an ONU into service.
#[derive(Debug)]
pub(crate) struct Registered<Row>(PhantomData<Row>);

/// A batch of which all or some was done or planned, or that goes on as its job.
#[derive(Debug)]
pub(crate) struct BatchMade<Row>(PhantomData<Row>);

/// This document.
#[derive(Debug)]
pub(crate) struct Document;

/// Figures in either form of text.
#[derive(Debug)]
pub(crate) struct Exposition;

/// The media types of the figures, without their parameters.
const EXPOSITION_TYPES: [&str; 2] = ["text/plain", "application/openmetrics-text"];

impl<Row: ToSchema> IntoResponses for Listed<Row> {
    fn responses() -> Set {
        described(|| reading::<Row>(list::<Row>(), &Value::Null, &Value::Null))
    }
}

impl<Row: ToSchema> IntoResponses for ListedOrPaged<Row> {
    fn responses() -> Set {
        described(|| {
            let page = serde_json::to_value(Page::schema()).unwrap_or_default();
            reading::<Row>(list::<Row>(), &page["properties"], &Value::Null)
        })
    }
}

impl<Row: ToSchema> IntoResponses for Paged<Row> {
    fn responses() -> Set {
        described(|| {
            let page = serde_json::to_value(Page::schema()).unwrap_or_default();
            reading::<Row>(list::<Row>(), &page["properties"], &page["properties"])
        })
    }
}

impl<Row: ToSchema> IntoResponses for Shown<Row> {
    fn responses() -> Set {
        described(|| reading::<Row>(reference::<Row>(), &Value::Null, &Value::Null))
    }
}

impl<Row: ToSchema> IntoResponses for Told<Row> {
    fn responses() -> Set {
        described(|| plain::<Row>(reference::<Row>(), &Value::Null))
    }
}

impl<Row: ToSchema> IntoResponses for ToldList<Row> {
    fn responses() -> Set {
        described(|| plain::<Row>(list::<Row>(), &Value::Null))
    }
}

impl<Row: ToSchema> IntoResponses for ToldPage<Row> {
    fn responses() -> Set {
        described(|| {
            let page = serde_json::to_value(Page::schema()).unwrap_or_default();
            plain::<Row>(list::<Row>(), &page["properties"])
        })
    }
}

impl<Row: ToSchema> IntoResponses for Done<Row> {
    fn responses() -> Set {
        described(|| {
            let message = json!({ "message": { "type": "string", "description": "One sentence about it." } });
            plain::<Row>(reference::<Row>(), &message)
        })
    }
}

impl<Row: ToSchema> IntoResponses for Changed<Row> {
    fn responses() -> Set {
        described(|| changed::<Row>(SUCCESS, "What became of it.", &[]))
    }
}

fn changed<Row: ToSchema>(status: StatusCode, meaning: &str, own: &[&'static str]) -> Set {
    let message = json!({ "message": { "type": "string", "description": "One sentence about it." } });
    let mut properties = message.clone();
    properties["ignored"] = json!({
        "type": "array",
        "items": { "type": "string" },
        "description": "Keys of the body that were accepted and not used; absent where there are none.",
    });
    let names = [REQUEST_ID].into_iter().chain(OF_LIMIT).chain(own.iter().copied());
    let response = envelope_of(status, meaning, reference::<Row>(), &properties, &message, names);
    [(key(status), Carrier::of(response).with::<Row>().done())].into()
}

impl<Row: ToSchema> IntoResponses for MadeOrGoesOn<Row> {
    fn responses() -> Set {
        described(|| {
            let mut responses = changed::<Row>(SUCCESS, "What became of it, or its plan.", &[]);
            responses.extend(changed::<Row>(ACCEPTED, "It goes on as the job of `Location`.", &["Location"]));
            responses
        })
    }
}

impl<Row: ToSchema> IntoResponses for SettledOrGoesOn<Row> {
    fn responses() -> Set {
        described(|| {
            let mut responses = changed::<Row>(SUCCESS, "What became of it.", &[]);
            responses.extend(changed::<Row>(ACCEPTED, "It goes on as the job of `Location`.", &["Location"]));
            responses
        })
    }
}

impl<Row: ToSchema> IntoResponses for Registered<Row> {
    fn responses() -> Set {
        described(|| {
            let mut responses = changed::<Row>(SUCCESS, "It was so already, or its plan.", &[]);
            responses.extend(changed::<Row>(CREATED, "It is in service.", &[]));
            responses.extend(changed::<Row>(ACCEPTED, "It goes on as the job of `Location`.", &["Location"]));
            responses
        })
    }
}

impl<Row: ToSchema> IntoResponses for BatchMade<Row> {
    fn responses() -> Set {
        described(|| {
            let mut responses = changed::<Row>(SUCCESS, "All of it is done, or planned.", &[]);
            responses.extend(changed::<Row>(SOME, "Some of it is done, and some is not.", &[]));
            responses.extend(changed::<Row>(ACCEPTED, "It goes on as the job of `Location`.", &["Location"]));
            responses
        })
    }
}

impl IntoResponses for Document {
    fn responses() -> Set {
        described(|| {
            let schema = json!({ "type": "object", "required": ["openapi", "info", "paths"] });
            let names = [REQUEST_ID].into_iter().chain(OF_LIMIT);
            [(key(SUCCESS), Carrier::of(body("The document.", "application/json", schema, names)).done())]
                .into()
        })
    }
}

impl IntoResponses for Exposition {
    fn responses() -> Set {
        described(|| {
            let [usual, other] = EXPOSITION_TYPES;
            let schema = json!({ "type": "string" });
            let mut text = body("The figures.", usual, schema.clone(), [REQUEST_ID].into_iter());
            add(&mut text["content"], &json!({ other: { "schema": schema } }));
            [(key(SUCCESS), Carrier::of(text).done())].into()
        })
    }
}

fn reference<T: ToSchema>() -> Value {
    json!({ "$ref": format!("#/components/schemas/{}", T::name()) })
}

fn list<Row: ToSchema>() -> Value {
    json!({ "type": "array", "items": reference::<Row>() })
}

/// A reading with `more` fields, of which some stand there `always`, and that the client has it already.
fn reading<Row: ToSchema>(data: Value, more: &Value, always: &Value) -> Set {
    let missing = json!({ "type": "array", "items": reference::<Missing<'_>>() });
    let mut properties = json!({
        "partial": missing,
        "unsupported": { "type": "array", "items": { "type": "string" } },
        "problems": missing,
    });
    for (field, meaning) in [
        ("partial", "What requests failed to tell; asking again may."),
        ("unsupported", "Fields that this firmware or model has no source for, here or at all."),
        ("problems", "Values that the device gave and that cannot be right."),
    ] {
        properties[field]["description"] = meaning.into();
    }
    add(&mut properties, more);
    let names = || [REQUEST_ID].into_iter().chain(OF_LIMIT).chain(OF_READING);
    let whole = Carrier::of(envelope("The reading.", data, &properties, always, names()));
    let unchanged = json!({
        "description": "The answer is the one that `If-None-Match` names. There is no body.",
        "headers": headers::references(names().filter(|name| !["Age", "X-Data-Source"].contains(name))),
    });
    [
        (key(SUCCESS), whole.with::<Row>().with::<Missing<'_>>().done()),
        (key(NOT_MODIFIED), Carrier::of(unchanged).named("Unchanged").done()),
    ]
    .into()
}

fn plain<Row: ToSchema>(data: Value, more: &Value) -> Set {
    let names = [REQUEST_ID].into_iter().chain(OF_LIMIT);
    let response = envelope("What was asked for.", data, more, more, names);
    [(key(SUCCESS), Carrier::of(response).with::<Row>().done())].into()
}

/// The envelope of a success: its own fields, these `properties`, and which of them are always there.
fn envelope<'a>(
    description: &str,
    data: Value,
    properties: &Value,
    always: &Value,
    headers: impl Iterator<Item = &'a str>,
) -> Value {
    envelope_of(SUCCESS, description, data, properties, always, headers)
}

fn envelope_of<'a>(
    status: StatusCode,
    description: &str,
    data: Value,
    properties: &Value,
    always: &Value,
    headers: impl Iterator<Item = &'a str>,
) -> Value {
    let mut own = json!({
        "code": { "type": "integer", "enum": [status.as_u16()], "description": "The HTTP status once more." },
        "status": { "type": "string", "enum": [words(status)], "description": "Its words." },
        "data": data,
    });
    let mut required = vec!["code", "status", "data"];
    required.extend(always.as_object().into_iter().flatten().map(|(name, _)| name.as_str()));
    let required = Value::from(required);
    add(&mut own, properties);
    let schema = json!({ "type": "object", "required": required, "properties": own });
    body(description, "application/json", schema, headers)
}

fn body<'a>(description: &str, kind: &str, schema: Value, headers: impl Iterator<Item = &'a str>) -> Value {
    json!({
        "description": description,
        "headers": headers::references(headers),
        "content": { kind: { "schema": schema } },
    })
}

fn add(properties: &mut Value, more: &Value) {
    if let (Value::Object(properties), Value::Object(more)) = (properties, more) {
        properties.extend(more.clone());
    }
}

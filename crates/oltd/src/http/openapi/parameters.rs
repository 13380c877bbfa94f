//! What a handler takes: each extractor documents the parameters that it reads.

use serde_json::Value;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Required, Schema};
use utoipa::{IntoParams, PartialSchema};

use crate::cache::Freshness;
use crate::http::input::{BoardPon, BoardPonOnu, PAGE_ROWS, PAGES, PonOnu, PonPath, ROWS};
use crate::http::schema;

/// `If-None-Match`, where nothing says how old the answer may be.
#[derive(Debug)]
pub(crate) enum Conditional {}

/// `page` and `limit`.
#[derive(Debug)]
pub(crate) enum Paging {}

/// Which ONUs a search is for.
#[derive(Debug)]
pub(crate) enum Filters {}

macro_rules! parameters {
    ($($name:ty: [$($parameter:expr),+ $(,)?];)+) => {$(
        impl IntoParams for $name {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                vec![$($parameter),+]
            }
        }
    )+};
}

parameters! {
    BoardPon: [path::<schema::Board>("board"), path::<schema::Pon>("pon")];
    BoardPonOnu: [
        path::<schema::Board>("board"),
        path::<schema::Pon>("pon"),
        path::<schema::OnuNumber>("onu_id"),
    ];
    PonPath: [path::<schema::PonPortInput>("pon")];
    PonOnu: [path::<schema::PonPortInput>("pon"), path::<schema::OnuNumber>("onu_id")];
    Freshness: [
        query("max_age", whole(0, u64::from(u32::MAX)), "Seconds that the answer may be old; never fresher than 2 s."),
        query("nocache", ObjectBuilder::new().schema_type(Type::Boolean), "As `max_age=0`."),
        conditional(),
    ];
    Conditional: [conditional()];
    Paging: [
        query("page", whole(*PAGES.start(), *PAGES.end()).default(Some(1.into())), "Which page; past the end there are no rows."),
        query("limit", whole(*PAGE_ROWS.start(), *PAGE_ROWS.end()).default(Some(ROWS.into())), "Rows of a page."),
    ];
    Filters: [
        query("pon", schema::PonPortInput::schema(), "Only the ONUs of this PON port."),
        query("status", schema::OnuStatus::schema(), "Only ONUs in this phase."),
        query("q", ObjectBuilder::new().schema_type(Type::String), "Only ONUs whose serial number, name or description holds this text."),
    ];
}

/// A parameter of the path, with the example of its form.
fn path<Form: PartialSchema>(name: &str) -> Parameter {
    let schema = Form::schema();
    let example = example(&schema);
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(schema))
        .example(example)
        .build()
}

fn example(schema: &RefOr<Schema>) -> Option<Value> {
    match schema {
        RefOr::T(Schema::Object(Object { examples, .. })) => examples.first().cloned(),
        _ => None,
    }
}

fn query(name: &str, schema: impl Into<RefOr<Schema>>, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

fn conditional() -> Parameter {
    ParameterBuilder::new()
        .name("If-None-Match")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The `ETag` of an answer that the client has."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

fn whole(least: u64, most: u64) -> ObjectBuilder {
    let of = ObjectBuilder::new().schema_type(Type::Integer);
    of.minimum(Some(least)).maximum(Some(most))
}

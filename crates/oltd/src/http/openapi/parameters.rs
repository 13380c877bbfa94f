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

/// On which PON the ONUs are that a search is for.
#[derive(Debug)]
pub(crate) enum Filters {}

/// Whose MAC addresses.
#[derive(Debug)]
pub(crate) enum OfMacs {}

/// `{id}` of a job or a plan.
#[derive(Debug)]
pub(crate) enum JobPath {}

/// `sn/{serial}`
#[derive(Debug)]
pub(crate) enum SerialPath {}

/// `dry_run` and `Prefer`: of every write that can be planned.
#[derive(Debug)]
pub(crate) enum HowToWrite {}

/// `Prefer`: of what goes on as a job where it takes longer.
#[derive(Debug)]
pub(crate) enum Preferred {}

/// What the body of a write says otherwise, for a deletion.
#[derive(Debug)]
pub(crate) enum Deleting {}

/// Whom the end of a job is told to, of a write without a body.
#[derive(Debug)]
pub(crate) enum CallingBack {}

/// Which holds.
#[derive(Debug)]
pub(crate) enum WhichHolds {}

/// Which jobs.
#[derive(Debug)]
pub(crate) enum WhichJobs {}

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
    ];
    JobPath: [path::<schema::JobId>("id")];
    SerialPath: [path::<schema::SerialInput>("serial")];
    HowToWrite: [
        query("dry_run", ObjectBuilder::new().schema_type(Type::Boolean), "Plans it and sends nothing that changes anything."),
        prefer(),
        idempotency_key(),
    ];
    Preferred: [prefer()];
    Deleting: [
        query("expect_serial", schema::ExpectedSerial::schema(), "The serial number of the ONU that has to stand there; `none` for one that is registered without."),
        query("ref", schema::Reference::schema(), "What the caller calls it, to be told again."),
        query("on_refusal", schema::OnRefusal::schema(), "What is done about what was done already when the OLT refuses a part."),
        query("accept_loss", text().pattern(Some(r"^[^\u0000-\u001F\u007F-\u009F]{0,1024}$")), "What may be lost that cannot be brought back, by the names that an answer told, with commas between them."),
        calling_back(),
    ];
    CallingBack: [calling_back()];
    WhichHolds: [
        query("olt", schema::OltId::schema(), "Only holds at this OLT."),
        query("owner", schema::Reference::schema(), "Only holds of this owner."),
        query("page", whole(*PAGES.start(), *PAGES.end()).default(Some(1.into())), "Which page; past the end there are no rows."),
        query("limit", whole(1, 1000).default(Some(100.into())), "Rows of a page."),
    ];
    WhichJobs: [
        query("state", schema::JobState::schema(), "Only jobs in this state."),
        query("olt", schema::OltId::schema(), "Only jobs of this OLT."),
        query("kind", text().pattern(Some("^[a-z_]{1,32}$")), "Only jobs of this kind, such as `block`."),
        query("parent", schema::JobId::schema(), "Only the jobs of this batch; without it none that is a part of a batch."),
        query("page", whole(*PAGES.start(), *PAGES.end()).default(Some(1.into())), "Which page of the newest first; past the end there are no jobs."),
        query("limit", whole(1, 1000).default(Some(100.into())), "At most so many to a page."),
    ];
    OfMacs: [
        query("onu", text().pattern(Some(ONU_INPUT)), "Behind this ONU: `1-1-1:4`, or its number beside `pon`."),
        query("pon", schema::PonPortInput::schema(), "Behind this PON port."),
        ParameterBuilder::from(query("vlan", schema::VlanNumber::schema(), "In this VLAN.")).example(Some(100.into())).build(),
        query("q", text().pattern(Some("^[:. -]*([0-9A-Fa-f][:. -]*){1,12}$")), "Only addresses that hold these hexadecimal digits, in any usual spelling."),
    ];
}

fn calling_back() -> Parameter {
    let url = text().max_length(Some(1024)).pattern(Some("^[Hh][Tt][Tt][Pp][Ss]?://"));
    query("callback_url", url, "The URL that the end of the job is told to (docs/callbacks.md).")
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

/// A parameter of the query.
pub(crate) fn query(name: &str, schema: impl Into<RefOr<Schema>>, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

/// An ONU, in a spelling of its PON port or beside one.
const ONU_INPUT: &str = r"^((1-([1-9]|[12][0-9]|3[0-2])-|1/([1-9]|[12][0-9]|3[0-2])/)?([1-9]|1[0-6])[:/])?([1-9][0-9]?|1[01][0-9]|12[0-8])$";

/// Any text.
pub(crate) fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// Text of 1 to 64 characters.
pub(crate) fn some_text() -> ObjectBuilder {
    text().min_length(Some(1)).max_length(Some(64))
}

/// Powers in dBm, with at most three decimals.
pub(crate) fn power() -> ObjectBuilder {
    let pattern = r"^-?([0-9]{1,2}(\.[0-9]{1,3})?|100(\.0{1,3})?)$";
    text().pattern(Some(pattern)).examples([Value::from("-27.5")])
}

/// Some of these words, with commas between them.
pub(crate) fn several(words: impl IntoIterator<Item = String>) -> ObjectBuilder {
    let words: Vec<_> = words.into_iter().collect();
    let one = format!("({})", words.join("|"));
    text().pattern(Some(format!("^{one}(,{one}){{0,15}}$"))).examples(words.first().cloned().map(Value::from))
}

fn prefer() -> Parameter {
    ParameterBuilder::new()
        .name("Prefer")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("`wait=N`: how many seconds the answer may take, 20 without it and 60 at most; `respond-async`: none; other preferences are ignored. What has not ended by then is answered 202 and goes on as its job."))
        .schema(Some(text().examples([Value::from("wait=5")])))
        .build()
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The same request under the same key within 24 h gets the first answer again, and joins its job where that goes on; another request under it is 409. Of answers with 400, 401, 403, 409, 429 and 503 nothing is kept, nor of dry runs. Each token has its own keys."))
        .schema(Some(text().pattern(Some("^[!-~]([ -~]{0,126}[!-~])?$")).examples([Value::from("order-4711")])))
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

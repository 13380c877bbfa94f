use std::time::SystemTime;

use axum::extract::State;
use gpon::quoted;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use super::rfc3339;
use super::writing::Changing;
use crate::app::App;
use crate::http::body::{Body, Json, Reader, Value, body};
use crate::http::openapi::{Changed, HoldFailures};
use crate::http::{Failure, Params, Query, Written, schema};
use crate::writing::Hold;

/// A few sentences.
const LONGEST: usize = 256;

/// Why somebody does something, for whoever finds it done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason(pub(crate) String);

impl Value for Reason {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        match json {
            Json::Text(text)
                if (1..=LONGEST).contains(&text.chars().count()) && !text.chars().any(char::is_control) =>
            {
                Some(Self(text.clone()))
            }
            other => reader.refuse("a text of 1 to 256 characters without control characters", other),
        }
    }

    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let text = text.min_length(Some(1)).max_length(Some(LONGEST));
        text.pattern(Some(r"^[^\u0000-\u001F\u007F-\u009F]*$")).into()
    }
}

body! {
    /// Why an OLT is held or released.
    pub(super) struct Why {
        /// Why, for whoever finds it so.
        reason: Option<Reason>,
    }
}

/// Whether somebody holds an OLT.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hold)]
pub(super) struct Held {
    #[schema(value_type = schema::OltId)]
    olt: String,
    /// Whether nothing is written to it.
    held: bool,
    /// Why it is held, or was; null where nobody said.
    reason: Option<String>,
    /// The name of the token that it was held with; null where it was not held, or without a token.
    by: Option<String>,
    /// Since when it is held, or was; null where it was not.
    #[schema(value_type = Option<schema::Moment>)]
    since: Option<String>,
    /// Whether it stays held when the server starts anew. Nothing keeps that yet.
    survives_restart: bool,
}

impl Held {
    fn new(olt: &str, held: bool, hold: Option<Hold>) -> Self {
        let (reason, by, since) = hold.map_or((None, None, None), |hold| {
            (hold.reason, hold.by.map(|by| by.to_string()), rfc3339(hold.since))
        });
        Self { olt: olt.to_owned(), held, reason, by, since, survives_restart: false }
    }
}

/// Holds an OLT: nothing begins to write to it until it is released.
///
/// A line under way ends. The hold is of this instance and in its memory: it
/// ends when the server does.
#[utoipa::path(
    post, path = "/olts/{olt}/hold", operation_id = "hold", tag = "OLTs",
    params(("olt" = inline(schema::OltId), Path, example = "demo")),
    request_body = Why,
    responses(Changed<Held>, HoldFailures),
)]
pub(super) async fn hold(
    changing: Changing,
    State(app): State<App>,
    params: Params,
    query: Query,
    body: Body<Why>,
) -> Result<Written, Failure> {
    query.only(&[])?;
    let olt = app.olt(Some(params.text("olt")?))?;
    let reason = body.value.reason.map(|Reason(reason)| reason);
    let hold = Hold { reason, by: changing.by, since: SystemTime::now() };
    tell(olt.id(), &hold, "the OLT is held");
    olt.gate().set_hold(hold.clone());
    let message = "Nothing begins to write to the OLT until it is released or the server starts anew.";
    Written::new(Held::new(olt.id(), true, Some(hold)), message, &body.ignored)
}

/// Releases an OLT: it may be written to again.
#[utoipa::path(
    post, path = "/olts/{olt}/release", operation_id = "release", tag = "OLTs",
    params(("olt" = inline(schema::OltId), Path, example = "demo")),
    request_body = Why,
    responses(Changed<Held>, HoldFailures),
)]
pub(super) async fn release(
    changing: Changing,
    State(app): State<App>,
    params: Params,
    query: Query,
    body: Body<Why>,
) -> Result<Written, Failure> {
    query.only(&[])?;
    let olt = app.olt(Some(params.text("olt")?))?;
    let was = olt.gate().release();
    let message = match &was {
        Some(_) => "The OLT may be written to again, where its writes are let through.",
        None => "The OLT was not held.",
    };
    let reason = body.value.reason.map(|Reason(reason)| reason);
    tell(olt.id(), &Hold { reason, by: changing.by, since: SystemTime::now() }, "the OLT is released");
    Written::new(Held::new(olt.id(), false, was), message, &body.ignored)
}

/// Bodies are not logged; that somebody holds an OLT, and why, must be.
fn tell(olt: &str, Hold { reason, by, .. }: &Hold, message: &str) {
    let reason = reason.as_deref().map(|reason| quoted(reason).to_string());
    tracing::info!(olt.id = olt, caller = by.as_deref(), reason, "{message}");
}

//! The headers of answers.

use serde_json::{Map, Value, json};

/// Name, whether every answer that lists it has it, form, meaning.
const HEADERS: [(&str, bool, Form, &str); 12] = [
    (
        "X-Request-ID",
        true,
        Form::Text,
        "Names the request, in the log too. That of the request, where it is valid.",
    ),
    ("Age", true, Form::Seconds, "Seconds since the OLT was read."),
    (
        "X-Data-Source",
        true,
        Form::DataSource,
        "`live` when the OLT was asked for this request, `cache` when the answer was kept, `poll` when it was read before anybody asked.",
    ),
    ("ETag", true, Form::Text, "Names this state of the answer, for `If-None-Match`."),
    ("Cache-Control", true, Form::Text, "How long the answer may be kept by the client alone."),
    ("Retry-After", true, Form::Seconds, "Seconds until asking again may succeed."),
    (
        "X-RateLimit-Limit",
        false,
        Form::Seconds,
        "Requests that this client may make at once. Absent where nothing is limited.",
    ),
    ("X-RateLimit-Remaining", false, Form::Seconds, "Requests that are left of them."),
    ("X-RateLimit-Reset", false, Form::Seconds, "Seconds until all of them are left again."),
    ("Allow", true, Form::Text, "The methods that the route has."),
    ("Location", true, Form::Text, "The path of the job that goes on."),
    ("WWW-Authenticate", true, Form::Text, "How to authenticate."),
];

#[derive(Clone, Copy)]
enum Form {
    Text,
    /// Seconds or another number from 0.
    Seconds,
    DataSource,
}

/// Those of a reading besides the rest.
pub(super) const OF_READING: [&str; 4] = ["Age", "X-Data-Source", "ETag", "Cache-Control"];
/// Those of every request that is counted.
pub(super) const OF_LIMIT: [&str; 3] = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];
/// That of every answer.
pub(super) const REQUEST_ID: &str = "X-Request-ID";

/// All of them, as components.
pub(super) fn components() -> Value {
    let header = |(name, required, form, meaning): (&str, bool, Form, &str)| {
        let schema = match form {
            Form::Text => json!({ "type": "string" }),
            Form::Seconds => json!({ "type": "integer", "minimum": 0 }),
            Form::DataSource => json!({ "type": "string", "enum": ["live", "cache", "poll"] }),
        };
        let header = json!({ "description": meaning, "required": required, "schema": schema });
        (name.to_owned(), header)
    };
    HEADERS.into_iter().map(header).collect::<Map<_, _>>().into()
}

/// References to some of them.
pub(super) fn references<'a>(names: impl IntoIterator<Item = &'a str>) -> Value {
    let reference = |name: &str| (name.to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }));
    names.into_iter().map(reference).collect::<Map<_, _>>().into()
}

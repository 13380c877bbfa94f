//! The OpenAPI document: what the types of the answers, failures and parameters add to it.
//!
//! A handler says what it takes and answers in its `#[utoipa::path]`. utoipa
//! takes a set of responses from a type (`IntoResponses`), but no components
//! with it; they travel in extensions of the responses, and [`finish`] moves
//! them to their place.

mod answers;
mod failures;
mod headers;
mod parameters;

use std::cell::Cell;
use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::{OpenApi, RefOr, Response, ResponseBuilder};
use utoipa::{OpenApi as _, ToSchema};

pub(crate) use answers::{
    BatchMade, Changed, Document, Done, Exposition, Listed, ListedOrPaged, MadeOrGoesOn, Paged, Registered,
    SettledOrGoesOn, Shown, Told, ToldList, ToldPage,
};
pub(crate) use failures::{
    ApplyFailures, BatchFailures, CancelFailures, CardFailures, DiagnosisFailures, FreeIdFailures,
    GemPortFailures, GuardedFailures, HealthFailures, HoldFailures, JobFailures, MetricsFailures,
    OnuFailures, OnuWriteFailures, OpenFailures, ParameterFailures, PlanFailures, PonFailures,
    ProfileFailures, ReadFailures, RegisterFailures, SaveFailures, SettleFailures, TcontFailures,
    TreeFailures,
};
pub(crate) use parameters::{
    CallingBack, Conditional, Deleting, Filters, HowToWrite, JobPath, OfMacs, Paging, Preferred, SerialPath,
    WhichHolds, WhichJobs, power, query, several, some_text, text,
};

/// The response itself.
const RESPONSE: &str = "x-response";
/// Its name, where it is a component.
const COMPONENT: &str = "x-component";
/// The schemas that it refers to.
const SCHEMAS: &str = "x-schemas";

/// What stands in the document besides the routes.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "oltd", description = include_str!("description.md")),
    tags(
        (name = "ONUs", description = "Customers' boxes: lists, details, free ids, search."),
        (name = "PONs", description = "Ports that ONUs hang on."),
        (name = "Monitoring", description = "Optics, counters and rates as they are right now."),
        (name = "VLANs", description = "VLANs of the OLT and service ports of its ONUs."),
        (name = "Traffic", description = "What carries and limits traffic."),
        (name = "Profiles", description = "Bandwidth and VLAN profiles as SNMP shows them."),
        (name = "System", description = "Chassis, cards, environment, uplinks."),
        (name = "OLTs", description = "The configured OLTs."),
        (name = "ONU life cycle", description = "Naming, blocking, restarting, resetting and deleting ONUs. Each write is read back, undone or named as partial, and can be planned first."),
        (name = "Jobs and plans", description = "What was asked to be written, and what became of it."),
        (name = "Backups", description = "Configuration backups."),
        (name = "Service", description = "The server itself."),
    ),
)]
struct Frame;

/// The document without its routes.
pub(crate) fn frame() -> OpenApi {
    Frame::openapi()
}

thread_local! {
    static DESCRIBING: Cell<bool> = const { Cell::new(false) };
}

/// Makes routes with all that may be answered, for the document. Who makes them
/// to serve them has no use for that, which takes 10 MB and is never given back.
pub(crate) fn describing<T>(make: impl FnOnce() -> T) -> T {
    DESCRIBING.set(true);
    let made = make();
    DESCRIBING.set(false);
    made
}

/// A set of responses, where it is wanted.
fn described(set: impl FnOnce() -> BTreeMap<String, RefOr<Response>>) -> BTreeMap<String, RefOr<Response>> {
    if DESCRIBING.get() { set() } else { BTreeMap::new() }
}

/// The document with every component in its place.
pub(crate) fn finish(routes: &OpenApi) -> serde_json::Result<Value> {
    let mut document = serde_json::to_value(routes)?;
    let mut schemas = Map::new();
    let mut responses = Map::new();
    for response in each_response(&mut document) {
        let Some(fields) = response.as_object_mut() else { continue };
        let Some(carried) = fields.remove(RESPONSE) else { continue };
        if let Some(Value::Object(named)) = fields.remove(SCHEMAS) {
            schemas.extend(named);
        }
        *response = match fields.remove(COMPONENT) {
            Some(Value::String(name)) => {
                let reference = json!({ "$ref": format!("#/components/responses/{name}") });
                responses.insert(name, carried);
                reference
            }
            _ => carried,
        };
    }
    schemas.values_mut().for_each(require_nullable);
    leave_out_bodies(&mut document);
    // Besides what utoipa found by itself.
    if let Value::Object(known) = &mut document["components"]["schemas"] {
        known.extend(schemas);
    } else {
        document["components"]["schemas"] = Value::Object(schemas);
    }
    document["components"]["schemas"]["ErrorCode"]["description"] = failures::meanings().into();
    document["components"]["responses"] = Value::Object(responses);
    document["components"]["headers"] = headers::components();
    document["components"]["securitySchemes"] = json!({
        "bearer": { "type": "http", "scheme": "bearer", "description": "A token." },
        "key": { "type": "apiKey", "in": "header", "name": "X-API-Key", "description": "A key." },
    });
    // A server without tokens needs none.
    document["security"] = json!([{}, { "bearer": [] }, { "key": [] }]);
    Ok(document)
}

/// Says of a body without a required field that it may be left out.
fn leave_out_bodies(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    for body in each_operation(document).filter_map(|operation| operation.get_mut("requestBody")) {
        let reference = body["content"]["application/json"]["schema"]["$ref"].as_str();
        let name = reference.and_then(|reference| reference.rsplit('/').next()).unwrap_or_default();
        let schema = &schemas[name];
        if schema["type"] == "object" && schema.get("required").is_none() {
            body["required"] = false.into();
        }
    }
}

fn each_operation(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    paths.filter_map(Value::as_object_mut).flat_map(Map::values_mut)
}

/// The responses of all operations.
fn each_response(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let operations = each_operation(document);
    let responses = operations.filter_map(|operation| operation.get_mut("responses")?.as_object_mut());
    responses.flat_map(Map::values_mut)
}

/// Makes every field of a row required that may be null: an answer tells by
/// null that something is unknown, not by leaving it out. (utoipa takes an
/// `Option` for a field that may be left out.) What `skip_serializing_if` may
/// leave out is never null; see `ListedPower` for what is both.
fn require_nullable(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Object(properties)) = fields.get("properties") {
                let nullable = properties.iter().filter(|(_, property)| may_be_null(property));
                let nullable: Vec<Value> = nullable.map(|(name, _)| name.as_str().into()).collect();
                if !nullable.is_empty()
                    && let Value::Array(required) = fields.entry("required").or_insert_with(|| json!([]))
                {
                    required.extend(nullable);
                }
            }
            fields.values_mut().for_each(require_nullable);
        }
        Value::Array(parts) => parts.iter_mut().for_each(require_nullable),
        _ => {}
    }
}

fn may_be_null(property: &Value) -> bool {
    let kinds = property["type"].as_array().into_iter().flatten();
    let choices = property["oneOf"].as_array().into_iter().flatten().map(|choice| &choice["type"]);
    kinds.chain(choices).any(|kind| kind == "null")
}

/// A response on its way into the document.
struct Carrier {
    response: Value,
    schemas: Map<String, Value>,
    name: Option<String>,
}

impl Carrier {
    fn of(response: Value) -> Self {
        Self { response, schemas: Map::new(), name: None }
    }

    /// It refers to `T`.
    fn with<T: ToSchema>(mut self) -> Self {
        let mut schemas = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut schemas);
        let values = schemas.into_iter().filter_map(|(name, schema)| {
            let schema = serde_json::to_value(schema).ok()?;
            Some((name, schema))
        });
        self.schemas.extend(values);
        self
    }

    /// It is the same wherever this name stands.
    fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    fn done(self) -> RefOr<Response> {
        let extensions = ExtensionsBuilder::new()
            .add(RESPONSE, self.response)
            .add(SCHEMAS, self.schemas)
            .add(COMPONENT, self.name);
        ResponseBuilder::new().extensions(Some(extensions.build())).into()
    }
}

/// A status as a key of a set of responses.
fn key(status: StatusCode) -> String {
    status.as_str().to_owned()
}

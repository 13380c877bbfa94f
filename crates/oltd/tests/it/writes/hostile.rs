//! Text that means harm, in every field, parameter and path of every write of the API,
//! as the document of the routes names them.

mod bodies;
mod strings;

use std::collections::BTreeSet;

use futures::StreamExt;
use futures::future::join_all;
use futures::stream;
use oltsim::SMALL;
use reqwest::Method;
use rig::Writer;
use rig::every_step::onu;
use serde_json::{Map, Value, json};

use strings::{hostile, hostile_json, hostile_raw};

/// How many servers at once.
const AT_ONCE: usize = 8;
/// After so many that are accepted it is known that the texts of a field reach no OLT.
const ENOUGH: u32 = 3;

/// A write of the API.
struct Operation {
    method: Method,
    path: String,
    /// Its parameters: whether in the query, and the name.
    parameters: Vec<(bool, String)>,
    /// The fields of its body.
    fields: Vec<String>,
}

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let Some(reference) = value["$ref"].as_str() else { return value };
    document.pointer(reference.strip_prefix('#').unwrap()).unwrap()
}

/// The fields of a schema, those of its parts included.
fn fields(document: &Value, schema: &Value) -> Vec<String> {
    let schema = resolved(document, schema);
    let own = schema["properties"].as_object().into_iter().flat_map(|fields| fields.keys().cloned());
    let parts = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
    own.chain(parts.flat_map(|part| fields(document, part))).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Every write of the API.
fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&oltd::api::openapi().unwrap()).unwrap();
    let mut writes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            if method == Method::GET || !path.starts_with("/api/v1") {
                continue;
            }
            let parameter = |parameter: &Value| {
                let parameter = resolved(&document, parameter);
                let name = parameter["name"].as_str().unwrap().to_owned();
                match parameter["in"].as_str() {
                    Some("query") => Some((true, name)),
                    Some("path") => Some((false, name)),
                    _ => None,
                }
            };
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            writes.push(Operation {
                method,
                path: path.strip_prefix("/api/v1").unwrap().to_owned(),
                parameters: parameters.filter_map(parameter).collect(),
                fields: fields(&document, schema),
            });
        }
    }
    assert!(writes.len() >= 14, "{}", writes.len());
    writes
}

/// A server, its OLT, and what its plans contained.
struct Case {
    writer: Writer,
    client: reqwest::Client,
    serial: String,
    job: String,
    /// The lines of the operation where nothing means harm.
    usual: Option<BTreeSet<String>>,
    /// How many texts stood in no line of their plan.
    in_vain: u32,
    /// Whether the OLT is held all the time: whoever gets so far is told that.
    held: bool,
    planned: BTreeSet<String>,
}

/// The bytes of a text as a path or a query has them.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

impl Case {
    async fn new() -> Self {
        let writer = Writer::start(SMALL).await;
        let serial = writer.sim.device(|device| device.onu(onu()).unwrap().configured.serial).unwrap();
        // A job and a plan, for the routes that are about one.
        let wish = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7"});
        let answer = writer.put("/onu-management/description", wish).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let job = answer.body["data"]["job"].as_str().unwrap().to_owned();
        let client = reqwest::Client::builder().build().unwrap();
        writer.sim.reset_command_lines();
        let (serial, planned) = (serial.to_string(), BTreeSet::new());
        Self { writer, client, serial, job, usual: None, in_vain: 0, held: false, planned }
    }

    /// What is right in this place.
    fn right(&self, name: &str) -> Value {
        match name {
            "board" | "pon" | "onu_id" => json!(1),
            "pon_port" => json!("1/1/1"),
            "serial" | "serial_number" | "expect_serial" => json!(self.serial),
            "olt" => json!("sim"),
            "id" => json!(self.job),
            "via" => json!("omci"),
            "on_refusal" => json!("undo"),
            "accept_loss" => json!(["name"]),
            "how" => json!("accept"),
            "dry_run" => json!(true),
            _ => json!("House 7"),
        }
    }

    fn path(&self, operation: &Operation) -> String {
        let mut path = operation.path.clone();
        for (_, name) in operation.parameters.iter().filter(|(in_query, _)| !in_query) {
            let right = self.right(name);
            path = path.replace(
                &format!("{{{name}}}"),
                &right.as_str().map_or_else(|| right.to_string(), str::to_owned),
            );
        }
        path
    }

    /// The query of an operation that can be tried without harm: its first half, the rest is appended.
    fn query(operation: &Operation) -> String {
        let dry = operation.parameters.iter().any(|(in_query, name)| *in_query && name == "dry_run");
        if dry { "?dry_run=true".to_owned() } else { String::new() }
    }

    fn body(&self, operation: &Operation) -> Map<String, Value> {
        operation.fields.iter().map(|name| (name.clone(), self.right(name))).collect()
    }

    /// From now on nothing is read of the OLT for what is accepted.
    async fn hold(&mut self) {
        assert_eq!(self.writer.post("/olts/sim/hold", json!({})).await.status, 200);
        self.held = true;
    }

    /// Sends it and looks at the answer.
    async fn try_it(&mut self, operation: &Operation, target: &str, body: Option<String>, what: &str) {
        let url = format!("{}/api/v1{target}", self.writer.base);
        let mut request = self.client.request(operation.method.clone(), url);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let told = format!("{} {}: {what}", operation.method, operation.path);
        // What the client itself refuses is sent nowhere.
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_builder() => return,
            Err(error) => panic!("{told}: {error}"),
        };
        let status = answer.status();
        let text = answer.text().await.unwrap();
        let body: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{told}: {status}: {text}"));
        assert_eq!(body["code"], status.as_u16(), "{told}: {body}");
        assert!(
            status.is_success()
                || [400, 404, 405, 408, 409, 413, 414, 415, 422].contains(&status.as_u16())
                || (self.held && body["error_code"] == "held"),
            "{told}: {body}"
        );
        if operation.path.starts_with("/olts/") && status.is_success() {
            let to = if self.held { "/olts/sim/hold" } else { "/olts/sim/release" };
            assert_eq!(self.writer.post(to, json!({})).await.status, 200);
        }
        let Some(id) = body["data"]["plan"]["id"].as_str().filter(|_| status.is_success()) else { return };
        self.apply(id, &body, what, &told).await;
    }

    /// Applies a plan in whose lines the text stands, which has to arrive unchanged.
    async fn apply(&mut self, id: &str, body: &Value, what: &str, told: &str) {
        let lines = body["data"]["plan"]["lines"].as_array().unwrap();
        let lines: BTreeSet<String> =
            lines.iter().map(|line| line["line"].as_str().unwrap().to_owned()).collect();
        let Some(usual) = &self.usual else {
            self.usual = Some(lines);
            return;
        };
        // Another value that is right makes other lines, in none of which it is the text.
        let shown = zte::masked(&format!("name {what}"));
        let text = shown.strip_prefix("name ").unwrap_or(&shown);
        let holds =
            |line: &&String| line.split_once(' ').is_some_and(|(word, rest)| word != "no" && rest == text);
        if !lines.difference(usual).any(|line| holds(&line)) {
            self.in_vain += 1;
            if self.in_vain == ENOUGH && !self.planned.iter().any(|line| !usual.contains(line)) {
                self.hold().await;
            }
            return;
        }
        let applied = self.writer.send(Method::POST, &format!("/plans/{id}/apply"), None).await;
        assert_eq!(
            (applied.status, &applied.body["data"]["state"]),
            (200, &json!("applied")),
            "{told}: {}",
            applied.body
        );
        self.planned.extend(lines);
        let onu = self.writer.sim.device(|device| device.onu(onu()).unwrap().configured.clone()).unwrap();
        assert!(onu.name == what.as_bytes() || onu.description == what.as_bytes(), "{told}: {onu:?}");
    }

    /// What the device received is what plans contained, and nothing has panicked.
    fn end(self) {
        for line in self.writer.sim.reset_command_lines() {
            let shown = zte::masked(&line.line);
            assert!(
                self.planned.contains(&shown) || line.line.starts_with("show ") || is_ours(&line.line),
                "{line:?}"
            );
            assert!(!line.configures || self.planned.contains(&shown), "{line:?}");
        }
        assert!(self.writer.app.tasks().figures().iter().all(|task| task.panics == 0));
    }
}

/// Lines of sessions, which no plan contains.
fn is_ours(line: &str) -> bool {
    ["terminal length 0", "write", "end", "exit"].contains(&line)
}

/// Each text in one field.
async fn in_field(operation: &Operation, field: &str) {
    let mut case = Case::new().await;
    let target = case.path(operation) + &Case::query(operation);
    let right = case.body(operation);
    case.try_it(operation, &target, Some(Value::Object(right.clone()).to_string()), "").await;
    for text in hostile() {
        let mut body = right.clone();
        let value = if right[field].is_array() { json!([text]) } else { json!(text) };
        body.insert(field.to_owned(), value);
        case.try_it(operation, &target, Some(Value::Object(body).to_string()), &text).await;
    }
    let whole = Value::Object(right.clone()).to_string();
    for json in hostile_json() {
        let (from, to) = (format!("\"{field}\":{}", right[field]), format!("\"{field}\":{json}"));
        let body = whole.replacen(&from, &to, 1);
        assert!(body != whole || from == to, "{field}");
        case.try_it(operation, &target, Some(body), &json).await;
    }
    case.end();
}

/// Each text as a key, and as the whole.
async fn as_a_body(operation: &Operation) {
    let mut case = Case::new().await;
    let target = case.path(operation) + &Case::query(operation);
    for text in hostile() {
        let mut body = case.body(operation);
        body.insert(text.clone(), json!("x"));
        case.try_it(operation, &target, Some(Value::Object(body).to_string()), "").await;
        case.try_it(operation, &target, Some(text), "").await;
    }
    case.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_fields_of_bodies() {
    let operations = operations();
    let with_body = || operations.iter().filter(|operation| !operation.fields.is_empty());
    let fields =
        with_body().flat_map(|operation| operation.fields.iter().map(move |field| (operation, field)));
    stream::iter(fields)
        .for_each_concurrent(AT_ONCE, async |(operation, field)| in_field(operation, field).await)
        .await;
    stream::iter(with_body()).for_each_concurrent(AT_ONCE, as_a_body).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_queries_and_paths() {
    join_all(operations().iter().map(async |operation| {
        let mut case = Case::new().await;
        case.hold().await;
        let right = case.path(operation);
        let body = || (!operation.fields.is_empty()).then(|| Value::Object(case_body(operation)).to_string());
        let raw = || hostile().iter().map(|text| encoded(text)).chain(hostile_raw()).collect::<Vec<_>>();
        let dry = Case::query(operation);
        for text in raw() {
            for (in_query, name) in &operation.parameters {
                let target = match in_query {
                    true if name == "dry_run" => format!("{right}?dry_run={text}"),
                    true => format!(
                        "{right}{}{name}={text}",
                        if dry.is_empty() { "?".into() } else { format!("{dry}&") }
                    ),
                    false => {
                        operation
                            .path
                            .split('/')
                            .map(|part| {
                                match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                                    Some(this) if this == name => text.clone(),
                                    Some(other) => {
                                        let right = case.right(other);
                                        right.as_str().map_or_else(|| right.to_string(), str::to_owned)
                                    }
                                    None => part.to_owned(),
                                }
                            })
                            .collect::<Vec<_>>()
                            .join("/")
                            + &dry
                    }
                };
                case.try_it(operation, &target, body(), "").await;
            }
            // A parameter that nobody knows.
            let target =
                format!("{right}{}{text}=x", if dry.is_empty() { "?".into() } else { format!("{dry}&") });
            case.try_it(operation, &target, body(), "").await;
        }
        case.end();
    }))
    .await;
}

/// A body that names no ONU, so that nothing is done whatever the rest is.
fn case_body(operation: &Operation) -> Map<String, Value> {
    let harmless = |name: &&String| ["how", "reason"].contains(&name.as_str());
    operation.fields.iter().filter(harmless).map(|name| (name.clone(), json!("accept"))).collect()
}

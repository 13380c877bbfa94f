//! The OpenAPI document, and the pages that show it.
//!
//! That no route is missing from it, and none too many in it, needs no test:
//! document and router are made of the same list (`crates/oltd/src/api/mod.rs`).

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Rig, SMALL};

async fn document(rig: &Rig) -> Value {
    let (status, document) = rig.get("/openapi.json").await;
    assert_eq!(status, 200);
    document
}

/// Path, method and operation of everything that is documented.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, item)| {
        let operations = item.as_object().unwrap().iter();
        operations.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

/// What `reference` points at, or the value itself.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let Some(reference) = value["$ref"].as_str() else { return value };
    let target = document.pointer(reference.strip_prefix('#').unwrap());
    target.unwrap_or_else(|| panic!("{reference} points at nothing"))
}

/// Every object and array of a value, itself included.
fn objects(value: &Value) -> Vec<&Value> {
    let parts: Vec<&Value> = match value {
        Value::Object(fields) => fields.values().collect(),
        Value::Array(parts) => parts.iter().collect(),
        _ => return Vec::new(),
    };
    std::iter::once(value).chain(parts.into_iter().flat_map(objects)).collect()
}

/// Set, the committed document is written anew.
const UPDATE: &str = "UPDATE_OPENAPI";

#[tokio::test]
async fn the_committed_document_is_the_one_of_the_routes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let document = oltd::api::openapi().unwrap();
    if std::env::var_os(UPDATE).is_some() {
        return std::fs::write(path, document).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    let first = document.lines().zip(committed.lines()).position(|(now, then)| now != then);
    assert!(
        document == committed,
        "the routes say otherwise from line {first:?} on; look at what changes after \
         `{UPDATE}=1 cargo nextest run -p oltd -E 'test(openapi::the_committed)'`"
    );
    let served = Rig::small().await;
    let answer = served.client.get(format!("{}/api/v1/openapi.json", served.base)).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), committed);
}

#[tokio::test]
async fn it_is_whole() {
    let document = document(&Rig::small().await).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    for object in objects(&document) {
        resolved(&document, object);
        let carrier =
            ["x-response", "x-schemas", "x-component"].into_iter().find(|key| object.get(key).is_some());
        assert_eq!(carrier, None, "{object}");
    }
    let tags: BTreeSet<_> =
        document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).map(Value::as_str).collect();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let at = format!("{method} {path}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{at}");
        assert!(tags.contains(&operation["tags"][0].as_str()), "{at}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{at}");
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = resolved(&document, response);
            assert!(response["headers"].get("X-Request-ID").is_some(), "{at}: {status}");
            assert!(!response["description"].as_str().unwrap().is_empty(), "{at}: {status}");
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let told = !parameter["schema"].is_null()
                && (parameter["in"] != "path" || !parameter["example"].is_null());
            assert!(told, "{at}: {parameter}");
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let told = objects(property)
                .into_iter()
                .any(|part| part.get("description").or(part.get("$ref")).is_some());
            assert!(told, "{name}.{field} says nothing about itself");
        }
    }
}

/// What is not built is not documented.
#[tokio::test]
async fn what_answers_501_is_absent() {
    let document = document(&Rig::small().await).await;
    let backups: Vec<_> =
        operations(&document).map(|(path, ..)| path).filter(|path| path.contains("/config/")).collect();
    assert_eq!(backups, ["/api/v1/config/backups"]);
}

/// An example is the first thing that somebody tries.
#[tokio::test]
async fn every_example_works() {
    let rig = Rig::both(SMALL, |_| {}).await;
    let document = document(&rig).await;
    let mut tried = 0;
    for (path, method, operation) in operations(&document) {
        let mut url = path.to_owned();
        for parameter in
            operation["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "path")
        {
            let name = parameter["name"].as_str().unwrap();
            let example = match &parameter["example"] {
                // The id of the OLT differs.
                Value::String(_) if name == "olt" => "sim",
                Value::String(text) => text,
                number => &number.to_string(),
            };
            url = url.replace(&format!("{{{name}}}"), example);
        }
        // Of a query only what must be given, one way or another, has an example.
        let asked = operation["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "query");
        for parameter in asked.filter(|parameter| !parameter["example"].is_null()) {
            url.push_str(&format!("?{}={}", parameter["name"].as_str().unwrap(), parameter["example"]));
        }
        let method = reqwest::Method::from_bytes(method.to_ascii_uppercase().as_bytes()).unwrap();
        let answer = rig.client.request(method, format!("{}{url}", rig.base)).send().await.unwrap();
        // What only a token to write with may do: this server has none.
        let id = operation["operationId"].as_str().unwrap();
        let writes = ["save", "hold", "release", "cancel_job", "settle_job", "apply_plan"].contains(&id)
            || operation["tags"][0] == "ONU life cycle";
        // Whoever writes to no OLT opens no store, and does not know what one holds from before.
        let expected = if writes {
            403
        } else if ["jobs", "job", "plan", "holds"].contains(&id) {
            503
        } else {
            200
        };
        assert_eq!(answer.status().as_u16(), expected, "{url}: {}", answer.text().await.unwrap());
        tried += 1;
    }
    assert!(tried > 30, "{tried}");
}

#[tokio::test]
async fn the_pages_come_from_the_binary() {
    let rig = Rig::small().await;
    let index = page(&rig, "/docs").await;
    assert_eq!(page(&rig, "/docs/").await, index);
    let links = index.split(['"', ' ']).filter(|word| word.starts_with('/') && word.contains('.'));
    let links: Vec<&str> = links.collect();
    assert_eq!(links.len(), 4, "{links:?}");
    assert!(!index.contains("://") && !index.contains("<script>"), "nothing from elsewhere, nothing inline");
    for link in links.into_iter().filter(|link| link.starts_with("/docs/")) {
        let asset = page(&rig, link).await;
        assert!(link.ends_with("init.js") || asset.len() > 100_000, "{link}: {} bytes", asset.len());
    }
    let script = page(&rig, "/docs/init.js").await;
    assert!(script.contains("/api/v1/openapi.json"));
    let answer = rig.client.get(format!("{}/docs/index.html", rig.base)).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 404);
    assert_eq!(answer.headers()["content-security-policy"], "default-src 'self'", "wider on the pages only");
}

async fn page(rig: &Rig, path: &str) -> String {
    let answer = rig.client.get(format!("{}{path}", rig.base)).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{path}");
    assert!(answer.headers()["cache-control"].to_str().unwrap().contains("max-age="), "{path}");
    assert!(answer.headers()["content-security-policy"].to_str().unwrap().contains("style-src"), "{path}");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    answer.text().await.unwrap()
}

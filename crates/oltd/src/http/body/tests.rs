use proptest::prelude::*;
use secrecy::ExposeSecret;
use serde_json::{Value as Any, json};

use super::*;
use gpon::{OnuId, PonPort, SerialNumber, VlanId};

body! {
    /// What carries a service.
    struct Service {
        /// VLAN of the service.
        #[also("svlan", "vlan_id")]
        vlan: VlanId,
        /// Class of service.
        priority: Option<Whole<0, 7>>,
    }
}

body! {
    /// A body with everything that a body may have.
    struct Rich {
        /// Where the ONU hangs.
        pon_port: PonPort,
        /// Its number; the lowest free one where none is given.
        onu_id: Option<OnuId>,
        /// What it is known by.
        serial_number: SerialNumber,
        /// How it is registered.
        r#type: Option<Whole<1, 5>>,
        /// Whether it is done in spite of warnings.
        force: Option<bool>,
        /// What logs in.
        password: Option<Hidden>,
        /// What it carries.
        services: Option<Vec<Service>>,
    }
    unused: "rack", "shelf";
}

fn read(body: &str) -> Result<Body<Rich>, Failure> {
    Body::read(body.as_bytes())
}

fn whole() -> Any {
    json!({ "pon_port": "1/1/2", "serial_number": "ztegc0000001" })
}

/// The whole body with one more field.
fn with(field: &str, value: Any) -> String {
    let mut body = whole();
    body[field] = value;
    body.to_string()
}

fn why(body: &str) -> String {
    let failure = read(body).unwrap_err();
    assert_eq!(failure.code, ErrorCode::InvalidParameter);
    failure.detail
}

#[test]
fn a_body_becomes_words_of_gpon() {
    let body = r#"{"pon_port": "1-1-2", "onu_id": 7, "serial_number": "ztegC0000001", "type": 3, "force": true,
        "password": "s3cret", "services": [{"svlan": 100, "priority": 0}, {"vlan": 4094}], "shelf": {"a": [null]}}"#;
    let Body { value, ignored } = read(body).unwrap();
    assert_eq!(value.pon_port, PonPort::new(1, 2).unwrap());
    assert_eq!(value.onu_id, OnuId::new(7).ok());
    assert_eq!(value.serial_number.to_string(), "ZTEGC0000001");
    assert_eq!((value.r#type, value.force), (Some(Whole(3)), Some(true)));
    assert_eq!(value.password.unwrap().0.expose_secret(), "s3cret");
    let services: Vec<_> =
        value.services.unwrap().iter().map(|one| (one.vlan.get(), one.priority.map(|cos| cos.0))).collect();
    assert_eq!(services, [(100, Some(0)), (4094, None)]);
    assert_eq!(ignored, ["shelf"]);
    assert!(read(&whole().to_string()).unwrap().ignored.is_empty());
}

#[test]
fn a_pon_port_in_every_spelling() {
    for spelt in [json!("1/1/2"), json!("1-1-2"), json!("2"), json!(2)] {
        assert_eq!(read(&with("pon_port", spelt)).unwrap().value.pon_port.to_string(), "1/1/2");
    }
    for wrong in
        [json!("1/1"), json!("2/1/1"), json!("01"), json!(0), json!(17), json!(2.0), json!([2]), json!(" 2")]
    {
        let why = why(&with("pon_port", wrong.clone()));
        assert!(why.starts_with("pon_port: "), "{wrong}: {why}");
    }
}

#[test]
fn whole_numbers_are_written_in_digits() {
    for wrong in [
        "01",
        "+1",
        "1e0",
        "1.0",
        "-1",
        "-0",
        "0",
        "129",
        "99999999999999999999",
        "\"1\"",
        "null",
        "true",
        "[1]",
    ] {
        let body = format!(r#"{{"pon_port": 1, "serial_number": "ZTEGC0000001", "onu_id": {wrong}}}"#);
        let why = why(&body);
        assert!(why.starts_with("onu_id: "), "{wrong}: {why}");
    }
}

#[test]
fn every_wrong_field_is_told_at_once() {
    let body = r#"{"onu_id": 200, "serial_number": "x", "services": [{"vlan": 1}, {"vlan": 5000}, {"priority": 8, "vlan_id": 1, "vlan": 2}],
        "password": 17, "colour": "red", "force": "yes"}"#;
    let failure = read(body).unwrap_err();
    for field in [
        "colour",
        "pon_port",
        "onu_id",
        "serial_number",
        "services[1].vlan",
        "services[2].priority",
        "services[2].vlan_id",
        "password",
        "force",
    ] {
        assert!(failure.message.contains(field), "{field}: {}", failure.message);
        assert!(failure.detail.contains(&format!("{field}: ")), "{field}: {}", failure.detail);
    }
    let one = read(&with("onu_id", json!(200))).unwrap_err();
    assert_eq!(
        one.message,
        "The field onu_id is not valid: a whole number from 1 to 128, written in digits only and without quotes, not 200."
    );
}

#[test]
fn keys() {
    for (body, field) in [
        (r#"{"pon_port": 1, "pon_port": 1}"#, "pon_port: the key stands there twice"),
        (r#"{"services": [{"vlan": 1, "vlan": 1}]}"#, "services[0].vlan: the key stands there twice"),
        (r#"{"rack": 1, "rack": 1}"#, "rack: the key stands there twice"),
        (&with("r#type", json!(1)), "\"r#type\": no such key is known"),
        (&with("Pon_port", json!(1)), "Pon_port: no such key is known"),
        (&with("a\u{1b}\n", json!(1)), "\"a<ESC><LF>\": no such key is known"),
        (&with("services", json!([{ "vlan": 1, "rack": 1 }])), "services[0].rack: no such key is known"),
    ] {
        let why = why(body);
        assert!(why.contains(field), "{why}");
    }
}

#[test]
fn what_is_no_json_names_its_place() {
    for (body, field) in [
        ("nonsense", "body: "),
        ("[]", "body: "),
        ("{}x", "body: "),
        ("\u{feff}{}", "body: "),
        (r#"{"onu_id": 01}"#, "onu_id: "),
        (r#"{"services": [{"vlan": 1}, {"vlan": +1}]}"#, "services[1].vlan: "),
        (r#"{"serial_number": "\ud800"}"#, "serial_number: "),
    ] {
        let why = why(body);
        assert!(why.starts_with(field), "{why}");
    }
    assert!(Body::<Rich>::read(b"{\"force\": \"\xff\"}").unwrap_err().detail.starts_with("force: "));
    assert!(why("").contains("pon_port: it is required"));
}

#[test]
fn a_body_is_bounded() {
    let deep = format!(r#"{{"rack": {}{}}}"#, "[".repeat(1_000), "]".repeat(1_000));
    assert!(why(&deep).contains("over 16 levels deep"));
    let many = format!(r#"{{"rack": [{}0]}}"#, "0,".repeat(200_000));
    assert!(why(&many).contains("over 131072 values"));
    let rows = format!(r#"{{"services": [{}{{}}]}}"#, "{},".repeat(5_000));
    assert!(why(&rows).contains("services: at most 5000 rows, not 5001"));
    let unknown = format!("{{{}\"z\": 0}}", (0..5_000).map(|n| format!("\"k{n}\": 0,")).collect::<String>());
    assert!(why(&unknown).len() < 2_000);
    assert!(why(&format!("{{\"{}\": 0}}", "k".repeat(100_000))).len() < 1_000);
}

#[test]
fn a_secret_is_in_no_failure() {
    for secret in [json!(["s3cret"]), json!({ "s3cret": 1 }), json!("s3cret".repeat(20)), json!(5318008)] {
        let failure = read(&with("password", secret)).unwrap_err();
        let told = format!("{failure:?}");
        assert!(told.contains("password") && !told.contains("s3cret") && !told.contains("5318008"), "{told}");
    }
    let body = read(&with("password", json!("s3cret"))).unwrap();
    assert!(!format!("{body:?}").contains("s3cret"));
}

#[test]
fn a_body_documents_itself() {
    let schema = serde_json::to_value(<Rich as Value>::schema()).unwrap();
    assert_eq!(schema["type"], "object");
    assert_eq!(schema["required"], json!(["pon_port", "serial_number"]));
    assert_eq!(schema["additionalProperties"], false);
    let properties = &schema["properties"];
    assert_eq!(
        (&properties["onu_id"]["minimum"], &properties["onu_id"]["maximum"]),
        (&json!(1), &json!(128))
    );
    assert_eq!(properties["onu_id"]["description"], "Its number; the lowest free one where none is given.");
    assert_eq!(properties["type"]["maximum"], 5);
    assert!(properties["rack"]["description"].as_str().unwrap().contains("ignored"));
    let service = &properties["services"]["items"]["allOf"];
    let either = service[0]["oneOf"].as_array().unwrap().iter().map(|one| &one["required"][0]);
    assert_eq!(either.collect::<Vec<_>>(), ["vlan", "svlan", "vlan_id"]);
    assert_eq!(service[1]["properties"]["vlan_id"]["description"], "The same as `vlan`.");
}

/// Any JSON, with keys and values that mean something here among them.
fn any_json() -> impl Strategy<Value = Any> {
    let leaf = prop_oneof![
        Just(Any::Null),
        any::<bool>().prop_map(Any::from),
        any::<i64>().prop_map(Any::from),
        (0_u64..300).prop_map(Any::from),
        any::<f64>().prop_map(Any::from),
        "\\PC{0,8}".prop_map(Any::from),
        Just(json!("1-1-1")),
        Just(json!("ZTEGC0000001")),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Any::from),
            prop::collection::vec((key(), inner), 0..6)
                .prop_map(|pairs| Any::Object(pairs.into_iter().collect())),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "pon_port",
            "onu_id",
            "serial_number",
            "type",
            "force",
            "password",
            "services",
            "vlan",
            "svlan",
            "rack"
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
    ]
}

proptest! {
    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Body::<Rich>::read(&bytes);
    }

    #[test]
    fn a_body_is_read_or_its_fields_are_named(body in any_json()) {
        match read(&body.to_string()) {
            Ok(Body { value, .. }) => {
                prop_assert_eq!(body["services"].as_array().map(Vec::len), value.services.map(|rows| rows.len()));
            }
            Err(failure) => {
                let Any::Object(object) = &body else {
                    prop_assert!(failure.detail.starts_with("body: "));
                    return Ok(());
                };
                let known = ["pon_port", "onu_id", "serial_number", "type", "force", "password", "services"];
                let named = failure.detail.split(": ").next().unwrap_or_default();
                let first = named.split(['.', '[']).next().unwrap_or_default();
                let is_there = object.keys().any(|key| failure.detail.starts_with(&shown(key)));
                prop_assert!(known.contains(&first) || is_there, "{}", failure.detail);
            }
        }
    }

    #[test]
    fn one_wrong_field_is_named(field in prop::sample::select(vec!["onu_id", "type", "force", "services"]), value in "[a-z]{0,5}") {
        let failure = read(&with(field, value.into())).unwrap_err();
        prop_assert!(failure.detail.starts_with(&format!("{field}: ")), "{}", failure.detail);
        prop_assert!(failure.message.contains(field));
    }
}

body! {
    /// Where it is.
    part struct At {
        /// Slot.
        slot: Whole<1, 9>,
        /// Port.
        port: Option<Whole<1, 9>>,
    }
}

body! {
    /// Of a part and of fields.
    struct Parted {
        /// Before.
        force: Option<bool>,
        /// Where.
        at: At,
        /// Behind.
        r#type: Whole<1, 5>,
    }
}

body! {
    /// Of a part and of fields.
    struct Unparted {
        /// Before.
        force: Option<bool>,
        /// Slot.
        slot: Whole<1, 9>,
        /// Port.
        port: Option<Whole<1, 9>>,
        /// Behind.
        r#type: Whole<1, 5>,
    }
}

#[test]
fn the_fields_of_a_part_stand_in_its_place() {
    let told = |failure: Failure| (failure.message, failure.detail);
    for body in [
        r#"{"force": 1, "slot": 0, "port": 0, "type": 0, "at": {}}"#,
        r#"{"at": {"slot": 1}, "type": 1}"#,
        r#"{"slot": 1, "type": 1, "port": null}"#,
        r#"{"slot": 1}"#,
        "[]",
    ] {
        let parted = Body::<Parted>::read(body.as_bytes()).unwrap_err();
        let unparted = Body::<Unparted>::read(body.as_bytes()).unwrap_err();
        assert_eq!(told(parted), told(unparted), "{body}");
    }
    let body = br#"{"slot": 2, "type": 3}"#;
    let Parted { force, at: At { slot, port }, r#type } = Body::<Parted>::read(body).unwrap().value;
    let parted = (force, slot, port, r#type);
    let Unparted { force, slot, port, r#type } = Body::<Unparted>::read(body).unwrap().value;
    assert_eq!(parted, (force, slot, port, r#type));
    let schema = |schema| serde_json::to_value::<RefOr<Schema>>(schema).unwrap();
    assert_eq!(schema(<Parted as Value>::schema()), schema(<Unparted as Value>::schema()));
}

//! Readings that a write decides by are believed only where they say something.

use gpon::OnuRef;
use oltsim::{AtLine, Effect, Fault, LineEffect, LineFault, SMALL};
use rig::Writer;
use serde_json::{Value, json};

const BY_SERIAL: &str = "show gpon onu by sn";
/// It stands at 1/1/1:1.
const TAKEN: &str = "ZTEGC0000001";

/// Where the OLT itself lets a serial number stand once on each PON.
async fn per_pon() -> Writer {
    Writer::start(&format!("{SMALL}\n[writes]\nserial_unique = \"pon\"\n")).await
}

fn body(pon: &str, serial: &str) -> Value {
    json!({
        "pon_port": pon, "serial_number": serial, "onu_type": "ZTE-F660",
        "profile": {"dba_profile": "UP-10M", "vlan": 100},
    })
}

fn stands_on(writer: &Writer, serial: &str) -> Vec<OnuRef> {
    let is = |onu: &oltsim::device::Onu| onu.configured.serial.to_string() == serial;
    writer.sim.device(|device| device.onus().filter(|(_, onu)| is(onu)).map(|(at, _)| at).collect()).unwrap()
}

/// The device answers nothing once: the serial number is looked for once more.
#[tokio::test]
async fn no_answer_to_where_a_serial_number_stands_is_no_answer() {
    for said in ["", "SearchResult\n----------------------------------\n"] {
        let writer = per_pon().await;
        writer.sim.set_line_faults(vec![LineFault::first(BY_SERIAL, LineEffect::Refuse(said.into()))]);
        let answer = writer.post("/onu/register", body("1/1/2", TAKEN)).await;
        assert_eq!(
            (answer.status, &answer.body["error_code"]),
            (409, &json!("serial_in_use")),
            "{said:?}: {}",
            answer.body
        );
        assert_eq!(stands_on(&writer, TAKEN).len(), 1);
    }
}

#[tokio::test]
async fn no_answer_twice_registers_nothing() {
    let writer = per_pon().await;
    let nothing =
        LineFault { at: AtLine::Begins(BY_SERIAL.into()), effect: LineEffect::Refuse(String::new()) };
    writer.sim.set_line_faults(vec![nothing]);
    let answer = writer.post("/onu/register", body("1/1/2", TAKEN)).await;
    assert_eq!(answer.status, 502, "{}", answer.body);
    assert_eq!((stands_on(&writer, TAKEN).len(), writer.configured()), (1, vec![]));
}

/// A heading alone says of nobody that he is not there: the tables are asked.
#[tokio::test]
async fn a_heading_alone_is_no_proof_that_an_onu_is_gone() {
    let writer = per_pon().await;
    let bare = LineEffect::Refuse("SearchResult\n----------------------------------\n".into());
    writer.sim.set_line_faults(vec![LineFault { at: AtLine::Begins(BY_SERIAL.into()), effect: bare }]);
    let named = json!({"serial_number": TAKEN, "name": "House 7"});
    let answer = writer.put("/onu-management/description", named).await;
    assert_eq!((answer.status, &answer.body["data"]["onu_id"]), (200, &json!(1)), "{}", answer.body);
    // And one that is nowhere is registered.
    let answer = writer.post("/onu/register", body("1/1/2", "ZTEGD8240001")).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
}

/// Whether a type exists that no list has is asked for once more as well.
#[tokio::test]
async fn no_answer_to_whether_there_is_a_type_is_no_answer() {
    let writer = Writer::start(SMALL).await;
    let nothing = LineEffect::Refuse(String::new());
    writer.sim.set_line_faults(vec![LineFault {
        at: AtLine::Begins("show onu-type gpon F999".into()),
        effect: nothing,
    }]);
    let mut wish = body("1/1/2", "ZTEGD8240001");
    wish["onu_type"] = json!("F999");
    let answer = writer.post("/onu/register", wish).await;
    assert_eq!(answer.status, 502, "{}", answer.body);
}

/// A list of states that breaks off before its footer agrees with nothing.
#[tokio::test]
async fn a_list_without_its_footer_frees_no_number() {
    let writer = Writer::start(SMALL).await;
    // Learnt before SNMP fails.
    let planned = writer.post("/onu/register?dry_run=true", body("1/1/2", "ZTEGD8240001")).await;
    assert_eq!(planned.body["data"]["plan"]["onu_id"], 1, "{}", planned.body);
    for torn in ["OnuIndex   Admin State  OMCC State  Phase State  Channel\n\
         --------------------------------------------------------------\n\
         1/1/2:1     enable       enable      working      1(GPON)\n"]
    {
        writer.sim.set_line_faults(vec![LineFault {
            at: AtLine::Begins("show gpon onu state".into()),
            effect: LineEffect::Refuse(torn.into()),
        }]);
        writer.sim.set_faults(vec![Fault::snmp(Effect::Drop)]).unwrap();
        let answer = writer.post("/onu/register", body("1/1/2", "ZTEGD8240001")).await;
        assert_eq!(answer.status, 502, "{}", answer.body);
        assert_eq!(writer.configured(), [""; 0]);
    }
}

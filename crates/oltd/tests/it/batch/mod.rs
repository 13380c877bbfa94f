//! Batches: the real server in front of one or several simulated OLTs.

#[cfg(unix)]
mod again;
mod awaited;
mod cancel;
mod filter;
#[cfg(unix)]
mod killed;
mod kinds;
mod later;
mod meanwhile;
mod olts;
mod one_session;
mod outcomes;
mod planned;
#[cfg(unix)]
mod register;
mod replaced;
mod restarted;
mod settled;
mod spread;
mod together;
mod wrong;

use oltsim::{SMALL, Simulator};
use rig::{Answer, Writer, WriterOptions};
use serde_json::{Value, json};

const NAMES: &str = "/batch/descriptions";

/// Another OLT, with other ONUs.
fn other() -> String {
    SMALL.replacen("seed = 7", "seed = 8", 1).replace("ZTEGC0000001", "ZTEGC0000002")
}

/// In front of two OLTs, `sim` and `sim2`.
async fn two() -> Writer {
    Writer::with(SMALL, WriterOptions { others: vec![other()], ..WriterOptions::default() }).await
}

/// A target by its place.
fn at(onu: u8) -> Value {
    json!({"pon_port": "1/1/1", "onu_id": onu})
}

fn with(mut target: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more}") };
    target.as_object_mut().unwrap().extend(more);
    target
}

fn named(onu: u8, name: &str) -> Value {
    with(at(onu), json!({"name": name}))
}

/// The serial number of an ONU of 1/1/1.
fn serial(sim: &Simulator, onu: u8) -> String {
    sim.device(|device| device.onu(place(onu)).unwrap().configured.serial.to_string()).unwrap()
}

/// The name of an ONU of 1/1/1.
fn name(sim: &Simulator, onu: u8) -> String {
    let name = sim.device(|device| device.onu(place(onu)).unwrap().configured.name.clone()).unwrap();
    String::from_utf8_lossy(&name).into_owned()
}

fn place(onu: u8) -> gpon::OnuRef {
    gpon::OnuRef { pon: "1/1/1".parse().unwrap(), id: gpon::OnuId::new(onu).unwrap() }
}

/// One field of each result.
fn each(answer: &Answer, field: &str) -> Vec<Value> {
    let results = answer.body["data"]["results"].as_array().unwrap_or_else(|| panic!("{}", answer.body));
    results.iter().map(|result| result[field].clone()).collect()
}

/// A job, once it is in one of these states.
async fn job_in(writer: &Writer, job: &str, states: &[&str]) -> Value {
    let mut told = Value::Null;
    let began = std::time::Instant::now();
    while !states.iter().any(|state| told["state"] == *state) {
        assert!(began.elapsed() < rig::PATIENCE, "{told}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        told = writer.get(&format!("/jobs/{job}")).await.body["data"].clone();
    }
    told
}

fn job(answer: &Answer) -> String {
    answer.body["data"]["job"].as_str().unwrap_or_else(|| panic!("{}", answer.body)).to_owned()
}

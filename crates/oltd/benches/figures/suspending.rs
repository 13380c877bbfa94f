//! Many customers are suspended while an OLT is down and somebody moves one of them.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use gpon::{OnuId, OnuRef};
use oltsim::{Effect, Fault, Simulator};
use serde_json::{Value, json};

use crate::served::Served;
use crate::table::Table;

const OLTS: usize = 7;
const TARGETS: usize = 400;
/// An outage of the head-end, which several tries fall into.
const OUTAGE: Duration = Duration::from_secs(120);
const DOWN: usize = 3;

fn olt(number: usize) -> String {
    format!(
        "seed = {}\n[cli]\ndelay_ms = 10\n[chassis]\nname = \"HEAD{number}\"\n[[cards]]\nslot = 1\ntype = \"GTGH\"\n\
         [[cards]]\nslot = 3\ntype = \"SMXA\"\n[[population]]\npons = [\"*\"]\ncount = 16\nphases = {{ online = 1 }}\n",
        100 + number
    )
}

fn onus(sim: &Simulator) -> Vec<(OnuRef, String, String, bool)> {
    let of = |device: &mut oltsim::device::Device| {
        let onus = device.pons().iter().flat_map(|(pon, port)| {
            port.onus().iter().map(move |(id, onu)| (OnuRef { pon: *pon, id: OnuId::new(*id).unwrap() }, onu))
        });
        let row = |(at, onu): (OnuRef, &oltsim::device::Onu)| {
            let of = &onu.configured;
            (at, of.serial.to_string(), of.onu_type.clone(), of.enabled)
        };
        onus.map(row).collect()
    };
    sim.device(of).unwrap()
}

/// Somebody moves an ONU to a free number of its PON, by hand.
fn move_by_hand(sim: &Simulator, at: OnuRef, serial: &str, onu_type: &str) {
    let to = OnuId::new(120).unwrap();
    let lines = [
        "configure terminal".to_owned(),
        format!("interface gpon-olt_{}", at.pon),
        format!("no onu {}", at.id),
        format!("onu {to} type {onu_type} sn {serial}"),
    ];
    sim.type_as_somebody(&lines.iter().map(String::as_str).collect::<Vec<_>>());
}

fn shut(sims: &[Simulator]) -> BTreeSet<String> {
    let off = |sim: &Simulator| onus(sim).into_iter().filter(|(.., enabled)| !enabled);
    sims.iter().flat_map(|sim| off(sim).map(|(_, serial, ..)| serial).collect::<Vec<_>>()).collect()
}

pub(crate) async fn suspend_many(table: &mut Table) {
    let scenarios: Vec<String> = (0..OLTS).map(olt).collect();
    let served = Served::start(&scenarios, "").await;
    let before = shut(&served.sims);
    let mut targets = Vec::new();
    for nr in 0..TARGETS {
        // Every fourth of an OLT, one OLT after the other.
        let (olt, at) = (nr % OLTS, 4 * (nr / OLTS));
        targets.push((olt, onus(&served.sims[olt])[at].clone()));
    }
    let wished: BTreeSet<String> = targets.iter().map(|(_, (_, serial, ..))| serial.clone()).collect();
    assert_eq!(wished.len(), TARGETS);
    let silent = Fault::snmp(Effect::Drop);
    served.sims[DOWN].stop_telnet().await;
    served.sims[DOWN].set_faults(vec![silent]).unwrap();
    let until = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let body: Vec<Value> =
        targets.iter().map(|(_, (_, serial, ..))| json!({"serial_number": serial})).collect();
    let began = Instant::now();
    let body = json!({
        "targets": body, "reason": "unpaid", "owner": "billing", "until": until.to_string(), "expect": TARGETS,
    });
    let job = served.begin("/batch/suspend", &body).await;
    // The last one of an OLT is moved once that one's have begun.
    let (olt, moved) = targets.iter().rev().find(|(olt, _)| *olt != DOWN).unwrap();
    while shut(&served.sims[*olt..=*olt]).is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    move_by_hand(&served.sims[*olt], moved.0, &moved.1, &moved.2);
    tokio::time::sleep(OUTAGE.saturating_sub(began.elapsed())).await;
    let (beside, of_the_down) = (shut(&served.sims).len(), shut(&served.sims[DOWN..=DOWN]).len());
    served.sims[DOWN].clear_faults();
    served.sims[DOWN].start_telnet().await.unwrap();
    let back = Instant::now();
    let told = served.ended(&job, |_| {}).await;
    let shut = shut(&served.sims);
    let results = told["result"]["results"].as_array().unwrap();
    let right = results.iter().filter(|one| one["state"] == "applied").count();
    let others = shut.difference(&wished).filter(|serial| !before.contains(*serial)).count();
    let missing = wished.difference(&shut).count();
    table.add(
        "400 suspensions by serial number over 7 OLTs, one of them down for 2 minutes, one ONU moved by hand meanwhile",
        format!(
            "{right} applied in one job ({}); {beside} were shut before the OLT came back, {of_the_down} of them its own, the rest within {:.0} s; {missing} not shut, {others} others shut",
            told["state"].as_str().unwrap_or_default(),
            back.elapsed().as_secs_f64(),
        ),
        "400 right results in one job, the down one's done when it returns, nobody else cut off",
        right == TARGETS && missing == 0 && others == 0 && told["state"] == "done",
    );
}

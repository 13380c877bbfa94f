//! Many customers of several OLTs, not all of which can be reached, and who do not stand still.

use std::collections::BTreeSet;

use gpon::{OnuId, OnuRef};
use oltsim::{AtLine, Simulator, Stop};
use rig::{Writer, WriterOptions, until};
use serde_json::{Value, json};

use super::{job, job_in, later::in_seconds};

const OLTS: usize = 7;
/// The one that is down at first.
const DOWN: usize = 3;

fn olt(number: usize) -> String {
    format!(
        "seed = {}\n[chassis]\nname = \"HEAD{number}\"\n[[cards]]\nslot = 1\ntype = \"GTGO\"\npon_ports = 2\n\
         [[cards]]\nslot = 3\ntype = \"SMXA\"\n[[population]]\npons = [\"*\"]\ncount = 6\nphases = {{ online = 1 }}\n",
        100 + number
    )
}

struct Stands {
    at: OnuRef,
    serial: String,
    onu_type: String,
    is_shut: bool,
}

fn onus(sim: &Simulator) -> Vec<Stands> {
    let stands = |device: &mut oltsim::device::Device| {
        let all = device.pons().iter().flat_map(|(pon, port)| {
            port.onus()
                .iter()
                .map(move |(id, onu)| (OnuRef { pon: *pon, id: OnuId::new(*id).unwrap() }, &onu.configured))
        });
        let stands = all.map(|(at, of)| Stands {
            at,
            serial: of.serial.to_string(),
            onu_type: of.onu_type.clone(),
            is_shut: !of.enabled,
        });
        stands.collect()
    };
    sim.device(stands).unwrap()
}

fn shut<'a>(sims: impl IntoIterator<Item = &'a Simulator>) -> BTreeSet<String> {
    let shut = sims.into_iter().flat_map(onus).filter(|one| one.is_shut);
    shut.map(|one| one.serial).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_of_seven_olts_are_suspended_while_one_is_down_and_one_is_moved() {
    let others = (1..OLTS).map(olt).collect();
    let writer = Writer::with(&olt(0), WriterOptions { others, ..WriterOptions::default() }).await;
    let sims: Vec<&Simulator> = std::iter::once(&writer.sim).chain(&writer.others).collect();
    // Every second ONU of each, one OLT after the other.
    let targets: Vec<String> =
        (0..40).map(|nr| onus(sims[nr % OLTS]).swap_remove(2 * (nr / OLTS)).serial).collect();
    let wished: BTreeSet<String> = targets.iter().cloned().collect();
    assert_eq!(wished.len(), 40);
    sims[DOWN].stop_telnet().await;
    let mut gate = sims[0].hold(Stop::Line(AtLine::Begins("shutdown".into())));
    let named: Vec<Value> = targets.iter().map(|serial| json!({"serial_number": serial})).collect();
    let body = json!({"targets": named, "reason": "unpaid", "owner": "billing", "until": in_seconds(600)});
    let (answer, ()) = tokio::join!(writer.post("/batch/suspend", body), async {
        // All places are known by now; the last one of this OLT is moved by hand.
        gate.reached().await.unwrap();
        let moved = onus(sims[0]).into_iter().rfind(|one| wished.contains(&one.serial)).unwrap();
        sims[0].type_as_somebody(&[
            "configure terminal",
            &format!("interface gpon-olt_{}", moved.at.pon),
            &format!("no onu {}", moved.at.id),
            &format!("onu 99 type {} sn {}", moved.onu_type, moved.serial),
        ]);
        drop(gate);
        let reached = || sims.iter().enumerate().filter(|(nr, _)| *nr != DOWN).map(|(_, sim)| *sim);
        let of_the_down = onus(sims[DOWN]).iter().filter(|one| wished.contains(&one.serial)).count();
        until(async || shut(reached()).len() == 40 - of_the_down).await;
        assert_eq!(shut([sims[DOWN]]), BTreeSet::new());
        sims[DOWN].start_telnet().await.unwrap();
    });
    let told = job_in(&writer, &job(&answer), &["done", "partial", "failed"]).await;
    assert_eq!(told["state"], "done", "{told}");
    let results = told["result"]["results"].as_array().unwrap();
    assert!(results.iter().all(|one| one["state"] == "applied"), "{told}");
    assert_eq!(shut(sims.iter().copied()), wished, "these and nobody else");
    let held = writer.get("/holds?owner=billing").await.body["data"].clone();
    assert_eq!(held.as_array().unwrap().len(), 40);
}

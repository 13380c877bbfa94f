//! What scenarios make: who is where, and what of them can be seen.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use gpon::{CardStatus, OnuState, PonPort};
use oltsim::device::Device;
use oltsim::{DEMO, FULL, Scenario};

fn device(text: &str) -> Device {
    Scenario::parse(text).unwrap().device
}

#[test]
fn the_demo_is_what_it_promises() {
    let demo = device(DEMO);
    let cards: Vec<_> =
        demo.cards.iter().map(|(slot, card)| (*slot, card.configured.as_str(), card.status)).collect();
    let running = CardStatus::InService;
    assert_eq!(
        cards,
        [(1, "GTGH", running), (2, "GTGH", running), (3, "SMXA", running), (4, "SMXA", CardStatus::Offline)]
    );
    assert_eq!(demo.pons().len(), 32);
    let total = demo.onus().count();
    assert!((900..=1150).contains(&total), "{total} ONUs");
    let on_pon = |pon: &str| demo.pons()[&pon.parse::<PonPort>().unwrap()].onus().len();
    assert_eq!(on_pon("1/1/2"), 128);
    assert_eq!(demo.pons().values().filter(|pon| pon.onus().is_empty()).count(), 1);
    let lit = demo.pons().values().filter(|pon| !pon.unconfigured.is_empty()).count();
    assert_eq!(lit, 9, "PONs with unconfigured ONUs");
    let phases: BTreeSet<String> = demo.onus().map(|(_, onu)| format!("{:?}", onu.phase())).collect();
    assert_eq!(phases.len(), OnuState::ALL.len(), "{phases:?}");
    for (at, onu) in demo.onus() {
        assert!(onu.configured.tconts.contains_key(&1) && onu.configured.gem_ports.contains_key(&1), "{at}");
        assert!(onu.configured.service_ports.contains_key(&1), "{at}");
        let never_online = onu.last_online.is_none();
        assert!(!(never_online && onu.is_online()), "{at}");
        assert!(!(never_online && onu.ranged), "{at}");
    }
    let names: BTreeSet<&[u8]> = demo.onus().map(|(_, onu)| onu.configured.name.as_slice()).collect();
    for wanted in [b' ', b'#', b'>', 0xf6] {
        assert!(names.iter().any(|name| name.contains(&wanted)), "no name with byte {wanted}");
    }
}

#[test]
fn serials_and_identifiers_are_unique() {
    for text in [DEMO, FULL] {
        let device = device(text);
        let registered = device.onus().map(|(_, onu)| onu.configured.serial);
        let lit = device.pons().values().flat_map(|pon| pon.unconfigured.iter().map(|found| found.serial));
        let serials: Vec<_> = registered.chain(lit).collect();
        assert_eq!(serials.iter().collect::<BTreeSet<_>>().len(), serials.len());
        for pon in device.pons().values() {
            let allocs = pon
                .onus()
                .values()
                .flat_map(|onu| onu.configured.tconts.values().map(|tcont| tcont.alloc_id));
            let allocs: Vec<_> = allocs.collect();
            assert!(allocs.iter().all(|alloc| (256..=4095).contains(alloc)));
            assert_eq!(allocs.iter().collect::<BTreeSet<_>>().len(), allocs.len());
        }
    }
}

#[test]
fn the_full_scenario_is_full() {
    let full = device(FULL);
    assert_eq!(full.pons().len(), 32);
    assert!(full.pons().values().all(|pon| pon.onus().len() == 128));
    assert!(full.onus().all(|(_, onu)| onu.configured.name.len() <= 16));
}

#[test]
fn the_same_seed_makes_the_same_device() {
    let seen = |text: &str| -> BTreeMap<String, String> {
        device(text).onus().map(|(at, onu)| (at.to_string(), format!("{onu:?}"))).collect()
    };
    assert_eq!(seen(DEMO), seen(DEMO));
    assert_ne!(seen(DEMO), seen(&DEMO.replacen("seed = 320", "seed = 321", 1)));
}

#[test]
fn the_last_rule_that_names_a_pon_wins() {
    let text =
        "[[population]]\ncount = 3\n[[population]]\npons = [\"1/1/2\"]\ncount = [5, 5]\nids = \"sparse\"";
    let device = device(text);
    let counts: Vec<usize> = device.pons().values().map(|pon| pon.onus().len()).collect();
    assert_eq!(counts, [3, 5, 3, 3, 3, 3, 3, 3]);
}

#[tokio::test]
async fn the_clock_can_be_held_and_put_forward() {
    let simulator = crate::client::small().await;
    let before = simulator.device(|device| {
        device.clock.hold();
        device.time()
    });
    let rows = simulator.rows();
    assert_eq!(simulator.rows(), rows, "a held device stands still");
    simulator.device(|device| device.clock.advance(Duration::from_secs(60))).unwrap();
    let after = simulator.device(|device| device.time());
    assert_eq!(after.unwrap().duration_since(before.unwrap()).as_secs(), 60);
    let later = simulator.rows();
    let changed = rows.iter().zip(&later).filter(|(before, after)| before != after);
    let counters = changed.filter(|(row, _)| matches!(row.1, oltsim::Value::Counter64(_))).count();
    assert!(counters > 0, "counters rise");
    simulator.device(|device| device.clock.resume()).unwrap();
    assert!(simulator.device(|device| device.time()) >= after);
}

//! The tables, against values worked out by hand from the fact sheet.

use std::collections::BTreeMap;
use std::time::Duration;

use gpon::{OfflineReason, OnuId, OnuRef, OnuState, PonPort};
use oltsim::device::DeviceHandle;
use oltsim::{Oid, Simulator, Value};

use crate::client::{small, small_with, start};

const A: u32 = 268_501_248;
const B: u32 = 285_278_465;
const C: u32 = 268_435_456;

struct View(BTreeMap<Oid, Value>);

impl View {
    fn of(simulator: &Simulator) -> Self {
        simulator.device(|device| device.clock.hold()).unwrap();
        Self(simulator.rows().into_iter().collect())
    }

    fn zte(&self, branch: u32, rest: &[u32]) -> Option<Value> {
        self.0.get(&[&[1, 3, 6, 1, 4, 1, 3902, branch], rest].concat()).cloned()
    }

    fn z1012(&self, rest: &[u32]) -> Option<Value> {
        self.zte(1012, rest)
    }

    fn z1015(&self, rest: &[u32]) -> Option<Value> {
        self.zte(1015, rest)
    }

    fn z1082(&self, rest: &[u32]) -> Option<Value> {
        self.zte(1082, rest)
    }

    fn mib2(&self, rest: &[u32]) -> Option<Value> {
        self.0.get(&[&[1, 3, 6, 1, 2, 1], rest].concat()).cloned()
    }
}

fn int(number: i32) -> Option<Value> {
    Some(Value::Integer(number))
}

fn text(text: impl AsRef<[u8]>) -> Option<Value> {
    Some(Value::text(text))
}

fn onu(id: u8) -> OnuRef {
    OnuRef { pon: PonPort::new(1, 1).unwrap(), id: OnuId::new(id).unwrap() }
}

#[tokio::test]
async fn an_online_onu_in_both_trees() {
    let view = View::of(&small().await);
    let serial = [0x5a, 0x54, 0x45, 0x47, 0xc0, 0, 0, 1];
    for (newer, older, value) in [
        (&[500, 10, 2, 3, 3, 1, 2, B, 1][..], &[3, 28, 1, 1, 2, A, 1][..], text("Budi Santoso")),
        (&[500, 10, 2, 3, 3, 1, 3, B, 1], &[3, 28, 1, 1, 3, A, 1], text("Jl. Merdeka 1")),
        (&[500, 10, 2, 3, 3, 1, 1, B, 1], &[3, 28, 1, 1, 1, A, 1], text("ZTE-F660")),
        (&[500, 10, 2, 3, 3, 1, 6, B, 1], &[3, 28, 1, 1, 5, A, 1], text(serial)),
        (&[500, 20, 2, 1, 2, 1, 8, B, 1], &[3, 50, 11, 2, 1, 9, A, 1], text("F660V8.0")),
        (&[500, 20, 2, 1, 2, 1, 2, B, 1], &[3, 50, 11, 2, 1, 2, A, 1], text("V8.0")),
        (&[500, 10, 2, 3, 10, 1, 2, B, 1], &[3, 11, 4, 1, 2, A, 1], int(1235)),
        (&[500, 10, 2, 3, 10, 1, 1, B, 1], &[3, 11, 4, 1, 1, A, 1], int(250_200)),
        (&[500, 20, 2, 2, 2, 1, 10, B, 1, 1], &[3, 50, 12, 1, 1, 10, A, 1, 1], int(3314)),
        (&[500, 20, 2, 2, 2, 1, 14, B, 1, 1], &[3, 50, 12, 1, 1, 14, A, 1, 1], int(16_138)),
        (&[500, 10, 2, 3, 8, 1, 7, B, 1], &[3, 28, 2, 1, 7, A, 1], int(9)),
    ] {
        assert_eq!(view.z1082(newer), value, "1082 {newer:?}");
        assert_eq!(view.z1012(older), value, "1012 {older:?}");
    }
    assert_eq!(view.z1082(&[500, 10, 2, 3, 3, 1, 18, B, 1]), text("1,ZTEGC0000001"));
    assert_eq!(view.z1082(&[500, 1, 2, 4, 2, 1, 2, B, 1]), int(-24_508));
    assert_eq!(view.z1015(&[1010, 11, 2, 1, 2, A, 1]), int(-24_508));
    assert_eq!(
        view.z1082(&[500, 10, 2, 3, 8, 1, 5, B, 1]),
        text([0x07, 0xea, 11, 20, 6, 0, 0, 0]),
        "last online"
    );
    assert_eq!(view.z1012(&[3, 28, 2, 1, 5, A, 1]), text("2026-11-20 06:00:00"));
    assert_eq!(view.z1012(&[3, 28, 2, 1, 6, A, 1]), text("2026-11-20 05:41:07"));
    assert_eq!(view.z1012(&[3, 50, 16, 1, 1, 10, A, 1, 1]), Some(Value::IpAddress([10, 1, 1, 1])));
    // Up since 2026-11-20 06:00:00, and it is 2026-11-23 08:00:00.
    let Some(Value::TimeTicks(uptime)) = view.z1012(&[3, 50, 11, 2, 1, 20, A, 1]) else { panic!() };
    assert!((266_400..266_500).contains(&(uptime / 100)), "{uptime}");
}

#[tokio::test]
async fn phases_by_their_numbers() {
    let view = View::of(&small().await);
    for (id, older) in [(1, 3), (2, 1), (3, 4), (4, 6), (5, 5), (6, 2), (7, 0)] {
        assert_eq!(view.z1012(&[3, 28, 2, 1, 4, A, id]), int(older), "ONU {id}");
        assert_eq!(view.z1082(&[500, 10, 2, 3, 8, 1, 4, B, id]), int(older + 1), "ONU {id}");
    }
    assert_eq!(view.z1082(&[500, 10, 2, 3, 3, 1, 2, B, 3]), text(b"Jos\xe9"), "a name that is no text");
    assert_eq!(view.z1082(&[500, 10, 2, 3, 3, 1, 5, B, 5]), int(2), "registered by password");
}

#[tokio::test]
async fn onus_out_of_service_lack_rows_or_carry_marks() {
    let simulator = small().await;
    let view = View::of(&simulator);
    for id in 2..=7 {
        assert_eq!(view.z1082(&[500, 20, 2, 2, 2, 1, 10, B, id, 1]), None, "ONU {id}");
        assert_eq!(view.z1012(&[3, 50, 12, 1, 1, 10, A, id, 1]), None, "ONU {id}");
        assert_eq!(view.z1082(&[500, 20, 2, 1, 2, 1, 1, B, id]), None, "ONU {id}");
        assert_eq!(view.z1015(&[1010, 11, 2, 1, 2, A, id]), int(-80_000), "ONU {id}");
        assert!(view.z1082(&[500, 10, 2, 3, 3, 1, 2, B, id]).is_some(), "ONU {id} is managed");
    }
    assert_eq!(view.z1082(&[500, 1, 2, 4, 2, 1, 2, B, 2]), int(-80_000));
    assert_eq!(view.z1082(&[500, 1, 2, 4, 2, 1, 2, B, 5]), int(65_535_000));

    let marked = View::of(&small_with("offline_optics = \"unavailable\"").await);
    assert_eq!(marked.z1082(&[500, 20, 2, 2, 2, 1, 10, B, 2, 1]), int(65_535));
    assert_eq!(marked.z1012(&[3, 50, 12, 1, 1, 14, A, 2, 1]), int(65_535));
}

#[tokio::test]
async fn an_onu_goes_and_comes_back() {
    let simulator = small().await;
    simulator.device(|device| device.clock.hold_at(Duration::from_secs(3600))).unwrap();
    let gone = simulator.device(|device| device.set_phase(onu(1), OnuState::Los, OfflineReason::Losi));
    assert_eq!(gone, Some(true));
    let view = View::of(&simulator);
    assert_eq!(view.z1012(&[3, 28, 2, 1, 7, A, 1]), int(3));
    assert_eq!(view.z1012(&[3, 28, 2, 1, 6, A, 1]), text("2026-11-23 09:00:00"));
    assert_eq!(view.z1082(&[500, 20, 2, 2, 2, 1, 10, B, 1, 1]), None);
    simulator.device(|device| device.clock.advance(Duration::from_secs(60))).unwrap();
    let stood = View::of(&simulator).z1015(&[1010, 5, 56, 1, 1, 2, A, 1]);
    assert_eq!(stood, view.z1015(&[1010, 5, 56, 1, 1, 2, A, 1]), "its counters stand still");
    simulator.device(|device| device.set_phase(onu(1), OnuState::Online, OfflineReason::Losi)).unwrap();
    let back = View::of(&simulator);
    assert_eq!(back.z1012(&[3, 28, 2, 1, 5, A, 1]), text("2026-11-23 09:01:00"));
    assert_eq!(back.z1012(&[3, 28, 2, 1, 7, A, 1]), int(3), "an online ONU keeps its reason");
}

#[tokio::test]
async fn ports_by_name_in_either_encoding() {
    let view = View::of(&small().await);
    assert_eq!(view.mib2(&[31, 1, 1, 1, 1, B]), text("gpon_1/1/1"));
    assert_eq!(view.mib2(&[31, 1, 1, 1, 1, 285_279_234]), text("xgei_1/4/2"));
    assert_eq!(view.mib2(&[31, 1, 1, 1, 1, 654_311_425]), text("Mng1"));
    assert_eq!(view.mib2(&[2, 1, 0]), int(6));
    assert_eq!(view.mib2(&[2, 2, 1, 8, B]), int(1));
    assert_eq!(view.mib2(&[2, 2, 1, 8, B + 1]), int(2), "nobody lights 1/1/2");
    assert_eq!(view.mib2(&[2, 2, 1, 5, B]), Some(Value::Gauge32(2_488_320_000)));
    assert_eq!(view.mib2(&[31, 1, 1, 1, 15, 285_279_234]), Some(Value::Gauge32(10_000)));
    assert_eq!(view.mib2(&[2, 2, 1, 5, 285_279_234]), Some(Value::Gauge32(u32::MAX)));

    let view = View::of(&small_with("if_index = \"C\"").await);
    assert_eq!(view.mib2(&[31, 1, 1, 1, 1, C]), text("gpon_1/1/1"));
    assert_eq!(view.mib2(&[31, 1, 1, 1, 1, 268_632_320]), text("xgei_1/4/2"));
    assert_eq!(view.mib2(&[2, 1, 0]), int(5));
    let mng1 = |value: &Value| *value == Value::text("Mng1");
    assert!(!view.0.values().any(mng1), "encoding C has no number for Mng1");
}

#[tokio::test]
async fn cards_modules_and_surroundings() {
    let view = View::of(&small().await);
    let card = |column, slot| view.z1082(&[10, 1, 2, 4, 1, column, 1, 1, slot]);
    assert_eq!((card(2, 1), card(3, 1), card(4, 1)), (int(599_041), int(599_137), text("GTGOG")));
    assert_eq!((card(5, 4), card(4, 4), card(27, 4)), (int(1), text("SMXA"), text("V2.1.0")));
    assert_eq!(card(25, 3), text([0; 8]), "a power card never started");
    assert_eq!(view.z1015(&[2, 1, 1, 3, 1, 4, 1, 1, 1]), text("GTGOG"));
    let none = int(i32::MAX);
    let module = |column, port| view.z1082(&[30, 40, 2, 4, 1, column, port]);
    assert_eq!(module(2, B), none, "a PON module serves many");
    assert_eq!(module(7, B), int(1490));
    assert_eq!(module(7, 285_279_234), int(1330));
    assert_eq!((module(3, 285_279_233), module(11, 285_279_233)), (none, text("")), "an empty cage");
    assert_eq!(view.z1015(&[3, 1, 13, 1, 11, C]), int(1490));
    assert_eq!(view.z1082(&[10, 10, 2, 4, 11, 1, 7, 1, 1, 1]), int(3240));
    assert_eq!(view.z1082(&[10, 10, 2, 3, 11, 1, 3, 1, 1, 4]), int(4));
    assert_eq!(view.mib2(&[47, 1, 1, 1, 1, 13, 1]), text("C320_SHELF"));
    assert_eq!(view.mib2(&[47, 1, 1, 1, 1, 2, 30]), text("General Power Card."));
}

#[tokio::test]
async fn an_offline_card_says_little() {
    let scenario = oltsim::Scenario::parse(oltsim::DEMO).unwrap();
    let device = DeviceHandle::new(scenario.device);
    let mut agent = oltsim::Agent::of_device(device.clone(), scenario.agent);
    let rows: BTreeMap<Oid, Value> = agent.rows().into_iter().collect();
    let card =
        |column| rows.get(&[1, 3, 6, 1, 4, 1, 3902, 1082, 10, 1, 2, 4, 1, column, 1, 1, 4][..]).cloned();
    assert_eq!((card(5), card(4), card(7), card(2)), (int(4), text(""), int(3), int(590_090)));
    assert_eq!((card(3), card(9), card(11)), (None, None, None));
}

#[tokio::test]
async fn services_and_profiles_under_both_kinds_of_index() {
    let view = View::of(&small().await);
    let service = 402_718_976;
    let vport = 268_501_248;
    let alloc = Some(Value::Integer(256 + 8));
    assert_eq!(view.z1082(&[500, 10, 2, 3, 4, 1, 3, B, 1, 1]), text("UP-10M"));
    assert_eq!(view.z1082(&[500, 10, 2, 3, 4, 1, 4, B, 1, 1]), alloc);
    assert_eq!(view.z1012(&[3, 30, 1, 1, 3, A, 1, 1]), int(1_879_048_193));
    assert_eq!(view.z1082(&[500, 10, 2, 3, 5, 1, 11, B, 1, 1]), text("DOWN-50M"));
    assert_eq!(view.z1012(&[3, 30, 2, 1, 7, A, 1, 1]), int(1_879_048_193));
    let port = |column| view.z1082(&[110, 5, 2, 2, 1, column, B, service]);
    assert_eq!([port(4), port(5), port(8), port(18), port(19)], [int(4), int(1), int(100), int(100), int(0)]);
    assert_eq!(view.z1082(&[40, 50, 2, 1, 4, 1, 7, B, vport]), text("100"));
    assert_eq!(view.z1082(&[40, 50, 2, 1, 2, 1, 2, 200]), text("Internet"));
    assert_eq!(view.z1015(&[20, 2, 1, 2, 100]), text("VLAN0100"));
    assert_eq!(view.mib2(&[17, 7, 1, 4, 3, 1, 1, 1]), text("VLAN0001"));
    let up_10m = [6, 85, 80, 45, 49, 48, 77];
    assert_eq!(view.z1082(&[&[500, 10, 2, 1, 2, 1, 4][..], &up_10m].concat()), int(10_240));
    assert_eq!(view.z1012(&[3, 26, 1, 1, 2, 1_879_048_194]), text("FIXED-2M"));
    assert_eq!(view.z1012(&[3, 26, 1, 1, 7, 1_879_048_193]), int(8), "used by every ONU");
    let pppoe = [5, 80, 80, 80, 79, 69];
    assert_eq!(view.z1082(&[&[500, 20, 2, 6, 25, 1, 3][..], &pppoe].concat()), int(100));
    assert_eq!(view.z1012(&[&[3, 50, 20, 15, 1, 3][..], &pppoe].concat()), int(100));
}

#[tokio::test]
async fn ports_carry_what_their_onus_do() {
    let scenario = oltsim::Scenario::parse(oltsim::DEMO).unwrap();
    let device = DeviceHandle::new(scenario.device);
    let mut agent = oltsim::Agent::of_device(device.clone(), scenario.agent);
    let counted = |agent: &mut oltsim::Agent, at: PonPort| {
        let rows: BTreeMap<Oid, Value> = agent.rows().into_iter().collect();
        let counter = |oid: &[u32]| match rows.get(oid) {
            Some(Value::Counter64(number)) => *number,
            other => panic!("{oid:?} is {other:?}"),
        };
        let b = 0x1101_0000 + u32::from(at.slot()) * 256 + u32::from(at.port());
        let octets = |column| counter(&[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, column, b]);
        let table = [1, 3, 6, 1, 4, 1, 3902, 1082, 500, 10, 2, 3, 2, 2, 1];
        let onus = |column| {
            let prefix = [&table[..], &[column, b]].concat();
            rows.keys().filter(|oid| oid.starts_with(&prefix)).map(|oid| counter(oid)).sum::<u64>()
        };
        [(octets(6), onus(1)), (octets(10), onus(2))]
    };
    let full = PonPort::new(1, 2).unwrap();
    device.change(|device| device.clock.hold_at(Duration::from_secs(10)));
    let before = counted(&mut agent, full);
    for (port, onus) in before {
        assert!(onus > 0 && port >= onus, "{port} of the port, {onus} of its ONUs");
    }
    device.change(|device| device.clock.hold_at(Duration::from_secs(3610)));
    let later = counted(&mut agent, full);
    for (was, is) in before.iter().zip(&later) {
        assert!(is.0 - was.0 >= is.1 - was.1, "the port is faster than its ONUs");
    }
    // A port does not forget what an ONU carried that is gone.
    let gone = OnuRef { pon: full, id: OnuId::new(1).unwrap() };
    device.change(|device| device.remove_onu(gone).unwrap());
    for (was, is) in later.iter().zip(&counted(&mut agent, full)) {
        assert!(is.0 == was.0 && is.1 < was.1, "{is:?} after {was:?}");
    }
}

#[tokio::test]
async fn an_onu_that_got_no_name_shows_the_default() {
    let onu = "[[onus]]\nat = \"1/1/2:9\"\nname = \"\"\ndescription = \"\"\n";
    let view = View::of(&start(oltsim::Source::Scenario(format!("{}\n{onu}", oltsim::SMALL))).await);
    for column in [2, 3] {
        assert_eq!(view.z1082(&[500, 10, 2, 3, 3, 1, column, B + 1, 9]), text("ONU-2:9"));
        assert_eq!(view.z1012(&[3, 28, 1, 1, column, A + 256, 9]), text("ONU-2:9"));
    }
}

#[tokio::test]
async fn an_onu_that_logs_in_may_show_a_nonsensical_distance() {
    let view = View::of(&small_with("logging_distance = 134556917\nentity_offset = 10").await);
    assert_eq!(view.z1012(&[3, 11, 4, 1, 2, A, 7]), int(134_556_917), "in phase Logging");
    assert_eq!(view.z1082(&[500, 10, 2, 3, 10, 1, 2, B, 1]), int(1235));
    assert_eq!(view.mib2(&[47, 1, 1, 1, 1, 13, 20]), text("GTGO"), "slot = index / 10 - 1");
}

#[tokio::test]
async fn a_view_of_optics_names_onus_by_what_the_olt_receives() {
    let simulator = start(oltsim::Source::Scenario(oltsim::VIEW_OPTICS_ONLY.to_owned())).await;
    let onus: Vec<Oid> = simulator
        .device(|device| {
            device
                .onus()
                .map(|(at, _)| {
                    vec![
                        B + u32::from(at.pon.slot() - 1) * 256 + u32::from(at.pon.port()) - 1,
                        u32::from(at.id.get()),
                    ]
                })
                .collect()
        })
        .unwrap();
    let receives = [1, 3, 6, 1, 4, 1, 3902, 1082, 500, 1, 2, 4, 2, 1, 2];
    let mut named = Vec::new();
    for (oid, _) in simulator.rows() {
        let ends = onus.iter().any(|onu| oid.windows(2).any(|pair| pair == onu.as_slice()));
        match oid.strip_prefix(&receives[..]) {
            Some(index) => named.push(index.to_vec()),
            None => assert!(!ends, "{oid:?} names an ONU"),
        }
    }
    assert_eq!(named, onus);
    assert_eq!(named.len(), 120);
    let view = View::of(&simulator);
    assert_eq!(view.z1012(&[3, 13, 1, 1, 12, A + 0x1_0800 - 0x100]), int(128), "an empty port has its row");
}

#[tokio::test]
async fn an_old_firmware_has_no_optics_of_onus() {
    let view = View::of(&start(oltsim::Source::Scenario(oltsim::V1_2_5P3.to_owned())).await);
    assert_eq!(view.z1012(&[3, 50, 12, 1, 1, 10, A, 1, 1]), None);
    assert_eq!(view.z1082(&[500, 20, 2, 2, 2, 1, 10, B, 1, 1]), None);
    assert_eq!(view.z1082(&[500, 10, 2, 3, 3, 1, 2, B, 1]), None);
    assert_eq!(view.z1012(&[3, 28, 1, 1, 3, A, 1]), text("1$$SITE_1$$"));
    assert!(view.z1012(&[3, 11, 4, 1, 2, A, 1]).is_some(), "metres");
}

#[tokio::test]
async fn unconfigured_boxes_in_both_trees() {
    let view = View::of(&small().await);
    let serial = [0x5a, 0x54, 0x45, 0x47, 0xd8, 0x24, 0xcd, 0xf3];
    assert_eq!(view.z1012(&[3, 13, 3, 1, 2, A, 1]), text(serial));
    assert_eq!(view.z1082(&[500, 10, 2, 2, 5, 1, 2, B, 1]), text(serial));
    assert_eq!(view.z1012(&[3, 13, 3, 1, 5, A, 1]), text("GD824CDF3\0"));
    assert_eq!(view.z1012(&[3, 13, 3, 1, 10, A, 1]), text("F672YV9.1"));
    assert_eq!(view.z1082(&[500, 10, 2, 2, 5, 1, 8, B, 1]), text("V9.1.10P4N2"));
    assert_eq!(view.z1012(&[3, 13, 1, 1, 14, A]), int(1));
    assert_eq!(view.z1012(&[3, 13, 1, 1, 14, A + 256]), int(0));
}

#[tokio::test]
async fn powers_drift_within_bounds() {
    let simulator = small_with("").await;
    let power = |simulator: &Simulator| {
        let Some(Value::Integer(power)) = View::of(simulator).z1015(&[1010, 11, 2, 1, 2, A, 1]) else {
            panic!("no power")
        };
        power
    };
    simulator.device(|device| device.habits.drift = 200).unwrap();
    let mut seen = Vec::new();
    for _ in 0..60 {
        seen.push(power(&simulator));
        simulator.device(|device| device.clock.advance(Duration::from_secs(60))).unwrap();
    }
    assert!(seen.iter().all(|power| (power + 24_508).abs() <= 200), "{seen:?}");
    assert!(seen.windows(2).all(|pair| (pair[0] - pair[1]).abs() <= 20), "it never jumps: {seen:?}");
    assert!(seen.iter().max() > seen.iter().min());
}

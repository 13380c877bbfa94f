//! Whatever arrives, the agent answers properly or keeps silent.

use std::sync::{Mutex, OnceLock, PoisonError};

use oltsim::device::DeviceHandle;
use oltsim::{Agent, Reply, SMALL, Scenario, Silence};
use proptest::prelude::*;
use rasn::types::{Integer, ObjectIdentifier, OctetString};
use rasn_snmp::v2::{self, Pdus, VarBind, VarBindValue};
use rasn_snmp::v2c::Message;

fn reply(datagram: &[u8]) -> Reply {
    static AGENT: OnceLock<Mutex<Agent>> = OnceLock::new();
    let agent = AGENT.get_or_init(|| {
        let scenario = Scenario::parse(SMALL).unwrap();
        Mutex::new(Agent::of_device(DeviceHandle::new(scenario.device), scenario.agent))
    });
    agent.lock().unwrap_or_else(PoisonError::into_inner).reply(datagram)
}

/// OIDs in and around what the device shows, and anywhere.
fn oids() -> impl Strategy<Value = Vec<u32>> {
    let stem = prop_oneof![
        Just(vec![1, 3]),
        Just(vec![1, 3, 6, 1, 2, 1]),
        Just(vec![1, 3, 6, 1, 4, 1, 3902, 1012, 3]),
        Just(vec![1, 3, 6, 1, 4, 1, 3902, 1082, 500, 10, 2, 3, 3, 1]),
        Just(vec![2, 40]),
    ];
    let arc = prop_oneof![0u32..60, Just(285_278_465), Just(268_501_248), any::<u32>()];
    (stem, prop::collection::vec(arc, 0..8)).prop_map(|(stem, tail)| [stem, tail].concat())
}

fn bulk(non_repeaters: u32, max_repetitions: u32, names: &[Vec<u32>]) -> Vec<u8> {
    let bind = |name: &Vec<u32>| VarBind {
        name: ObjectIdentifier::new_unchecked(name.clone().into()),
        value: VarBindValue::Unspecified,
    };
    let pdu = v2::BulkPdu {
        request_id: 1,
        non_repeaters,
        max_repetitions,
        variable_bindings: names.iter().map(bind).collect(),
    };
    let data = Pdus::GetBulkRequest(v2::GetBulkRequest(pdu));
    let community = OctetString::from_static(b"public");
    rasn::ber::encode(&Message { version: Integer::from(1), community, data }).unwrap()
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(reply(&bytes).answer.is_err());
    }

    #[test]
    fn damaged_requests(
        names in prop::collection::vec(oids(), 0..6),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut request = bulk(1, 10, &names);
        for (place, byte) in damage {
            let place = place.index(request.len());
            request[place] = byte;
        }
        let _ = reply(&request);
        request.truncate(cut.index(request.len()));
        prop_assert_eq!(reply(&request).answer, Err(Silence::Malformed));
    }

    #[test]
    fn bulk_answers_advance_and_fit(
        names in prop::collection::vec(oids(), 1..8),
        non_repeaters in 0u32..4,
        max_repetitions in 1u32..200,
    ) {
        let answer = reply(&bulk(non_repeaters, max_repetitions, &names)).answer.unwrap();
        prop_assert!(answer.len() <= 1472);
        let message: Message<v2::Response> = rasn::ber::decode(&answer).unwrap();
        let bound = message.data.0.variable_bindings;
        prop_assert!(!bound.is_empty());
        let once = names.len().min(non_repeaters as usize);
        let mut last = names;
        for (place, binding) in bound.into_iter().enumerate() {
            let column = if place < once { place } else { once + (place - once) % (last.len() - once) };
            let name = binding.name.to_vec();
            if binding.value == VarBindValue::EndOfMibView {
                prop_assert_eq!(&name, &last[column]);
            } else {
                prop_assert!(name > last[column], "{:?} then {:?}", last[column], name);
            }
            last[column] = name;
        }
    }
}

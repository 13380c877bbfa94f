//! Real input: the recorded walk of a C320.

use std::collections::BTreeMap;

use gpon::{Link, PonPort};
use oltsim::Source;

use crate::table::Table;

const WHAT: &str = "recorded walk of a C320";

/// ONUs of each PON of the recorded device.
const ONUS: [usize; 8] = [5, 0, 18, 39, 19, 9, 25, 10];

pub(crate) async fn replay(table: &mut Table) {
    let Some(folder) = std::env::var_os("WALKS") else {
        table.skip(WHAT, "WALKS is not set");
        return;
    };
    let path = std::path::Path::new(&folder).join("c320-v2.1.0-gtgo.snmprec");
    let sim = rig::simulator(Source::Walk(path)).await;
    let olt = rig::olt_of("walk", &sim).await;
    let cards = olt.cards().await.unwrap().value;
    let loaded = cards.iter().filter(|card| card.cpu_percent.is_some() && card.memory_percent.is_some());
    let loaded = loaded.filter(|card| card.card_type.is_some() && card.status.is_some()).count();
    let ports = olt.pon_ports().await.unwrap().value;
    let down: Vec<_> =
        ports.iter().filter(|port| port.oper == Some(Link::Down)).map(|port| port.pon).collect();
    let mut unknown = 0;
    let mut counts = BTreeMap::new();
    for port in &ports {
        let onus = olt.onus(port.pon).await.unwrap().value;
        unknown += onus.iter().filter(|onu| onu.distance_m.is_none()).count();
        counts.insert(port.pon, onus.len());
    }
    let environment = olt.environment().await.unwrap().value;
    let uplinks = olt.uplinks().await.unwrap().value;
    let met = loaded == 3
        && ports.len() == 8
        && down == [PonPort::new(1, 2).unwrap()]
        && counts.values().copied().eq(ONUS)
        && unknown == 3
        && !environment.fans.is_empty()
        && uplinks.len() == 3;
    table.add(
        WHAT,
        format!(
            "{loaded} cards, {} PON ports ({} down), {} ONUs ({unknown} without distance), {} fans, {} uplinks",
            ports.len(),
            down.len(),
            counts.values().sum::<usize>(),
            environment.fans.len(),
            uplinks.len()
        ),
        "3 cards, 8 ports, 1/1/2 down, 125 ONUs, 3 unknown",
        met,
    );
}

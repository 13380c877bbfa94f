//! The connections that are open: how many of whom, and which one makes way.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;

use super::client;
use super::pulse::{Pulse, Untaken};
use super::rules::Rules;
use super::seldom::Seldom;

/// Bytes of answers that clients have not taken: what a chassis is told to some
/// twenty clients on slow links at once. Past it the one that is stuck for
/// longest is closed.
const UNTAKEN: usize = 32 << 20;
/// What an answer costs besides its body: the task of an HTTP/2 stream.
const OF_EACH: usize = 8 << 10;
/// Files that are left to OLTs, to Redis, to the log, and to connections that
/// are being closed: one in sixteen of what the process may open, and these.
const SPARE: usize = 32;
/// Whatever the system allows; a server with fewer serves nobody.
const LEAST: usize = 16;

/// The connections of a server.
#[derive(Debug)]
pub(super) struct Connections {
    /// Most at once.
    pub(super) most: usize,
    per_client: Option<usize>,
    proxies: Vec<IpNet>,
    open: Mutex<Open>,
    untaken: AtomicUsize,
    full: Seldom,
    greedy: Seldom,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    all: HashMap<u64, Connection>,
    of_client: HashMap<IpAddr, usize>,
}

#[derive(Debug)]
struct Connection {
    /// Whose it is, where that is counted.
    client: Option<IpAddr>,
    pulse: Arc<Pulse>,
}

/// A connection's place, free again when dropped.
#[derive(Debug)]
pub(super) struct Place {
    connections: Arc<Connections>,
    id: u64,
    pub(super) pulse: Arc<Pulse>,
}

/// The memory of an answer that is being sent, given back when dropped.
#[derive(Debug)]
pub(super) struct Load {
    connections: Arc<Connections>,
    weight: usize,
    untaken: Untaken,
}

impl Connections {
    pub(super) fn new(rules: &Rules) -> Self {
        let allowed = open_files().map_or(usize::MAX, |files| (files - files / 16).saturating_sub(SPARE));
        let most = rules.connections.min(allowed.max(LEAST));
        if most < rules.connections {
            tracing::warn!(most, wanted = rules.connections, "the system allows too few open files for all");
        }
        Self {
            most,
            per_client: rules.connections_per_client,
            proxies: rules.proxies.clone(),
            open: Mutex::default(),
            untaken: AtomicUsize::new(0),
            full: Seldom::default(),
            greedy: Seldom::default(),
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection from `peer`, for which another one may have to
    /// go; `None` where the client has too many that are all in use.
    pub(super) fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let client = client::household(peer);
        let counted =
            (!self.proxies.iter().any(|proxy| proxy.contains(&peer.to_canonical()))).then_some(client);
        let mut open = self.open();
        let has = counted.and_then(|client| open.of_client.get(&client)).copied().unwrap_or(0);
        if self.per_client.is_some_and(|most| has >= most) {
            if let Some(untold) = self.greedy.tell() {
                tracing::warn!(client = %client, connections = has, untold, "a client has too many connections");
            }
            let (id, (in_use, _)) = open.least(|connection| connection.client == counted)?;
            if in_use {
                return None;
            }
            open.close(id);
        } else if open.all.len() >= self.most {
            if let Some(untold) = self.full.tell() {
                let connections = open.all.len();
                tracing::warn!(connections, untold, "too many connections, the idlest makes way");
            }
            let (id, _) = open.least(|_| true)?;
            open.close(id);
        }
        open.next += 1;
        let (id, pulse) = (open.next, Arc::new(Pulse::new()));
        open.all.insert(id, Connection { client: counted, pulse: Arc::clone(&pulse) });
        if let Some(client) = counted {
            *open.of_client.entry(client).or_default() += 1;
        }
        drop(open);
        Some(Place { connections: Arc::clone(self), id, pulse })
    }

    /// Closes the connection that is missed least.
    pub(super) fn make_room(&self) {
        let mut open = self.open();
        if let Some((id, _)) = open.least(|_| true) {
            open.close(id);
        }
    }

    /// Closes connections that take nothing until the rest fits.
    fn make_them_read(&self) {
        let open = self.open();
        let stuck = open.all.values().filter_map(|connection| {
            let since = connection.pulse.stuck_since()?;
            (!connection.pulse.cut.is_cancelled()).then_some((since, connection))
        });
        if let Some((_, connection)) = stuck.min_by_key(|(since, _)| *since) {
            connection.pulse.cut.cancel();
        }
    }
}

impl Open {
    /// The connection that is missed least of those.
    fn least(&self, of: impl Fn(&Connection) -> bool) -> Option<(u64, (bool, tokio::time::Instant))> {
        let those = self.all.iter().filter(|(_, connection)| of(connection));
        those.map(|(id, connection)| (*id, connection.pulse.worth())).min_by_key(|(id, worth)| (*worth, *id))
    }

    /// Tells a connection to end. Its place is free at once.
    fn close(&mut self, id: u64) {
        if let Some(pulse) = self.leave(id) {
            pulse.cut.cancel();
        }
    }

    fn leave(&mut self, id: u64) -> Option<Arc<Pulse>> {
        let Connection { client, pulse } = self.all.remove(&id)?;
        if let Some(client) = client
            && let Some(count) = self.of_client.get_mut(&client)
        {
            *count -= 1;
            if *count == 0 {
                self.of_client.remove(&client);
            }
        }
        Some(pulse)
    }
}

impl Place {
    /// Counts an answer as long as it is being sent.
    pub(super) fn load(&self, untaken: Untaken, body: usize) -> Load {
        let weight = OF_EACH + body;
        let all = self.connections.untaken.fetch_add(weight, Ordering::Relaxed) + weight;
        if all > UNTAKEN {
            self.connections.make_them_read();
        }
        Load { connections: Arc::clone(&self.connections), weight, untaken }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.open().leave(self.id);
    }
}

impl Load {
    /// Some of it was taken.
    pub(super) fn moved(&self) {
        self.untaken.moved();
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.connections.untaken.fetch_sub(self.weight, Ordering::Relaxed);
    }
}

/// How many files the process may open.
#[cfg(target_os = "linux")]
fn open_files() -> Option<usize> {
    use procfs::process::{LimitValue, Process};

    match Process::myself().ok()?.limits().ok()?.max_open_files.soft_limit {
        LimitValue::Value(most) => usize::try_from(most).ok(),
        LimitValue::Unlimited => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn open_files() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn table(most: usize, per_client: Option<usize>) -> Arc<Connections> {
        let rules = Rules {
            connections: most,
            connections_per_client: per_client,
            proxies: vec!["192.0.2.9/32".parse().unwrap()],
            ..Rules::default()
        };
        Arc::new(Connections::new(&rules))
    }

    fn from(table: &Arc<Connections>, peer: &str) -> Option<Place> {
        table.admit(peer.parse().unwrap())
    }

    fn closed(places: &[Place]) -> Vec<usize> {
        let cut = |place: &Place| place.pulse.cut.is_cancelled();
        places.iter().enumerate().filter(|(_, place)| cut(place)).map(|(n, _)| n).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn the_idlest_makes_way() {
        let table = table(16, None);
        let mut places = Vec::new();
        for n in 0..16 {
            places.push(from(&table, &format!("192.0.2.{n}")).unwrap());
            tokio::time::advance(Duration::from_millis(10)).await;
        }
        // The first has something under way, the second was of use, the third was refused.
        let _under_way = Pulse::beat(&places[0].pulse);
        drop(Pulse::beat(&places[1].pulse).answered(false));
        drop(Pulse::beat(&places[2].pulse).answered(true));
        let newcomer = from(&table, "198.51.100.1").unwrap();
        assert_eq!((closed(&places), newcomer.pulse.cut.is_cancelled()), (vec![2], false));
        let more: Vec<Place> = (0..13).map(|_| from(&table, "198.51.100.2").unwrap()).collect();
        assert_eq!(closed(&places), (2..16).collect::<Vec<_>>());
        drop((more, places));
        assert_eq!(table.open().all.len(), 1);
        drop(newcomer);
        let open = table.open();
        assert!(open.all.is_empty() && open.of_client.is_empty());
    }

    #[test]
    fn a_client_has_its_share_and_a_proxy_more() {
        let table = table(64, Some(3));
        let places: Vec<Place> = (0..5).map(|_| from(&table, "198.51.100.1").unwrap()).collect();
        assert_eq!(closed(&places), [0, 1], "its own idlest make way");
        let in_use: Vec<_> = places.iter().map(|place| Pulse::beat(&place.pulse)).collect();
        assert!(from(&table, "198.51.100.1").is_none(), "all are in use");
        assert!(from(&table, "::ffff:198.51.100.1").is_none(), "the same client");
        assert!(from(&table, "198.51.100.2").is_some());
        let proxied: Vec<Place> = (0..9).map(|_| from(&table, "192.0.2.9").unwrap()).collect();
        assert!(closed(&proxied).is_empty());
        let household: Vec<Place> =
            (0..5).map(|n| from(&table, &format!("2001:db8::{n}")).unwrap()).collect();
        assert_eq!(closed(&household), [0, 1], "one /64");
        drop(in_use);
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_closed_when_memory_is_needed() {
        let table = table(64, None);
        let places: Vec<Place> = (0..3).map(|_| from(&table, "198.51.100.1").unwrap()).collect();
        let mut loads = Vec::new();
        for place in &places {
            loads.push(place.load(Pulse::beat(&place.pulse).answered(false), UNTAKEN / 3 - OF_EACH));
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        loads[0].moved();
        assert!(closed(&places).is_empty());
        let one_more = places[2].load(Pulse::beat(&places[2].pulse).answered(false), 1 << 20);
        assert_eq!(closed(&places), [1], "it is stuck for longest");
        drop((loads, one_more));
        assert_eq!(table.untaken.load(Ordering::Relaxed), 0);
    }
}

//! The address of an OLT: its name is looked up, again after failures, and where
//! it has several addresses they are tried in turn.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_snmp::{Client, UdpHandle};
use tokio::time::Instant;

use super::transport::SnmpTransport;
use crate::{SnmpSettings, Trouble};

/// How often a name is looked up at most: nobody's name server is asked more
/// because an OLT is silent. As often as a silent OLT is probed.
const AGAIN: Duration = Duration::from_secs(5);

/// Where an OLT is reached.
#[derive(Default)]
pub(super) struct Peer {
    found: tokio::sync::Mutex<Found>,
    client: Mutex<Option<Client<UdpHandle>>>,
}

#[derive(Debug, Default)]
struct Found {
    address: Option<SocketAddr>,
    looked_up: Option<Instant>,
    failure: Option<Trouble>,
}

impl Peer {
    /// The client for the address in use. Looks the name up where there is none yet.
    ///
    /// # Errors
    /// [`Trouble::Network`], which stands until the name is looked up again.
    pub(super) async fn client(
        &self,
        transport: &SnmpTransport,
        settings: &SnmpSettings,
    ) -> Result<Client<UdpHandle>, Trouble> {
        if let Some(client) = self.kept() {
            return Ok(client);
        }
        let mut found = self.found.lock().await;
        // Whoever waited for the lock may find it done.
        if let Some(client) = self.kept() {
            return Ok(client);
        }
        if let Some(failure) = &found.failure
            && found.lately()
        {
            return Err(failure.clone());
        }
        self.look_up(&mut found, transport, settings).await
    }

    /// The client in use, if the name was ever looked up.
    pub(super) fn kept(&self) -> Option<Client<UdpHandle>> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The OLT was not reached: its name is looked up again, though not more
    /// often than every five seconds, and the next of its addresses is tried.
    pub(super) async fn failed(&self, transport: &SnmpTransport, settings: &SnmpSettings) {
        let mut found = self.found.lock().await;
        if settings.host.parse::<std::net::IpAddr>().is_ok() || found.lately() {
            return;
        }
        let before = found.address;
        // A name that does not resolve now keeps the address that it had.
        let outcome = self.look_up(&mut found, transport, settings).await;
        if outcome.is_ok() && found.address != before {
            tracing::info!(host = %settings.host, address = ?found.address.map(|address| address.ip()), "the OLT is asked at another address");
        }
    }

    async fn look_up(
        &self,
        found: &mut Found,
        transport: &SnmpTransport,
        settings: &SnmpSettings,
    ) -> Result<Client<UdpHandle>, Trouble> {
        found.looked_up = Some(Instant::now());
        let outcome = async {
            let addresses = transport.addresses(&settings.host, settings.port).await?;
            let address = next(found.address, addresses)
                .ok_or_else(|| Trouble::Network(format!("`{}` has no address", settings.host)))?;
            let client = transport.client(address, settings).await?;
            Ok::<_, Trouble>((address, client))
        };
        match outcome.await {
            Ok((address, client)) => {
                found.address = Some(address);
                found.failure = None;
                *self.client.lock().unwrap_or_else(PoisonError::into_inner) = Some(client.clone());
                Ok(client)
            }
            Err(trouble) => {
                found.failure = Some(trouble.clone());
                Err(trouble)
            }
        }
    }
}

impl Found {
    fn lately(&self) -> bool {
        self.looked_up.is_some_and(|at| at.elapsed() < AGAIN)
    }
}

/// The address to use after `now` failed: the next one of those that the name
/// has now, in the order of the name server, and the first behind the last.
fn next(now: Option<SocketAddr>, addresses: Vec<SocketAddr>) -> Option<SocketAddr> {
    let place = now.and_then(|now| addresses.iter().position(|address| *address == now));
    place.and_then(|place| addresses.get(place + 1)).or(addresses.first()).copied()
}

/// How host names become addresses.
pub(super) type Lookup = Arc<
    dyn Fn(String, u16) -> futures::future::BoxFuture<'static, std::io::Result<Vec<SocketAddr>>>
        + Send
        + Sync,
>;

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::FutureExt as _;

    use super::*;

    fn at(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    /// A name server that tells these addresses, one list after the other, and counts.
    fn lookup(lists: Vec<Vec<u16>>) -> (Lookup, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let lookup: Lookup = Arc::new(move |host, _| {
            assert_eq!(host, "olt.example.net");
            let turn = count.fetch_add(1, Ordering::SeqCst).min(lists.len() - 1);
            let list: Vec<SocketAddr> = lists[turn].iter().map(|port| at(*port)).collect();
            async move { if list.is_empty() { Err(std::io::Error::other("no such name")) } else { Ok(list) } }
                .boxed()
        });
        (lookup, asked)
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_is_looked_up_again_after_failures_and_not_too_often() {
        let (lookup, asked) = lookup(vec![vec![], vec![1, 2], vec![1, 2], vec![], vec![3]]);
        let transport = SnmpTransport::bind().await.unwrap().with_lookup(lookup);
        let settings = SnmpSettings::new("olt.example.net", 161, "public".into());
        let peer = Peer::default();
        for _ in 0..100 {
            let failure = peer.client(&transport, &settings).await.err().unwrap();
            assert_eq!(failure, Trouble::Network("`olt.example.net` does not resolve: no such name".into()));
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        for (address, lookups) in [(1, 2), (2, 3), (2, 4), (3, 5)] {
            tokio::time::advance(AGAIN).await;
            for _ in 0..100 {
                peer.failed(&transport, &settings).await;
            }
            // The port alone: a socket for both families maps the address.
            assert_eq!(peer.client(&transport, &settings).await.unwrap().peer_addr().port(), address);
            assert_eq!(asked.load(Ordering::SeqCst), lookups);
        }
        // An address is what it is.
        let fixed = SnmpSettings::new("127.0.0.1", 9, "public".into());
        let peer = Peer::default();
        let _ = SnmpTransport::bind().await.unwrap().client(at(9), &fixed).await.unwrap();
        peer.failed(&transport, &fixed).await;
        assert_eq!(asked.load(Ordering::SeqCst), 5);
    }

    /// Answers every GET with nulls.
    async fn echo() -> u16 {
        let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let port = socket.local_addr().unwrap().port();
        tokio::spawn(async move {
            let mut packet = [0; 2048];
            while let Ok((length, from)) = socket.recv_from(&mut packet).await {
                // Behind version and community stands the kind: 0xa0 asks, 0xa2 answers.
                packet[7 + "public".len()] = 0xa2;
                let _ = socket.send_to(&packet[..length], from).await;
            }
        });
        port
    }

    #[tokio::test]
    async fn a_silent_olt_is_found_at_its_new_address() {
        let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let old = silent.local_addr().unwrap().port();
        let (lookup, _) = lookup(vec![vec![old], vec![echo().await]]);
        let transport = SnmpTransport::bind().await.unwrap().with_lookup(lookup);
        let mut settings = SnmpSettings::new("olt.example.net", 161, "public".into());
        settings.deadline = Duration::from_millis(300);
        let snmp = Arc::new(crate::snmp::Snmp::new(settings, transport));
        let oid = [async_snmp::Oid::from_slice(&[1, 3, 6, 1])];
        let ask = async || snmp.get(&oid, snmp.deadline()).await;
        assert!(matches!(ask().await, Err(Trouble::Unreachable { .. })));
        let until = Instant::now() + Duration::from_secs(20);
        while ask().await.is_err() {
            assert!(Instant::now() < until, "still asked at its old address");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    #[test]
    fn addresses_are_tried_in_turn() {
        assert_eq!(next(None, vec![at(1), at(2)]), Some(at(1)));
        assert_eq!(next(Some(at(1)), vec![at(1), at(2), at(3)]), Some(at(2)));
        assert_eq!(next(Some(at(3)), vec![at(1), at(2), at(3)]), Some(at(1)));
        assert_eq!(next(Some(at(9)), vec![at(1), at(2)]), Some(at(1)), "the name has moved");
        assert_eq!(next(Some(at(1)), vec![at(1)]), Some(at(1)));
        assert_eq!(next(Some(at(1)), Vec::new()), None);
    }
}

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
    use super::*;

    fn at(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
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

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_snmp::{Auth, Client, Retry, UdpHandle, UdpTransport};
use futures::FutureExt as _;
use secrecy::ExposeSecret;

use super::names::Lookup;
use crate::{SnmpSettings, Trouble};

/// Room for the answers of many OLTs that arrive at once.
const RECEIVE_BUFFER: usize = 4 << 20;
/// Bound on looking up a host name.
const RESOLVE: Duration = Duration::from_secs(3);
/// Most addresses of a name; an OLT has one, or one for each of its networks.
const MOST_ADDRESSES: usize = 16;
/// Longer than any wait of ours: the exchange decides when to give up.
const NEVER: Duration = Duration::from_secs(120);

/// The one UDP socket of the process that all OLTs are asked through.
#[derive(Clone)]
pub struct SnmpTransport {
    udp: UdpTransport,
    lookup: Lookup,
}

impl SnmpTransport {
    /// Binds the socket: for IPv4 and IPv6 where the machine has both.
    ///
    /// # Errors
    /// When the system gives no socket.
    pub async fn bind() -> std::io::Result<Self> {
        let bind = async |address: &str| {
            let builder = UdpTransport::builder().bind(address).max_message_size(65_507);
            builder.recv_buffer_size(RECEIVE_BUFFER).warn_on_source_mismatch(false).build().await
        };
        let bound = match bind("[::]:0").await {
            Ok(transport) => Ok(transport),
            Err(_) => bind("0.0.0.0:0").await,
        };
        let lookup: Lookup = Arc::new(|host, port| {
            async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) }.boxed()
        });
        bound.map(|udp| Self { udp, lookup }).map_err(|error| std::io::Error::other(error.to_string()))
    }

    /// The same with another way to look names up.
    #[cfg(test)]
    pub(crate) fn with_lookup(self, lookup: Lookup) -> Self {
        Self { lookup, ..self }
    }

    /// The addresses that a host name has now, each once.
    pub(super) async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Trouble> {
        let why = |why: &dyn std::fmt::Display| Trouble::Network(format!("`{host}` does not resolve: {why}"));
        let found = tokio::time::timeout(RESOLVE, (self.lookup)(host.to_owned(), port)).await;
        let found = found.map_err(|_| why(&"the name server is silent"))?.map_err(|error| why(&error))?;
        let mut addresses = Vec::with_capacity(found.len());
        for address in found.into_iter().take(MOST_ADDRESSES) {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        Ok(addresses)
    }

    /// A client for an OLT at this address.
    pub(super) async fn client(
        &self,
        address: SocketAddr,
        settings: &SnmpSettings,
    ) -> Result<Client<UdpHandle>, Trouble> {
        Client::builder(address, Auth::v2c(settings.community.expose_secret()))
            .retry(Retry::none())
            .request_timeout(NEVER)
            .construction_timeout(RESOLVE)
            .strict_source(true)
            .max_oids_per_request(super::MOST_IN_GET)
            .build_with(&self.udp)
            .await
            .map_err(|error| Trouble::Network(error.to_string()))
    }
}

impl std::fmt::Debug for SnmpTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SnmpTransport({})", self.udp.local_addr())
    }
}

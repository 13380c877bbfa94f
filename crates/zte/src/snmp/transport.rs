use async_snmp::{Auth, Client, Retry, UdpHandle, UdpTransport};
use secrecy::ExposeSecret;
use std::time::Duration;

use crate::{SnmpSettings, Trouble};

/// Room for the answers of many OLTs that arrive at once.
const RECEIVE_BUFFER: usize = 4 << 20;
/// Bound on looking up a host name.
const RESOLVE: Duration = Duration::from_secs(3);
/// Longer than any wait of ours: the exchange decides when to give up.
const NEVER: Duration = Duration::from_secs(120);

/// The one UDP socket of the process that all OLTs are asked through.
#[derive(Clone)]
pub struct SnmpTransport(UdpTransport);

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
        bound.map(Self).map_err(|error| std::io::Error::other(error.to_string()))
    }

    /// A client for one OLT. Looks its name up.
    pub(crate) async fn client(&self, settings: &SnmpSettings) -> Result<Client<UdpHandle>, Trouble> {
        let target = (settings.host.as_str(), settings.port);
        Client::builder(target, Auth::v2c(settings.community.expose_secret()))
            .retry(Retry::none())
            .request_timeout(NEVER)
            .construction_timeout(RESOLVE)
            .strict_source(true)
            .max_oids_per_request(super::MOST_IN_GET)
            .build_with(&self.0)
            .await
            .map_err(|error| Trouble::Network(error.to_string()))
    }
}

impl std::fmt::Debug for SnmpTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SnmpTransport({})", self.0.local_addr())
    }
}

//! A simulator, and the driver or the daemon in front of it.

use std::net::SocketAddr;

use oltd::app::{App, CacheTimes, Site};
use oltd::http::Rules;
use oltsim::{Options, Simulator, Source};
use tokio_util::sync::CancellationToken;
use zte::{CliSettings, Olt, OltSettings, SnmpSettings, SnmpTransport};

pub(crate) async fn simulator(source: Source) -> Simulator {
    let options = Options::new(source);
    Simulator::start(options).await.unwrap()
}

/// The OLT over SNMP alone.
pub(crate) async fn olt(id: &str, address: SocketAddr) -> Olt {
    olt_at(id, address, None).await
}

/// The OLT with its command line, one session.
pub(crate) async fn olt_with_cli(id: &str, sim: &Simulator) -> Olt {
    let at = sim.telnet_addr().unwrap();
    let cli = CliSettings::new(at.ip().to_string(), at.port(), "zte", "zte".into());
    olt_at(id, sim.snmp_addr(), Some(cli)).await
}

async fn olt_at(id: &str, address: SocketAddr, cli: Option<CliSettings>) -> Olt {
    let transport = SnmpTransport::bind().await.unwrap();
    let snmp = SnmpSettings::new(address.ip().to_string(), address.port(), "public".into());
    Olt::new(OltSettings::new(id, snmp, cli), &transport)
}

/// A daemon in front of OLTs, with its address. It ends with the token.
pub(crate) async fn daemon(olts: Vec<Olt>) -> (SocketAddr, CancellationToken) {
    let default = Some(olts[0].id().to_owned());
    let sites = olts.into_iter().map(|olt| Site::new(olt.clone(), olt.id())).collect();
    serve(App::new(sites, default, CacheTimes::default())).await
}

/// A server that limits nobody: the load of a figure is no client's.
pub(crate) async fn serve(app: App) -> (SocketAddr, CancellationToken) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let rules = Rules { rate: None, access_log: false, ..Rules::default() };
    tokio::spawn(oltd::server::serve(app, listener, rules, stop.clone()));
    (address, stop)
}

/// Faults as the control server takes them.
pub(crate) fn faults(json: &str) -> Vec<oltsim::Fault> {
    serde_json::from_str(json).unwrap()
}

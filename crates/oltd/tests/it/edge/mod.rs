//! The edge of the server on a loopback port: what only a connection shows.

mod tls;
mod wire;

use std::net::SocketAddr;

use oltd::app::{App, CacheTimes};
use oltd::http::Rules;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Serves no OLT under these rules until the guard is dropped.
async fn serve(rules: Rules) -> (SocketAddr, DropGuard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let end = CancellationToken::new();
    let app = App::new(vec![], None, CacheTimes::default());
    tokio::spawn(oltd::http::serve(app, listener, rules, end.clone()));
    (at, end.drop_guard())
}

//! The edge of the server on a loopback port: what only a connection shows.

#[cfg(target_os = "linux")]
mod attacks;
mod connections;
#[cfg(target_os = "linux")]
mod daemon;
mod refusals;
mod tls;
mod wire;

use std::net::SocketAddr;

use oltd::app::{App, CacheTimes};
use oltd::http::Rules;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

/// A connection from another address of this machine, which is another client.
async fn connect_from(client: &str, at: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(client.parse().unwrap(), 0))?;
    socket.connect(at).await
}

/// Asks for a path on a connection of its own and waits for the status.
async fn status_from(client: &str, at: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = connect_from(client, at).await?;
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").as_bytes())
        .await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.split(' ').nth(1).unwrap_or_default().to_owned())
}

/// The beginning of an HTTP/2 connection whose streams are never read, and as
/// many requests on it.
fn unread_streams(path: &str, streams: u32) -> Vec<u8> {
    let frame = |kind: u8, flags: u8, stream: u32, payload: &[u8]| {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
    };
    // SETTINGS_INITIAL_WINDOW_SIZE of 0.
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]));
    for stream in 0..streams {
        // GET and http of the static table, path and authority as literals.
        let mut head = vec![0x82, 0x86, 0x04, u8::try_from(path.len()).unwrap()];
        head.extend(path.bytes());
        head.extend([0x01, 9]);
        head.extend(b"localhost");
        bytes.extend(frame(1, 5, 2 * stream + 1, &head));
    }
    bytes
}

/// Serves no OLT under these rules until the guard is dropped.
async fn serve(rules: Rules) -> (SocketAddr, DropGuard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let end = CancellationToken::new();
    let app = App::new(vec![], None, CacheTimes::default());
    tokio::spawn(oltd::server::serve(app, listener, rules, end.clone()));
    (at, end.drop_guard())
}

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::client::Link;
use super::edge::Edge;
use super::pulse::{self, Pulse};
use super::rules::Rules;
use crate::app::App;

/// Below the usual limit of 1,024 open files; who comes later waits in the kernel's queue.
const CONNECTIONS: usize = 900;
/// A handshake takes two round trips; who needs longer holds a connection for nothing.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// What requests under way get to finish once the process shall end. With the
/// command lines of the OLTs, which are closed afterwards, the end takes less than 5 s.
const GRACE: Duration = Duration::from_secs(3);
/// Before accepting again when the system has no file or memory left.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// Longest head of a request, with room for a path that is refused in the envelope.
const HEAD: usize = 64 << 10;
/// Requests under way on one HTTP/2 connection; browsers use up to 100.
const STREAMS: u32 = 100;
/// What a client may send on one HTTP/2 connection before it is read: with all
/// connections some 115 MiB, and enough for 10 Mbit/s over 100 ms.
const UNREAD: u32 = 128 << 10;
/// What may wait to be sent on one HTTP/2 stream.
const UNSENT: usize = 64 << 10;
/// A client of an HTTP/2 connection that answers no ping is gone.
const PING: Duration = Duration::from_secs(20);

/// Serves until `shutdown`, then at most 3 s longer for the requests under way.
///
/// # Errors
/// None at present: failures to accept are logged and outlived.
pub async fn serve(
    app: App,
    listener: TcpListener,
    rules: Rules,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let cut = CancellationToken::new();
    // Dropping this future ends its connections too.
    let _cut_at_last = cut.clone().drop_guard();
    let server = Server {
        edge: super::edge(app, &rules),
        http: Arc::new(http()),
        tls: rules.tls.as_ref().map(|tls| TlsAcceptor::from(tls.config())),
        shutdown: shutdown.clone(),
    };
    if let Some(tls) = rules.tls {
        let cut = cut.clone();
        tokio::spawn(async move { cut.run_until_cancelled(tls.renew()).await });
    }
    while let Some((stream, peer, slot)) = shutdown.run_until_cancelled(accept(&listener, &slots)).await {
        // Answers are small and whole: holding one back for a fuller packet only delays it.
        let _ = stream.set_nodelay(true);
        let (server, watcher, cut) = (server.clone(), graceful.watcher(), cut.clone());
        tokio::spawn(async move {
            cut.run_until_cancelled(server.connection(stream, peer, watcher)).await;
            drop(slot);
        });
    }
    drop(listener);
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!(grace_s = GRACE.as_secs(), "requests under way were cut off");
    }
    server.edge.end();
    Ok(())
}

fn http() -> Builder<TokioExecutor> {
    let mut http = Builder::new(TokioExecutor::new());
    // Slow heads and idle connections are watched over by `pulse`, before the
    // version of HTTP is known and for both of them.
    http.http1().max_buf_size(HEAD);
    http.http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(UNREAD / 2)
        .initial_connection_window_size(UNREAD)
        .max_send_buf_size(UNSENT)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    http
}

/// What every connection shares. A cheap handle.
#[derive(Clone)]
struct Server {
    edge: Edge,
    http: Arc<Builder<TokioExecutor>>,
    tls: Option<TlsAcceptor>,
    shutdown: CancellationToken,
}

impl Server {
    async fn connection(&self, stream: TcpStream, peer: SocketAddr, watcher: Watcher) {
        let Ok(local) = stream.local_addr() else { return };
        let link = Link { peer, local };
        let Some(tls) = &self.tls else {
            return self.requests(TokioIo::new(stream), link, watcher).await;
        };
        let handshake = tokio::time::timeout(HANDSHAKE, tls.accept(stream));
        match self.shutdown.run_until_cancelled(handshake).await {
            Some(Ok(Ok(stream))) => self.requests(TokioIo::new(stream), link, watcher).await,
            Some(Ok(Err(error))) => tracing::debug!(client = %peer.ip(), %error, "no TLS handshake"),
            Some(Err(_)) => tracing::debug!(client = %peer.ip(), "TLS handshake took too long"),
            None => {}
        }
    }

    async fn requests<I>(&self, io: I, link: Link, watcher: Watcher)
    where
        I: Read + Write + Send + Unpin + 'static,
    {
        let pulse = Arc::new(Pulse::default());
        let service = {
            let (edge, pulse) = (self.edge.clone(), Arc::clone(&pulse));
            service_fn(move |request: Request<Incoming>| {
                let (edge, beat) = (edge.clone(), Pulse::beat(&pulse));
                async move {
                    let response = edge.respond(request.map(Body::new), link).await;
                    drop(beat);
                    Ok::<_, Infallible>(response)
                }
            })
        };
        let connection = pin!(watcher.watch(self.http.serve_connection(io, service)));
        tokio::select! {
            ended = connection => if let Err(error) = ended {
                tracing::debug!(client = %link.peer.ip(), %error, "connection ended");
            },
            () = pulse::silence(&pulse) => {
                tracing::debug!(client = %link.peer.ip(), "connection closed, nothing was asked on it");
            }
        }
    }
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, impl Send + use<>) {
    // The semaphore is never closed.
    let slot = Arc::clone(slots).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, slot),
            Err(error) if is_of_the_client(&error) => tracing::debug!(%error, "connection lost"),
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections");
                tokio::time::sleep(EXHAUSTED).await;
            }
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

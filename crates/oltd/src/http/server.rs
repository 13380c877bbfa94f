use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::Request;
use hyper::body::{Body as _, Incoming};
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
use super::conditional::Kept;
use super::connections::{Connections, Place};
use super::edge::{Edge, Refused};
use super::pulse::Pulse;
use super::refusal::Refusing;
use super::rules::{Patience, Rules};
use super::seldom::Seldom;
use super::sending::Sending;
use super::stream::Streaming;
use crate::tasks::Tasks;

/// Connections that were told to end and have not yet: past it who comes later
/// waits in the kernel's queue.
const ENDING: usize = 24;
/// A handshake takes two round trips; who needs longer holds a connection for nothing.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// What requests under way get to finish once the process shall end. With the
/// command lines of the OLTs, which are closed afterwards, the end takes less than 5 s.
const GRACE: Duration = Duration::from_secs(3);
/// What the rest of a stream gets to be taken then.
const STREAM_END: Duration = Duration::from_millis(700);
/// Before accepting again when the system has no file or memory left.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// What is read of a head over HTTP/1.1: a little more than is allowed, since
/// connections on which a head never ends hold as much.
const HEAD: usize = 20 << 10;
/// The same over HTTP/2, where a longer one cannot be answered in the envelope.
const LIST: u32 = 64 << 10;
/// Requests under way on one HTTP/2 connection, a little more than what browsers
/// send at once over HTTP/1.1. More wait at the client, where they cost us nothing.
const STREAMS: u32 = 8;
/// What a client may send on one HTTP/2 connection before it is read: 5 Mbit/s over 100 ms.
const UNREAD: u32 = 64 << 10;
/// What may wait to be sent on one HTTP/2 stream.
const UNSENT: usize = 32 << 10;
/// A client of an HTTP/2 connection that answers no ping is gone.
const PING: Duration = Duration::from_secs(20);

/// Serves until `shutdown`, then at most 3 s longer for the requests under way.
///
/// # Errors
/// None at present: failures to accept are logged and outlived.
pub(crate) async fn serve(
    edge: Edge,
    listener: TcpListener,
    rules: Rules,
    tasks: &Tasks,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let connections = Arc::new(Connections::new(&rules));
    let slots = Arc::new(Semaphore::new(connections.most + ENDING));
    let graceful = GracefulShutdown::new();
    let cut = CancellationToken::new();
    // Dropping this future ends its connections too.
    let _cut_at_last = cut.clone().drop_guard();
    let server = Server {
        edge,
        http: Arc::new(http()),
        tls: rules.tls.as_ref().map(|tls| TlsAcceptor::from(tls.config())),
        patience: rules.patience,
        shutdown: shutdown.clone(),
    };
    if let Some(tls) = rules.tls {
        let cut = cut.clone();
        tasks.keep("certificate", move || {
            let (cut, tls) = (cut.clone(), tls.clone());
            async move {
                cut.run_until_cancelled(tls.renew()).await;
            }
        });
    }
    let accepting =
        Accepting { listener: &listener, slots, connections: &connections, failed: Seldom::default() };
    while let Some((stream, peer, slot)) = shutdown.run_until_cancelled(accepting.next()).await {
        let Some(place) = connections.admit(peer.ip()) else { continue };
        // Answers are small and whole: holding one back for a fuller packet only delays it.
        let _ = stream.set_nodelay(true);
        let (server, watcher, cut) = (server.clone(), graceful.watcher(), cut.clone());
        tokio::spawn(async move {
            let evicted = place.pulse.cut.clone();
            let connection = server.connection(stream, peer, Arc::new(place), watcher);
            cut.run_until_cancelled(evicted.run_until_cancelled(connection)).await;
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
        .max_header_list_size(LIST)
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
    patience: Patience,
    shutdown: CancellationToken,
}

impl Server {
    async fn connection(&self, stream: TcpStream, peer: SocketAddr, place: Arc<Place>, watcher: Watcher) {
        let Ok(local) = stream.local_addr() else { return };
        let link = Link { peer, local };
        let Some(tls) = &self.tls else {
            return Box::pin(self.requests(TokioIo::new(stream), link, place, watcher)).await;
        };
        let handshake = tokio::time::timeout(HANDSHAKE, tls.accept(stream));
        match self.shutdown.run_until_cancelled(handshake).await {
            Some(Ok(Ok(stream))) => {
                Box::pin(self.requests(TokioIo::new(stream), link, place, watcher)).await;
            }
            Some(Ok(Err(error))) => tracing::debug!(client = %peer.ip(), %error, "no TLS handshake"),
            Some(Err(_)) => tracing::debug!(client = %peer.ip(), "TLS handshake took too long"),
            None => {}
        }
    }

    async fn requests<I>(&self, io: I, link: Link, place: Arc<Place>, watcher: Watcher)
    where
        I: Read + Write + Send + Unpin + 'static,
    {
        let pulse = Arc::clone(&place.pulse);
        let refuse = {
            let edge = self.edge.clone();
            Box::new(move |code| edge.refuse(code, link))
        };
        let io = Refusing::new(io, Arc::clone(&pulse), refuse);
        let service = {
            let (edge, shutdown) = (self.edge.clone(), self.shutdown.clone());
            service_fn(move |request: Request<Incoming>| {
                let (edge, shutdown) = (edge.clone(), shutdown.clone());
                let (place, beat) = (Arc::clone(&place), Pulse::beat(&place.pulse));
                // Boxed: a connection without a request, and a stream whose answer is
                // being sent, would hold the room of what answers.
                Box::pin(async move {
                    let mut response = edge.respond(request.map(Body::new), link).await;
                    let marks = response.extensions_mut();
                    let (refused, kept) = (marks.remove::<Refused>(), marks.remove::<Kept>());
                    let stream = marks.remove::<Streaming>().map(|Streaming(flow)| flow);
                    let own = response.body().size_hint().exact().filter(|_| kept.is_none());
                    let untaken = beat.answers(refused.is_some(), stream.clone());
                    let load = place.load(untaken, own.unwrap_or(0) as usize);
                    Ok::<_, Infallible>(response.map(|body| {
                        let sending = Sending::new(body, kept.is_some(), load);
                        match stream {
                            Some(stream) => sending.until(shutdown, stream),
                            None => sending,
                        }
                    }))
                })
            })
        };
        let useless = async {
            match self.shutdown.run_until_cancelled(pulse.silence(&self.patience)).await {
                Some(why) => why,
                None => {
                    tokio::select! {
                        why = pulse.silence(&Patience::AT_THE_END) => why,
                        () = left_open(&pulse) => "a stream did not end",
                    }
                }
            }
        };
        let connection = pin!(watcher.watch(self.http.serve_connection(io, service)));
        tokio::select! {
            ended = connection => if let Err(error) = ended {
                tracing::debug!(client = %link.peer.ip(), %error, "connection ended");
            },
            why = useless => {
                tracing::debug!(client = %link.peer.ip(), "connection closed, {why}");
            }
        }
    }
}

/// Returns where the rest of a stream is not taken a moment after it was ended.
async fn left_open(pulse: &Pulse) {
    tokio::time::sleep(STREAM_END).await;
    if !pulse.only_streamed() {
        std::future::pending().await
    }
}

/// Where connections come from.
struct Accepting<'a> {
    listener: &'a TcpListener,
    slots: Arc<Semaphore>,
    connections: &'a Connections,
    failed: Seldom,
}

impl Accepting<'_> {
    async fn next(&self) -> (TcpStream, SocketAddr, impl Send + use<>) {
        // The semaphore is never closed.
        let slot = Arc::clone(&self.slots).acquire_owned().await.ok();
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => return (stream, peer, slot),
                Err(error) if is_of_the_client(&error) => tracing::debug!(%error, "connection lost"),
                Err(error) => {
                    if let Some(untold) = self.failed.tell() {
                        tracing::warn!(%error, untold, "cannot accept connections, the idlest makes way");
                    }
                    self.connections.make_room();
                    tokio::time::sleep(EXHAUSTED).await;
                }
            }
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

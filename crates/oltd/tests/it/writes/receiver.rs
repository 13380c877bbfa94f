//! Who is called back: a server of its own on a free port, which keeps what it is sent.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rig::until;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

pub(super) const SECRET: &str = "it-is-a-secret-of-tests";

/// What was received.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) headers: HeaderMap,
    pub(super) bytes: Bytes,
    pub(super) body: Value,
}

/// How one delivery is answered.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reply {
    Status(u16),
    /// A redirect to `/elsewhere` of itself.
    Redirect,
    /// 200, once so long has passed.
    After(Duration),
}

#[derive(Default)]
struct Kept {
    received: Mutex<Vec<Received>>,
    replies: Mutex<VecDeque<Reply>>,
    elsewhere: Mutex<usize>,
}

pub(super) struct Receiver {
    kept: Arc<Kept>,
    /// Where it is: `http://127.0.0.1:12345`.
    base: String,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn receive(State(kept): State<Arc<Kept>>, headers: HeaderMap, bytes: Bytes) -> Response {
    let body = serde_json::from_slice(&bytes).unwrap();
    kept.received.lock().unwrap().push(Received { headers, bytes, body });
    let reply = kept.replies.lock().unwrap().pop_front().unwrap_or(Reply::Status(200));
    match reply {
        Reply::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Reply::Redirect => {
            let mut answer = StatusCode::TEMPORARY_REDIRECT.into_response();
            answer.headers_mut().insert("location", HeaderValue::from_static("/elsewhere"));
            answer
        }
        Reply::After(wait) => {
            tokio::time::sleep(wait).await;
            StatusCode::OK.into_response()
        }
    }
}

async fn elsewhere(State(kept): State<Arc<Kept>>) -> StatusCode {
    *kept.elsewhere.lock().unwrap() += 1;
    StatusCode::OK
}

fn routes(kept: &Arc<Kept>) -> Router {
    Router::new()
        .route("/hook", axum::routing::post(receive))
        .route("/elsewhere", axum::routing::any(elsewhere))
        .with_state(Arc::clone(kept))
}

/// Connections over TLS; one whose client leaves in the middle of it is none.
struct OverTls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for OverTls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, from)) = self.listener.accept().await else { continue };
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, from);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl Receiver {
    pub(super) async fn start(replies: &[Reply]) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), replies)
    }

    pub(super) fn on(listener: TcpListener, replies: &[Reply]) -> Self {
        let kept = Arc::new(Kept::default());
        kept.replies.lock().unwrap().extend(replies);
        let (base, routes) = (format!("http://{}", listener.local_addr().unwrap()), routes(&kept));
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { kept, base, serving }
    }

    /// Over TLS, as `localhost` with a certificate that only itself vouches for; the
    /// certificate, as PEM.
    pub(super) async fn over_tls() -> (Self, String) {
        let of_itself = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(of_itself.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.unwrap().with_no_client_auth();
        let config = config.with_single_cert(vec![of_itself.cert.der().clone()], key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let listener = OverTls { listener, acceptor: TlsAcceptor::from(Arc::new(config)) };
        let kept = Arc::new(Kept::default());
        let routes = routes(&kept);
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        (Self { kept, base, serving }, of_itself.cert.pem())
    }

    /// Where it is called.
    pub(super) fn url(&self) -> String {
        format!("{}/hook?token=hush", self.base)
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.kept.received.lock().unwrap().clone()
    }

    /// What was received, once it is so many.
    pub(super) async fn wait(&self, many: usize) -> Vec<Received> {
        until(async || self.received().len() >= many).await;
        self.received()
    }

    /// How often it was called where a redirect led.
    pub(super) fn led_elsewhere(&self) -> usize {
        *self.kept.elsewhere.lock().unwrap()
    }
}

impl Received {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    /// Whether the signature is right, by what RFC 2104 says and nothing that the server uses for it.
    pub(super) fn is_signed(&self) -> bool {
        let (time, code) = self.header("x-oltd-signature").split_once(',').unwrap();
        let (time, code) = (time.strip_prefix("t=").unwrap(), code.strip_prefix("v1=").unwrap());
        let key = |pad: u8| -> Vec<u8> {
            let mut block = [pad; 64];
            for (byte, secret) in block.iter_mut().zip(SECRET.bytes()) {
                *byte ^= secret;
            }
            block.to_vec()
        };
        let text = [time.as_bytes(), b".", &self.bytes].concat();
        let inner = Sha256::digest([key(0x36), text].concat());
        let outer = Sha256::digest([key(0x5c), inner.to_vec()].concat());
        outer.iter().map(|byte| format!("{byte:02x}")).collect::<String>() == code
    }
}

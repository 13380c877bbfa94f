//! What the operator decides about the edge of the server, as data.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use ipnet::IpNet;

use super::tls::Tls;

/// Below the usual limit of 1,024 open files.
const CONNECTIONS: usize = 900;
/// Four clients must work together to use up all connections. A browser opens
/// six, a pool of a billing system some tens.
const CONNECTIONS_PER_CLIENT: usize = 256;

/// The rules around the routes.
///
/// The default is that of a server which this machine alone can reach: no
/// token, no CORS, no TLS, and a rate that no honest client notices.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The names under which the server may be addressed, besides the local ones.
    pub hosts: Hosts,
    /// Addresses whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpNet>,
    /// Most connections at once, as far as the system allows.
    pub connections: usize,
    /// Most connections of one address that is no proxy; `None` for no bound of its own.
    pub connections_per_client: Option<usize>,
    /// How long a connection is kept that is used for nothing.
    pub patience: Patience,
    /// How much one client may ask; `None` for as much as it likes.
    pub rate: Option<Rate>,
    /// Which pages of other origins may read the answers; `None` for none.
    pub cors: Option<CorsRules>,
    /// Who may ask. Without a token everybody may.
    pub tokens: Vec<Token>,
    /// Tokens that take the place of these while the server runs.
    pub renewed: NewTokens,
    /// Whether who holds no token may write. Only where nothing real is written to.
    pub open_writes: bool,
    /// Whether `/metrics` needs no token.
    pub metrics_public: bool,
    /// Whether a line is logged for each request; those that failed by our fault always are.
    pub access_log: bool,
    /// The certificate to serve TLS with.
    pub tls: Option<Tls>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            hosts: Hosts::default(),
            proxies: Vec::new(),
            connections: CONNECTIONS,
            connections_per_client: Some(CONNECTIONS_PER_CLIENT),
            patience: Patience::USUAL,
            rate: Some(Rate::default()),
            cors: None,
            tokens: Vec::new(),
            renewed: NewTokens::default(),
            open_writes: false,
            metrics_public: false,
            access_log: true,
            tls: None,
        }
    }
}

/// How long a connection is kept that is used for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until the first request that is not refused.
    pub first: Duration,
    /// Until the next one.
    pub next: Duration,
    /// Until the client reads on.
    pub reader: Duration,
}

impl Patience {
    /// A client that sends no request in 30 s, or reads no byte in 20, holds a
    /// connection for nothing; after a minute opening another costs it little.
    pub const USUAL: Self = Self {
        first: Duration::from_secs(30),
        next: Duration::from_secs(60),
        reader: Duration::from_secs(20),
    };

    /// Once the process shall end, who reads nothing uses up nobody's time.
    pub(super) const AT_THE_END: Self = Self {
        first: Duration::from_secs(1),
        next: Duration::from_millis(1_500),
        reader: Duration::from_secs(1),
    };
}

/// Tokens that take the place of those the server began with. A cheap handle.
#[derive(Debug, Clone, Default)]
pub struct NewTokens(Arc<ArcSwapOption<Vec<Token>>>);

impl NewTokens {
    /// From the next request on these are asked for, and no others.
    pub fn replace(&self, tokens: Vec<Token>) {
        self.0.store(Some(Arc::new(tokens)));
    }

    /// Does something with the tokens that are asked for now.
    pub(super) fn with<T>(&self, first: &[Token], ask: impl FnOnce(&[Token]) -> T) -> T {
        match &*self.0.load() {
            Some(tokens) => ask(tokens),
            None => ask(first),
        }
    }
}

/// The names under which the server may be addressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hosts {
    /// Every one.
    Any,
    /// The local ones and these, without ports.
    These(Vec<String>),
}

impl Default for Hosts {
    fn default() -> Self {
        Self::These(Vec::new())
    }
}

/// How much one client may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second in the long run.
    pub per_second: NonZeroU32,
    /// Requests at once after a pause.
    pub burst: NonZeroU32,
}

impl Rate {
    /// So many requests a second, twice as many at once.
    pub const fn per_second(per_second: NonZeroU32) -> Self {
        Self { per_second, burst: per_second.saturating_mul(NonZeroU32::MIN.saturating_add(1)) }
    }
}

/// 100 a second: a page that shows every PON of a large OLT asks some 40 times
/// at once; a script that goes on asking more is a mistake.
impl Default for Rate {
    fn default() -> Self {
        Self::per_second(NonZeroU32::MIN.saturating_add(99))
    }
}

/// Which pages of other origins may read the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorsRules {
    /// The origins of the pages.
    pub origins: Origins,
    /// Whether browsers send what they know of the visitor along.
    pub credentials: bool,
    /// How long a browser need not ask again.
    pub max_age: Duration,
}

/// The origins of pages that may read the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// Every one.
    Any,
    /// These, each as `scheme://host` or `scheme://host:port`.
    These(Vec<String>),
}

/// A token that lets its holder in.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// Whose it is, in logs and for the limiter.
    pub name: Arc<str>,
    /// The SHA-256 of the token: the token itself is nowhere on the server.
    pub sha256: [u8; 32],
    /// Whether its holder may write. A token that was made for monitoring may not.
    pub write: bool,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("name", &self.name).finish_non_exhaustive()
    }
}

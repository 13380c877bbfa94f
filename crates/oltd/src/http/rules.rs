//! What the operator decides about the edge of the server, as data.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;

use super::tls::Tls;

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
    /// How much one client may ask; `None` for as much as it likes.
    pub rate: Option<Rate>,
    /// Which pages of other origins may read the answers; `None` for none.
    pub cors: Option<CorsRules>,
    /// Who may ask. Without a token everybody may.
    pub tokens: Vec<Token>,
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
            rate: Some(Rate::default()),
            cors: None,
            tokens: Vec::new(),
            metrics_public: false,
            access_log: true,
            tls: None,
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
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("name", &self.name).finish_non_exhaustive()
    }
}

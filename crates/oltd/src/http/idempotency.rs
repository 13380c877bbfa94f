//! The key under which a client asks for the same again.

use axum::http::HeaderName;
use axum::http::request::Parts;
use gpon::quoted;
use sha2::{Digest, Sha256};

use super::input::WantedOlt;
use super::{ErrorCode, Failure};

const NAME: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest key.
const MOST: usize = 128;

/// What stands for the body of a request that came with a key; an extension of it.
#[derive(Debug, Clone)]
pub(super) struct BodyHash([u8; 32]);

/// A key, and what stands for all that is asked under it: method, path, query and body.
#[derive(Debug, Clone)]
pub(crate) struct IdempotencyKey {
    /// The key.
    pub(crate) name: String,
    /// What stands for it.
    pub(crate) asked: [u8; 32],
}

impl BodyHash {
    pub(super) fn of(body: &[u8]) -> Self {
        Self(Sha256::digest(body).into())
    }
}

/// Whether a request has a key, so that its body matters.
pub(super) fn is_in(headers: &axum::http::HeaderMap) -> bool {
    headers.contains_key(&NAME)
}

impl IdempotencyKey {
    /// The key of a request, if it has one.
    ///
    /// # Errors
    /// 400 for what is no key.
    pub(crate) fn of(parts: &Parts) -> Result<Option<Self>, Failure> {
        let mut given = parts.headers.get_all(&NAME).iter();
        let Some(first) = given.next() else { return Ok(None) };
        let name = first.to_str().ok().filter(|name| {
            (1..=MOST).contains(&name.len()) && name.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        });
        let (Some(name), None) = (name, given.next()) else {
            return Err(Failure::new(
                ErrorCode::InvalidParameter,
                "The header Idempotency-Key is not valid.",
                format!(
                    "Idempotency-Key: one of 1 to {MOST} printable characters, not {}",
                    quoted(first.as_bytes())
                ),
            ));
        };
        let mut hash = Sha256::new();
        let olt = parts.extensions.get::<WantedOlt>().and_then(|wanted| wanted.0.as_deref());
        for part in [parts.method.as_str(), olt.unwrap_or_default(), &parts.uri.to_string()] {
            // None of them holds a zero byte.
            hash.update(part);
            hash.update([0]);
        }
        let body = parts.extensions.get::<BodyHash>().cloned().unwrap_or_else(|| BodyHash::of(b""));
        hash.update(body.0);
        Ok(Some(Self { name: name.to_owned(), asked: hash.finalize().into() }))
    }
}

//! Chooses what is sent of a rendered answer: nothing to a client that has it,
//! the compressed bytes to one that takes them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use bytes::Bytes;

use crate::cache::Rendered;
use crate::failure::status::NOT_MODIFIED;

/// A larger body is compressed beside the threads that serve requests: it takes
/// them about 5 ms a MiB.
const LARGE: usize = 64 << 10;

const GZIP: HeaderValue = HeaderValue::from_static("gzip");
/// Answers that are no whole reading are of this moment only.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// What a client has, and takes.
pub(super) struct Wanted {
    known: Option<HeaderValue>,
    encodings: Option<HeaderValue>,
    head: bool,
}

impl Wanted {
    pub(super) fn of(request: &Request) -> Self {
        let header = |name| request.headers().get(name).cloned();
        Self {
            known: header(header::IF_NONE_MATCH),
            encodings: header(header::ACCEPT_ENCODING),
            head: request.method() == Method::HEAD,
        }
    }

    /// Whether the client has the answer with this tag, and whether it takes gzip.
    pub(super) fn reads(&self, tag: &str) -> (bool, bool) {
        let known = self.known.as_ref().is_some_and(|known| matches(known, tag));
        (known, self.encodings.as_ref().is_some_and(takes_gzip))
    }

    /// Gives a rendered answer its body, where the client needs one.
    pub(super) async fn fill(&self, response: &mut Response) {
        not_stored(response);
        let Some(rendered) = response.extensions_mut().remove::<Arc<Rendered>>() else { return };
        // One that is kept costs no memory of its own while it is sent.
        if Arc::strong_count(&rendered) > 1 {
            response.extensions_mut().insert(Kept);
        }
        let (known, gzip) = self.reads(rendered.tag());
        let gzip = if gzip { compressed(&rendered).await } else { None };
        if response.headers().contains_key(header::AGE) {
            tag(response.headers_mut(), rendered.tag(), gzip.is_some());
            if known {
                response.headers_mut().remove(header::CONTENT_TYPE);
                *response.status_mut() = NOT_MODIFIED;
                return;
            }
        }
        let body = match gzip {
            Some(bytes) => {
                response.headers_mut().insert(header::CONTENT_ENCODING, GZIP);
                bytes
            }
            None => rendered.body().clone(),
        };
        if self.head {
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        } else {
            response.headers_mut().remove(header::CONTENT_LENGTH);
            *response.body_mut() = Body::from(body);
        }
    }
}

/// An extension of answers whose body is kept beyond them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept;

/// Says that an answer is of this moment, unless it says how long it holds.
pub(super) fn not_stored(response: &mut Response) {
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(NO_STORE);
}

fn tag(headers: &mut HeaderMap, tag: &str, gzip: bool) {
    // Other bytes, another tag (RFC 9110, 8.8.3.3).
    let spelt = if gzip { format!("\"{tag}-gzip\"") } else { format!("\"{tag}\"") };
    if let Ok(value) = HeaderValue::try_from(spelt) {
        headers.insert(header::ETAG, value);
    }
    headers.append(header::VARY, HeaderValue::from_name(header::ACCEPT_ENCODING));
}

async fn compressed(rendered: &Arc<Rendered>) -> Option<Bytes> {
    if rendered.body().len() > LARGE && !rendered.is_compressed() {
        let rendered = Arc::clone(rendered);
        return tokio::task::spawn_blocking(move || rendered.gzip().cloned()).await.ok().flatten();
    }
    rendered.gzip().cloned()
}

/// Whether a client takes gzip (RFC 9110, 12.5.3).
fn takes_gzip(encodings: &HeaderValue) -> bool {
    let Ok(encodings) = encodings.to_str() else { return false };
    let mut any = false;
    for encoding in encodings.split(',') {
        let (name, weight) = encoding.split_once(';').unwrap_or((encoding, ""));
        let refused =
            weight.trim().strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0));
        match name.trim() {
            name if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => {
                return !refused;
            }
            "*" => any = !refused,
            _ => {}
        }
    }
    any
}

/// Whether a client's list of tags names this one, compressed or not (RFC 9110, 13.1.2).
fn matches(known: &HeaderValue, tag: &str) -> bool {
    let Ok(known) = known.to_str() else { return false };
    known.split(',').map(str::trim).any(|one| {
        let one = one.strip_prefix("W/").unwrap_or(one);
        let inner = one.strip_prefix('"').and_then(|one| one.strip_suffix('"'));
        one == "*" || inner.is_some_and(|inner| inner.strip_suffix("-gzip").unwrap_or(inner) == tag)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_gzip() {
        for (header, takes) in [
            ("gzip", true),
            ("deflate, gzip;q=0.5", true),
            ("br, GZIP", true),
            ("*", true),
            ("gzip;q=0", false),
            ("gzip; q=0.0, *", false),
            ("*;q=0", false),
            ("br, deflate", false),
            ("", false),
            ("identity;q=1, gzipped", false),
        ] {
            assert_eq!(takes_gzip(&HeaderValue::from_static(header)), takes, "{header}");
        }
    }

    #[test]
    fn which_tags_are_known() {
        for (header, known) in [
            ("\"ab\"", true),
            ("W/\"ab\"", true),
            ("\"x\", \"ab-gzip\"", true),
            ("*", true),
            ("\"abc\"", false),
            ("ab", false),
            ("", false),
        ] {
            assert_eq!(matches(&HeaderValue::from_static(header), "ab"), known, "{header}");
        }
    }
}

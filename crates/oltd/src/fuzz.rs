//! Entry points of the fuzz targets; not part of the API.

use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderValue};
use gpon::{Environment, Onu, PonMonitor, ServicePort};

use crate::http::Shapes;

static SHAPES: LazyLock<Shapes> = LazyLock::new(crate::api::shapes);

/// Feeds `data` to what reads the store that instances share: readings and messages.
pub fn stored(data: &[u8]) {
    crate::cache::fuzz::<Vec<Onu>>(data);
    crate::cache::fuzz::<Vec<PonMonitor>>(data);
    crate::cache::fuzz::<Vec<ServicePort>>(data);
    crate::cache::fuzz::<Environment>(data);
    crate::cache::fuzz::<zte::Identity>(data);
}

/// Feeds `data` to what reads a request before it is routed.
pub fn request(data: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(data) else {
        if let Ok(text) = std::str::from_utf8(data) {
            crate::http::fuzz(text, &HeaderMap::new(), &SHAPES);
        }
        return;
    };
    let mut headers = HeaderMap::new();
    for name in ["x-forwarded-for", "authorization", "x-api-key", "host", "if-none-match", "accept-encoding"]
    {
        headers.insert(name, value.clone());
    }
    crate::http::fuzz(value.to_str().unwrap_or_default(), &headers, &SHAPES);
}

#[cfg(test)]
mod tests {
    proptest::proptest! {
        #[test]
        fn nothing_panics(data: Vec<u8>, text in "[ -~]{0,40}") {
            super::stored(&data);
            super::request(&data);
            super::request(text.as_bytes());
        }
    }
}

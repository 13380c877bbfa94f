use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::OnceLock;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// A body shorter than this fits into one packet whether compressed or not.
const WORTH_COMPRESSING: usize = 1024;
/// Bytes of a digest that stand in a tag: two bodies in 2^64 share one by chance.
const TAG: usize = 16;

/// A rendered body with its entity tag, and compressed once somebody asks for that.
#[derive(Debug)]
pub struct Rendered {
    body: Bytes,
    tag: String,
    gzip: OnceLock<Option<Bytes>>,
}

impl Rendered {
    /// A body. Its tag is made of its bytes, so that instances agree on it.
    pub fn new(body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let digest = Sha256::digest(&body);
        let mut tag = String::with_capacity(2 * TAG);
        for byte in digest.iter().take(TAG) {
            let _ = write!(tag, "{byte:02x}");
        }
        Self { body, tag, gzip: OnceLock::new() }
    }

    /// The bytes as they are.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// The entity tag, without quotes.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The bytes in gzip, made at the first call; `None` for a body that is not worth it.
    pub fn gzip(&self) -> Option<&Bytes> {
        self.gzip.get_or_init(|| compress(&self.body)).as_ref()
    }

    /// Whether [`Self::gzip`] costs nothing more.
    pub fn is_compressed(&self) -> bool {
        self.body.len() < WORTH_COMPRESSING || self.gzip.get().is_some()
    }

    /// Bytes that it takes at most: JSON rows compress to less than a quarter.
    pub(super) fn room(&self) -> usize {
        self.body.len() + self.body.len() / 4 + size_of::<Self>() + 2 * TAG
    }
}

fn compress(body: &Bytes) -> Option<Bytes> {
    if body.len() < WORTH_COMPRESSING {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body).and_then(|()| encoder.finish()).ok().map(|mut bytes| {
        bytes.shrink_to_fit();
        bytes.into()
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn compressed_once_and_tagged_by_content() {
        let text = r#"{"onu_id":1,"name":"Budi"}"#.repeat(100);
        let (one, same, other) =
            (Rendered::new(text.clone()), Rendered::new(text.clone()), Rendered::new(text.clone() + " "));
        assert_eq!(one.tag(), same.tag());
        assert_ne!(one.tag(), other.tag());
        assert!(!one.is_compressed());
        let gzip = one.gzip().unwrap().clone();
        assert_eq!(gzip.as_ptr(), one.gzip().unwrap().as_ptr());
        assert!(one.is_compressed() && one.body().len() + gzip.len() <= one.room());
        let mut back = String::new();
        flate2::read::GzDecoder::new(&*gzip).read_to_string(&mut back).unwrap();
        assert_eq!(back, text);
        assert!(Rendered::new("short").gzip().is_none());
    }
}

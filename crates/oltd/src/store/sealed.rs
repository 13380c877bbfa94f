//! Documents as they stand in the database: encrypted, and bound to their place.

use chacha20poly1305::aead::{Aead, Generate, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretSlice};
use zeroize::Zeroizing;

use super::error::StoreError;
use super::key::Key;

/// The first byte of a sealed document: how the rest is to be read.
const FORM: u8 = 1;
/// Bytes of a nonce, which follows.
const NONCE: usize = 24;
/// Bytes that sealing adds: the form, the nonce, and what proves that nothing was changed.
pub(super) const SEAL: usize = 1 + NONCE + 16;

/// Where a document stands. One that was moved elsewhere in the database is not opened.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) table: &'static str,
    pub(super) id: &'a str,
    pub(super) column: &'static str,
}

impl Place<'_> {
    fn data(&self) -> Vec<u8> {
        // No id holds a zero byte: they are ours.
        [self.table, self.id, self.column].join("\0").into_bytes()
    }
}

/// Seals documents and opens them. The cipher wipes its key when dropped.
pub(super) struct Sealer(XChaCha20Poly1305);

impl Sealer {
    pub(super) fn new(key: &Key) -> Self {
        Self(key.cipher())
    }

    pub(super) fn seal(&self, place: Place<'_>, document: &[u8]) -> Result<Vec<u8>, StoreError> {
        let nonce = XNonce::try_generate().map_err(|_| StoreError::NoRandom)?;
        let payload = Payload { msg: document, aad: &place.data() };
        // It fails only for documents of 256 GiB.
        let text = self.0.encrypt(&nonce, payload).map_err(|_| StoreError::Full)?;
        Ok([&[FORM], nonce.as_slice(), &text].concat())
    }

    pub(super) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<SecretSlice<u8>, StoreError> {
        let damaged = || StoreError::damaged(place.table, place.id);
        let (form, rest) = sealed.split_first().ok_or_else(damaged)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE>().ok_or_else(damaged)?;
        if *form != FORM {
            return Err(damaged());
        }
        let payload = Payload { msg: text, aad: &place.data() };
        let text = self.0.decrypt(&XNonce::from(*nonce), payload).map_err(|_| damaged())?;
        // Copied to its length: a buffer that shrinks may leave what it held behind.
        Ok(SecretSlice::from(Zeroizing::new(text).to_vec()))
    }

    pub(super) fn seal_secret(
        &self,
        place: Place<'_>,
        document: &SecretSlice<u8>,
    ) -> Result<Vec<u8>, StoreError> {
        self.seal(place, document.expose_secret())
    }
}

//! The key of the store: 32 random bytes, as 64 hex digits in a file or a variable.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use chacha20poly1305::aead::{Generate, Key as AeadKey};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use zeroize::Zeroizing;

use super::error::StoreError;
use super::folder::{part_of, private, publish, refuse_existing};

/// Bytes of the key.
const BYTES: usize = 32;
/// Longest text that is read from a file in search of a key: its digits and a line end.
const MOST: u64 = 2 * BYTES as u64 + 2;

/// The key. It is wiped from memory when dropped, and its `Debug` shows nothing of it.
#[derive(Debug)]
pub(super) struct Key(SecretBox<[u8; BYTES]>);

impl Key {
    /// A key that nobody had before.
    pub(super) fn random() -> Result<Self, StoreError> {
        let random = AeadKey::<XChaCha20Poly1305>::try_generate().map_err(|_| StoreError::NoRandom)?;
        Ok(Self(SecretBox::init_with_mut(|key: &mut [u8; BYTES]| key.copy_from_slice(&random))))
    }

    /// The key that the digits are; `place` says whose they are.
    pub(super) fn of_digits(digits: &SecretString, place: &str) -> Result<Self, StoreError> {
        let mut key = Zeroizing::new([0; BYTES]);
        let digits = digits.expose_secret().as_bytes();
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let (pairs, rest) = digits.as_chunks::<2>();
        let whole = pairs.len() == BYTES && rest.is_empty();
        let read = pairs.iter().zip(key.iter_mut()).all(|([high, low], byte)| {
            let both = digit(*high).zip(digit(*low));
            *byte = both.map_or(0, |(high, low)| high << 4 | low);
            both.is_some()
        });
        match whole && read {
            true => Ok(Self(SecretBox::init_with_mut(|of: &mut [u8; BYTES]| of.copy_from_slice(&*key)))),
            false => Err(StoreError::NoKey { place: place.to_owned() }),
        }
    }

    /// The key in the file; `None` where there is no such file.
    pub(super) fn read(file: &Path) -> Result<Option<Self>, StoreError> {
        let opened = match OpenOptions::new().read(true).open(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(StoreError::file("open", file))?,
        };
        // Room for all of it from the start: a string that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(MOST as usize + 1));
        opened.take(MOST + 1).read_to_string(&mut text).map_err(StoreError::file("read", file))?;
        let digits = SecretString::from(text.trim_end());
        Self::of_digits(&digits, &file.display().to_string()).map(Some)
    }

    /// Writes the key to a file that is not there yet, for its owner alone.
    pub(super) fn write(&self, file: &Path) -> Result<(), StoreError> {
        let mut text = Zeroizing::new(String::with_capacity(MOST as usize));
        for byte in self.0.expose_secret() {
            for half in [byte >> 4, byte & 0xf] {
                text.extend(char::from_digit(half.into(), 16));
            }
        }
        text.push('\n');
        refuse_existing(file)?;
        // Half a key would be taken for the key of this store.
        let part = &part_of(file);
        let mut opened = private(part)?;
        let written = opened.set_len(0).and_then(|()| opened.write_all(text.as_bytes()));
        written.and_then(|()| opened.sync_all()).map_err(StoreError::file("write", part))?;
        publish(part, file)
    }

    pub(super) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.0.expose_secret().into())
    }
}

//! The key of the store, as it is configured.

use std::borrow::Cow;

use secrecy::SecretString;

use super::value::Rule;

/// Digits of the key.
const DIGITS: usize = 64;

/// The key of the store. What is secret is never shown.
pub(super) struct StoreKey(pub(super) SecretString);

impl Rule for StoreKey {
    const SECRET: bool = true;

    fn rule() -> Cow<'static, str> {
        format!("{DIGITS} hex digits in quotes, as `oltd store key` writes them").into()
    }

    fn read(text: &str) -> Option<Self> {
        let digits = text.len() == DIGITS && text.bytes().all(|b| b.is_ascii_hexdigit());
        digits.then(|| Self(SecretString::from(text)))
    }
}

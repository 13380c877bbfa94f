//! The signature of a callback.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// What the header `X-Oltd-Signature` says of a body that is sent at `time`, in seconds since
/// 1970: `t=<time>,v1=<hex HMAC-SHA256 of "<time>.<body>">`.
pub fn signature(secret: &SecretString, time: u64, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
        // A key of HMAC may have any length.
        return String::new();
    };
    mac.update(format!("{time}.").as_bytes());
    mac.update(body);
    let code: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={code}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By `printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac it-is-a-secret-of-tests`.
    #[test]
    fn a_signature_is_what_another_program_makes_of_it() {
        let secret = SecretString::from("it-is-a-secret-of-tests");
        let code = "adad9959b8dcefdead8ebed2aabf8fe44651afc45db4d4c02f42ec9974a8ba31";
        assert_eq!(signature(&secret, 1_700_000_000, br#"{"a":1}"#), format!("t=1700000000,v1={code}"));
    }
}

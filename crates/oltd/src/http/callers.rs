//! Who asks: the holder of a token, or nobody in particular.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, header};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::rules::{Rules, Token};
use super::{ErrorCode, Failure};
use crate::writing::Permission;

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Who holds the token that came with a request; an extension of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The name of the token.
    pub name: Arc<str>,
    /// Whether the token is one to write with.
    pub write: bool,
}

/// The caller that the headers name; `None` without a token, or with one that is not known.
///
/// A request that carries several tokens is nobody's unless they are one and the same.
pub(super) fn identify(headers: &HeaderMap, tokens: &[Token]) -> Option<Caller> {
    if tokens.is_empty() {
        return None;
    }
    let mut given = given(headers);
    let first = given.next()?;
    if given.any(|other| other != first) {
        return None;
    }
    // A token is 256 random bits: its hash needs neither salt nor stretching.
    let hash = <[u8; 32]>::from(Sha256::digest(first));
    // All of them are compared: the time tells neither which nor how much of it matched.
    let mut found = None;
    for token in tokens {
        if bool::from(token.sha256.ct_eq(&hash)) {
            found = Some(token);
        }
    }
    found.map(|token| Caller { name: Arc::clone(&token.name), write: token.write })
}

/// Whether who asks may write at all; an extension of every request.
///
/// Who holds no token may where the server says that everybody may; where it
/// asks for tokens, nobody without one comes this far.
pub(super) fn permission(caller: Option<&Caller>, rules: &Rules) -> Permission {
    match caller {
        Some(Caller { write: true, .. }) => Permission::Granted,
        Some(_) => Permission::ReadOnly,
        None if rules.open_writes => Permission::Granted,
        None => Permission::NoToken,
    }
}

/// Every token that stands in the headers. `Authorization` of another scheme is
/// that of a proxy in front, and not ours.
fn given(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let bearer = headers.get_all(header::AUTHORIZATION).iter().filter_map(|value| {
        let (scheme, token) = value.as_bytes().split_at_checked(7)?;
        scheme.eq_ignore_ascii_case(b"bearer ").then_some(token)
    });
    let keys = headers.get_all(API_KEY).iter().map(|value| value.as_bytes());
    bearer.chain(keys).map(<[u8]>::trim_ascii)
}

/// What is told to whoever needs a token and has none.
pub(super) fn required(headers: &HeaderMap) -> Failure {
    let detail = match given(headers).next() {
        Some(_) => "token: it is not one of those that are configured",
        None => "token: send one as `Authorization: Bearer TOKEN` or `X-API-Key: TOKEN`",
    };
    Failure::new(ErrorCode::Unauthorized, "The request needs a valid token.", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> [Token; 3] {
        [("noc", "one"), ("billing", "two"), ("noc", "three")].map(|(name, token)| Token {
            name: name.into(),
            sha256: Sha256::digest(token).into(),
            write: false,
        })
    }

    fn caller(given: &[(&'static str, &str)]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.append(*name, value.parse().unwrap());
        }
        identify(&headers, &tokens()).map(|caller| caller.name.to_string())
    }

    #[test]
    fn a_token_names_its_caller() {
        for (given, name) in [
            (&[("authorization", "Bearer one")][..], "noc"),
            (&[("authorization", "bearer  two ")], "billing"),
            (&[("x-api-key", "two")], "billing"),
            (&[("x-api-key", "three")], "noc"),
            (&[("authorization", "Basic eA=="), ("x-api-key", "two")], "billing"),
            (&[("authorization", "Bearer two"), ("x-api-key", "two")], "billing"),
        ] {
            assert_eq!(caller(given).as_deref(), Some(name), "{given:?}");
        }
    }

    #[test]
    fn a_token_for_reading_writes_nothing() {
        let caller = |write| Caller { name: "noc".into(), write };
        for (caller, open_writes, permission) in [
            (None, false, Permission::NoToken),
            (None, true, Permission::Granted),
            (Some(caller(false)), false, Permission::ReadOnly),
            (Some(caller(false)), true, Permission::ReadOnly),
            (Some(caller(true)), false, Permission::Granted),
            (Some(caller(true)), true, Permission::Granted),
        ] {
            let rules = Rules { open_writes, ..Rules::default() };
            assert_eq!(super::permission(caller.as_ref(), &rules), permission, "{caller:?} {open_writes}");
        }
        let sha256 = Sha256::digest("one").into();
        let token = |write| [Token { name: "noc".into(), sha256, write }];
        let mut headers = HeaderMap::new();
        headers.insert("x-api-key", "one".parse().unwrap());
        for write in [false, true] {
            assert_eq!(identify(&headers, &token(write)), Some(caller(write)));
        }
    }

    #[test]
    fn nothing_else_does() {
        for given in [
            &[][..],
            &[("authorization", "Bearer on")],
            &[("authorization", "Bearer onee")],
            &[("authorization", "Bearer ONE")],
            &[("authorization", "Bearer")],
            &[("authorization", "Bearer ")],
            &[("authorization", "Basic one")],
            &[("authorization", "one")],
            &[("x-api-key", "")],
            &[("x-api-key", "Bearer one")],
            &[("authorization", "Bearer one"), ("x-api-key", "two")],
            &[("authorization", "Bearer one"), ("authorization", "Bearer x")],
            &[("x-api-key", "one"), ("x-api-key", "x")],
        ] {
            assert_eq!(caller(given), None, "{given:?}");
        }
        assert_eq!(identify(&HeaderMap::new(), &[]), None);
    }
}

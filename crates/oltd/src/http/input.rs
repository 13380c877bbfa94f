use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use gpon::{Invalid, OnuId, OnuRef, PonPort, quoted};

use super::{ErrorCode, Failure};
use crate::app::{App, ChosenOlt};
use crate::cache::Freshness;

/// Far more pages than there are; a number that fits everywhere.
pub(crate) const PAGES: RangeInclusive<u64> = 1..=u32::MAX as u64;
/// Rows of a page.
pub(super) const PAGE_ROWS: RangeInclusive<u64> = 1..=100;
/// Values of a list in one parameter: more than there are words to choose from.
const MOST_WORDS: usize = 64;
/// Rows of a page whose request says nothing.
pub(super) const ROWS: u64 = 10;

/// The OLT that the path names, if it names one.
#[derive(Debug, Clone)]
pub(crate) struct WantedOlt(pub(crate) Option<String>);

impl FromRequestParts<App> for ChosenOlt {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let wanted = parts.extensions.get::<WantedOlt>().and_then(|wanted| wanted.0.as_deref());
        Ok(app.olt(wanted)?)
    }
}

/// A whole number in plain decimal digits: no sign, no leading zero, no exponent.
pub(crate) fn number(field: &str, text: &str, range: RangeInclusive<u64>) -> Result<u64, Failure> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|number| plain && range.contains(number)).ok_or_else(|| {
        let rule =
            format!("a whole number from {} to {}, written in digits only", range.start(), range.end());
        Failure::parameter(field, rule, text)
    })
}

/// The parameters of a path, decoded.
#[derive(Debug)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    pub(crate) fn text(&self, name: &str) -> Result<&str, Failure> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, text)| &**text).ok_or_else(|| Failure::internal(format_args!("no {name} in the path")))
    }

    pub(crate) fn number(&self, name: &str, range: RangeInclusive<u64>) -> Result<u64, Failure> {
        number(name, self.text(name)?, range)
    }

    /// A number that its type holds whatever the range says.
    pub(crate) fn byte(&self, name: &str, range: RangeInclusive<u8>) -> Result<u8, Failure> {
        let wide = u64::from(*range.start())..=u64::from(*range.end());
        self.number(name, wide).map(|number| u8::try_from(number).unwrap_or(u8::MAX))
    }

    pub(crate) fn parse<T: FromStr<Err = Invalid>>(&self, name: &str, field: &str) -> Result<T, Failure> {
        parse(field, self.text(name)?)
    }

    fn board_pon(&self) -> Result<PonPort, Failure> {
        let slot = self.byte("board", 1..=PonPort::MAX_SLOT)?;
        let port = self.byte("pon", 1..=PonPort::MAX_PORT)?;
        PonPort::new(slot, port).map_err(Failure::internal)
    }
}

fn parse<T: FromStr<Err = Invalid>>(field: &str, text: &str) -> Result<T, Failure> {
    text.parse().map_err(|invalid: Invalid| Failure::parameter(field, invalid.rule(), text))
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(Failure::internal)?;
        Ok(Self(params.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()))
    }
}

macro_rules! from_params {
    ($(#[$doc:meta])* $name:ident($inner:ty), $read:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct $name(pub(crate) $inner);

        impl<S: Send + Sync> FromRequestParts<S> for $name {
            type Rejection = Failure;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
                let read: fn(&Params) -> Result<$inner, Failure> = $read;
                read(&Params::from_request_parts(parts, state).await?).map(Self)
            }
        }
    };
}

from_params!(
    /// `/board/{board}/pon/{pon}`
    BoardPon(PonPort),
    Params::board_pon
);
from_params!(
    /// `{pon}` in its one spelling.
    PonPath(PonPort),
    |params| params.parse("pon", "pon_port")
);
from_params!(
    /// `{pon}/{onu_id}`
    PonOnu(OnuRef),
    |params| Ok(OnuRef { pon: params.parse("pon", "pon_port")?, id: params.parse("onu_id", "onu_id")? })
);
from_params!(
    /// `/board/{board}/pon/{pon}/onu/{onu_id}`
    BoardPonOnu(OnuRef),
    |params| Ok(OnuRef { pon: params.board_pon()?, id: params.parse::<OnuId>("onu_id", "onu_id")? })
);

/// The parameters of a query. Those that a handler does not ask for are ignored.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// The parameter, decoded; `None` when it is absent.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Failure> {
        let mut found = self.0.iter().filter(|(known, _)| known == name).map(|(_, text)| &**text);
        match (found.next(), found.next()) {
            (_, Some(second)) => Err(Failure::parameter(name, "it stands there once", second)),
            (first, None) => Ok(first),
        }
    }

    /// Refuses every parameter but these: a route that writes ignores none.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Failure> {
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) => Err(Failure::new(
                ErrorCode::InvalidParameter,
                "A parameter of the query is not known.",
                format!("{}: no such parameter is known here", quoted(name)),
            )),
        }
    }

    /// A parameter that is `true` or `false`, and false where it is absent.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Failure> {
        match self.text(name)? {
            Some("true") => Ok(true),
            Some("false") | None => Ok(false),
            Some(other) => Err(Failure::parameter(name, "true or false", other)),
        }
    }

    /// Whether the parameter is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    pub(crate) fn number(&self, name: &str, range: RangeInclusive<u64>) -> Result<Option<u64>, Failure> {
        self.text(name)?.map(|text| number(name, text, range)).transpose()
    }

    pub(crate) fn parse<T: FromStr<Err = Invalid>>(&self, name: &str) -> Result<Option<T>, Failure> {
        self.text(name)?.map(|text| parse(name, text)).transpose()
    }

    /// `page` from 1 and `limit` 1..100 (10 when absent).
    pub(crate) fn page(&self) -> Result<(u64, u64), Failure> {
        let page = self.number("page", PAGES)?.unwrap_or(1);
        let limit = self.number("limit", PAGE_ROWS)?.unwrap_or(ROWS);
        Ok((page, limit))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let pairs = axum::extract::Query::try_from_uri(&parts.uri)
            .map_err(|error| Failure::parameter("query", error, parts.uri.query().unwrap_or_default()))?;
        Ok(Self(pairs.0))
    }
}

/// `?max_age=N` in seconds, or `?nocache=true`.
impl<S: Send + Sync> FromRequestParts<S> for Freshness {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        if parts.uri.query().is_none() {
            return Ok(Self::default());
        }
        let query = Query::from_request_parts(parts, state).await?;
        let max_age = query.number("max_age", 0..=u64::from(u32::MAX))?.map(Duration::from_secs);
        match query.text("nocache")? {
            Some("true") => Ok(Self::NEW),
            Some("false") | None => Ok(Self { max_age }),
            Some(other) => Err(Failure::parameter("nocache", "true or false", other)),
        }
    }
}

/// Reads several values with commas between them.
pub(crate) fn words<T>(
    field: &str,
    text: &str,
    read: impl Fn(&str) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut values = Vec::new();
    for part in text.split(',') {
        if values.len() == MOST_WORDS {
            return Err(Failure::parameter(field, format_args!("at most {MOST_WORDS} values"), text));
        }
        values.push(read(part.trim())?);
    }
    Ok(values)
}

/// Reads a word of a list.
pub(crate) fn word<T>(
    field: &str,
    text: &str,
    words: impl IntoIterator<Item = (impl Display, T)>,
) -> Result<T, Failure> {
    let mut known = Vec::new();
    for (word, value) in words {
        let word = word.to_string();
        if word.eq_ignore_ascii_case(text) {
            return Ok(value);
        }
        known.push(word);
    }
    Err(Failure::parameter(field, format_args!("one of {}", known.join(", ")), text))
}

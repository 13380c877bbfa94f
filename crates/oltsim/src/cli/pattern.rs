use gpon::{OnuId, OnuRef, PonPort};

use super::command::Arg;

/// One word of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    Keyword(&'static str),
    Pon,
    Onu,
    Slot,
    Uplink,
    Number(u32, u32),
    Ids,
    Word,
    Rest,
}

/// Every form that a syntax has (see [`super::Command::syntax`]).
pub(crate) fn forms(syntax: &'static str) -> Vec<Vec<Piece>> {
    let mut open = vec![vec![Vec::new()]];
    for token in tokens(syntax) {
        match token {
            "[" => open.push(vec![Vec::new()]),
            "]" => {
                let inner = open.pop().unwrap_or_default();
                let outer = open.pop().unwrap_or_else(|| vec![Vec::new()]);
                let with = outer.iter().flat_map(|before| {
                    inner.iter().map(move |after| [before.as_slice(), after.as_slice()].concat())
                });
                let mut both: Vec<Vec<Piece>> = with.collect();
                both.extend(outer.iter().cloned());
                open.push(both);
            }
            word => {
                let piece = piece(word);
                open.iter_mut().rev().take(1).flatten().for_each(|form| form.push(piece));
            }
        }
    }
    open.pop().unwrap_or_default()
}

fn tokens(syntax: &'static str) -> impl Iterator<Item = &'static str> {
    syntax
        .split_inclusive(['[', ']', ' '])
        .flat_map(|part| {
            let (word, mark) = match part.strip_suffix(['[', ']']) {
                Some(word) => (word, part.get(word.len()..).unwrap_or_default()),
                None => (part, ""),
            };
            [word.trim(), mark]
        })
        .filter(|token| !token.is_empty())
}

fn piece(word: &'static str) -> Piece {
    let Some(place) = word.strip_prefix('<').and_then(|word| word.strip_suffix('>')) else {
        return Piece::Keyword(word);
    };
    let range = place.split_once('-').and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?)));
    match (place, range) {
        (_, Some((low, high))) => Piece::Number(low, high),
        ("pon", _) => Piece::Pon,
        ("onu", _) => Piece::Onu,
        ("slot", _) => Piece::Slot,
        ("uplink", _) => Piece::Uplink,
        ("ids", _) => Piece::Ids,
        ("rest", _) => Piece::Rest,
        _ => Piece::Word,
    }
}

impl Piece {
    /// The argument that `word` is here; `None` when it cannot be one.
    pub(crate) fn argument(self, word: &str) -> Option<Arg> {
        match self {
            Self::Keyword(_) => None,
            Self::Pon => word.strip_prefix("gpon-olt_").and_then(pon).map(Arg::Pon),
            Self::Onu => word.strip_prefix("gpon-onu_").and_then(onu).map(Arg::Onu),
            Self::Slot => {
                let mut parts = word.strip_prefix("gpon-olt_")?.split('/').map(number);
                match (parts.next(), parts.next(), parts.next()) {
                    (Some(Some(rack)), Some(Some(slot)), None) => {
                        Some(Arg::Slot(u8::try_from(rack).ok()?, u8::try_from(slot).ok()?))
                    }
                    _ => None,
                }
            }
            Self::Uplink => {
                let named = word.starts_with("gei_") || word.starts_with("xgei_");
                named.then(|| Arg::Word(word.to_owned()))
            }
            Self::Number(low, high) => {
                number(word).filter(|value| (low..=high).contains(value)).map(Arg::Number)
            }
            Self::Ids => {
                let (first, last) = word.split_once('-').unwrap_or((word, word));
                let id = |text| OnuId::new(u8::try_from(number(text)?).ok()?).ok();
                let (first, last) = (id(first)?.get(), id(last)?.get());
                (first <= last).then_some(Arg::Ids(first, last))
            }
            Self::Word | Self::Rest => Some(Arg::Word(word.to_owned())),
        }
    }

    /// Whether `word` was meant for this place, though it is no value of it.
    pub(crate) fn resembles(self, word: &str) -> bool {
        match self {
            Self::Keyword(_) => false,
            Self::Pon | Self::Slot => word.starts_with("gpon-olt_"),
            Self::Onu => word.starts_with("gpon-onu_"),
            Self::Uplink => word.starts_with("gei_") || word.starts_with("xgei_"),
            Self::Number(..) => word.bytes().all(|byte| byte.is_ascii_digit()),
            Self::Ids => word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'),
            Self::Word | Self::Rest => true,
        }
    }

    /// What the inline help shows for it.
    pub(crate) fn hint(self) -> String {
        match self {
            Self::Keyword(word) => word.to_owned(),
            Self::Pon => "gpon-olt_".to_owned(),
            Self::Onu => "gpon-onu_".to_owned(),
            Self::Slot => "gpon-olt_<rack>/<slot>".to_owned(),
            Self::Uplink => "gei_, xgei_".to_owned(),
            Self::Number(low, high) => format!("<{low}-{high}>"),
            Self::Ids => "<1-128>[-<1-128>]".to_owned(),
            Self::Word => "WORD".to_owned(),
            Self::Rest => "LINE".to_owned(),
        }
    }
}

/// A number without sign or leading zeros.
fn number(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (plain && (text == "0" || !text.starts_with('0'))).then(|| text.parse().ok()).flatten()
}

fn pon(text: &str) -> Option<PonPort> {
    // Only the device's own spelling.
    (text.matches('/').count() == 2).then(|| text.parse().ok()).flatten()
}

fn onu(text: &str) -> Option<OnuRef> {
    let (port, id) = text.split_once(':')?;
    let id = OnuId::new(u8::try_from(number(id)?).ok()?).ok()?;
    Some(OnuRef { pon: pon(port)?, id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn optional_words_nest() {
        let [show, x] = ["show", "x"].map(Piece::Keyword);
        assert_eq!(forms("show x"), [vec![show, x]]);
        let number = Piece::Number(1, 128);
        let mut all = forms("show [<pon> [<1-128>]] x");
        all.sort_by_key(Vec::len);
        assert_eq!(all, [vec![show, x], vec![show, Piece::Pon, x], vec![show, Piece::Pon, number, x]]);
    }

    #[test]
    fn arguments() {
        assert!(Piece::Pon.argument("gpon-olt_1/1/1").is_some());
        for not in
            ["gpon-olt_1/1", "gpon-olt_1-1-1", "gpon-olt_1", "1/1/1", "gpon-olt_1/1/17", "gpon-onu_1/1/1:1"]
        {
            assert!(Piece::Pon.argument(not).is_none(), "{not}");
        }
        assert_eq!(Piece::Slot.argument("gpon-olt_1/2"), Some(Arg::Slot(1, 2)));
        assert!(Piece::Onu.argument("gpon-onu_1/1/1:128").is_some());
        assert!(Piece::Onu.argument("gpon-onu_1/1/1:129").is_none());
        assert_eq!(Piece::Number(1, 9).argument("9"), Some(Arg::Number(9)));
        assert!(Piece::Number(1, 9).argument("09").is_none());
        assert_eq!(Piece::Ids.argument("7"), Some(Arg::Ids(7, 7)));
        assert_eq!(Piece::Ids.argument("1-5"), Some(Arg::Ids(1, 5)));
        for not in ["", "0", "5-1", "1-129", "1-", "-5", "1-2-3", "1,2"] {
            assert!(Piece::Ids.argument(not).is_none(), "{not}");
        }
    }
}

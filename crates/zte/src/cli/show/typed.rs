//! What an operator types: words in full or abbreviated, and arguments.

use gpon::{OnuId, OnuRef, PonPort, SerialNumber, VlanId};

use super::Show;
use crate::cli::text::values;
use crate::firmware::numbers_of_pon;

/// An argument that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arg {
    /// `<pon>`: `gpon-olt_1/1/1`
    Pon(PonPort),
    /// `<onu>`: `gpon-onu_1/1/1:1`
    Onu(OnuRef),
    /// `<slot>`: `gpon-olt_1/2`, the slot of a card in rack 1
    Slot(u8),
    /// `<onu-id>`: 1..128
    OnuId(OnuId),
    /// `<onu-ids>`: `1-5`, the first and the last
    OnuIds(OnuId, OnuId),
    /// `<sn>`: a serial number
    Serial(SerialNumber),
    /// `<vlan>`: 1..4094
    Vlan(VlanId),
    /// `<uplink>`: `gei_1/3/1`, `xgei_1/4/2`
    Uplink(String),
}

impl Arg {
    /// The argument for `place`, one of the forms above.
    fn read(place: &str, word: &str) -> Option<Self> {
        match place {
            "<pon>" => values::named_pon(word).map(Self::Pon),
            "<onu>" => values::named_onu(word).map(Self::Onu),
            "<slot>" => {
                let slot = numbers_of_pon(word)?.strip_prefix("1/")?;
                let pon: PonPort = format!("1/{slot}/1").parse().ok().filter(|_| !slot.contains('/'))?;
                Some(Self::Slot(pon.slot()))
            }
            "<onu-id>" => word.parse().ok().map(Self::OnuId),
            "<onu-ids>" => {
                let (first, last) = word.split_once('-')?;
                let (first, last): (OnuId, OnuId) = (first.parse().ok()?, last.parse().ok()?);
                (first <= last).then_some(Self::OnuIds(first, last))
            }
            "<sn>" => word.parse().ok().map(Self::Serial),
            "<vlan>" => word.parse().ok().map(Self::Vlan),
            "<uplink>" => values::uplink(word).then(|| Self::Uplink(word.to_owned())),
            _ => None,
        }
    }
}

/// A show command that can be typed.
pub(crate) trait Typed: Show + Sized {
    /// The forms of the line: keywords and places for arguments.
    const SYNTAX: &'static [&'static str];

    /// The command with these arguments, as one of the forms has them.
    fn from_args(args: &[Arg]) -> Option<Self>;

    /// The command in the form with this index, where the arguments do not tell the forms apart.
    fn of_form(_form: usize, args: &[Arg]) -> Option<Self> {
        Self::from_args(args)
    }
}

/// The form that `typed` spells, as its index in `forms`, and the arguments.
/// A keyword may be cut short as long as no other one is meant.
pub(super) fn matching(typed: &str, forms: &[&str]) -> Result<(usize, Vec<Arg>), String> {
    let mut alive: Vec<(usize, Vec<&str>, Vec<Arg>)> =
        forms.iter().enumerate().map(|(at, form)| (at, form.split(' ').collect(), Vec::new())).collect();
    let mut count = 0;
    for (place, word) in typed.split_whitespace().enumerate() {
        let mut keywords: Vec<&str> = alive
            .iter()
            .filter_map(|(_, form, _)| form.get(place).copied())
            .filter(|k| k.starts_with(word) && !k.starts_with('<'))
            .collect();
        keywords.sort_unstable();
        keywords.dedup();
        if keywords.contains(&word) {
            keywords = vec![word];
        }
        if let [one, other, ..] = keywords.as_slice() {
            return Err(format!("`{word}` may mean `{one}` or `{other}`"));
        }
        let keyword = keywords.first().copied();
        alive.retain_mut(|(_, form, args)| match (form.get(place), keyword) {
            (Some(expected), Some(keyword)) => *expected == keyword,
            (Some(expected), None) => match Arg::read(expected, word) {
                Some(arg) => {
                    args.push(arg);
                    true
                }
                None => false,
            },
            (None, _) => false,
        });
        if alive.is_empty() {
            return Err(format!("`{word}` is not understood there"));
        }
        count = place + 1;
    }
    let whole = alive.into_iter().find(|(_, form, _)| form.len() == count);
    whole.map(|(at, _, args)| (at, args)).ok_or_else(|| "it is incomplete".to_owned())
}

/// A show command whose one argument is an ONU, with the rows of a labelled answer.
macro_rules! of_onu {
    ($(#[$meta:meta])* $name:ident, $words:literal, $rows:ty, $parse:path $(, $none:expr)?) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) struct $name {
            /// The ONU.
            pub(crate) onu: gpon::OnuRef,
        }

        impl $crate::cli::show::Show for $name {
            type Rows = $rows;

            fn line_in(&self, dialect: &$crate::firmware::dialect::Dialect) -> String {
                format!(concat!($words, " {}"), dialect.ports.onu(self.onu))
            }

            fn parse(text: &str) -> $crate::cli::show::Parsed<$rows> {
                $parse(text)
            }

            $(fn none() -> Option<Self::Rows> {
                $none
            })?
        }

        impl $crate::cli::show::typed::Typed for $name {
            const SYNTAX: &'static [&'static str] = &[concat!($words, " <onu>")];

            fn from_args(args: &[$crate::cli::show::typed::Arg]) -> Option<Self> {
                match args {
                    [$crate::cli::show::typed::Arg::Onu(onu)] => Some(Self { onu: *onu }),
                    _ => None,
                }
            }
        }
    };
}
pub(super) use of_onu;

/// A show command whose one argument is an uplink.
macro_rules! of_uplink {
    ($(#[$meta:meta])* $name:ident, $words:literal, $rows:ty, $parse:path) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) struct $name {
            /// The uplink (`gei_1/3/1`, `xgei_1/4/2`).
            pub(crate) uplink: String,
        }

        impl $crate::cli::show::Show for $name {
            type Rows = $rows;

            fn line_in(&self, _: &$crate::firmware::dialect::Dialect) -> String {
                format!(concat!($words, " {}"), self.uplink)
            }

            fn parse(text: &str) -> $crate::cli::show::Parsed<$rows> {
                $parse(text)
            }
        }

        impl $crate::cli::show::typed::Typed for $name {
            const SYNTAX: &'static [&'static str] = &[concat!($words, " <uplink>")];

            fn from_args(args: &[$crate::cli::show::typed::Arg]) -> Option<Self> {
                match args {
                    [$crate::cli::show::typed::Arg::Uplink(uplink)] => Some(Self { uplink: uplink.clone() }),
                    _ => None,
                }
            }
        }
    };
}
pub(super) use of_uplink;

/// A show command without arguments, with the rows of a list.
macro_rules! list_of {
    ($(#[$meta:meta])* $name:ident, $line:literal, $rows:ty, $parse:path) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) struct $name;

        impl $crate::cli::show::Show for $name {
            type Rows = Vec<$rows>;

            fn line_in(&self, _: &$crate::firmware::dialect::Dialect) -> String {
                $line.to_owned()
            }

            fn parse(text: &str) -> $crate::cli::show::Parsed<Vec<$rows>> {
                $parse(text)
            }

            fn none() -> Option<Self::Rows> {
                Some(Vec::new())
            }
        }

        impl $crate::cli::show::typed::Typed for $name {
            const SYNTAX: &'static [&'static str] = &[$line];

            fn from_args(_: &[$crate::cli::show::typed::Arg]) -> Option<Self> {
                Some(Self)
            }
        }
    };
}
pub(super) use list_of;

#[cfg(test)]
mod tests {
    use super::*;

    const FORMS: &[&str] = &[
        "show card",
        "show card-temperature",
        "show clock",
        "show gpon onu state <pon>",
        "show gpon onu state <pon> <onu-id>",
        "show gpon onu state <slot>",
    ];

    #[test]
    fn words_may_be_short() {
        let found = |typed| matching(typed, FORMS).map(|(at, args)| (at, args.len()));
        assert_eq!(found("show card"), Ok((0, 0)));
        assert_eq!(found("sh card-t"), Ok((1, 0)));
        assert_eq!(found("  show   gpon onu st gpon-olt_1/1/1 7 "), Ok((4, 2)));
        assert_eq!(found("show gpon onu state gpon-olt_1/2"), Ok((5, 1)));
        assert_eq!(found("show c").unwrap_err(), "`c` may mean `card` or `card-temperature`");
        assert_eq!(found("").unwrap_err(), "it is incomplete");
        for typed in [
            "show",
            "show gpon onu state",
            "show card 1",
            "show gpon onu state 1/1/1",
            "show gpon onu state gpon-olt_1/1/1 129",
            "show gpon onu state gpon-olt_1/1/1 <onu-id>",
            "reboot",
        ] {
            assert!(found(typed).is_err(), "{typed}");
        }
    }
}

//! Answers that are lines of `Label: value`, one block for each thing.

use super::Parsed;
use super::answer::{Line, Notes, lines_of, unwrapped};

/// A block of labels and values.
pub(super) trait Labelled: Default {
    /// The label that begins a block.
    const FIRST: &'static str;

    /// Takes the value of a label; false when there is no such label.
    fn set(&mut self, line: Line<'_>, label: &str, value: &str, notes: &mut Notes) -> bool;
}

/// A struct of optional fields, each with its label and the reader of its
/// value; the first label begins a block.
macro_rules! labelled {
    (
        $(#[$meta:meta])*
        $name:ident {
            $(#[$first_meta:meta])* $first:ident: $first_type:ty = $first_label:literal => $first_read:expr,
            $($(#[$field_meta:meta])* $field:ident: $type:ty = $label:literal => $read:expr,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
        pub(crate) struct $name {
            $(#[$first_meta])* pub(crate) $first: Option<$first_type>,
            $($(#[$field_meta])* pub(crate) $field: Option<$type>,)*
        }

        impl $crate::cli::show::labelled::Labelled for $name {
            const FIRST: &'static str = $first_label;

            fn set(
                &mut self,
                line: $crate::cli::show::answer::Line<'_>,
                label: &str,
                value: &str,
                notes: &mut $crate::cli::show::answer::Notes,
            ) -> bool {
                match label {
                    $first_label => self.$first = notes.field(line, $first_read(value)),
                    $($label => self.$field = notes.field(line, $read(value)),)*
                    _ => return false,
                }
                true
            }
        }
    };
}
pub(super) use labelled;

/// Whether a line begins with a label of `T`; after a full line, another one goes on with its value.
fn starts<T: Labelled>(_: &str, text: &str) -> bool {
    let line = Line { number: 0, text };
    line.label().is_some_and(|(label, value)| T::default().set(line, label, value, &mut Notes::default()))
}

/// The one block of an answer.
pub(super) fn block<T: Labelled>(text: &str) -> Parsed<T> {
    let (mut block, mut notes) = (T::default(), Notes::default());
    for line in lines_of(&unwrapped(text, starts::<T>)) {
        let known = line.label().is_some_and(|(label, value)| block.set(line, label, value, &mut notes));
        if !known {
            notes.unknown(line);
        }
    }
    notes.with(block)
}

/// The blocks of an answer, each begun by its first label.
pub(super) fn blocks<T: Labelled>(text: &str) -> Parsed<Vec<T>> {
    let (mut blocks, mut notes): (Vec<T>, _) = (Vec::new(), Notes::default());
    for line in lines_of(&unwrapped(text, starts::<T>)) {
        let pair = line.label();
        if pair.is_some_and(|(label, _)| label == T::FIRST) {
            blocks.push(T::default());
        }
        let known = match (pair, blocks.last_mut()) {
            (Some((label, value)), Some(block)) => block.set(line, label, value, &mut notes),
            _ => false,
        };
        if !known {
            notes.unknown(line);
        }
    }
    notes.with(blocks)
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

            fn line(&self) -> String {
                format!(concat!($words, " gpon-onu_{}"), self.onu)
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

            fn line(&self) -> String {
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

            fn line(&self) -> String {
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

//! Show commands that take an ONU, an uplink or nothing.

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
pub(crate) use of_onu;

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
pub(crate) use of_uplink;

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
pub(crate) use list_of;

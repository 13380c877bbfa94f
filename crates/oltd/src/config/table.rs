//! The tables of the configuration as data: one line says all there is to say of a key.
//!
//! A table is written as [`table!`], a line for each key: its name, its kind
//! (how a value is read and which are right), what holds without it, and its
//! sentence. The struct that the rest works with, the defaults, the list that
//! `oltd check` prints, `oltd.example.toml` and `docs/configuration.md` come from it.

use std::borrow::Cow;

use config::{Map, Value, ValueKind};

use super::EffectiveKey;

/// A table of keys.
pub(super) struct Table {
    /// What it is about, line by line.
    pub(super) about: &'static [&'static str],
    pub(super) entries: &'static [Entry],
}

/// What stands in a table under one name.
pub(super) struct Entry {
    pub(super) name: &'static str,
    /// What it means, line by line.
    pub(super) doc: &'static [&'static str],
    pub(super) what: What,
}

/// What stands under a name.
pub(super) enum What {
    Key(Key),
    Table(&'static Table),
    /// A table whose absence means something.
    Optional(&'static Table),
    /// A list of tables.
    List(&'static Table),
}

/// A key.
pub(super) struct Key {
    pub(super) without: Without,
    /// Whether its value must never be shown.
    pub(super) secret: bool,
    pub(super) form: Form,
    /// What a value must be, to follow "is not".
    pub(super) rule: fn() -> Cow<'static, str>,
    /// The bounds of a value that has some.
    pub(super) bounds: fn() -> Option<String>,
}

/// What holds where a key is not given. Values are written as in a variable.
pub(super) enum Without {
    /// This value.
    Usual(&'static str),
    /// Nothing, it must be given. With an example.
    Must(&'static str),
    /// What the second text says. With an example.
    Else(&'static str, &'static str),
}

/// How TOML writes a value.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// A number, or true and false.
    Bare,
    Quoted,
    List,
}

/// A struct that was made from a table.
pub(super) trait Section {
    const TABLE: &'static Table;
}

/// A table and the struct of its values. Its lines:
/// - `name: usual(Kind, "value")` a key with a default,
/// - `name: must(Kind, "example")` one that must be given,
/// - `name: may(Kind, "example", "what holds without")` one that need not,
/// - `name: table(Table)`, `name: optional(Table)`, `name: list(Table)` the tables in it.
macro_rules! table {
    (
        $(#[doc = $about:literal])*
        pub(super) struct $table:ident {
            $( $(#[doc = $doc:literal])* $name:ident: $what:ident($($args:tt)*), )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $table {
            $( $(#[doc = $doc])* pub(super) $name: table!(@type $what($($args)*)), )*
        }

        impl $crate::config::table::Section for $table {
            const TABLE: &'static $crate::config::table::Table = &$crate::config::table::Table {
                about: &[$($about),*],
                entries: &[$($crate::config::table::Entry {
                    name: stringify!($name),
                    doc: &[$($doc),*],
                    what: table!(@what $what($($args)*)),
                }),*],
            };
        }
    };
    (@type usual($kind:ty, $value:literal)) => { $crate::config::value::Given<$kind> };
    (@type must($kind:ty, $example:literal)) => { Option<$crate::config::value::Given<$kind>> };
    (@type may($kind:ty, $example:literal, $otherwise:literal)) => { Option<$crate::config::value::Given<$kind>> };
    (@type table($of:ty)) => { $of };
    (@type optional($of:ty)) => { Option<$of> };
    (@type list($of:ty)) => { Vec<$of> };
    (@what usual($kind:ty, $value:literal)) => {
        table!(@key $kind, $crate::config::table::Without::Usual($value))
    };
    (@what must($kind:ty, $example:literal)) => {
        table!(@key $kind, $crate::config::table::Without::Must($example))
    };
    (@what may($kind:ty, $example:literal, $otherwise:literal)) => {
        table!(@key $kind, $crate::config::table::Without::Else($example, $otherwise))
    };
    (@what table($of:ty)) => {
        $crate::config::table::What::Table(<$of as $crate::config::table::Section>::TABLE)
    };
    (@what optional($of:ty)) => {
        $crate::config::table::What::Optional(<$of as $crate::config::table::Section>::TABLE)
    };
    (@what list($of:ty)) => {
        $crate::config::table::What::List(<$of as $crate::config::table::Section>::TABLE)
    };
    (@key $kind:ty, $without:expr) => {
        $crate::config::table::What::Key($crate::config::table::Key {
            without: $without,
            secret: <$kind as $crate::config::value::Rule>::SECRET,
            form: $crate::config::value::form::<$kind>(),
            rule: <$kind as $crate::config::value::Rule>::rule,
            bounds: <$kind as $crate::config::value::Rule>::bounds,
        })
    };
}
pub(super) use table;

/// Puts the defaults where nothing else stands: they are the lowest layer.
/// Tables that may be absent, and lists, get those of what is there.
pub(super) fn fill(tree: &mut Map<String, Value>, table: &Table) {
    for entry in table.entries {
        let name = entry.name.to_owned();
        let kind = match &entry.what {
            What::Key(Key { without: Without::Usual(value), .. }) => {
                tree.entry(name).or_insert_with(|| Value::new(None, *value));
                continue;
            }
            What::Key(_) => continue,
            What::Table(_) => Some(ValueKind::Table(Map::new())),
            What::Optional(_) => None,
            What::List(_) => Some(ValueKind::Array(Vec::new())),
        };
        if let Some(kind) = kind {
            tree.entry(name).or_insert_with(|| Value::new(None, kind));
        }
        match (&entry.what, tree.get_mut(entry.name).map(|value| &mut value.kind)) {
            (What::Table(of) | What::Optional(of), Some(ValueKind::Table(tree))) => fill(tree, of),
            (What::List(of), Some(ValueKind::Array(list))) => {
                for value in list {
                    if let ValueKind::Table(tree) = &mut value.kind {
                        fill(tree, of);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Every key of a filled tree with its value, for people; secrets are masked.
pub(super) fn effective(tree: &Map<String, Value>, table: &Table) -> Vec<EffectiveKey> {
    let mut keys = Vec::new();
    gather(&mut keys, "", tree, table);
    keys
}

fn gather(keys: &mut Vec<EffectiveKey>, path: &str, tree: &Map<String, Value>, table: &Table) {
    for entry in table.entries {
        let key = if path.is_empty() { entry.name.to_owned() } else { format!("{path}.{}", entry.name) };
        let there = tree.get(entry.name).map(|value| &value.kind);
        match (&entry.what, there) {
            (What::Key(of), there) => keys.push(EffectiveKey { key, value: shown(of, there) }),
            (What::Table(of) | What::Optional(of), Some(ValueKind::Table(tree))) => {
                gather(keys, &key, tree, of);
            }
            (What::List(of), Some(ValueKind::Array(list))) if !list.is_empty() => {
                for (n, value) in list.iter().enumerate() {
                    if let ValueKind::Table(tree) = &value.kind {
                        gather(keys, &format!("{key}[{n}]"), tree, of);
                    }
                }
            }
            _ => keys.push(EffectiveKey { key, value: String::from("(none)") }),
        }
    }
}

fn shown(key: &Key, value: Option<&ValueKind>) -> String {
    match (value, &key.without) {
        (Some(_), _) if key.secret => String::from("***"),
        (Some(ValueKind::Array(list)), _) => {
            let texts: Vec<String> = list.iter().map(|value| value.kind.to_string()).collect();
            listed(&texts.join(", "))
        }
        (Some(value), _) => listed(&value.to_string()),
        (None, Without::Else(_, otherwise)) => format!("({otherwise})"),
        (None, _) => String::from("(none)"),
    }
}

/// An empty list is worth a word.
fn listed(text: &str) -> String {
    if text.is_empty() { String::from("(none)") } else { text.to_owned() }
}

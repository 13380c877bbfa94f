//! Merges the layers of a configuration and reads the keys from them.

use std::collections::BTreeMap;
use std::error::Error;

use config::{ConfigError, FileFormat, Format, Map, Source, Value, ValueKind};

use super::FileText;
use super::file::File;
use super::findings::Findings;
use super::table::{self, Section};
use super::{EffectiveKey, overrides, redis};

/// Most faulty keys that are told at once; a file with more is no configuration.
const MAX_FAULTS: usize = 100;

/// A value that a variable gives to a key.
#[derive(Clone)]
pub(super) struct Binding {
    /// The key as it is addressed: `olts[0].snmp.port`.
    pub(super) key: String,
    pub(super) value: String,
    /// The name of the variable, or of those that make up the value.
    pub(super) variable: String,
}

impl Binding {
    pub(super) fn new(key: &str, value: &str, variable: &str) -> Self {
        Self { key: key.to_owned(), value: value.to_owned(), variable: variable.to_owned() }
    }
}

/// The values are not shown: they may be secrets.
impl std::fmt::Debug for Binding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} = {}", self.key, self.variable)
    }
}

/// Variables as one layer.
#[derive(Clone, Debug)]
struct Layer(Vec<Binding>);

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        let value = |b: &Binding| Value::new(Some(&b.variable), b.value.as_str());
        Ok(self.0.iter().map(|b| (b.key.clone(), value(b))).collect())
    }
}

/// The file as a tree; `None` when it is not TOML. It is held to the keys here
/// already: a variable that replaces a value must not hide a fault of the file.
pub(super) fn parse(file: &FileText, found: &mut Findings) -> Option<Value> {
    match FileFormat::Toml.parse(None, &file.text) {
        Ok(table) => {
            let tree = Value::new(None, table);
            keys(tree.clone(), &file.name, found);
            Some(tree)
        }
        Err(error) => {
            for (line, text) in syntax_errors(error.as_ref(), &file.text) {
                let place = line.map_or_else(|| file.name.clone(), |n| format!("{}: line {n}", file.name));
                found.problem(&place, "", text);
            }
            None
        }
    }
}

/// The lines and the complaints, the first one of each line. The errors' own text
/// would quote the line, which may hold a password.
fn syntax_errors(error: &(dyn Error + Send + Sync + 'static), text: &str) -> BTreeMap<Option<usize>, String> {
    let Some(first) = error.downcast_ref::<toml::de::Error>() else {
        return [(None, "holds a number that is out of range".to_owned())].into();
    };
    let (_, all) = toml::de::DeTable::parse_recoverable(text);
    let mut told = BTreeMap::new();
    for error in std::iter::once(first).chain(&all).take(MAX_FAULTS) {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map(|before| before.matches('\n').count() + 1);
        let text = || format!("is not TOML: {}", error.message().replace('\n', ", "));
        told.entry(line).or_insert_with(text);
    }
    told
}

/// What stands in the tree at the key, which goes through tables only.
pub(super) fn get<'a>(tree: &'a Value, key: &str) -> Option<&'a Value> {
    key.split('.').try_fold(tree, |value, part| match &value.kind {
        ValueKind::Table(table) => table.get(part),
        _ => None,
    })
}

/// How many entries the list at the key has.
pub(super) fn count(tree: &Value, key: &str) -> usize {
    match get(tree, key).map(|value| &value.kind) {
        Some(ValueKind::Array(list)) => list.len(),
        _ => 0,
    }
}

/// Lays a table over another: tables are merged, everything else replaces what was there.
fn lay(below: &mut Map<String, Value>, above: Map<String, Value>) {
    for (key, value) in above {
        let table = |value: &Value| matches!(value.kind, ValueKind::Table(_));
        match (below.get_mut(&key).filter(|there| table(there)).map(|there| &mut there.kind), value) {
            (Some(ValueKind::Table(below)), Value { kind: ValueKind::Table(above), .. }) => lay(below, above),
            (_, value) => drop(below.insert(key, value)),
        }
    }
}

/// Puts the layers over each other, the last on top, and reads the keys.
///
/// The file is laid by hand: `config`'s builder reads every key at the top as a
/// path, and a quoted key `"olts[9999999999]"` would make a list as long.
pub(super) fn read(
    below: Vec<Binding>,
    file: Option<(&FileText, Value)>,
    above: Vec<Binding>,
    found: &mut Findings,
) -> Option<(File, Vec<EffectiveKey>)> {
    let name = file.as_ref().map_or("", |(file, _)| file.name.as_str()).to_owned();
    let mut tree = Value::new(None, Map::<String, Value>::new());
    let mut merged = Layer(below).collect_to(&mut tree);
    if let (ValueKind::Table(top), Some((_, Value { kind: ValueKind::Table(table), .. }))) =
        (&mut tree.kind, file)
    {
        lay(top, table);
    }
    merged = merged.and_then(|()| Layer(above).collect_to(&mut tree));
    if merged.is_err() {
        found.problem(&name, "", "cannot be merged with the environment");
        return None;
    }
    keys(tree, &name, found)
}

/// Reads the keys, above their defaults. Reading stops at the first fault, so each fault is taken out
/// of the tree and the rest read again: all are told at once.
fn keys(mut tree: Value, file: &str, found: &mut Findings) -> Option<(File, Vec<EffectiveKey>)> {
    for _ in 0..MAX_FAULTS {
        let ValueKind::Table(top) = &mut tree.kind else { return None };
        // Again after each fault, since what was taken out left a gap.
        table::fill(top, File::TABLE);
        let fault = match tree.clone().try_deserialize::<File>() {
            Ok(keys) => return Some((keys, effective(&tree))),
            Err(error) => Fault::of(&error),
        };
        let removed = remove(&mut tree, &fault.path);
        let key = fault.key();
        match removed.as_ref().and_then(origin) {
            Some(variable) => found.problem(variable, &key, fault.text),
            None if file.is_empty() => found.problem(&key, &key, fault.text),
            None => found.problem(&format!("{file}: {key}"), &key, fault.text),
        }
        removed?;
    }
    None
}

fn effective(tree: &Value) -> Vec<EffectiveKey> {
    match &tree.kind {
        ValueKind::Table(top) => table::effective(top, File::TABLE),
        _ => Vec::new(),
    }
}

/// One step from a value into it.
#[derive(PartialEq)]
enum Step {
    Key(String),
    Index(usize),
}

struct Fault {
    path: Vec<Step>,
    text: String,
}

impl Fault {
    fn of(error: &ConfigError) -> Self {
        let (key, text) = match error {
            ConfigError::At { error, key, .. } => (key.as_deref().unwrap_or(""), error.to_string()),
            ConfigError::Type { key, .. } => (key.as_deref().unwrap_or(""), String::from("invalid")),
            other => ("", other.to_string()),
        };
        let mut path = steps(key);
        if let Some((name, expected)) =
            text.strip_prefix("unknown field `").and_then(|rest| rest.rsplit_once("`, expected "))
        {
            path.push(Step::Key(name.to_owned()));
            if let Some(text) = redis::several(name).filter(|_| key == "cache.redis") {
                return Self { path, text };
            }
            return Self { path, text: format!("there is no such key here, expected {expected}") };
        }
        // The deserializer's own complaints quote the value, which may be a secret in the wrong place.
        let text = match text.starts_with("invalid") {
            true if overrides::LISTS.contains(&key) => format!("must be a list of tables: write [[{key}]]"),
            true => "must be a table of keys".to_owned(),
            false => text,
        };
        Self { path, text }
    }

    fn key(&self) -> String {
        let mut key = String::new();
        for step in &self.path {
            match step {
                Step::Key(name) if key.is_empty() => key.extend(name.escape_debug()),
                Step::Key(name) => key.extend(std::iter::once('.').chain(name.escape_debug())),
                Step::Index(index) => key.push_str(&format!("[{index}]")),
            }
        }
        key
    }
}

/// The steps of a key as errors spell it, `olts[0]snmp.port`. No key that is known is all digits.
fn steps(key: &str) -> Vec<Step> {
    let parts = key.split(['.', '[', ']']).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().map_or_else(|_| Step::Key(part.to_owned()), Step::Index)).collect()
}

/// Takes a value out of the tree; an entry of a list becomes an empty table, so
/// that the others keep their places.
fn remove(tree: &mut Value, path: &[Step]) -> Option<Value> {
    let (last, parents) = path.split_last()?;
    let mut value = tree;
    for step in parents {
        value = match (step, &mut value.kind) {
            (Step::Key(key), ValueKind::Table(table)) => table.get_mut(key)?,
            (Step::Index(index), ValueKind::Array(list)) => list.get_mut(*index)?,
            _ => return None,
        };
    }
    match (last, &mut value.kind) {
        (Step::Key(key), ValueKind::Table(table)) => table.remove(key),
        (Step::Index(index), ValueKind::Array(list)) => {
            Some(std::mem::replace(list.get_mut(*index)?, Value::new(None, Map::<String, Value>::new())))
        }
        _ => None,
    }
}

/// The variable a value comes from; of a table, that of its first value when a variable made the table.
fn origin(value: &Value) -> Option<&str> {
    match &value.kind {
        ValueKind::Table(table) => table.iter().min_by_key(|(key, _)| *key).and_then(|(_, v)| origin(v)),
        _ => value.origin(),
    }
}

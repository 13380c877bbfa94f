//! The variables `OLTD_...`, which give a key another value.
//!
//! `__` separates the levels: `OLTD_CACHE__ONUS` is the key `cache.onus`. An
//! OLT is addressed by its place in the configuration, counted from 0:
//! `OLTD_OLTS__0__SNMP__COMMUNITY` is `olts[0].snmp.community`. The place after
//! the last OLT adds one. The same holds for tokens: `OLTD_AUTH__TOKENS__0__NAME`.

use std::collections::BTreeSet;

use super::Variables;
use super::findings::Findings;
use super::layers::Binding;

/// How a variable begins that sets a key.
pub(super) const PREFIX: &str = "OLTD_";
/// The variable that names the file; the only one that sets no key.
pub const FILE: &str = "OLTD_CONFIG";

/// The list of the OLTs.
pub(super) const OLTS: &str = "olts";
/// The lists of tables, whose entries are addressed by their places.
pub(super) const LISTS: [&str; 2] = [OLTS, "auth.tokens"];

/// The variables as values of keys, in the order of their names.
pub(super) fn read(variables: &Variables, found: &mut Findings) -> Vec<Binding> {
    let mut bindings: Vec<Binding> = Vec::new();
    for (variable, value) in variables.range(PREFIX.to_owned()..) {
        let Some(name) = variable.strip_prefix(PREFIX) else { break };
        if value.is_empty() || variable == FILE {
            continue;
        }
        match key_of(name) {
            Some(key) => bindings.push(Binding { key, value: value.clone(), variable: variable.clone() }),
            None => found.problem(variable, "", "names no key; see oltd.example.toml for the keys"),
        }
    }
    // A section set as a whole would hide, or be hidden by, the keys set in it.
    let keys: BTreeSet<String> = bindings.iter().map(|binding| binding.key.clone()).collect();
    bindings.retain(|Binding { key, variable, .. }| {
        let section = keys.iter().any(|other| other.starts_with(&format!("{key}.")));
        if section {
            found.problem(variable, key, "names a table, not a key");
        }
        !section
    });
    bindings
}

/// The key that a variable's name without its prefix addresses.
fn key_of(name: &str) -> Option<String> {
    let mut levels = name.split("__").map(str::to_ascii_lowercase);
    let first = levels.next().filter(|level| is_word(level))?;
    let mut key = first;
    loop {
        if LISTS.contains(&key.as_str()) {
            let index = levels.next().filter(|level| is_index(level))?;
            key = format!("{key}[{index}].{}", levels.next().filter(|level| is_word(level))?);
        }
        match levels.next() {
            Some(level) if is_word(&level) => key = format!("{key}.{level}"),
            Some(_) => return None,
            None => return Some(key),
        }
    }
}

fn is_word(level: &str) -> bool {
    level.starts_with(|c: char| c.is_ascii_lowercase())
        && level.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// At most three digits: one process serves no thousand OLTs, and a list is as long as its highest place.
fn is_index(level: &str) -> bool {
    let canonical = level == "0" || !level.starts_with('0');
    (1..=3).contains(&level.len()) && canonical && level.bytes().all(|b| b.is_ascii_digit())
}

/// The place of an OLT in a key, `3` of `olts[3].id`.
pub(super) fn place_of(key: &str) -> Option<usize> {
    place_in(OLTS, key)
}

fn place_in(list: &str, key: &str) -> Option<usize> {
    key.strip_prefix(list)?.strip_prefix('[')?.split_once(']')?.0.parse().ok()
}

/// The same key of the first entry of its list.
pub(super) fn in_first_place(key: &str) -> String {
    let list = LISTS.into_iter().find_map(|list| Some((list, place_in(list, key)?)));
    list.map_or_else(
        || key.to_owned(),
        |(list, place)| key.replace(&format!("{list}[{place}]"), &format!("{list}[0]")),
    )
}

/// The variable that sets a key.
pub(super) fn variable_of(key: &str) -> String {
    let levels = key.replace('[', "__").replace(']', "").replace('.', "__");
    format!("{PREFIX}{}", levels.to_ascii_uppercase())
}

/// Drops the variables of entries that would leave a gap in a list after the `count` that there are.
pub(super) fn without_gaps(
    mut bindings: Vec<Binding>,
    count: impl Fn(&str) -> usize,
    found: &mut Findings,
) -> Vec<Binding> {
    for list in LISTS {
        let places: BTreeSet<usize> =
            bindings.iter().filter_map(|binding| place_in(list, &binding.key)).collect();
        let next = (count(list)..).find(|place| !places.contains(place)).unwrap_or(usize::MAX);
        let entry = if list == OLTS { "OLT" } else { "token" };
        bindings.retain(|Binding { key, variable, .. }| {
            let kept = place_in(list, key).is_none_or(|place| place < next);
            if !kept {
                let text = format!("there is no such {entry}; places count from 0, the next is {next}");
                found.problem(variable, key, text);
            }
            kept
        });
    }
    bindings
}

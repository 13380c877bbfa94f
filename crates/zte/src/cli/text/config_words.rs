//! The words of a configuration line.

use std::str::FromStr;

/// The keywords of a line with what follows each, up to the next keyword.
#[derive(Debug)]
pub(in crate::cli) struct Words<'a>(Vec<(&'a str, String)>);

impl<'a> Words<'a> {
    /// `text` cut at `keys`; `None` when it does not begin with one.
    pub(in crate::cli) fn of(text: &'a str, keys: &[&str]) -> Option<Self> {
        let mut found: Vec<(&str, String)> = Vec::new();
        for word in text.split_whitespace() {
            if keys.contains(&word) {
                found.push((word, String::new()));
                continue;
            }
            let (_, value) = found.last_mut()?;
            if !value.is_empty() {
                value.push(' ');
            }
            value.push_str(word);
        }
        Some(Self(found))
    }

    /// Whether the keyword is there.
    pub(in crate::cli) fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(found, _)| *found == key)
    }

    /// What follows the keyword.
    pub(in crate::cli) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| *found == key).map(|(_, value)| value.as_str())
    }

    /// What follows the keyword, as text of its own.
    pub(in crate::cli) fn text(&self, key: &str) -> Option<String> {
        self.get(key).map(str::to_owned)
    }

    /// What follows the keyword, as a value. A complaint quotes nothing: it may be a piece of a secret.
    pub(in crate::cli) fn value<T: FromStr>(&self, key: &str) -> Result<Option<T>, String> {
        let Some(text) = self.get(key) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| format!("what follows `{key}` is not understood"))
    }

    /// Whether the keyword is there, which stands alone.
    pub(in crate::cli) fn flag(&self, key: &str) -> Result<bool, String> {
        match self.get(key) {
            Some("") => Ok(true),
            Some(_) => Err(format!("what follows `{key}` is not understood")),
            None => Ok(false),
        }
    }

    /// Whether no keyword stands there twice: which of them counts is not known.
    pub(in crate::cli) fn once(self) -> Option<Self> {
        let twice = self
            .0
            .iter()
            .enumerate()
            .any(|(at, (key, _))| self.0.iter().skip(at + 1).any(|(other, _)| key == other));
        (!twice).then_some(self)
    }
}

/// The first word of `text` as a value, and the rest of it.
pub(in crate::cli) fn first<T: FromStr>(text: &str) -> Option<(T, &str)> {
    let text = text.trim_start();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    Some((word.parse().ok()?, rest.trim()))
}

/// What stands after the words `start`, which end at a blank or with the text.
pub(in crate::cli) fn after<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(start)?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.starts_with(char::is_whitespace).then(|| rest.trim())
}

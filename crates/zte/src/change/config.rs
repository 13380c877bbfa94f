//! The configuration of an ONU as data: every line that stands about it, in its place.

use std::collections::BTreeMap;

use gpon::{ExpectedSerial, OnuRef};
use serde::{Deserialize, Serialize};

use crate::cli::text::{SecretText, StandingLine};
use crate::firmware::dialect::{Block, Changes, Replaced};

/// What stands about an ONU, as far as it was read. What renders it, in the tests, is the
/// inverse of reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OnuConfig {
    /// The ONU.
    pub(crate) at: OnuRef,
    /// How it is registered: by serial number or without; `None` for one that is not.
    pub(crate) registered: Option<ExpectedSerial>,
    /// The lines of each block that was read.
    blocks: BTreeMap<Block, Vec<ConfigLine>>,
}

/// A line of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ConfigLine {
    /// The line as it stands there, secrets and blanks included.
    #[serde(with = "exposed")]
    pub(crate) text: SecretText,
    /// What it sets.
    pub(crate) slot: Slot,
    /// The profile that set it.
    pub(crate) set_by_profile: Option<String>,
}

/// What a line sets: two lines of one slot are two values of one thing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Slot {
    pub(crate) block: Block,
    /// The words that say what is set, or the whole line for one that sets itself.
    #[serde(with = "exposed")]
    words: SecretText,
    /// What removes it.
    removed_by: Option<String>,
    /// Whether another value may be typed over it.
    pub(crate) over: bool,
    /// Words that may stand in it with a value behind them though nobody typed them.
    #[serde(default)]
    adds: Vec<String>,
}

/// What it sets; how it is removed follows from that.
impl PartialEq for Slot {
    fn eq(&self, other: &Self) -> bool {
        self.block == other.block && self.words == other.words
    }
}

impl Eq for Slot {}

impl ConfigLine {
    /// A line that stands, or is to stand, in a block.
    pub(crate) fn of(
        changes: &Changes,
        block: Block,
        text: SecretText,
        set_by_profile: Option<String>,
    ) -> Self {
        Self { slot: Slot::of(changes, block, text.expose()), text, set_by_profile }
    }

    /// The line without the blanks around it: what is typed, and what makes two lines one.
    pub(crate) fn typed(&self) -> &str {
        self.text.expose().trim()
    }

    /// Whether a line that stands there is this one, with nothing besides that the OLT may
    /// have added by itself.
    pub(crate) fn is_met_by(&self, standing: &str) -> bool {
        let standing = standing.trim();
        self.typed() == standing || {
            let mut wished = self.typed().split_whitespace();
            let mut stands = standing.split_whitespace().peekable();
            let mut next = wished.next();
            while let Some(word) = stands.next() {
                match next {
                    Some(wish) if wish == word => next = wished.next(),
                    _ if self.slot.adds.iter().any(|added| added == word) => _ = stands.next(),
                    _ => return false,
                }
            }
            next.is_none() && !self.slot.adds.is_empty()
        }
    }
}

impl Slot {
    fn of(changes: &Changes, block: Block, line: &str) -> Self {
        let typed: Vec<&str> = line.split_whitespace().collect();
        for setting in changes.settings.iter().filter(|setting| setting.block == block) {
            let Some(values) = matched(setting.words, &typed) else { continue };
            return Self {
                block,
                words: SecretText::of(&filled(setting.words, &values)),
                removed_by: setting.removed_by.map(|line| filled(line, &values)),
                over: setting.replaced == Replaced::Over,
                adds: setting.adds.iter().map(|word| (*word).to_owned()).collect(),
            };
        }
        Self { block, words: SecretText::of(line.trim()), removed_by: None, over: true, adds: Vec::new() }
    }

    /// What it is called, in plans and in what may be lost; secrets are masked.
    pub(crate) fn name(&self) -> String {
        self.words.shown().to_owned()
    }

    /// The line that removes it; `None` where none is known.
    pub(crate) fn removed_by(&self) -> Option<&str> {
        self.removed_by.as_deref()
    }
}

/// The values for `<>` in `words`, where the line begins with these.
fn matched<'a>(words: &str, typed: &[&'a str]) -> Option<Vec<&'a str>> {
    let mut values = Vec::new();
    for (at, word) in words.split(' ').enumerate() {
        match typed.get(at) {
            Some(value) if word == "<>" => values.push(*value),
            Some(value) if *value == word => {}
            _ => return None,
        }
    }
    Some(values)
}

/// Whether a line begins with these words; `<>` stands for any.
pub(super) fn begins(words: &str, line: &str) -> bool {
    let typed: Vec<&str> = line.split_whitespace().collect();
    matched(words, &typed).is_some()
}

fn filled(words: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let filled: Vec<&str> = words
        .split(' ')
        .map(|word| if word == "<>" { values.next().copied().unwrap_or_default() } else { word })
        .collect();
    filled.join(" ")
}

impl OnuConfig {
    /// Of an ONU of which nothing was read yet.
    pub(crate) fn new(at: OnuRef, registered: Option<ExpectedSerial>) -> Self {
        Self { at, registered, blocks: BTreeMap::new() }
    }

    /// Takes the lines of a block as they stand there.
    pub(crate) fn read(&mut self, changes: &Changes, block: Block, lines: Vec<StandingLine>) {
        let lines = lines
            .into_iter()
            .map(|line| ConfigLine::of(changes, block, line.text, line.set_by_profile))
            // What stands when nothing is set says nothing.
            .filter(|line| !is_default(changes, line))
            .collect();
        self.blocks.insert(block, lines);
    }

    /// The lines of a block; none where it was not read.
    pub(crate) fn lines(&self, block: Block) -> &[ConfigLine] {
        self.blocks.get(&block).map_or(&[], Vec::as_slice)
    }

    /// Every line that was read, the blocks in the order in which they are made.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &ConfigLine> {
        self.blocks.values().flatten()
    }

    /// Whether a block was read.
    pub(crate) fn has_read(&self, block: Block) -> bool {
        self.blocks.contains_key(&block)
    }

    /// The line of a slot.
    pub(crate) fn get(&self, slot: &Slot) -> Option<&ConfigLine> {
        self.lines(slot.block).iter().find(|line| line.slot == *slot)
    }

    /// Sets what a line sets, in the place of what stands there.
    pub(crate) fn set(&mut self, line: ConfigLine) {
        let lines = self.blocks.entry(line.slot.block).or_default();
        match lines.iter_mut().find(|standing| standing.slot == line.slot) {
            // The blanks around it are no other value.
            Some(standing) if line.is_met_by(standing.typed()) => {}
            Some(standing) => *standing = line,
            None => lines.push(line),
        }
    }

    /// Removes what this line sets.
    pub(crate) fn unset(&mut self, slot: &Slot) {
        if let Some(lines) = self.blocks.get_mut(&slot.block) {
            lines.retain(|line| line.slot != *slot);
        }
    }

    /// Takes it that a block has no lines: that of an ONU which is not registered.
    pub(crate) fn without(&mut self, block: Block) {
        self.blocks.insert(block, Vec::new());
    }

    /// Removes everything: an ONU that is not registered has no configuration.
    pub(crate) fn clear(&mut self) {
        self.registered = None;
        self.blocks.values_mut().for_each(Vec::clear);
    }

    /// A block as the device shows its lines.
    #[cfg(test)]
    pub(crate) fn render(&self, block: Block) -> String {
        self.lines(block).iter().map(|line| format!("{}\n", line.text.expose())).collect()
    }
}

/// Whether a line only says that something is not set: `no shutdown` (CLI §4.2, §5.1).
fn is_default(changes: &Changes, line: &ConfigLine) -> bool {
    let removes = |setting: &crate::firmware::dialect::Setting| {
        setting.block == line.slot.block
            && !setting.words.contains("<>")
            && setting.removed_by == Some(line.typed())
    };
    changes.settings.iter().any(removes)
}

/// Secrets included: for documents that are sealed before they are kept.
pub(super) mod exposed {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::SecretText;

    pub(in crate::change) fn serialize<S: Serializer>(
        text: &SecretText,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(text.expose())
    }

    pub(in crate::change) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<SecretText, D::Error> {
        String::deserialize(deserializer).map(|text| SecretText::of(&text))
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;

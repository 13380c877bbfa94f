//! How the lines of a running-config become its blocks (fact sheet, CLI §4.5, §9.1).
//!
//! A configuration is open: what is not understood is kept in its place. A
//! problem is only what may have cost something that is understood.

use super::Parsed;
use super::answer::{Line, Notes, fullness};
use super::config_blocks::{OtherBlock, RunningConfig, VlanConfig, tcont_profile, traffic_profile};
use super::config_heads::{
    Block, TITLE, block_head, is_bare_block, is_closer, is_known_word, is_section, strong_head,
};
use super::config_line::{BodyLine, Row, Rows, frame_ends, has_end, indent};
use super::config_marks::{Frame, Mark, OtherLines};
use super::config_words::after;
use super::delimited::{self, Text};
use super::onu_config::InterfaceConfig;
use super::password::{masked_behind, masked_from};
use super::pon_config::PonConfig;
use super::remote_config::RemoteConfig;
use super::secret_text::SecretText;
use super::uplink_config::UplinkConfig;
use super::values;

/// How much was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Asked {
    Whole,
    Pon,
    Onu,
    Remote,
}

/// The running-config in `text`.
pub(in crate::cli) fn blocks(text: &str, asked: Asked) -> Parsed<RunningConfig> {
    let rows = Rows::of(text);
    let mut reader = Reader {
        config: RunningConfig::default(),
        notes: Notes::default(),
        asked,
        block: Block::None,
        body: None,
        profile: None,
        full: None,
        wide: None,
        whole: None,
    };
    let mut at = 0;
    while let Some(behind) = rows.rows.get(at..).filter(|behind| !behind.is_empty()) {
        at += reader.step(&rows, at, behind);
    }
    if let Some(last) = rows.last().filter(|_| reader.block.is_closed()) {
        reader.notes.because(last, "the text ends in the middle of a block");
    }
    reader.notes.with(reader.config)
}

struct Reader {
    config: RunningConfig,
    notes: Notes,
    asked: Asked,
    block: Block,
    /// How far the first line of the block is indented.
    body: Option<usize>,
    /// The profile that sets the lines.
    profile: Option<String>,
    /// The line before, when it is undecided whether this one is its rest.
    full: Option<String>,
    /// The line before, when it fills the terminal and this one begins like a line of its own.
    wide: Option<String>,
    /// This line as it stands there, where the line before hides some of it.
    whole: Option<String>,
}

impl Reader {
    /// Takes the first of `behind`, which stands at `at`, and what belongs to it; says how many rows these were.
    fn step(&mut self, rows: &Rows<'_>, at: usize, behind: &[Row<'_>]) -> usize {
        let (full, wide) = (self.full.take(), self.wide.take());
        self.whole = None;
        let Some(first) = behind.first().filter(|row| !row.trimmed().is_empty()) else { return 1 };
        let free = first.indent() == 0 || matches!(self.block, Block::None | Block::Open | Block::Closed);
        if self.asked == Asked::Whole
            && free
            && let Some(text) = delimited::text(behind)
        {
            return self.delimited(text, behind);
        }
        let (mut text, used, undecided) = rows.whole(at, self.block.is_closed());
        if let Some(before) = full {
            // It may be the rest of a line, and of a secret in it.
            let shown = masked_from(&format!("{before}{text}"), before.len());
            self.whole = Some(std::mem::replace(&mut text, shown));
        } else if let Some(before) = wide {
            let shown = masked_behind(&format!("{before}{text}"), before.len());
            self.whole = Some(std::mem::replace(&mut text, shown));
        }
        let line = Line { number: first.number, text: text.trim_end() };
        self.line(line, &text, behind);
        if undecided {
            self.undecided(line, &text);
            self.full = Some(text);
        } else if behind.get(used - 1).is_some_and(|row| fullness(row.text, 0).is_some()) {
            self.wide = Some(text);
        }
        used
    }

    /// A text between delimiters, which is kept as it is.
    fn delimited(&mut self, text: Text, behind: &[Row<'_>]) -> usize {
        let further = if let Text::Lines(further) = text { further } else { 0 };
        let Some((first, inside)) = behind.get(..=further).and_then(<[_]>::split_first) else { return 1 };
        if first.indent() == 0 || self.block == Block::None {
            self.leave();
            self.other(first.text);
        } else {
            self.keep(first.text);
        }
        if text == Text::Unclosed {
            let line = Line { number: first.number, text: first.text.trim_end() };
            self.notes.because(line, "the end of the text that begins there is not found");
        }
        for row in inside {
            // Prose may speak of passwords. What is no prose after all keeps its secrets.
            let word = row.trimmed().split_whitespace().next().unwrap_or_default();
            let kept =
                if is_known_word(word) { SecretText::of(row.text) } else { SecretText::plain(row.text) };
            self.config.other.last_mut().into_iter().for_each(|block| block.lines.push(kept.clone()));
        }
        if further > 0 && self.block == Block::Open {
            self.block = Block::None;
        }
        further + 1
    }

    /// Flags a line of which nobody knows whether it is whole. Where it is read
    /// into fields, these may be cut.
    fn undecided(&mut self, line: Line<'_>, text: &str) {
        match self.block {
            Block::None | Block::Open | Block::Closed => {
                let kept = self.kept(text);
                if let Some(block) = self.config.other.last_mut() {
                    block.marks.push(Mark::undecided(block.lines.len().checked_sub(1), kept));
                }
            }
            _ => self.notes.because(line, "nothing tells whether the next line is the rest of this one"),
        }
    }

    fn leave(&mut self) {
        (self.block, self.body, self.profile) = (Block::None, None, None);
    }

    fn line(&mut self, line: Line<'_>, raw: &str, behind: &[Row<'_>]) {
        let text = line.trimmed();
        let indent = indent(raw);
        if text == TITLE || (indent == 0 && text == "end") {
            return self.leave();
        }
        if strong_head(text) {
            return self.strong(line, text);
        }
        let left = indent == 0 || self.body.is_none_or(|body| indent < body);
        if is_closer(text) && left {
            return self.close(text, raw);
        }
        if indent > 0 {
            if self.block != Block::None {
                self.body.get_or_insert(indent);
                return self.inside(line, raw, behind);
            }
        } else if block_head(text) {
            return self.head(line, text, raw, behind);
        } else if self.block.is_closed() {
            return self.notes.because(line, "a line that does not belong there");
        }
        if self.asked == Asked::Whole {
            self.alone(text, raw, indent);
        } else {
            self.notes.unknown(line);
        }
    }

    /// The end of a block. Of one without fields, `exit` is a line like any other.
    fn close(&mut self, text: &str, raw: &str) {
        let kept = text == "exit" && matches!(self.block, Block::None | Block::Open | Block::Closed);
        self.leave();
        if (kept || is_section(text)) && self.asked == Asked::Whole {
            self.other(raw);
        }
    }

    /// The block of a PON port or an ONU begins.
    fn strong(&mut self, line: Line<'_>, text: &str) {
        self.leave();
        let name = text.split_whitespace().nth(1).unwrap_or_default();
        let remote = text.starts_with("pon-onu-mng");
        let wanted = |asked| self.asked == Asked::Whole || self.asked == asked;
        match (values::pon(name), values::onu(name)) {
            (Ok(pon), _) if wanted(Asked::Pon) => {
                self.config.pons.push(PonConfig::of(pon));
                self.block = Block::Pon;
            }
            (_, Ok(onu)) if remote && wanted(Asked::Remote) => {
                self.config.remotes.push(RemoteConfig::of(onu));
                self.block = Block::Remote;
            }
            (_, Ok(onu)) if !remote && wanted(Asked::Onu) => {
                self.config.onus.push(InterfaceConfig::of(onu));
                self.block = Block::Onu;
            }
            _ => {
                self.notes.unknown(line);
                self.block = Block::Foreign;
            }
        }
    }

    /// Another block begins, or a line that looks like it.
    fn head(&mut self, line: Line<'_>, text: &str, raw: &str, behind: &[Row<'_>]) {
        self.leave();
        if self.asked != Asked::Whole {
            self.notes.unknown(line);
            self.block = Block::Foreign;
            return;
        }
        let closed = !is_bare_block(text) || has_end(behind);
        self.block = match text {
            "gpon" if closed => Block::Gpon,
            "vlan database" if closed => Block::VlanDatabase,
            _ => match after(text, "vlan").map(str::parse) {
                Some(Ok(id)) => {
                    let other = OtherLines::default();
                    self.config.vlans.push(VlanConfig { id, name: None, description: None, other });
                    if closed { Block::Vlan } else { Block::None }
                }
                _ => {
                    self.other(raw);
                    if closed { Block::Closed } else { Block::Open }
                }
            },
        };
        if let Some(name) = after(text, "interface") {
            if values::uplink(name) {
                self.config.uplinks.push(UplinkConfig::of(name));
                self.block = Block::Uplink;
            } else if name.starts_with("gpon-") {
                self.notes.because(line, "the place of a PON port or of an ONU that is not understood");
            }
        } else if text.starts_with("pon-onu-mng") {
            self.notes.because(line, "the place of an ONU that is not understood");
        }
    }

    /// A line outside of the blocks that have an end.
    fn alone(&mut self, text: &str, raw: &str, indent: usize) {
        self.leave();
        let value = |key| after(text, key).filter(|_| indent == 0);
        if let Some(saved) = text.strip_prefix("timestamp_write:") {
            self.config.saved_at = values::name(saved.trim());
        } else if let Some(version) = value("config-version") {
            self.config.config_version = values::name(version);
        } else if let Some(hostname) = value("hostname") {
            self.config.hostname = values::name(hostname);
        } else {
            self.other(raw);
            self.block = if indent == 0 { Block::Open } else { Block::None };
        }
    }

    /// This line as it is kept.
    fn kept(&self, raw: &str) -> SecretText {
        SecretText::standing_for(raw, self.whole.as_deref().unwrap_or(raw))
    }

    fn other(&mut self, raw: &str) {
        self.begin(self.kept(raw));
    }

    fn begin(&mut self, head: SecretText) {
        self.config.other.push(OtherBlock { head, lines: Vec::new(), marks: Vec::new() });
    }

    /// Keeps a line in the block that it stands in.
    fn keep(&mut self, raw: &str) {
        let kept = self.kept(raw);
        match self.config.other.last_mut() {
            Some(block) => block.lines.push(kept),
            None => self.begin(kept),
        }
    }

    /// Keeps a line of a block that has fields for its other lines.
    fn keep_below(&mut self, head: &str, raw: &str) {
        if self.config.other.last().is_none_or(|block| block.head.shown() != head) {
            self.begin(SecretText::plain(head));
        }
        self.keep(raw);
    }

    /// A line of a block.
    fn inside(&mut self, line: Line<'_>, raw: &str, behind: &[Row<'_>]) {
        let text = line.trimmed();
        if matches!(self.block, Block::Pon | Block::Onu | Block::Remote)
            && let Some(frame) = Frame::of(text)
        {
            return self.frame(line, frame, behind);
        }
        let (config, notes) = (&mut self.config, &mut self.notes);
        let whole = self.whole.as_deref().unwrap_or(raw);
        let body = BodyLine { line, raw, whole, profile: self.profile.as_deref() };
        match self.block {
            Block::None | Block::Foreign => notes.unknown(line),
            Block::Gpon => self.gpon(line, raw),
            Block::VlanDatabase => match after(text, "vlan").map(values::vlan_ranges) {
                Some(Ok(ranges)) => config.vlan_ranges.extend(ranges),
                Some(Err(_)) => notes.because(line, "VLANs that are not understood"),
                None => self.keep_below("vlan database", raw),
            },
            Block::Vlan => {
                let Some(vlan) = config.vlans.last_mut() else { return notes.unknown(line) };
                if let Some(name) = after(text, "name") {
                    vlan.name = values::name(name);
                } else if let Some(description) = after(text, "description") {
                    vlan.description = values::name(description);
                } else {
                    vlan.other.keep(body.kept(), None);
                }
            }
            Block::Pon => match config.pons.last_mut() {
                Some(pon) => pon.take(body, notes),
                None => notes.unknown(line),
            },
            Block::Onu => match config.onus.last_mut() {
                Some(onu) => onu.take(body, notes),
                None => notes.unknown(line),
            },
            Block::Remote => match config.remotes.last_mut() {
                Some(remote) => remote.take(body, notes),
                None => notes.unknown(line),
            },
            Block::Uplink => {
                config.uplinks.last_mut().into_iter().for_each(|uplink| uplink.take(body, notes));
                self.keep(raw);
            }
            Block::Closed | Block::Open => self.keep(raw),
        }
    }

    /// The frame around lines that a profile sets. One without an end covers
    /// nothing: how far it reaches is not known.
    fn frame(&mut self, line: Line<'_>, frame: Frame<'_>, behind: &[Row<'_>]) {
        match frame {
            Frame::Begin(name) => {
                let profiles = match self.block {
                    Block::Onu => self.config.onus.last_mut().map(|onu| &mut onu.profiles),
                    Block::Remote => self.config.remotes.last_mut().map(|remote| &mut remote.profiles),
                    _ => None,
                };
                profiles.into_iter().for_each(|profiles| profiles.push(name.to_owned()));
                let ends = frame_ends(behind);
                self.profile = ends.then(|| name.to_owned());
                if !ends {
                    self.notes.because(line, "the end of the lines that this profile sets is not found");
                }
            }
            Frame::End if self.profile.take().is_none() => {
                self.notes.because(line, "the end of a profile's lines that did not begin");
            }
            Frame::End => {}
        }
    }

    /// A line of a block `gpon`: a profile, or what has no field of its own.
    fn gpon(&mut self, line: Line<'_>, raw: &str) {
        let text = line.trimmed();
        let taken = if let Some(profile) = after(text, "profile tcont") {
            tcont_profile(profile).map(|profile| self.config.tcont_profiles.push(profile))
        } else if let Some(profile) = after(text, "profile traffic") {
            traffic_profile(profile).map(|profile| self.config.traffic_profiles.push(profile))
        } else {
            self.keep_below("gpon", raw);
            Ok(())
        };
        if let Err(reason) = taken {
            self.notes.because(line, reason);
        }
    }
}

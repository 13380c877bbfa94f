use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::change::CHANGES;
use super::command::{Arg, Command, Syntax};
use super::modes::{Mode, Scope, Step};
use super::pattern::{Piece, forms};
use super::show::SHOWS;
use super::words::{Act, EXEC_WORDS, REFUSED, SHOW_WORDS, STEPS};
use crate::device::Device;

/// One form of a command.
#[derive(Debug)]
struct Form {
    pieces: Vec<Piece>,
    scope: Scope,
    act: Act,
}

impl Form {
    /// Whether help and abbreviations know it.
    fn is_listed(&self) -> bool {
        !matches!(self.act, Act::Refuse(_))
    }
}

/// A line that was understood.
#[derive(Debug)]
pub(crate) struct Understood {
    pub(crate) act: Act,
    pub(crate) args: Vec<Arg>,
    /// The byte of the line at which each argument starts.
    pub(crate) columns: Vec<usize>,
    /// The keyword before each argument; empty for none.
    pub(crate) names: Vec<&'static str>,
    /// All keywords, whole.
    pub(crate) keywords: Vec<&'static str>,
    /// The line, its keywords whole and its blanks single.
    pub(crate) line: String,
}

/// A line that was not: the message, and the byte of the line that it is about.
pub(crate) type Misunderstood = (Syntax, usize);

/// A word of a line and where it starts.
#[derive(Debug, Clone, Copy)]
struct Typed<'a> {
    text: &'a str,
    at: usize,
}

fn words(line: &str) -> Vec<Typed<'_>> {
    let mut words = Vec::new();
    let mut at = 0;
    for part in line.split(' ') {
        if !part.is_empty() {
            words.push(Typed { text: part, at });
        }
        at += part.len() + 1;
    }
    words
}

/// The byte behind the word that starts at `at`.
pub(crate) fn end_of_word(line: &str, at: usize) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    at + rest.find(' ').unwrap_or(rest.len())
}

/// Every command there is, in all its forms.
#[derive(Debug)]
pub(crate) struct Grammar {
    forms: Vec<Form>,
}

impl Grammar {
    /// That of the device.
    pub(crate) fn of_device() -> &'static Self {
        static GRAMMAR: OnceLock<Grammar> = OnceLock::new();
        GRAMMAR.get_or_init(|| Self::new(SHOWS))
    }

    fn new(shows: &[&'static [Command]]) -> Self {
        let mut all = Vec::new();
        let mut add = |syntax, scope, act| {
            all.extend(forms(syntax).into_iter().map(|pieces| Form { pieces, scope, act }));
        };
        for command in shows.iter().copied().flatten() {
            add(command.syntax, Scope::Everywhere, Act::Show(command));
        }
        for (syntax, scope, step) in STEPS {
            add(syntax, *scope, Act::Step(*step));
        }
        for change in CHANGES.iter().copied().flatten() {
            add(change.syntax, change.scope, Act::Change(change));
        }
        for (syntax, scope, refusal) in REFUSED {
            add(syntax, *scope, Act::Refuse(*refusal));
        }
        // The longest first: a word that has words of its own is not missing.
        for (before, next) in SHOW_WORDS.iter().rev() {
            let before: Vec<Piece> = before.split(' ').map(Piece::Keyword).collect();
            next.iter().for_each(|word| add_missing(&mut all, &before, word, Scope::Everywhere));
        }
        for word in EXEC_WORDS {
            add_missing(&mut all, &[], word, Scope::Exec);
        }
        Self { forms: all }
    }

    fn known_in(&self, mode: Mode) -> Vec<&Form> {
        self.forms.iter().filter(|form| form.scope.holds(mode)).collect()
    }

    /// Understands a line that is not empty.
    ///
    /// # Errors
    /// As the device refuses it.
    pub(crate) fn understand(
        &self,
        line: &str,
        mode: Mode,
        device: &Device,
    ) -> Result<Understood, Misunderstood> {
        let words = words(line);
        let mut left: Vec<&Form> = self.known_in(mode);
        for (place, word) in words.iter().enumerate() {
            let next = narrow(&left, place, word.text).map_err(|ambiguous| (ambiguous, word.at))?;
            if next.is_empty() {
                return Err((self.unknown(&left, place, &words, mode), word.at));
            }
            let rest = next.iter().all(|form| form.pieces.get(place) == Some(&Piece::Rest));
            left = next;
            if rest {
                break;
            }
        }
        let whole = |form: &&&Form| match form.pieces.last() {
            Some(Piece::Rest) => words.len() >= form.pieces.len(),
            _ => words.len() == form.pieces.len(),
        };
        let form = left.iter().find(whole).ok_or((Syntax::Incomplete, line.len()))?;
        finish(form, line, &words, device)
    }

    /// Why no form goes on with the word at `place`.
    fn unknown(&self, left: &[&Form], place: usize, words: &[Typed<'_>], mode: Mode) -> Syntax {
        let word = words.get(place).map_or("", |word| word.text);
        if place == 0 {
            let first = |form: &Form| matches!(form.pieces.first(), Some(Piece::Keyword(first)) if first.starts_with(word));
            let elsewhere = self.forms.iter().any(first);
            return if elsewhere || !mode.is_exec() { Syntax::NotHere } else { Syntax::Unrecognized };
        }
        let next: Vec<Piece> = left.iter().filter_map(|form| form.pieces.get(place).copied()).collect();
        let only_arguments = !next.is_empty() && !next.iter().any(|piece| matches!(piece, Piece::Keyword(_)));
        if only_arguments || next.iter().any(|piece| piece.resembles(word)) {
            return Syntax::BadParameter;
        }
        let shows = left.iter().all(|form| form.pieces.first() == Some(&Piece::Keyword("show")));
        if place == 1 && shows { Syntax::Unrecognized } else { Syntax::NotHere }
    }

    /// What may follow `line`, which ends where `?` was typed: the words that go on
    /// with its last one, or, behind a blank or an empty line, all that may come next.
    pub(crate) fn next_words(&self, line: &str, mode: Mode) -> Vec<String> {
        let words = words(line);
        let begun = if line.ends_with(' ') { None } else { words.last() };
        let before = words.len() - usize::from(begun.is_some());
        let mut left: Vec<&Form> = self.known_in(mode);
        for (place, word) in words.iter().take(before).enumerate() {
            left = narrow(&left, place, word.text).unwrap_or_default();
        }
        let begun = begun.map_or("", |word| word.text);
        let fits = |piece: &Piece| match piece {
            Piece::Keyword(keyword) => keyword.starts_with(begun),
            other => begun.is_empty() || other.resembles(begun),
        };
        let listed = left.iter().filter(|form| form.is_listed());
        let pieces = listed.filter_map(|form| form.pieces.get(before)).filter(|piece| fits(piece));
        let unique: BTreeSet<String> = pieces.map(|piece| piece.hint()).collect();
        let mut next: Vec<String> = unique.into_iter().collect();
        let whole = left.iter().any(|form| form.is_listed() && form.pieces.len() == before);
        if begun.is_empty() && whole && before > 0 {
            next.push("<cr>".to_owned());
        }
        next
    }

    /// What Tab adds to `line`; `None` when its last word is no beginning of just one keyword.
    pub(crate) fn completion(&self, line: &str, mode: Mode) -> Option<String> {
        let begun = words(line).last().filter(|_| !line.ends_with(' '))?.text.to_owned();
        match self.next_words(line, mode).as_slice() {
            [only] => only.strip_prefix(begun.as_str()).map(|rest| format!("{rest} ")),
            _ => None,
        }
    }
}

/// Adds a command that the device has, unless the simulator has one that begins so.
fn add_missing(all: &mut Vec<Form>, before: &[Piece], word: &'static str, scope: Scope) {
    let begin: Vec<Piece> = [before, &[Piece::Keyword(word)]].concat();
    let begins = |form: &Form| form.is_listed() && form.pieces.starts_with(&begin);
    if all.iter().any(|form| form.scope.holds(Mode::Exec) && begins(form)) {
        return;
    }
    let with_rest = [begin.as_slice(), &[Piece::Rest]].concat();
    all.extend([begin, with_rest].map(|pieces| Form { pieces, scope, act: Act::Missing }));
}

/// The forms that go on with `word`.
fn narrow<'f>(left: &[&'f Form], place: usize, word: &str) -> Result<Vec<&'f Form>, Syntax> {
    let keyword = |form: &&&Form| match form.pieces.get(place) {
        Some(Piece::Keyword(keyword)) => Some(*keyword),
        _ => None,
    };
    let with = |wanted: &str| left.iter().filter(|form| keyword(form) == Some(wanted)).copied().collect();
    if left.iter().any(|form| keyword(&form) == Some(word)) {
        return Ok(with(word));
    }
    let listed = left.iter().filter(|form| form.is_listed()).filter_map(|form| keyword(&form));
    let begun: BTreeSet<&str> = listed.filter(|keyword| keyword.starts_with(word)).collect();
    match (begun.len(), begun.first()) {
        (1, Some(only)) => return Ok(with(only)),
        (2.., _) => return Err(Syntax::Ambiguous),
        _ => {}
    }
    let takes = |form: &&&Form| form.pieces.get(place).is_some_and(|piece| piece.argument(word).is_some());
    Ok(left.iter().filter(takes).copied().collect())
}

fn finish(
    form: &Form,
    line: &str,
    words: &[Typed<'_>],
    device: &Device,
) -> Result<Understood, Misunderstood> {
    let refused = match form.act {
        Act::Refuse(syntax) => Some(syntax),
        Act::Missing => Some(Syntax::NotHere),
        Act::Show(_) | Act::Step(_) | Act::Change(_) => None,
    };
    if let Some(syntax) = refused {
        let last = form.pieces.iter().rposition(|piece| matches!(piece, Piece::Keyword(_)));
        let at = last.and_then(|place| words.get(place)).map_or(0, |word| word.at);
        return Err((syntax, if syntax == Syntax::Incomplete { line.len() } else { at }));
    }
    let (mut args, mut columns, mut names) = (Vec::new(), Vec::new(), Vec::new());
    let (mut keywords, mut whole) = (Vec::new(), Vec::new());
    for (piece, word) in form.pieces.iter().zip(words) {
        let text = if *piece == Piece::Rest { line.get(word.at..).unwrap_or_default() } else { word.text };
        if let Piece::Keyword(keyword) = piece {
            keywords.push(*keyword);
            whole.push(*keyword);
            continue;
        }
        whole.push(text.trim_end());
        let Some(arg) = piece.argument(text) else { continue };
        if !exists(&arg, *piece, device) {
            return Err((Syntax::BadParameter, word.at));
        }
        args.push(arg);
        columns.push(word.at);
        names.push(keywords.last().copied().unwrap_or_default());
    }
    // VLANs are made by commands that write; until then only those that are there.
    let vlan = matches!(form.act, Act::Step(Step::Vlan | Step::InterfaceVlan));
    if let (true, Some(Arg::Number(id)), Some(at)) = (vlan, args.first(), columns.first())
        && !u16::try_from(*id).is_ok_and(|id| device.profiles.vlans.contains_key(&id))
    {
        return Err((Syntax::BadParameter, *at));
    }
    // A device takes a moment until a new ONU can be entered.
    let inside = matches!(form.act, Act::Step(Step::InterfaceOnu | Step::OnuManagement));
    if let (true, Some(Arg::Onu(onu)), Some(at)) = (inside, args.first(), columns.first())
        && !device.has_interface(*onu)
    {
        return Err((Syntax::BadParameter, *at));
    }
    Ok(Understood { act: form.act, args, columns, names, keywords, line: whole.join(" ") })
}

/// Whether the device has what an argument names.
fn exists(arg: &Arg, piece: Piece, device: &Device) -> bool {
    match arg {
        Arg::Pon(pon) => device.pons().contains_key(pon),
        Arg::Onu(onu) => device.onu(*onu).is_some(),
        Arg::Slot(rack, slot) => *rack == 1 && device.cards.contains_key(slot),
        Arg::Word(name) if piece == Piece::Uplink => device.uplinks.iter().any(|port| port.name == *name),
        Arg::Word(_) | Arg::Number(_) | Arg::Ids(..) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Slow;
    use crate::scenario::{SMALL, Scenario};

    const fn show(syntax: &'static str) -> Command {
        Command { syntax, slow: Slow::Simple, run: |_| Ok(String::new()) }
    }

    static SOME: [Command; 8] = [
        show("show gpon onu state [<pon> [<1-128>]]"),
        show("show gpon onu state <slot>"),
        show("show gpon onu by sn <word>"),
        show("show running-config"),
        show("show running-config interface <onu>"),
        show("show onu-type [gpon [<word>]]"),
        show("show vlan <1-4094>"),
        show("show vlan summary"),
    ];

    /// The syntax that a line is taken for and its arguments, or the refusal.
    fn taken(line: &str) -> Result<(&'static str, usize), Misunderstood> {
        let device = Scenario::parse(SMALL).unwrap().device;
        let understood = Grammar::new(&[&SOME]).understand(line, Mode::Config, &device)?;
        let Act::Show(command) = understood.act else { panic!("{line}: {understood:?}") };
        assert_eq!(understood.args.len(), understood.columns.len());
        Ok((command.syntax, understood.args.len()))
    }

    #[test]
    fn forms_arguments_and_abbreviations() {
        for (line, command, count) in [
            ("show gpon onu state", 0, 0),
            ("sh gpon onu st gpon-olt_1/1/1", 0, 1),
            ("show  gpon onu state  gpon-olt_1/1/1 128 ", 0, 2),
            ("show gpon onu state gpon-olt_1/1", 1, 1),
            ("show gpon onu by sn summary", 2, 1),
            ("sho run", 3, 0),
            ("show run int gpon-onu_1/1/1:1", 4, 1),
            ("show onu-type", 5, 0),
            ("show onu-type g gpon", 5, 1),
            ("show vlan 7", 6, 1),
            ("show vlan sum", 7, 0),
        ] {
            assert_eq!(taken(line), Ok((SOME[command].syntax, count)), "{line}");
        }
    }

    #[test]
    fn refusals_point_at_the_word() {
        for (line, syntax, at) in [
            ("show gpon onu state gpon-olt_1/9/1", Syntax::BadParameter, 20),
            ("show gpon onu state gpon-olt_1/1/1 129", Syntax::BadParameter, 35),
            ("show gpon onu state gpon-olt_1/1/1 1 1", Syntax::NotHere, 37),
            ("show gpon onu state all", Syntax::BadParameter, 20),
            ("show run int gpon-onu_1/1/2:1", Syntax::BadParameter, 13),
            ("show gpon onu by sn", Syntax::Incomplete, 19),
            ("show vlan 4095", Syntax::BadParameter, 10),
            ("show gpon onu d", Syntax::Ambiguous, 14),
            ("show gpon onu tcont gpon-onu_1/1/1:1", Syntax::NotHere, 14),
            ("show running-config | include onu", Syntax::NotHere, 20),
        ] {
            assert_eq!(taken(line), Err((syntax, at)), "{line}");
        }
    }

    #[test]
    fn help_lists_what_may_follow() {
        let grammar = Grammar::new(&[&SOME]);
        assert_eq!(grammar.next_words("show vlan ", Mode::User), ["<1-4094>", "summary"]);
        assert_eq!(grammar.next_words("show vlan s", Mode::Exec), ["summary"]);
        assert_eq!(grammar.next_words("show running-config ", Mode::Config), ["interface", "<cr>"]);
        assert_eq!(grammar.completion("show vlan s", Mode::Exec).as_deref(), Some("ummary "));
        assert_eq!(grammar.completion("show vlan ", Mode::Exec), None);
    }
}

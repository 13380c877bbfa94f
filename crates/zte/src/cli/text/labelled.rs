//! Answers that are lines of `Label: value`, one block for each thing.

use super::Parsed;
use super::answer::{Line, Notes};
use super::table::BELOW;
use super::wraps::{Joined, Next, joined};

/// Labels that no rule names, with their values, in the order of the answer.
pub(in crate::cli) type Other = Vec<(String, String)>;

/// A block of labels and values.
pub(in crate::cli) trait Labelled: Default {
    /// The labels that are known, the first of which begins a block.
    const LABELS: &'static [&'static str];

    /// Takes the value of a label, one of those above.
    fn set(&mut self, line: Line<'_>, label: &str, value: &str, notes: &mut Notes);

    /// Where the other labels go.
    fn other(&mut self) -> &mut Other;
}

/// A struct of optional fields, each with its label and the reader of its
/// value; the first label begins a block.
macro_rules! labelled {
    (
        $(#[$meta:meta])*
        $name:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty = $label:literal => $read:expr,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
        pub(crate) struct $name {
            $($(#[$field_meta])* pub(crate) $field: Option<$type>,)*
            /// What else the OLT says, by its own labels.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub(crate) other: Vec<(String, String)>,
        }

        impl $crate::cli::text::labelled::Labelled for $name {
            const LABELS: &'static [&'static str] = &[$($label),*];

            fn set(
                &mut self,
                line: $crate::cli::text::answer::Line<'_>,
                label: &str,
                value: &str,
                notes: &mut $crate::cli::text::answer::Notes,
            ) {
                match label {
                    $($label => self.$field = notes.field(line, $read(value)),)*
                    _ => notes.unknown(line),
                }
            }

            fn other(&mut self) -> &mut Vec<(String, String)> {
                &mut self.other
            }
        }
    };
}
pub(in crate::cli) use labelled;

/// What a line is.
#[derive(Debug, Clone, Copy)]
enum Item<'a> {
    /// A label that is known, and its value.
    Known(&'static str, &'a str),
    /// Another label, and its value.
    Other(&'a str, &'a str),
    /// No label at all.
    Strange,
}

impl<'a> Item<'a> {
    fn of<T: Labelled>(line: Line<'a>) -> Self {
        match (line.known_label(T::LABELS), line.any_label()) {
            (Some((label, value)), _) => Self::Known(label, value),
            (None, Some((label, value))) => Self::Other(label, value),
            (None, None) => Self::Strange,
        }
    }

    fn is_known(self, label: &str) -> bool {
        matches!(self, Self::Known(known, _) if known == label)
    }
}

/// A label that no rule names, for the rows. What it names as a secret is hidden.
pub(in crate::cli) fn other(label: &str, value: &str) -> (String, String) {
    let value = if is_secret(label) && !value.is_empty() { "***" } else { value };
    (label.to_owned(), value.to_owned())
}

/// Whether a label names a secret: its last word does (`PPPoE password`), or it
/// is the name of a key.
fn is_secret(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    let last = label.split(|c: char| !c.is_alphanumeric()).rfind(|word| !word.is_empty()).unwrap_or_default();
    const SECRETS: [&str; 10] =
        ["password", "passwd", "pwd", "pw", "passphrase", "secret", "key", "psk", "community", "loid"];
    SECRETS.contains(&last)
}

/// A line with the value hidden that its label names as a secret.
pub(in crate::cli) fn masked(text: &str) -> String {
    let split = text.find(':').or_else(|| text.trim_end().rfind("  ").map(|at| at + 1));
    match split.map(|at| (&text[..at], text[at + 1..].trim())) {
        Some((label, value)) if !value.is_empty() && is_secret(label) => {
            format!("{}***", &text[..text.len() - text[label.len() + 1..].trim_start().len()])
        }
        _ => text.to_owned(),
    }
}

/// Whether a label that is not known may stand in the place of `first`: one of
/// them has all the words of the other.
fn may_be(label: &str, first: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_ascii_lowercase).collect()
    };
    let (label, first) = (words(label), words(first));
    let all = |some: &[String], of: &[String]| some.iter().all(|word| of.contains(word));
    !label.is_empty() && (all(&label, &first) || all(&first, &label))
}

/// The lines of blocks, without wraps: after a full line, a label that is known
/// begins a line of its own, and another one may.
fn unwrapped<T: Labelled>(text: &str) -> Joined {
    joined(text, |_, next| match Item::of::<T>(Line { number: 0, text: next }) {
        Item::Known(..) => Next::Own,
        Item::Other(..) => Next::Doubtful,
        Item::Strange => Next::Rest,
    })
}

/// The items of an answer, divided into blocks.
struct Blocks<'a> {
    /// Whether blocks begin with the first label. Else there is but one.
    titled: bool,
    blocks: Vec<Vec<(Line<'a>, Item<'a>)>>,
    /// The lines that belong to none.
    lost: Vec<Line<'a>>,
    open: bool,
}

impl<'a> Blocks<'a> {
    /// Takes a line. What was said before in a block is said of another thing,
    /// whose title is then the last line that is not known.
    fn take(&mut self, line: Line<'a>, item: Item<'a>, first: &str, after_blank: bool) {
        let last = if self.open { self.blocks.last_mut() } else { None };
        match (item, last) {
            (Item::Known(label, _), _) if self.titled && label == first => {
                self.blocks.push(vec![(line, item)]);
                self.open = true;
            }
            (_, None) => self.lost.push(line),
            (Item::Known(label, _), Some(block)) if block.iter().any(|(_, known)| known.is_known(label)) => {
                let other = |(_, item): &(Line<'_>, Item<'_>)| !matches!(item, Item::Known(..));
                let mut cut = block.iter().rposition(other).unwrap_or(block.len());
                while cut > 0 && block.get(cut - 1).is_some_and(other) {
                    cut -= 1;
                }
                self.lost.extend(block.split_off(cut).into_iter().map(|(line, _)| line));
                self.lost.push(line);
                self.open = false;
            }
            (Item::Other(label, _), Some(_)) if self.titled && may_be(label, first) => {
                self.lost.push(line);
                self.open = false;
            }
            (Item::Other(..) | Item::Strange, Some(_)) if self.titled && after_blank => {
                self.lost.push(line);
                self.open = false;
            }
            (_, Some(block)) => block.push((line, item)),
        }
    }
}

fn read<T: Labelled>(text: &str, titled: bool) -> (Vec<T>, Notes) {
    let whole = unwrapped::<T>(text);
    let first = T::LABELS.first().copied().unwrap_or_default();
    let blocks = if titled { Vec::new() } else { vec![Vec::new()] };
    let mut found = Blocks { titled, blocks, lost: Vec::new(), open: !titled };
    let mut after_blank = false;
    for line in whole.all() {
        let nothing = line.text.is_empty() || line.is_rule();
        if !nothing {
            found.take(line, Item::of::<T>(line), first, after_blank);
        }
        after_blank = nothing;
    }
    let mut notes = Notes::default();
    whole.note(&mut notes);
    let mut read = Vec::new();
    for items in found.blocks {
        let mut block = T::default();
        for (line, item) in items {
            match item {
                Item::Known(label, value) => block.set(line, label, value, &mut notes),
                Item::Other(label, value) => block.other().push(other(label, value)),
                Item::Strange => notes.unknown(line),
            }
        }
        read.push(block);
    }
    for line in found.lost {
        notes.because(line, BELOW);
    }
    notes.sort();
    notes.mask(masked);
    (read, notes)
}

/// The one block of an answer.
pub(in crate::cli) fn block<T: Labelled>(text: &str) -> Parsed<T> {
    let (blocks, notes) = read::<T>(text, false);
    notes.with(blocks.into_iter().next().unwrap_or_default())
}

/// The blocks of an answer, each begun by its first label.
pub(in crate::cli) fn blocks<T: Labelled>(text: &str) -> Parsed<Vec<T>> {
    let (blocks, notes) = read::<T>(text, true);
    notes.with(blocks)
}

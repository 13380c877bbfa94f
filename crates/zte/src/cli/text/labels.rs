//! Answers that put several `LABEL: value` pairs on a line.

use super::answer::{Line, same};

/// A pair, its label spelled as in the list of those that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Pair<'a> {
    /// A label that is known.
    Known(&'static str, &'a str),
    /// Another one.
    Other(&'a str, &'a str),
}

/// The pairs of a line; `None` when it does not begin with a label. A label is
/// one word with a colon behind it, be it after blanks. One that is known may
/// follow a single blank; before another one stand two, or the line begins.
pub(in crate::cli) fn pairs<'a>(line: Line<'a>, known: &[&'static str]) -> Option<Vec<Pair<'a>>> {
    let text = line.trimmed();
    // Where a label begins, where its value does, the label.
    let mut found: Vec<(usize, usize, &'a str, Option<&'static str>)> = Vec::new();
    for (colon, _) in text.match_indices(':') {
        let before = text[..colon].trim_end();
        let label = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        let label_at = before.len() - label.len();
        // The value of the pair before it begins at the earliest behind its colon.
        let earliest = found.last().map_or(0, |(_, value, ..)| *value);
        if label.is_empty() || label_at < earliest {
            continue;
        }
        let known = known.iter().copied().find(|known| same(known, label));
        let apart = label_at == 0 || text[..label_at].ends_with("  ");
        let wordy = label.chars().any(char::is_alphabetic);
        if (known.is_some() && label_at > earliest) || (label_at == 0 || apart && wordy) {
            found.push((label_at, colon + 1, label, known));
        }
    }
    if found.first().is_none_or(|(at, ..)| *at != 0) {
        return None;
    }
    let ends = found.iter().skip(1).map(|(at, ..)| *at).chain([text.len()]);
    let pair = |((_, value, label, known), end): (&(usize, usize, &'a str, Option<&'static str>), usize)| {
        let value = text.get(*value..end)?.trim();
        Some(known.map_or(Pair::Other(label, value), |known| Pair::Known(known, value)))
    };
    found.iter().zip(ends).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_on_a_line() {
        let labels = ["Vendor-Name", "Vendor-Pn", "64B"];
        let pairs = |text| pairs(Line { number: 1, text }, &labels);
        use Pair::{Known, Other};
        assert_eq!(
            pairs("   Vendor-Name    : OEM inc     Vendor-Pn      : TS-1"),
            Some(vec![Known("Vendor-Name", "OEM inc"), Known("Vendor-Pn", "TS-1")])
        );
        assert_eq!(pairs("64B       :1"), Some(vec![Known("64B", "1")]));
        assert_eq!(pairs("64b:1 VENDOR-PN:2"), Some(vec![Known("64B", "1"), Known("Vendor-Pn", "2")]));
        assert_eq!(pairs("64B :Vendor-Pn"), Some(vec![Known("64B", "Vendor-Pn")]));
        assert_eq!(
            pairs("Vendor-Name : OEM     Colour : red:blue"),
            Some(vec![Known("Vendor-Name", "OEM"), Other("Colour", "red:blue")])
        );
        assert_eq!(pairs("Vendor-Name : a:b c: d"), Some(vec![Known("Vendor-Name", "a:b c: d")]));
        assert_eq!(pairs("164B:1"), Some(vec![Other("164B", "1")]));
        // Some blanks take several bytes.
        assert_eq!(
            pairs("64B: 1\u{85}\u{3000}Vendor-Pn: 2"),
            Some(vec![Known("64B", "1"), Known("Vendor-Pn", "2")])
        );
        for line in ["", "x Vendor-Pn: 1", "64B 1", "Vendor-Name", ": x"] {
            assert_eq!(pairs(line), None, "{line}");
        }
    }
}

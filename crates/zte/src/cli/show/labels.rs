//! Answers that put two `LABEL: value` pairs on a line.

/// The pairs of `line`, whose labels are some of `labels`; `None` when it does
/// not begin with one. A label counts where a blank stands before it and a
/// colon follows.
pub(super) fn pairs<'a>(line: &'a str, labels: &[&'static str]) -> Option<Vec<(&'static str, &'a str)>> {
    let line = line.trim();
    // (start of the label, start of its value, label)
    let mut found: Vec<(usize, usize, &'static str)> = Vec::new();
    for label in labels {
        for (at, _) in line.match_indices(label) {
            let before = line[..at].chars().next_back();
            let after = &line[at + label.len()..];
            let rest = after.trim_start();
            if before.is_none_or(char::is_whitespace) && rest.starts_with(':') {
                found.push((at, line.len() - rest.len() + 1, label));
            }
        }
    }
    found.sort_unstable();
    if found.first().is_none_or(|(at, ..)| *at != 0) {
        return None;
    }
    let ends = found.iter().skip(1).map(|(at, ..)| *at).chain([line.len()]);
    found
        .iter()
        .zip(ends)
        .map(|((_, value, label), end)| line.get(*value..end).map(|value| (*label, value.trim())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_on_a_line() {
        let labels = ["Vendor-Name", "Vendor-Pn", "64B"];
        assert_eq!(
            pairs("   Vendor-Name    : OEM inc     Vendor-Pn      : TS-1", &labels),
            Some(vec![("Vendor-Name", "OEM inc"), ("Vendor-Pn", "TS-1")])
        );
        assert_eq!(pairs("64B       :1", &labels), Some(vec![("64B", "1")]));
        assert_eq!(pairs("64B :Vendor-Pn", &labels), Some(vec![("64B", "Vendor-Pn")]));
        for line in ["", "x Vendor-Pn: 1", "64B 1", "164B:1", "Vendor-Name"] {
            assert_eq!(pairs(line, &labels), None, "{line}");
        }
    }
}

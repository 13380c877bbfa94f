//! OpenMetrics text, read line by line and by nothing of ours.

use std::collections::{BTreeMap, BTreeSet};

/// The labels of a sample.
pub(crate) type Labels = BTreeMap<String, String>;

/// One sample.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: Labels,
    pub(crate) value: f64,
}

/// An answer of `/metrics`.
#[derive(Debug)]
pub(crate) struct Exposition {
    /// The type of each family, by its name.
    pub(crate) families: BTreeMap<String, String>,
    pub(crate) samples: Vec<Sample>,
}

impl Exposition {
    /// Reads a whole answer. Every line must be one that the format knows, and
    /// every sample must belong to the family above it.
    pub(crate) fn parse(text: &str) -> Self {
        let text = text.strip_suffix("# EOF\n").unwrap_or_else(|| panic!("an answer ends with # EOF"));
        let mut read = Self { families: BTreeMap::new(), samples: Vec::new() };
        let mut family = String::new();
        let mut seen = BTreeSet::new();
        for line in text.lines() {
            if let Some(words) = line.strip_prefix("# ") {
                let mut words = words.splitn(3, ' ');
                let (kind, name, rest) =
                    (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
                match kind {
                    "HELP" => assert!(rest.ends_with('.'), "{line}"),
                    "TYPE" => {
                        assert!(read.families.insert(name.into(), rest.into()).is_none(), "{name} twice");
                        family = name.to_owned();
                    }
                    "UNIT" => assert!(name == family && name.ends_with(&format!("_{rest}")), "{line}"),
                    _ => panic!("{line}"),
                }
                continue;
            }
            let sample = Sample::parse(line);
            assert!(seen.insert(line.rsplit_once(' ').unwrap().0.to_owned()), "twice: {line}");
            let suffixes: &[&str] = match read.families.get(&family).map(String::as_str) {
                Some("counter") => &["_total"],
                Some("histogram") => &["_bucket", "_sum", "_count"],
                Some("info") => &["_info"],
                Some("gauge") => &[""],
                other => panic!("{other:?} above {line}"),
            };
            let suffix = sample.name.strip_prefix(&family).unwrap_or_else(|| panic!("{line} below {family}"));
            assert!(suffixes.contains(&suffix), "{line} below {family}");
            assert!(suffix.is_empty() || sample.value >= 0.0, "{line}");
            read.samples.push(sample);
        }
        read.histograms_are_whole();
        read
    }

    /// Buckets rise, and the last one holds all that were counted.
    fn histograms_are_whole(&self) {
        for count in self.samples.iter().filter(|sample| {
            let family = sample.name.strip_suffix("_count");
            family.is_some_and(|family| self.families.get(family).is_some_and(|kind| kind == "histogram"))
        }) {
            let family = count.name.strip_suffix("_count").unwrap();
            let without_le = |labels: &Labels| {
                let mut labels = labels.clone();
                labels.remove("le");
                labels
            };
            let buckets: Vec<_> = self
                .samples
                .iter()
                .filter(|sample| sample.name == format!("{family}_bucket"))
                .filter(|sample| without_le(&sample.labels) == count.labels)
                .map(|sample| {
                    (sample.labels["le"].replace("+Inf", "inf").parse::<f64>().unwrap(), sample.value)
                })
                .collect();
            assert!(buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1), "{count:?}: {buckets:?}");
            assert_eq!(buckets.last(), Some(&(f64::INFINITY, count.value)), "{count:?}");
        }
    }

    /// The samples of this name.
    pub(crate) fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Sample> {
        self.samples.iter().filter(move |sample| sample.name == name)
    }

    /// The value of the one sample with this name and, among others, these labels.
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let mut found = self.of(name).filter(|sample| {
            labels.iter().all(|(name, value)| sample.labels.get(*name).is_some_and(|is| is == value))
        });
        let value = found.next()?.value;
        assert_eq!(found.next(), None, "{name}{labels:?} is not one");
        Some(value)
    }
}

impl Sample {
    fn parse(line: &str) -> Self {
        let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
        let value = value.parse().unwrap_or_else(|_| panic!("{line}"));
        let (name, labels) = match series.split_once('{') {
            Some((name, labels)) => (name, labels.strip_suffix('}').unwrap_or_else(|| panic!("{line}"))),
            None => (series, ""),
        };
        let word = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        assert!(word(name), "{line}");
        let mut read = Labels::new();
        // No value of ours holds a quote, a backslash or a line end: that is checked here too.
        let mut rest = labels;
        while !rest.is_empty() {
            let (label, value) = rest.split_once("=\"").unwrap_or_else(|| panic!("{line}"));
            let (value, after) = value.split_once('"').unwrap_or_else(|| panic!("{line}"));
            assert!(word(label) && !value.contains('\\'), "{line}");
            assert!(read.insert(label.into(), value.into()).is_none(), "{line}");
            rest = after.strip_prefix(',').unwrap_or(after);
        }
        Self { name: name.to_owned(), labels: read, value }
    }
}

#[test]
fn broken_answers_are_refused() {
    let good = "# HELP a Text.\n# TYPE a counter\na_total{b=\"c\"} 1\n# EOF\n";
    assert_eq!(Exposition::parse(good).value("a_total", &[("b", "c")]), Some(1.0));
    let histogram = "# HELP h Text.\n# TYPE h histogram\nh_sum 1\nh_count 2\n\
                     h_bucket{le=\"1.0\"} 1\nh_bucket{le=\"+Inf\"} 2\n# EOF\n";
    Exposition::parse(histogram);
    for bad in [
        good.replace("# EOF\n", ""),
        good.replace("a_total", "a"),
        good.replace("a_total", "b_total"),
        good.replace("a_total{b=\"c\"} 1", "a_total{b=\"c\"} 1\na_total{b=\"c\"} 2"),
        good.replace("b=\"c\"", "b=c"),
        good.replace(" 1", " one"),
        good.replace("# HELP", "# HINT"),
        histogram.replace("le=\"1.0\"} 1", "le=\"1.0\"} 3"),
        histogram.replace("h_count 2", "h_count 3"),
    ] {
        assert!(std::panic::catch_unwind(|| Exposition::parse(&bad)).is_err(), "{bad}");
    }
}

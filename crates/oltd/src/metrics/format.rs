//! The forms that figures are told in, and which of them a client takes.

use super::families::{FAMILIES, Kind};

/// A form of `/metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Prometheus' own, that every version of it takes, and everything that reads like it.
    Text,
    /// OpenMetrics 1.0.
    OpenMetrics,
}

/// How closely a range of types names a form; the closest one decides about it
/// (RFC 9110, 12.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    Any,
    Group,
    Type,
    Version,
}

impl Format {
    /// Every one, the one that is told when nothing speaks for another first.
    pub const ALL: [Self; 2] = [Self::Text, Self::OpenMetrics];

    /// What a client gets that sends these headers `Accept`. A client that takes
    /// neither form gets the first: whoever looks at the figures wants to see them.
    pub fn wanted<'a>(accept: impl Iterator<Item = &'a str>) -> Self {
        let ranges: Vec<_> = accept.flat_map(|header| header.split(',')).filter_map(Range::parse).collect();
        let weight = |format: Self| {
            let matches = ranges.iter().filter_map(|range| Some((range.closeness(format)?, range.weight)));
            matches.max_by_key(|(closeness, _)| *closeness)
        };
        match (weight(Self::Text), weight(Self::OpenMetrics)) {
            (_, None) => Self::Text,
            (None, Some((_, weight))) if weight > 0.0 => Self::OpenMetrics,
            // Where both weigh the same, the one that was named.
            (Some((other_closeness, other)), Some((closeness, weight)))
                if weight > other || weight == other && weight > 0.0 && closeness > other_closeness =>
            {
                Self::OpenMetrics
            }
            _ => Self::Text,
        }
    }

    /// Its `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// Type, subtype and version.
    const fn named(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Text => ("text", "plain", "0.0.4"),
            Self::OpenMetrics => ("application", "openmetrics-text", "1.0.0"),
        }
    }
}

/// One range of types that a client takes.
struct Range<'a> {
    group: &'a str,
    name: &'a str,
    version: Option<&'a str>,
    weight: f32,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (group, name) = parts.next()?.split_once('/')?;
        let mut range = Self { group, name, version: None, weight: 1.0 };
        for (key, value) in parts.filter_map(|part| part.split_once('=')) {
            let value = value.trim().trim_matches('"');
            match key.trim() {
                key if key.eq_ignore_ascii_case("q") => {
                    range.weight = value.parse().ok().filter(|weight| (0.0..=1.0).contains(weight))?;
                }
                key if key.eq_ignore_ascii_case("version") => range.version = Some(value),
                // How names are escaped, and the character set: ours are plain in all of them.
                _ => {}
            }
        }
        Some(range)
    }

    fn closeness(&self, format: Format) -> Option<Closeness> {
        let (group, name, version) = format.named();
        let version = match self.version {
            Some(wanted) if wanted != version => return None,
            Some(_) => Closeness::Version,
            None => Closeness::Type,
        };
        match (self.group, self.name) {
            ("*", "*") => Some(Closeness::Any),
            (wanted, "*") if wanted.eq_ignore_ascii_case(group) => Some(Closeness::Group),
            (wanted, subtype) => {
                let same = wanted.eq_ignore_ascii_case(group) && subtype.eq_ignore_ascii_case(name);
                same.then_some(version)
            }
        }
    }
}

/// Makes Prometheus' own text of OpenMetrics text.
///
/// Families are described there by the names of their samples; there is neither a
/// type for information nor a unit, and the text has no end.
pub(super) fn plain(openmetrics: &str) -> String {
    let mut text = String::with_capacity(openmetrics.len());
    for line in openmetrics.lines() {
        let mut words = line.splitn(4, ' ');
        let described = match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some("UNIT" | "EOF"), ..) => continue,
            (Some("#"), Some(what), Some(name), Some(rest)) => Some((what, name, rest)),
            _ => None,
        };
        let family =
            described.and_then(|(_, name, _)| FAMILIES.iter().find(|family| family.described_name() == name));
        match (described, family) {
            (Some((what @ "TYPE", ..)), Some(family)) if family.kind == Kind::Info => {
                text.extend(["# ", what, " ", family.name, " gauge"]);
            }
            (Some((what, _, rest)), Some(family)) => {
                text.extend(["# ", what, " ", family.name, " ", rest]);
            }
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(accept: &[&str]) -> Format {
        Format::wanted(accept.iter().copied())
    }

    #[test]
    fn prometheus_of_every_age_gets_what_it_takes() {
        use Format::{OpenMetrics, Text};
        for (accept, format) in [
            // 3.x
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
                 application/openmetrics-text;version=0.0.1;q=0.4,\
                 text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                OpenMetrics,
            ),
            // 2.30 and later
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                 text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                OpenMetrics,
            ),
            // 2.5 to 2.29: a draft of OpenMetrics that is not ours
            ("application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", Text),
            // 2.0 to 2.4
            ("text/plain;version=0.0.4;q=1,*/*;q=0.1", Text),
            // 1.x
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;\
                 q=0.7,text/plain;version=0.0.4;q=0.3",
                Text,
            ),
            // told to scrape the text only
            ("text/plain;version=0.0.4;q=0.6,*/*;q=0.5", Text),
        ] {
            assert_eq!(wanted(&[accept]), format, "{accept}");
        }
    }

    #[test]
    fn weights_and_closeness_decide() {
        use Format::{OpenMetrics, Text};
        for (accept, format) in [
            (&[][..], Text),
            (&[""], Text),
            (&["*/*"], Text),
            (&["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], Text),
            (&["application/json"], Text),
            (&["application/openmetrics-text"], OpenMetrics),
            (&["Application/OpenMetrics-Text ; Version=\"1.0.0\" ; charset=utf-8"], OpenMetrics),
            (&["application/openmetrics-text; version=2.0.0"], Text),
            (&["application/openmetrics-text;q=0"], Text),
            (&["application/openmetrics-text;q=0, */*"], Text),
            (&["application/openmetrics-text;q=2"], Text),
            (&["application/openmetrics-text;q=x, text/plain;q=0.1"], Text),
            (&["application/*"], OpenMetrics),
            (&["application/*, text/*"], Text),
            (&["text/plain;q=0.4, application/openmetrics-text;q=0.3"], Text),
            (&["text/plain;q=0.3, application/openmetrics-text;q=0.4"], OpenMetrics),
            (&["text/plain;q=0.3", "application/openmetrics-text;q=0.4"], OpenMetrics),
            (&["application/openmetrics-text, */*;q=0.5"], OpenMetrics),
            (&["application/openmetrics-text;q=0.2, */*;q=0.5"], Text),
            (&["text/plain;q=0, */*"], OpenMetrics),
            (&["application/openmetrics-text, */*"], OpenMetrics),
        ] {
            assert_eq!(wanted(accept), format, "{accept:?}");
        }
    }

    #[test]
    fn plain_text_describes_samples_by_their_names() {
        let openmetrics = "# HELP oltd_build What runs.\n# TYPE oltd_build info\n\
                           oltd_build_info{version=\"1 # TYPE x y\"} 1\n\
                           # HELP process_cpu_seconds CPU.\n# TYPE process_cpu_seconds counter\n\
                           # UNIT process_cpu_seconds seconds\nprocess_cpu_seconds_total 0.5\n# EOF\n";
        assert_eq!(
            plain(openmetrics),
            "# HELP oltd_build_info What runs.\n# TYPE oltd_build_info gauge\n\
             oltd_build_info{version=\"1 # TYPE x y\"} 1\n\
             # HELP process_cpu_seconds_total CPU.\n# TYPE process_cpu_seconds_total counter\n\
             process_cpu_seconds_total 0.5\n"
        );
    }
}

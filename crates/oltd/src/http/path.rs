//! One spelling for every path, before it is routed.
//!
//! Works on the path as it came, percent-encoded: what decodes to something
//! that no route takes (control characters, bad UTF-8, slashes outside a PON
//! spelling) is refused here, before any handler can see it.

use gpon::{PonPort, quoted};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{ErrorCode, Failure};

/// A path in its one spelling.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rewritten {
    /// The path to route, without `/olts/{olt}` when it goes to a chosen OLT's tree.
    pub(super) path: String,
    /// The OLT whose tree was chosen.
    pub(super) olt: Option<String>,
}

/// The tree of an OLT.
const TREE: &str = "/api/v1/";
const PON: &str = "{pon}";

/// What of the routes decides how a path is spelt.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shapes {
    /// Routes that take a PON in any spelling, relative to the tree: those with a
    /// parameter `pon` that stands alone. Beside a parameter `board` it is the
    /// port's number.
    pons: Vec<Template>,
    /// Routes about an OLT itself, behind its id. All others lie in its tree.
    of_olts: Vec<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Template {
    before: Vec<String>,
    after: Vec<String>,
}

impl Shapes {
    /// Those among these routes, each from the root and with its parameters in braces.
    pub(crate) fn among<'a>(routes: impl IntoIterator<Item = &'a str>) -> Self {
        let own = |segments: &[&str]| segments.iter().map(|&segment| segment.to_owned()).collect();
        let (mut pons, mut of_olts) = (Vec::new(), Vec::new());
        for route in routes {
            let Some(route) = route.strip_prefix(TREE) else { continue };
            let segments: Vec<&str> = route.split('/').collect();
            let pon = segments.iter().position(|segment| *segment == PON);
            if let ["olts", _, behind @ ..] = segments.as_slice()
                && !behind.is_empty()
            {
                of_olts.push(own(behind));
            } else if let Some(at) = pon
                && !segments.contains(&"{board}")
            {
                pons.push(Template { before: own(&segments[..at]), after: own(&segments[at + 1..]) });
            }
        }
        // A literal goes before a parameter in the same place: no letter, digit
        // or dash comes after a brace.
        pons.sort_by(|a, b| a.segments().cmp(b.segments()));
        pons.dedup();
        Self { pons, of_olts }
    }

    /// Whether a path into the tree that begins with `word` may lead to one.
    fn begin_with(&self, word: &str) -> bool {
        self.pons.iter().any(|template| template.segments().next().is_some_and(|first| fits(first, word)))
    }

    /// Whether this behind the id of an OLT is about the OLT itself.
    fn are_of_an_olt(&self, behind: &[&str]) -> bool {
        self.of_olts.iter().any(|known| {
            known.len() == behind.len() && known.iter().zip(behind).all(|(part, word)| fits(part, word))
        })
    }

    /// What stands before the PON, the PON in one or three segments, and what
    /// stands after it. `None` when no route of this shape takes a PON.
    fn split<'a>(&self, tree: &'a [&'a str]) -> Option<Split<'a>> {
        self.pons.iter().find_map(|Template { before, after }| {
            let width = tree.len().checked_sub(before.len() + after.len());
            let width = width.filter(|width| matches!(width, 1 | 3))?;
            let (head, rest) = tree.split_at(before.len());
            let (pon, tail) = rest.split_at(width);
            let all = |parts: &[String], words: &[&str]| {
                parts.iter().zip(words).all(|(part, word)| fits(part, word))
            };
            (all(before, head) && all(after, tail)).then_some((head, pon, tail))
        })
    }
}

impl Template {
    fn segments(&self) -> impl Iterator<Item = &str> {
        self.before.iter().map(String::as_str).chain([PON]).chain(self.after.iter().map(String::as_str))
    }
}

type Split<'a> = (&'a [&'a str], &'a [&'a str], &'a [&'a str]);

/// Whether a word stands where this part of a template does.
fn fits(part: &str, word: &str) -> bool {
    part.starts_with('{') || part == word
}

/// No parameter of any route is longer: names are at most 64 characters of at
/// most 4 bytes, ids are shorter.
const LONGEST_SEGMENT: usize = 256;

/// Everything but what RFC 3986 calls unreserved.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Whether the path is in its one spelling, to be seen without taking it apart:
/// most are.
pub(super) fn is_spelt(raw: &str, shapes: &Shapes) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
    let Some(rest) = raw.strip_prefix('/').filter(|rest| rest.bytes().all(plain)) else { return false };
    let mut segments = rest.split('/');
    if !segments.clone().all(|segment| (1..=LONGEST_SEGMENT).contains(&segment.len())) {
        return raw == "/";
    }
    let tree = match (segments.next(), segments.next()) {
        (Some("api"), Some("v1")) => segments.next(),
        _ => None,
    };
    tree.is_none_or(|word| word != "olts" && !shapes.begin_with(word))
}

/// Brings a path into its one spelling.
pub(super) fn rewrite(raw: &str, shapes: &Shapes) -> Result<Rewritten, Failure> {
    let raw = raw.strip_prefix('/').ok_or_else(|| refused("a path begins with a slash"))?;
    let raw = raw.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(raw);
    let segments = raw.split('/').map(decode).collect::<Result<Vec<_>, _>>()?;
    let words: Vec<&str> = segments.iter().map(String::as_str).collect();
    if words.len() > 1 && words.contains(&"") {
        return Err(no_route(&format!("/{raw}")));
    }
    let (olt, base, tree) = match words.as_slice() {
        ["api", "v1", "olts", _, "olts", ..] => return Err(no_route(&format!("/{raw}"))),
        ["api", "v1", "olts", _, behind @ ..] if shapes.are_of_an_olt(behind) => {
            (None, &words[..2], &words[2..])
        }
        ["api", "v1", "olts", olt, _, ..] => (Some(*olt), &words[..2], &words[4..]),
        ["api", "v1", ..] => (None, &words[..2], &words[2..]),
        _ => (None, words.as_slice(), [].as_slice()),
    };
    let (before, pon, after) = shapes.split(tree).unwrap_or((tree, &[], &[]));
    if olt.iter().chain(base).chain(before).chain(after).any(|word| word.contains('/')) {
        return Err(refused("an encoded slash stands only inside a PON port such as 1%2F1%2F1"));
    }
    let pon = (!pon.is_empty()).then(|| one_spelling(&pon.join("/")));
    let mut path = String::with_capacity(raw.len() + 1);
    for word in base.iter().chain(before).copied().chain(pon.as_deref()).chain(after.iter().copied()) {
        path.push('/');
        path.extend(utf8_percent_encode(word, ESCAPED));
    }
    Ok(Rewritten { path, olt: olt.map(str::to_owned) })
}

/// A PON as `1-1-1`. What stands in a PON's place and is none stays as it is,
/// for the handler to name: a route that does not exist is 404 whatever its
/// parameters are.
fn one_spelling(spelt: &str) -> String {
    spelt.parse::<PonPort>().map_or_else(|_| spelt.to_owned(), |port| port.to_string().replace('/', "-"))
}

fn decode(raw: &str) -> Result<String, Failure> {
    let mut rest = raw;
    while let Some((_, escape)) = rest.split_once('%') {
        match escape.as_bytes() {
            [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => rest = &escape[2..],
            _ => return Err(refused("a percent sign is followed by two hexadecimal digits")),
        }
    }
    let text = percent_decode_str(raw).decode_utf8().map_err(|_| refused("a path is UTF-8"))?;
    if text.len() > LONGEST_SEGMENT {
        return Err(refused("a segment of a path is at most 256 bytes long"));
    }
    if text.chars().any(char::is_control) {
        return Err(refused("a path holds no control characters"));
    }
    Ok(text.into_owned())
}

fn refused(rule: &'static str) -> Failure {
    Failure::new(ErrorCode::InvalidPath, "The path is not valid.", format!("path: {rule}"))
}

/// There is nothing at this path.
pub(super) fn no_route(path: &str) -> Failure {
    let detail = format!("no route matches {}", quoted(path));
    Failure::new(ErrorCode::RouteNotFound, "There is no such route.", detail)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shapes() -> Shapes {
        Shapes::among([
            "/api/v1/onu/{pon}/{onu_id}",
            "/api/v1/onu/{pon}/{onu_id}/serial",
            "/api/v1/onu/unconfigured/{pon}",
            "/api/v1/onu/unconfigured",
            "/api/v1/vlan/onu/{pon}/{onu_id}",
            "/api/v1/vlan/{vlan}/on/{pon}",
            "/api/v1/traffic/tcont/{pon}/{onu_id}/{tcont_id}",
            "/api/v1/board/{board}/pon/{pon}",
            "/elsewhere/{pon}",
            "/api/v1/olts/{olt}",
            "/api/v1/olts/{olt}/hold",
            "/api/v1/olts/{olt}/release",
        ])
    }

    fn rewrite(raw: &str) -> Result<Rewritten, Failure> {
        super::rewrite(raw, &shapes())
    }

    fn is_spelt(raw: &str) -> bool {
        super::is_spelt(raw, &shapes())
    }

    fn tree(path: &str) -> String {
        let rewritten = rewrite(&format!("/api/v1/{path}")).unwrap();
        assert_eq!(rewritten.olt, None);
        rewritten.path.strip_prefix("/api/v1/").unwrap().to_owned()
    }

    #[test]
    fn a_pon_has_one_spelling() {
        for spelt in ["1-1-7", "1%2F1%2F7", "1%2f1%2f7", "1/1/7", "7", "%31-1-7"] {
            for (before, after) in [
                ("onu/unconfigured/", ""),
                ("vlan/onu/", "/5"),
                ("onu/", "/5"),
                ("onu/", "/5/serial"),
                ("traffic/tcont/", "/5/1"),
                ("vlan/100/on/", ""),
            ] {
                let path = format!("{before}{spelt}{after}");
                assert_eq!(tree(&path), format!("{before}1-1-7{after}"), "{path}");
                assert_eq!(tree(&format!("{path}/")), format!("{before}1-1-7{after}"), "{path}/");
            }
        }
    }

    #[test]
    fn what_is_no_pon_stays_for_the_handler() {
        assert_eq!(tree("onu/unconfigured/1-1-99"), "onu/unconfigured/1-1-99");
        assert_eq!(tree("onu/unconfigured/1/1/99"), "onu/unconfigured/1%2F1%2F99");
        assert_eq!(tree("vlan/onu/1%2F1/5"), "vlan/onu/1%2F1/5");
        assert_eq!(tree("board/1/pon/%31"), "board/1/pon/1");
        assert_eq!(tree("board/01/pon/%20"), "board/01/pon/%20");
    }

    #[test]
    fn trees() {
        for (path, olt, route) in [
            ("/", None, "/"),
            ("/healthz/", None, "/healthz"),
            ("/api/v1/olts", None, "/api/v1/olts"),
            ("/api/v1/olts/a", None, "/api/v1/olts/a"),
            ("/api/v1/olts/a/", None, "/api/v1/olts/a"),
            ("/api/v1/olts/a/hold", None, "/api/v1/olts/a/hold"),
            ("/api/v1/olts/a/release/", None, "/api/v1/olts/a/release"),
            ("/api/v1/olts/a%20b/vlan/onu/1/1/1/5", Some("a b"), "/api/v1/vlan/onu/1-1-1/5"),
        ] {
            let rewritten = rewrite(path).unwrap();
            assert_eq!((rewritten.olt.as_deref(), rewritten.path.as_str()), (olt, route));
        }
        assert_eq!(rewrite("/api/v1/olts/a/olts/b").unwrap_err().code, ErrorCode::RouteNotFound);
    }

    #[test]
    fn refused_before_any_handler() {
        let long = format!("/api/v1/onu/unconfigured/{}", "1".repeat(257));
        for path in [
            "/api/v1/onu/unconfigured/1%0Aenable%0A",
            "/api/v1/onu/unconfigured/1%00",
            "/api/v1/onu/unconfigured/%C2%85",
            "/api/v1/onu/unconfigured/%FF",
            "/api/v1/onu/unconfigured/%",
            "/api/v1/onu/unconfigured/%4",
            "/api/v1/onu/unconfigured/%zz",
            "/api/v1/board/1%2F1/pon/1",
            "/api/v1/olts/a%2Fb/vlan",
            "/api/v1/olts/a%2Fb",
            "/api%2Fv1/olts",
            "*",
            "",
            &long,
        ] {
            assert_eq!(rewrite(path).unwrap_err().code, ErrorCode::InvalidPath, "{path}");
        }
    }

    #[test]
    fn most_paths_are_spelt() {
        for path in ["/", "/healthz", "/api/v1/board/1/pon/1", "/api/v1/system/cards/1/1/3"] {
            assert!(is_spelt(path), "{path}");
        }
        for path in [
            "",
            "//",
            "/healthz/",
            "/api/v1/olts/a/onus",
            "/api/v1/onu/1/5",
            "/api/v1/board/%31/pon/1",
            "/a\u{e4}",
        ] {
            assert!(!is_spelt(path), "{path}");
        }
    }

    proptest! {
        #[test]
        fn what_is_spelt_stays_as_it_is(
            path in r"(/(api|v1|olts|onu|onus|board|pon|vlan|1|1-1-1|[!-~]{0,3})){0,8}/?",
        ) {
            if is_spelt(&path) {
                prop_assert_eq!(rewrite(&path).ok(), Some(Rewritten { path, olt: None }));
            }
        }

        #[test]
        fn never_panics(path in r"(/|%|%2F|%0A|[ -~]|\PC|1-1-1|onu|vlan|api/v1|olts){0,12}") {
            let _ = rewrite(&path);
        }

        #[test]
        fn once_is_enough(path in r"/api/v1/(onu|vlan|unconfigured|/|[1-9]|%2F|%20|-|[ -~]){0,12}") {
            if let Ok(first) = rewrite(&path) {
                let second = rewrite(&first.path);
                prop_assert!(first.olt.is_some() || second.is_ok_and(|second| second == first));
            }
        }
    }
}

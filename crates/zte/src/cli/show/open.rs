//! Tables and labelled answers are read openly: what is not known is told or
//! kept in its place, and changes nothing else.

use proptest::prelude::*;
use serde_json::Value;

use super::fixtures::{Sample, samples};
use super::{ShowLine, Shown};
use crate::cli::text::{labelled, password};

/// The fixtures that are no configurations.
fn tables() -> Vec<Sample> {
    let config = |command: &str| command.contains("running-config") || command.contains("running config");
    let mut samples = samples();
    samples.retain(|sample| !config(&sample.command));
    samples
}

fn read(sample: &Sample, text: &str) -> Shown {
    ShowLine::parse(&sample.command).unwrap().read(text)
}

/// Takes what has no rule out of rows, and gives it.
fn without_other(rows: &mut Value, other: &mut Vec<(String, String)>) {
    match rows {
        Value::Object(fields) => {
            if let Some(pairs) = fields.remove("other") {
                other.extend(serde_json::from_value::<Vec<(String, String)>>(pairs).unwrap());
            }
            fields.values_mut().for_each(|field| without_other(field, other));
        }
        Value::Array(rows) => rows.iter_mut().for_each(|row| without_other(row, other)),
        _ => {}
    }
}

/// The typed rows of an answer, and the rest.
fn parts(shown: &Shown) -> (Value, Vec<(String, String)>) {
    let (mut rows, mut other) = (shown.rows.clone(), Vec::new());
    without_other(&mut rows, &mut other);
    (rows, other)
}

/// `text` with `line` put in front of its line `at`.
fn with_line(text: &str, at: usize, line: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(at, line);
    lines.join("\n") + "\n"
}

/// Whether `text` is a line as it is told, with what looks like a secret hidden:
/// by the words of a command, in labelled answers by a label, too.
fn is_told(text: &str, line: &str) -> bool {
    let of_a_command = password::masked(line.trim_end());
    text == of_a_command || text == labelled::masked(&of_a_command)
}

const FOREIGN: [&str; 17] = [
    "Alarm 18433 occurred level 6 sent by CLI",
    "%Info 20272: something",
    "The status of card 3 has changed",
    "  indented noise",
    "Señal débil ñ",
    "Colour: red",
    "  Shade of it:      deep",
    "a b c d e f g h i",
    "1 2 x",
    "OLT-1 login",
    "Pw=0",
    "password 7 Qx7 of it",
    "!",
    "$",
    "x",
    "1/1/9 what",
    "gpon",
];

/// Lines that stand in no answer.
fn foreign() -> impl Strategy<Value = String> {
    let known = prop::sample::select(FOREIGN.as_slice());
    // Neither a rule, nor a list of VLANs, nor a title.
    let any = "[ -~]{1,60}".prop_filter("a rule, a list or nothing", |line| {
        line.trim().chars().any(|c| !"-=0123456789, ".contains(c)) && !line.trim().ends_with(':')
    });
    prop_oneof![known.prop_map(str::to_owned), any]
}

/// As the property below, of these lines in every place.
#[test]
fn a_foreign_line_anywhere_changes_no_row() {
    for sample in tables().iter().filter(|sample| !sample.command.contains("service-port")) {
        let (rows, _) = parts(&read(sample, &sample.text));
        let before = std::iter::once("").chain(sample.text.lines());
        for (place, before) in before.enumerate().filter(|(_, before)| before.chars().count() < 77) {
            for line in FOREIGN {
                let (with, _) = parts(&read(sample, &with_line(&sample.text, place, line)));
                assert_eq!(with, rows, "{}: line {} {line:?}, behind {before:?}", sample.file, place + 1);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// A line that is not known changes no other row, and is a problem or stands
    /// in `other`.
    #[test]
    fn a_foreign_line_changes_nothing_else(at in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(), line in foreign()) {
        let mut samples = tables();
        // Its rows are wrapped.
        samples.retain(|sample| !sample.command.contains("service-port"));
        let sample = at.get(&samples);
        let place = place.index(sample.text.lines().count() + 1);
        let before = place.checked_sub(1).and_then(|at| sample.text.lines().nth(at)).unwrap_or_default();
        prop_assume!(before.chars().count() < 77);
        let (whole, with) = (read(sample, &sample.text), read(sample, &with_line(&sample.text, place, &line)));
        let ((rows, mut known), (with_rows, other)) = (parts(&whole), parts(&with));
        prop_assert_eq!(&with_rows, &rows, "{}: line {} {:?}", sample.file, place + 1, line);
        let added: Vec<_> = other.into_iter().filter(|pair| {
            let at = known.iter().position(|known| known == pair);
            at.map(|at| known.remove(at)).is_none()
        }).collect();
        prop_assert_eq!(known, vec![], "nothing of it is lost");
        match with.unknown.as_slice() {
            [unknown] => {
                prop_assert_eq!(unknown.line, place + 1);
                prop_assert!(is_told(&unknown.text, &line), "{line:?} is told as {:?}", unknown.text);
                prop_assert_eq!(added, vec![]);
            }
            [] => {
                let kept = !added.is_empty() && added.iter().all(|(label, _)| line.contains(label.as_str()));
                prop_assert!(kept, "{}: {line:?} is nowhere, {added:?}", sample.file);
            }
            more => prop_assert!(false, "{}: {line:?} is told {} times: {more:?}", sample.file, more.len()),
        }
    }
}

/// What an editor, a terminal or another firmware makes of an answer.
#[test]
fn marks_blanks_and_rules_change_nothing() {
    let each = |text: &str, change: &dyn Fn(usize, &str) -> String| {
        text.lines().enumerate().map(|(at, line)| change(at, line) + "\n").collect::<String>()
    };
    let rule = |line: &str| !line.is_empty() && line.chars().all(|c| c == '-');
    for sample in tables() {
        let whole = read(&sample, &sample.text);
        for (what, text) in [
            ("a byte-order mark", format!("\u{feff}{}", sample.text)),
            ("shifted by a blank", each(&sample.text, &|_, line| format!(" {line}"))),
            ("shifted by three", each(&sample.text, &|_, line| format!("   {line}"))),
            (
                "shifted but for the first",
                each(&sample.text, &|at, line| format!("{}{line}", if at > 0 { " " } else { "" })),
            ),
            ("blanks at the end", each(&sample.text, &|_, line| format!("{line}   "))),
            ("no blanks at the end", each(&sample.text, &|_, line| line.trim_end().to_owned())),
            ("NULs at the end", each(&sample.text, &|_, line| format!("{line} \0\0"))),
            ("carriage returns", each(&sample.text, &|_, line| format!("{line}\r\r"))),
            (
                "short rules",
                each(&sample.text, &|_, line| if rule(line) { "  --".to_owned() } else { line.to_owned() }),
            ),
            (
                "other rules",
                each(&sample.text, &|_, line| if rule(line) { "=".repeat(99) } else { line.to_owned() }),
            ),
            (
                "rules in pieces",
                each(&sample.text, &|_, line| {
                    if rule(line) { "----- ---".to_owned() } else { line.to_owned() }
                }),
            ),
        ] {
            let shown = read(&sample, &text);
            assert_eq!(shown.unknown, [], "{}: {what}", sample.file);
            assert_eq!(shown.rows, whole.rows, "{}: {what}", sample.file);
        }
    }
}

/// Headings in another case, with other blanks, and printed again in the middle.
#[test]
fn headings_are_known_by_their_words() {
    let mut tables_seen = 0;
    for sample in tables() {
        let lines: Vec<&str> = sample.text.lines().collect();
        let words = [
            "Rack",
            "OnuIndex",
            "OltIndex",
            "PhyLoc",
            "FanUnitId",
            "Onu ",
            "Mac address",
            "Interface  ",
            "PortMode",
        ];
        let words = [words.as_slice(), &[" Type ", "  SIR(kbps)"]].concat();
        let Some(at) = lines.iter().position(|line| words.iter().any(|word| line.starts_with(word))) else {
            continue;
        };
        tables_seen += 1;
        let heading = lines[at];
        let whole = read(&sample, &sample.text);
        let spread: String = heading.replace("  ", "   ");
        // Blank cells are told by where the words of the heading begin.
        let spread = if sample.file.ends_with("show-card.txt") { heading.to_owned() } else { spread };
        for other in [heading.to_uppercase(), heading.to_lowercase(), format!(" {heading} "), spread] {
            let shown = read(&sample, &sample.text.replacen(heading, &other, 1));
            assert_eq!(shown.unknown, [], "{}: {other}", sample.file);
            assert_eq!(shown.rows, whole.rows, "{}: {other}", sample.file);
        }
        // A page break prints it again, with its rule.
        let again = with_line(&with_line(&sample.text, at + 1, heading), at + 1, "--------");
        let shown = read(&sample, &again);
        assert_eq!((shown.unknown, shown.rows), (vec![], whole.rows.clone()), "{}", sample.file);
        // One that is not known ends the table: nothing is read below it.
        let first = heading.split_whitespace().next().unwrap();
        let other = heading.replacen(first, "Wherever", 1);
        let mut shown = read(&sample, &sample.text.replace(heading, &other));
        assert!(!shown.unknown.is_empty(), "{}: {other}", sample.file);
        assert_eq!(rows_in(&mut shown.rows), 0, "{}: {}", sample.file, shown.rows);
    }
    assert!(tables_seen > 14, "{tables_seen}");
}

/// How many rows of tables there are: objects in lists.
fn rows_in(rows: &mut Value) -> usize {
    match rows {
        // Their names stand above the heading.
        Value::Object(fields) if fields.contains_key("sir_kbps") || fields.contains_key("fixed_kbps") => {
            let named = fields.remove("name").is_some();
            usize::from(!named || fields.values().any(|value| !value.is_null()))
        }
        Value::Object(fields) if fields.contains_key("boards") => {
            fields["fans"].as_array().map_or(0, Vec::len)
        }
        Value::Object(fields) if fields.contains_key("pvid") => usize::from(!fields["pvid"].is_null()),
        Value::Object(fields) => fields.values_mut().map(rows_in).sum(),
        Value::Array(rows)
            if rows.first().is_some_and(|row| {
                row.get("name")
                    .is_some_and(|_| row.get("sir_kbps").is_some() || row.get("fixed_kbps").is_some())
            }) =>
        {
            rows.iter_mut().map(rows_in).sum()
        }
        Value::Array(rows) => rows.iter().filter(|row| row.is_object()).count(),
        _ => 0,
    }
}

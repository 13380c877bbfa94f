//! Rules for what is compiled into the product: `crates/*/src`.
//!
//! Comments may explain with a command of the OLT, and tests may quote what a
//! device says; neither is knowledge that the program acts upon.

use super::assert_none;
use super::tree::{File, files};

/// The crates that know the device.
const KNOW_THE_DEVICE: [&str; 2] = ["zte", "oltsim"];

/// How lines and answers of the OLT's command line are recognised.
const COMMAND_LINE: [&str; 8] = [
    "show gpon",
    "show pon",
    "interface gpon-",
    "gpon-onu_",
    "gpon-olt_",
    "pon-onu-mng",
    "configure terminal",
    "%Error",
];

/// The one file of `oltd` that names HTTP status codes.
const STATUS_FILE: &str = "crates/oltd/src/failure/status.rs";

/// A longer file holds more than one thing.
const MOST_LINES: usize = 400;

/// The lines of a source file that end up in the product, numbered from 1:
/// without comments, and without the test module, which stands last (clippy
/// sees to that).
pub(super) fn product_lines(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let mut lines: Vec<&str> = file.text.lines().collect();
    let starts_tests = |pair: &[&str]| {
        pair[0].starts_with("#[cfg(test)]") && pair[1].starts_with("mod ") && pair[1].ends_with('{')
    };
    if let Some(tests) = lines.windows(2).position(starts_tests) {
        lines.truncate(tests);
    }
    if file.path.ends_with("/tests.rs") {
        lines.clear();
    }
    lines.into_iter().enumerate().map(|(at, line)| (at + 1, without_comment(line)))
}

/// `line` up to its `//`, which is no comment where it follows the colon of a URL.
fn without_comment(line: &str) -> &str {
    let comment = line.match_indices("//").find(|(at, _)| !line[..*at].ends_with(':'));
    comment.map_or(line, |(at, _)| &line[..at])
}

/// The words of a line: identifiers and numbers.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// Whether a line holds an OID: dotted or as an array, from the root or around
/// the vendor's number.
fn holds_oid(line: &str) -> bool {
    let dense: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    let dense = dense.replace(',', ".");
    let from_root =
        dense.match_indices("1.3.6.1").any(|(at, _)| !dense[..at].ends_with(|c: char| c.is_ascii_digit()));
    from_root || words(line).any(|word| word.replace('_', "") == "3902")
}

fn holds_command(line: &str) -> bool {
    COMMAND_LINE.iter().any(|command| line.contains(command))
}

fn device_words(files: &[File]) -> Vec<String> {
    let mut offenders = Vec::new();
    for file in files {
        let Some((name, path)) = file.in_crate() else { continue };
        // The rig is tests.
        if KNOW_THE_DEVICE.contains(&name) || name == "rig" || !path.starts_with("src/") {
            continue;
        }
        let bad = product_lines(file).filter(|(_, line)| holds_oid(line) || holds_command(line));
        offenders.extend(bad.map(|(at, line)| file.offender(at, line)));
    }
    offenders
}

/// Whether a line names an HTTP status code: a constant, or a number beside the
/// word `status` or `code`.
fn names_status(line: &str) -> bool {
    let mut after = line.match_indices("StatusCode::").map(|(at, found)| &line[at + found.len()..]);
    let constant = after.any(|rest| {
        rest.starts_with(|c: char| c.is_ascii_uppercase())
            || rest.starts_with("from_u16")
            || rest.starts_with("try_from")
    });
    let speaks_of_status = words(line).any(|word| {
        let word = word.to_ascii_lowercase();
        word == "as_u16" || word.split('_').any(|part| ["status", "code", "statuscode"].contains(&part))
    });
    let is_code = |word: &str| {
        let number = word.strip_suffix("u16").unwrap_or(word).trim_end_matches('_');
        number.len() == 3 && number.parse().is_ok_and(|code: u16| (200..600).contains(&code))
    };
    constant || (speaks_of_status && words(line).any(is_code))
}

fn status_codes(files: &[File]) -> Vec<String> {
    let mut offenders = Vec::new();
    for file in files {
        if !file.path.starts_with("crates/oltd/src/")
            || !file.path.ends_with(".rs")
            || file.path == STATUS_FILE
        {
            continue;
        }
        let bad = product_lines(file).filter(|(_, line)| names_status(line));
        offenders.extend(bad.map(|(at, line)| file.offender(at, line)));
    }
    offenders
}

fn long_files(files: &[File]) -> Vec<String> {
    let sources = files.iter().filter(|file| {
        file.path.ends_with(".rs") && file.in_crate().is_some_and(|(_, path)| path.starts_with("src/"))
    });
    let lengths = sources.map(|file| (file, file.text.lines().count()));
    lengths
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(file, lines)| format!("{}: {lines} lines", file.path))
        .collect()
}

/// The one file of `oltd` that reaches past the cache for an OLT's handle, where it
/// has asked who may write.
const WRITING_FILE: &str = "crates/oltd/src/api/writing.rs";

fn unasked_writes(files: &[File]) -> Vec<String> {
    let mut offenders = Vec::new();
    for file in files.iter().filter(|file| file.path.starts_with("crates/oltd/src/api/")) {
        if file.path != WRITING_FILE {
            let reaches = |line: &str| line.contains(".handle()") || line.contains("site().olt");
            let bad = product_lines(file).filter(|(_, line)| reaches(line));
            offenders.extend(bad.map(|(at, line)| file.offender(at, line)));
        }
    }
    offenders
}

#[test]
fn nobody_writes_unasked() {
    assert_none("OLTs reached past who may write", &unasked_writes(&files()));
    let save = "olt.handle().save().await";
    let sample = |path: &str| unasked_writes(&[File::sample(path, save)]).len();
    assert_eq!((sample("crates/oltd/src/api/save.rs"), sample(WRITING_FILE)), (1, 0));
}

#[test]
fn only_two_crates_know_the_device() {
    let files = files();
    assert_none("only zte and oltsim hold an OID or a line of CLI", &device_words(&files));

    // What the rule looks for does stand where it may.
    for name in KNOW_THE_DEVICE {
        let mut sources = files.iter().filter(|file| {
            file.in_crate().is_some_and(|(owner, path)| owner == name && path.starts_with("src/"))
        });
        assert!(
            sources.any(|file| product_lines(file).any(|(_, line)| holds_oid(line))),
            "{name} holds no OID?"
        );
    }
}

#[test]
fn device_words_are_found() {
    for line in [
        r#"const SYS_DESCR: &str = "1.3.6.1.2.1.1.1.0";"#,
        "let oid = [1, 3, 6, 1, 2, 1];",
        "const ENTERPRISE: u32 = 3902;",
        "const ENTERPRISE: u32 = 3_902;",
        r#"let url = "http://host/"; let oid = ".1.3.6.1.4.1";"#,
        r#"send("show gpon onu state").await?;"#,
        r#"let port = format!("interface gpon-olt_{pon}");"#,
        r#"if line.starts_with("%Error 20203") {"#,
    ] {
        assert_eq!(device_words(&[File::sample("crates/oltd/src/api/onu.rs", line)]).len(), 1, "{line}");
        assert_eq!(device_words(&[File::sample("crates/gpon/src/onu.rs", line)]).len(), 1, "{line}");
        assert!(device_words(&[File::sample("crates/zte/src/mib.rs", line)]).is_empty(), "{line}");
        assert!(device_words(&[File::sample("crates/oltd/tests/it/api.rs", line)]).is_empty(), "{line}");
    }
    for line in ["// as `show gpon onu state` prints it", "let n = 13902;", "let v = [11.3, 6.1];", ""] {
        assert!(device_words(&[File::sample("crates/oltd/src/api/onu.rs", line)]).is_empty(), "{line}");
    }
    let oid = "const A: &str = \"1.3.6.1\";";
    let tests_last = format!("fn a() {{}}\n#[cfg(test)]\nmod tests {{\n    {oid}\n}}\n");
    assert!(device_words(&[File::sample("crates/oltd/src/a.rs", &tests_last)]).is_empty());
    assert!(device_words(&[File::sample("crates/oltd/src/a/tests.rs", oid)]).is_empty());
    let tests_elsewhere = format!("#[cfg(test)]\nmod tests;\n#[cfg(test)]\nuse b::B;\n{oid}\n");
    assert_eq!(device_words(&[File::sample("crates/oltd/src/a.rs", &tests_elsewhere)]).len(), 1);
}

#[test]
fn status_codes_stand_in_one_file() {
    let files = files();
    assert_none("HTTP status codes stand in one file", &status_codes(&files));

    let mut there = files.iter().filter(|file| file.path == STATUS_FILE);
    assert!(
        there.any(|file| product_lines(file).any(|(_, line)| names_status(line))),
        "{STATUS_FILE} names none?"
    );
}

#[test]
fn status_codes_are_found() {
    for line in [
        "return StatusCode::NOT_FOUND.into_response();",
        "let status = StatusCode::from_u16(answer)?;",
        "Response::builder().status(404)",
        "if response.status().as_u16() == 503 {",
        "matches!(status, 400..=499)",
        "let code = 404u16;",
        "(status = 422, description = \"refused\")",
    ] {
        assert_eq!(status_codes(&[File::sample("crates/oltd/src/api/onu.rs", line)]).len(), 1, "{line}");
        assert!(status_codes(&[File::sample(STATUS_FILE, line)]).is_empty(), "{line}");
    }
    for line in [
        "use axum::http::StatusCode;",
        "fn status(&self) -> StatusCode {",
        "// an empty PON is 200, not 404",
        "const BURST: u32 = 200;",
        "let deadline = Duration::from_millis(500);",
        "buffer.encode(512)",
    ] {
        assert!(status_codes(&[File::sample("crates/oltd/src/api/onu.rs", line)]).is_empty(), "{line}");
    }
}

#[test]
fn files_stay_small() {
    assert_none("at most 400 lines in a file", &long_files(&files()));
}

#[test]
fn long_files_are_found() {
    let long = "fn a() {}\n".repeat(MOST_LINES + 1);
    assert_eq!(long_files(&[File::sample("crates/zte/src/olt.rs", &long)]).len(), 1);
    assert!(long_files(&[File::sample("crates/zte/tests/it/olt.rs", &long)]).is_empty());
    assert!(long_files(&[File::sample("crates/zte/src/olt.rs", &"a\n".repeat(MOST_LINES))]).is_empty());
}

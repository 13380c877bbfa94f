//! Rules for the documents: short, and true about paths.

use super::assert_none;
use super::tree::{File, files};

/// Documents whose paths are checked, besides those in `docs/`.
const DOCUMENTS: [&str; 3] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];

/// What is longer is not read before a first change.
const MOST_WORDS: usize = 1_500;

/// What a path from the root begins with. A fixed list: a folder that was moved
/// away must not turn its paths into plain words.
const ROOMS: [&str; 8] = [".ci", "crates", "deploy", "docs", "examples", "fixtures", "fuzz", "scripts"];

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// The words inside of backticks and fences, with their lines from 1.
fn code_words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut fenced = false;
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            words.extend(line.split_whitespace().map(|word| (at + 1, word)));
        } else {
            let spans = line.split('`').skip(1).step_by(2);
            words.extend(spans.flat_map(str::split_whitespace).map(|word| (at + 1, word)));
        }
    }
    words
}

/// The path from the root that a word is, as far as it is spelled out: up to
/// the first part with a placeholder.
fn repository_path(word: &str) -> Option<String> {
    let word = word.strip_prefix("./").unwrap_or(word);
    let room = word.split('/').next()?;
    let in_room = word.contains('/') && ROOMS.contains(&room);
    let at_root = !word.contains('/') && (word.ends_with(".md") || word.starts_with("LICENSE-"));
    if !in_room && !at_root {
        return None;
    }
    let spelled_out = |part: &&str| !part.contains(['*', '<', '{', '…']);
    let parts: Vec<_> = word.split('/').take_while(spelled_out).filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// The targets of a line's links that are paths, relative to the document.
fn link_targets(line: &str) -> impl Iterator<Item = &str> {
    let targets = line.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next());
    targets.filter(|target| !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:"))
}

fn exists(path: &str, files: &[File]) -> bool {
    let inside = |file: &File| {
        file.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    files.iter().any(inside)
}

/// `target` as seen from the folder of `document`.
fn resolved(document: &str, target: &str) -> String {
    let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn dead_paths(files: &[File]) -> Vec<String> {
    let is_document =
        |path: &str| DOCUMENTS.contains(&path) || (path.starts_with("docs/") && path.ends_with(".md"));
    let mut offenders = Vec::new();
    for file in files.iter().filter(|file| is_document(&file.path)) {
        for (at, word) in code_words(&file.text) {
            if repository_path(word).is_some_and(|path| !exists(&path, files)) {
                offenders.push(file.offender(at, word));
            }
        }
        for (at, line) in file.text.lines().enumerate() {
            let dead = link_targets(line).filter(|target| !exists(&resolved(&file.path, target), files));
            offenders.extend(dead.map(|target| file.offender(at + 1, target)));
        }
    }
    offenders
}

#[test]
fn documents_name_paths_that_exist() {
    let files = files();
    for document in DOCUMENTS {
        assert!(exists(document, &files), "there is no {document}");
    }
    assert_none("documents name paths that exist", &dead_paths(&files));
}

#[test]
fn dead_paths_are_found() {
    let tree = |document: &str| {
        ["crates/oltd/src/api/onu.rs", "scripts/test", "docs/a.md", "LICENSE-MIT"]
            .map(|path| File::sample(path, ""))
            .into_iter()
            .chain([File::sample("README.md", document)])
            .collect::<Vec<_>>()
    };
    for document in [
        "see `crates/oltd/src/onu.rs`",
        "`crates/oltd/src/http/<noun>.rs` and `scripts/test`",
        "run `./scripts/tests --all`",
        "```sh\n./scripts/tests\n```",
        "`ARCHITECTURE.md`",
        "the [guide](docs/b.md#top)",
    ] {
        assert_eq!(dead_paths(&tree(document)).len(), 1, "{document}");
    }
    for document in [
        "`crates/oltd/src/api/<noun>.rs`, `crates/*/src`, `crates/oltd/`",
        "`./scripts/test` and `LICENSE-MIT`, the [guide](docs/a.md#top), [out](https://example.net/docs/b.md)",
        "`target/release/oltd`, `oltd.toml`, `1/1/1`, `/api/v1/olts`, `application/json`",
        "scripts/tests is not in backticks",
    ] {
        assert_eq!(dead_paths(&tree(document)), Vec::<String>::new(), "{document}");
    }
    assert_eq!(resolved("docs/a.md", "../scripts/test"), "scripts/test");
}

#[test]
fn the_architecture_is_read_in_minutes() {
    let files = files();
    let Some(file) = files.iter().find(|file| file.path == "ARCHITECTURE.md") else {
        panic!("there is no ARCHITECTURE.md");
    };
    let words = words(&file.text);
    assert!(words < MOST_WORDS, "ARCHITECTURE.md has {words} words, at most {MOST_WORDS} are read");
}

#[test]
fn words_are_counted() {
    assert_eq!(words("# One\n\ntwo  three\n- `four`"), 6);
}

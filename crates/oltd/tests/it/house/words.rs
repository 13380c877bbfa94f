//! Words that have no place in the repository.

use super::assert_none;
use super::tree::{File, files};

/// Paths of one machine, numbers that only a tracker resolves, and addresses of
/// package registries, which belong into cargo's configuration. In pieces, so
/// that this file does not hold them.
const FORBIDDEN: [&str; 5] = [
    concat!("/wor", "k/"),
    concat!("/tmp/", "w/"),
    concat!("issue", " #"),
    concat!("crates.io", "/api"),
    concat!(".crates", ".io"),
];

fn forbidden_words(files: &[File]) -> Vec<String> {
    let mut offenders = Vec::new();
    for file in files {
        for (at, line) in file.text.lines().enumerate() {
            let lower = line.to_ascii_lowercase();
            if FORBIDDEN.iter().any(|word| lower.contains(word)) {
                offenders.push(file.offender(at + 1, line));
            }
        }
    }
    offenders
}

#[test]
fn no_forbidden_words() {
    assert_none("paths of one machine, tracker numbers, registry hosts", &forbidden_words(&files()));
}

#[test]
fn forbidden_words_are_found() {
    for word in FORBIDDEN {
        let text = format!("first\nsee {} for more\n", word.to_ascii_uppercase());
        let found = forbidden_words(&[File::sample("docs/a.md", &text)]);
        assert_eq!(found.len(), 1, "{word}");
        assert!(found[0].starts_with("docs/a.md:2:"), "{found:?}");
    }
    let fine = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\nthe network/workflow";
    assert!(forbidden_words(&[File::sample("Cargo.lock", fine)]).is_empty());
}

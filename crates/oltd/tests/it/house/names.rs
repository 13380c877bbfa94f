//! Rules for names and places of source files.

use super::assert_none;
use super::tree::{File, files};

/// Names that say nothing about what is inside.
const VAGUE: [&str; 7] = ["common", "helper", "helpers", "misc", "util", "utils", "shared"];

/// Source files of our crates whose name, or whose folder's name, is vague.
fn vague_names(files: &[File]) -> Vec<String> {
    let is_vague = |path: &str| path.trim_end_matches(".rs").split('/').any(|part| VAGUE.contains(&part));
    let sources = files.iter().filter(|file| file.path.ends_with(".rs"));
    let bad =
        sources.filter(|file| file.in_crate().is_some_and(|(name, path)| is_vague(name) || is_vague(path)));
    bad.map(|file| file.path.clone()).collect()
}

/// Integration tests that are a binary of their own, linked once more.
fn further_test_binaries(files: &[File]) -> Vec<String> {
    let is_binary = |path: &str| {
        let test = path.strip_prefix("tests/").filter(|test| test.ends_with(".rs"));
        test.is_some_and(|test| match test.split_once('/') {
            None => true,
            Some((folder, file)) => file == "main.rs" && folder != "it",
        })
    };
    let bad = files.iter().filter(|file| file.in_crate().is_some_and(|(_, path)| is_binary(path)));
    bad.map(|file| file.path.clone()).collect()
}

#[test]
fn names_say_what_is_inside() {
    assert_none("no vague names", &vague_names(&files()));
}

#[test]
fn vague_names_are_found() {
    for path in ["crates/oltd/src/utils.rs", "crates/zte/src/common/mod.rs", "crates/helpers/src/lib.rs"] {
        assert_eq!(vague_names(&[File::sample(path, "")]), [path]);
    }
    assert!(vague_names(&[File::sample("crates/oltd/src/failure/status.rs", "")]).is_empty());
}

#[test]
fn a_crate_has_one_test_binary() {
    assert_none("integration tests stand in tests/it", &further_test_binaries(&files()));
}

#[test]
fn further_test_binaries_are_found() {
    for path in ["crates/zte/tests/walk.rs", "crates/zte/tests/slow/main.rs"] {
        assert_eq!(further_test_binaries(&[File::sample(path, "")]), [path]);
    }
    for path in ["crates/zte/tests/it/main.rs", "crates/zte/tests/it/walk/main.rs", "crates/zte/src/walk.rs"]
    {
        assert!(further_test_binaries(&[File::sample(path, "")]).is_empty(), "{path}");
    }
}

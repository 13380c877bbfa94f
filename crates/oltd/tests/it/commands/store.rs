//! `oltd store`, while another process holds the store and when none does.

use std::path::Path;

use oltd::store::{Store, StoreSettings};

use super::oltd;
use crate::config::ONE_OLT;

fn run(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let output = oltd(directory, arguments, variables).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn a_store_is_copied_brought_elsewhere_and_accepted() {
    let directory = tempfile::tempdir().unwrap();
    let here = |arguments: &[&str], variables: &[(&str, &str)]| run(directory.path(), arguments, variables);
    std::fs::write(directory.path().join("oltd.toml"), ONE_OLT).unwrap();
    let (code, stdout, stderr) = here(&["store", "backup", "copy.db"], &[]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert_eq!(stderr.lines().last(), Some("there is no store at ./data/store.db: is data_dir right?"));

    // As a server does.
    let store = Store::open(&StoreSettings::new(directory.path().join("data"))).await.unwrap();
    let (code, stdout, _) = here(&["store", "backup", "copy.db"], &[]);
    assert_eq!(code, Some(0));
    assert!(stdout.starts_with("The store of ./data was copied to copy.db."), "{stdout}");
    let (code, _, stderr) = here(&["store", "backup", "copy.db"], &[]);
    assert!(code == Some(1) && stderr.contains("copy.db is there already"), "{stderr}");
    let (code, stdout, _) = here(&["store", "key", "key.txt"], &[]);
    assert_eq!(code, Some(0));
    let key = std::fs::read_to_string(directory.path().join("key.txt")).unwrap();
    assert!(key.len() == 65 && !stdout.contains(key.trim()), "{stdout}");
    let (code, _, stderr) = here(&["store", "key", "key.txt"], &[]);
    assert!(code == Some(1) && stderr.contains("key.txt is there already"), "{stderr}");
    let (code, _, stderr) = here(&["store", "accept"], &[]);
    assert!(code == Some(1) && stderr.contains("another oltd uses the folder ./data"), "{stderr}");
    store.close().await.unwrap();
    let (code, stdout, _) = here(&["store", "accept"], &[]);
    assert_eq!(
        (code, stdout.as_str()),
        (Some(0), "The store of ./data is not a copy: there was nothing to accept.\n")
    );

    std::fs::create_dir(directory.path().join("other")).unwrap();
    std::fs::rename(directory.path().join("copy.db"), directory.path().join("other/store.db")).unwrap();
    let other = [("OLTD_DATA_DIR", "other")];
    let (code, _, stderr) = here(&["store", "accept"], &other);
    assert!(code == Some(1) && stderr.contains("the key of the store is missing"), "{stderr}");
    let wrong = "5a".repeat(32);
    let (code, _, stderr) = here(&["store", "accept"], &[other[0], ("OLTD_STORE_KEY", &wrong)]);
    assert!(
        code == Some(1) && stderr.contains("is not the one that this store was written with"),
        "{stderr}"
    );
    let with_key = [other[0], ("OLTD_STORE_KEY", key.trim())];
    let (code, stdout, stderr) = here(&["store", "accept"], &with_key);
    assert_eq!(
        (code, stdout.starts_with("The store of other is accepted")),
        (Some(0), true),
        "{stdout}{stderr}"
    );
    let (code, stdout, _) = here(&["store", "accept"], &with_key);
    assert!(code == Some(0) && stdout.contains("not a copy"), "{stdout}");
}

#[test]
fn a_key_that_is_none_is_not_shown() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("oltd.toml"), ONE_OLT).unwrap();
    for command in [&["check"][..], &["store", "accept"]] {
        let (code, stdout, stderr) = run(directory.path(), command, &[("OLTD_STORE_KEY", "hunter2")]);
        assert_eq!(code, Some(1));
        assert!(stderr.contains("OLTD_STORE_KEY: the value is not 64 hex digits"), "{stderr}");
        assert!(!stdout.contains("hunter2") && !stderr.contains("hunter2"));
    }
}

//! The files of the store: who can read them, what is in them, and whose they are.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use oltd::store::{JobState, PlanEnd, Store, StoreError, StoreSettings, Way};
use secrecy::SecretString;

use super::{at, begun, fresh, plan, secret, step};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn nobody_else_reads_the_files() {
    let (_folder, settings, store) = fresh().await;
    begun(&store, "j1", "p1", 1).await;
    assert_eq!(mode(&settings.folder), 0o700);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&settings.folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(
        names,
        ["store.db", "store.db-shm", "store.db-wal", "store.key", "store.lock", "store.reserve"]
    );
}

#[tokio::test]
async fn a_folder_of_others_keeps_its_rights() {
    let folder = tempfile::tempdir().unwrap();
    let open = |path: &Path| std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    open(folder.path());
    std::fs::write(folder.path().join("theirs"), "").unwrap();
    let settings = StoreSettings::new(folder.path());
    Store::open(&settings).await.unwrap().close().await.unwrap();
    assert_eq!(mode(folder.path()), 0o755);
    // One that holds a store alone is closed to others.
    std::fs::remove_file(folder.path().join("theirs")).unwrap();
    Store::open(&settings).await.unwrap().close().await.unwrap();
    assert_eq!(mode(folder.path()), 0o700);
}

#[tokio::test]
async fn secrets_are_in_no_file() {
    const SECRET: &str = "Hunter2-Wifi-Key";
    let (_folder, settings, store) = fresh().await;
    begun(&store, "j1", "p1", 3).await;
    store.keep_plan(&plan("p2", "head-end", &secret(SECRET))).await.unwrap();
    for seq in 0..3 {
        step(&store, "p1", seq, Way::Forth, SECRET, true, 1).await;
        step(&store, "p1", seq, Way::Back, SECRET, true, 1).await;
    }
    let _ = store.end("p1", PlanEnd::Ended, &secret(SECRET), at(3)).await.unwrap();
    let _ = store.end_job("j1", JobState::Done, &secret(SECRET), at(3)).await.unwrap();
    store.add_record("head-end", "save", &secret(SECRET), at(1)).await.unwrap();
    let key = std::fs::read_to_string(settings.folder.join("store.key")).unwrap();
    let key: Vec<u8> = key
        .trim()
        .as_bytes()
        .chunks(2)
        .map(|hex| u8::from_str_radix(str::from_utf8(hex).unwrap(), 16).unwrap())
        .collect();
    let scan = || {
        for name in ["store.db", "store.db-wal", "store.db-shm"] {
            let bytes = std::fs::read(settings.folder.join(name)).unwrap_or_default();
            let holds = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
            assert!(!holds(SECRET.as_bytes()), "{name}");
            assert!(!holds(&key), "{name}");
        }
        // Other things are not sealed: the search itself works.
        let db = std::fs::read(settings.folder.join("store.db")).unwrap();
        let wal = std::fs::read(settings.folder.join("store.db-wal")).unwrap_or_default();
        assert!([db, wal].concat().windows(7).any(|window| window == b"billing"));
    };
    scan();
    assert!(!format!("{store:?} {settings:?} {:?}", store.plan("p2").await.unwrap()).contains(SECRET));
    store.close().await.unwrap();
    scan();
}

/// Changes the database behind the back of the store.
async fn change(settings: &StoreSettings, statement: &'static str) {
    use sqlx::ConnectOptions;

    let file = sqlx::sqlite::SqliteConnectOptions::new().filename(settings.folder.join("store.db"));
    let mut connection = file.connect().await.unwrap();
    sqlx::query(statement).execute(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
}

#[tokio::test]
async fn a_store_of_a_newer_program_is_left_alone() {
    let (_folder, settings, store) = fresh().await;
    store.close().await.unwrap();
    change(&settings, "UPDATE meta SET number = number + 1 WHERE name = 'version'").await;
    let newer = Store::open(&settings).await.unwrap_err();
    assert!(matches!(newer, StoreError::Newer { .. }), "{newer}");
    change(&settings, "UPDATE meta SET number = number - 1 WHERE name = 'version'").await;
    assert_eq!(Store::open(&settings).await.unwrap().epoch(), 2);
}

/// A sealed document opens nowhere but where it was written.
#[tokio::test]
async fn a_document_that_was_moved_is_not_read() {
    let (_folder, settings, store) = fresh().await;
    for (id, text) in [("p1", "reboot"), ("p2", "delete")] {
        store.keep_plan(&plan(id, "head-end", &secret(text))).await.unwrap();
    }
    store.close().await.unwrap();
    change(
        &settings,
        "UPDATE documents SET document = (SELECT document FROM documents WHERE plan = 'p2') WHERE plan = 'p1'",
    )
    .await;
    let store = Store::open(&settings).await.unwrap();
    let moved = store.plan("p1").await;
    assert!(matches!(moved, Err(StoreError::Damaged { table: "plans", .. })), "{moved:?}");
    assert!(store.plan("p2").await.is_ok());
}

#[tokio::test]
async fn a_second_server_is_told_of_the_first() {
    let (_folder, settings, store) = fresh().await;
    let error = Store::open(&settings).await.unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    assert!(error.to_string().contains("another oltd uses the folder"), "{error}");
    // The first one is none the worse for it.
    begun(&store, "j1", "p1", 1).await;
    store.close().await.unwrap();
    assert!(matches!(store.sending("p1", 0, Way::Forth, at(1)).await, Err(StoreError::Closed)));
    Store::open(&settings).await.unwrap();
}

#[tokio::test]
async fn a_wrong_key_is_told() {
    let (_folder, settings, store) = fresh().await;
    store.close().await.unwrap();
    let key_file = settings.folder.join("store.key");
    let right = std::fs::read_to_string(&key_file).unwrap();
    assert_eq!(right.len(), 65);
    let with = |key: &str| StoreSettings { key: Some(SecretString::from(key)), ..settings.clone() };

    let wrong = Store::open(&with(&"ab".repeat(32))).await.unwrap_err();
    assert!(matches!(wrong, StoreError::WrongKey), "{wrong}");
    for none in
        ["", "ab", &"ab".repeat(33), &"xy".repeat(32), &format!(" {}", "a".repeat(63)), &"é".repeat(32)]
    {
        let error = Store::open(&with(none)).await.unwrap_err();
        assert!(matches!(error, StoreError::NoKey { .. }), "{error}");
        assert!(none.is_empty() || !error.to_string().contains(none), "{error}");
    }
    Store::open(&with(right.trim())).await.unwrap().close().await.unwrap();
    Store::open(&with(&right.trim().to_uppercase())).await.unwrap().close().await.unwrap();

    std::fs::write(&key_file, "nonsense").unwrap();
    assert!(matches!(Store::open(&settings).await.unwrap_err(), StoreError::NoKey { .. }));
    // No new key is made for what an old one sealed.
    std::fs::remove_file(&key_file).unwrap();
    let missing = Store::open(&settings).await.unwrap_err();
    assert!(matches!(missing, StoreError::KeyMissing { .. }), "{missing}");
    assert!(!key_file.exists());
    std::fs::write(&key_file, right).unwrap();
    Store::open(&settings).await.unwrap();
}

#[tokio::test]
async fn a_key_that_is_configured_is_not_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let key = Some(SecretString::from("0f".repeat(32)));
    let settings = StoreSettings { key, ..StoreSettings::new(folder.path().join("a/b")) };
    let store = Store::open(&settings).await.unwrap();
    assert_eq!(store.epoch(), 1);
    assert!(!settings.folder.join("store.key").exists());
}

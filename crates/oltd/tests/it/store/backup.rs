//! Copies of the store, and of its key.

use std::os::unix::fs::PermissionsExt;

use oltd::store::{Store, StoreError, StoreSettings, Way, accept_copy, backup, copy_key};

use super::{begun, fresh, plain, step};

#[tokio::test]
async fn a_store_in_use_is_copied_and_the_copy_says_so() {
    let (folder, settings, store) = fresh().await;
    begun(&store, "j1", "p1", 2).await;
    let file = folder.path().join("copy.db");
    // While others write.
    let (copied, ()) = tokio::join!(backup(&settings, &file), async {
        for seq in 0..2 {
            step(&store, "p1", seq, Way::Forth, "ok", true, 1).await;
        }
    });
    copied.unwrap();
    assert!(!store.is_marked());
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let beside: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(beside.len(), 2, "{beside:?}");
    let again = backup(&settings, &file).await;
    assert!(matches!(again, Err(StoreError::Exists { .. })), "{again:?}");

    // It is a store in another place once its key is there too.
    let other = StoreSettings::new(folder.path().join("other"));
    std::fs::create_dir(&other.folder).unwrap();
    std::fs::rename(&file, other.folder.join("store.db")).unwrap();
    assert!(matches!(Store::open(&other).await, Err(StoreError::KeyMissing { .. })));
    let key = other.folder.join("store.key");
    copy_key(&settings, &key).unwrap();
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(matches!(copy_key(&settings, &key), Err(StoreError::Exists { .. })));
    let copy = Store::open(&other).await.unwrap();
    assert!(copy.is_marked());
    let pending = copy.pending(None).await.unwrap();
    assert_eq!(plain(&pending[0].plan.document), "lines");
    copy.close().await.unwrap();
    // A restart does not accept it; a person does.
    let copy = Store::open(&other).await.unwrap();
    assert!(copy.is_marked());
    assert!(matches!(accept_copy(&other).await, Err(StoreError::Locked { .. })));
    copy.close().await.unwrap();
    assert!(accept_copy(&other).await.unwrap());
    assert!(!accept_copy(&other).await.unwrap());
    assert!(!Store::open(&other).await.unwrap().is_marked());
}

#[tokio::test]
async fn a_store_that_nobody_uses_is_copied_too() {
    let (folder, settings, store) = fresh().await;
    begun(&store, "j1", "p1", 2).await;
    store.close().await.unwrap();
    let file = folder.path().join("copy.db");
    backup(&settings, &file).await.unwrap();
    for entry in std::fs::read_dir(&settings.folder).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.file_name());
    }
    assert_eq!(Store::open(&settings).await.unwrap().pending(None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_copied_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let settings = StoreSettings::new(folder.path().join("data"));
    let file = folder.path().join("copy.db");
    assert!(matches!(backup(&settings, &file).await, Err(StoreError::NoStore { .. })));
    assert!(matches!(copy_key(&settings, &file), Err(StoreError::KeyMissing { .. })));
    assert!(matches!(accept_copy(&settings).await, Err(StoreError::NoStore { .. })));
    std::fs::create_dir(&settings.folder).unwrap();
    std::fs::write(settings.folder.join("store.db"), "this is no database, whatever its name says").unwrap();
    let error = backup(&settings, &file).await.unwrap_err();
    assert!(matches!(error, StoreError::Database { .. }), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

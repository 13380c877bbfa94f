//! The files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders and files that are a developer's own and never tracked.
const NOT_OURS: [&str; 6] = [".git", "target", "corpus", "artifacts", "node_modules", ".env"];

/// One file of the repository.
pub(super) struct File {
    /// Relative to the root, with `/`.
    pub(super) path: String,
    /// Its text; empty when it is not UTF-8.
    pub(super) text: String,
}

impl File {
    /// A sample for the test of a rule.
    pub(super) fn sample(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The crate that it belongs to, and its path inside of that crate.
    pub(super) fn in_crate(&self) -> Option<(&str, &str)> {
        self.path.strip_prefix("crates/")?.split_once('/')
    }

    /// An offender: where it is, and what it is.
    pub(super) fn offender(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {}", self.path, what.trim())
    }
}

/// The root of the repository.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file of the repository, by path.
pub(super) fn files() -> Vec<File> {
    let root = root();
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        for entry in entries {
            let entry = entry.unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
            let path = entry.path();
            let kind = entry.file_type().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            if NOT_OURS.iter().any(|name| entry.file_name() == *name) {
                continue;
            }
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                files.push(read(&root, &path));
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn read(root: &Path, path: &Path) -> File {
    let bytes = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let relative = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    File { path: parts.join("/"), text: String::from_utf8(bytes).unwrap_or_default() }
}

/// Were the tree not found, every rule would hold.
#[test]
fn the_tree_is_read() {
    let files = files();
    for path in
        ["Cargo.toml", "scripts/test", ".ci/run", "crates/gpon/src/lib.rs", "crates/oltd/tests/it/house.rs"]
    {
        let file = files.iter().find(|file| file.path == path);
        assert!(file.is_some_and(|file| !file.text.is_empty()), "{path} is not among {} files", files.len());
    }
    let stray = files.iter().find(|file| file.path.starts_with("target/") || file.path.starts_with(".git/"));
    assert!(stray.is_none(), "{:?}", stray.map(|file| &file.path));
}

#[cfg(unix)]
#[test]
fn scripts_can_be_started() {
    use std::os::unix::fs::PermissionsExt;

    let files = files();
    let scripts = files.iter().filter(|file| file.path.starts_with("scripts/") || file.path == ".ci/run");
    let idle = scripts.filter(|file| {
        let path = root().join(&file.path);
        fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0o111)
            || !file.text.starts_with("#!")
    });
    let idle: Vec<_> = idle.map(|file| file.path.clone()).collect();
    super::assert_none("scripts are executable and begin with #!", &idle);
}

//! Gathers what a configuration is read from: the file, the environment and `.env`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::findings::{Findings, Note, Problems};
use super::{FileText, Inputs, Variables, overrides, reference};

/// The file that is read when none is named.
const DEFAULT_FILE: &str = "oltd.toml";
/// The file of variables in the working directory.
const DOTENV: &str = ".env";

/// Words in the names of keys and variables whose values are secrets.
const SECRETS: [&str; 3] = ["community", "password", "store_key"];

/// Gathers the inputs of `serve` and `check`. The file is the one given, else
/// the one that `OLTD_CONFIG` names, else `oltd.toml` where there is one.
///
/// # Errors
/// When a file that is there, or must be, cannot be read.
pub fn gather(config: Option<&Path>) -> Result<Inputs, Problems> {
    let mut found = Findings::default();
    let (inputs, _) = take_in(config, &mut found);
    let (inputs, notes) = found.outcome(Some(inputs))?;
    Ok(Inputs { notes, ..inputs })
}

/// As [`gather`], with what could be read, and the name of the file where that
/// could not: both are problems already.
pub(super) fn take_in(config: Option<&Path>, found: &mut Findings) -> (Inputs, Option<String>) {
    let variables = environment(found);
    let named = config
        .map(Path::to_owned)
        .or_else(|| variables.get(overrides::FILE).filter(|name| !name.is_empty()).map(PathBuf::from));
    let (path, must) = named.map_or_else(|| (PathBuf::from(DEFAULT_FILE), false), |path| (path, true));
    match read(&path, must, found) {
        Ok(file) => (Inputs { file, variables, notes: Vec::new() }, None),
        Err(name) => (Inputs { file: None, variables, notes: Vec::new() }, Some(name)),
    }
}

/// Gathers the variables alone, for `demo`.
///
/// # Errors
/// When `.env` is there and cannot be read.
pub fn gather_variables() -> Result<Variables, Problems> {
    let mut found = Findings::default();
    let variables = environment(&mut found);
    let (variables, _) = found.outcome(Some(variables))?;
    Ok(variables)
}

fn environment(found: &mut Findings) -> Variables {
    let dotenv = read(Path::new(DOTENV), false, found).ok().flatten();
    variables(std::env::vars_os(), dotenv.as_ref().map(|file| file.text.as_str()), found)
}

/// Reads a file; its name where that fails.
fn read(path: &Path, must: bool, found: &mut Findings) -> Result<Option<FileText>, String> {
    let name = path.display().to_string();
    let why = match std::fs::read(path) {
        Ok(bytes) => match text(bytes) {
            Ok(text) => {
                if holds_secrets(&text)
                    && let Some(Note { variable, text }) = read_by_all(path)
                {
                    found.note(&variable, text);
                }
                return Ok(Some(FileText { name, text }));
            }
            Err(why) => why.to_owned(),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must => return Ok(None),
        Err(error) => format!("cannot be read: {error}"),
    };
    found.problem(&name, "", why);
    Err(name)
}

/// The text of a file, without the mark that some editors put before it.
fn text(bytes: Vec<u8>) -> Result<String, &'static str> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err("is UTF-16 text: save it as UTF-8");
    }
    let text = String::from_utf8(bytes).map_err(|_| "is not UTF-8 text")?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Whether some line sets a key or a variable that is a secret, at a guess that
/// rather warns once too often.
fn holds_secrets(text: &str) -> bool {
    let set = text.lines().map(str::trim_start).filter(|line| !line.starts_with('#'));
    set.map(str::to_ascii_lowercase).any(|line| SECRETS.iter().any(|word| line.contains(word)))
}

/// What to tell of a file with secrets that others than its owner and group may read.
pub fn read_by_all(path: &Path) -> Option<Note> {
    let variable = path.display().to_string();
    is_open(path).then(|| Note {
        text: "holds secrets, and everybody on this machine can read it: take that right away, as by `chmod o-rwx`"
            .to_owned(),
        variable,
    })
}

#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    /// Others may read or write it.
    const OTHERS: u32 = 0o006;
    std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & OTHERS != 0)
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}

/// The variables that mean something to us, those of the process before those of `.env`.
pub(super) fn variables(
    process: impl Iterator<Item = (OsString, OsString)>,
    dotenv: Option<&str>,
    found: &mut Findings,
) -> Variables {
    let ours = |name: &str| name.starts_with(overrides::PREFIX) || reference::is_name(name);
    let mut variables = dotenv.map(|text| parse_dotenv(text, found)).unwrap_or_default();
    variables.retain(|name, _| ours(name));
    for (name, value) in process {
        let Ok(name) = name.into_string() else { continue };
        if !ours(&name) {
            continue;
        }
        match value.into_string() {
            // An empty variable counts as unset, so it hides nothing of `.env`.
            Ok(value) if value.is_empty() => {}
            Ok(value) => drop(variables.insert(name, value)),
            Err(_) => found.problem(&name, "", "its value is not UTF-8 text"),
        }
    }
    variables
}

/// Reads `NAME=value` lines. Of a name given twice the last value counts.
fn parse_dotenv(text: &str, found: &mut Findings) -> Variables {
    let mut variables = Variables::new();
    for entry in dotenvy::from_read_iter(text.trim_start_matches('\u{feff}').as_bytes()) {
        match entry {
            Ok((name, value)) => drop(variables.insert(name, value)),
            Err(error) => {
                let place = line_of(&error, text)
                    .map_or_else(|| DOTENV.to_owned(), |n| format!("{DOTENV}: line {n}"));
                found.problem(
                    &place,
                    "",
                    "is not NAME=value; a value with blanks or `$` stands in single quotes",
                );
            }
        }
    }
    variables
}

/// The line of an error. The error's own text would quote the line, which may hold a password.
fn line_of(error: &dotenvy::Error, text: &str) -> Option<usize> {
    let dotenvy::Error::LineParse(quoted, _) = error else { return None };
    let first = quoted.lines().next().filter(|line| !line.is_empty())?;
    text.lines().position(|line| line.contains(first)).map(|index| index + 1)
}

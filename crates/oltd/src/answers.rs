//! The file that says what further answers of an OLT mean (`answers_file`).

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use zte::{Answers, Meaning};

/// The largest file, in bytes: hundreds of answers, and no log that somebody names by mistake.
pub const LARGEST: u64 = 64 * 1024;
/// The longest beginning of an answer, in bytes: longer than every line of a terminal.
pub const LONGEST: usize = 255;

/// A file of answers that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot use the answers in {}: {why}", file.display())]
pub struct AnswersError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    answers: Vec<Answer>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    begins: String,
    means: Meaning,
}

/// Reads such a file.
///
/// # Errors
/// [`AnswersError`]: it cannot be read, is larger than [`LARGEST`], or says something that
/// is not understood. Then nothing of it holds, since half of it is not what was meant.
pub fn read(file: &Path) -> Result<Answers, AnswersError> {
    let failed = |why: String| AnswersError { file: file.to_owned(), why };
    let text = text_of(file).map_err(failed)?;
    let Known { answers } = toml::from_str(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map(|before| format!("line {}: ", before.matches('\n').count() + 1));
        failed(format!("{}{}", line.unwrap_or_default(), error.message().replace('\n', " ")))
    })?;
    for (at, answer) in answers.iter().enumerate() {
        let begins = answer.begins.trim();
        if begins.is_empty() || begins.len() > LONGEST || begins.chars().any(char::is_control) {
            let rule = "1 to 255 bytes of one line";
            return Err(failed(format!("answers[{at}].begins: what an answer begins with is {rule}")));
        }
    }
    Ok(Answers::new(answers.into_iter().map(|answer| (answer.begins, answer.means))))
}

fn text_of(file: &Path) -> Result<String, String> {
    let unread = |error: std::io::Error| format!("cannot be read: {error}");
    if !std::fs::metadata(file).map_err(unread)?.is_file() {
        return Err("cannot be read: it is no file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(file).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(unread)?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("is larger than {LARGEST} bytes"));
    }
    let text = String::from_utf8(bytes).map_err(|error| format!("cannot be read: {error}"))?;
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("answers.toml");
        std::fs::write(&file, bytes).unwrap();
        read(&file).map(|answers| format!("{answers:?}")).map_err(|error| {
            assert_eq!(error.file, file);
            error.why
        })
    }

    #[test]
    fn well_formed() {
        let text = "[[answers]]\nbegins = \" Warning: x\"\nmeans = \"remark\"\n\n# no\n[[answers]]\nbegins = \"Nope\"\nmeans = \"refused\"\n";
        for text in [text.to_owned(), format!("\u{feff}{text}"), text.replace('\n', "\r\n")] {
            let known = told(text.as_bytes()).unwrap();
            assert!(known.contains("Warning: x") && known.contains("Remark"), "{known}");
            assert!(known.contains("Nope") && known.contains("Refused"), "{known}");
        }
        assert!(told(b"answers = []\n").is_ok());
        let most = format!("answers = []\n#{}", " ".repeat(usize::try_from(LARGEST).unwrap() - 14));
        assert!(told(most.as_bytes()).is_ok());
    }

    #[test]
    fn whatever_is_wrong_is_told_with_its_line() {
        let answer = |begins: &str, means: &str| {
            format!("[[answers]]\nbegins = \"{begins}\"\nmeans = \"{means}\"\n").into_bytes()
        };
        let large = usize::try_from(LARGEST).unwrap() + 1;
        for (text, begins) in [
            (b"[[answers]\n".to_vec(), "line 1: "),
            (b"\n\nbegins\n".to_vec(), "line 3: "),
            (b"".to_vec(), "line 1: missing field `answers`"),
            (b"[[answer]]\n".to_vec(), "line 1: unknown field `answer`"),
            (b"answers = 1\n".to_vec(), "line 1: "),
            (b"[[answers]]\nbegins = \"x\"\n".to_vec(), "line 1: missing field `means`"),
            (answer("x", "fine"), "line 3: unknown variant `fine`, expected `remark` or `refused`"),
            ([answer("x", "remark"), b"more = 1\n".to_vec()].concat(), "line 4: unknown field `more`"),
            (answer("", "remark"), "answers[0].begins: "),
            ([answer("x", "remark"), answer("  ", "remark")].concat(), "answers[1].begins: "),
            (answer("two\\nlines", "remark"), "answers[0].begins: "),
            (answer(&"x".repeat(256), "remark"), "answers[0].begins: "),
            (vec![b'#'; large], "is larger than 65536 bytes"),
            (b"# \xff\n".to_vec(), "cannot be read: "),
        ] {
            let why = told(&text).unwrap_err();
            assert!(why.starts_with(begins) && !why.contains('\n'), "{begins}: {why}");
        }
        let folder = tempfile::tempdir().unwrap();
        for missing in [folder.path().join("none.toml"), folder.path().to_owned()] {
            let error = read(&missing).unwrap_err();
            assert!(error.why.starts_with("cannot be read: "), "{error}");
            assert!(error.to_string().contains(&missing.display().to_string()), "{error}");
        }
    }
}

//! The folder of a site's own strategies (`strategies_dir`).

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use zte::Strategies;

/// The largest file, in bytes: a strategy has a few lines.
const LARGEST: u64 = 64 * 1024;
/// Most files: more models than a network has.
const MOST: usize = 256;

/// A folder of strategies that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot use the strategies in {}: {why}", folder.display())]
pub struct StrategiesError {
    /// The folder.
    pub folder: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

/// The strategies that come with the program, and those of this folder: each file that
/// ends with `.toml`, by its name.
///
/// # Errors
/// [`StrategiesError`]: the folder or a file of it cannot be read, or is no strategy.
pub fn read(folder: Option<&Path>) -> Result<Strategies, StrategiesError> {
    let Some(folder) = folder else { return Ok(Strategies::default()) };
    let failed = |why: String| StrategiesError { folder: folder.to_owned(), why };
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| failed(error.to_string()))? {
        let file = entry.map_err(|error| failed(error.to_string()))?.path();
        if file.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let of_file = |why: String| failed(format!("{}: {why}", file.display()));
        texts.push((name, text_of(&file).map_err(of_file)?));
        if texts.len() > MOST {
            return Err(failed(format!("it has over {MOST} files")));
        }
    }
    texts.sort();
    Strategies::new(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())))
        .map_err(|error| failed(error.to_string()))
}

fn text_of(file: &Path) -> Result<String, String> {
    let mut text = String::new();
    let opened = File::open(file).map_err(|error| error.to_string())?;
    opened.take(LARGEST + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > LARGEST {
        return Err(format!("it is larger than {LARGEST} bytes"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_is_one_more_strategy() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("README", "not one");
        write(
            "hg8245.toml",
            "about = 'HG8245'\nmodel = 'flow'\nchosen_by = { types = ['HG8245H'] }\n\
             steps = ['tcont', 'gemport', 'service_port', 'flow', 'gemport_flow']\n",
        );
        let all = read(Some(folder.path())).unwrap();
        let names: Vec<&str> = all.iter().map(zte::Strategy::name).collect();
        assert_eq!(names, ["bridge", "flow", "hg8245", "router", "service"]);
        write("bad.toml", "model = 'flow'");
        let error = read(Some(folder.path())).unwrap_err().to_string();
        assert!(error.contains("strategy bad: "), "{error}");
        assert!(read(Some(&folder.path().join("nowhere"))).is_err());
    }
}

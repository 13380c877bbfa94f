//! The configuration as a function of text.

mod edge;
mod file;
mod overrides;
mod pages;
mod reference;
mod secrets;
mod writes;

use oltd::config::{Config, FileText, Inputs, Problems, Variables, load};

/// A file with one OLT, to which tests add.
pub(super) const ONE_OLT: &str = r#"
[[olts]]
id = "one"
[olts.snmp]
host = "192.0.2.1"
community = "public"
"#;

fn variables(given: &[(&str, &str)]) -> Variables {
    given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn read(file: Option<&str>, given: &[(&str, &str)]) -> Result<Config, Problems> {
    let file = file.map(|text| FileText { name: "oltd.toml".to_owned(), text: text.to_owned() });
    load(&Inputs { file, variables: variables(given), notes: Vec::new() })
}

/// The sentences of a configuration that must be refused.
fn problems(file: Option<&str>, given: &[(&str, &str)]) -> Vec<String> {
    read(file, given).unwrap_err().iter().map(ToString::to_string).collect()
}

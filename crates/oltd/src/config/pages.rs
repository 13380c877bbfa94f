//! The pages about the keys, made from their table: `oltd.example.toml` and
//! `docs/configuration.md`. A test holds the files equal to what is made here.

use super::file::File;
use super::overrides;
use super::table::{Entry, Form, Key, Section, Table, What, Without};

/// What stands above the keys of the example.
const ABOVE: &str = include_str!("example_head.toml");
/// What stands below them: an OLT with what must be given.
const BELOW: &str =
    "\n[[olts]]\nid = \"north\"\n\n[olts.snmp]\nhost = \"olt-north.example.net\"\ncommunity = \"public\"\n";
/// What stands above the tables of the document.
const DOCUMENT: &str = include_str!("document_head.md");

/// Where a comment behind a value begins.
const COLUMN: usize = 32;
/// Longest line with such a comment.
const WIDTH: usize = 100;

/// The text of `oltd.example.toml`.
pub fn example() -> String {
    let mut page = String::from(ABOVE);
    for (path, what) in tables() {
        let (table, header) = match what {
            What::Table(table) | What::Optional(table) => (table, format!("[{path}]")),
            What::List(table) => (table, format!("[[{path}]]")),
            What::Key(_) => continue,
        };
        // What an OLT may have is shown as part of it; what the server need not have is not switched on.
        let off = !matches!(what, What::Table(_)) && !path.starts_with(overrides::OLTS);
        section(&mut page, table, &header, off);
    }
    page + BELOW
}

fn section(page: &mut String, table: &Table, header: &str, off: bool) {
    let mut keys = table.entries.iter().filter_map(key).peekable();
    if keys.peek().is_none() {
        return;
    }
    if header != "[]" {
        page.push('\n');
        for line in table.about {
            page.push_str(&format!("#{line}\n"));
        }
        page.push_str(&format!("{}{header}\n", if off { "# " } else { "" }));
    }
    for (entry, key) in keys {
        let mark = match (off, &key.without) {
            // A secret that nobody may copy has no example.
            (false, Without::Else("...", _)) => "# ",
            // A number or a flag as an example would take the place of what holds without it.
            (false, Without::Else(..)) if matches!(key.form, Form::Bare) => "# ",
            (false, _) => "",
            (true, Without::Else(..)) => "# # ",
            (true, _) => "# ",
        };
        let line = format!("{mark}{} = {}", entry.name, literal(key));
        let mut doc: Vec<String> = entry.doc.iter().map(|line| line.trim().to_owned()).collect();
        let more: Vec<String> = [(key.bounds)(), without(key)].into_iter().flatten().collect();
        if !more.is_empty() {
            let more = more.join("; ");
            match doc.last_mut() {
                Some(last) if last.ends_with('.') => last.push_str(&format!(" {}.", capital(&more))),
                Some(last) => last.push_str(&format!("; {more}")),
                None => doc.push(more),
            }
        }
        match doc.as_slice() {
            [] => page.push_str(&format!("{line}\n")),
            [one] if COLUMN.max(line.len() + 2) + 2 + one.len() <= WIDTH => {
                page.push_str(&format!("{line:<width$}# {one}\n", width = COLUMN.max(line.len() + 2)));
            }
            lines => {
                for text in lines {
                    page.push_str(&format!("# {text}\n"));
                }
                page.push_str(&format!("{line}\n"));
            }
        }
        if header == "[]" {
            page.push('\n');
        }
    }
    if header == "[]" {
        page.pop();
    }
}

/// The text of `docs/configuration.md`.
pub fn documentation() -> String {
    let mut page = String::from(DOCUMENT);
    for (path, what) in tables() {
        let (table, title) = match what {
            What::Table(table) if path.is_empty() => (table, String::from("Above all tables")),
            What::Table(table) | What::Optional(table) => (table, format!("`[{path}]`")),
            What::List(table) => (table, format!("`[[{path}]]`")),
            What::Key(_) => continue,
        };
        if !table.entries.iter().any(|entry| key(entry).is_some()) {
            continue;
        }
        page.push_str(&format!("\n## {title}\n\n"));
        if !path.is_empty() {
            page.push_str(&format!("{}\n\n", prose(table.about)));
        }
        page.push_str("| key | default | value | meaning |\n|---|---|---|---|\n");
        for (entry, key) in table.entries.iter().filter_map(key) {
            let default = match &key.without {
                Without::Usual(_) => format!("`{}`", literal(key)),
                Without::Must(_) => String::from("must be given"),
                Without::Else(_, otherwise) => (*otherwise).to_owned(),
            };
            let rule = (key.rule)();
            let meaning = capital(&prose(entry.doc));
            page.push_str(&format!("| `{}` | {default} | {rule} | {meaning} |\n", entry.name));
        }
    }
    page
}

/// The tables with the paths that lead to them, the OLTs last: they are the longest part.
fn tables() -> Vec<(String, What)> {
    fn walk(all: &mut Vec<(String, What)>, path: &str, table: &Table) {
        for entry in table.entries {
            let path = if path.is_empty() { entry.name.to_owned() } else { format!("{path}.{}", entry.name) };
            let (of, what) = match entry.what {
                What::Key(_) => continue,
                What::Table(of) => (of, What::Table(of)),
                What::Optional(of) => (of, What::Optional(of)),
                What::List(of) => (of, What::List(of)),
            };
            all.push((path.clone(), what));
            walk(all, &path, of);
        }
    }
    let mut all = vec![(String::new(), What::Table(File::TABLE))];
    walk(&mut all, "", File::TABLE);
    all.sort_by_key(|(path, _)| path.starts_with(overrides::OLTS));
    all
}

fn key(entry: &'static Entry) -> Option<(&'static Entry, &'static Key)> {
    match &entry.what {
        What::Key(key) => Some((entry, key)),
        _ => None,
    }
}

/// The default, or the example, as TOML writes it.
fn literal(key: &Key) -> String {
    let (Without::Usual(text) | Without::Must(text) | Without::Else(text, _)) = key.without;
    match key.form {
        Form::Bare => text.to_owned(),
        Form::List if text.is_empty() => String::from("[]"),
        Form::List | Form::Quoted => format!("\"{text}\""),
    }
}

fn without(key: &Key) -> Option<String> {
    match &key.without {
        Without::Else(_, otherwise) => Some(format!("{otherwise} where it is missing")),
        _ => None,
    }
}

fn prose(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

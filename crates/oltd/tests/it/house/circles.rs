//! Files of different folders never use each other in a circle.
//!
//! A file uses what its `use` lines and its paths name: the file that an item
//! stands in, not the one that only hands its name on. `a.rs` and the files in
//! `a/` are one folder. Tests may use what they like.

use std::collections::{BTreeMap, BTreeSet};

use super::assert_none;
use super::product::product_lines;
use super::tree::{File, files};

/// The place of a module in its crate.
type Place = Vec<String>;

/// A crate's modules, and what their files say.
#[derive(Default)]
struct Crate {
    modules: BTreeMap<Place, Module>,
}

#[derive(Default)]
struct Module {
    file: String,
    /// Paths that it uses.
    uses: Vec<Place>,
    /// Names that it hands on, and whose they are. `*` is all of a module.
    hands_on: Vec<(String, Place)>,
}

/// The module that a file under `src/` is.
fn place_of(path: &str) -> Place {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    match path {
        "lib" => Place::new(),
        path => path.split('/').map(str::to_owned).collect(),
    }
}

/// The folder that a module belongs to: its own where it has modules below it.
fn folder(of: &Crate, place: &Place) -> Place {
    let parent = of.modules.keys().any(|other| other.len() > place.len() && other.starts_with(place));
    place[..place.len() - usize::from(!parent && !place.is_empty())].to_vec()
}

/// All paths that a tree of `use` names, with the name that each gets.
fn expand(tree: &str, before: &[String], found: &mut Vec<(String, Place)>) {
    let tree = tree.trim();
    if let Some((head, inner)) = tree.split_once('{') {
        let mut path = before.to_vec();
        path.extend(head.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned));
        let inner = inner.strip_suffix('}').unwrap_or(inner);
        let (mut depth, mut begin) = (0, 0);
        for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    expand(&inner[begin..at], &path, found);
                    begin = at + 1;
                }
                _ => {}
            }
        }
        return;
    }
    if tree.is_empty() {
        return;
    }
    let (path, name) = tree.split_once(" as ").unwrap_or((tree, ""));
    let mut place = before.to_vec();
    place.extend(path.split("::").map(|part| part.trim().to_owned()));
    if !before.is_empty() && place.last().is_some_and(|last| last == "self") {
        place.pop();
    }
    let name =
        if name.is_empty() { place.last().cloned().unwrap_or_default() } else { name.trim().to_owned() };
    found.push((name, place));
}

/// The paths of a text outside of its `use` lines that begin with one of these words.
fn paths(text: &str, beginnings: &[&str]) -> Vec<Place> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("::") {
        let word = |text: &str| {
            text.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("").to_owned()
        };
        let first = word(&text[..at]);
        if !beginnings.contains(&first.as_str()) || text[..at - first.len()].ends_with("::") {
            continue;
        }
        let mut path = vec![first];
        let mut rest = &text[at..];
        while let Some(after) = rest.strip_prefix("::") {
            let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
            path.push(after[..end].to_owned());
            rest = &after[end..];
        }
        found.push(path);
    }
    found
}

impl Module {
    fn of(file: &File, name: &str) -> Self {
        let mut module = Self { file: file.path.clone(), ..Self::default() };
        let (mut others, mut statement) = (String::new(), String::new());
        let mut of_tests = false;
        for (_, line) in product_lines(file) {
            let line = line.trim();
            let begins = ["use ", "pub use ", "pub(crate) use ", "pub(super) use ", "pub(in "];
            let begins = begins.iter().any(|word| line.starts_with(word)) && line.contains("use ");
            if statement.is_empty() && !begins {
                of_tests = line == "#[cfg(test)]";
                others.push_str(line);
                others.push('\n');
                continue;
            }
            statement.push_str(line);
            statement.push(' ');
            if line.ends_with(';') {
                let (visible, tree) = statement.split_once("use ").unwrap_or_default();
                let mut found = Vec::new();
                expand(tree.trim_end().trim_end_matches(';'), &[], &mut found);
                match (of_tests, visible.starts_with("pub")) {
                    (true, _) => {}
                    (false, true) => module.hands_on.extend(found),
                    (false, false) => module.uses.extend(found.into_iter().map(|(_, path)| path)),
                }
                statement.clear();
                of_tests = false;
            }
        }
        module.uses.extend(paths(&others, &["crate", "super", "self", name]));
        module
    }
}

impl Crate {
    fn of(files: &[File], name: &str) -> Self {
        let mut all = Self::default();
        for file in files {
            let Some((owner, path)) = file.in_crate() else { continue };
            let Some(path) = path.strip_prefix("src/").filter(|path| path.ends_with(".rs")) else { continue };
            if owner == name && !path.ends_with("tests.rs") {
                all.modules.insert(place_of(path), Module::of(file, name));
            }
        }
        all
    }

    /// The module that a path of the module at `from` leads into; `None` where
    /// it leads out of the crate.
    fn resolve(&self, name: &str, from: &Place, path: &[String], depth: usize) -> Option<Place> {
        let (first, mut rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => Place::new(),
            "self" => from.clone(),
            "super" => from[..from.len().checked_sub(1)?].to_vec(),
            word if word == name => Place::new(),
            word => {
                rest = path;
                let child = [from.as_slice(), &[word.to_owned()]].concat();
                self.modules.contains_key(&child).then(|| from.clone())?
            }
        };
        while let Some((segment, after)) = rest.split_first() {
            if segment == "super" {
                at.pop()?;
                rest = after;
                continue;
            }
            let child = [at.as_slice(), std::slice::from_ref(segment)].concat();
            if self.modules.contains_key(&child) {
                (at, rest) = (child, after);
                continue;
            }
            let handed = self.modules.get(&at).map_or(&[][..], |module| &module.hands_on);
            let named = handed.iter().filter(|(known, _)| known == segment && depth > 0);
            for (_, path) in named {
                let path = [path.as_slice(), after].concat();
                if let Some(place) = self.resolve(name, &at, &path, depth - 1) {
                    return Some(place);
                }
            }
            break;
        }
        Some(at)
    }

    /// Which module uses which others.
    fn arrows(&self, name: &str) -> BTreeMap<&Place, BTreeSet<Place>> {
        let uses = |(place, module): (&'_ Place, &Module)| {
            let used = module.uses.iter().filter_map(|path| self.resolve(name, place, path, 8));
            used.filter(|used| used != place && self.modules.contains_key(used)).collect()
        };
        self.modules.iter().map(|(place, module)| (place, uses((place, module)))).collect()
    }
}

/// Circles that hold files of several folders, each by its files.
fn circles(files: &[File], name: &str) -> Vec<Vec<String>> {
    let all = Crate::of(files, name);
    let arrows = all.arrows(name);
    let reached = |from: &Place| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(place) = next.pop() {
            let used = arrows.get(&place).into_iter().flatten();
            next.extend(used.filter(|used| seen.insert((*used).clone())).cloned());
        }
        seen
    };
    let reach: BTreeMap<&Place, BTreeSet<Place>> =
        arrows.keys().map(|place| (*place, reached(place))).collect();
    let (mut found, mut done) = (Vec::new(), BTreeSet::new());
    for (place, reached) in &reach {
        let circle: Vec<&Place> = reached.iter().filter(|other| reach[other].contains(*place)).collect();
        let folders: BTreeSet<Place> = circle.iter().map(|place| folder(&all, place)).collect();
        if done.insert(circle.clone()) && folders.len() > 1 {
            found.push(circle.iter().map(|place| all.modules[*place].file.clone()).collect());
        }
    }
    found
}

#[test]
fn no_circle_goes_through_several_folders() {
    let files = files();
    let names: BTreeSet<&str> = files.iter().filter_map(|file| Some(file.in_crate()?.0)).collect();
    assert!(names.contains("zte") && names.contains("oltd"));
    let circles: Vec<Vec<String>> = names.iter().flat_map(|name| circles(&files, name)).collect();
    let circles: Vec<String> = circles.iter().map(|circle| circle.join(" <-> ")).collect();
    assert_none("no circle goes through several folders", &circles);
}

#[test]
fn circles_are_found() {
    let crate_of = |texts: &[(&str, &str)]| -> Vec<File> {
        let mut all = BTreeMap::from([("a/mod.rs", ""), ("b/mod.rs", "")]);
        if texts.iter().any(|(path, _)| *path == "a.rs") {
            all.remove("a/mod.rs");
        }
        if texts.iter().any(|(path, _)| *path == "b.rs") {
            all.remove("b/mod.rs");
        }
        all.extend(texts.iter().copied());
        all.iter().map(|(path, text)| File::sample(&format!("crates/x/src/{path}"), text)).collect()
    };
    for texts in [
        // By `use`, by a path, by a name that is handed on, and by the own name of the crate.
        &[
            ("a/mod.rs", "mod one;"),
            ("a/one.rs", "use crate::b::two::Two;"),
            ("b/two.rs", "use crate::a::one;"),
        ][..],
        &[
            ("a/one.rs", "fn f() { crate::b::two::g() }"),
            ("b/two.rs", "use super::super::a::{one::f, three};"),
        ],
        &[
            ("a/mod.rs", "pub(crate) use one::{\n    One,\n};\nmod one;"),
            ("a/one.rs", "use crate::b::Two;"),
            ("b.rs", "use crate::a::One;"),
        ],
        &[("a/one.rs", "use x::b::two::Two;"), ("b/two.rs", "use crate::a::one::*;")],
    ] {
        assert_eq!(circles(&crate_of(texts), "x").len(), 1, "{texts:?}");
    }
    for texts in [
        // In one folder, in one direction, and in tests alone.
        &[("a/one.rs", "use super::two::Two;"), ("a/two.rs", "use super::one::One;")][..],
        &[("a.rs", "mod one;\nuse one::One;"), ("a/one.rs", "use super::A;")],
        &[("a/one.rs", "use crate::b::two::Two;"), ("b/two.rs", "use crate::c::One;")],
        &[
            ("a/one.rs", "use crate::b::two::Two;"),
            ("b/two.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n    use crate::a::one::One;\n}"),
        ],
        // Who hands a name on uses nothing by that.
        &[("a/mod.rs", "pub use crate::b::Two;"), ("a/one.rs", ""), ("b.rs", "use crate::a::one;")],
    ] {
        assert_eq!(circles(&crate_of(texts), "x"), Vec::<Vec<String>>::new(), "{texts:?}");
    }
}

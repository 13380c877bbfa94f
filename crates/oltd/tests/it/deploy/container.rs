//! The image. Nothing here builds it; what its file says is read.

use super::{at, text};

/// An instruction and its words.
type Instruction = (String, Vec<String>);

/// Lines that go on behind a backslash are one; comments are none.
fn instructions(dockerfile: &str) -> Vec<Instruction> {
    let mut joined = String::new();
    for line in dockerfile.lines().filter(|line| !line.trim_start().starts_with('#')) {
        match line.strip_suffix('\\') {
            Some(begun) => joined.push_str(begun),
            None => {
                joined.push_str(line);
                joined.push('\n');
            }
        }
    }
    assert!(joined.ends_with('\n'), "the last line goes on behind the end");
    let mut read = Vec::new();
    for line in joined.lines() {
        let mut words = line.split_whitespace().map(str::to_owned);
        if let Some(name) = words.next() {
            read.push((name, words.collect()));
        }
    }
    read
}

/// Stages: the instructions from each FROM on.
fn stages(instructions: &[Instruction]) -> Vec<&[Instruction]> {
    let from: Vec<_> =
        instructions.iter().enumerate().filter(|(_, (name, _))| name == "FROM").map(|(at, _)| at).collect();
    let ends = from.iter().skip(1).copied().chain([instructions.len()]);
    from.iter().zip(ends).map(|(begin, end)| &instructions[*begin..end]).collect()
}

/// Whether a file is sent to the builder: the last line of the list that speaks of it decides.
fn is_sent(ignored: &str, path: &str) -> bool {
    let lines = ignored.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let mut sent = true;
    for line in lines {
        let (kept, pattern) = line.strip_prefix('!').map_or((false, line), |pattern| (true, pattern));
        if pattern == "*" || path == pattern || path.starts_with(&format!("{pattern}/")) {
            sent = kept;
        }
    }
    sent
}

/// What is wrong with an image.
fn wrong(dockerfile: &str, ignored: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    const KNOWN: [&str; 14] = [
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "RUN",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "WORKDIR",
    ];
    let all = instructions(dockerfile);
    let stages = stages(&all);
    let mut wrong = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in all.iter().filter(|(name, _)| !KNOWN.contains(&name.as_str())) {
        wrong.push(format!("{name} is unknown"));
    }
    for stage in &stages {
        let from = &stage[0].1;
        let tag = from[0].rsplit_once(':').map(|(_, tag)| tag).filter(|tag| !tag.contains('/'));
        if !names.contains(&from[0].as_str()) && tag.is_none_or(|tag| tag == "latest") {
            wrong.push(format!("{} is whatever is the latest", from[0]));
        }
        for (_, words) in stage.iter().filter(|(name, _)| name == "COPY") {
            let (flags, paths): (Vec<_>, Vec<_>) = words.iter().partition(|word| word.starts_with("--"));
            let (_, sources) = paths.split_last().unwrap();
            match flags.iter().find_map(|flag| flag.strip_prefix("--from=")) {
                Some(stage) if names.contains(&stage) => {}
                Some(stage) => wrong.push(format!("there is no stage {stage}")),
                None => wrong.extend(
                    sources
                        .iter()
                        .filter(|source| !exists(source) || !is_sent(ignored, source))
                        .map(|source| format!("{source} is not there or not sent")),
                ),
            }
        }
        names.extend(from.get(2).map(String::as_str));
    }
    let last = *stages.last().unwrap();
    let of_last =
        |wanted: &str| last.iter().rev().find(|(name, _)| name == wanted).map(|(_, words)| words.join(" "));
    match of_last("USER") {
        Some(user) if !user.starts_with("root") && !user.starts_with('0') => {}
        user => wrong.push(format!("it runs as {user:?}")),
    }
    let entry = of_last("ENTRYPOINT").unwrap_or_default();
    // By a shell, the program would not be told to end.
    if serde_json::from_str::<Vec<String>>(&entry).is_err() {
        wrong.push(format!("ENTRYPOINT {entry} is no list"));
    }
    wrong
}

#[test]
fn the_image_is_of_what_there_is() {
    let wrong = wrong(&text("Dockerfile"), &text(".dockerignore"), |path| at(path).exists());
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn the_image_is_built_by_our_toolchain() {
    let toolchain: toml::Table = text("rust-toolchain.toml").parse().unwrap();
    let channel = toolchain["toolchain"]["channel"].as_str().unwrap();
    assert!(text("Dockerfile").contains(&format!("FROM rust:{channel}-")), "{channel}");
}

/// Whatever the build includes is sent: all of it lies below the crates.
#[test]
fn what_the_build_needs_is_sent() {
    let ignored = text(".dockerignore");
    for path in ["Cargo.lock", "crates/oltd/src/main.rs", "crates/oltsim/scenarios/demo.toml"] {
        assert!(is_sent(&ignored, path), "{path}");
    }
    for path in [".git/config", "target/debug/oltd", ".env", "oltd.toml", "fixtures/index.toml"] {
        assert!(!is_sent(&ignored, path), "{path}");
    }
}

#[test]
fn bad_images_are_found() {
    let good =
        "FROM a:1 AS build\nCOPY there x\nFROM b:2\nCOPY --from=build x y\nUSER 7\nENTRYPOINT [\"/y\"]\n";
    let judge = |dockerfile: &str| wrong(dockerfile, "*\n!there\n", |path| path != "missing");
    assert_eq!(judge(good), [""; 0]);
    for (good_part, bad) in [
        ("a:1", "a"),
        ("b:2", "b:latest"),
        ("b:2", "registry:5000/b"),
        ("COPY there", "COPY missing"),
        ("COPY there", "COPY unsent"),
        ("--from=build", "--from=bild"),
        ("USER 7", "USER root"),
        ("USER 7", "USER 0:0"),
        ("USER 7\n", ""),
        ("[\"/y\"]", "/y"),
        ("USER 7", "USR 7\nUSER 7"),
    ] {
        assert_eq!(judge(&good.replace(good_part, bad)).len(), 1, "{bad}");
    }
}

//! The samples in README.md are what the demo answers.
//!
//! Numbers that differ from run to run (times, ports, rates, ids) are not compared.
//! `UPDATE_README=1 cargo nextest run -p oltd readme` writes the samples anew that
//! are no longer true.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::running::Running;

/// Rates need two readings that are at least 10 s apart.
const PATIENCE: Duration = Duration::from_secs(60);

/// The address in the samples.
const SHOWN: &str = "127.0.0.1:8081";

/// The token `key`.
const TOKEN: [(&str, &str); 2] = [
    ("OLTD_AUTH__TOKENS__0__NAME", "noc"),
    ("OLTD_AUTH__TOKENS__0__SHA256", "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"),
];

/// Fields whose values differ from run to run. Whether they are known does not.
const OF_THE_MOMENT: [&str; 18] = [
    "id",
    "job",
    "expires_at",
    "duration_ms",
    "agent_values_per_s",
    "uptime",
    "last_online",
    "last_offline",
    "last_down_time_duration",
    "last_update",
    "last_contact",
    "request_id",
    "rx_bytes",
    "tx_bytes",
    "rx_rate",
    "tx_rate",
    "rx_bps",
    "tx_bps",
];

/// A command and what it prints; what the demo itself prints has none.
struct Sample {
    command: Option<String>,
    output: Vec<String>,
}

/// The samples of a fenced block; none in a block of another kind.
fn samples(block: &[&str]) -> Vec<Sample> {
    let mut samples = Vec::<Sample>::new();
    for line in block {
        match line.strip_prefix("$ ") {
            Some(command) => samples.push(Sample { command: Some(command.to_owned()), output: Vec::new() }),
            None if line.starts_with("A simulated C320") => {
                samples.push(Sample { command: None, output: vec![(*line).to_owned()] });
            }
            None => match samples.last_mut() {
                Some(sample) => sample.output.push((*line).to_owned()),
                None => return samples,
            },
        }
    }
    samples
}

/// Numbers, and what is named by a hash, are alike.
fn alike(line: &str) -> String {
    let mut text = String::new();
    for word in line.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let (word, end) = word.split_at(word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()).len());
        match word {
            hash if hash.len() >= 32 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => text.push('#'),
            number if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => text.push('0'),
            other => text.push_str(other),
        }
        text.push_str(end);
    }
    text
}

fn forget_the_moment(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match OF_THE_MOMENT.contains(&name.as_str()) {
                    true if !value.is_null() => *value = Value::from(name.as_str()),
                    true => {}
                    false => forget_the_moment(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(forget_the_moment),
        // Light drifts by thousandths.
        Value::Number(number) if number.is_f64() => {
            *value = Value::from(number.as_f64().unwrap_or_default().round());
        }
        _ => {}
    }
}

/// A line as it is compared.
fn compared(line: &str) -> String {
    match serde_json::from_str::<Value>(line) {
        Ok(mut value) if value.is_object() => {
            forget_the_moment(&mut value);
            value.to_string()
        }
        _ => alike(line),
    }
}

fn is_same(shown: &[String], real: &[String]) -> bool {
    shown.iter().map(|line| compared(line)).eq(real.iter().map(|line| compared(line)))
}

/// The part of the answer that a sample shows: above its `...` these headers, and
/// below it the body, where it shows one.
fn cut(real: &[String], shown: &[String]) -> Vec<String> {
    let Some(dots) = shown.iter().position(|line| line == "...") else { return real.to_vec() };
    let blank = real.iter().position(String::is_empty).unwrap_or(real.len());
    let (head, body) = real.split_at(blank);
    let name = |line: &str| line.split([':', ' ']).next().unwrap().to_owned();
    let shows = |line: &&String| shown[..dots].iter().any(|header| name(header) == name(line));
    let mut cut: Vec<String> = head.iter().filter(shows).cloned().collect();
    cut.push("...".into());
    if dots + 1 < shown.len() {
        cut.extend(body.iter().skip(1).cloned());
    }
    cut
}

/// A demo, and a configuration for its simulated OLT.
struct Demo {
    running: Running,
    printed: Vec<String>,
    address: String,
}

impl Demo {
    fn start(variables: &[(&str, &str)]) -> Self {
        let mut running = Running::start(&[], &["demo", "--listen", "127.0.0.1:0"], variables);
        let mut printed = Vec::new();
        while printed.last().is_none_or(|line: &String| !line.contains("/system/cards")) {
            printed.push(running.stdout.next().unwrap().unwrap());
        }
        let address = printed[0].split_once("http://").unwrap().1.trim_end_matches('/').to_owned();
        Self { running, printed, address }
    }

    fn configuration(&self) -> String {
        let after = |line: usize, words: &str| {
            let rest = self.printed[line].split_once(words).unwrap().1;
            rest.split([',', ' ']).collect::<Vec<_>>()
        };
        let (_, snmp) = after(1, "agent is at ")[0].rsplit_once(':').unwrap();
        let telnet = after(2, "telnet ")[1];
        format!(
            "[[olts]]\nid = 'demo'\n[olts.snmp]\nhost = '127.0.0.1'\nport = {snmp}\ncommunity = 'public'\n\
             [olts.cli]\nport = {telnet}\nusername = 'zte'\npassword = 'zte'\nenable_password = 'zxr10'\n"
        )
    }

    /// What a command of a sample prints, which asks this demo.
    fn run(&self, command: &str) -> Vec<String> {
        let mut command = command.replace(SHOWN, &self.address);
        if let Some((before, rest)) = command.split_once("If-None-Match: \"") {
            // The tag of today.
            let url = before.split_whitespace().find(|word| word.starts_with("http")).unwrap();
            let head = self.run(&format!("curl -si {url}"));
            let tag = head.iter().find_map(|line| line.strip_prefix("etag: ")).unwrap();
            command = format!("{before}If-None-Match: {tag}{}", rest.split_once('"').unwrap().1);
        }
        let path = PathBuf::from(env!("CARGO_BIN_EXE_oltd"));
        let folder = path.parent().unwrap().display();
        let output = Command::new("sh")
            .args(["-c", &format!("PATH=\"{folder}:$PATH\"; {command}")])
            .current_dir(self.running.directory.path())
            .env("TOKEN", "key")
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned()).collect()
    }
}

/// What a sample shows today.
fn today(sample: &Sample, demo: &Demo) -> Vec<String> {
    let Some(command) = &sample.command else { return demo.printed.clone() };
    let began = Instant::now();
    loop {
        let real = demo.run(command);
        let lacks = |lines: &[String]| lines.iter().any(|line| line.contains("\"rx_rate\":null"));
        if !lacks(&real) || lacks(&sample.output) {
            return cut(&real, &sample.output);
        }
        assert!(began.elapsed() < PATIENCE, "{command}: {real:#?}");
        std::thread::sleep(Duration::from_millis(500));
    }
}

#[test]
fn the_samples_of_the_readme_are_true() {
    if Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_err() {
        return eprintln!("skipped: curl is not installed");
    }
    let open = Demo::start(&[]);
    let closed = Demo::start(&TOKEN);
    std::fs::write(open.running.directory.path().join("oltd.toml"), open.configuration()).unwrap();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (mut written, mut wrong, mut compared) = (String::new(), String::new(), 0);
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        writeln!(written, "{line}").unwrap();
        if !line.starts_with("```") {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let samples = samples(&block);
        // A block that speaks of tokens is about a server that has one.
        let demo = if block.iter().any(|line| line.contains("$TOKEN")) { &closed } else { &open };
        if samples.is_empty() {
            block.iter().for_each(|line| writeln!(written, "{line}").unwrap());
        }
        for sample in samples {
            compared += 1;
            let real = today(&sample, demo);
            let same = is_same(&sample.output, &real);
            if !same {
                let (shown, real) = (sample.output.join("\n"), real.join("\n"));
                writeln!(wrong, "{:?}\n- {shown}\n+ {real}", sample.command).unwrap();
            }
            sample.command.iter().for_each(|command| writeln!(written, "$ {command}").unwrap());
            let kept = if same { sample.output } else { real };
            kept.iter().for_each(|line| writeln!(written, "{}", line.replace(&demo.address, SHOWN)).unwrap());
        }
        writeln!(written, "```").unwrap();
    }
    assert!(compared >= 10, "{compared} samples were found");
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, written).unwrap();
    } else {
        assert!(wrong.is_empty(), "UPDATE_README=1 cargo nextest run -p oltd readme\n{wrong}");
        assert!(written == readme, "what is kept is kept as it is");
    }
}

#[test]
fn what_differs_from_run_to_run_is_not_compared() {
    let same = |one: &str, other: &str| is_same(&[one.to_owned()], &[other.to_owned()]);
    assert!(same("Its agent is at 127.0.0.1:58001.", "Its agent is at 127.0.0.1:4."));
    assert!(same(&format!("etag: \"{}\"", "a".repeat(32)), &format!("etag: \"{}\"", "0".repeat(32))));
    assert!(same(r#"{"uptime":"1 d","n":[{"rx_bps":5}]}"#, r#"{"uptime":"2 d","n":[{"rx_bps":6}]}"#));
    for (one, other) in [
        ("age: 0", "date: 0"),
        (r#"{"uptime":"1 d"}"#, r#"{"uptime":null}"#),
        (r#"{"rx_power":-1.0}"#, r#"{"rx_power":-2.1}"#),
        (r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
    ] {
        assert!(!same(one, other), "{one} {other}");
    }
}

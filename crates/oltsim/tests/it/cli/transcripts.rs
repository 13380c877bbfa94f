//! Sessions of the fact sheet, replayed (CLI §1.6, §1.7, §5.1, §5.3).

use std::path::Path;

use crate::client::start;
use crate::terminal::Terminal;

/// What the transcripts need: a PON of card 8, a box that waits, an ONU with a GEM port.
const SCENARIO: &str = r#"
[chassis]
model = "C300"
name = "NAME"

[cli]
width = 512

[life]
los_ms = 600000

[[cards]]
slot = 8
type = "GTGH"

[[bandwidth_profiles]]
name = "1G"
type = 4
maximum = 1024000

[[vlan_profiles]]
name = "VP"
cvlan = 101

[[onu_types]]
name = "F660"

[[onus]]
at = "1/8/2:1"
services = []

[[unconfigured]]
pon = "1/8/2"
serial = "ZTEG12345678"
"#;

/// The prompts of a transcript, each with what is typed there.
fn typed(transcript: &str) -> Vec<&str> {
    let line = |line: &'_ str| -> Option<usize> {
        let asks = line.starts_with("Confirm ").then(|| line.find("[yes/no]:").map(|at| at + 9)).flatten();
        let prompt = line.starts_with("ZXAN") || line.starts_with("PORT-OLT1c300");
        asks.or(prompt.then(|| line.find('#').map(|at| at + 1)).flatten())
    };
    transcript.lines().filter_map(|text| line(text).map(|at| &text[at..])).collect()
}

async fn replay(name: &str, transcript: &str) {
    let host = transcript.split('#').next().unwrap();
    let simulator = start(oltsim::Source::Scenario(SCENARIO.replace("NAME", host))).await;
    if name.starts_with("5.3") {
        let interface =
            ["configure terminal", "interface gpon-onu_1/8/2:1", "tcont 1 profile 1G", "gemport 1 tcont 1"];
        simulator.type_as_somebody(&interface);
    }
    let mut terminal = Terminal::logged_in_at(&simulator, host).await;
    let mut said = format!("{host}#");
    let lines = typed(transcript);
    // The last one is the prompt that stands at the end.
    for line in &lines[..lines.len() - 1] {
        let rest = transcript.strip_prefix(said.as_str()).unwrap_or_else(|| panic!("{name}: {said}"));
        // Until what the transcript has before the next line is typed.
        let after = &rest[line.len()..];
        let end = after.lines().find(|text| !typed(text).is_empty()).unwrap();
        let end = &end[..end.len() - typed(end)[0].len()];
        said += &terminal.ask(line, end).await.replace("\r\n", "\n");
    }
    assert_eq!(format!("{said}\n"), transcript, "{name}");
}

#[tokio::test]
async fn every_transcript_is_what_the_simulator_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = file.file_name().into_string().unwrap();
        if name.ends_with(".txt") {
            replay(&name, &std::fs::read_to_string(file.path()).unwrap()).await;
            count += 1;
        }
    }
    assert_eq!(count, 5);
}

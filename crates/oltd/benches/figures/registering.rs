//! What it takes to put ONUs into service, one and many.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use oltsim::{CommandLine, SMALL, Simulator};
use rig::Writer;
use serde_json::{Value, json};

use crate::served::Served;
use crate::table::Table;
use crate::writes::{LINE, SETTLING};

/// From its registration until the interface of an ONU can be entered, and what
/// `sn-bind` takes.
const APPEARS: Duration = Duration::from_millis(2_500);
const SN_BIND: Duration = Duration::from_millis(300);
/// ONUs that are authorised together.
const GROUP: usize = 16;

/// Two cards of 16 PONs, on which few are registered yet.
const OLT: &str = r#"
[[cards]]
slot = 1
type = "GTGH"

[[cards]]
slot = 2
type = "GTGH"

[[cards]]
slot = 3
type = "SMXA"

[[vlans]]
id = 100

[[bandwidth_profiles]]
name = "UP-10M"
type = 4
maximum = 10240

[[traffic_profiles]]
name = "DOWN-50M"
sir = 51200
pir = 56320

[[vlan_profiles]]
name = "PPPOE"
cvlan = 100

[[population]]
pons = ["*"]
count = 2
phases = { online = 1 }
"#;

/// Name, T-CONT, GEM port with limit, service port, service, PPPoE.
fn body(pon: &str, nr: usize) -> Value {
    json!({
        "pon_port": pon, "serial_number": format!("ZTEGB{nr:07X}"), "onu_type": "ZTE-F660",
        "name": format!("House {nr}"),
        "profile": {"dba_profile": "UP-10M", "vlan": 100, "traffic_profile": "DOWN-50M"},
        "wan": {"mode": "pppoe", "username": format!("user{nr}@isp"), "password": "s3cret",
                "vlan_profile": "PPPOE"},
    })
}

/// How many lines one registration takes, and the next, beside those that configure or move.
pub(crate) async fn register_lines(table: &mut Table) {
    let writer = Writer::start(SMALL).await;
    let mut beside = Vec::new();
    let mut own = 0;
    for nr in 1..=2 {
        let before = writer.sim.counters().cli_commands;
        let answer = writer.post("/onu/register", body("1/1/1", nr)).await;
        assert_eq!(answer.body["data"]["state"], "applied", "{}", answer.body);
        own = answer.body["data"]["steps"].as_array().unwrap().len();
        beside.push(usize::try_from(writer.sim.counters().cli_commands - before).unwrap() - own);
    }
    table.add(
        "command lines for one registration (name, T-CONT, GEM port with limit, service port, service, PPPoE)",
        format!("{own} that configure or lead from mode to mode, and {} others; the next one {}", beside[0], beside[1]),
        "those + 11; the next + 5",
        beside[0] <= 11 && beside[1] <= 5,
    );
}

const REGISTERED: usize = 10;

/// The time of single registrations, against all lines that the OLT received for them.
pub(crate) async fn register_time(table: &mut Table) {
    let scenario = format!("{SMALL}\n[cli]\ndelay_ms = {}\n", LINE.as_millis());
    let served = Served::start(&[scenario], "").await;
    let register = async |nr| {
        let began = Instant::now();
        let answer = served.post("/onu/register", &body("1/1/1", nr)).await;
        assert_eq!(answer["data"]["state"], "applied", "{answer}");
        began.elapsed()
    };
    // It logs in, and learns what the OLT is.
    register(0).await;
    let before = served.sims[0].counters().cli_commands;
    let mut took = Duration::ZERO;
    for nr in 1..=REGISTERED {
        took += register(nr).await;
    }
    let lines = served.sims[0].counters().cli_commands - before;
    let ratio = took.as_secs_f64() / ((LINE + SETTLING).as_secs_f64() * lines as f64);
    table.add(
        "the same at 50 ms a line, mean of 10",
        format!(
            "{:.2} s, {:.1} lines, {:.1} ms a line: {ratio:.2} x lines x 65 ms",
            took.as_secs_f64() / REGISTERED as f64,
            lines as f64 / REGISTERED as f64,
            took.as_secs_f64() * 1e3 / lines as f64
        ),
        "at most 1.1 x lines x (50 ms + 15 ms)",
        ratio <= 1.1,
    );
}

/// An OLT that answers a line after 50 ms.
fn slow_olt() -> String {
    format!(
        "{OLT}\n[cli]\ndelay_ms = {}\n[life]\nonu_interface_ms = {}\n[writes]\nsn_bind_ms = {}\n",
        LINE.as_millis(),
        APPEARS.as_millis(),
        SN_BIND.as_millis()
    )
}

/// Sessions that somebody wrote in, lines that were sent, and those among them that only
/// asked once more whether an interface has appeared.
fn counted(lines: &[CommandLine]) -> (usize, usize, usize) {
    let mut seen = BTreeSet::new();
    let polls = lines
        .iter()
        .filter(|line| line.line.starts_with("interface gpon-onu_") && !seen.insert(line.line.clone()))
        .count();
    let sessions: BTreeSet<u64> = lines.iter().map(|line| line.session).collect();
    (sessions.len(), lines.len() - polls, polls)
}

fn saves(sim: &Simulator) -> usize {
    sim.command_lines().iter().filter(|line| line.line == "write").count()
}

/// Registers these, and how long it takes.
async fn register_all(served: &Served, targets: &[Value], look: impl FnMut(&Value)) -> (Duration, Value) {
    let began = Instant::now();
    let job = served.begin("/batch/register", &json!({"targets": targets})).await;
    let told = served.ended(&job, look).await;
    (began.elapsed(), told)
}

fn at_olt(olt: usize, mut target: Value) -> Value {
    target["olt"] = json!(format!("olt-{olt}"));
    target
}

/// Fifty on one PON, then five hundred on 16 PONs of two OLTs.
pub(crate) async fn register_batch(table: &mut Table) {
    let quiet = Duration::from_secs(10);
    let root = format!("[save]\nquiet = '{}s'\n", quiet.as_secs());
    let served = Served::start(&[slow_olt(), slow_olt()], &root).await;
    // Each logs in, and learns what the OLT is; what follows has a server that has worked.
    for olt in 0..2 {
        let told = register_all(&served, &[at_olt(olt, body("1/2/16", olt))], |_| {}).await.1;
        assert_eq!(told["state"], "done", "{told}");
    }
    while served.sims.iter().any(|sim| saves(sim) == 0) {
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let sim = &served.sims[0];
    sim.reset_command_lines();
    let fifty: Vec<Value> = (0..50).map(|nr| at_olt(0, body("1/1/1", 0x100 + nr))).collect();
    let (took, told) = register_all(&served, &fifty, |_| {}).await;
    assert_eq!(told["state"], "done", "{told}");
    let lines = sim.command_lines();
    tokio::time::sleep(2 * quiet).await;
    let (sessions, sent, polls) = counted(&lines);
    let groups = fifty.len().div_ceil(GROUP) as u32;
    let ideal = (LINE + SETTLING) * u32::try_from(sent).unwrap() + groups * APPEARS + 50 * SN_BIND;
    let ratio = took.as_secs_f64() / ideal.as_secs_f64();
    table.add(
        "50 registrations of that body in one batch on one PON, 50 ms a line, interfaces after 2.5 s, `sn-bind` 300 ms",
        format!(
            "{:.1} s in {sessions} session(s), {} `write`, {sent} lines ({:.1} each) and {polls} polls: {ratio:.2} x (lines x 65 ms + {groups} x 2.5 s + 50 x 300 ms); load {}",
            took.as_secs_f64(),
            saves(sim),
            sent as f64 / 50.0,
            load(),
        ),
        "one session, one `write`, at most 1.1 x",
        ratio <= 1.1 && sessions == 1 && saves(sim) == 1,
    );
    five_hundred(table, &served, took).await;
}

async fn five_hundred(table: &mut Table, served: &Served, fifty: Duration) {
    let targets: Vec<Value> = (0..500)
        .map(|nr| {
            let pon = nr * 16 / 500;
            at_olt(pon / 8, body(&format!("1/2/{}", 1 + pon % 8), 0x1000 + nr))
        })
        .collect();
    let before = served.resident();
    let (mut seen, mut most) = (BTreeSet::new(), before);
    let (took, told) = register_all(served, &targets, |told| {
        seen.insert(told["progress"]["done"].as_u64());
        most = most.max(served.resident());
    })
    .await;
    assert_eq!(told["state"], "done", "{told}");
    let times = took.as_secs_f64() / fifty.as_secs_f64();
    table.add(
        "500 in one batch on 16 PONs of 2 OLTs",
        format!(
            "{:.1} s, {times:.1} x the 50; its job told {} different counts of those done; {before:.1} MB resident before, {most:.1} MB at most",
            took.as_secs_f64(),
            seen.len(),
        ),
        "at most ten times the 50; progress visible; + 10 MB at most",
        times <= 10.0 && seen.len() > 10 && most - before <= 10.0,
    );
}

/// How many processes wanted the processors of the machine, on average of a minute.
pub(crate) fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

//! Every step of a write of several ONUs, and then the device against what was told of each.

use std::time::{Duration, Instant};

use gpon::{OfflineReason, OnuId, OnuRef};
use oltsim::device::{Configuration, OnuConfig, Session};
use oltsim::{AtLine, CommandLine, LineEffect, LineFault, SMALL, Simulator, Stop};
use reqwest::Method;
use serde_json::{Value, json};

use super::many_made::{ManyMade, of_serial, spelt};
use super::{Happening, NO, REBOOT_WAIT, onu};
use crate::{Answer, Writer, WriterOptions};

/// A write of several ONUs, for everything that can happen to it. Every batch of the API has
/// its line in [`BATCHES`](super::BATCHES).
#[derive(Debug, Clone, Copy)]
pub struct Batch {
    /// Its name.
    pub name: &'static str,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    /// The body for the ONUs of these serial numbers.
    pub(super) body: fn(&[String]) -> Value,
    pub(super) meant: Meant,
    /// Whether they are blocked before.
    pub(super) blocked: bool,
    /// Why they go offline, for one that restarts them.
    pub(super) restarts: Option<OfflineReason>,
    /// What is to become of their holds, for one that makes or lifts them.
    pub(super) holds: Option<bool>,
    /// How the line begins that takes back the first of several steps of an ONU that stood so.
    pub(super) undo: fn(Option<&OnuConfig>) -> Option<String>,
}

/// Which ONUs of 1/1/1 are written to.
#[derive(Debug, Clone, Copy)]
pub enum Meant {
    /// Those that stand there under these numbers.
    Standing(&'static [u8]),
    /// Those that are registered, of these serial numbers.
    New(&'static [&'static str]),
}

/// A line of a batch.
#[derive(Debug, Clone)]
pub struct SentLine {
    /// The line.
    pub line: String,
    /// How many before it begin so.
    pub before: usize,
    /// Which of the targets it is for.
    pub target: usize,
    /// How many lines before it have changed something of its target.
    steps: usize,
}

/// A batch to which nothing happened: its lines, and what the device holds then.
#[derive(Debug)]
pub struct Calm {
    /// Its lines that are not reads, in their order.
    pub lines: Vec<SentLine>,
    /// What the device holds.
    pub wished: Configuration,
}

/// How long settling may take at most, of all targets.
const SETTLED: Duration = Duration::from_secs(180);
/// Pages of a store that has room.
const ROOM: u32 = 1 << 20;
const UNDER_WAY: [&str; 3] = ["queued", "running", "pending"];

impl Batch {
    async fn writer(self) -> (Writer, Vec<String>) {
        let olt: fn(&mut zte::OltSettings) = |olt| olt.reboot_wait = REBOOT_WAIT;
        let writer = Writer::with(SMALL, WriterOptions { olt: Some(olt), ..WriterOptions::default() }).await;
        let serials = self.prepare(&writer.sim);
        if let Some((method, path, body)) = self.first(&serials) {
            let made = writer.send(method, &path, Some(body)).await;
            assert_eq!(made.status, 200, "{}", made.body);
            writer.sim.device(|device| device.save()).unwrap();
        }
        writer.sim.reset_command_lines();
        (writer, serials)
    }

    /// Makes an OLT of the scenario [`SMALL`] ready for it; the serial numbers of its ONUs.
    pub fn prepare(self, sim: &Simulator) -> Vec<String> {
        let ids = match self.meant {
            Meant::Standing(ids) => ids,
            Meant::New(_) => &[],
        };
        for id in ids.iter().filter(|_| self.blocked) {
            let interface = format!("interface gpon-onu_{}", place(*id));
            sim.type_as_somebody(&["configure terminal", &interface, "shutdown"]);
        }
        // What stands now survives a restart of the OLT.
        sim.device(|device| {
            device.save();
            let serial = |id: &u8| device.onu(place(*id)).unwrap().configured.serial.to_string();
            match self.meant {
                Meant::Standing(ids) => ids.iter().map(serial).collect(),
                Meant::New(serials) => serials.iter().map(|serial| (*serial).to_owned()).collect(),
            }
        })
        .unwrap()
    }

    /// What is asked for before it, and goes well.
    pub fn first(self, serials: &[String]) -> Option<(Method, String, Value)> {
        let targets: Vec<Value> = serials.iter().map(|serial| json!({"serial_number": serial})).collect();
        let body = json!({"targets": targets, "owner": "billing", "reason": "unpaid"});
        (self.holds == Some(false)).then(|| (Method::POST, "/batch/suspend".to_owned(), body))
    }

    /// The request for it.
    pub fn request(self, serials: &[String]) -> (Method, String, Option<Value>) {
        (self.method.parse().unwrap(), self.path.to_owned(), Some((self.body)(serials)))
    }

    async fn ask(self, writer: &Writer, serials: &[String]) -> Answer {
        let (method, path, body) = self.request(serials);
        writer.send(method, &path, body).await
    }

    /// It, while nothing happens.
    pub async fn calm(self) -> Calm {
        let (writer, serials) = self.writer().await;
        let answer = self.ask(&writer, &serials).await;
        assert_eq!(answer.status, 200, "{}: {}", self.name, answer.body);
        let wished = writer.sim.device(|device| device.configuration()).unwrap();
        let results = answer.body["data"]["results"].as_array().unwrap();
        let places: Vec<String> = results
            .iter()
            .map(|result| format!("{}:{}", spelt(&result["pon_port"]), result["onu_id"]))
            .collect();
        Calm { lines: lines(&writer.sim.command_lines(), &places), wished }
    }

    /// Whether each ONU that was told to start again has; `None` where none is told.
    pub fn restarted(self, sim: &Simulator, serials: &[String]) -> Option<Vec<bool>> {
        self.restarts.filter(|reason| *reason == OfflineReason::Reboot)?;
        let by_reboot =
            |session: &Session| session.end.is_some_and(|(_, reason)| reason == OfflineReason::Reboot);
        let has = |serial: &String| {
            sim.device(|device| {
                let mut all = device.onus().filter(|(_, onu)| onu.configured.serial.to_string() == *serial);
                all.any(|(_, onu)| onu.sessions().iter().any(by_reboot))
            })
            .unwrap()
        };
        Some(serials.iter().map(has).collect())
    }

    /// Whether there are to be holds, beside the list of them.
    pub fn holds(self, holds: &Answer) -> Option<(Value, bool)> {
        self.holds.map(|wished| (holds.body["data"].clone(), wished))
    }

    /// Makes it while this happens to its line of this number.
    pub async fn made(self, calm: &Calm, at: usize, happening: Happening) -> ManyMade {
        let sent = &calm.lines[at];
        let (writer, serials) = self.writer().await;
        let before = writer.sim.device(|device| device.configuration()).unwrap();
        let target = of_serial(&before, &serials[sent.target]).map(|(_, onu)| onu.clone());
        let begins = Stop::Line(AtLine::Begins(sent.line.clone()));
        let faults: Vec<LineFault> = match happening {
            Happening::RefusedAndItsUndo => {
                // Of the first step there is nothing to take back.
                let undo = (self.undo)(target.as_ref()).filter(|_| sent.steps > 0);
                let refused = |line: &str| LineFault::first(line, LineEffect::Refuse(NO.into()));
                std::iter::once(refused(&sent.line)).chain(undo.as_deref().map(refused)).collect()
            }
            _ => happening.effect().map(|effect| LineFault::first(&sent.line, effect)).into_iter().collect(),
        };
        let interferes = faults.is_empty();
        let gate = (interferes || sent.before > 0).then(|| writer.sim.hold(begins));
        if gate.is_none() {
            writer.sim.set_line_faults(faults.clone());
        }
        let (answer, ()) = tokio::join!(self.ask(&writer, &serials), async {
            let Some(mut gate) = gate else { return };
            // What happens to a line is fixed once it stands at the gate.
            let passes = if interferes { sent.before } else { sent.before - 1 };
            for _ in 0..passes {
                gate.reached().await.unwrap();
                gate.go();
            }
            gate.reached().await.unwrap();
            match happening {
                Happening::OltRestarts => writer.sim.reboot().await,
                Happening::SomebodyElse => {
                    let stands = of_serial(&before, &serials[sent.target]);
                    let stands = stands.or_else(|| of_serial(&calm.wished, &serials[sent.target]));
                    let interface = format!("interface gpon-onu_{}", stands.map_or_else(onu, |(at, _)| at));
                    writer.sim.type_as_somebody(&["configure terminal", &interface, "name by hand"]);
                }
                Happening::StoreFull => drop(writer.app.jobs().store().unwrap().limit_pages(Some(1)).await),
                _ => writer.sim.set_line_faults(faults),
            }
        });
        writer.sim.clear_faults();
        if happening == Happening::StoreFull {
            // Somebody makes room.
            writer.app.jobs().store().unwrap().limit_pages(Some(ROOM)).await.unwrap();
        }
        let (mut job, mut parts) = settled(&writer, &answer).await;
        if happening == Happening::OltRestarts {
            // What was done and not saved is lost: that is found out before it is saved.
            let saved = writer.send(Method::POST, "/system/save", None).await;
            assert!(saved.status == 200 || saved.status == 503, "{}", saved.body);
            (job, parts) = settled(&writer, &answer).await;
        }
        let now = writer.sim.device(|device| device.configuration()).unwrap();
        let restarted = self.restarted(&writer.sim, &serials);
        let holds = self.holds(&writer.get("/holds").await);
        ManyMade { serials, job, parts, before, wished: calm.wished.clone(), now, restarted, holds }
    }
}

/// The lines of a batch for the ONUs at these places, without the reads.
fn lines(all: &[CommandLine], places: &[String]) -> Vec<SentLine> {
    let reads = |line: &&CommandLine| ["show ", "terminal "].iter().any(|word| line.line.starts_with(word));
    let all: Vec<&CommandLine> = all.iter().filter(|line| !reads(line)).collect();
    let mut within = String::new();
    let mut of: Vec<Option<usize>> = Vec::new();
    for line in &all {
        if let Some(interface) =
            line.line.strip_prefix("interface ").or(line.line.strip_prefix("pon-onu-mng "))
        {
            within = interface.to_owned();
        }
        let registers = line.line.split(' ').skip_while(|word| *word == "no");
        let mut registers = registers.skip_while(|word| *word != "onu").skip(1);
        let at = match (within.split_once('_'), registers.next()) {
            (Some(("gpon-olt", pon)), Some(id)) => format!("{pon}:{id}"),
            (Some(("gpon-onu", at)), _) => at.to_owned(),
            _ => String::new(),
        };
        let moves = ["interface gpon-olt", "configure ", "exit", "end"];
        let moves = moves.iter().any(|word| line.line.starts_with(word));
        of.push(places.iter().position(|place| *place == at).filter(|_| !moves));
    }
    let target = |nr: usize| {
        let leads = !matches!(all[nr].line.as_str(), "exit" | "end");
        let behind = of[nr..].iter().flatten().next().filter(|_| leads || of[nr].is_some());
        behind.or_else(|| of[..nr].iter().rev().flatten().next()).copied().unwrap_or_default()
    };
    let sent = |(nr, line): (usize, &&CommandLine)| {
        let before = all[..nr].iter().filter(|other| other.line.starts_with(&line.line)).count();
        let changes = |other: &usize| all[*other].configures && of[*other] == Some(target(nr));
        let steps = (0..nr).filter(changes).count();
        SentLine { line: line.line.clone(), before, target: target(nr), steps }
    };
    all.iter().enumerate().map(sent).collect()
}

/// The job of a batch and those of its targets, once nothing of it is pending.
async fn settled(writer: &Writer, answer: &Answer) -> (Value, Vec<Value>) {
    let job = answer.body["data"]["job"].as_str().unwrap_or_else(|| panic!("{}", answer.body));
    let began = Instant::now();
    loop {
        let told = writer.get(&format!("/jobs/{job}")).await.body["data"].clone();
        if !UNDER_WAY.iter().any(|state| told["state"] == *state) {
            let mut parts = Vec::new();
            for result in told["result"]["results"].as_array().unwrap() {
                parts.push(match result["job"].as_str() {
                    Some(part) => writer.get(&format!("/jobs/{part}")).await.body["data"].clone(),
                    None => Value::Null,
                });
            }
            return (told, parts);
        }
        assert!(began.elapsed() < SETTLED, "{}: {told}", answer.body);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn place(id: u8) -> OnuRef {
    OnuRef { id: OnuId::new(id).unwrap(), ..onu() }
}

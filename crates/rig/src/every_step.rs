//! Every step of a write with everything that can happen to it, and then the device
//! itself against what was reported.

mod batches;
mod made;
mod many;
mod many_made;
mod operations;

use std::time::{Duration, Instant};

use gpon::{OfflineReason, OnuState};
use oltsim::device::Configuration;
use oltsim::{AtLine, LineEffect, LineFault, SMALL, Simulator, Stop};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{Answer, Writer, WriterOptions};
pub use batches::BATCHES;
pub use made::Made;
pub use many::{Batch, Calm, Meant, SentLine};
pub use many_made::ManyMade;
pub use operations::{OPERATIONS, RESUME};

/// A write, for everything that can happen to it. Every write of the API has its line here.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// Its name.
    pub name: &'static str,
    method: &'static str,
    path: &'static str,
    body: fn(serial: &str) -> Value,
    /// Whether the ONU is blocked before.
    blocked: bool,
    /// Why the ONU goes offline, for one that restarts it.
    restarts: Option<OfflineReason>,
    /// The serial number of the ONU, for a write that registers it.
    registers: Option<&'static str>,
    /// Whether it registers the ONU on the other PON port, where it is offline before.
    takes_over: bool,
    /// What is to become of the hold of the ONU, for one that makes or lifts it.
    holds: Option<bool>,
}

/// The number that an ONU gets which is registered.
const REGISTERED: u8 = 8;
/// What happens to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Happening {
    /// The OLT refuses it.
    Refused,
    /// It refuses it, and whatever takes back what was done before.
    RefusedAndItsUndo,
    /// A log line stands in its answer.
    LogLine,
    /// The link is cut before it does anything.
    CutBefore,
    /// It does what it does, and the link is cut before the answer.
    CutBehind,
    /// It does what it does, and the link is cut in the middle of the answer.
    CutIn,
    /// It does what it does, and the link is cut within the prompt behind the answer.
    CutInPrompt,
    /// The OLT starts again, and has lost what was not saved.
    OltRestarts,
    /// Somebody else changes the ONU before it.
    SomebodyElse,
    /// The store takes nothing more.
    StoreFull,
    /// The OLT neither does it nor answers.
    Silence,
}

impl Happening {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Refused,
        Self::RefusedAndItsUndo,
        Self::LogLine,
        Self::CutBefore,
        Self::CutBehind,
        Self::CutIn,
        Self::CutInPrompt,
        Self::OltRestarts,
        Self::SomebodyElse,
        Self::StoreFull,
        Self::Silence,
    ];
}

impl Happening {
    /// What the line does then, for what happens at one line alone.
    fn effect(self) -> Option<LineEffect> {
        Some(match self {
            Self::Refused => LineEffect::Refuse(NO.into()),
            Self::LogLine => LineEffect::Say("Alarm 18433 occurred level 6 sent by CLI\n".into()),
            Self::CutBefore => LineEffect::Cut,
            Self::CutBehind => LineEffect::CutAfter,
            Self::CutIn => LineEffect::CutIn,
            Self::CutInPrompt => LineEffect::CutInPrompt,
            Self::Silence => LineEffect::Silent,
            Self::RefusedAndItsUndo | Self::OltRestarts | Self::SomebodyElse | Self::StoreFull => {
                return None;
            }
        })
    }
}

/// The OLT's words for no.
const NO: &str = "%Code 62330-GPONSRV : Parameter exceeds range\n";
/// How long settling may take at most.
const SETTLED: Duration = Duration::from_secs(60);
/// How long the history of an ONU that was told to start again is waited for: in the
/// simulator it shows at once.
pub const REBOOT_WAIT: Duration = Duration::from_secs(2);
/// The answer to the question whether an ONU shall start again.
const YES: &str = "yes";

impl Operation {
    async fn writer(self) -> (Writer, String) {
        let olt: fn(&mut zte::OltSettings) = |olt| olt.reboot_wait = REBOOT_WAIT;
        let writer = Writer::with(SMALL, WriterOptions { olt: Some(olt), ..WriterOptions::default() }).await;
        let serial = self.prepare(&writer.sim);
        if let Some((method, path, body)) = self.first(&serial) {
            let made = writer.send(method, &path, Some(body)).await;
            assert_eq!(made.status, 200, "{}", made.body);
            writer.sim.device(|device| device.save()).unwrap();
        }
        (writer, serial)
    }

    /// Makes an OLT of the scenario [`SMALL`] ready for it; the serial number of its ONU.
    pub fn prepare(self, sim: &Simulator) -> String {
        if self.blocked {
            sim.type_as_somebody(&["configure terminal", "interface gpon-onu_1/1/1:1", "shutdown"]);
        }
        // What stands now survives a restart of the OLT.
        sim.device(|device| {
            if self.takes_over {
                device.set_phase(onu(), OnuState::Offline, OfflineReason::Los);
            }
            device.save();
            let stands = || device.onu(onu()).unwrap().configured.serial.to_string();
            self.registers.map_or_else(stands, str::to_owned)
        })
        .unwrap()
    }

    /// What is asked for before it, and goes well.
    pub fn first(self, serial: &str) -> Option<(Method, String, Value)> {
        let body = json!({"owner": "billing", "reason": "unpaid"});
        (self.holds == Some(false)).then(|| (Method::POST, format!("/onu/sn/{serial}/suspend"), body))
    }

    /// The request for it.
    pub fn request(self, serial: &str, query: &str) -> (Method, String, Option<Value>) {
        let path = self.path.replace("{serial}", serial) + query;
        let body = (self.body)(serial);
        (self.method.parse().unwrap(), path, (!body.is_null()).then_some(body))
    }

    /// Whether it registers the ONU.
    pub const fn is_registration(self) -> bool {
        self.registers.is_some() || self.takes_over
    }

    /// Where the ONU stands, or will.
    pub fn at(self) -> gpon::OnuRef {
        if self.takes_over {
            return gpon::OnuRef { pon: "1/1/2".parse().unwrap(), id: gpon::OnuId::new(1).unwrap() };
        }
        let id = if self.registers.is_some() { REGISTERED } else { onu().id.get() };
        gpon::OnuRef { id: gpon::OnuId::new(id).unwrap(), ..onu() }
    }

    /// Asks for it.
    pub async fn ask(self, writer: &Writer, serial: &str, query: &str) -> Answer {
        let (method, path, body) = self.request(serial, query);
        writer.send(method, &path, body).await
    }

    /// What the device holds once it was made and nothing went wrong.
    pub async fn wished(self) -> Configuration {
        let (calm, serial) = self.writer().await;
        let applied = self.ask(&calm, &serial, "").await;
        let made = if self.is_registration() { 201 } else { 200 };
        assert_eq!(applied.status, made, "{}: {}", self.name, applied.body);
        calm.sim.device(|device| device.configuration()).unwrap()
    }

    /// How the lines begin that are sent for it: those of its plan, and what questions are answered with.
    pub async fn lines(self) -> Vec<String> {
        self.with_answers(&self.plan().await)
    }

    fn with_answers(self, plan: &Value) -> Vec<String> {
        let lines = typed(&plan["lines"]).into_iter();
        let asks = |line: &str| line == "reboot" && self.restarts.is_some();
        lines
            // A plan masks its secrets: how the line begins is enough to know it by.
            .map(|line| line.split("***").next().unwrap_or_default().to_owned())
            .flat_map(|line| {
                let answer = asks(&line).then(|| YES.to_owned());
                std::iter::once(line).chain(answer)
            })
            .collect()
    }

    /// Whether the ONU has been told to start again and has, so far; `None` where the write
    /// tells it nothing.
    pub fn restarted(self, sim: &Simulator) -> Option<bool> {
        self.restarts.filter(|reason| *reason == OfflineReason::Reboot)?;
        let sessions = sim.device(|device| device.onu(onu()).map(|onu| onu.sessions())).unwrap()?;
        let by_reboot = |session: &oltsim::device::Session| {
            session.end.is_some_and(|(_, reason)| reason == OfflineReason::Reboot)
        };
        Some(sessions.iter().any(by_reboot))
    }

    /// Whether the hold of the ONU is to be there, and is, by the list of holds.
    pub fn held(self, holds: &Answer) -> Option<(bool, bool)> {
        let rows = holds.body["data"].as_array().unwrap();
        self.holds.map(|wished| (wished, rows.iter().any(|row| row["state"] == "held")))
    }

    async fn plan(self) -> Value {
        let (writer, serial) = self.writer().await;
        let mut planned = self.ask(&writer, &serial, "?dry_run=true").await;
        assert_eq!(planned.status, 200, "{}: {}", self.name, planned.body);
        planned.body["data"]["plan"].take()
    }

    /// Makes it while this happens to its line of this number.
    pub async fn made(self, at: usize, happening: Happening) -> Made {
        let plan = self.plan().await;
        let line = &self.with_answers(&plan)[at];
        let wished = self.wished().await;
        let (writer, serial) = self.writer().await;
        let before = writer.sim.device(|device| device.configuration()).unwrap();
        let answer = match happening {
            Happening::RefusedAndItsUndo => {
                let first = LineFault::first(line, LineEffect::Refuse(NO.into()));
                let refused = self.undo_of(&plan, at).into_iter();
                let refused = refused
                    .map(|(within, undo)| LineFault::once(&within, &undo, LineEffect::Refuse(NO.into())));
                let faults = std::iter::once(first).chain(refused).collect();
                writer.sim.set_line_faults(faults);
                self.ask(&writer, &serial, "").await
            }
            Happening::OltRestarts | Happening::SomebodyElse | Happening::StoreFull => {
                let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins(line.clone())));
                let (asked, ()) = tokio::join!(self.ask(&writer, &serial, ""), async {
                    gate.reached().await.unwrap();
                    match happening {
                        Happening::OltRestarts => writer.sim.reboot().await,
                        Happening::SomebodyElse => {
                            writer.sim.type_as_somebody(&[
                                "configure terminal",
                                &format!("interface gpon-onu_{}", self.at()),
                                "name by hand",
                            ]);
                        }
                        _ => {
                            let store = writer.app.jobs().store().unwrap();
                            drop(store.limit_pages(Some(1)).await);
                        }
                    }
                    drop(gate);
                });
                asked
            }
            _ => {
                let effect = happening.effect().unwrap();
                writer.sim.set_line_faults(vec![LineFault::first(line, effect)]);
                self.ask(&writer, &serial, "").await
            }
        };
        writer.sim.clear_faults();
        let answer = settled(&writer, answer).await;
        let now = writer.sim.device(|device| device.configuration()).unwrap();
        let held = self.held(&writer.get("/holds").await);
        Made { at: self.at(), answer, before, wished, now, restarted: self.restarted(&writer.sim), held }
    }
}

impl Operation {
    /// What takes back what stands before the line of this number, each with where it is typed.
    fn undo_of(self, plan: &Value, at: usize) -> Vec<(String, String)> {
        let undo = typed(&plan["undo"]);
        if self.takes_over {
            // The first of them registers no longer, the second registers there again.
            let pons = [self.at().pon, onu().pon];
            return pons.iter().zip(undo).map(|(pon, line)| (format!("gpon-olt_{pon}"), line)).collect();
        }
        // Each step is one line at the interface, and so is what takes it back: that of the
        // first step is the last.
        let is_step = |line: &&Value| line["place"] == "(config-if)#" && line["line"] != "end";
        let steps = plan["lines"].as_array().unwrap().iter().take(at).filter(is_step).count();
        let within = match self.registers {
            Some(_) => format!("gpon-olt_{}", onu().pon),
            None => format!("gpon-onu_{}", onu()),
        };
        undo.into_iter().rev().take(steps).map(|line| (within.clone(), line)).collect()
    }
}

/// The lines of a list of a plan.
fn typed(lines: &Value) -> Vec<String> {
    lines.as_array().unwrap().iter().map(|line| line["line"].as_str().unwrap().to_owned()).collect()
}

/// The ONU that is written to.
pub fn onu() -> gpon::OnuRef {
    gpon::OnuRef { pon: "1/1/1".parse().unwrap(), id: gpon::OnuId::new(1).unwrap() }
}

/// The answer, or what its job says once nothing of it is pending.
async fn settled(writer: &Writer, answer: Answer) -> Answer {
    let goes_on = answer.status == 202 || answer.body["error_code"] == "outcome_unknown";
    let Some(job) = answer.body["data"]["job"].as_str().filter(|_| goes_on) else { return answer };
    let began = Instant::now();
    loop {
        let told = writer.get(&format!("/jobs/{job}")).await;
        let state = told.body["data"]["state"].as_str().unwrap().to_owned();
        if !["queued", "running", "pending"].contains(&state.as_str()) {
            let job = &told.body["data"];
            let [error, code, message] = ["error", "error_code", "message"].map(|key| job[key].clone());
            let body = json!({"data": job["result"], "error": error, "error_code": code, "message": message});
            return Answer { body, ..told };
        }
        assert!(began.elapsed() < SETTLED, "{}: {}", answer.body, told.body);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

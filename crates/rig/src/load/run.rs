use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gpon::OnuRef;
use oltsim::device::Configuration;
use oltsim::{AtLine, Gate, LineEffect, LineFault, Simulator, Stop};
use reqwest::Method;
use tokio::sync::Mutex;

use super::fleet::{Fleet, Said, name_of};
use super::script::{Kind, Onu, Ran, Script, Write};

/// The OLT's words for no.
const NO: &str = "%Code 62330-GPONSRV : Parameter exceeds range\n";
/// How long the server may take to settle what was interrupted, from when the command
/// lines answer.
const SETTLED: Duration = Duration::from_secs(30);

/// Every ONU, by its OLT and place.
type Onus = BTreeMap<(usize, OnuRef), Onu>;

/// How it went.
#[derive(Debug, Default)]
pub struct Ended {
    /// What was not as it was foretold.
    pub problems: Vec<String>,
    /// How many writes ended so.
    pub outcomes: BTreeMap<String, usize>,
    /// The jobs that wait for a person, each with its write.
    pub waiting: BTreeMap<String, Write>,
    /// How often clients were sent away, and how often one of them at most.
    pub sent_away: u64,
    /// The same for the one that was sent away most often.
    pub most_sent_away: u32,
    /// From the first request to the last answer.
    pub took: Duration,
    /// How long each write took its client, the shortest first.
    pub each: Vec<Duration>,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |part: usize| {
            let at = (self.each.len() * part / 100).min(self.each.len().saturating_sub(1));
            self.each.get(at).map_or(0.0, Duration::as_secs_f64)
        };
        write!(
            f,
            "{} writes in {:.0} s, p50 {:.1} s, p99 {:.1} s, longest {:.1} s; {:?}; {} wait for a person; \
             clients were sent away {} times, one write {} times at most; {} not as foretold",
            self.each.len(),
            self.took.as_secs_f64(),
            seconds(50),
            seconds(99),
            seconds(100),
            self.outcomes,
            self.waiting.len(),
            self.sent_away,
            self.most_sent_away,
            self.problems.len(),
        )
    }
}

impl Script {
    /// Lets all clients write, and holds what they are told and what the OLTs hold then
    /// against the script.
    pub async fn run(&self, fleet: &Fleet) -> Ended {
        let before = fleet.configurations();
        let hands: Vec<_> = fleet.sims.iter().map(|_| Mutex::new(())).collect();
        let began = Instant::now();
        let clients = self.clients.iter().map(|writes| client(fleet, &hands, writes));
        let told = futures::future::join_all(clients).await.into_iter().flatten();
        let mut ended = Ended { took: began.elapsed(), ..Ended::default() };
        for (write, said) in told {
            *ended.outcomes.entry(said.outcome.clone()).or_default() += 1;
            ended.sent_away += u64::from(said.tries);
            ended.most_sent_away = ended.most_sent_away.max(said.tries);
            ended.each.push(said.took);
            let fault = write.spoilt.as_ref().map(|spoilt| (spoilt.kind, spoilt.line, &spoilt.by_hand));
            let what =
                format!("{} {:?} {:?} {fault:?} {:?}", write.number, write.act, write.ran, write.lines);
            if let Err(why) = write.is_as_foretold(&said) {
                let (status, tries, body) = (said.status, said.tries, &said.body);
                let typed = write.typed(&fleet.sims[write.before.olt]);
                ended.problems.push(format!("{what}: {why}: {status} after {tries} {body}\n{typed}"));
            }
            if said.outcome == "unknown"
                && let Some(job) = said.body["data"]["job"].as_str()
            {
                ended.waiting.insert(job.to_owned(), write.clone());
            }
        }
        ended.each.sort();
        let mut last = self.last.clone();
        settled(fleet, &last, &mut ended).await;
        holds(fleet, &before, &last, &mut ended);
        by_a_person(fleet, &mut last, &mut ended).await;
        holds(fleet, &before, &last, &mut ended);
        ended
    }
}

/// Nothing is pending but what waits for a person, by name.
async fn settled(fleet: &Fleet, last: &Onus, ended: &mut Ended) {
    let began = Instant::now();
    let expected: Vec<usize> = (0..fleet.sims.len())
        .map(|olt| last.values().filter(|onu| onu.olt == olt && onu.locked).count())
        .collect();
    loop {
        let pending = (0..fleet.sims.len()).map(|olt| fleet.app.jobs().pending_of(&name_of(olt)));
        let pending: Vec<_> = pending.collect();
        if pending == expected {
            break;
        }
        if began.elapsed() > SETTLED {
            ended.problems.push(format!("pending are {pending:?}, not {expected:?}"));
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (_, list, _) = fleet.send(Method::GET, "/jobs?state=pending&limit=1000", None).await;
    let listed = list["data"].as_array().cloned().unwrap_or_default();
    let listed: BTreeSet<_> =
        listed.iter().map(|job| job["id"].as_str().unwrap_or_default().to_owned()).collect();
    let waiting: BTreeSet<_> = ended.waiting.keys().cloned().collect();
    if listed != waiting {
        ended.problems.push(format!("the list has {listed:?} pending, not {waiting:?}"));
    }
}

/// A person settles what waits for one, each in another way than the one before.
async fn by_a_person(fleet: &Fleet, last: &mut Onus, ended: &mut Ended) {
    for ((job, write), how) in ended.waiting.iter().zip(["finish", "undo", "accept"].into_iter().cycle()) {
        let body = serde_json::json!({"how": how});
        let (status, answer, _) = fleet.send(Method::POST, &format!("/jobs/{job}/settle"), Some(body)).await;
        if status != 200 {
            ended.problems.push(format!("{} {how}: {status} {answer}", write.number));
        }
        let after =
            Onu { locked: false, ..if how == "finish" { write.wished() } else { write.after.clone() } };
        last.insert((write.before.olt, write.before.at), after);
    }
    for olt in 0..fleet.sims.len() {
        let pending = fleet.app.jobs().pending_of(&name_of(olt));
        if pending > 0 {
            ended.problems.push(format!("olt-{olt}: {pending} are pending though all were settled"));
        }
    }
}

/// Each OLT holds what the script says, and nothing else has changed.
fn holds(fleet: &Fleet, before: &[Configuration], last: &Onus, ended: &mut Ended) {
    for (olt, (sim, before)) in fleet.sims.iter().zip(before).enumerate() {
        let mut wished = before.clone();
        for ((_, at), onu) in last.iter().filter(|((of, _), _)| *of == olt) {
            if !onu.registered {
                wished.onus.remove(at);
            } else if let Some(config) = wished.onus.get_mut(at) {
                config.name = onu.name.clone().into_bytes();
                config.description = onu.description.clone().into_bytes();
                config.enabled = onu.enabled;
            }
        }
        let mut now = sim.device(|device| device.configuration()).unwrap();
        let places: BTreeSet<_> = wished.onus.keys().chain(now.onus.keys()).copied().collect();
        for at in places.into_iter().filter(|at| wished.onus.get(at) != now.onus.get(at)) {
            let (wished, now) = (wished.onus.get(&at), now.onus.get(&at));
            ended.problems.push(format!("olt-{olt}: {at} is {now:?}, not {wished:?}"));
        }
        now.onus.clone_from(&wished.onus);
        if now != wished {
            ended.problems.push(format!("olt-{olt}: more than ONUs has changed"));
        }
        for fault in sim.line_faults() {
            ended.problems.push(format!("olt-{olt}: it never came to {fault:?}"));
        }
    }
}

/// One client: one write after the other.
async fn client<'a>(fleet: &Fleet, hands: &[Mutex<()>], writes: &'a [Write]) -> Vec<(&'a Write, Said)> {
    let mut told = Vec::new();
    for write in writes {
        told.push((write, write.made(fleet, hands).await));
    }
    told
}

impl Write {
    fn is_as_foretold(&self, said: &Said) -> Result<(), String> {
        if said.outcome != self.outcome {
            return Err(format!("it is `{}`, not `{}`", said.outcome, self.outcome));
        }
        let data = &said.body["data"];
        let lines = |list: &serde_json::Value| {
            let of = |step: &serde_json::Value| step["line"].as_str().unwrap_or_default().to_owned();
            list.as_array().map(|steps| steps.iter().map(of).collect::<Vec<_>>()).unwrap_or_default()
        };
        let whole: Vec<_> = match self.lines.is_empty() {
            true => Vec::new(),
            false => std::iter::once("configure terminal".to_owned()).chain(self.lines.clone()).collect(),
        };
        let sent = match self.outcome {
            "planned" => lines(&data["plan"]["lines"]),
            "applied" | "unchanged" if self.spoilt.is_none() => lines(&data["steps"]),
            "partial" if data["remaining"].as_array().is_none_or(Vec::is_empty) => {
                return Err("nothing of it is said to remain".to_owned());
            }
            _ => return Ok(()),
        };
        if sent != whole {
            return Err(format!("the lines are {sent:?}, not {whole:?}"));
        }
        Ok(())
    }

    /// What the OLT received where this was made, a few lines at a time.
    fn typed(&self, sim: &Simulator) -> String {
        let lines = sim.command_lines();
        let enters = |at: usize| self.lines.first().is_some_and(|first| lines[at].line == *first);
        let parts = (0..lines.len()).filter(|at| enters(*at)).map(|at| {
            let around = &lines[at.saturating_sub(4)..(at + 10).min(lines.len())];
            around.iter().map(|line| format!("{} {}> {}\n", line.session, line.mode, line.line)).collect()
        });
        parts.collect::<Vec<String>>().join("...\n")
    }

    /// Where a line of it is typed: the one that leads to the interface at none.
    fn at(&self, line: usize) -> AtLine {
        let within = if line == 0 { String::new() } else { self.interface.clone() };
        AtLine::Once { within, line: self.lines[line].clone() }
    }

    /// Makes it while that happens which is to happen.
    async fn made(&self, fleet: &Fleet, hands: &[Mutex<()>]) -> Said {
        let (sim, hand) = (&fleet.sims[self.before.olt], &hands[self.before.olt]);
        let (gates, later) = self.spoil(sim);
        let ended = AtomicBool::new(false);
        let between = async {
            if later {
                let _alone = hand.lock().await;
                self.types(sim);
            }
        };
        let asked = async {
            let said = fleet.ask(self, between).await;
            ended.store(true, Ordering::Relaxed);
            said
        };
        let (mut said, reached) = tokio::join!(asked, self.meddle(sim, hand, gates, &ended));
        if !reached {
            said.outcome = format!("{}, and it never came to what was to go wrong", said.outcome);
        }
        said
    }

    /// Puts the faults of its lines in force, and gates where something else happens;
    /// whether it happens later, before a plan is applied.
    fn spoil(&self, sim: &Simulator) -> (Vec<Gate>, bool) {
        let Some(spoilt) = &self.spoilt else { return (Vec::new(), false) };
        let fault = |effect| sim.add_line_fault(LineFault { at: self.at(spoilt.line), effect });
        let gate = |line| sim.hold(Stop::Line(self.at(line)));
        let no = || LineEffect::Refuse(NO.into());
        match spoilt.kind {
            Kind::Refused => fault(no()),
            Kind::UndoRefused => {
                fault(no());
                sim.add_line_fault(LineFault::once(&self.interface, &self.first_undo(), no()));
            }
            Kind::LogLine => fault(LineEffect::Say("Alarm 18433 occurred level 6 sent by CLI\n".into())),
            Kind::CutBefore => fault(LineEffect::Cut),
            Kind::CutBehind => fault(LineEffect::CutAfter),
            Kind::CutIn => fault(LineEffect::CutIn),
            Kind::Silence => fault(LineEffect::Silent),
            Kind::SomebodyElse if self.ran == Ran::Planned => return (Vec::new(), true),
            Kind::SomebodyElse | Kind::ProbeRefused => return (vec![gate(spoilt.line)], false),
            Kind::Foreign => {
                fault(LineEffect::Cut);
                return (vec![gate(spoilt.line)], false);
            }
            // The way to a PON is that of other writes as well.
            Kind::OltRestarts if spoilt.line > 0 && !self.interface.contains("olt") => {
                return (vec![gate(0), gate(spoilt.line)], false);
            }
            Kind::OltRestarts => return (vec![gate(spoilt.line)], false),
        }
        (Vec::new(), false)
    }

    /// Does what has to happen at its gates; whether it came to all of them.
    async fn meddle(&self, sim: &Simulator, hand: &Mutex<()>, gates: Vec<Gate>, ended: &AtomicBool) -> bool {
        let Some(spoilt) = &self.spoilt else { return true };
        let last = gates.len().saturating_sub(1);
        let mut alone = None;
        for (number, mut gate) in gates.into_iter().enumerate() {
            while gate.reached().await.is_err() {
                if ended.load(Ordering::Relaxed) {
                    return false;
                }
            }
            match spoilt.kind {
                // Of all that was ever written only this write is lost.
                Kind::OltRestarts => {
                    if alone.is_none() {
                        alone = Some(hand.lock().await);
                        sim.device(|device| device.save());
                    }
                    if number == last {
                        sim.reboot().await;
                    }
                }
                Kind::ProbeRefused => {
                    let probe = format!("show running-config interface {}", self.interface);
                    sim.add_line_fault(LineFault::once("", &probe, LineEffect::Refuse(NO.into())));
                }
                _ => self.types(sim),
            }
        }
        true
    }

    /// Somebody types what he types.
    fn types(&self, sim: &Simulator) {
        let Some(spoilt) = &self.spoilt else { return };
        let interface = format!("interface gpon-onu_{}", self.before.at);
        sim.type_as_somebody(&["configure terminal", &interface, &spoilt.by_hand]);
    }
}

//! What a change would do: ordered steps, each with what takes it back and what
//! shows whether it took effect.

use std::collections::BTreeSet;

use gpon::{ExpectedSerial, OnRefusal, OnuRef, PlannedLine, PlannedUndo, SerialNumber, UndoClass, WritePlan};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::config::{ConfigLine, OnuConfig, Slot, exposed};
use super::moves::{self, Standing};
use super::survey::Life;
use crate::cli::text::SecretText;
use crate::firmware::dialect::{Block, Dialect, Place};
use crate::reach::names::Named;

/// A change, planned: all that is needed to make it, to take it back, and to find
/// out later how far it got.
#[derive(Debug, Clone)]
pub struct Plan(pub(crate) Body);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Body {
    /// What is done, as [`gpon::OnuWish::kind`] names it.
    pub(crate) kind: String,
    /// The same in words, with the ONU.
    pub(crate) act: String,
    /// How the ONU was configured when it was planned.
    pub(crate) have: OnuConfig,
    /// How it is to be configured.
    pub(crate) want: OnuConfig,
    /// How it was configured at another place, for a change that takes it from there.
    #[serde(default)]
    pub(crate) from: Option<OnuConfig>,
    /// What was known of its life then, for a change that restarts it.
    pub(crate) life: Option<Life>,
    pub(crate) steps: Vec<Step>,
    /// Every line of them and between them, with the mode that it is sent in; secrets are masked.
    pub(crate) lines: Vec<(String, String)>,
    pub(crate) on_refusal: OnRefusal,
    pub(crate) checks: Vec<String>,
    pub(crate) warnings: Vec<String>,
    /// The names that were looked up on the OLT for it.
    #[serde(default)]
    pub(crate) names: BTreeSet<(Named, String)>,
}

/// A line that changes something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) place: Place,
    #[serde(with = "exposed")]
    pub(crate) line: SecretText,
    /// What it changes, in plans and in what may be lost.
    pub(crate) name: String,
    pub(crate) probe: Probe,
    /// What takes it back, in its order; none where nothing can.
    pub(crate) undo: Vec<UndoLine>,
    pub(crate) class: UndoClass,
    /// Whether the OLT is told yes when it asks whether to.
    pub(crate) confirm: bool,
    /// Whether the change is whole without it where the OLT refuses it.
    #[serde(default)]
    pub(crate) optional: bool,
    /// Whether it goes with the registration of the ONU where that is taken back.
    #[serde(default)]
    pub(crate) goes_along: bool,
}

/// A line that takes a step back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UndoLine {
    pub(crate) place: Place,
    #[serde(with = "exposed")]
    pub(crate) line: SecretText,
}

/// What shows whether a step took effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Probe {
    /// The slot holds this line, or nothing.
    Holds(Box<Slot>, Option<Box<ConfigLine>>),
    /// The ONU is not registered any more.
    Gone,
    /// The ONU is not registered any more at the place that it is taken from.
    Left,
    /// The ONU has been away since.
    Restarted,
}

impl Plan {
    /// The ONU.
    pub fn at(&self) -> OnuRef {
        self.0.have.at
    }

    /// Its serial number; `None` for one that is registered without.
    pub fn serial(&self) -> Option<SerialNumber> {
        match self.0.have.registered.or(self.0.want.registered) {
            Some(ExpectedSerial::Serial(serial)) => Some(serial),
            Some(ExpectedSerial::Without) | None => None,
        }
    }

    /// What is done, as [`gpon::OnuWish::kind`] names it.
    pub fn kind(&self) -> &str {
        &self.0.kind
    }

    /// What is done, in words, with the ONU.
    pub fn act(&self) -> &str {
        &self.0.act
    }

    /// Whether it leaves an ONU disabled when it is interrupted: it is finished then,
    /// whatever else is true.
    pub fn must_be_finished(&self) -> bool {
        self.0.life.is_some() && self.0.steps.len() > 1
    }

    /// The line of the step of this number, or what takes it back; secrets are masked.
    pub fn line(&self, step: usize, back: bool) -> Option<String> {
        let step = self.0.steps.get(step)?;
        let undo =
            || step.undo.iter().map(|undo| undo.line.shown().to_owned()).collect::<Vec<_>>().join("; ");
        Some(if back { undo() } else { step.line.shown().to_owned() })
    }

    /// For each step, whether it changes what saving keeps; what makes an ONU start again
    /// does not.
    pub fn configures(&self) -> Vec<bool> {
        self.0.steps.iter().map(|step| !matches!(step.probe, Probe::Restarted)).collect()
    }

    /// How many steps it has, each of which is one line that changes something.
    pub fn steps(&self) -> usize {
        self.0.steps.len()
    }

    /// Whether it registers an ONU that was not.
    pub fn registers(&self) -> bool {
        self.0.have.registered.is_none()
    }

    /// Who is to stand there.
    pub(crate) fn wished_serial(&self) -> Option<ExpectedSerial> {
        self.0.want.registered
    }

    /// The first service port that the ONU is to have.
    pub fn service_port(&self) -> Option<u8> {
        let lines = self.0.want.lines(Block::Interface).iter();
        let number = |line: &ConfigLine| {
            let mut words = line.typed().split_whitespace();
            (words.next() == Some("service-port")).then(|| words.next()?.parse().ok()).flatten()
        };
        lines.filter_map(number).min()
    }

    /// The step that registers the ONU.
    pub(crate) fn registration(&self) -> Option<usize> {
        let registers = |step: &Step| !step.goes_along && step.probe != Probe::Left;
        self.registers().then(|| self.0.steps.iter().position(registers)).flatten()
    }

    /// Whether it restarts the ONU, which is seen only a while later.
    pub fn restarts(&self) -> bool {
        self.0.life.is_some()
    }

    /// All of it, secrets included: to be sealed before it is kept.
    pub fn document(&self) -> SecretString {
        // Neither a map with keys that are no strings nor a number out of range is in it.
        SecretString::from(serde_json::to_string(&self.0).unwrap_or_default())
    }

    /// A plan that was kept.
    ///
    /// # Errors
    /// When it is none, or one of a version that is not understood.
    pub fn of(document: &SecretString) -> Result<Self, serde_json::Error> {
        serde_json::from_str(document.expose_secret()).map(Self)
    }

    /// What may be shown of it.
    pub fn shown(&self) -> WritePlan {
        let body = &self.0;
        let line =
            |(place, line): &(String, String)| PlannedLine { place: place.clone(), line: line.clone() };
        let lines = body.lines.iter().map(line).collect();
        let undo = body.steps.iter().rev().filter(|step| !step.goes_along).flat_map(|step| {
            match step.undo.as_slice() {
                [] => vec![PlannedUndo { line: String::new(), class: UndoClass::Impossible }],
                lines => {
                    let undo =
                        |undo: &UndoLine| PlannedUndo { line: undo.line.shown().into(), class: step.class };
                    lines.iter().map(undo).collect()
                }
            }
        });
        WritePlan {
            at: Some(self.at()),
            serial: self.serial(),
            lines,
            undo: undo.collect(),
            checks: body.checks.clone(),
            warnings: body.warnings.clone(),
            fingerprint: self.fingerprint(),
        }
    }

    /// What stands for all that it touches as it was found.
    pub fn fingerprint(&self) -> String {
        let there = self.0.from.iter().flat_map(|from| from.all().map(|line| line.typed().to_owned()));
        let here = self.touched(&self.0.have).into_iter().map(|(_, value)| value);
        let touched: Vec<String> = here.chain(there).collect();
        let registered = self.0.have.registered.map(|by| by.to_string());
        let whole = format!("{} {registered:?} {touched:?}", self.at());
        format!("{:016x}", hash(whole.as_bytes()))
    }

    /// What it touches of a configuration, by name.
    fn touched(&self, config: &OnuConfig) -> Vec<(String, String)> {
        let mut touched: Vec<(String, String)> = Vec::new();
        for step in &self.0.steps {
            match &step.probe {
                Probe::Holds(slot, _) => {
                    let value = config.get(slot).map(|line| line.typed().to_owned()).unwrap_or_default();
                    if !touched.iter().any(|(name, _)| *name == step.name) {
                        touched.push((step.name.clone(), value));
                    }
                }
                // All that stands about the ONU goes with it.
                Probe::Gone => {
                    touched.extend(config.all().map(|line| (line.slot.name(), line.typed().to_owned())));
                }
                // What stands at another place is looked at there.
                Probe::Restarted | Probe::Left => {}
            }
        }
        touched
    }

    /// What of all that it touches is no longer as it was planned on, by name.
    pub(crate) fn stale(&self, now: &OnuConfig) -> Vec<String> {
        let (was, is) = (self.touched(&self.0.have), self.touched(now));
        let mut changed: Vec<String> = was
            .iter()
            .filter(|pair| !is.contains(pair))
            .chain(is.iter().filter(|pair| !was.contains(pair)))
            .map(|(name, _)| name.clone())
            .collect();
        if now.registered != self.0.have.registered {
            changed.push("serial_number".to_owned());
        }
        changed.sort();
        changed.dedup();
        changed
    }

    /// The blocks that have to be read to plan it, to prove it, and to settle it.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let all = [Block::Interface, Block::Remote];
        all.into_iter().filter(|block| self.0.have.has_read(*block)).collect()
    }
}

/// The lines of these steps and those between them, from EXEC to EXEC.
pub(super) fn lines(dialect: &Dialect, steps: &[Step]) -> Vec<(String, String)> {
    let mut standing = Standing::Exec;
    let mut lines = Vec::new();
    for step in steps {
        for entry in moves::to(dialect, standing, step.place).into_iter().flatten() {
            lines.push((standing.shown(dialect), entry.line));
            standing = entry.to;
        }
        lines.push((standing.shown(dialect), step.line.shown().to_owned()));
    }
    if standing != Standing::Exec {
        lines.push((standing.shown(dialect), dialect.lines.end.to_owned()));
    }
    lines
}

/// FNV-1a: it tells states apart, and nobody has a reason to forge one.
fn hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{At, Booting, Effect, Endless, Fault, FaultError, Flood, Order, Pick, Target, Wire};

/// Ten minutes: longer than any client waits, and every wait ends.
const LONGEST_DELAY_MS: u64 = 600_000;

/// More garbage than a page of text has characters.
const MOST_GARBAGE: usize = 4096;

/// More than any client may keep; it is made as it is sent.
const LARGEST_FLOOD: usize = 1 << 30;

/// The pause of a fault of the wire that names none.
const USUAL_PAUSE_MS: u64 = 25;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Delay,
    Drop,
    Duplicate,
    Truncate,
    Silence,
    Close,
    Reset,
    Garbage,
    Log,
    Empty,
    RefuseLogin,
    Busy,
    NothingToShow,
    SplitLineEnds,
    Trickle,
    Nul,
    LateLf,
    Flood,
    Booting,
    Endless,
    Jump,
    Repeat,
}

impl Kind {
    /// Whether `bytes` goes with it.
    fn counts_bytes(self) -> bool {
        matches!(self, Self::Truncate | Self::Close | Self::Reset | Self::Garbage | Self::Flood)
    }

    /// The fault of the wire that it is.
    fn wire(self) -> Option<Wire> {
        match self {
            Self::SplitLineEnds => Some(Wire::SplitLineEnds),
            Self::Trickle => Some(Wire::Trickle),
            Self::Nul => Some(Wire::Nul),
            Self::LateLf => Some(Wire::LateLf),
            _ => None,
        }
    }
}

/// A fault as JSON has it, all keys beside each other.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultSpec {
    target: Target,
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<Order>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    what: Option<Booting>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    how: Option<Endless>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of: Option<Flood>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    every: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
}

impl TryFrom<FaultSpec> for Fault {
    type Error = FaultError;

    fn try_from(spec: FaultSpec) -> Result<Self, FaultError> {
        let effect = effect(&spec)?;
        suits(spec.target, effect)?;
        let pick = pick(&spec)?;
        if effect == Effect::Silence && pick != Pick::All {
            return Err(FaultError::Invalid("silence spoils every exchange; take drop for some of them"));
        }
        if matches!(effect, Effect::Wire { .. }) && pick != Pick::All {
            return Err(FaultError::Invalid("what the wire does it does to every byte"));
        }
        Ok(Self { target: spec.target, effect, pick })
    }
}

fn effect(spec: &FaultSpec) -> Result<Effect, FaultError> {
    let timed = matches!(spec.kind, Kind::Delay | Kind::Booting) || spec.kind.wire().is_some();
    let effect = match (spec.kind, spec.ms, spec.bytes) {
        (_, Some(ms), _) if timed && ms > LONGEST_DELAY_MS => {
            return Err(FaultError::Invalid("ms is at most 600000"));
        }
        (Kind::Delay, Some(ms), _) => {
            Effect::Delay { by: Duration::from_millis(ms), order: spec.order.unwrap_or_default() }
        }
        (Kind::Delay, None, _) => return Err(FaultError::Invalid("a delay needs ms")),
        (Kind::Truncate, _, Some(bytes)) => Effect::Truncate { bytes },
        (Kind::Close, _, Some(bytes)) => Effect::Close { bytes },
        (Kind::Reset, _, Some(bytes)) => Effect::Reset { bytes },
        (Kind::Garbage, _, Some(bytes)) if bytes <= MOST_GARBAGE => Effect::Garbage { bytes },
        (Kind::Garbage, _, Some(_)) => return Err(FaultError::Invalid("garbage is at most 4096 bytes")),
        (Kind::Truncate, _, None) => return Err(FaultError::Invalid("truncate needs bytes")),
        (Kind::Close, _, None) => return Err(FaultError::Invalid("close needs bytes")),
        (Kind::Reset, _, None) => return Err(FaultError::Invalid("reset needs bytes")),
        (Kind::Garbage, _, None) => return Err(FaultError::Invalid("garbage needs bytes")),
        (Kind::Drop, ..) => Effect::Drop,
        (Kind::Duplicate, ..) => Effect::Duplicate,
        (Kind::Silence, ..) => Effect::Silence,
        (Kind::Log, ..) => Effect::Log,
        (Kind::Empty, ..) => Effect::Empty,
        (Kind::RefuseLogin, ..) => Effect::RefuseLogin,
        (Kind::Busy, ..) => Effect::Busy,
        (Kind::NothingToShow, ..) => Effect::NothingToShow,
        (Kind::Flood, _, Some(bytes)) if bytes <= LARGEST_FLOOD => {
            Effect::Flood { of: spec.of.unwrap_or_default(), at: spec.at.unwrap_or_default(), bytes }
        }
        (Kind::Flood, ..) => return Err(FaultError::Invalid("a flood needs bytes, at most 1073741824")),
        (Kind::SplitLineEnds | Kind::Trickle | Kind::Nul | Kind::LateLf, ms, _) => Effect::Wire {
            wire: spec.kind.wire().unwrap_or(Wire::Trickle),
            by: Duration::from_millis(ms.unwrap_or(USUAL_PAUSE_MS)),
        },
        (Kind::Booting, ms, _) => {
            Effect::Booting { what: spec.what.unwrap_or_default(), lasts: ms.map(Duration::from_millis) }
        }
        (Kind::Endless, ..) => Effect::Endless(spec.how.unwrap_or_default()),
        (Kind::Jump, ..) => Effect::Jump,
        (Kind::Repeat, ..) => Effect::Repeat,
    };
    if spec.ms.is_some() && !timed {
        return Err(FaultError::Invalid("ms belongs to delay, booting and faults of the wire"));
    }
    if (spec.of.is_some() || spec.at.is_some()) && spec.kind != Kind::Flood {
        return Err(FaultError::Invalid("of and at belong to flood"));
    }
    if spec.order.is_some() && spec.kind != Kind::Delay {
        return Err(FaultError::Invalid("order belongs to delay"));
    }
    if spec.what.is_some() && spec.kind != Kind::Booting {
        return Err(FaultError::Invalid("what belongs to booting"));
    }
    if spec.how.is_some() && spec.kind != Kind::Endless {
        return Err(FaultError::Invalid("how belongs to endless"));
    }
    if spec.bytes.is_some() && !spec.kind.counts_bytes() {
        return Err(FaultError::Invalid("bytes belongs to truncate, close, reset, garbage and flood"));
    }
    Ok(effect)
}

/// Whether that face can be spoilt so.
fn suits(target: Target, effect: Effect) -> Result<(), FaultError> {
    match effect.only_of() {
        Some(Target::Snmp) if target == Target::Cli => Err(FaultError::Invalid("this is a fault of snmp")),
        Some(Target::Cli) if target == Target::Snmp => Err(FaultError::Invalid("this is a fault of cli")),
        _ => Ok(()),
    }
}

fn pick(spec: &FaultSpec) -> Result<Pick, FaultError> {
    let seeded = spec.seed.is_some();
    match (spec.next, spec.every, spec.probability) {
        (None, None, Some(chance)) if (0.0..=1.0).contains(&chance) => {
            Ok(Pick::Probability { chance, seed: spec.seed.unwrap_or(1) })
        }
        (None, None, Some(_)) => Err(FaultError::Invalid("probability is from 0 to 1")),
        _ if seeded => Err(FaultError::Invalid("seed belongs to probability")),
        (None, None, None) => Ok(Pick::All),
        (Some(next), None, None) => Ok(Pick::Next(next)),
        (None, Some(0), None) => Err(FaultError::Invalid("every is at least 1")),
        (None, Some(every), None) => Ok(Pick::Every(every)),
        _ => Err(FaultError::Invalid("only one of next, every and probability")),
    }
}

impl From<Fault> for FaultSpec {
    fn from(fault: Fault) -> Self {
        let mut spec = Self {
            target: fault.target,
            kind: Kind::Silence,
            ms: None,
            order: None,
            bytes: None,
            what: None,
            how: None,
            of: None,
            at: None,
            next: None,
            every: None,
            probability: None,
            seed: None,
        };
        match fault.effect {
            Effect::Delay { by, order } => {
                spec.kind = Kind::Delay;
                spec.ms = Some(u64::try_from(by.as_millis()).unwrap_or(u64::MAX));
                spec.order = Some(order);
            }
            Effect::Drop => spec.kind = Kind::Drop,
            Effect::Duplicate => spec.kind = Kind::Duplicate,
            Effect::Truncate { bytes } => (spec.kind, spec.bytes) = (Kind::Truncate, Some(bytes)),
            Effect::Close { bytes } => (spec.kind, spec.bytes) = (Kind::Close, Some(bytes)),
            Effect::Reset { bytes } => (spec.kind, spec.bytes) = (Kind::Reset, Some(bytes)),
            Effect::Garbage { bytes } => (spec.kind, spec.bytes) = (Kind::Garbage, Some(bytes)),
            Effect::Silence => {}
            Effect::Log => spec.kind = Kind::Log,
            Effect::Empty => spec.kind = Kind::Empty,
            Effect::RefuseLogin => spec.kind = Kind::RefuseLogin,
            Effect::Busy => spec.kind = Kind::Busy,
            Effect::NothingToShow => spec.kind = Kind::NothingToShow,
            Effect::Flood { of, at, bytes } => {
                spec.kind = Kind::Flood;
                (spec.of, spec.at, spec.bytes) = (Some(of), Some(at), Some(bytes));
            }
            Effect::Wire { wire, by } => {
                spec.kind = match wire {
                    Wire::SplitLineEnds => Kind::SplitLineEnds,
                    Wire::Trickle => Kind::Trickle,
                    Wire::Nul => Kind::Nul,
                    Wire::LateLf => Kind::LateLf,
                };
                spec.ms = Some(u64::try_from(by.as_millis()).unwrap_or(u64::MAX));
            }
            Effect::Booting { what, lasts } => {
                spec.kind = Kind::Booting;
                spec.what = Some(what);
                spec.ms = lasts.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
            }
            Effect::Endless(how) => (spec.kind, spec.how) = (Kind::Endless, Some(how)),
            Effect::Jump => spec.kind = Kind::Jump,
            Effect::Repeat => spec.kind = Kind::Repeat,
        }
        match fault.pick {
            Pick::All => {}
            Pick::Next(next) => spec.next = Some(next),
            Pick::Every(every) => spec.every = Some(every),
            Pick::Probability { chance, seed } => {
                (spec.probability, spec.seed) = (Some(chance), Some(seed));
            }
        }
        spec
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_goes_both_ways() {
        for json in [
            r#"{"target":"snmp","kind":"delay","ms":20,"order":"serial"}"#,
            r#"{"target":"snmp","kind":"drop","probability":0.3,"seed":7}"#,
            r#"{"target":"snmp","kind":"drop","next":3}"#,
            r#"{"target":"snmp","kind":"duplicate","every":4}"#,
            r#"{"target":"snmp","kind":"truncate","bytes":40}"#,
            r#"{"target":"cli","kind":"silence"}"#,
            r#"{"target":"cli","kind":"close","bytes":40}"#,
            r#"{"target":"cli","kind":"reset","bytes":0,"next":1}"#,
            r#"{"target":"cli","kind":"garbage","bytes":7,"every":2}"#,
            r#"{"target":"cli","kind":"log"}"#,
            r#"{"target":"cli","kind":"empty","next":1}"#,
            r#"{"target":"cli","kind":"refuse_login"}"#,
            r#"{"target":"cli","kind":"busy"}"#,
            r#"{"target":"cli","kind":"nothing_to_show"}"#,
            r#"{"target":"snmp","kind":"booting","ms":5000,"what":"system"}"#,
            r#"{"target":"snmp","kind":"endless","how":"deeper"}"#,
            r#"{"target":"snmp","kind":"jump","every":3}"#,
            r#"{"target":"snmp","kind":"repeat"}"#,
            r#"{"target":"cli","kind":"trickle","ms":20}"#,
            r#"{"target":"cli","kind":"late_lf","ms":10}"#,
            r#"{"target":"cli","kind":"flood","bytes":5000,"of":"backspaces","at":"answer","next":1}"#,
        ] {
            let fault: Fault = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&fault).unwrap(), json);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for json in [
            r#"{"target":"snmp","kind":"delay"}"#,
            r#"{"target":"snmp","kind":"delay","ms":600001}"#,
            r#"{"target":"snmp","kind":"drop","ms":5}"#,
            r#"{"target":"snmp","kind":"drop","bytes":5}"#,
            r#"{"target":"snmp","kind":"truncate"}"#,
            r#"{"target":"snmp","kind":"silence","next":1}"#,
            r#"{"target":"snmp","kind":"drop","next":1,"every":2}"#,
            r#"{"target":"snmp","kind":"drop","every":0}"#,
            r#"{"target":"snmp","kind":"drop","probability":1.5}"#,
            r#"{"target":"snmp","kind":"drop","seed":1}"#,
            r#"{"target":"snmp","kind":"drop","often":true}"#,
            r#"{"target":"web","kind":"drop"}"#,
            r#"{"target":"cli","kind":"duplicate"}"#,
            r#"{"target":"cli","kind":"close"}"#,
            r#"{"target":"cli","kind":"log","bytes":1}"#,
            r#"{"target":"cli","kind":"garbage","bytes":4097}"#,
            r#"{"target":"snmp","kind":"busy"}"#,
            r#"{"target":"cli","kind":"endless"}"#,
            r#"{"target":"snmp","kind":"endless","what":"all"}"#,
            r#"{"target":"snmp","kind":"booting","ms":600001}"#,
            r#"{"target":"snmp","kind":"jump","how":"rows"}"#,
            r#"{"target":"cli","kind":"trickle","next":1}"#,
            r#"{"target":"cli","kind":"flood"}"#,
            r#"{"target":"cli","kind":"log","of":"lines"}"#,
            r#"{"kind":"drop"}"#,
        ] {
            assert!(serde_json::from_str::<Fault>(json).is_err(), "{json}");
        }
    }
}

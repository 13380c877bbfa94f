//! A model of writes: what one sends, and what becomes of it when something goes wrong.

use super::script::{Act, Dice, Kind, Onu, Ran, Sizes, Spoilt, Write};

/// The write of this number to an ONU that stands so.
pub(super) fn write(
    dice: &mut Dice,
    sizes: Sizes,
    number: usize,
    onu: Onu,
    kinds: &mut usize,
    previous: Option<&Write>,
) -> Write {
    let repeated = previous.filter(|before| (before.before.olt, before.before.at) == (onu.olt, onu.at));
    let act = match (repeated, dice.below(100)) {
        // The same once more.
        (Some(before), 0..=29) => before.act.clone(),
        (_, 0..=54) => {
            Act::Describe { name: format!("name {number}"), description: format!("text {number}") }
        }
        (_, 55..=66) => Act::Block,
        (_, 67..=78) => Act::Unblock,
        (_, 79..=90) => Act::Reboot,
        _ => Act::Delete,
    };
    let ran = match dice.below(100) {
        0..=44 => Ran::ByPlace,
        45..=69 => Ran::BySerial,
        70..=77 => Ran::DryRun,
        78..=96 => Ran::Planned,
        _ => Ran::Mistaken,
    };
    let lines = lines(&act, &onu);
    let interface = match act {
        Act::Delete => format!("gpon-olt_{}", onu.at.pon),
        _ => format!("gpon-onu_{}", onu.at),
    };
    let outcome = calm(&act, ran, &onu, &lines);
    let (after, before) = (onu.clone(), onu);
    let mut write = Write { number, before, after, act, ran, spoilt: None, outcome, interface, lines };
    if write.outcome == "applied" {
        write.after = write.wished();
        if dice.percent(58) {
            spoil(dice, sizes, &mut write, kinds);
        }
    }
    write
}

/// The lines of a write from the one that leads to the interface on.
fn lines(act: &Act, onu: &Onu) -> Vec<String> {
    let mut steps = Vec::new();
    match act {
        Act::Describe { name, description } => {
            if *name != onu.name {
                steps.push(format!("name {name}"));
            }
            if *description != onu.description {
                steps.push(format!("description {description}"));
            }
        }
        Act::Block if onu.enabled => steps.push("shutdown".to_owned()),
        Act::Unblock if !onu.enabled => steps.push("no shutdown".to_owned()),
        Act::Block | Act::Unblock => {}
        Act::Reboot => steps.extend(["shutdown".to_owned(), "no shutdown".to_owned()]),
        Act::Delete => steps.push(format!("no onu {}", onu.at.id)),
    }
    if steps.is_empty() {
        return steps;
    }
    let enter = match act {
        Act::Delete => format!("interface gpon-olt_{}", onu.at.pon),
        _ => format!("interface gpon-onu_{}", onu.at),
    };
    [vec![enter], steps, vec!["end".to_owned()]].concat()
}

/// What becomes of a write with which nothing goes wrong.
fn calm(act: &Act, ran: Ran, onu: &Onu, lines: &[String]) -> &'static str {
    match (act, ran) {
        _ if !onu.registered => "onu_not_found",
        (_, Ran::Mistaken) => "identity_mismatch",
        (Act::Reboot, _) if !onu.enabled => "onu_blocked",
        (_, Ran::DryRun) => "planned",
        _ if lines.is_empty() => "unchanged",
        _ => "applied",
    }
}

impl Write {
    /// The ONU with all that was asked for.
    pub(super) fn wished(&self) -> Onu {
        let onu = self.before.clone();
        match &self.act {
            Act::Describe { name, description } => {
                Onu { name: name.clone(), description: description.clone(), ..onu }
            }
            Act::Block => Onu { enabled: false, ..onu },
            Act::Unblock => Onu { enabled: true, ..onu },
            Act::Reboot => onu,
            Act::Delete => Onu { registered: false, ..onu },
        }
    }

    /// Whether it has two steps, of which the first can be taken back.
    fn has_two(&self) -> bool {
        self.lines.len() == 4
    }

    /// What takes its first step back.
    pub(super) fn first_undo(&self) -> String {
        match &self.act {
            Act::Describe { .. } => format!("name {}", self.before.name),
            _ => "no shutdown".to_owned(),
        }
    }
}

/// An ONU to which somebody else has given one of its texts.
fn by_hand(typed: &str, onu: &Onu) -> Onu {
    match typed.split_once(' ') {
        Some(("name", text)) => Onu { name: text.to_owned(), ..onu.clone() },
        Some((_, text)) => Onu { description: text.to_owned(), ..onu.clone() },
        None => onu.clone(),
    }
}

/// Lets something go wrong with a write that would be made, and foretells what comes of it.
fn spoil(dice: &mut Dice, sizes: Sizes, write: &mut Write, kinds: &mut usize) {
    let is_silent = dice.below(1_000) < sizes.silences;
    let fits = |kind: Kind| match kind {
        Kind::UndoRefused => write.has_two(),
        Kind::Foreign => matches!(write.act, Act::Describe { .. }) && write.has_two(),
        Kind::ProbeRefused => write.act != Act::Delete,
        Kind::Silence => false,
        _ => true,
    };
    // Each in its turn, so that none is rare.
    let mut next = (0..Kind::ALL.len()).map(|more| (*kinds + more) % Kind::ALL.len());
    let kind = match next.find(|at| fits(Kind::ALL[*at])) {
        _ if is_silent => Kind::Silence,
        Some(at) => {
            *kinds = at + 1;
            Kind::ALL[at]
        }
        None => return,
    };
    let hand = format!("{} hand {}", if dice.percent(50) { "name" } else { "description" }, write.number);
    let chosen = dice.below(write.lines.len());
    let (line, outcome, after) = foretell(write, kind, chosen, &hand);
    (write.outcome, write.after) = (outcome, after);
    write.spoilt = Some(Spoilt { kind, line, by_hand: hand });
}

/// At which line it goes wrong where `chosen` is wished for, what the answer is, and how
/// the ONU stands then.
fn foretell(write: &Write, kind: Kind, chosen: usize, hand: &str) -> (usize, &'static str, Onu) {
    let (before, wished) = (write.before.clone(), write.wished());
    let deletes = write.act == Act::Delete;
    let end = write.lines.len() - 1;
    // The other lines at a PON are those of other writes as well.
    let any = if deletes { 1 } else { chosen };
    let step = any.min(end - 1);
    match kind {
        Kind::Refused if step > 1 => (step, "rolled_back", before),
        Kind::Refused => (step, "refused", before),
        Kind::UndoRefused => {
            let stays = match &write.act {
                Act::Describe { name, .. } => Onu { name: name.clone(), ..before },
                _ => Onu { enabled: false, ..before },
            };
            (2, "partial", stays)
        }
        Kind::LogLine | Kind::CutBefore | Kind::CutBehind | Kind::CutIn => (any, "applied", wished),
        Kind::Silence => (step, "applied", wished),
        // What of it was lost is done again.
        Kind::OltRestarts => (any, "applied", wished),
        Kind::SomebodyElse => {
            let text = hand.split(' ').next().unwrap_or_default();
            let sets = write.lines.iter().position(|line| line.starts_with(text));
            let by_hand_alone = by_hand(hand, &before);
            match sets {
                // A plan that is applied later.
                Some(_) if write.ran == Ran::Planned => (0, "plan_stale", by_hand_alone),
                None if write.ran == Ran::Planned && deletes => (0, "plan_stale", by_hand_alone),
                Some(sets) if sets < any => (any, "rolled_back", by_hand_alone),
                Some(_) => (any, "applied", wished),
                None => (any, "applied", by_hand(hand, &wished)),
            }
        }
        Kind::Foreign => {
            let line = if hand.starts_with("name") { 2 } else { 1 };
            (line, "unknown", Onu { locked: true, ..by_hand(hand, &before) })
        }
        Kind::ProbeRefused => (end, "applied", wished),
    }
}

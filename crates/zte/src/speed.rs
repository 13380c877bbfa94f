//! How many values a second an OLT's agent gives, by what they cost it: names
//! and states lie in the memory of the control card, optics are asked of line
//! cards and ONUs (fact sheet, SNMP §15). Learned from the answers that are
//! wanted anyway.

use std::time::Duration;

use async_snmp::Oid;

/// What a column costs the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    State,
    Names,
    Optics,
    Counters,
    Other,
}

const GROUPS: usize = 5;

/// Columns by the subtree that they stand in (fact sheet, SNMP §4 to §6).
const SUBTREES: &[(&[u32], Group)] = &[
    (zte!(1082, 500, 10, 2, 3, 3), Group::Names),
    (zte!(1012, 3, 28, 1), Group::Names),
    (zte!(1082, 500, 10, 2, 3, 8), Group::State),
    (zte!(1082, 500, 10, 2, 3, 10), Group::State),
    (zte!(1012, 3, 28, 2), Group::State),
    (zte!(1012, 3, 11, 4), Group::State),
    // What is asked of the ONU itself, and what the line card measures of it.
    (zte!(1082, 500, 20), Group::Optics),
    (zte!(1012, 3, 50), Group::Optics),
    (zte!(1082, 500, 1, 2, 4), Group::Optics),
    (zte!(1015, 1010, 11), Group::Optics),
    (&[1, 3, 6, 1, 2, 1, 31], Group::Counters),
    (&[1, 3, 6, 1, 2, 1, 2], Group::Counters),
    (zte!(1015, 1010, 5), Group::Counters),
    (zte!(1082, 500, 10, 2, 3, 2), Group::Counters),
    (zte!(1012, 3, 31), Group::Counters),
];

fn group(name: &Oid) -> Group {
    let found = SUBTREES.iter().find(|(subtree, _)| name.arcs().starts_with(subtree));
    found.map_or(Group::Other, |(_, group)| *group)
}

/// Values a second of an OLT's agent while it is busy, by group of columns;
/// `None` where nothing was read yet.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct AgentSpeed {
    /// State, last changes and distance of ONUs.
    pub state: Option<f64>,
    /// Names, types, serial numbers and what else of an ONU is configured.
    pub names: Option<f64>,
    /// Optics, and what else is asked of ONUs or measured by line cards.
    pub optics: Option<f64>,
    /// IF-MIB, and counters of ONUs.
    pub counters: Option<f64>,
    /// Everything else.
    pub other: Option<f64>,
}

impl AgentSpeed {
    /// The groups by name.
    pub fn groups(&self) -> [(&'static str, Option<f64>); GROUPS] {
        let Self { state, names, optics, counters, other } = *self;
        [("state", state), ("names", names), ("optics", optics), ("counters", counters), ("other", other)]
    }
}

/// What an answer adds to what is kept of the ones before: so many values of a
/// group count as much as all before them.
const MEMORY: f64 = 2_000.0;

/// Values and the seconds that they took.
#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    values: f64,
    seconds: f64,
}

/// The speed of one OLT's agent, as far as it is learned.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Learned([Taken; GROUPS]);

impl Learned {
    /// An answer of so many values to a question for `names`, with which the
    /// agent was busy for `busy`. Where it has values of several groups, each
    /// gets the part of the time that the speeds known so far give it.
    pub(crate) fn answered(&mut self, names: &[Oid], values: usize, busy: Duration) {
        if names.is_empty() || values == 0 {
            return;
        }
        let mut counts = [0.0; GROUPS];
        for (position, name) in names.iter().enumerate() {
            let of_name = values / names.len() + usize::from(position < values % names.len());
            // Answers are of some hundred values: exact in a double.
            counts[group(name) as usize] += of_name as f64;
        }
        let total: Taken = self.0.iter().fold(Taken::default(), |sum, one| Taken {
            values: sum.values + one.values,
            seconds: sum.seconds + one.seconds,
        });
        let usual = if total.values > 0.0 { total.seconds / total.values } else { 1.0 };
        let cost = self.0.map(|one| if one.values > 0.0 { one.seconds / one.values } else { usual });
        let expected: f64 = counts.iter().zip(cost).map(|(count, cost)| count * cost).sum();
        for ((taken, count), cost) in self.0.iter_mut().zip(counts).zip(cost) {
            if count == 0.0 {
                continue;
            }
            let part = if expected > 0.0 { count * cost / expected } else { count / values as f64 };
            let kept = (1.0 - count / MEMORY).max(0.0);
            taken.values = taken.values * kept + count;
            taken.seconds = taken.seconds * kept + busy.as_secs_f64() * part;
        }
    }

    pub(crate) fn speed(&self) -> AgentSpeed {
        let of = |group: Group| {
            let Taken { values, seconds } = self.0[group as usize];
            (seconds > 0.0).then(|| values / seconds)
        };
        AgentSpeed {
            state: of(Group::State),
            names: of(Group::Names),
            optics: of(Group::Optics),
            counters: of(Group::Counters),
            other: of(Group::Other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &[u32] = zte!(1082, 500, 10, 2, 3, 3, 1, 2);
    const STATE: &[u32] = zte!(1082, 500, 10, 2, 3, 8, 1, 4);
    const RX: &[u32] = zte!(1082, 500, 20, 2, 2, 2, 1, 10);

    fn near(speed: Option<f64>, expected: f64) {
        let speed = speed.unwrap();
        assert!((speed - expected).abs() < expected / 5.0, "{speed}, not about {expected}");
    }

    #[test]
    fn each_group_has_its_speed() {
        let mut learned = Learned::default();
        assert_eq!(learned.speed(), AgentSpeed::default());
        let oids =
            |columns: &[&[u32]]| columns.iter().map(|column| Oid::from_slice(column)).collect::<Vec<_>>();
        // 400 names, 200 states and 50 optics a second, asked for in several mixtures.
        let mixtures: [(&[&[u32]], f64); 4] = [
            (&[NAME, NAME, NAME, STATE, RX], 0.0325),
            (&[NAME, STATE], 0.0075),
            (&[STATE, RX, RX, RX], 0.065),
            (&[RX], 0.02),
        ];
        for _ in 0..200 {
            for (columns, row) in &mixtures {
                learned.answered(&oids(columns), columns.len() * 10, Duration::from_secs_f64(row * 10.0));
            }
        }
        let speed = learned.speed();
        near(speed.names, 400.0);
        near(speed.state, 200.0);
        near(speed.optics, 50.0);
        assert_eq!((speed.counters, speed.other), (None, None));
        // It follows an agent that slows down.
        for _ in 0..400 {
            learned.answered(&oids(&[NAME]), 48, Duration::from_secs(1));
        }
        near(learned.speed().names, 48.0);
    }

    #[test]
    fn an_answer_of_nothing_teaches_nothing() {
        let mut learned = Learned::default();
        learned.answered(&[], 5, Duration::from_secs(1));
        learned.answered(&[Oid::from_slice(RX)], 0, Duration::from_secs(1));
        learned.answered(&[Oid::from_slice(RX)], 10, Duration::ZERO);
        assert_eq!(learned.speed(), AgentSpeed::default());
    }
}

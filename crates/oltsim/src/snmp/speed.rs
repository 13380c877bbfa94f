use std::time::Duration;

use super::Oid;

/// How fast the agent's own processor makes values: one request at a time, each
/// taking as long as its values do (fact sheet, SNMP §15).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Speed {
    /// Columns by their prefix, and how long a value of theirs takes; the longest
    /// prefix that fits counts, and what none fits takes no time.
    pub classes: Vec<(Oid, Duration)>,
}

impl Speed {
    /// How long the values of `names` take together.
    pub(super) fn cost<'a>(&self, names: impl Iterator<Item = &'a Oid>) -> Duration {
        if self.classes.is_empty() {
            return Duration::ZERO;
        }
        names.fold(Duration::ZERO, |sum, name| sum.saturating_add(self.of(name)))
    }

    fn of(&self, name: &[u32]) -> Duration {
        let fitting = self.classes.iter().filter(|(prefix, _)| name.starts_with(prefix));
        fitting.max_by_key(|(prefix, _)| prefix.len()).map_or(Duration::ZERO, |(_, each)| *each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_counts() {
        let each = Duration::from_millis;
        let speed =
            Speed { classes: vec![(vec![1], each(10)), (vec![1, 3, 6], each(100)), (vec![1, 3], each(20))] };
        let cost = |names: &[Oid]| speed.cost(names.iter());
        assert_eq!(cost(&[vec![1, 3, 6, 1], vec![1, 3, 7], vec![1, 4]]), each(130));
        assert_eq!(cost(&[vec![2, 1]]), Duration::ZERO);
        assert_eq!(Speed::default().cost([vec![1]].iter()), Duration::ZERO);
    }
}

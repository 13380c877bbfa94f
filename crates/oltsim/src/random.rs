/// A small deterministic generator (splitmix64). The same key gives the same
/// numbers on every machine and in every version; it guards nothing.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// The generator of `seed`, of its own for each combination of `parts`.
    pub(crate) fn new(seed: u64, parts: &[u64]) -> Self {
        let mut random = Self(seed);
        for part in parts {
            random.0 = random.next() ^ part;
        }
        random
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when the bound is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // The bias of a remainder is far below what anybody could notice here.
        self.next().checked_rem(bound).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        let span = i64::from(high) - i64::from(low) + 1;
        let step = self.below(u64::try_from(span).unwrap_or(1));
        i32::try_from(i64::from(low) + i64::try_from(step).unwrap_or(0)).unwrap_or(low)
    }

    /// `true` in `percent` of 100 cases.
    pub(crate) fn percent(&mut self, percent: u8) -> bool {
        self.below(100) < u64::from(percent)
    }

    /// A number from 0 to below 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        // 53 bits are what a float can hold.
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// One of `choices`; `None` when there are none.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let place = self.below(u64::try_from(choices.len()).unwrap_or(0));
        choices.get(usize::try_from(place).ok()?)
    }

    /// The place of one of `weights`, each as likely as its weight; 0 when all are 0.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let total = weights.clone().map(u64::from).sum();
        let mut left = self.below(total);
        for (place, weight) in weights.map(u64::from).enumerate() {
            if left < weight {
                return place;
            }
            left -= weight;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn first_numbers_of_the_algorithm() {
        let mut random = Random::new(0, &[]);
        assert_eq!([random.next(), random.next()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
    }

    proptest! {
        #[test]
        fn stays_within(seed: u64, low: i32, high: i32, weights in prop::collection::vec(0u32..9, 1..5)) {
            let mut random = Random::new(seed, &[1, 2]);
            let number = random.between(low.min(high), low.max(high));
            prop_assert!((low.min(high)..=low.max(high)).contains(&number));
            let place = random.weighted(weights.iter().copied());
            prop_assert!(weights[place] > 0 || weights.iter().all(|weight| *weight == 0));
            prop_assert!((0.0..1.0).contains(&random.fraction()));
        }
    }
}

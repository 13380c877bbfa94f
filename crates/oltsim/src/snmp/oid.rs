use std::fmt::Write;

/// An object identifier, one number per arc.
pub type Oid = Vec<u32>;

/// The dotted spelling, without a leading dot.
pub fn display(oid: &[u32]) -> String {
    let mut text = String::with_capacity(oid.len() * 4);
    for (place, arc) in oid.iter().enumerate() {
        if place > 0 {
            text.push('.');
        }
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{arc}");
    }
    text
}

/// Reads the dotted spelling, with or without a leading dot.
///
/// # Errors
/// What is wrong, in words: fewer than two arcs, an arc that is not a 32-bit
/// number, or a first pair that BER cannot carry.
pub(crate) fn parse(text: &str) -> Result<Oid, &'static str> {
    let arcs = text.strip_prefix('.').unwrap_or(text).split('.').map(|arc| {
        let digits = !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit());
        arc.parse::<u32>().ok().filter(|_| digits).ok_or("an arc is not a number from 0 to 4294967295")
    });
    let oid = arcs.collect::<Result<Oid, _>>()?;
    match oid.as_slice() {
        [0 | 1, 0..=39, ..] => Ok(oid),
        // 2.y is sent as one number, 80 + y.
        [2, second, ..] if *second <= u32::MAX - 80 => Ok(oid),
        [] | [_] => Err("an OID has at least two arcs"),
        _ => Err("the first two arcs are out of range"),
    }
}

/// The smallest OID that comes after everything below `prefix`; `None` when
/// nothing can come after it.
pub(crate) fn after(prefix: &[u32]) -> Option<Oid> {
    let mut next = prefix.to_vec();
    while let Some(last) = next.pop() {
        if let Some(raised) = last.checked_add(1) {
            next.push(raised);
            return Some(next);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings() {
        assert_eq!(parse("1.3.6.1"), Ok(vec![1, 3, 6, 1]));
        assert_eq!(parse(".1.3.6.1"), Ok(vec![1, 3, 6, 1]));
        assert_eq!(parse("1.3.4294967295"), Ok(vec![1, 3, u32::MAX]));
        for text in ["", "1", ".", "1..3", "1.3.", "1.+3", "1.3.4294967296", "3.1", "1.40", "1.3.x", "1.3 "] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn after_a_prefix() {
        assert_eq!(after(&[1, 3]), Some(vec![1, 4]));
        assert_eq!(after(&[1, u32::MAX]), Some(vec![2]));
        assert_eq!(after(&[u32::MAX, u32::MAX]), None);
        assert_eq!(after(&[]), None);
    }

    proptest! {
        #[test]
        fn display_parses_back(tail in prop::collection::vec(any::<u32>(), 0..20)) {
            let oid = [vec![1, 3], tail].concat();
            prop_assert_eq!(parse(&display(&oid)), Ok(oid));
        }

        #[test]
        fn after_bounds_the_subtree(
            prefix in prop::collection::vec(any::<u32>(), 1..6),
            tail in prop::collection::vec(any::<u32>(), 0..6),
        ) {
            if let Some(bound) = after(&prefix) {
                prop_assert!([prefix.clone(), tail].concat() < bound);
                prop_assert!(!bound.starts_with(&prefix));
            }
        }
    }
}

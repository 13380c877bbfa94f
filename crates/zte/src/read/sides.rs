//! "SNMP, else the command line", and the reverse: what both sides of an OLT
//! know is asked of one, and of the other where that one cannot tell.

use std::future::Future;

use crate::Trouble;
use crate::reach::{Problems, Told};

/// The side that is asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    /// The tables.
    Snmp,
    /// The command line.
    CommandLine,
}

impl First {
    fn of_both(self, first: Trouble, second: Trouble) -> Trouble {
        match self {
            Self::Snmp => Trouble::of_both(first, second),
            Self::CommandLine => Trouble::of_both(second, first),
        }
    }
}

/// Whether the trouble is an answer that the other side could only repeat, or
/// an overload that is for the caller to know.
const fn is_final(trouble: &Trouble) -> bool {
    matches!(
        trouble,
        Trouble::NoSuchPon(_) | Trouble::NoSuchOnu(_) | Trouble::NoSuchCard(_) | Trouble::Busy { .. }
    )
}

/// What the side asked first came to: what it lacks, or why it said nothing.
pub(crate) type Outcome = Result<Problems, Trouble>;

/// Asks one side, and the other where the first failed or `lacks` something.
/// `second` is told what came of the first. What of the first is lacking is
/// completed by `merge`, which gets what the second said, or why it did not.
///
/// # Errors
/// That the thing is not there, as one side says; an overload; or both troubles,
/// where neither side could answer.
pub(crate) async fn completed<T, Second: Future<Output = Told<T>>>(
    order: First,
    first: impl Future<Output = Told<T>>,
    lacks: impl FnOnce(&T, &Problems) -> bool,
    second: impl FnOnce(Outcome) -> Second,
    merge: impl FnOnce((T, Problems), Told<T>) -> (T, Problems),
) -> Told<T> {
    match first.await {
        Ok((value, problems)) if !lacks(&value, &problems) => Ok((value, problems)),
        Ok(read) => {
            let other = second(Ok(read.1.clone())).await;
            Ok(merge(read, other))
        }
        Err(trouble) if is_final(&trouble) => Err(trouble),
        Err(trouble) => second(Err(trouble.clone())).await.map_err(|why| match why {
            why if is_final(&why) => why,
            why => order.of_both(trouble, why),
        }),
    }
}

/// [`completed`] for what either side knows whole: the other is asked where
/// something of the first may be missing, and taken where it says more.
///
/// # Errors
/// As [`completed`].
pub(crate) async fn either<T, Second: Future<Output = Told<T>>>(
    order: First,
    first: impl Future<Output = Told<T>>,
    second: impl FnOnce(Outcome) -> Second,
) -> Told<T> {
    let merge = |read, other: Told<T>| match other {
        Ok((value, problems)) if !problems.is_partial() => (value, problems),
        _ => read,
    };
    completed(order, first, |_, problems| problems.is_partial(), second, merge).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(value: u8) -> Told<u8> {
        Ok((value, Problems::default()))
    }

    fn partial(value: u8) -> Told<u8> {
        let mut problems = Problems::default();
        problems.failed(gpon::Field::Status, "timed out".into());
        Ok((value, problems))
    }

    fn silent() -> Trouble {
        Trouble::UnexpectedReply("silent".into())
    }

    async fn asked(first: Told<u8>, second: Told<u8>) -> (Result<(u8, bool), Trouble>, bool) {
        let mut both = false;
        let second = |_: Outcome| {
            both = true;
            async { second }
        };
        let told = either(First::Snmp, async { first }, second).await;
        (told.map(|(value, problems)| (value, problems.is_partial())), both)
    }

    #[tokio::test]
    async fn the_other_side_is_asked_for_what_the_first_cannot_tell() {
        assert_eq!(asked(told(1), told(2)).await, (Ok((1, false)), false));
        assert_eq!(asked(partial(1), told(2)).await, (Ok((2, false)), true));
        assert_eq!(asked(partial(1), partial(2)).await, (Ok((1, true)), true));
        assert_eq!(asked(partial(1), Err(silent())).await, (Ok((1, true)), true));
        assert_eq!(asked(Err(silent()), partial(2)).await, (Ok((2, true)), true));
        assert_eq!(asked(Err(silent()), Err(Trouble::NoCli)).await, (Err(silent()), true));
        let busy = Trouble::Busy { waiting: 1 };
        assert_eq!(asked(Err(busy.clone()), told(2)).await, (Err(busy.clone()), false));
        assert_eq!(asked(Err(silent()), Err(busy.clone())).await, (Err(busy), true));
        let pon = gpon::PonPort::new(1, 1).unwrap();
        let none = Trouble::NoSuchPon(pon);
        assert_eq!(asked(Err(none.clone()), told(2)).await, (Err(none), false));
        let neither = Trouble::Neither {
            snmp: Box::new(silent()),
            cli: Box::new(Trouble::Deadline(Default::default())),
        };
        assert_eq!(
            asked(Err(silent()), Err(Trouble::Deadline(Default::default()))).await,
            (Err(neither), true)
        );
    }
}

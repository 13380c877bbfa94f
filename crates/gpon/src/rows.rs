//! Whether what a list does not show is really not there.

use crate::{Card, DbaProfile, Field, NamedBy, Onu, OnuBandwidth, Problem, Reading, TrafficProfile};

/// A list, and what its sources say of rows that it does not have.
pub trait Rows {
    /// Whether a failed source of this field may hide rows; else it names none, and
    /// only values are missing. A failure that is not known to be harmless hides
    /// some: an id that is taken for free by mistake costs a customer the service.
    fn hides(&self, field: Field) -> bool;

    /// Why rows may be missing.
    fn hidden_by<'a>(&self, problems: &'a [Problem]) -> Option<&'a Problem> {
        let hides = |problem: &&Problem| problem.missing().is_some_and(|(field, _)| self.hides(field));
        problems.iter().find(hides)
    }
}

impl<T: Rows> Reading<T> {
    /// Why rows may be missing. Without a reason, what is not listed is not there.
    pub fn rows_may_be_missing(&self) -> Option<&Problem> {
        self.value.hidden_by(&self.problems)
    }
}

/// Where the management table names the ONUs, or the command line lists them, and a
/// field of theirs fails, the list is poorer, not shorter: for ids that may be
/// missing there is a field of its own, [`Field::OnuId`]. Elsewhere other tables name
/// the ONUs, and then a failure of any of them may hide some.
impl Rows for [Onu] {
    fn hides(&self, field: Field) -> bool {
        let sure = |onu: &Onu| matches!(onu.named_by, NamedBy::Management | NamedBy::CommandLine);
        !(field.is_of_an_onu() && self.iter().any(sure))
    }
}

impl Rows for Vec<Onu> {
    fn hides(&self, field: Field) -> bool {
        self.as_slice().hides(field)
    }
}

/// Whether tables name these ONUs in which every configured one stands, with light
/// or without: who is not named does not exist, if all was read.
pub fn names_unlit(onus: &[Onu], problems: &[Problem]) -> bool {
    let lit_only = |problem: &Problem| matches!(problem, Problem::Uncertain { field: Field::OnuId, .. });
    match onus.is_empty() {
        true => !problems.iter().any(lit_only),
        false => onus.iter().any(|onu| onu.named_by.names_all()),
    }
}

/// Columns of their own that are read beside the table that names the profiles.
macro_rules! beside_names {
    ($($list:ty),+) => {
        $(impl Rows for $list {
            fn hides(&self, field: Field) -> bool {
                !matches!(field, Field::Cbs | Field::Pbs | Field::ProfileId)
            }
        })+
    };
}

beside_names!(Vec<DbaProfile>, Vec<TrafficProfile>, OnuBandwidth);

impl Rows for Vec<Card> {
    fn hides(&self, _: Field) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OnuId, OnuRef, PonPort};

    fn list(named_by: &[NamedBy]) -> Vec<Onu> {
        let pon = PonPort::new(1, 1).unwrap();
        let id = |at: usize| OnuId::new(u8::try_from(at + 1).unwrap()).unwrap();
        let onu = |(at, by): (usize, &NamedBy)| Onu::unknown(OnuRef { pon, id: id(at) }, *by);
        named_by.iter().enumerate().map(onu).collect()
    }

    fn failed(field: Field) -> Problem {
        Problem::Failed { field, reason: "timed out".into() }
    }

    #[test]
    fn what_may_hide_an_onu() {
        let hides = |named_by: &[NamedBy], problem: Problem| {
            let reading = Reading { problems: vec![problem], ..Reading::now(list(named_by)) };
            reading.rows_may_be_missing().is_some()
        };
        for sure in [NamedBy::Management, NamedBy::CommandLine] {
            assert!(!hides(&[sure], failed(Field::Name)));
            assert!(!hides(&[NamedBy::State, sure], failed(Field::LastOnline)));
            for field in [Field::OnuId, Field::Onus, Field::Firmware, Field::Cards] {
                assert!(hides(&[sure], failed(field)), "{field:?}");
            }
        }
        for other in [NamedBy::State, NamedBy::Distance, NamedBy::OltRx] {
            assert!(hides(&[other], failed(Field::Name)), "{other:?}");
        }
        assert!(hides(&[], failed(Field::Name)), "nobody names them");
        assert!(!hides(&[], Problem::Unsupported { field: Field::Onus }));
        assert!(!hides(&[], Problem::Odd { field: Field::OnuId, reason: "x".into() }));
    }

    #[test]
    fn what_may_hide_a_profile() {
        let hides = |field| {
            let problems = vec![failed(field)];
            Reading { problems, ..Reading::now(Vec::<DbaProfile>::new()) }.rows_may_be_missing().is_some()
        };
        assert_eq!([Field::Cbs, Field::ProfileId, Field::Name].map(hides), [false, false, true]);
    }

    #[test]
    fn an_onu_without_light_is_named_or_not() {
        let lit_only = [Problem::Uncertain { field: Field::OnuId, reason: "lit".into() }];
        assert!(names_unlit(&[], &[failed(Field::OnuId)]));
        assert!(!names_unlit(&[], &lit_only));
        assert!(!names_unlit(&list(&[NamedBy::Optics, NamedBy::Distance]), &[]));
        assert!(names_unlit(&list(&[NamedBy::Optics, NamedBy::State]), &lit_only));
    }
}

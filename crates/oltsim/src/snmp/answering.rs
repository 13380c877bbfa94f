use std::sync::MutexGuard;

use super::codec::{Answer, ErrorStatus, Pdu};
use super::filling::Filling;
use super::hostile::{self, Spoil};
use super::{AgentOptions, BulkOverflow, Oid, Value};
use crate::device::Device;
use crate::fault::Endless;
use crate::view::{Recording, View};

/// What an answer is made of.
pub(super) enum Shown<'a> {
    /// A device, which stands still meanwhile, and which of it can be asked for.
    Device(MutexGuard<'a, Device>, &'a View),
    Recording(&'a Recording),
}

/// An answer in the making.
pub(super) struct Answering<'a> {
    pub(super) shown: Shown<'a>,
    pub(super) options: &'a AgentOptions,
    /// What is wrong with it.
    pub(super) spoil: Spoil,
}

impl Answering<'_> {
    pub(super) fn seek(&self, from: &[u32]) -> Option<(Oid, Value)> {
        match &self.shown {
            Shown::Device(device, view) => view.seek(device, from),
            Shown::Recording(recording) => recording.seek(from),
        }
    }

    fn has_column_of(&self, oid: &[u32]) -> bool {
        match &self.shown {
            Shown::Device(_, view) => view.has_column_of(oid),
            Shown::Recording(recording) => recording.has_column_of(oid),
        }
    }

    pub(super) fn get(&self, name: &[u32]) -> (Oid, Answer) {
        if self.spoil.hides(name) {
            return (name.to_vec(), Answer::NoSuchObject);
        }
        let answer = match self.seek(name) {
            Some((found, value)) if found == name => Answer::Value(value),
            _ if self.has_column_of(name) => Answer::NoSuchInstance,
            _ => Answer::NoSuchObject,
        };
        (name.to_vec(), answer)
    }

    pub(super) fn next(&self, name: &[u32]) -> (Oid, Answer) {
        let found = self.seek(&successor(name));
        let found = match self.spoil.endless {
            Some(endless) => self.beyond(name, endless).or(found),
            None => found,
        };
        match found {
            Some((found, value)) if !self.spoil.hides(&found) => (found, Answer::Value(value)),
            _ => (name.to_vec(), Answer::EndOfMibView),
        }
    }

    /// The row that a column without an end has after `name`; `None` where its own
    /// rows go on, and outside of any column.
    fn beyond(&self, name: &[u32], endless: Endless) -> Option<(Oid, Value)> {
        let Shown::Device(device, view) = &self.shown else { return None };
        let column = view.column_of(name)?;
        let next = view.seek(device, &successor(name)).filter(|(next, _)| next.starts_with(&column));
        if next.is_some() {
            return None;
        }
        let (first, value) = view.seek(device, &column).filter(|(first, _)| first.starts_with(&column))?;
        let index = name.get(column.len()..).unwrap_or_default();
        let own = first.len() - column.len();
        Some(([column, hostile::beyond(index, own, endless)].concat(), value))
    }

    /// SNMPv1 has no Counter64: such objects are passed over (RFC 3584, 4.2.2.1).
    pub(super) fn next_of_v1(&self, name: &[u32]) -> (Oid, Answer) {
        let mut found = self.next(name);
        while let (next, Answer::Value(Value::Counter64(_))) = &found {
            found = self.next(next);
        }
        found
    }

    pub(super) fn set_refusal(&self, request: &Pdu) -> ErrorStatus {
        if request.version == Pdu::V1 {
            return ErrorStatus::NoSuchName;
        }
        match request.names.first() {
            Some(name) if self.has_column_of(name) => ErrorStatus::NotWritable,
            _ => ErrorStatus::NoAccess,
        }
    }

    /// One answer per name, all or tooBig; of a name without one, which only v1 knows,
    /// noSuchName and its place.
    pub(super) fn fit(&self, request: &Pdu, answer: impl Fn(&[u32]) -> Option<(Oid, Answer)>) -> Outcome {
        let mut filling = Filling::new(request, self.options.max_answer_bytes);
        for (name, place) in request.names.iter().zip(1u32..) {
            let Some(answer) = answer(name) else {
                return Outcome::Refused(ErrorStatus::NoSuchName, place);
            };
            if !filling.push(answer) {
                return Outcome::Refused(ErrorStatus::TooBig, 0);
            }
        }
        Outcome::Answers(filling.answers)
    }

    pub(super) fn bulk(&self, request: &Pdu, non_repeaters: u32, max_repetitions: u32) -> Outcome {
        let mut filling = Filling::new(request, self.options.max_answer_bytes);
        let once = request.names.len().min(usize::try_from(non_repeaters).unwrap_or(usize::MAX));
        let (single, repeated) = request.names.split_at(once);
        let mut whole = single.iter().all(|name| filling.push(self.next(name)));
        let mut names = repeated.to_vec();
        let mut repetition = 0;
        while whole && repetition < max_repetitions && !names.is_empty() {
            let mut more = false;
            for name in &mut names {
                let (found, answer) = self.next(name);
                more |= answer != Answer::EndOfMibView;
                name.clone_from(&found);
                whole = filling.push((found, answer));
                if !whole {
                    break;
                }
            }
            if !more {
                break;
            }
            repetition += 1;
        }
        let refuse = self.options.bulk_overflow == BulkOverflow::TooBig || filling.answers.is_empty();
        if !whole && refuse {
            return Outcome::Refused(ErrorStatus::TooBig, 0);
        }
        self.spoil.spoil_bulk(&mut filling.answers, once, repeated.len());
        Outcome::Answers(filling.answers)
    }
}

/// What SNMPv1 can say of an answer: it has neither exceptions nor Counter64.
pub(super) fn v1(answer: (Oid, Answer)) -> Option<(Oid, Answer)> {
    match answer.1 {
        Answer::Value(Value::Counter64(_))
        | Answer::NoSuchObject
        | Answer::NoSuchInstance
        | Answer::EndOfMibView => None,
        Answer::Value(_) => Some(answer),
    }
}

/// The smallest OID after `name`.
pub(super) fn successor(name: &[u32]) -> Oid {
    [name, &[0]].concat()
}

pub(super) enum Outcome {
    Answers(Vec<(Oid, Answer)>),
    Refused(ErrorStatus, u32),
}

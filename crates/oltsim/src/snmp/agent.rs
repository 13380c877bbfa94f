use super::codec::{self, Answer, ErrorStatus, Pdu, RequestKind};
use super::filling::Filling;
use super::hostile::{self, Spoil};
use super::{AgentOptions, BulkOverflow, Oid, Value, ZeroRepetitions};
use crate::device::Device;
use crate::fault::Endless;
use crate::mib::Mib;
use crate::view::Recording;

/// Why a datagram gets no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// It is no SNMP message.
    Malformed,
    /// Its community is not ours.
    WrongCommunity,
    /// It is SNMP, but nothing that an agent of v1 and v2c answers.
    Unsupported,
    /// A GETBULK with max-repetitions 0, under the device's quirk.
    ZeroRepetitions,
}

/// What the agent makes of a datagram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What was asked, when that much could be understood and was allowed.
    pub kind: Option<RequestKind>,
    /// How many bindings the request had.
    pub varbinds_in: usize,
    /// How many bindings the answer has.
    pub varbinds_out: usize,
    /// Whether the answer is a tooBig.
    pub too_big: bool,
    /// How long the agent's own processor is busy with it (see [`super::Speed`]).
    pub cost: std::time::Duration,
    /// The answer, or why there is none.
    pub answer: Result<Vec<u8>, Silence>,
}

enum Content {
    Device { device: Box<Device>, mib: Option<Box<Mib>>, changed: bool },
    Recording(Recording),
}

/// An SNMP agent, v1 and v2c, without a socket: a datagram in, an answer out.
pub struct Agent {
    content: Content,
    options: AgentOptions,
    /// What is wrong with the answer at hand.
    spoil: Spoil,
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Agent {
    /// The agent of a device.
    pub fn of_device(device: Device, options: AgentOptions) -> Self {
        Self {
            content: Content::Device { device: Box::new(device), mib: None, changed: false },
            options,
            spoil: Spoil::default(),
        }
    }

    /// An agent that shows `rows` as they are. Of two rows with one OID the first is shown.
    pub fn of_rows(rows: Vec<(Oid, Value)>, options: AgentOptions) -> Self {
        Self { content: Content::Recording(Recording::new(rows)), options, spoil: Spoil::default() }
    }

    /// Looks at the device as it is now; `None` when the agent shows a recording.
    pub(crate) fn look<R>(&mut self, look: impl FnOnce(&Device) -> R) -> Option<R> {
        match &mut self.content {
            Content::Device { device, .. } => {
                device.refresh();
                Some(look(device))
            }
            Content::Recording(_) => None,
        }
    }

    /// Reads or changes the device; `None` when the agent shows a recording.
    pub fn device<R>(&mut self, act: impl FnOnce(&mut Device) -> R) -> Option<R> {
        match &mut self.content {
            Content::Device { device, changed, .. } => {
                device.refresh();
                // Rows may have come or gone; the next request asks which.
                *changed = true;
                Some(act(device))
            }
            Content::Recording(_) => None,
        }
    }

    /// How many rows of ONUs were listed anew because of changes; the first listing is none.
    pub fn rows_listed(&mut self) -> usize {
        self.prepare();
        match &self.content {
            Content::Device { mib, .. } => mib.as_ref().map_or(0, |mib| mib.listed()),
            Content::Recording(_) => 0,
        }
    }

    /// The only community it listens to.
    pub fn community(&self) -> &str {
        &self.options.community
    }

    /// Every object, in the order of a walk.
    pub fn rows(&mut self) -> Vec<(Oid, Value)> {
        self.prepare();
        let mut rows = Vec::new();
        let mut from = vec![0];
        while let Some(row) = self.seek(&from) {
            from = successor(&row.0);
            rows.push(row);
        }
        rows
    }

    /// Answers one datagram. Never panics, whatever the bytes are.
    pub fn reply(&mut self, datagram: &[u8]) -> Reply {
        self.reply_spoilt(datagram, Spoil::default)
    }

    /// Answers one datagram as wrongly as `spoil` says, which is asked only for a
    /// request that is to be answered.
    pub(crate) fn reply_spoilt(&mut self, datagram: &[u8], spoil: impl FnOnce() -> Spoil) -> Reply {
        let silent = |why| Reply {
            kind: None,
            varbinds_in: 0,
            varbinds_out: 0,
            too_big: false,
            cost: std::time::Duration::ZERO,
            answer: Err(why),
        };
        let Some(request) = Pdu::decode(datagram) else { return silent(Silence::Malformed) };
        let bulk = matches!(request.kind, RequestKind::GetBulk { .. });
        let known = request.version == Pdu::V2C || request.version == Pdu::V1 && !bulk;
        if !known || request.kind == RequestKind::Other {
            return silent(Silence::Unsupported);
        }
        if request.community != self.options.community.as_bytes() {
            return silent(Silence::WrongCommunity);
        }
        self.prepare();
        self.spoil = Spoil::default();
        if !self.ignores(request.kind) {
            self.spoil = spoil();
        }
        let outcome = match request.kind {
            RequestKind::Get if request.version == Pdu::V1 => {
                self.fit(&request, |agent, name| v1(agent.get(name)))
            }
            RequestKind::GetNext if request.version == Pdu::V1 => {
                self.fit(&request, |agent, name| v1(agent.next_of_v1(name)))
            }
            RequestKind::Get => self.fit(&request, |agent, name| Some(agent.get(name))),
            RequestKind::GetNext => self.fit(&request, |agent, name| Some(agent.next(name))),
            RequestKind::GetBulk { .. } if self.ignores(request.kind) => {
                return Reply {
                    kind: Some(request.kind),
                    varbinds_in: request.names.len(),
                    ..silent(Silence::ZeroRepetitions)
                };
            }
            RequestKind::GetBulk { non_repeaters, max_repetitions } => {
                self.bulk(&request, non_repeaters, max_repetitions)
            }
            // Writing comes with the command line; until then nothing is writable.
            RequestKind::Set => Outcome::Refused(self.set_refusal(&request), 1),
            RequestKind::Other => return silent(Silence::Unsupported),
        };
        let too_big = matches!(outcome, Outcome::Refused(ErrorStatus::TooBig, _));
        let cost = match &outcome {
            Outcome::Answers(answers) => self.options.speed.cost(answers.iter().map(|(name, _)| name)),
            Outcome::Refused(..) => std::time::Duration::ZERO,
        };
        let (varbinds_out, answer) = match outcome {
            Outcome::Answers(answers) => (answers.len(), codec::answer(&request, answers)),
            Outcome::Refused(status, index) => {
                let repeated = if too_big && request.version != Pdu::V1 { 0 } else { request.names.len() };
                (repeated, codec::refusal(&request, status, index))
            }
        };
        Reply {
            kind: Some(request.kind),
            varbinds_in: request.names.len(),
            varbinds_out,
            too_big,
            cost,
            answer: answer.ok_or(Silence::Malformed),
        }
    }

    /// Takes the device's clock for the coming answer and lists its rows if they changed.
    fn prepare(&mut self) {
        let Content::Device { device, mib, changed } = &mut self.content else { return };
        device.refresh();
        match mib {
            None => {
                device.take_touched();
                *mib = Some(Box::new(Mib::new(device, &self.options.absent)));
            }
            Some(mib) if *changed => {
                let touched = device.take_touched();
                mib.follow(device, &touched);
            }
            Some(_) => {}
        }
        *changed = false;
    }

    fn seek(&self, from: &[u32]) -> Option<(Oid, Value)> {
        match &self.content {
            Content::Device { device, mib, .. } => mib.as_ref()?.view().seek(device, from),
            Content::Recording(recording) => recording.seek(from),
        }
    }

    fn has_column_of(&self, oid: &[u32]) -> bool {
        match &self.content {
            Content::Device { mib, .. } => mib.as_ref().is_some_and(|mib| mib.view().has_column_of(oid)),
            Content::Recording(recording) => recording.has_column_of(oid),
        }
    }

    /// Whether such a request is never answered.
    fn ignores(&self, kind: RequestKind) -> bool {
        matches!(kind, RequestKind::GetBulk { max_repetitions: 0, .. })
            && self.options.zero_repetitions == ZeroRepetitions::Silence
    }

    fn get(&self, name: &[u32]) -> (Oid, Answer) {
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

    fn next(&self, name: &[u32]) -> (Oid, Answer) {
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
        let Content::Device { device, mib, .. } = &self.content else { return None };
        let view = mib.as_ref()?.view();
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
    fn next_of_v1(&self, name: &[u32]) -> (Oid, Answer) {
        let mut found = self.next(name);
        while let (next, Answer::Value(Value::Counter64(_))) = &found {
            found = self.next(next);
        }
        found
    }

    fn set_refusal(&self, request: &Pdu) -> ErrorStatus {
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
    fn fit(&self, request: &Pdu, answer: impl Fn(&Self, &[u32]) -> Option<(Oid, Answer)>) -> Outcome {
        let mut filling = Filling::new(request, self.options.max_answer_bytes);
        for (name, place) in request.names.iter().zip(1u32..) {
            let Some(answer) = answer(self, name) else {
                return Outcome::Refused(ErrorStatus::NoSuchName, place);
            };
            if !filling.push(answer) {
                return Outcome::Refused(ErrorStatus::TooBig, 0);
            }
        }
        Outcome::Answers(filling.answers)
    }

    fn bulk(&self, request: &Pdu, non_repeaters: u32, max_repetitions: u32) -> Outcome {
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
fn v1(answer: (Oid, Answer)) -> Option<(Oid, Answer)> {
    match answer.1 {
        Answer::Value(Value::Counter64(_))
        | Answer::NoSuchObject
        | Answer::NoSuchInstance
        | Answer::EndOfMibView => None,
        Answer::Value(_) => Some(answer),
    }
}

/// The smallest OID after `name`.
fn successor(name: &[u32]) -> Oid {
    [name, &[0]].concat()
}

enum Outcome {
    Answers(Vec<(Oid, Answer)>),
    Refused(ErrorStatus, u32),
}

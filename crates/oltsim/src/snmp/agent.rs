use super::answering::{Answering, Outcome, Shown, successor, v1};
use super::codec::{self, ErrorStatus, Pdu, RequestKind};
use super::hostile::Spoil;
use super::{AgentOptions, Oid, Value, ZeroRepetitions};
use crate::device::DeviceHandle;
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
    Device(DeviceHandle, Option<Box<Listing>>),
    Recording(Recording),
}

/// What the agent shows of the device, as of so many changes of it.
struct Listing {
    mib: Mib,
    changes: u64,
}

/// An SNMP agent, v1 and v2c, without a socket: a datagram in, an answer out.
pub struct Agent {
    content: Content,
    options: AgentOptions,
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Agent {
    /// The agent of a device.
    pub fn of_device(device: DeviceHandle, options: AgentOptions) -> Self {
        Self { content: Content::Device(device, None), options }
    }

    /// An agent that shows `rows` as they are. Of two rows with one OID the first is shown.
    pub fn of_rows(rows: Vec<(Oid, Value)>, options: AgentOptions) -> Self {
        Self { content: Content::Recording(Recording::new(rows)), options }
    }

    /// How many rows of ONUs were listed anew because of changes; the first listing is none.
    pub fn rows_listed(&mut self) -> usize {
        drop(self.answering());
        match &self.content {
            Content::Device(_, listing) => listing.as_ref().map_or(0, |listing| listing.mib.listed()),
            Content::Recording(_) => 0,
        }
    }

    /// The only community it listens to.
    pub fn community(&self) -> &str {
        &self.options.community
    }

    /// Every object, in the order of a walk.
    pub fn rows(&mut self) -> Vec<(Oid, Value)> {
        let answering = self.answering();
        let mut rows = Vec::new();
        let mut from = vec![0];
        while let Some(row) = answering.seek(&from) {
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
        if self.ignores(request.kind) {
            return Reply {
                kind: Some(request.kind),
                varbinds_in: request.names.len(),
                ..silent(Silence::ZeroRepetitions)
            };
        }
        let answering = Answering { spoil: spoil(), ..self.answering() };
        let outcome = match request.kind {
            RequestKind::Get if request.version == Pdu::V1 => {
                answering.fit(&request, |name| v1(answering.get(name)))
            }
            RequestKind::GetNext if request.version == Pdu::V1 => {
                answering.fit(&request, |name| v1(answering.next_of_v1(name)))
            }
            RequestKind::Get => answering.fit(&request, |name| Some(answering.get(name))),
            RequestKind::GetNext => answering.fit(&request, |name| Some(answering.next(name))),
            RequestKind::GetBulk { non_repeaters, max_repetitions } => {
                answering.bulk(&request, non_repeaters, max_repetitions)
            }
            // What is configured is configured at the command line.
            RequestKind::Set => Outcome::Refused(answering.set_refusal(&request), 1),
            RequestKind::Other => return silent(Silence::Unsupported),
        };
        drop(answering);
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

    /// What there is at the moment of the coming answer; rows that have changed are
    /// listed anew.
    fn answering(&mut self) -> Answering<'_> {
        let shown = match &mut self.content {
            Content::Recording(recording) => Shown::Recording(recording),
            Content::Device(device, listing) => {
                let mut device = device.now();
                let listing = listing.get_or_insert_with(|| {
                    device.take_touched();
                    Box::new(Listing {
                        mib: Mib::new(&device, &self.options.absent),
                        changes: device.changes,
                    })
                });
                if listing.changes != device.changes {
                    let touched = device.take_touched();
                    listing.mib.follow(&device, &touched);
                    listing.changes = device.changes;
                }
                Shown::Device(device, listing.mib.view())
            }
        };
        Answering { shown, options: &self.options, spoil: Spoil::default() }
    }

    /// Whether such a request is never answered.
    fn ignores(&self, kind: RequestKind) -> bool {
        matches!(kind, RequestKind::GetBulk { max_repetitions: 0, .. })
            && self.options.zero_repetitions == ZeroRepetitions::Silence
    }
}

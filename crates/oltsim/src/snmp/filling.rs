use super::codec::{Answer, Pdu};
use super::{Oid, ber};

/// An answer that grows up to a limit.
pub(super) struct Filling {
    pub(super) answers: Vec<(Oid, Answer)>,
    bindings: usize,
    community: usize,
    request_id: i32,
    limit: usize,
}

impl Filling {
    pub(super) fn new(request: &Pdu, limit: usize) -> Self {
        let (community, request_id) = (request.community.len(), request.request_id);
        Self { answers: Vec::new(), bindings: 0, community, request_id, limit }
    }

    /// Adds a binding; `false` when it does not fit.
    pub(super) fn push(&mut self, (name, answer): (Oid, Answer)) -> bool {
        let value = if let Answer::Value(value) = &answer { Some(value) } else { None };
        let bindings = self.bindings + ber::binding(&name, value);
        let fits = ber::response(self.community, self.request_id, bindings) <= self.limit;
        if fits {
            self.bindings = bindings;
            self.answers.push((name, answer));
        }
        fits
    }
}

//! Bringing to an end what was interrupted.

/// How a change that was interrupted is brought to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// As far as it can be explained: finished, else undone. What nobody can explain is
    /// left for a person.
    Auto,
    /// A person wants it finished.
    Finish,
    /// A person wants it undone, as far as it is the plan's.
    Undo,
}

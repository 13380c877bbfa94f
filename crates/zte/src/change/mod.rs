//! Changes: from a wish to a plan, from a plan to what is true on the device.
//!
//! A change is a difference of configurations (`config`, `diff`). Its plan is run in
//! the one turn that writes (`execute`): each line is sent once, its answer judged
//! (`verdict`), what was done is undone where the OLT refuses a part, and in the end
//! the device is read and compared (`verify`). What a lost link leaves behind is
//! settled by looking (`settle`), never by sending blindly.

mod config;
mod diff;
mod effect;
mod execute;
mod facts;
mod journal;
mod moves;
mod offered;
mod plan;
mod settle;
mod survey;
mod verdict;
mod wish;

use gpon::{ExpectedSerial, OnuRef, SerialNumber};

use crate::Trouble;
pub use execute::Outcome;
pub(crate) use execute::Run;
pub use facts::OnuFacts;
pub use journal::{Journal, JournalLost, Progress, StepEnd, StepMark, Way};
pub use offered::{Offered, offered};
pub use plan::Plan;
pub use settle::How;
pub(crate) use survey::{Survey, Turn};
pub use verdict::{Answers, Meaning};
pub(crate) use wish::{blocks, plan, restarts};

/// Why nothing was changed: nothing that changes anything was sent.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotChanged {
    /// The OLT could not be asked, or not be told.
    #[error(transparent)]
    Olt(#[from] Trouble),
    /// The PON has no ONU of this number: its configuration was read.
    #[error("there is no ONU {0}")]
    NoSuchOnu(OnuRef),
    /// No ONU is registered with this serial number.
    #[error("no ONU is registered with the serial number {0}")]
    NoSuchSerial(SerialNumber),
    /// Several places are registered with this serial number.
    #[error("{serial} is registered in several places: {places:?}")]
    Ambiguous {
        /// The serial number.
        serial: SerialNumber,
        /// Where.
        places: Vec<OnuRef>,
    },
    /// Another ONU stands there.
    #[error("ONU {at} is registered with the serial number {found}, not {expected}")]
    IdentityMismatch {
        /// The place.
        at: OnuRef,
        /// Who was expected there.
        expected: ExpectedSerial,
        /// Who stands there.
        found: ExpectedSerial,
    },
    /// A line that would have to change belongs to a profile; the OLT would refuse
    /// (64007; fact sheet, CLI §9.1).
    #[error("`{line}` is set by the profile {profile}")]
    OwnedByProfile {
        /// The profile.
        profile: String,
        /// The line.
        line: String,
    },
    /// What stands there could not be brought back, and nobody has accepted its loss.
    #[error("what stands there cannot be typed and would be lost: {names:?}")]
    WouldBeLost {
        /// What, by the names of `accept_loss`.
        names: Vec<String>,
    },
    /// No line is known that does it.
    #[error("{what}")]
    NotPossible {
        /// What is missing.
        what: String,
    },
    /// The ONU is disabled: a restart by way of disabling it would enable it.
    #[error("ONU {0} is blocked")]
    Blocked(OnuRef),
    /// It is not known how this firmware answers when it is configured.
    #[error("how this firmware answers when it is configured is not known from any transcript")]
    UnsupportedFirmware,
    /// The device is no longer as it was planned on.
    #[error("changed since the plan was made: {changed:?}")]
    Stale {
        /// What, by name.
        changed: Vec<String>,
    },
    /// What is to be done could not be kept, so that nothing was begun.
    #[error(transparent)]
    Journal(#[from] JournalLost),
}

/// A change that was not made, of one OLT.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{olt}: {act}: {why}")]
pub struct ChangeError {
    /// The OLT's id in the configuration.
    pub olt: String,
    /// What was to be done, in the words of an operator.
    pub act: String,
    /// Why it was not.
    pub why: NotChanged,
}

/// A text of the command line with its secrets masked, line by line.
pub fn masked(text: &str) -> String {
    let shown = |line: &str| crate::cli::text::SecretText::of(line).shown().to_owned();
    text.lines().map(shown).collect::<Vec<_>>().join("\n")
}

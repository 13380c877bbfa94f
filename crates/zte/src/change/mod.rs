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
mod lines;
mod lookups;
mod moves;
mod offered;
mod plan;
mod register;
mod settle;
mod survey;
mod takeover;
mod verdict;
mod wish;

use gpon::{Difference, Elsewhere, ExpectedSerial, Lacking, OnuRef, PonPort, SerialNumber};

use crate::Trouble;
pub(crate) use config::OnuConfig;
pub use execute::Outcome;
pub(crate) use execute::{Baton, Run};
pub use facts::OnuFacts;
pub use journal::{Journal, JournalLost, Progress, StepEnd, StepMark, Way};
pub(crate) use lines::Chosen;
pub(crate) use lookups::Site;
pub use offered::{Offered, offered};
pub use plan::Plan;
pub(crate) use register::{BLOCKS as REGISTER_BLOCKS, model_of, plan as register};
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
    /// There is no such strategy.
    #[error("strategy: there is none of the name {name}, but {}", .known.join(", "))]
    NoSuchStrategy {
        /// Its name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The ONU is disabled: a restart by way of disabling it would enable it.
    #[error("ONU {0} is blocked")]
    Blocked(OnuRef),
    /// The number is another ONU's.
    #[error("{at} is taken by {by}")]
    IdInUse {
        /// The place.
        at: OnuRef,
        /// Who stands there, or what is known to.
        by: String,
    },
    /// What became of a job about the ONU is not known, or it is under way.
    #[error("ONU {at} is about to be changed by {by}")]
    Locked {
        /// The ONU.
        at: OnuRef,
        /// What is about to change it.
        by: String,
    },
    /// The PON has no free number.
    #[error("PON {0} has no free number")]
    NoFreeId(PonPort),
    /// The serial number is registered elsewhere on this OLT.
    #[error("{serial} is registered at {}", .place.at)]
    SerialElsewhere {
        /// The serial number.
        serial: SerialNumber,
        /// Where.
        place: Elsewhere,
    },
    /// The ONU stands there, and in another way.
    #[error("ONU {at} is configured in another way: {}", told(.differences))]
    Differs {
        /// The place.
        at: OnuRef,
        /// How.
        differences: Vec<Difference>,
    },
    /// The OLT has no such profile, VLAN or type.
    #[error("the OLT has no {}", lacking(.0))]
    Lacks(Vec<Lacking>),
    /// No type is known for the model that the box reports, and none for all others.
    #[error("no type is configured for {}", .model.as_deref().unwrap_or("a box that reports no model"))]
    UnknownModel {
        /// The model.
        model: Option<String>,
    },
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

fn told(differences: &[Difference]) -> String {
    let one = |of: &Difference| format!("{} is `{}`, not `{}`", of.what, of.stands, of.wished);
    differences.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn lacking(names: &[Lacking]) -> String {
    let one = |of: &Lacking| format!("{} {}", of.kind.replace('_', " "), of.name);
    names.iter().map(one).collect::<Vec<_>>().join(", ")
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

//! What is told to whom a write is denied.

use std::time::Duration;

use gpon::quoted;

use super::{ErrorCode, Failure};
use crate::writing::Denied;

/// Whoever holds an OLT does something by hand, which takes minutes; another
/// instance stays the writer for longer.
const LATER: Duration = Duration::from_secs(60);

impl Failure {
    /// What is told to whom a write is denied.
    pub(crate) fn denied(denied: Denied, olt: &str) -> Self {
        let forbidden = |message, detail: String| Self::new(ErrorCode::Forbidden, message, detail);
        match denied {
            Denied::ReadOnly => forbidden(
                "The token is one to read with.",
                "token: it has no `write = true` in the configuration".into(),
            ),
            Denied::NoToken => forbidden(
                "Who writes needs a token.",
                "token: none is configured, and without one nothing is written".into(),
            ),
            Denied::Off => forbidden("The OLT is not written to.", format!("{olt}: its `writes` are off")),
            Denied::PlansOnly => forbidden(
                "Only dry runs are let through to the OLT.",
                format!("{olt}: its `writes` are plan; add ?dry_run=true"),
            ),
            Denied::OtherPons(pon) => forbidden(
                "Only other PON ports of the OLT are written to.",
                format!("{olt}: {pon} is not among its `writes`"),
            ),
            Denied::SomePons => forbidden(
                "Only objects on some PON ports of the OLT are written to.",
                format!("{olt}: its `writes` are a list of PON ports, and this is about the whole OLT"),
            ),
            Denied::NotWriter => Self::new(
                ErrorCode::NotWriter,
                "This instance does not write to the OLT.",
                format!("{olt}: its `writer` is another instance"),
            )
            .retry(LATER),
            Denied::Held(hold) => {
                let by =
                    hold.by.map_or_else(|| "somebody without a token".into(), |by| quoted(&*by).to_string());
                let reason = hold.reason.map(|reason| format!(": {}", quoted(&reason))).unwrap_or_default();
                Self::new(
                    ErrorCode::Held,
                    "Somebody holds the OLT: nothing is written to it until it is released.",
                    format!("{olt}: held by {by}{reason}"),
                )
                .retry(LATER)
            }
        }
    }
}

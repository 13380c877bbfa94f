//! Saving what was configured.

use gpon::WriteReport;

use super::Olt;
use crate::{OltError, Trouble};

impl Olt {
    /// Saves the running configuration, so that it survives a restart of the OLT.
    /// Takes up to ten minutes; dropped on the way, the line still runs to its end.
    ///
    /// # Errors
    /// Only where nothing was sent: [`Trouble::NoCli`], [`Trouble::Busy`],
    /// [`Trouble::CliUnreachable`], [`Trouble::LoginRefused`], [`Trouble::Deadline`].
    /// What became of the line itself stands in the report.
    pub async fn save(&self) -> Result<WriteReport, OltError> {
        Err(OltError {
            olt: self.id().to_owned(),
            act: "save its configuration".into(),
            trouble: Trouble::NoCli,
        })
    }
}

//! Where the ONU stands that is to be changed.

use gpon::{OnuRef, OnuTarget};
use zte::NotChanged;

use super::{Target, Writing};
use crate::http::Failure;
use crate::writing::Extent;

impl Writing {
    /// An ONU on the OLT to change, by its place or, where only that is known, by its
    /// serial number, which is looked for.
    ///
    /// # Errors
    /// As of [`to`](Self::to), and whatever goes wrong while looking.
    pub(in crate::api) async fn at_onu(
        self,
        target: OnuTarget,
        parameters: &[&str],
    ) -> Result<(OnuRef, Target), Failure> {
        let at = self.place(target).await??;
        Ok((at, self.to(Extent::Pon(at.pon), parameters)?))
    }

    /// An ONU that may be suspended: one that is registered nowhere any more is the one at the
    /// place where it was suspended, so that its hold can be lifted. A plan is about one that
    /// stands there.
    ///
    /// # Errors
    /// As of [`at_onu`](Self::at_onu).
    pub(in crate::api) async fn at_held_onu(self, target: OnuTarget) -> Result<(OnuRef, Target), Failure> {
        let at = match self.place(target).await? {
            Ok(at) => at,
            Err(error) => match error.why {
                NotChanged::NoSuchSerial(serial) if !self.query.flag("dry_run")? => {
                    let known = self.olt.jobs().suspended_at(self.olt.id(), serial).await?;
                    known.ok_or(error)?
                }
                _ => return Err(error.into()),
            },
        };
        Ok((at, self.to(Extent::Pon(at.pon), &[])?))
    }
}

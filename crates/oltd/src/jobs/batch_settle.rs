//! A person settles what waits of a batch.

use std::collections::BTreeMap;

use gpon::{WriteReport, WriteState};

use super::{End, Jobs, NotDone, NotSettled, Saved, Wanted, Writable, spelt, unknown};

impl Jobs {
    /// Settles each job of a batch that waits for it, in their order.
    ///
    /// # Errors
    /// [`NotSettled::NoPart`] where none does.
    pub(super) async fn settle_batch(
        &self,
        id: &str,
        olts: &BTreeMap<String, Writable>,
        wanted: Wanted,
        by: Option<&str>,
    ) -> Result<Result<End, NotDone>, NotSettled> {
        let store = self.store()?;
        let parts = store.unsettled_parts(id).await?;
        if parts.is_empty() {
            return Err(NotSettled::NoPart);
        }
        let mut report = WriteReport { state: WriteState::Applied, verified: true, ..unknown() };
        for part in parts {
            let id = &part.id;
            match Box::pin(self.settle_now(id, olts, wanted, by, None)).await {
                Ok(Ok(end)) if !end.is_pending => report.steps.extend(end.report.steps),
                Ok(Ok(end)) => report.remaining.push(format!("{id}: {}", spelt(end.report.state))),
                Ok(Err(NotDone::Change(error))) => report.remaining.push(format!("{id}: {error}")),
                Ok(Err(NotDone::Ending)) => return Ok(Err(NotDone::Ending)),
                Ok(Err(_)) => report.remaining.push(format!("{id}: it was not begun")),
                // It was settled by itself meanwhile.
                Err(NotSettled::Settled(_) | NotSettled::Accepted) => {}
                Err(why) => report.remaining.push(format!("{id}: {why}")),
            }
        }
        Ok(Ok(End { report, is_pending: false, saved: Saved::Manual, place: None, suspended_by: None }))
    }
}

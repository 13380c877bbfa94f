//! What jobs have of an OLT.

use std::sync::Arc;
use std::time::Duration;

use gpon::{Onu, OnuColumn, PonPort, Reading};
use zte::{Olt, OltError};

use crate::cache::{Cache, Scope};
use crate::limits::OpticalLimits;
use crate::writing::{Gate, SaveMode, Writes};

/// An OLT that jobs write to.
#[derive(Debug, Clone)]
pub struct Writable {
    /// Its id.
    pub id: Arc<str>,
    /// Its handle.
    pub olt: Olt,
    /// What stands between requests and it.
    pub gate: Arc<Gate>,
    /// The readings that are kept of it.
    pub cache: Cache,
    /// When what was configured is saved.
    pub save: SaveMode,
    /// Which writes of it are let through.
    pub writes: Writes,
    /// How long ONUs that were put into service are awaited at most.
    pub accept_wait: Duration,
    /// What is normal light.
    pub limits: OpticalLimits,
}

impl Writable {
    /// The ONUs of a PON, or of the whole OLT, as it tells them now.
    ///
    /// # Errors
    /// As of every reading.
    pub async fn onus_now(&self, pon: Option<PonPort>) -> Result<Reading<Vec<Onu>>, OltError> {
        match pon {
            Some(pon) => self.olt.onus(pon).await,
            None => self.olt.all_onus().await,
        }
    }

    /// Which of them may come into service, as it tells that now.
    ///
    /// # Errors
    /// As of every reading.
    pub async fn admin_states_now(&self, pon: Option<PonPort>) -> Result<Reading<Vec<Onu>>, OltError> {
        self.olt.onu_columns(pon, [OnuColumn::AdminState].into_iter().collect()).await
    }

    /// Makes every reading too old that holds something of `scope`, in every instance.
    pub(super) async fn invalidate(&self, scope: Scope) {
        self.cache.invalidate(&self.id, scope).await;
    }
}

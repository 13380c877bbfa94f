//! Where the ONUs of an OLT are registered, for one whose command line does not say where a
//! serial number is. Reading all of it takes long, so that it is done outside of the turn that
//! writes; inside it is looked whether that is still of use.

use std::time::Duration;

use gpon::{OnuRef, SerialNumber};
use tokio::time::Instant;

use super::Olt;
use crate::Trouble;
use crate::change::{NotChanged, Plan};
use crate::reach::registered::{Registered, UnderWay};

/// How old a reading may be: as long as a change waits for its turn, and then some.
const LONGEST: Duration = Duration::from_secs(90);
/// How often the OLT is read for one registration.
const MOST: u32 = 3;

/// Where the ONUs of an OLT are registered.
#[derive(Debug)]
struct Listing {
    places: Vec<(SerialNumber, OnuRef)>,
    /// Whether some are missing.
    is_cut: bool,
    began: Instant,
    ended: Instant,
}

/// What was read of an OLT for a registration, and whether it has to be read.
#[derive(Debug, Default)]
pub(super) struct Listings {
    last: Option<Listing>,
    read: u32,
    is_missing: bool,
}

impl Listings {
    /// Where a serial number is registered.
    ///
    /// # Errors
    /// Where that is not known: the OLT is to be read by [`Olt::list_for`].
    pub(super) fn places(
        &mut self,
        registered: &Registered,
        serial: SerialNumber,
    ) -> Result<Vec<OnuRef>, NotChanged> {
        // Between the reading and this turn it may have been registered from here.
        let is_of_use =
            |last: &&Listing| last.ended.elapsed() < LONGEST && !registered.has_been(serial, last.began);
        if let Some(last) = self.last.as_ref().filter(is_of_use) {
            let here = last.places.iter().filter(|(of, _)| *of == serial);
            let here: Vec<OnuRef> = here.map(|(_, at)| *at).collect();
            if here.is_empty() && last.is_cut {
                let why = format!("not every PON could be read while looking for {serial}");
                return Err(Trouble::UnexpectedReply(why).into());
            }
            return Ok(here);
        }
        self.is_missing = self.read < MOST;
        let why = format!("where {serial} is registered is not told by the command line, and was not read");
        Err(Trouble::UnexpectedReply(why).into())
    }

    /// Whether the OLT has to be read.
    pub(super) fn is_missing(&self) -> bool {
        self.is_missing
    }
}

impl Olt {
    /// Reads where all ONUs are registered, if something had to know that; no turn may be held.
    /// Whether it did.
    ///
    /// # Errors
    /// As of every reading.
    pub(super) async fn list_for(&self, listings: &mut Listings) -> Result<bool, NotChanged> {
        if !std::mem::take(&mut listings.is_missing) {
            return Ok(false);
        }
        let began = Instant::now();
        let reading = self.all_onus().await.map_err(|error| error.trouble)?;
        let is_cut = reading.problems.iter().any(|problem| matches!(problem, gpon::Problem::Failed { .. }));
        let place = |onu: &gpon::Onu| Some((onu.serial?, onu.at));
        let places = reading.value.iter().filter_map(place).collect();
        listings.last = Some(Listing { places, is_cut, began, ended: Instant::now() });
        listings.read += 1;
        Ok(true)
    }

    /// Notes that a plan registers its ONU, for as long as the handle is kept.
    pub(super) fn registers(&self, plan: &Plan) -> UnderWay<'_> {
        self.0.registered.begin(plan.serial().filter(|_| plan.registers()))
    }
}

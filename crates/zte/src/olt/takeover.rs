//! What stands in the way of registering an ONU that is registered elsewhere on the OLT.

use gpon::{
    Elsewhere, ExpectedSerial, OnConflict, OnuChange, OnuRef, OnuTarget, OnuWish, Registration, SerialNumber,
};

use super::Olt;
use super::change::{Ground, planned};
use super::listing::Listings;
use super::register::Taken;
use crate::change::{NotChanged, Plan, REGISTER_BLOCKS, Survey};

impl Olt {
    /// What deletes the ONU of a registration at the place where it is registered already, and
    /// what is known of it there; `None` where its serial number is registered nowhere.
    pub(super) async fn leaves(
        &self,
        survey: &mut Survey<'_>,
        ground: &Ground<'_>,
        wish: &Registration,
        taken: Taken<'_>,
        listings: &mut Listings,
    ) -> Result<Option<(Plan, Elsewhere)>, NotChanged> {
        let serial = wish.serial;
        let places = self.registered_at(survey, serial, listings).await?;
        let Some(at) = places.first().copied() else { return Ok(None) };
        let takes_over = wish.on_conflict == OnConflict::TakeOver;
        if takes_over && places.len() > 1 {
            return Err(NotChanged::Ambiguous { serial, places });
        }
        let place = survey.elsewhere(at).await?;
        // On its own PON port it would have been listed: the OLT contradicts itself.
        if !takes_over || !place.is_offline() || at.pon == wish.pon {
            return Err(NotChanged::SerialElsewhere { serial, place });
        }
        if let Some(by) = taken(at) {
            return Err(NotChanged::Locked { at, by });
        }
        let change = OnuChange {
            expect: Some(ExpectedSerial::Serial(serial)),
            accept_loss: wish.accept_loss.clone(),
            ..OnuChange::new(OnuTarget::Place(at), OnuWish::Delete)
        };
        let deletion = planned(survey, ground.dialect, &change, at).await?;
        Ok(Some((deletion, place)))
    }

    /// Where a serial number is registered on this OLT.
    async fn registered_at(
        &self,
        survey: &mut Survey<'_>,
        serial: SerialNumber,
        listings: &mut Listings,
    ) -> Result<Vec<OnuRef>, NotChanged> {
        match survey.places(serial).await? {
            Some(places) => Ok(places),
            // The command line does not say, or its "none" proves nothing.
            None => listings.places(&self.0.registered, serial),
        }
    }

    /// What a kept plan rests on besides its ONU and is no longer as it was planned on, by name:
    /// what it names, and the other places of the ONU.
    pub(super) async fn stale_elsewhere(
        &self,
        survey: &mut Survey<'_>,
        plan: &Plan,
        listings: &mut Listings,
    ) -> Result<Vec<String>, NotChanged> {
        let lacking = survey.gone(&self.0.names, &plan.0.names).await?;
        if !lacking.is_empty() {
            return Ok(lacking);
        }
        let Some(ExpectedSerial::Serial(serial)) = plan.registers().then(|| plan.wished_serial()).flatten()
        else {
            return Ok(Vec::new());
        };
        let places = self.registered_at(survey, serial, listings).await?;
        if places != Vec::from_iter(plan.taken_from()) {
            return Ok(vec!["serial_number".to_owned()]);
        }
        let Some(from) = &plan.0.from else { return Ok(Vec::new()) };
        if survey.config(from.at, &REGISTER_BLOCKS).await? != *from {
            return Ok(vec![format!("onu {}", from.at)]);
        }
        let place = survey.elsewhere(from.at).await?;
        match place.is_offline() {
            true => Ok(Vec::new()),
            false => Err(NotChanged::SerialElsewhere { serial, place }),
        }
    }
}

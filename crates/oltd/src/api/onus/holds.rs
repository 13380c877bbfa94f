//! Who holds the ONUs of a list, as the store knows it when the list is made.

use std::collections::BTreeMap;

use gpon::{ExpectedSerial, Onu};

use crate::app::ChosenOlt;
use crate::http::Failure;
use crate::jobs::held_as;
use crate::store::HoldFilter;

/// The owners, by what holds know an ONU by. `None` where they are not known: another
/// instance writes to the OLT, or there is no store.
#[derive(Debug)]
pub(super) struct Holds(Option<BTreeMap<String, Vec<String>>>);

impl Holds {
    pub(super) async fn of(olt: &ChosenOlt) -> Result<Self, Failure> {
        if !olt.site().writer || olt.jobs().store().is_err() {
            return Ok(Self(None));
        }
        let filter = HoldFilter { olt: Some(olt.id().to_owned()), ..HoldFilter::default() };
        let mut holds = BTreeMap::<_, Vec<_>>::new();
        for hold in olt.jobs().holds(&filter).await? {
            holds.entry(hold.onu).or_default().push(hold.owner);
        }
        Ok(Self(Some(holds)))
    }

    pub(super) const fn are_known(&self) -> bool {
        self.0.is_some()
    }

    /// Who holds this one; `None` where that is not known.
    pub(super) fn owners(&self, onu: &Onu) -> Option<&[String]> {
        let holds = self.0.as_ref()?;
        Some(holds.get(&held_as(onu.at, onu.serial.map(ExpectedSerial::Serial))).map_or(&[], Vec::as_slice))
    }
}

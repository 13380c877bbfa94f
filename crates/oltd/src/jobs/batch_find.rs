//! Looks for the ONUs of a batch of which only the serial number is known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gpon::{OnuRef, Problem, SerialNumber};
use tokio_util::sync::CancellationToken;
use zte::{ChangeError, NotChanged};

use super::batch_board::{Board, Lane, Running};
use super::batch_items::{Item, ItemWish, Placed};
use super::batch_run::{Pauses, late};
use super::{Holding, Jobs, Writable};
use crate::failure::{ErrorCode, Failure};
use crate::store::HoldAct;

/// So many are looked for one by one, by a command each; for more the OLT is read once.
const FEW: usize = 4;

/// What one OLT said.
#[derive(Debug, Default)]
pub(super) struct Said {
    places: BTreeMap<SerialNumber, Vec<OnuRef>>,
    /// Why these may be there though they are not among them.
    unread: BTreeMap<SerialNumber, Failure>,
    /// The same of all.
    incomplete: Option<Failure>,
}

impl Said {
    /// Why an ONU may be there that is at none of the places.
    fn unread(&self, serial: SerialNumber) -> Option<Failure> {
        self.unread.get(&serial).or(self.incomplete.as_ref()).cloned()
    }
}

impl Jobs {
    /// Looks for what is lost until nothing is; `left` is whether something was not found.
    pub(super) async fn keep_finding(
        &self,
        batch: &Running,
        board: &Board,
        mut left: bool,
        stop: &CancellationToken,
    ) {
        let mut pauses = Pauses::new();
        while !stop.is_cancelled() {
            if left {
                if !pauses.wait(batch, stop).await {
                    return;
                }
            } else {
                pauses.reset();
                let _ = stop.run_until_cancelled(board.lost_news.notified()).await;
            }
            left = stop.run_until_cancelled(self.find_all(batch, board)).await.unwrap_or(false);
        }
    }

    /// Looks once for all that is lost, by one reading of each OLT where it may be. Whether
    /// something is to be looked for again.
    pub(super) async fn find_all(&self, batch: &Running, board: &Board) -> bool {
        let items = board.take_lost();
        if items.is_empty() {
            return false;
        }
        let said = ask(board.lanes.values().map(|lane| &lane.olt), &items).await;
        let mut left = false;
        for item in items {
            if batch.replaced(&item.job).is_some() {
                continue;
            }
            match found(&item, &said) {
                Ok((olt, at)) => {
                    if let Some(lane) = board.lanes.get(&olt) {
                        lane.put([Placed { item, at }]);
                    }
                }
                Err(Lost::No(why)) => match self.suspended_somewhere(board, &item).await {
                    Some((lane, at)) if why.code == ErrorCode::OnuNotFound => lane.put([Placed { item, at }]),
                    _ => _ = self.fail_item(batch, &item, &why).await,
                },
                Err(Lost::Unread(why)) if batch.until.is_none() => {
                    _ = self.fail_item(batch, &item, &why).await;
                }
                Err(Lost::Unread(why)) => {
                    let item = Item { why: Some(why), ..item };
                    if batch.is_late() {
                        _ = self.fail_item(batch, &item, &late(&item)).await;
                    } else {
                        board.look_for(item);
                        left = true;
                    }
                }
            }
        }
        left
    }
}

impl Jobs {
    /// Where an ONU that is not found was suspended whose hold is to be lifted: there it is
    /// proven that it is gone.
    async fn suspended_somewhere<'a>(&self, board: &'a Board, item: &Item) -> Option<(&'a Lane, OnuRef)> {
        let ItemWish::Hold(Holding { act: HoldAct::Resume, .. }) = &item.target.wish else { return None };
        for (olt, lane) in board.lanes.iter().filter(|(olt, _)| item.may_be_at(olt)) {
            if let Ok(Some(at)) = self.suspended_at(olt, item.target.serial?).await {
                return Some((lane, at));
            }
        }
        None
    }
}

/// Asks each of these OLTs once for all that may be there.
pub(super) async fn ask<'a>(
    olts: impl IntoIterator<Item = &'a Writable>,
    items: &[Item],
) -> BTreeMap<Arc<str>, Said> {
    let ask = olts.into_iter().filter_map(|olt| {
        let may_be_there = items.iter().filter(|item| item.may_be_at(&olt.id));
        let serials: BTreeSet<_> = may_be_there.filter_map(|item| item.target.serial).collect();
        (!serials.is_empty()).then_some(async move { (Arc::clone(&olt.id), look(olt, &serials).await) })
    });
    futures::future::join_all(ask).await.into_iter().collect()
}

/// Why a place is not known.
pub(super) enum Lost {
    /// It is nowhere, or in several places.
    No(Failure),
    /// It may be where nobody could look.
    Unread(Failure),
}

impl Item {
    fn may_be_at(&self, olt: &Arc<str>) -> bool {
        self.olt.as_ref().is_none_or(|of| of == olt)
    }
}

/// Where the ONU of a target stands, by what the OLTs said.
pub(super) fn found(item: &Item, said: &BTreeMap<Arc<str>, Said>) -> Result<(Arc<str>, OnuRef), Lost> {
    let no = |code, message: &str, detail| Err(Lost::No(Failure::new(code, message, detail)));
    let Some(serial) = item.target.serial else {
        let detail = "serial_number: it is missing".to_owned();
        return no(ErrorCode::OnuNotFound, "It is not known which ONU is meant.", detail);
    };
    let asked = || said.iter().filter(|(olt, _)| item.may_be_at(olt));
    let at = |(olt, said)| {
        let said: &Said = said;
        let places = said.places.get(&serial).map(Vec::as_slice).unwrap_or_default();
        places.iter().map(move |at| (Arc::clone(olt), *at))
    };
    let places: Vec<_> = asked().flat_map(at).collect();
    match places.as_slice() {
        [place] => Ok(place.clone()),
        [] => match asked().find_map(|(_, said)| said.unread(serial)) {
            Some(why) => Err(Lost::Unread(why)),
            None => {
                let olts: Vec<&str> = asked().map(|(olt, _)| &**olt).collect();
                let detail =
                    format!("{}: no ONU is registered with the serial number {serial}", olts.join(", "));
                no(ErrorCode::OnuNotFound, "No ONU is registered with this serial number.", detail)
            }
        },
        several => {
            let several: Vec<String> = several.iter().map(|(olt, at)| format!("{olt} {at}")).collect();
            let detail = format!("{serial} is registered in several places: {}", several.join(", "));
            no(ErrorCode::SerialAmbiguous, "The serial number is registered in several places.", detail)
        }
    }
}

/// Looks for these at one OLT. What it says is looked at again in the turn that writes.
async fn look(olt: &Writable, serials: &BTreeSet<SerialNumber>) -> Said {
    let mut said = Said::default();
    if serials.len() <= FEW {
        for (nr, serial) in serials.iter().enumerate() {
            match olt.olt.find(*serial).await {
                Ok(at) => _ = said.places.insert(*serial, vec![at]),
                Err(ChangeError { why: NotChanged::NoSuchSerial(_), .. }) => {}
                Err(ChangeError { why: NotChanged::Ambiguous { places, .. }, .. }) => {
                    said.places.insert(*serial, places);
                }
                Err(error) => {
                    let rest = serials.iter().skip(nr + 1);
                    said.unread.extend(rest.map(|rest| (*rest, not_asked(&error, (*serial, *rest)))));
                    said.unread.insert(*serial, error.into());
                    break;
                }
            }
        }
        return said;
    }
    match olt.olt.all_onus().await {
        Ok(reading) => {
            for onu in &reading.value {
                if let Some(serial) = onu.serial.filter(|serial| serials.contains(serial)) {
                    said.places.entry(serial).or_default().push(onu.at);
                }
            }
            let missing = |problem: &&Problem| matches!(problem, Problem::Failed { .. });
            said.incomplete =
                reading.problems.iter().find(missing).map(|problem| {
                    Failure::incomplete(&format!("{}: where its ONUs stand", olt.id), problem)
                });
        }
        Err(error) => said.incomplete = Some(error.into()),
    }
    said
}

/// Of an ONU that was not looked for, since that had failed for another one before it.
fn not_asked(error: &ChangeError, (other, own): (SerialNumber, SerialNumber)) -> Failure {
    let why = Failure::from(ChangeError { act: format!("look for ONU {own}"), ..error.clone() });
    match why.detail.contains(&other.to_string()) {
        true => {
            let detail =
                format!("{}: ONU {own} was not looked for: the OLT gave no answer before", error.olt);
            Failure { detail, ..why }
        }
        false => why,
    }
}

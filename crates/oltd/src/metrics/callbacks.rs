//! The ends of jobs that are told.

use std::fmt;

use super::families::{CALLBACKS, CALLBACKS_WAITING};
use super::page::Page;
use crate::jobs::CallFigures;

pub(super) fn write(figures: CallFigures, page: &mut Page<'_>) -> fmt::Result {
    let CallFigures { delivered, failed, given_up, waiting } = figures;
    page.family(&CALLBACKS, |mut samples| {
        let outcomes = [("delivered", delivered), ("failed", failed), ("given_up", given_up)];
        outcomes.into_iter().try_for_each(|(outcome, count)| samples.count(&[outcome], count))
    })?;
    page.single(&CALLBACKS_WAITING, Some(waiting))
}

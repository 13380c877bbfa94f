//! What runs beside the requests.

use std::fmt;

use super::families::{TASK_PANICS, TASKS};
use super::page::Page;
use crate::tasks::TaskFigures;

pub(super) fn write(tasks: &[TaskFigures], page: &mut Page<'_>) -> fmt::Result {
    page.family(&TASKS, |mut samples| {
        tasks.iter().try_for_each(|task| samples.count(&[task.name], task.running))
    })?;
    page.family(&TASK_PANICS, |mut samples| {
        tasks.iter().try_for_each(|task| samples.count(&[task.name], task.panics))
    })
}

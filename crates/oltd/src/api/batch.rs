//! Writes of many ONUs in one request, over several OLTs.

use std::collections::BTreeSet;

use gpon::OnuWish;

use super::batch_bodies::{
    Many, ManyNames, ManyReboots, ManyRegistrations, ManyResumptions, ManySuspensions, Named,
};
use super::batch_results::BatchOrPlan;
use super::batching::{Batching, of};
use super::onu_management::invalid;
use crate::http::body::{Body, LossName, Reference};
use crate::http::openapi::{BatchFailures, BatchMade, HowToWrite};
use crate::http::{Failure, Written};
use crate::jobs::{Holding, ItemWish};
use crate::store::HoldAct;

/// Restarts many ONUs.
///
/// Each target is a job of its own, with the rules of a single write. At each OLT they are
/// taken in their order, one at a time, and others write between two of them.
#[utoipa::path(
    post, path = "/batch/reboot", operation_id = "batch_reboot", tag = "ONU life cycle",
    params(HowToWrite), request_body = ManyReboots,
    responses(BatchMade<BatchOrPlan>, BatchFailures),
)]
pub(super) async fn reboot(batching: Batching, body: Body<ManyReboots>) -> Result<Written, Failure> {
    let ManyReboots { targets, filter, via, all } = body.value;
    let wish = ItemWish::Onu(OnuWish::Reboot(via.unwrap_or_default()));
    batching.make_one("reboot", (targets, filter), wish, all, &body.ignored).await
}

/// Blocks many ONUs.
///
/// As rebooting many; each needs its serial number, as blocking one does.
#[utoipa::path(
    post, path = "/batch/block", operation_id = "batch_block", tag = "ONU life cycle",
    params(HowToWrite), request_body = Many,
    responses(BatchMade<BatchOrPlan>, BatchFailures),
)]
pub(super) async fn block(batching: Batching, body: Body<Many>) -> Result<Written, Failure> {
    many(batching, "block", OnuWish::Block, body).await
}

/// Unblocks many ONUs.
///
/// As blocking many.
#[utoipa::path(
    post, path = "/batch/unblock", operation_id = "batch_unblock", tag = "ONU life cycle",
    params(HowToWrite), request_body = Many,
    responses(BatchMade<BatchOrPlan>, BatchFailures),
)]
pub(super) async fn unblock(batching: Batching, body: Body<Many>) -> Result<Written, Failure> {
    many(batching, "unblock", OnuWish::Unblock, body).await
}

/// Deletes many ONUs, with all that was configured for them.
///
/// As blocking many.
#[utoipa::path(
    post, path = "/batch/delete", operation_id = "batch_delete", tag = "ONU life cycle",
    params(HowToWrite), request_body = Many,
    responses(BatchMade<BatchOrPlan>, BatchFailures),
)]
pub(super) async fn delete(batching: Batching, body: Body<Many>) -> Result<Written, Failure> {
    many(batching, "delete", OnuWish::Delete, body).await
}

async fn many(batching: Batching, kind: &str, wish: OnuWish, body: Body<Many>) -> Result<Written, Failure> {
    let Many { targets, filter, all } = body.value;
    batching.make_one(kind, (targets, filter), ItemWish::Onu(wish), all, &body.ignored).await
}

/// Puts many ONUs into service.
///
/// As rebooting many, but up to 16 of one PON that follow each other are authorised
/// together and then configured one after the other; others write between two such groups.
#[utoipa::path(
    post, path = "/batch/register", operation_id = "batch_register", tag = "ONU life cycle",
    params(HowToWrite), request_body = ManyRegistrations,
    responses(BatchMade<BatchOrPlan>, BatchFailures),
)]
pub(super) async fn register(batching: Batching, body: Body<ManyRegistrations>) -> Result<Written, Failure> {
    let ManyRegistrations { targets, all } = body.value;
    let on_refusal = all.on_refusal.unwrap_or_default();
    let losses: BTreeSet<String> =
        all.accept_loss.iter().flatten().map(|LossName(name)| name.clone()).collect();
    let dry_run = batching.query.flag("dry_run")?;
    let mut checked = Vec::with_capacity(targets.len());
    for (nr, one) in targets.into_iter().enumerate() {
        let one = batching.registration(one, on_refusal, losses.clone());
        checked.push(one.map_err(|failure| of(nr, failure))?);
    }
    batching.make_of("register", checked, all, &body.ignored, dry_run).await
}

/// Suspends many ONUs: each is held out of service by its owner.
///
/// As blocking many.
#[utoipa::path(
    post, path = "/batch/suspend", operation_id = "batch_suspend", tag = "ONU life cycle",
    params(HowToWrite), request_body = ManySuspensions,
    responses(BatchMade<BatchOrPlan>, BatchFailures),
)]
pub(super) async fn suspend(batching: Batching, body: Body<ManySuspensions>) -> Result<Written, Failure> {
    let ManySuspensions { targets, filter, reason: Reference(reason), owner, all } = body.value;
    let owner = owner.map(|Reference(owner)| owner);
    let wish = ItemWish::Hold(Holding { act: HoldAct::Suspend, owner, reason });
    batching.make_one("suspend", (targets, filter), wish, all, &body.ignored).await
}

/// Resumes many ONUs: the hold of one owner is lifted of each.
///
/// As blocking many.
#[utoipa::path(
    post, path = "/batch/resume", operation_id = "batch_resume", tag = "ONU life cycle",
    params(HowToWrite), request_body = ManyResumptions,
    responses(BatchMade<BatchOrPlan>, BatchFailures),
)]
pub(super) async fn resume(batching: Batching, body: Body<ManyResumptions>) -> Result<Written, Failure> {
    let ManyResumptions { targets, filter, owner, all } = body.value;
    let owner = owner.map(|Reference(owner)| owner);
    let wish = ItemWish::Hold(Holding { act: HoldAct::Resume, owner, reason: String::new() });
    batching.make_one("resume", (targets, filter), wish, all, &body.ignored).await
}

/// Names many ONUs, each with a name and a description of its own.
///
/// As rebooting many.
#[utoipa::path(
    put, path = "/batch/descriptions", operation_id = "batch_descriptions", tag = "ONU life cycle",
    params(HowToWrite), request_body = ManyNames,
    responses(BatchMade<BatchOrPlan>, BatchFailures),
)]
pub(super) async fn describe(batching: Batching, body: Body<ManyNames>) -> Result<Written, Failure> {
    let ManyNames { targets, all } = body.value;
    let is_nothing = |one: &Named| one.name.is_none() && one.description.is_none();
    if let Some(nr) = targets.iter().position(is_nothing) {
        let nothing = invalid("There is nothing to change.", "description: it is required, or name");
        return Err(of(nr, nothing));
    }
    let wished =
        |Named { one, name, description }| (one, ItemWish::Onu(OnuWish::Describe { name, description }));
    batching.make("describe", targets.into_iter().map(wished), all, &body.ignored).await
}

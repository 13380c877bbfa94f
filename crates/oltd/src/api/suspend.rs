//! Suspending and resuming ONUs, and who holds which.

use axum::extract::State;
use gpon::OnuTarget;
use serde::Serialize;
use utoipa::ToSchema;

use super::below::Below;
use super::onu_management::{Common, How, OfJob, identified};
use super::outcome::{About, Planned, WriteOrPlan, answer, moment};
use super::writing::Writing;
use crate::app::App;
use crate::http::body::{Body, Reference, body};
use crate::http::openapi::{
    HowToWrite, JobFailures, MadeOrGoesOn, OnuWriteFailures, SerialPath, ToldPage, WhichHolds,
};
use crate::http::{Answer, Failure, PAGES, Page, Params, PonOnu, Query, Written, paged, schema};
use crate::jobs::Holding;
use crate::store::{HoldAct, HoldFilter, HoldRow};

body! {
    /// Why an ONU is suspended.
    pub(super) struct Suspend {
        /// Why, for whoever finds it so.
        reason: Reference,
        /// Whose hold it is: of the token unless it is named, of `anonymous` where none is asked for.
        owner: Option<Reference>,
        /// How.
        how: How,
    }
}

body! {
    /// Whose hold of an ONU is lifted.
    pub(super) struct Resume {
        /// Whose: of the token unless it is named, of `anonymous` where none is asked for.
        owner: Option<Reference>,
        /// How.
        how: How,
    }
}

/// A hold of an ONU.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OnuHold)]
pub(super) struct Row {
    #[schema(value_type = schema::OltId)]
    olt: String,
    /// The serial number of the ONU, or its place where it is registered without one.
    onu: String,
    /// What it is, apart from where.
    #[serde(flatten)]
    hold: Hold,
}

/// Who holds an ONU, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SuspendedBy)]
pub(super) struct Hold {
    /// Whose hold it is.
    owner: String,
    /// Why it was made.
    reason: String,
    /// Since when it is there.
    #[schema(value_type = Option<schema::Moment>)]
    since: Option<String>,
    /// `held`; `being_made` while its job is under way; `unknown` while a job that made it or lifts it waits to be settled.
    state: &'static str,
    /// How the ONU is kept out of service: `shutdown`.
    by: String,
    /// Whether the ONU stays shut when the last hold is lifted: it was before the first, or somebody blocked it since.
    stays_shut: bool,
    /// The name of the token that it was asked for with; null without one.
    caller: Option<String>,
    #[schema(value_type = schema::JobId)]
    job: String,
}

impl From<HoldRow> for Hold {
    fn from(hold: HoldRow) -> Self {
        Self {
            owner: hold.owner,
            reason: hold.reason,
            since: moment(Some(hold.since)),
            state: hold.state.as_str(),
            by: hold.way,
            stays_shut: hold.shut_before,
            caller: hold.caller,
            job: hold.job,
        }
    }
}

async fn make(
    mut writing: Writing,
    target: OnuTarget,
    how: How,
    holding: Holding,
    ignored: &[String],
) -> Result<Written, Failure> {
    let (change, of_job) = Common::named(target, how)?.change(holding.wish())?;
    identified(&writing, &change)?;
    let OfJob { reference, callback } = of_job;
    writing.call_back(callback).await?;
    if let Some(answer) = writing.again(ignored).await? {
        return Ok(answer);
    }
    // What is looked for by its serial number has to be the one that is found.
    let expect = change.identity();
    let (at, target) = match holding.act {
        HoldAct::Suspend => writing.at_onu(change.target, &[]).await?,
        HoldAct::Resume => writing.at_held_onu(change.target).await?,
    };
    let change = gpon::OnuChange { target: OnuTarget::Place(at), expect, ..change };
    if target.dry_run {
        return Planned::from(target.plan_hold(change, holding).await?).answer(ignored);
    }
    let act = format!("{} ONU {at}", holding.act.as_str());
    let about = About { olt: target.olt().to_owned(), act, at: Some(at), reference: reference.clone() };
    let olt = target.chosen().clone();
    answer(target.hold(change, at, holding, reference).await?, &olt, &about, ignored).await
}

async fn suspend(writing: Writing, target: OnuTarget, body: Body<Suspend>) -> Result<Written, Failure> {
    let Suspend { reason: Reference(reason), owner, how } = body.value;
    let owner = owner.map(|Reference(owner)| owner);
    make(writing, target, how, Holding { act: HoldAct::Suspend, owner, reason }, &body.ignored).await
}

async fn resume(writing: Writing, target: OnuTarget, body: Body<Resume>) -> Result<Written, Failure> {
    let Resume { owner, how } = body.value;
    let owner = owner.map(|Reference(owner)| owner);
    let holding = Holding { act: HoldAct::Resume, owner, reason: String::new() };
    make(writing, target, how, holding, &body.ignored).await
}

/// Suspends an ONU: it is disabled at the OLT for as long as somebody holds it.
///
/// It needs the serial number, by `expect_serial`, unless `olts[].require_identity` is off.
#[utoipa::path(
    post, path = "/onu/{pon}/{onu_id}/suspend", operation_id = "suspend_onu", tag = "ONU life cycle",
    params(PonOnu, HowToWrite), request_body = Suspend,
    responses(MadeOrGoesOn<WriteOrPlan>, OnuWriteFailures),
)]
pub(super) async fn suspend_at(
    writing: Writing,
    PonOnu(at): PonOnu,
    body: Body<Suspend>,
) -> Result<Written, Failure> {
    suspend(writing, OnuTarget::Place(at), body).await
}

/// Suspends the ONU with this serial number, wherever it stands.
#[utoipa::path(
    post, path = "/onu/sn/{serial}/suspend", operation_id = "suspend_onu_by_serial", tag = "ONU life cycle",
    params(SerialPath, HowToWrite), request_body = Suspend,
    responses(MadeOrGoesOn<WriteOrPlan>, OnuWriteFailures),
)]
pub(super) async fn suspend_by_serial(
    writing: Writing,
    params: Params,
    body: Body<Suspend>,
) -> Result<Written, Failure> {
    suspend(writing, OnuTarget::Serial(params.parse("serial", "serial_number")?), body).await
}

/// Lifts a hold of an ONU: it comes into service again when the last is lifted.
///
/// What others hold, or had shut, stays so. It needs the serial number, as suspending does.
#[utoipa::path(
    post, path = "/onu/{pon}/{onu_id}/resume", operation_id = "resume_onu", tag = "ONU life cycle",
    params(PonOnu, HowToWrite), request_body = Resume,
    responses(MadeOrGoesOn<WriteOrPlan>, OnuWriteFailures),
)]
pub(super) async fn resume_at(
    writing: Writing,
    PonOnu(at): PonOnu,
    body: Body<Resume>,
) -> Result<Written, Failure> {
    resume(writing, OnuTarget::Place(at), body).await
}

/// Lifts a hold of the ONU with this serial number, wherever it stands.
#[utoipa::path(
    post, path = "/onu/sn/{serial}/resume", operation_id = "resume_onu_by_serial", tag = "ONU life cycle",
    params(SerialPath, HowToWrite), request_body = Resume,
    responses(MadeOrGoesOn<WriteOrPlan>, OnuWriteFailures),
)]
pub(super) async fn resume_by_serial(
    writing: Writing,
    params: Params,
    body: Body<Resume>,
) -> Result<Written, Failure> {
    resume(writing, OnuTarget::Serial(params.parse("serial", "serial_number")?), body).await
}

/// Most holds of a page, and those of one whose request says nothing.
const MOST: u64 = 1_000;
const USUAL: u64 = 100;

/// Most characters of an owner.
pub(super) const LONGEST_OWNER: usize = 128;

/// An owner in a query.
pub(super) fn owner(query: &Query, field: &str) -> Result<Option<String>, Failure> {
    let Some(text) = query.text(field)? else { return Ok(None) };
    if !(1..=LONGEST_OWNER).contains(&text.chars().count()) || text.chars().any(char::is_control) {
        let rule = "a text of 1 to 128 characters without control characters";
        return Err(Failure::parameter(field, rule, text));
    }
    Ok(Some(text.to_owned()))
}

/// Who holds which ONUs, those of an ONU together.
#[utoipa::path(
    get, path = "/holds", operation_id = "holds", tag = "Jobs and plans",
    params(WhichHolds),
    responses(ToldPage<Row>, JobFailures),
)]
pub(super) async fn list(State(app): State<App>, below: Below, query: Query) -> Answer {
    let page = query.number("page", PAGES)?.unwrap_or(1);
    let limit = query.number("limit", 1..=MOST)?.unwrap_or(USUAL);
    let of = |total_rows: u64| Page { page, limit, page_count: total_rows.div_ceil(limit), total_rows };
    let olt = query.text("olt")?;
    if let Some(olt) = olt {
        app.olt(Some(olt))?;
        if !below.shows(olt) {
            return paged(of(0), Vec::<Row>::new());
        }
    }
    let olt = olt.map(str::to_owned).or(below.into_olt());
    let filter = HoldFilter { olt, owner: owner(&query, "owner")?, onu: None };
    let row = |hold: HoldRow| Row { olt: hold.olt.clone(), onu: hold.onu.clone(), hold: hold.into() };
    let (holds, all) = app.jobs().holds_page(&filter, (page - 1).saturating_mul(limit), limit).await?;
    paged(of(all), holds.into_iter().map(row).collect::<Vec<_>>())
}

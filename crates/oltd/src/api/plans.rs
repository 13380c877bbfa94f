use axum::extract::State;

use super::below::Below;
use super::callbacks::{self, CallbackUrl};
use super::outcome::{About, Planned, WriteOrPlan, answer};
use super::save;
use super::writing::{Asking, let_through};
use crate::app::App;
use crate::http::openapi::{
    ApplyFailures, CallingBack, HowToWrite, JobPath, MadeOrGoesOn, PlanFailures, Told,
};
use crate::http::{Answer, Failure, Params, Query, Written, plain};
use crate::jobs::{Drawn, KeptPlan, NotBegun};
use crate::writing::Extent;

/// A plan that is shown below this OLT.
async fn shown(below: &Below, app: &App, id: &str) -> Result<(KeptPlan, Drawn), Failure> {
    let (kept, drawn) = app.jobs().kept(id).await?;
    match below.shows(&kept.olt) {
        true => Ok((kept, drawn)),
        false => Err(NotBegun::NoSuchPlan(id.to_owned()).into()),
    }
}

/// A plan that was kept.
#[utoipa::path(
    get, path = "/plans/{id}", operation_id = "plan", tag = "Jobs and plans",
    params(JobPath),
    responses(Told<Planned>, PlanFailures),
)]
pub(super) async fn plan(State(app): State<App>, below: Below, params: Params) -> Answer {
    let (kept, _) = shown(&below, &app, params.text("id")?).await?;
    plain(Planned::from(kept))
}

/// Applies a plan: exactly its lines, or none where what it touches has changed since.
#[utoipa::path(
    post, path = "/plans/{id}/apply", operation_id = "apply_plan", tag = "Jobs and plans",
    params(JobPath, HowToWrite, CallingBack),
    responses(MadeOrGoesOn<WriteOrPlan>, ApplyFailures),
)]
pub(super) async fn apply(
    mut asking: Asking,
    State(app): State<App>,
    below: Below,
    params: Params,
    query: Query,
) -> Result<Written, Failure> {
    query.only(&["dry_run", callbacks::NAME])?;
    let dry_run = query.flag("dry_run")?;
    let id = params.text("id")?;
    let (kept, drawn) = shown(&below, &app, id).await?;
    let olt = app.olt(Some(&kept.olt))?;
    asking.call_back(&olt, CallbackUrl::of_query(&query)?).await?;
    if !dry_run && let Some(answer) = asking.again(&olt, &[]).await? {
        return Ok(answer);
    }
    let_through(&olt, kept.shown.at.map_or(Extent::Save, |at| Extent::Pon(at.pon)), dry_run)?;
    if dry_run {
        return Planned::from(kept).answer(&[]);
    }
    let asked = asking.by(None);
    match drawn {
        Drawn::Change(plan) => {
            let (act, at) = (plan.act().to_owned(), kept.shown.at);
            let about = About { olt: kept.olt, act, at, reference: None };
            let answered = app.jobs().apply(&olt.writable(), id, *plan, asked).await?;
            answer(answered, &olt, &about, &[]).await
        }
        Drawn::Save(plan) => {
            let (job, ended) = app.jobs().apply_save(&olt.writable(), id, &plan, asked).await?;
            save::answered(olt.id(), Some(job), ended)
        }
    }
}

//! Jobs that are settled by a person.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use gpon::{OnuRef, WriteState};
use utoipa::openapi::{RefOr, Schema};

use super::batch_results::{batch_answer, batch_goes_on};
use super::below::Below;
use super::outcome::{About, Outcome, ended, not_done, told_again};
use super::writing::{Changing, let_through, wait};
use crate::app::App;
use crate::http::body::{Body, Json, Reader, Value, body};
use crate::http::openapi::{JobPath, Preferred, SettleFailures, SettledOrGoesOn};
use crate::http::{Failure, Params, Query, Written, schema};
use crate::jobs::{End, LOST, Saved, UNDONE, Wanted};
use crate::writing::Extent;

/// How long who asks waits for the end.
#[derive(Debug)]
pub(super) struct Patience(Duration);

impl FromRequestParts<App> for Patience {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        wait(parts).map(Self)
    }
}

const GOES_ON: &str = "It is being settled; the job tells how it ends.";

impl Value for Wanted {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        match json {
            Json::Text(text) if text == "finish" => Some(Self::Finish),
            Json::Text(text) if text == "undo" => Some(Self::Undo),
            Json::Text(text) if text == "accept" => Some(Self::Accept),
            other => reader.refuse("one of finish, undo, accept", other),
        }
    }

    fn schema() -> RefOr<Schema> {
        <schema::SettleHow as utoipa::PartialSchema>::schema()
    }
}

body! {
    /// How a job is settled.
    pub(super) struct Settle {
        /// `finish` makes it true, `undo` takes it back as far as it is its own, `accept` leaves it as it is.
        how: Wanted,
    }
}

/// Settles a job that is pending, partial or lost, as a person wants it.
///
/// What stands on the OLT is read first. Another ONU in the place is never touched. Of a
/// batch, each of its jobs that waits for it is settled. What has not ended after 20 s, or
/// what `Prefer: wait=N` says, goes on as the job.
#[utoipa::path(
    post, path = "/jobs/{id}/settle", operation_id = "settle_job", tag = "Jobs and plans",
    params(JobPath, Preferred), request_body = Settle,
    responses(SettledOrGoesOn<Outcome>, SettleFailures),
)]
pub(super) async fn settle(
    changing: Changing,
    Patience(wait): Patience,
    State(app): State<App>,
    below: Below,
    params: Params,
    query: Query,
    body: Body<Settle>,
) -> Result<Written, Failure> {
    query.only(&[])?;
    let id = params.text("id")?.to_owned();
    let view = below.job(&app, &id).await?;
    if view.is_batch {
        return settle_batch(&app, &below, &id, body, (changing.by.as_ref(), wait)).await;
    }
    // Who accepts sends nothing: the OLT need not be served any more.
    let olt = match body.value.how {
        Wanted::Accept => app.olt(Some(&view.job.olt)).ok(),
        Wanted::Finish | Wanted::Undo => {
            let olt = app.olt(Some(&view.job.olt))?;
            let_through(&olt, view.at.map_or(Extent::Olt, |at: OnuRef| Extent::Pon(at.pon)), false)?;
            Some(olt)
        }
    };
    let olt = olt.map(|olt| olt.writable());
    let about = About {
        olt: view.job.olt.clone(),
        act: format!("settle the job `{}` of {}", view.job.kind, view.job.object),
        at: view.at,
        reference: view.job.reference.clone(),
    };
    let olts: BTreeMap<_, _> = app.olts().map(|olt| (olt.id().to_owned(), olt.writable())).collect();
    let Some(settled) = app.jobs().settle(&id, &olts, body.value.how, changing.by.as_ref(), wait).await?
    else {
        let saved = olt.as_ref().map_or(Saved::Manual, |olt| olt.unsaved());
        let outcome = Outcome::unreported(WriteState::Unknown, saved, Vec::new()).about(&id, &about);
        return Written::goes_on(&id, outcome, GOES_ON, &body.ignored);
    };
    match settled {
        // As the job tells it: what became of it is as it was.
        Ok(_) if body.value.how == Wanted::Accept => {
            let view = below.job(&app, &id).await?;
            let saved = view.saved(app.jobs(), olt.as_ref()).await;
            let outcome = view.told.map_or_else(
                || Outcome::unreported(WriteState::Unknown, saved, Vec::new()),
                |told| Outcome::of_told(told, saved),
            );
            let outcome = outcome.about(&id, &about);
            Written::new(outcome, "It is accepted as it is; nothing was sent.", &body.ignored)
        }
        // As the job tells it too: it is about many.
        Ok(End { is_pending: false, .. }) if view.job.kind == LOST => {
            let view = below.job(&app, &id).await?;
            let saved = view.saved(app.jobs(), olt.as_ref()).await;
            told_again(view, saved, &body.ignored)
        }
        Ok(end) if body.value.how == Wanted::Undo && end.is_undone() => {
            let outcome = Outcome::of(end.report, end.saved).about(&id, &about);
            Written::new(outcome, UNDONE, &body.ignored)
        }
        Ok(end) => ended(&id, end, &about, &body.ignored),
        Err(why) => {
            let saved = match &olt {
                Some(olt) => app.jobs().saved(olt).await,
                None => Saved::Manual,
            };
            Err(not_done(&id, &why, saved, &about))
        }
    }
}

async fn settle_batch(
    app: &App,
    below: &Below,
    id: &str,
    body: Body<Settle>,
    (by, wait): (Option<&Arc<str>>, Duration),
) -> Result<Written, Failure> {
    for (olt, at) in app.jobs().unsettled_parts(id).await? {
        if body.value.how != Wanted::Accept {
            let_through(&app.olt(Some(&olt))?, at.map_or(Extent::Olt, |at| Extent::Pon(at.pon)), false)?;
        }
    }
    let olts: BTreeMap<_, _> = app.olts().map(|olt| (olt.id().to_owned(), olt.writable())).collect();
    match app.jobs().settle(id, &olts, body.value.how, by, wait).await? {
        None => return batch_goes_on(app, id, below.0.as_deref(), GOES_ON, &body.ignored).await,
        Some(Err(why)) => return Err(not_done(id, &why, Saved::Manual, &About::default())),
        Some(Ok(_)) => {}
    }
    batch_answer(app, id, below.0.as_deref(), &body.ignored).await
}

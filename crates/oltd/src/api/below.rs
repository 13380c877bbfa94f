//! What is shown below the tree of one OLT.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::jobs::Detail;
use crate::app::App;
use crate::http::{ErrorCode, Failure, WantedOlt};
use crate::jobs::JobView;

/// The OLT whose tree the path chose.
#[derive(Debug)]
pub(super) struct Below(pub(super) Option<String>);

impl FromRequestParts<App> for Below {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let wanted = parts.extensions.get::<WantedOlt>().and_then(|wanted| wanted.0.clone());
        if let Some(wanted) = &wanted {
            app.olt(Some(wanted))?;
        }
        Ok(Self(wanted))
    }
}

impl Below {
    /// Whether what concerns this OLT is shown.
    pub(super) fn shows(&self, olt: &str) -> bool {
        self.0.as_deref().is_none_or(|below| below == olt)
    }

    pub(super) fn into_olt(self) -> Option<String> {
        self.0
    }

    /// A job that is shown: one of several OLTs is where it has something to do at this one.
    pub(super) async fn job(&self, app: &App, id: &str) -> Result<JobView, Failure> {
        let view = app.jobs().view(id).await?;
        let is_shown = match (&view, &self.0) {
            (Some(view), Some(below)) if view.is_batch && view.job.olt.is_empty() => {
                app.jobs().is_at(id, below).await?
            }
            (Some(view), _) => self.shows(&view.job.olt),
            (None, _) => false,
        };
        view.filter(|_| is_shown).ok_or_else(|| {
            let detail = format!("id: {}", gpon::quoted(id));
            Failure::new(ErrorCode::JobNotFound, "There is no such job.", detail)
        })
    }

    /// The same, as it is shown.
    pub(super) async fn shown(&self, app: &App, id: &str) -> Result<Detail, Failure> {
        let view = self.job(app, id).await?;
        let olt = app.olt(Some(&view.job.olt)).ok().map(|olt| olt.writable());
        let saved = view.saved(app.jobs(), olt.as_ref()).await;
        let batch = match view.is_batch {
            true => app.jobs().batch_view(id, self.0.as_deref()).await?,
            false => None,
        };
        Ok(Detail::of(view, saved, batch))
    }
}

/// A job as [`super::jobs::show`] shows it; `None` where it is gone or cannot be read.
pub(crate) async fn shown(app: &App, id: &str) -> Option<serde_json::Value> {
    let detail = Below(None).shown(app, id).await.ok()?;
    serde_json::to_value(detail).ok()
}

/// Of what cannot be the id of a job.
pub(super) fn no_id(text: &str) -> Failure {
    Failure::parameter("parent", "the id of a job: 32 of 0-9 and a-f", text)
}

//! Who may change something: what a handler must take to get hold of an OLT to write to.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use gpon::{OnuChange, OnuRef, OnuTarget, WriteReport, quoted};

use crate::app::{App, ChosenOlt};
use crate::http::{Caller, ErrorCode, Failure, Query, RequestId, WantedOlt};
use crate::jobs::{Answered, Asked, KeptPlan};
use crate::writing::{Denied, Extent, NotSaved, Permission, Writes};

/// A request that may change what the server keeps: its token is one to write
/// with. Whether an OLT may be written to is not asked, see [`Writing`].
#[derive(Debug)]
pub(super) struct Changing {
    /// The name of the token; `None` where the server asks for none.
    pub(super) by: Option<Arc<str>>,
}

impl FromRequestParts<App> for Changing {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        // Nobody is let through whom nobody has looked at.
        let permission = parts.extensions.get::<Permission>().copied().unwrap_or(Permission::NoToken);
        permission.check().map_err(|denied| Failure::denied(denied, ""))?;
        if let Some(key) = parts.headers.get("idempotency-key") {
            return Err(Failure::new(
                ErrorCode::InvalidParameter,
                "The header Idempotency-Key is not supported yet.",
                format!(
                    "Idempotency-Key: nothing keeps answers by their key yet, not {}",
                    quoted(key.as_bytes())
                ),
            ));
        }
        Ok(Self { by: parts.extensions.get::<Caller>().map(|caller| Arc::clone(&caller.name)) })
    }
}

/// A request to write to an OLT, by somebody who may write at all.
///
/// What it is about decides whether it may: [`Writing::to`] gives the only
/// handle by which a handler can write.
#[derive(Debug)]
pub(super) struct Writing {
    by: Option<Arc<str>>,
    olt: ChosenOlt,
    query: Query,
    asked: Asking,
}

/// How a write is asked for besides what it is.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    request_id: String,
    /// How long who asks waits for its end.
    wait: Duration,
}

/// How long a write is waited for whose request says nothing, and at most.
const WAIT: Duration = Duration::from_secs(20);
const LONGEST_WAIT: u64 = 60;

impl Asking {
    pub(super) fn of(parts: &Parts) -> Result<Self, Failure> {
        let request_id = parts.extensions.get::<RequestId>().map(|id| id.as_str().to_owned());
        Ok(Self { request_id: request_id.unwrap_or_default(), wait: wait(parts)? })
    }

    pub(super) fn by(&self, caller: Option<Arc<str>>, reference: Option<String>) -> Asked {
        Asked { caller, request_id: self.request_id.clone(), reference, wait: self.wait }
    }
}

/// `Prefer: wait=N` and `respond-async` (RFC 7240); other preferences are for others.
fn wait(parts: &Parts) -> Result<Duration, Failure> {
    let mut wait = WAIT;
    for value in parts.headers.get_all("prefer") {
        for preference in value.to_str().unwrap_or_default().split(',').map(str::trim) {
            match preference.split_once('=') {
                Some((word, seconds)) if word.trim().eq_ignore_ascii_case("wait") => {
                    let seconds: Option<u64> = seconds.trim().trim_matches('"').parse().ok();
                    let seconds = seconds.ok_or_else(|| {
                        Failure::parameter("Prefer", "wait is a number of seconds", preference)
                    })?;
                    wait = Duration::from_secs(seconds.min(LONGEST_WAIT));
                }
                _ if preference.eq_ignore_ascii_case("respond-async") => return Ok(Duration::ZERO),
                _ => {}
            }
        }
    }
    Ok(wait)
}

impl FromRequestParts<App> for Writing {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Changing { by } = Changing::from_request_parts(parts, app).await?;
        let wanted = parts.extensions.get::<WantedOlt>().and_then(|wanted| wanted.0.as_deref());
        if wanted.is_none() && app.olts().count() > 1 {
            return Err(Failure::new(
                ErrorCode::OltRequired,
                "Several OLTs are configured, and a write names the one that it is for.",
                "olt: name one in the path, /api/v1/olts/{olt}/...",
            ));
        }
        let olt = app.olt(wanted)?;
        let query = Query::from_request_parts(parts, app).await?;
        Ok(Self { by, olt, query, asked: Asking::of(parts)? })
    }
}

impl Writing {
    /// The OLT to write to, where a write about `extent` is let through. The
    /// query may hold `parameters` besides those of every write.
    ///
    /// # Errors
    /// 400 for an unknown parameter, `forbidden`, `not_writer`, `held`.
    pub(super) fn to(self, extent: Extent, parameters: &[&str]) -> Result<Target, Failure> {
        let known: Vec<&str> = ["dry_run"].iter().chain(parameters).copied().collect();
        self.query.only(&known)?;
        let dry_run = self.query.flag("dry_run")?;
        let_through(&self.olt, extent, dry_run)?;
        Ok(Target { dry_run, writing: self })
    }

    /// An ONU on the OLT to change, by its place or, where only that is known, by its
    /// serial number, which is looked for.
    ///
    /// # Errors
    /// As of [`to`](Self::to), and whatever goes wrong while looking.
    pub(super) async fn at_onu(
        self,
        target: OnuTarget,
        parameters: &[&str],
    ) -> Result<(OnuRef, Target), Failure> {
        let at = match target {
            OnuTarget::Place(at) => at,
            OnuTarget::Serial(serial) => {
                // Who may write nothing here learns nothing of where it stands.
                let dry_run = self.query.flag("dry_run")?;
                let writes = &self.olt.site().writes;
                if *writes == Writes::Off || (*writes == Writes::Plan && !dry_run) {
                    let_through(&self.olt, Extent::Olt, dry_run)?;
                }
                self.olt.handle().find(serial).await?
            }
        };
        Ok((at, self.to(Extent::Pon(at.pon), parameters)?))
    }

    /// The parameters of the query.
    pub(super) fn query(&self) -> &Query {
        &self.query
    }

    /// Whether what would cut off a customer has to name him.
    pub(super) fn requires_identity(&self) -> bool {
        self.olt.site().require_identity
    }
}

/// Whether a write about `extent` of an OLT is let through.
///
/// # Errors
/// `forbidden`, `not_writer`, `held`.
pub(super) fn let_through(olt: &ChosenOlt, extent: Extent, dry_run: bool) -> Result<(), Failure> {
    let site = olt.site();
    let denied = |denied| Failure::denied(denied, olt.id());
    site.writes.check(extent, dry_run).map_err(denied)?;
    if !site.writer {
        return Err(denied(Denied::NotWriter));
    }
    match olt.gate().hold() {
        Some(hold) => Err(denied(Denied::Held(hold))),
        None => Ok(()),
    }
}

/// An OLT that may be written to now.
#[derive(Debug)]
pub(super) struct Target {
    /// Whether only a plan is asked for.
    pub(super) dry_run: bool,
    writing: Writing,
}

impl Target {
    /// The id of the OLT.
    pub(super) fn olt(&self) -> &str {
        self.writing.olt.id()
    }

    /// The name of the token that writes.
    pub(super) fn by(&self) -> Option<&str> {
        self.writing.by.as_deref()
    }

    /// Saves what was configured, see [`crate::jobs::Jobs::save_asked`].
    pub(super) async fn save(
        &self,
        at_most: Duration,
    ) -> (Option<String>, Option<Result<WriteReport, NotSaved>>) {
        let Writing { olt, by, asked, .. } = &self.writing;
        olt.jobs().save_asked(&olt.writable(), &asked.by(by.clone(), None), at_most).await
    }

    /// The OLT.
    pub(super) fn chosen(&self) -> &ChosenOlt {
        &self.writing.olt
    }

    /// Plans a change, and keeps the plan.
    ///
    /// # Errors
    /// As of [`crate::jobs::Jobs::plan`].
    pub(super) async fn plan(&self, change: &OnuChange) -> Result<KeptPlan, Failure> {
        let Writing { olt, .. } = &self.writing;
        Ok(olt.jobs().plan(&olt.writable(), change).await??)
    }

    /// Plans a save, and keeps the plan.
    ///
    /// # Errors
    /// As of [`crate::jobs::Jobs::plan_save`].
    pub(super) async fn plan_save(&self) -> Result<KeptPlan, Failure> {
        let Writing { olt, .. } = &self.writing;
        Ok(olt.jobs().plan_save(&olt.writable()).await??)
    }

    /// Makes a change of the ONU at `at`.
    ///
    /// # Errors
    /// As of [`crate::jobs::Jobs::change`].
    pub(super) async fn change(
        &self,
        change: OnuChange,
        at: OnuRef,
        reference: Option<String>,
    ) -> Result<Answered, Failure> {
        let Writing { olt, by, asked, .. } = &self.writing;
        let asked = asked.by(by.clone(), reference);
        Ok(olt.jobs().change(&olt.writable(), change, at, asked).await?)
    }
}

#[cfg(test)]
mod tests;

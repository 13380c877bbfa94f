//! Who may change something: what a handler must take to get hold of an OLT to write to.

mod found;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use gpon::{OnuChange, OnuRef, OnuTarget, Registration, WriteReport};
use secrecy::SecretString;
use zte::ChangeError;

use super::callbacks::CallbackUrl;
use super::outcome::told_again;
use crate::app::{App, ChosenOlt};
use crate::http::{Caller, ErrorCode, Failure, IdempotencyKey, Query, RequestId, WantedOlt, Written};
use crate::jobs::{Acceptance, Answered, Asked, Holding, JobView, Jobs, KeptPlan, Key, KeyTurn, Under};
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
        let by = changer(parts)?;
        if IdempotencyKey::of(parts)?.is_some() {
            return Err(Failure::new(
                ErrorCode::InvalidParameter,
                "The header Idempotency-Key is for writes that become jobs.",
                "Idempotency-Key: nothing is kept under it here",
            ));
        }
        Ok(Self { by })
    }
}

/// Who may change something: the name of the token.
fn changer(parts: &Parts) -> Result<Option<Arc<str>>, Failure> {
    // Nobody is let through whom nobody has looked at.
    let permission = parts.extensions.get::<Permission>().copied().unwrap_or(Permission::NoToken);
    permission.check().map_err(|denied| Failure::denied(denied, ""))?;
    Ok(parts.extensions.get::<Caller>().map(|caller| Arc::clone(&caller.name)))
}

/// A request to write to an OLT, by somebody who may write at all.
///
/// What it is about decides whether it may: [`Writing::to`] gives the only
/// handle by which a handler can write.
#[derive(Debug)]
pub(super) struct Writing {
    olt: ChosenOlt,
    query: Query,
    asked: Asking,
}

/// How a write is asked for besides what it is.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    by: Option<Arc<str>>,
    request_id: String,
    /// How long who asks waits for its end.
    wait: Duration,
    key: Option<Key>,
    /// Its turn under the key, once it is known that it is the first.
    turn: Option<Arc<KeyTurn>>,
    /// The URL that the end of its job is told to.
    callback: Option<SecretString>,
}

/// How long a write is waited for whose request says nothing, and at most.
const WAIT: Duration = Duration::from_secs(20);
const LONGEST_WAIT: u64 = 60;

impl Asking {
    /// What was asked for under its key before, if it was: it is answered by its job.
    ///
    /// # Errors
    /// As of [`crate::jobs::Jobs::under`].
    pub(super) async fn again(
        &mut self,
        olt: &ChosenOlt,
        ignored: &[String],
    ) -> Result<Option<Written>, Failure> {
        let Some(view) = self.before(olt.jobs(), olt.id()).await? else { return Ok(None) };
        let saved = view.saved(olt.jobs(), Some(&olt.writable())).await;
        told_again(*view, saved, ignored).map(Some)
    }

    /// The job of what was asked for under its key before.
    ///
    /// # Errors
    /// As of [`crate::jobs::Jobs::under`].
    pub(super) async fn before(&mut self, jobs: &Jobs, olt: &str) -> Result<Option<Box<JobView>>, Failure> {
        let Some(key) = self.key.take() else { return Ok(None) };
        match jobs.under(olt, self.by.as_ref(), key, self.wait).await? {
            Under::Nothing(turn) => {
                self.turn = Some(Arc::new(turn));
                Ok(None)
            }
            Under::Job(view) => Ok(Some(view)),
        }
    }

    /// The name of the token; `None` where the server asks for none.
    pub(super) fn caller(&self) -> Option<&Arc<str>> {
        self.by.as_ref()
    }

    /// How long who asks waits for its end.
    pub(super) const fn wait(&self) -> Duration {
        self.wait
    }

    pub(super) fn by(self, reference: Option<String>) -> Asked {
        let Self { by, request_id, wait, turn, callback, .. } = self;
        Asked { caller: by, request_id, reference, wait, key: turn, callback }
    }

    /// Has the end of the job told to this URL.
    ///
    /// # Errors
    /// 400 with the rule that it breaks.
    pub(super) async fn call_back(
        &mut self,
        olt: &ChosenOlt,
        url: Option<CallbackUrl>,
    ) -> Result<(), Failure> {
        if let Some(url) = url {
            self.callback = Some(url.admitted(olt).await?);
        }
        Ok(())
    }
}

impl FromRequestParts<App> for Asking {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        let by = changer(parts)?;
        let request_id = parts.extensions.get::<RequestId>().map(|id| id.as_str().to_owned());
        let (request_id, wait) = (request_id.unwrap_or_default(), wait(parts)?);
        let key = IdempotencyKey::of(parts)?.map(|IdempotencyKey { name, asked }| Key { name, asked });
        Ok(Self { by, request_id, wait, key, turn: None, callback: None })
    }
}

/// `Prefer: wait=N` and `respond-async` (RFC 7240); other preferences are for others.
pub(super) fn wait(parts: &Parts) -> Result<Duration, Failure> {
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
        let asked = Asking::from_request_parts(parts, app).await?;
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
        Ok(Self { olt, query, asked })
    }
}

impl Writing {
    /// See [`Asking::call_back`].
    ///
    /// # Errors
    /// As there.
    pub(super) async fn call_back(&mut self, url: Option<CallbackUrl>) -> Result<(), Failure> {
        self.asked.call_back(&self.olt, url).await
    }

    /// See [`Asking::again`]; a dry run keeps nothing under its key.
    ///
    /// # Errors
    /// As there.
    pub(super) async fn again(&mut self, ignored: &[String]) -> Result<Option<Written>, Failure> {
        match self.query.flag("dry_run")? {
            true => Ok(None),
            false => self.asked.again(&self.olt, ignored).await,
        }
    }

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

    /// Where an ONU stands.
    async fn place(&self, target: OnuTarget) -> Result<Result<OnuRef, ChangeError>, Failure> {
        let serial = match target {
            OnuTarget::Place(at) => return Ok(Ok(at)),
            OnuTarget::Serial(serial) => serial,
        };
        // Who may write nothing here learns nothing of where it stands.
        let dry_run = self.query.flag("dry_run")?;
        let writes = &self.olt.site().writes;
        if *writes == Writes::Off || (*writes == Writes::Plan && !dry_run) {
            let_through(&self.olt, Extent::Olt, dry_run)?;
        }
        Ok(self.olt.handle().find(serial).await)
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
        self.writing.asked.by.as_deref()
    }

    /// Saves what was configured, see [`crate::jobs::Jobs::save_asked`].
    pub(super) async fn save(
        &mut self,
        at_most: Duration,
    ) -> (Option<String>, Option<Result<WriteReport, NotSaved>>) {
        let Writing { olt, asked, .. } = &mut self.writing;
        // The turn under its key ends once there is a job.
        let key = asked.turn.take();
        let asked = Asked { key, ..asked.clone().by(None) };
        olt.jobs().save_asked(&olt.writable(), asked, at_most).await
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

    /// Plans a registration, and keeps the plan.
    ///
    /// # Errors
    /// As of [`crate::jobs::Jobs::plan_registration`].
    pub(super) async fn plan_registration(&self, wish: &Registration) -> Result<KeptPlan, Failure> {
        let Writing { olt, .. } = &self.writing;
        Ok(olt.jobs().plan_registration(&olt.writable(), wish).await??)
    }

    /// Registers an ONU.
    ///
    /// # Errors
    /// As of [`crate::jobs::Jobs::register`].
    pub(super) async fn register(
        self,
        wish: Registration,
        acceptance: Acceptance,
        reference: Option<String>,
    ) -> Result<Answered, Failure> {
        let Writing { olt, asked, .. } = self.writing;
        Ok(olt.jobs().register(&olt.writable(), wish, acceptance, asked.by(reference)).await?)
    }

    /// Plans to make or lift a hold, and keeps the plan.
    ///
    /// # Errors
    /// As of [`crate::jobs::Jobs::plan_hold`].
    pub(super) async fn plan_hold(&self, change: OnuChange, holding: Holding) -> Result<KeptPlan, Failure> {
        let Writing { olt, asked, .. } = &self.writing;
        Ok(olt.jobs().plan_hold(&olt.writable(), change, holding, asked.by.as_ref()).await??)
    }

    /// Makes or lifts a hold of the ONU at `at`.
    ///
    /// # Errors
    /// As of [`crate::jobs::Jobs::hold`].
    pub(super) async fn hold(
        self,
        change: OnuChange,
        at: OnuRef,
        holding: Holding,
        reference: Option<String>,
    ) -> Result<Answered, Failure> {
        let Writing { olt, asked, .. } = self.writing;
        Ok(olt.jobs().hold(&olt.writable(), change, at, holding, asked.by(reference)).await?)
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
        self,
        change: OnuChange,
        at: OnuRef,
        reference: Option<String>,
    ) -> Result<Answered, Failure> {
        let Writing { olt, asked, .. } = self.writing;
        Ok(olt.jobs().change(&olt.writable(), change, at, asked.by(reference)).await?)
    }
}

#[cfg(test)]
mod tests;

/// Whether a registration names a strategy that there is, if it names one: else 400 with
/// those that there are.
pub(super) fn knows_strategy(olt: &ChosenOlt, wish: &Registration, act: &str) -> Result<(), Failure> {
    let (known, act) = (olt.handle().knows_strategy(wish), act.to_owned());
    Ok(known.map_err(|why| ChangeError { olt: olt.id().to_owned(), act, why })?)
}

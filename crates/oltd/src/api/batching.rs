//! How many ONUs are written to in one request, over several OLTs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use gpon::{ExpectedSerial, OnRefusal, OnuId, OnuRef, WaitFor};
use tokio::time::Instant;

use super::batch_bodies::{ForAll, Meant, One, Registered};
use super::batch_filter::{Chosen, Filter, as_expected, expected};
use super::batch_results::{PlannedBatch, batch_answer};
use super::below::Below;
use super::onu_management::{invalid, place};
use super::register::{act, wished};
use super::writing::{Asking, knows_strategy, let_through};
use crate::app::{App, ChosenOlt};
use crate::http::body::{LossName, Moment, OltName, Reference, Whole};
use crate::http::{ErrorCode, Failure, Query, Written};
use crate::jobs::{Batch, Common, ItemWish, Target};
use crate::writing::Extent;

/// Longest time that a batch may be put off, or be tried.
const LATEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// Targets are planned for so long: requests are given up some time later.
const PLANNED: Duration = Duration::from_secs(75);

/// A request for a batch, by somebody who may write at all.
#[derive(Debug)]
pub(super) struct Batching {
    app: App,
    below: Below,
    pub(super) query: Query,
    asked: Asking,
}

impl FromRequestParts<App> for Batching {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let asked = Asking::from_request_parts(parts, app).await?;
        let below = Below::from_request_parts(parts, app).await?;
        let query = Query::from_request_parts(parts, app).await?;
        query.only(&["dry_run"])?;
        Ok(Self { app: app.clone(), below, query, asked })
    }
}

/// The same failure, of this target.
pub(super) fn of(nr: usize, failure: Failure) -> Failure {
    Failure {
        message: format!("targets[{nr}]: {}", failure.message),
        detail: format!("targets[{nr}]: {}", failure.detail),
        ..failure
    }
}

impl Batching {
    /// The OLT of a target, where it is known.
    fn olt(&self, named: Option<OltName>) -> Result<Option<ChosenOlt>, Failure> {
        let named = named.as_ref().map(|OltName(named)| named.as_str());
        match (self.below.0.as_deref(), named) {
            (Some(below), Some(named)) if below != named => {
                Err(invalid("The path names another OLT.", "olt: it is another one than the path names"))
            }
            (Some(olt), _) | (None, Some(olt)) => Ok(Some(self.app.olt(Some(olt))?)),
            // Where several are configured, none of them is meant by itself.
            (None, None) => {
                let mut olts = self.app.olts();
                Ok(olts.next().filter(|_| olts.next().is_none()))
            }
        }
    }

    fn target(&self, one: One, wish: ItemWish) -> Result<(Option<ChosenOlt>, Target), Failure> {
        let One { olt, which, expect_serial, r#ref } = one;
        let olt = self.olt(olt)?;
        let at = place(which.pon_port, which.onu_id)?.map(|(pon, id)| OnuRef { pon, id });
        let target = Target {
            reference: r#ref.map(|Reference(reference)| reference),
            place: at,
            serial: which.serial_number,
            expect: expect_serial,
            wish,
            wait_for: WaitFor::Configured,
        };
        if let (Some(serial), Some(expected)) = (target.serial, target.expect)
            && expected != ExpectedSerial::Serial(serial)
        {
            return Err(invalid(
                "The target names two serial numbers.",
                "expect_serial: it is another one than serial_number",
            ));
        }
        match (at, target.serial, &olt) {
            (None, None, _) => Err(invalid(
                "An ONU is named by its place or by its serial number.",
                "pon_port: it is required with onu_id, or serial_number without them",
            )),
            (Some(_), _, None) => Err(Failure::new(
                ErrorCode::OltRequired,
                "Several OLTs are configured, and a place is one of an OLT.",
                "olt: it is required with a place",
            )),
            (Some(_), None, Some(olt))
                if target.wish.needs_identity()
                    && target.identity().is_none()
                    && olt.site().require_identity =>
            {
                Err(Failure::new(
                    ErrorCode::IdentityRequired,
                    "A place is no customer: this needs the ONU's serial number.",
                    "expect_serial: it is required, or serial_number; `none` for an ONU that is registered without one",
                ))
            }
            _ => Ok((olt, target)),
        }
    }

    pub(super) fn registration(
        &self,
        Registered { olt, wished: wished_for, wait_for }: Registered,
        on_refusal: OnRefusal,
        accept_loss: BTreeSet<String>,
    ) -> Result<(Option<ChosenOlt>, Target), Failure> {
        let Some(olt) = self.olt(olt)? else {
            return Err(Failure::new(
                ErrorCode::OltRequired,
                "Several OLTs are configured, and a PON port is one of an OLT.",
                "olt: it is required",
            ));
        };
        let (wish, reference) = wished(wished_for, on_refusal, accept_loss)?;
        knows_strategy(&olt, &wish, &act(&wish))?;
        let id = wish.id.or(OnuId::new(1).ok());
        let target = Target {
            reference,
            place: id.map(|id| OnuRef { pon: wish.pon, id }),
            serial: Some(wish.serial),
            expect: None,
            wish: ItemWish::Register(Box::new(wish)),
            wait_for: wait_for.unwrap_or_default(),
        };
        Ok((Some(olt), target))
    }

    /// Makes a batch of one wish for all that are named, or that a filter chooses.
    pub(super) async fn make_one(
        mut self,
        kind: &str,
        (targets, filter): (Option<Vec<Meant>>, Option<Filter>),
        wish: ItemWish,
        all: ForAll,
        ignored: &[String],
    ) -> Result<Written, Failure> {
        let filter = match (targets, filter) {
            (Some(targets), None) => {
                let targets = targets.into_iter().map(|Meant { one }| (one, wish.clone()));
                return self.make(kind, targets, all, ignored).await;
            }
            (None, Some(filter)) => filter,
            (Some(_), Some(_)) => {
                return Err(invalid("ONUs are named or chosen.", "filter: targets stand there too"));
            }
            (None, None) => {
                return Err(invalid("There is nothing to change.", "targets: it is required, or filter"));
            }
        };
        let dry_run = self.query.flag("dry_run")?;
        let expect = match (all.expect, dry_run) {
            (None, true) => None,
            (expect, _) => Some(expected(expect)?),
        };
        // What was asked for before is not chosen anew.
        if !dry_run && let Some(view) = self.asked.before(self.app.jobs(), "the server").await? {
            return batch_answer(&self.app, &view.job.id, self.below.0.as_deref(), ignored).await;
        }
        let chosen = filter.choose(&self.app, self.below.0.as_deref(), dry_run).await?;
        if let Some(expect) = expect {
            as_expected(&chosen, expect)?;
        }
        let target = |Chosen { olt, at, who }| {
            let (serial, expect) = match who {
                ExpectedSerial::Serial(serial) => (Some(serial), None),
                ExpectedSerial::Without => (None, Some(who)),
            };
            let wait_for = WaitFor::Configured;
            (
                Some(olt),
                Target { reference: None, place: Some(at), serial, expect, wish: wish.clone(), wait_for },
            )
        };
        let targets: Vec<_> = chosen.into_iter().map(target).collect();
        if targets.is_empty() {
            return PlannedBatch::answer(Vec::new(), ignored);
        }
        self.make_of(kind, targets, all, ignored, dry_run).await
    }

    /// Makes a batch, or plans it.
    pub(super) async fn make(
        self,
        kind: &str,
        targets: impl IntoIterator<Item = (One, ItemWish)>,
        all: ForAll,
        ignored: &[String],
    ) -> Result<Written, Failure> {
        let dry_run = self.query.flag("dry_run")?;
        let checked = targets.into_iter().enumerate();
        let checked =
            checked.map(|(nr, (one, wish))| self.target(one, wish).map_err(|failure| of(nr, failure)));
        let targets: Vec<_> = checked.collect::<Result<_, _>>()?;
        self.make_of(kind, targets, all, ignored, dry_run).await
    }

    pub(super) async fn make_of(
        mut self,
        kind: &str,
        targets: Vec<(Option<ChosenOlt>, Target)>,
        all: ForAll,
        ignored: &[String],
        dry_run: bool,
    ) -> Result<Written, Failure> {
        let ForAll { on_refusal, accept_loss, not_before, until, expect, callback_url } = all;
        if let (Some(url), Some(olt)) = (callback_url, self.app.olts().next()) {
            self.asked.call_back(&olt, Some(url)).await?;
        }
        if targets.is_empty() {
            return Err(invalid("There is nothing to change.", "targets: at least one is required"));
        }
        if let Some(Whole(expect)) = expect
            && usize::try_from(expect) != Ok(targets.len())
        {
            let detail = format!("expect: {expect} targets were expected, and {} are named", targets.len());
            return Err(invalid("There are more targets than expected, or fewer.", &detail));
        }
        let (not_before, until) = (not_before.map(|Moment(at)| at), until.map(|Moment(at)| at));
        times(not_before, until)?;
        if !dry_run && let Some(view) = self.asked.before(self.app.jobs(), "the server").await? {
            return batch_answer(&self.app, &view.job.id, self.below.0.as_deref(), ignored).await;
        }
        let may_be = self.may_be(&targets, dry_run)?;
        let accept_loss = accept_loss.unwrap_or_default().into_iter().map(|LossName(name)| name).collect();
        let common = Common { on_refusal: on_refusal.unwrap_or_default(), accept_loss };
        let targets = targets.into_iter().map(|(olt, target)| (olt.map(|olt| Arc::from(olt.id())), target));
        let (kind, targets) = (kind.to_owned(), targets.collect());
        let batch = Batch { kind, common, not_before, until, targets };
        let jobs = self.app.jobs();
        if dry_run {
            let olts: BTreeMap<_, _> =
                may_be.iter().map(|olt| (Arc::from(olt.id()), olt.writable())).collect();
            let planned = jobs.plan_batch(batch, &olts, self.asked.caller(), Instant::now() + PLANNED).await;
            return PlannedBatch::answer(planned, ignored);
        }
        let wait = self.asked.wait();
        let id = jobs.begin_batch(batch, self.asked.by(None)).await?;
        jobs.batch_ends(&id, wait).await?;
        batch_answer(&self.app, &id, self.below.0.as_deref(), ignored).await
    }

    /// The OLTs where targets may be, once it is known that all that are named are written to.
    fn may_be(
        &self,
        targets: &[(Option<ChosenOlt>, Target)],
        dry_run: bool,
    ) -> Result<Vec<ChosenOlt>, Failure> {
        let mut seen = BTreeSet::new();
        for (nr, (olt, target)) in targets.iter().enumerate() {
            let Some(olt) = olt else { continue };
            let pon = target.place.map(|at| at.pon);
            if seen.insert((olt.id(), pon)) {
                // Where one stands that is looked for is asked once it is found.
                let extent = pon.map_or(Extent::Save, Extent::Pon);
                let_through(olt, extent, dry_run).map_err(|failure| of(nr, failure))?;
            }
        }
        let named = |olt: &ChosenOlt| seen.iter().any(|(id, _)| *id == olt.id());
        if targets.iter().all(|(olt, _)| olt.is_some()) {
            return Ok(self.app.olts().filter(named).collect());
        }
        let (mut may_be, mut why) = (Vec::new(), None);
        for olt in self.app.olts() {
            match let_through(&olt, Extent::Save, dry_run) {
                Ok(()) => may_be.push(olt),
                Err(failure) => why = why.or(Some(failure)),
            }
        }
        match (may_be.is_empty(), why) {
            (true, Some(why)) => Err(why),
            _ => Ok(may_be),
        }
    }
}

fn times(not_before: Option<SystemTime>, until: Option<SystemTime>) -> Result<(), Failure> {
    let now = SystemTime::now();
    for (name, moment) in [("not_before", not_before), ("until", until)] {
        if moment.is_some_and(|moment| moment > now + LATEST) {
            return Err(invalid(
                "A batch is put off for a year at most.",
                &format!("{name}: it is over 366 days away"),
            ));
        }
    }
    match until {
        Some(until) if until <= now => Err(invalid("The time is over.", "until: it has passed")),
        Some(until) if not_before.is_some_and(|begins| until <= begins) => {
            Err(invalid("The time is over before it begins.", "until: it is not behind not_before"))
        }
        _ => Ok(()),
    }
}

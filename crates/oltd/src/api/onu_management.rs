use gpon::{
    ExpectedSerial, OnRefusal, OnuChange, OnuId, OnuRef, OnuTarget, OnuWish, PlainText, PonPort, RebootVia,
    SerialNumber,
};

use super::callbacks::{self, CallbackUrl};
use super::outcome::{About, Planned, WriteOrPlan, answer};
use super::writing::Writing;
use crate::http::body::{Body, LossName, Reference, body};
use crate::http::openapi::{Deleting, HowToWrite, MadeOrGoesOn, OnuWriteFailures, SerialPath};
use crate::http::{ErrorCode, Failure, Params, PonOnu, Query, Written};

body! {
    /// Which ONU is meant.
    pub(super) part struct Which {
        /// Its PON port.
        pub(super) pon_port: Option<PonPort>,
        /// Its number there.
        pub(super) onu_id: Option<OnuId>,
        /// Its serial number, which is looked for where no place is named.
        pub(super) serial_number: Option<SerialNumber>,
    }
}

body! {
    /// How it is changed.
    pub(super) part struct How {
        /// The serial number of the ONU that has to stand there.
        expect_serial: Option<ExpectedSerial>,
        /// What the caller calls it, to be told again.
        r#ref: Option<Reference>,
        /// What is done about what was done already when the OLT refuses a part.
        on_refusal: Option<OnRefusal>,
        /// What may be lost that cannot be brought back, by the names that an answer told.
        accept_loss: Option<Vec<LossName>>,
        /// The URL that the end of the job is told to (docs/callbacks.md).
        callback_url: Option<CallbackUrl>,
    }
}

body! {
    /// The ONU that is meant: by its place, by its serial number, or by both.
    pub(super) struct Meant {
        /// Which.
        which: Which,
        /// How.
        how: How,
    }
}

body! {
    /// The ONU to restart.
    pub(super) struct Reboot {
        /// Which.
        which: Which,
        /// By which way it is restarted; `omci` unless it is named.
        via: Option<RebootVia>,
        /// How.
        how: How,
    }
}

body! {
    /// What an ONU is called.
    pub(super) struct Description {
        /// Which.
        which: Which,
        /// Its description; it stays as it is where none is named.
        description: Option<PlainText>,
        /// Its name; it stays as it is where none is named.
        name: Option<PlainText>,
        /// How.
        how: How,
    }
}

/// What is said of the ONU and of how it is changed.
pub(super) struct Common {
    place: Option<(PonPort, OnuId)>,
    serial: Option<SerialNumber>,
    expect: Option<ExpectedSerial>,
    reference: Option<String>,
    on_refusal: OnRefusal,
    accept_loss: Vec<String>,
    callback: Option<CallbackUrl>,
}

/// What belongs to the job and not to the change.
pub(super) struct OfJob {
    pub(super) reference: Option<String>,
    pub(super) callback: Option<CallbackUrl>,
}

pub(super) fn invalid(message: &str, detail: &str) -> Failure {
    Failure::new(ErrorCode::InvalidParameter, message, detail)
}

pub(super) fn place(pon: Option<PonPort>, id: Option<OnuId>) -> Result<Option<(PonPort, OnuId)>, Failure> {
    match (pon, id) {
        (Some(pon), Some(id)) => Ok(Some((pon, id))),
        (None, None) => Ok(None),
        (Some(_), None) => {
            Err(invalid("A place is a PON port and a number.", "onu_id: it is required with pon_port"))
        }
        (None, Some(_)) => {
            Err(invalid("A place is a PON port and a number.", "pon_port: it is required with onu_id"))
        }
    }
}

impl Common {
    /// As a body says it.
    fn of(which: Which, how: How) -> Result<Self, Failure> {
        let names = how.accept_loss.unwrap_or_default().into_iter().map(|LossName(name)| name);
        Ok(Self {
            place: place(which.pon_port, which.onu_id)?,
            serial: which.serial_number,
            expect: how.expect_serial,
            reference: how.r#ref.map(|Reference(reference)| reference),
            on_refusal: how.on_refusal.unwrap_or_default(),
            accept_loss: names.collect(),
            callback: how.callback_url,
        })
    }

    /// Of an ONU that the path names.
    pub(super) fn named(target: OnuTarget, how: How) -> Result<Self, Failure> {
        let which = match target {
            OnuTarget::Place(at) => {
                Which { pon_port: Some(at.pon), onu_id: Some(at.id), serial_number: None }
            }
            OnuTarget::Serial(serial) => Which { pon_port: None, onu_id: None, serial_number: Some(serial) },
        };
        Self::of(which, how)
    }

    /// The change, and what its job is to know.
    pub(super) fn change(self, wish: OnuWish) -> Result<(OnuChange, OfJob), Failure> {
        let target = match (self.place, self.serial) {
            (Some((pon, id)), _) => OnuTarget::Place(OnuRef { pon, id }),
            (None, Some(serial)) => OnuTarget::Serial(serial),
            (None, None) => {
                return Err(invalid(
                    "An ONU is named by its place or by its serial number.",
                    "pon_port: it is required with onu_id, or serial_number without them",
                ));
            }
        };
        let by_serial = self.serial.map(ExpectedSerial::Serial);
        if let (Some(serial), Some(expected)) = (by_serial, self.expect)
            && serial != expected
        {
            return Err(invalid(
                "The request names two serial numbers.",
                "expect_serial: it is another one than serial_number",
            ));
        }
        let change = OnuChange {
            expect: self.expect.or(by_serial),
            on_refusal: self.on_refusal,
            accept_loss: self.accept_loss.into_iter().collect(),
            ..OnuChange::new(target, wish)
        };
        Ok((change, OfJob { reference: self.reference, callback: self.callback }))
    }
}

/// Whether who would be cut off, or let in, by mistake is named by more than a place.
///
/// # Errors
/// `identity_required`.
pub(super) fn identified(writing: &Writing, change: &OnuChange) -> Result<(), Failure> {
    if change.wish.needs_identity() && change.identity().is_none() && writing.requires_identity() {
        return Err(Failure::new(
            ErrorCode::IdentityRequired,
            "A place is no customer: this needs the ONU's serial number.",
            "expect_serial: it is required, or serial_number; `none` for an ONU that is registered without one",
        ));
    }
    Ok(())
}

/// Makes a change, or plans it.
async fn make(
    mut writing: Writing,
    change: OnuChange,
    OfJob { reference, callback }: OfJob,
    parameters: &[&str],
    ignored: &[String],
) -> Result<Written, Failure> {
    identified(&writing, &change)?;
    writing.call_back(callback).await?;
    // Before it is looked for: what was deleted is not found again.
    if let Some(answer) = writing.again(ignored).await? {
        return Ok(answer);
    }
    // What is looked for by its serial number has to be the one that is found.
    let expect = change.identity();
    let (at, target) = writing.at_onu(change.target, parameters).await?;
    let change = OnuChange { target: OnuTarget::Place(at), expect, ..change };
    if target.dry_run {
        return Planned::from(target.plan(&change).await?).answer(ignored);
    }
    // As the plan of the job has it, however the ONU was named.
    let act = format!("{} ONU {at}", change.wish.act());
    let about = About { olt: target.olt().to_owned(), act, at: Some(at), reference: reference.clone() };
    let olt = target.chosen().clone();
    answer(target.change(change, at, reference).await?, &olt, &about, ignored).await
}

/// Blocks an ONU: it is disabled at the OLT until it is unblocked.
///
/// It needs the serial number, by `serial_number` or `expect_serial`, unless
/// `olts[].require_identity` is off.
#[utoipa::path(
    post, path = "/onu-management/block", operation_id = "block_onu", tag = "ONU life cycle",
    params(HowToWrite), request_body = Meant,
    responses(MadeOrGoesOn<WriteOrPlan>, OnuWriteFailures),
)]
pub(super) async fn block(writing: Writing, body: Body<Meant>) -> Result<Written, Failure> {
    let Meant { which, how } = body.value;
    let (change, of_job) = Common::of(which, how)?.change(OnuWish::Block)?;
    make(writing, change, of_job, &[], &body.ignored).await
}

/// Unblocks an ONU.
///
/// It needs the serial number, as blocking does.
#[utoipa::path(
    post, path = "/onu-management/unblock", operation_id = "unblock_onu", tag = "ONU life cycle",
    params(HowToWrite), request_body = Meant,
    responses(MadeOrGoesOn<WriteOrPlan>, OnuWriteFailures),
)]
pub(super) async fn unblock(writing: Writing, body: Body<Meant>) -> Result<Written, Failure> {
    let Meant { which, how } = body.value;
    let (change, of_job) = Common::of(which, how)?.change(OnuWish::Unblock)?;
    make(writing, change, of_job, &[], &body.ignored).await
}

/// Restarts an ONU.
///
/// The answer comes once the OLT took it, with `verified: false`. The job then
/// reads the ONU's history for up to three minutes (`olts[].reboot_wait`), and says whether it came back.
#[utoipa::path(
    post, path = "/onu-management/reboot", operation_id = "reboot_onu", tag = "ONU life cycle",
    params(HowToWrite), request_body = Reboot,
    responses(MadeOrGoesOn<WriteOrPlan>, OnuWriteFailures),
)]
pub(super) async fn reboot(writing: Writing, body: Body<Reboot>) -> Result<Written, Failure> {
    let Reboot { which, via, how } = body.value;
    let (change, of_job) = Common::of(which, how)?.change(OnuWish::Reboot(via.unwrap_or_default()))?;
    make(writing, change, of_job, &[], &body.ignored).await
}

/// Resets the box of an ONU to what its maker set. It cannot be undone.
///
/// It needs the serial number, as blocking does. What the OLT holds of the ONU stays.
#[utoipa::path(
    post, path = "/onu-management/factory-reset", operation_id = "factory_reset_onu", tag = "ONU life cycle",
    params(HowToWrite), request_body = Meant,
    responses(MadeOrGoesOn<WriteOrPlan>, OnuWriteFailures),
)]
pub(super) async fn factory_reset(writing: Writing, body: Body<Meant>) -> Result<Written, Failure> {
    let Meant { which, how } = body.value;
    let (change, of_job) = Common::of(which, how)?.change(OnuWish::FactoryReset)?;
    make(writing, change, of_job, &[], &body.ignored).await
}

/// Names an ONU.
#[utoipa::path(
    put, path = "/onu-management/description", operation_id = "describe_onu", tag = "ONU life cycle",
    params(HowToWrite), request_body = Description,
    responses(MadeOrGoesOn<WriteOrPlan>, OnuWriteFailures),
)]
pub(super) async fn describe(writing: Writing, body: Body<Description>) -> Result<Written, Failure> {
    let Description { which, description, name, how } = body.value;
    if name.is_none() && description.is_none() {
        return Err(invalid("There is nothing to change.", "description: it is required, or name"));
    }
    let (change, of_job) = Common::of(which, how)?.change(OnuWish::Describe { name, description })?;
    make(writing, change, of_job, &[], &body.ignored).await
}

/// The parameters of a query that a body has elsewhere.
const KEYS: [&str; 5] = ["expect_serial", "ref", "on_refusal", "accept_loss", callbacks::NAME];

/// What the query of a deletion says, as the body of another write does.
fn of_query(query: &Query) -> Result<Common, Failure> {
    let expect = match query.text("expect_serial")? {
        Some("none") => Some(ExpectedSerial::Without),
        Some(_) => query.parse("expect_serial")?.map(ExpectedSerial::Serial),
        None => None,
    };
    let reference = query.text("ref")?;
    if let Some(text) = reference
        && (!(1..=128).contains(&text.chars().count()) || text.chars().any(char::is_control))
    {
        let rule = "a text of 1 to 128 characters without control characters";
        return Err(Failure::parameter("ref", rule, text));
    }
    let on_refusal = match query.text("on_refusal")? {
        Some("undo") | None => OnRefusal::Undo,
        Some("keep") => OnRefusal::Keep,
        Some(other) => return Err(Failure::parameter("on_refusal", "undo or keep", other)),
    };
    let accept_loss = query.text("accept_loss")?.unwrap_or_default();
    let names = accept_loss.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    Ok(Common {
        place: None,
        serial: None,
        expect,
        reference: reference.map(str::to_owned),
        on_refusal,
        accept_loss: names.collect(),
        callback: CallbackUrl::of_query(query)?,
    })
}

async fn delete(writing: Writing, target: OnuTarget) -> Result<Written, Failure> {
    let Common { expect, reference, on_refusal, accept_loss, callback, .. } = of_query(writing.query())?;
    if let (OnuTarget::Serial(serial), Some(expected)) = (target, expect)
        && expected != ExpectedSerial::Serial(serial)
    {
        return Err(invalid(
            "The request names two serial numbers.",
            "expect_serial: it is another one than the path names",
        ));
    }
    let change = OnuChange {
        expect,
        on_refusal,
        accept_loss: accept_loss.into_iter().collect(),
        ..OnuChange::new(target, OnuWish::Delete)
    };
    make(writing, change, OfJob { reference, callback }, &KEYS, &[]).await
}

/// Deletes an ONU: the OLT forgets it and all that was configured for it.
///
/// It needs the serial number, by `expect_serial` or in the path, unless
/// `olts[].require_identity` is off.
#[utoipa::path(
    delete, path = "/onu/{pon}/{onu_id}", operation_id = "delete_onu", tag = "ONU life cycle",
    params(PonOnu, Deleting, HowToWrite),
    responses(MadeOrGoesOn<WriteOrPlan>, OnuWriteFailures),
)]
pub(super) async fn delete_at(writing: Writing, PonOnu(at): PonOnu) -> Result<Written, Failure> {
    delete(writing, OnuTarget::Place(at)).await
}

/// The same, by the path of older clients.
#[utoipa::path(
    delete, path = "/onu-management/{pon}/{onu_id}", operation_id = "delete_onu_of_old", tag = "ONU life cycle",
    params(PonOnu, Deleting, HowToWrite),
    responses(MadeOrGoesOn<WriteOrPlan>, OnuWriteFailures),
)]
pub(super) async fn delete_of_old(writing: Writing, PonOnu(at): PonOnu) -> Result<Written, Failure> {
    delete(writing, OnuTarget::Place(at)).await
}

/// Deletes the ONU with this serial number, wherever it stands.
#[utoipa::path(
    delete, path = "/onu/sn/{serial}", operation_id = "delete_onu_by_serial", tag = "ONU life cycle",
    params(SerialPath, Deleting, HowToWrite),
    responses(MadeOrGoesOn<WriteOrPlan>, OnuWriteFailures),
)]
pub(super) async fn delete_by_serial(writing: Writing, params: Params) -> Result<Written, Failure> {
    delete(writing, OnuTarget::Serial(params.parse("serial", "serial_number")?)).await
}

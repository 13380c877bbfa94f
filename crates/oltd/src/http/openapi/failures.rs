//! What may go wrong, as sets of responses. A set is a list of codes; their
//! statuses come from [`ErrorCode::status`].

use std::collections::BTreeMap;

use serde_json::json;
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use super::headers::{self, OF_LIMIT, REQUEST_ID};
use super::{Carrier, described, key};
use crate::failure::FailureBody;
use crate::failure::status::words;
use crate::http::ErrorCode::{self, *};

/// Of any request.
const ANY: &[ErrorCode] = &[
    InvalidPath,
    MethodNotAllowed,
    SlowRequest,
    BodyTooLarge,
    PathTooLong,
    UnsupportedMediaType,
    UnknownHost,
    Internal,
    DeadlinePassed,
];
/// Of any request that is counted against its client.
const COUNTED: &[ErrorCode] = &[RateLimited];
/// Of any request that may need a token.
const GUARDED: &[ErrorCode] = &[Unauthorized, Forbidden];
/// Of a request to an OLT, even if nothing is read.
const OF_AN_OLT: &[ErrorCode] = &[OltRequired, OltNotFound, RouteNotFound];
/// Of reading an OLT.
const READ: &[ErrorCode] = &[
    InvalidParameter,
    UnsupportedByFirmware,
    OltRefused,
    UnexpectedReply,
    OltUnreachable,
    LoginRefused,
    OltBusy,
];

/// Of writing to an OLT.
const WRITE: &[ErrorCode] = &[NotWriter, Held, OutcomeUnknown];

/// Of changing an ONU.
const CHANGE: &[ErrorCode] = &[
    PonNotFound,
    OnuNotFound,
    IdentityRequired,
    IdentityMismatch,
    SerialAmbiguous,
    OwnedByProfile,
    LossNotAccepted,
    OnuBlocked,
    Locked,
    HeldByOwners,
    NotHeld,
    KeyReused,
    Cancelled,
    RolledBack,
    PartialChange,
    StoreUnavailable,
];

/// Of putting an ONU into service.
const REGISTER: &[ErrorCode] = &[OnuIdInUse, PonFull, SerialInUse, Differs, NotOnOlt, ModelUnknown];

/// One line per set: its name and its lists.
macro_rules! sets {
    ($($(#[$doc:meta])* $name:ident = $($list:expr),+;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) enum $name {}

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                described(|| by_status(&[$($list),+]))
            }
        }
    )+};
}

sets! {
    /// The server's health.
    HealthFailures = ANY;
    /// What needs no token.
    OpenFailures = ANY, COUNTED;
    /// The figures, which are not counted against who asks for them.
    MetricsFailures = ANY, GUARDED;
    /// The server itself.
    GuardedFailures = ANY, COUNTED, GUARDED;
    /// An OLT that is not read.
    TreeFailures = ANY, COUNTED, GUARDED, OF_AN_OLT;
    /// The same with parameters.
    ParameterFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, &[InvalidParameter];
    /// A reading of the OLT.
    ReadFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, READ;
    /// A reading of a PON.
    PonFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, READ, &[PonNotFound, StoreUnavailable];
    /// A reading of the ONU of a serial number.
    DiagnosisFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, READ, &[PonNotFound, OnuNotFound, SerialAmbiguous, StoreUnavailable];
    /// A reading of a PON that must be whole.
    FreeIdFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, READ, &[PonNotFound, IncompleteReading];
    /// A reading of an ONU.
    OnuFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, READ, &[PonNotFound, OnuNotFound];
    /// A reading of a T-CONT.
    TcontFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, READ, &[PonNotFound, OnuNotFound, TcontNotFound, IncompleteReading];
    /// A reading of a GEM port.
    GemPortFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, READ, &[PonNotFound, OnuNotFound, GemPortNotFound, IncompleteReading];
    /// A reading of a card.
    CardFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, READ, &[CardNotFound, IncompleteReading];
    /// A change of ours that concerns an OLT.
    HoldFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, &[InvalidParameter];
    /// Saving what was configured on an OLT.
    SaveFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, READ, WRITE, &[KeyReused, StoreUnavailable];
    /// A change of an ONU.
    OnuWriteFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, READ, WRITE, CHANGE;
    /// Putting an ONU into service.
    RegisterFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, READ, WRITE, CHANGE, REGISTER;
    /// A batch: what keeps a target from being done stands with it.
    BatchFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, &[InvalidParameter, IdentityRequired, NotWriter, Held, KeyReused, Cancelled, NoneDone, OltBusy, OutcomeUnknown, StoreUnavailable];
    /// Jobs.
    JobFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, &[InvalidParameter, JobNotFound, StoreUnavailable];
    /// Cancelling a job.
    CancelFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, &[InvalidParameter, JobNotFound, NotCancellable, StoreUnavailable];
    /// Settling a job.
    SettleFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, READ, WRITE, CHANGE, &[JobNotFound, JobSettled, NoneDone];
    /// Plans.
    PlanFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, &[InvalidParameter, PlanNotFound, StoreUnavailable];
    /// Applying a plan.
    ApplyFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, READ, WRITE, CHANGE, &[PlanNotFound, PlanStale, PlanApplied, PlanExpired];
    /// A reading of a profile.
    ProfileFailures = ANY, COUNTED, GUARDED, OF_AN_OLT, READ, &[ProfileNotFound, IncompleteReading];
}

/// What each code means, as a list.
pub(super) fn meanings() -> String {
    let line = |(code, meaning): &(ErrorCode, &str)| {
        let name = serde_json::to_value(code).unwrap_or_default();
        format!("- `{}` ({}):{meaning}", name.as_str().unwrap_or_default(), code.status().as_u16())
    };
    ErrorCode::MEANINGS.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn by_status(lists: &[&[ErrorCode]]) -> BTreeMap<String, RefOr<Response>> {
    let mut statuses = BTreeMap::<_, Vec<ErrorCode>>::new();
    for code in lists.iter().copied().flatten() {
        statuses.entry(code.status()).or_default().push(*code);
    }
    statuses.into_iter().map(|(status, codes)| (key(status), response(&codes))).collect()
}

/// The response of these codes, which have the same status.
fn response(codes: &[ErrorCode]) -> RefOr<Response> {
    let Some(status) = codes.first().map(|code| code.status()) else { return Response::default().into() };
    let own: &[&str] = match codes {
        [Unauthorized, ..] => &["WWW-Authenticate"],
        [MethodNotAllowed, ..] => &["Allow"],
        [RateLimited | OltUnreachable, ..] => &["Retry-After"],
        _ => &[],
    };
    let names = [REQUEST_ID].into_iter().chain(OF_LIMIT).chain(own.iter().copied());
    // What the codes of this status say is narrower than what all failures say.
    let narrow = json!({
        "type": "object",
        "properties": {
            "code": { "enum": [status.as_u16()] },
            "status": { "enum": [words(status)] },
            "error_code": { "enum": codes },
        },
    });
    let name: Vec<String> = codes.iter().map(|code| format!("{code:?}")).collect();
    Carrier::of(json!({
        "description": words(status),
        "headers": headers::references(names),
        "content": { "application/json": { "schema": {
            "allOf": [{ "$ref": "#/components/schemas/Failure" }, narrow],
        } } },
    }))
    .with::<FailureBody<'_>>()
    .named(name.join("Or"))
    .done()
}

//! The only file that names HTTP status codes.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// The status of every answer that holds what was asked for.
pub(crate) const SUCCESS: StatusCode = StatusCode::OK;

/// The status of an answer to a write that has made something.
pub(crate) const CREATED: StatusCode = StatusCode::CREATED;

/// The status of an answer to a write that goes on.
pub(crate) const ACCEPTED: StatusCode = StatusCode::ACCEPTED;

/// The status of an answer to a batch of which some is done and some is not.
pub(crate) const SOME: StatusCode = StatusCode::MULTI_STATUS;

/// The status of an answer that the client holds already.
pub(crate) const NOT_MODIFIED: StatusCode = StatusCode::NOT_MODIFIED;

/// Keeps the comments of the codes: clients read them in the OpenAPI document.
macro_rules! with_meanings {
    (
        $(#[$of_all:meta])*
        pub enum $name:ident {
            $($(#[doc = $meaning:literal])+ $(#[serde($($spelling:tt)+)])? $code:ident,)+
        }
    ) => {
        $(#[$of_all])*
        pub enum $name {
            $($(#[doc = $meaning])+ $(#[serde($($spelling)+)])? $code,)+
        }

        impl $name {
            /// Every code, and what it means.
            pub(crate) const MEANINGS: &[(Self, &str)] = &[$((Self::$code, concat!($($meaning),+))),+];
        }
    };
}

with_meanings! {
/// What went wrong, for programs: the closed list behind `error_code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The path holds bad escapes, control characters, an encoded slash, or a segment that is too long.
    InvalidPath,
    /// A path or query parameter or a field of the body breaks its rule; the message names both.
    InvalidParameter,
    /// Several OLTs are configured, none is the default, and the request names none.
    OltRequired,
    /// There is no such route, or it is not built yet.
    RouteNotFound,
    /// No OLT with this id is configured.
    OltNotFound,
    /// The chassis has no such PON port.
    PonNotFound,
    /// No table of the OLT names this ONU.
    OnuNotFound,
    /// The chassis has no card there.
    CardNotFound,
    /// The OLT has no such profile.
    ProfileNotFound,
    /// The ONU has no such T-CONT.
    TcontNotFound,
    /// The ONU has no such GEM port.
    #[serde(rename = "gemport_not_found")]
    GemPortNotFound,
    /// The route exists, but not with this method; `Allow` lists those it has.
    MethodNotAllowed,
    /// The request's body is over 1 MiB; with a token to write with, a batch may have 8.
    BodyTooLarge,
    /// The request's path and query are over 8 KiB.
    PathTooLong,
    /// The request's path and headers are over 16 KiB together.
    HeadTooLarge,
    /// What came is no request of HTTP.
    MalformedRequest,
    /// This firmware or model has no source for what was asked.
    UnsupportedByFirmware,
    /// The OLT refused a command; its own line is in `error`.
    OltRefused,
    /// A bug of ours.
    Internal,
    /// The number on the PON is another ONU's, or a job's whose end is not known.
    OnuIdInUse,
    /// The PON has no free number.
    PonFull,
    /// The serial number is registered elsewhere on this OLT; `data` says where.
    SerialInUse,
    /// The ONU stands there, configured in another way; `data.differences` names it.
    Differs,
    /// The OLT has no such VLAN, profile or type; `data.missing` names them.
    NotOnOlt,
    /// No type is configured for the model that the box reports.
    ModelUnknown,
    /// The route is promised and not built yet.
    NotImplemented,
    /// The OLT answered something that we do not understand.
    UnexpectedReply,
    /// The OLT does not answer, or cannot be reached.
    OltUnreachable,
    /// The OLT refused the login to its command line, and nothing else knows what was asked.
    LoginRefused,
    /// Too many requests wait for this OLT already.
    OltBusy,
    /// The deadline of the reading or of the request passed.
    DeadlinePassed,
    /// Some answers of the OLT are missing, and without them the question would be answered by a guess.
    IncompleteReading,
    /// The request needs a token and has no valid one.
    Unauthorized,
    /// The caller may not do this.
    Forbidden,
    /// The request's body came too slowly.
    SlowRequest,
    /// The request's body is of a kind that the route does not read.
    UnsupportedMediaType,
    /// The server does not answer to the name in the `Host` header.
    UnknownHost,
    /// This instance writes nothing to the OLT: another one does, or it is ending.
    NotWriter,
    /// Somebody holds the OLT: nothing is written to it until it is released.
    Held,
    /// The link was lost during a write, or it goes on: nobody knows yet what the OLT holds.
    OutcomeUnknown,
    /// The OLT refused a part of a write, or somebody wanted it undone: what was done before is undone.
    RolledBack,
    /// Some of a write remains on the OLT.
    PartialChange,
    /// What would cut off a customer names him: the request needs `serial_number` or `expect_serial`.
    IdentityRequired,
    /// Another ONU stands there than was expected. Nothing was sent.
    IdentityMismatch,
    /// The serial number is registered in several places; the request must name one. Nothing was sent.
    SerialAmbiguous,
    /// A line that would have to change belongs to a profile, which the message names. Nothing was sent.
    OwnedByProfile,
    /// What stands there could not be brought back; `accept_loss` lets it go. Nothing was sent.
    LossNotAccepted,
    /// The ONU is blocked, and this would unblock it. Nothing was sent.
    OnuBlocked,
    /// A job whose end is not known yet locks what the request is about; the message names it. Nothing was sent.
    Locked,
    /// The ONU is suspended, and what was asked would bring it into service; the message names the owners. Nothing was sent.
    HeldByOwners,
    /// The owner does not hold the ONU that he resumes; the message names who does. Nothing was sent.
    NotHeld,
    /// What the plan touches has changed since it was made, or a filter chooses another number of ONUs than was expected; the message names it. Nothing was sent.
    PlanStale,
    /// The plan was applied before.
    PlanApplied,
    /// The plan is over 7 days old.
    PlanExpired,
    /// There is no such plan.
    PlanNotFound,
    /// There is no such job.
    JobNotFound,
    /// Nothing of the job waits to be settled.
    JobSettled,
    /// Something else was asked under the same `Idempotency-Key` within a day. Nothing was sent.
    KeyReused,
    /// The job was cancelled before anything was sent.
    Cancelled,
    /// None of the targets of a batch is done; each says why in `data.results`.
    NoneDone,
    /// The job has begun or has ended, so that nobody can cancel it; the message says which.
    NotCancellable,
    /// The store cannot keep what is to be done, so that nothing was sent.
    StoreUnavailable,
    /// The client asked more than its share; `Retry-After` says when it may ask again.
    RateLimited,
}
}

impl ErrorCode {
    /// Why the HTTP library refused a request by itself, from the digits of its status.
    pub(crate) fn of_library(digits: &[u8]) -> Option<Self> {
        match digits {
            b"400" => Some(Self::MalformedRequest),
            b"414" => Some(Self::PathTooLong),
            b"431" => Some(Self::HeadTooLarge),
            _ => None,
        }
    }

    /// The code that is spelt so in answers.
    pub fn of(spelt: &str) -> Option<Self> {
        Self::MEANINGS.iter().map(|(code, _)| *code).find(|code| code.spelt() == spelt)
    }

    /// Whether an answer with this code is kept under the key that it was asked with: one by
    /// which nothing was sent, and that may be another one the next time, is not.
    pub fn is_kept(self) -> bool {
        ![400, 401, 403, 409, 429, 503].contains(&self.status().as_u16())
    }

    /// As it stands in answers.
    pub fn spelt(self) -> String {
        serde_json::to_value(self).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Whether the code says that the caller is not let in, whoever it is.
    pub(crate) const fn is_closed_door(self) -> bool {
        matches!(self, Self::Unauthorized | Self::Forbidden | Self::UnknownHost | Self::RateLimited)
    }

    /// The HTTP status that goes with the code.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::InvalidPath
            | Self::InvalidParameter
            | Self::IdentityRequired
            | Self::OltRequired
            | Self::MalformedRequest => StatusCode::BAD_REQUEST,
            Self::RouteNotFound
            | Self::OltNotFound
            | Self::PonNotFound
            | Self::OnuNotFound
            | Self::CardNotFound
            | Self::ProfileNotFound
            | Self::TcontNotFound
            | Self::PlanNotFound
            | Self::JobNotFound
            | Self::GemPortNotFound => StatusCode::NOT_FOUND,
            Self::IdentityMismatch
            | Self::OnuIdInUse
            | Self::PonFull
            | Self::SerialInUse
            | Self::Differs
            | Self::NotOnOlt
            | Self::ModelUnknown
            | Self::SerialAmbiguous
            | Self::OwnedByProfile
            | Self::LossNotAccepted
            | Self::OnuBlocked
            | Self::Locked
            | Self::HeldByOwners
            | Self::NotHeld
            | Self::PlanStale
            | Self::PlanApplied
            | Self::PlanExpired
            | Self::JobSettled
            | Self::KeyReused
            | Self::Cancelled
            | Self::NotCancellable => StatusCode::CONFLICT,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::SlowRequest => StatusCode::REQUEST_TIMEOUT,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::PathTooLong => StatusCode::URI_TOO_LONG,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::UnknownHost => StatusCode::MISDIRECTED_REQUEST,
            Self::UnsupportedByFirmware | Self::OltRefused | Self::RolledBack | Self::NoneDone => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal | Self::PartialChange => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotImplemented => StatusCode::NOT_IMPLEMENTED,
            Self::UnexpectedReply => StatusCode::BAD_GATEWAY,
            Self::OltUnreachable
            | Self::LoginRefused
            | Self::OltBusy
            | Self::NotWriter
            | Self::Held
            | Self::StoreUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::DeadlinePassed | Self::IncompleteReading | Self::OutcomeUnknown => {
                StatusCode::GATEWAY_TIMEOUT
            }
        }
    }
}

/// The words that go with a status, as the envelope's `status` spells them.
pub(crate) fn words(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or("Unknown")
}

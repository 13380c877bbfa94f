//! Why something is not done, as requests and jobs tell it: a code of a closed list, a
//! sentence, the detail.

mod denied;
mod elsewhere;
pub(crate) mod status;

use std::fmt::Display;
use std::time::Duration;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use gpon::{Problem, quoted};
use serde::Serialize;
use utoipa::ToSchema;
use zte::{ChangeError, NotChanged, OltError, Trouble};

use crate::cache::CacheError;
use crate::charset::replace_kept;
pub use status::ErrorCode;
use status::words;

/// Why a request got no answer. It becomes the envelope once the request's id is known.
#[derive(Debug, Clone)]
pub struct Failure {
    /// For programs.
    pub code: ErrorCode,
    /// One sentence for people.
    pub message: String,
    /// The detail, with the OLT's own words where it said something.
    pub detail: String,
    /// When asking again may succeed.
    pub retry_after: Option<Duration>,
    /// What the log tells instead of the detail, and no caller.
    pub cause: Option<Box<str>>,
    /// What is known nevertheless, as `data` of the envelope.
    pub data: Option<Box<serde_json::Value>>,
}

/// What a 401 must carry (RFC 9110, 11.6.1).
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"oltd\"");

/// The envelope of every failure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Failure)]
pub(crate) struct FailureBody<'a> {
    /// The HTTP status once more.
    code: u16,
    /// Its words.
    status: &'a str,
    /// One sentence for people.
    message: &'a str,
    /// The detail, with the OLT's own words where it said something.
    error: &'a str,
    error_code: ErrorCode,
    /// What is known nevertheless: of a write that failed, as `data` of one that went well.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    data: Option<&'a serde_json::Value>,
    /// The same as in the header `X-Request-ID`; the server's log holds it too.
    request_id: &'a str,
}

/// Asking again sooner would only find the same route or name server missing.
const NETWORK_RETRY: Duration = Duration::from_secs(5);
/// What keeps a store from being written, such as a full disk, is for a person.
const STORE_RETRY: Duration = Duration::from_secs(60);
/// About as long as a PON's reading takes to leave the queue.
const BUSY_RETRY: Duration = Duration::from_secs(1);

impl Failure {
    /// A failure of this kind.
    pub fn new(code: ErrorCode, message: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            detail: detail.into(),
            retry_after: None,
            cause: None,
            data: None,
        }
    }

    /// The parameter `field` breaks its rule.
    pub fn parameter(field: &str, rule: impl Display, got: &str) -> Self {
        Self::new(
            ErrorCode::InvalidParameter,
            format!("The parameter {field} is not valid: {rule}."),
            format!("{field}: {rule}, not {}", quoted(got)),
        )
    }

    /// A bug of ours; the cause goes to the line of the request in the log, not to the caller.
    pub fn internal(cause: impl Display) -> Self {
        let told =
            Self::new(ErrorCode::Internal, "Something went wrong inside the server.", "see the server's log");
        Self { cause: Some(cause.to_string().into()), ..told }
    }

    /// Rows may be missing from a reading for this reason, so that `what` cannot be told.
    pub fn incomplete(what: &str, problem: &Problem) -> Self {
        let (code, message) = match problem {
            Problem::Uncertain { .. } => {
                (ErrorCode::UnexpectedReply, "The OLT's answer was not understood to its end.")
            }
            _ => (ErrorCode::IncompleteReading, "The OLT left requests unanswered; ask again."),
        };
        let reason = problem.missing().map_or("", |(_, reason)| reason);
        Self::new(code, message, format!("{what} cannot be told from an incomplete reading: {reason}"))
    }

    /// The store cannot keep what is to be done, so that nothing is sent.
    pub fn unkept(detail: impl Into<String>) -> Self {
        let message = "The store cannot keep what is to be done.";
        Self::new(ErrorCode::StoreUnavailable, message, detail).retry(STORE_RETRY)
    }

    /// Too many wait to write to the OLT already.
    pub fn crowded(detail: impl Into<String>) -> Self {
        let message = "Too many writes wait for this OLT already.";
        Self::new(ErrorCode::OltBusy, message, detail).retry(BUSY_RETRY)
    }

    /// The same with what is known nevertheless.
    pub fn with_data(self, data: impl Serialize) -> Self {
        match serde_json::to_value(data) {
            Ok(data) => Self { data: Some(Box::new(data)), ..self },
            Err(error) => Self::internal(error),
        }
    }

    /// The same beside what its data names already.
    pub fn with_more(self, more: impl Serialize) -> Self {
        let Some(serde_json::Value::Object(named)) = self.data.as_deref().cloned() else {
            return self.with_data(more);
        };
        match serde_json::to_value(more) {
            Ok(serde_json::Value::Object(mut data)) => {
                data.extend(named);
                Self { data: Some(Box::new(data.into())), ..self }
            }
            Ok(_) => self,
            Err(error) => Self::internal(error),
        }
    }

    /// The same, and when asking again may succeed.
    pub(crate) fn retry(self, after: Duration) -> Self {
        Self { retry_after: Some(after), ..self }
    }

    pub(crate) fn body(&self, request_id: &str) -> Vec<u8> {
        let status = self.code.status();
        let body = FailureBody {
            code: status.as_u16(),
            status: words(status),
            message: &self.message,
            error: &self.detail,
            error_code: self.code,
            data: self.data.as_deref(),
            request_id,
        };
        replace_kept(serde_json::to_vec(&body).unwrap_or_default())
    }
}

/// Leaves the body to the outermost layer, which knows the request's id.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        if let Some(after) = self.retry_after {
            // Rounded up: who comes back at the second told must not be early.
            let seconds = after.as_millis().div_ceil(1000).max(1) as u64;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.code == ErrorCode::Unauthorized {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, CHALLENGE);
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<OltError> for Failure {
    fn from(error: OltError) -> Self {
        let detail = error.to_string();
        Self::of_trouble(error.trouble, detail)
    }
}

impl Failure {
    fn of_trouble(trouble: Trouble, detail: String) -> Self {
        let new = |code, message| Self::new(code, message, detail.clone());
        match trouble {
            Trouble::Unreachable { retry_after } => {
                new(ErrorCode::OltUnreachable, "The OLT does not answer.").retry(retry_after)
            }
            Trouble::Network(_) => {
                new(ErrorCode::OltUnreachable, "The OLT cannot be reached.").retry(NETWORK_RETRY)
            }
            Trouble::Busy { .. } => {
                new(ErrorCode::OltBusy, "Too many requests wait for this OLT already.").retry(BUSY_RETRY)
            }
            Trouble::Writing { retry_after } => {
                new(ErrorCode::OltBusy, "A change keeps the OLT's command line in use.").retry(retry_after)
            }
            Trouble::Silent(_) | Trouble::Deadline(_) => {
                new(ErrorCode::DeadlinePassed, "The OLT gave no complete answer in time.")
            }
            Trouble::UnexpectedReply(_) | Trouble::UnprovenNone { .. } => {
                new(ErrorCode::UnexpectedReply, "The OLT answered something that is not understood.")
            }
            Trouble::NoSuchPon(_) => new(ErrorCode::PonNotFound, "The chassis has no such PON port."),
            Trouble::NoSuchCard(_) => new(ErrorCode::CardNotFound, "The chassis has no such card."),
            Trouble::NoSuchOnu(_) => new(ErrorCode::OnuNotFound, "There is no such ONU."),
            Trouble::Unsupported(_) => {
                new(ErrorCode::UnsupportedByFirmware, "The OLT's firmware has no source for this.")
            }
            Trouble::NoCli => new(
                ErrorCode::UnsupportedByFirmware,
                "Only the OLT's command line knows this, and none is configured for it.",
            ),
            Trouble::CliUnreachable { retry_after, .. } => {
                new(ErrorCode::OltUnreachable, "The OLT's command line cannot be reached.").retry(retry_after)
            }
            Trouble::LoginRefused { retry_after, .. } => {
                new(ErrorCode::LoginRefused, "The OLT refused the login to its command line.")
                    .retry(retry_after)
            }
            Trouble::Refused { .. } => new(ErrorCode::OltRefused, "The OLT refused a command."),
            Trouble::Neither { snmp, .. } => Self::of_trouble(*snmp, detail),
        }
    }
}

/// Nothing was sent.
impl From<ChangeError> for Failure {
    fn from(ChangeError { olt, act, why }: ChangeError) -> Self {
        let detail = format!("{olt}: {act}: {why}");
        let new = |code, message: &str| Self::new(code, message, detail.clone());
        match why {
            NotChanged::Olt(trouble) => Self::of_trouble(trouble, detail),
            NotChanged::NoSuchOnu(_) => new(ErrorCode::OnuNotFound, "There is no such ONU."),
            NotChanged::NoSuchSerial(_) => {
                new(ErrorCode::OnuNotFound, "No ONU is registered with this serial number.")
            }
            NotChanged::Ambiguous { .. } => {
                new(ErrorCode::SerialAmbiguous, "The serial number is registered in several places.")
            }
            NotChanged::IdentityMismatch { .. } => {
                new(ErrorCode::IdentityMismatch, "Another ONU stands there.")
            }
            NotChanged::OwnedByProfile { .. } => new(
                ErrorCode::OwnedByProfile,
                "A profile sets what would have to change; change the profile, or take the ONU out of it.",
            ),
            NotChanged::WouldBeLost { names } => {
                let message = format!(
                    "What stands there cannot be typed, so that it could not be brought back. Let it go by accept_loss: {}.",
                    names.join(", ")
                );
                Self::new(ErrorCode::LossNotAccepted, message, detail)
            }
            NotChanged::NoSuchStrategy { .. } => {
                new(ErrorCode::InvalidParameter, "There is no such strategy.")
            }
            NotChanged::NotPossible { .. } => {
                new(ErrorCode::UnsupportedByFirmware, "No line is known that would do this.")
            }
            NotChanged::IdInUse { .. } => new(
                ErrorCode::OnuIdInUse,
                "The number is taken; another one, or none, which chooses the lowest free one.",
            ),
            NotChanged::Locked { .. } => {
                new(ErrorCode::Locked, "Another job is about the ONU, or its end is not known yet.")
            }
            NotChanged::NoFreeId(_) => new(ErrorCode::PonFull, "The PON has no free number."),
            NotChanged::SerialElsewhere { place, .. } => elsewhere::failure(&place, detail),
            NotChanged::Differs { differences, .. } => Self::new(
                ErrorCode::Differs,
                "The ONU is configured in another way, and nothing of that is changed here; data names it.",
                detail,
            )
            .with_data(serde_json::json!({ "differences": differences })),
            NotChanged::Lacks(names) => {
                new(ErrorCode::NotOnOlt, "The OLT lacks what is named; create it first, or name another.")
                    .with_data(serde_json::json!({ "missing": names }))
            }
            NotChanged::UnknownModel { .. } => new(
                ErrorCode::ModelUnknown,
                "No type is configured for the model of the box; name onu_type, or see olts[].onu_types.",
            ),
            NotChanged::Blocked(_) => new(
                ErrorCode::OnuBlocked,
                "The ONU is blocked, and a restart by way of its interface would unblock it.",
            ),
            NotChanged::UnsupportedFirmware => new(
                ErrorCode::UnsupportedByFirmware,
                "It is not known how this firmware answers when it is configured.",
            ),
            NotChanged::Stale { .. } => {
                new(ErrorCode::PlanStale, "What the plan touches has changed since it was made.")
            }
            NotChanged::Journal(_) => Self::unkept(detail),
        }
    }
}

impl From<CacheError> for Failure {
    fn from(error: CacheError) -> Self {
        match error {
            CacheError::Olt(error) => error.into(),
            CacheError::Lost => Self::internal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_stands_beside_a_failure() {
        let failure = Failure::new(ErrorCode::OltRefused, "No.", "no");
        let body =
            |failure: &Failure| serde_json::from_slice::<serde_json::Value>(&failure.body("r")).unwrap();
        assert_eq!(body(&failure).get("data"), None);
        let with = failure.with_data([1, 2]);
        assert_eq!(body(&with)["data"], serde_json::json!([1, 2]));
        assert_eq!(body(&with)["error_code"], "olt_refused");
    }

    #[test]
    fn every_trouble_has_its_status() {
        let pon = gpon::PonPort::new(1, 1).unwrap();
        let id = gpon::OnuId::new(4).unwrap();
        let second = Duration::from_secs(1);
        let card = gpon::CardRef { rack: 1, shelf: 1, slot: 9 };
        for (trouble, status, code, retry) in [
            (Trouble::Unreachable { retry_after: Duration::from_millis(4_200) }, 503, "olt_unreachable", "5"),
            (Trouble::Unreachable { retry_after: Duration::ZERO }, 503, "olt_unreachable", "1"),
            (Trouble::Network("no route".into()), 503, "olt_unreachable", "5"),
            (Trouble::Busy { waiting: 64 }, 503, "olt_busy", "1"),
            (Trouble::Writing { retry_after: second * 40 }, 503, "olt_busy", "40"),
            (Trouble::Deadline(Duration::from_secs(9)), 504, "deadline_passed", ""),
            (Trouble::Silent(Duration::from_secs(8)), 504, "deadline_passed", ""),
            (Trouble::UnexpectedReply("x".into()), 502, "unexpected_reply", ""),
            (Trouble::NoSuchPon(pon), 404, "pon_not_found", ""),
            (Trouble::NoSuchOnu(gpon::OnuRef { pon, id }), 404, "onu_not_found", ""),
            (Trouble::NoSuchCard(card), 404, "card_not_found", ""),
            (Trouble::Unsupported("VLANs"), 422, "unsupported_by_firmware", ""),
            (Trouble::NoCli, 422, "unsupported_by_firmware", ""),
            (
                Trouble::CliUnreachable { why: "refused".into(), retry_after: second },
                503,
                "olt_unreachable",
                "1",
            ),
            (
                Trouble::LoginRefused { line: "no".into(), retry_after: second * 60 },
                503,
                "login_refused",
                "60",
            ),
            (Trouble::Refused { command: "look".into(), answer: "no".into() }, 422, "olt_refused", ""),
            (
                Trouble::UnprovenNone { command: "look".into(), answer: "none".into() },
                502,
                "unexpected_reply",
                "",
            ),
        ] {
            let failure = Failure::from(OltError { olt: "olt-1".into(), act: "look".into(), trouble });
            let body: serde_json::Value = serde_json::from_slice(&failure.body("r")).unwrap();
            assert_eq!((body["code"].as_u64(), body["error_code"].as_str()), (Some(status), Some(code)));
            let response = failure.into_response();
            assert_eq!(u64::from(response.status().as_u16()), status);
            let header = response.headers().get(header::RETRY_AFTER);
            assert_eq!(header.map_or("", |value| value.to_str().unwrap()), retry, "{code}");
        }
    }
}

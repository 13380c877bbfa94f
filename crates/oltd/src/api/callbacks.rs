//! Whom the end of a job is told to.

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use super::outcome::moment;
use crate::app::ChosenOlt;
use crate::http::body::{Json, Reader, Value};
use crate::http::{ErrorCode, Failure, schema};
use crate::jobs::CallView;
use crate::store::URL_MOST;

/// The name of the field, and of the query parameter.
pub(super) const NAME: &str = "callback_url";

/// The URL that the end of a job is told to. Its query may hold what lets in.
#[derive(Debug, Clone)]
pub(super) struct CallbackUrl(SecretString);

impl CallbackUrl {
    /// As a query names it.
    pub(super) fn of_query(query: &crate::http::Query) -> Result<Option<Self>, Failure> {
        Ok(query.text(NAME)?.map(|url| Self(SecretString::from(url))))
    }

    /// The URL, where the end of a job of this server may be told to it.
    ///
    /// # Errors
    /// 400 with the rule that it breaks.
    pub(super) async fn admitted(self, olt: &ChosenOlt) -> Result<SecretString, Failure> {
        olt.jobs().callable(self.0.expose_secret()).await.map_err(|rule| {
            let message = format!("Nobody can be called back there: {rule}.");
            Failure::new(ErrorCode::InvalidParameter, message, format!("{NAME}: {rule}"))
        })
    }
}

impl Value for CallbackUrl {
    fn read(json: &Json, reader: &mut Reader) -> Option<Self> {
        match json {
            Json::Text(url) if (1..=URL_MOST).contains(&url.len()) => {
                Some(Self(SecretString::from(url.as_str())))
            }
            _ => reader.note(format_args!("a URL of 1 to {URL_MOST} bytes, as a text")),
        }
    }

    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let text =
            text.min_length(Some(1)).max_length(Some(URL_MOST)).pattern(Some("^[Hh][Tt][Tt][Pp][Ss]?://"));
        text.examples(["https://billing.example.net/oltd"]).into()
    }
}

/// Whom the end of a job is told to, and how far that is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobCallback)]
pub(super) struct Callback {
    /// The URL, without its query.
    url: String,
    /// `waiting` until the job has ended; then `due`, until it is `delivered`, or `given_up` after a day.
    state: &'static str,
    /// How often it was tried since the job last ended.
    tries: u32,
    /// Why the last try failed; null where it did not.
    last_error: Option<String>,
    /// When it is tried next; null where it is not.
    #[schema(value_type = Option<schema::Moment>)]
    next_try: Option<String>,
}

impl From<CallView> for Callback {
    fn from(view: CallView) -> Self {
        let CallView { url, state, tries, last_error, next_at } = view;
        Self { url, state: state.as_str(), tries, last_error, next_try: moment(next_at) }
    }
}

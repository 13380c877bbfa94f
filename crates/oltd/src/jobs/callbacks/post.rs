//! One try to tell the end of a job.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response, Url};
use secrecy::ExposeSecret;

use super::{Allowed, CallbackSettings, signature, target};
use crate::store::CallRow;

/// For a connection, TLS included.
const CONNECTED: Duration = Duration::from_secs(5);
/// For all of it.
const ANSWERED: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read; nothing in it means anything.
const READ: usize = 64 << 10;

/// Resolves names to the addresses that may be connected to: there are no others.
struct Guarded(Allowed);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let allow = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let admitted = allow.among(name.as_str(), found)?;
            let addresses: Addrs = Box::new(admitted.into_iter());
            Ok(addresses)
        })
    }
}

/// Who tells the ends of jobs.
pub(super) struct Poster {
    client: Result<Client, String>,
    settings: CallbackSettings,
}

impl Poster {
    pub(super) fn new(settings: CallbackSettings) -> Self {
        let client = Client::builder()
            // A proxy would connect to whatever it likes.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(CONNECTED)
            .timeout(ANSWERED)
            // Each try looks at the address that it connects to.
            .pool_max_idle_per_host(0)
            .dns_resolver(Arc::new(Guarded(settings.allow.clone())))
            .user_agent(concat!("oltd/", env!("CARGO_PKG_VERSION")))
            .build();
        let client = client.map_err(|error| deepest(&error));
        if let Err(error) = &client {
            tracing::error!(error, "no callback can be made");
        }
        Self { client, settings }
    }

    /// Tells it once.
    ///
    /// # Errors
    /// Why it was not taken. What the URL holds and what was answered is not in it.
    pub(super) async fn post(&self, call: &CallRow, delivery: &str, body: Vec<u8>) -> Result<(), String> {
        let secret = self.settings.secret.as_ref().ok_or("callbacks.secret is not configured")?;
        let client = self.client.as_ref().map_err(Clone::clone)?;
        // What is configured may have changed since it was asked for.
        let url: Url = target(call.url.expose_secret())?;
        self.settings.allow.admits_address(&url)?;
        let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let signed = signature(secret, time.as_secs(), &body);
        let request = client.post(url).header(CONTENT_TYPE, "application/json").body(body);
        let request = request.header("X-Oltd-Delivery", delivery).header("X-Oltd-Signature", signed);
        let answer = request.send().await.map_err(|error| why(&error))?;
        let status = answer.status();
        leave(answer).await;
        match (status.is_success(), status.is_redirection()) {
            (true, _) => Ok(()),
            (false, true) => Err(format!("answered {}: redirects are not followed", status.as_u16())),
            (false, false) => Err(format!("answered {}", status.as_u16())),
        }
    }
}

/// Takes what else is answered, so that who sends it sees no broken connection; not all of much.
async fn leave(mut answer: Response) {
    let mut left = READ;
    while let Ok(Some(chunk)) = answer.chunk().await {
        left = left.saturating_sub(chunk.len());
        if left == 0 {
            return;
        }
    }
}

fn why(error: &reqwest::Error) -> String {
    match (error.is_timeout(), error.is_connect()) {
        (true, true) => format!("no connection within {} s", CONNECTED.as_secs()),
        (true, false) => format!("no answer within {} s", ANSWERED.as_secs()),
        (false, true) => format!("no connection: {}", deepest(error)),
        (false, false) => deepest(error),
    }
}

/// What lies at the bottom of an error: what is above it tells the URL.
fn deepest(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    match cause.downcast_ref::<reqwest::Error>() {
        Some(_) => "it could not be sent".to_owned(),
        None => cause.to_string(),
    }
}

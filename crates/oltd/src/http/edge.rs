//! The edge of the server: what every request passes before it is routed, in this order.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::{OriginalUri, Request};
use axum::http::uri::PathAndQuery;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hyper::body::{Body as _, Frame};
use tower::{Service, ServiceExt};

use super::access::{AccessLog, Line};
use super::callers::{self, Caller};
use super::client::{self, Link};
use super::conditional::Wanted;
use super::cors::Cors;
use super::envelope::{self, RequestId};
use super::input::WantedOlt;
use super::intake::Intake;
use super::limiter::{Allowance, Limiter};
use super::measure::Running;
use super::path::Shapes;
use super::rules::{Rules, Token};
use super::stream::Streaming;
use super::{ErrorCode, Failure, conditional, guard, host, path, refusal};
use crate::metrics::Metrics;

/// Who is alive is asked often and by machines that can hold no token; neither
/// may an overload by others make a supervisor believe that we are dead.
const HEALTH: [&str; 2] = ["/healthz", "/readyz"];
const METRICS: &str = "/metrics";

/// The rules around the routes. A cheap handle.
#[derive(Clone)]
pub(crate) struct Edge(Arc<Inner>);

struct Inner {
    routes: Router,
    shapes: Shapes,
    metrics: Metrics,
    rules: Rules,
    cors: Option<Cors>,
    limiter: Option<Limiter>,
    intake: Intake,
    log: AccessLog,
}

/// An extension of requests that may be told everything: open routes tell others less.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LetIn;

/// An extension of answers that shall not keep their connection open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refused;

/// What was learned of a request on its way in.
struct Seen {
    client: std::net::IpAddr,
    caller: Option<Caller>,
    allowance: Option<Allowance>,
    admitted: bool,
}

impl Edge {
    pub(super) fn new(routes: Router, shapes: Shapes, rules: &Rules, metrics: Metrics) -> Self {
        Self(Arc::new(Inner {
            routes,
            shapes,
            log: AccessLog::new(rules.access_log, metrics.clone()),
            metrics,
            cors: rules.cors.as_ref().map(Cors::new),
            limiter: rules.rate.map(Limiter::new),
            intake: Intake::new(),
            rules: rules.clone(),
        }))
    }

    /// What to write where the HTTP library took what came for no request.
    pub(super) fn refuse(&self, code: ErrorCode, link: Link) -> Vec<u8> {
        let Inner { metrics, .. } = &*self.0;
        let mut nothing = Request::default();
        // Neither its method nor its path is known.
        *nothing.method_mut() = Method::from_bytes(b"-").unwrap_or_default();
        let mut running = Running::begin(metrics, &mut nothing);
        let id = RequestId::of(&nothing);
        let failure = guard::of_library(code);
        let body = failure.body(id.as_str());
        let mut response = failure.into_response();
        conditional::not_stored(&mut response);
        let failure = envelope::seal(&mut response, &id);
        running.end(&response);
        let (uri, client) = (Uri::from_static("-"), link.peer.ip().to_canonical());
        let line = Line { running, id, uri, client, caller: None, admitted: false };
        line.write(response.status(), response.body().size_hint().exact(), failure.as_ref(), &self.0.log);
        refusal::written(&response, &body)
    }

    /// Answers a request. Whatever happens, the answer is whole and logged.
    pub(super) async fn respond(&self, mut request: Request, link: Link) -> Response {
        let Inner { rules, cors, metrics, .. } = &*self.0;
        let mut running = Running::begin(metrics, &mut request);
        let id = RequestId::of(&request);
        request.extensions_mut().insert(id.clone());
        let uri = request.uri().clone();
        let client = client::address(link.peer.ip(), request.headers(), &rules.proxies);
        let mut seen = Seen { client, caller: None, allowance: None, admitted: false };
        let wanted = Wanted::of(&request);
        let asked = cors.as_ref().map(|cors| (cors, Cors::asked(&request)));
        let mut response = match asked {
            Some((cors, asked)) if asked.is_preflight() => cors.answer(asked, None).await,
            Some((cors, asked)) if !asked.is_plain_options() => {
                let response = self.guarded(request, link, &mut seen).await;
                cors.answer(asked, Some(response)).await
            }
            _ => self.guarded(request, link, &mut seen).await,
        };
        if let Some(allowance) = seen.allowance {
            allowance.write(response.headers_mut());
        }
        wanted.fill(&mut response).await;
        let failure = envelope::seal(&mut response, &id);
        running.end(&response);
        let Seen { caller, admitted, .. } = seen;
        let stranger = caller.is_none() && response.status().is_client_error();
        let line = Line { running, id, uri, client, caller, admitted };
        if response.extensions().get::<Streaming>().is_some() {
            // Its line is written when it ends.
            let status = response.status();
            return response.map(|body| Body::new(Told { body, bytes: 0, status, line, edge: self.clone() }));
        }
        line.write(response.status(), response.body().size_hint().exact(), failure.as_ref(), &self.0.log);
        if stranger || failure.is_some_and(|failure| failure.code.is_closed_door()) {
            response.extensions_mut().insert(Refused);
        }
        response
    }

    /// Tells the log what is left to tell. Called once the server has ended.
    pub(super) fn end(&self) {
        self.0.log.end();
    }

    async fn guarded(&self, request: Request, link: Link, seen: &mut Seen) -> Response {
        guard::bounded(self.0.pass(request, link, seen)).await
    }
}

/// The body of an answer that goes on, of which the log tells when it ends:
/// whole, or because its client has left.
struct Told {
    body: Body,
    bytes: u64,
    status: StatusCode,
    line: Line,
    edge: Edge,
}

impl hyper::body::Body for Told {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.line.write(self.status, Some(self.bytes), None, &self.edge.0.log);
    }
}

impl Inner {
    async fn pass(&self, mut request: Request, link: Link, seen: &mut Seen) -> Result<Response, Failure> {
        let rules = &self.rules;
        guard::head(&request)?;
        host::check(&request, link.local.ip(), &rules.hosts)?;
        let ask = |tokens: &[Token]| (callers::identify(request.headers(), tokens), !tokens.is_empty());
        let (caller, closed) = rules.renewed.with(&rules.tokens, ask);
        seen.caller = caller;
        let (limited, open) = exempt(request.uri().path(), rules);
        if let Some(limiter) = self.limiter.as_ref().filter(|_| limited) {
            let (allowance, taken) = limiter.take(seen.caller.as_ref(), seen.client);
            seen.allowance = Some(allowance);
            taken?;
        }
        if closed && !open && seen.caller.is_none() {
            return Err(callers::required(request.headers()));
        }
        seen.admitted = limited || seen.caller.is_some();
        if let Some(caller) = &seen.caller {
            request.extensions_mut().insert(caller.clone());
        }
        request.extensions_mut().insert(callers::permission(seen.caller.as_ref(), rules));
        if !closed || seen.caller.is_some() {
            request.extensions_mut().insert(LetIn);
        }
        // The memory of the body is given back once there is an answer.
        let (mut request, _held) = self.intake.take(request).await?;
        rewrite(&mut request, &self.shapes)?;
        self.routes.clone().oneshot(request).await.map_err(|never: Infallible| match never {})
    }
}

/// Whether the path is under the limiter, and whether it is open to everybody.
fn exempt(path: &str, rules: &Rules) -> (bool, bool) {
    let path = path.strip_suffix('/').unwrap_or(path);
    match path {
        "" => (true, true),
        METRICS => (false, rules.metrics_public),
        path if HEALTH.contains(&path) => (false, true),
        _ => (true, false),
    }
}

fn rewrite(request: &mut Request, shapes: &Shapes) -> Result<(), Failure> {
    let uri = request.uri().clone();
    if !path::is_spelt(uri.path(), shapes) {
        let rewritten = path::rewrite(uri.path(), shapes)?;
        let spelt = match uri.query() {
            Some(query) => format!("{}?{query}", rewritten.path),
            None => rewritten.path,
        };
        *request.uri_mut() = PathAndQuery::try_from(spelt).map(Uri::from).map_err(Failure::internal)?;
        request.extensions_mut().insert(WantedOlt(rewritten.olt));
    }
    // As it was asked, for whoever tells about it.
    request.extensions_mut().insert(OriginalUri(uri));
    Ok(())
}

/// For a service without a socket: the connection is known only where the server serves.
impl Service<Request> for Edge {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let edge = self.clone();
        Box::pin(async move {
            let link = request.extensions().get::<Link>().copied().unwrap_or_default();
            Ok(edge.respond(request, link).await)
        })
    }
}

#[cfg(test)]
mod tests;

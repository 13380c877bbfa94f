//! The page of metrics.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::IntoResponse;

use crate::app::App;
use crate::http::Failure;
use crate::http::openapi::{Exposition, MetricsFailures};
use crate::metrics::{Figures, Format};

/// What goes on here, for Prometheus.
///
/// The text that every Prometheus reads, or OpenMetrics text where `Accept` prefers it. Neither is
/// it limited, nor does it need a token where `metrics.public` says so.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "Service",
    responses(Exposition, MetricsFailures)
)]
pub(super) async fn show(State(app): State<App>, headers: HeaderMap) -> Result<impl IntoResponse, Failure> {
    let accept = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let format = Format::wanted(accept);
    let text = page(&app, format).await.map_err(Failure::internal)?;
    let kind = HeaderValue::from_static(format.content_type());
    let vary = HeaderValue::from_name(header::ACCEPT);
    Ok(([(header::CONTENT_TYPE, kind), (header::VARY, vary)], text))
}

/// Everything that is to be told right now, asked from those who count it.
///
/// # Errors
/// None at present: text is written to memory.
pub async fn page(app: &App, format: Format) -> Result<String, std::fmt::Error> {
    let held = app.jobs().hold_figures().await;
    let of = |olt: crate::app::ChosenOlt| {
        let held = held.as_ref().filter(|_| olt.site().writer)?;
        Some((olt.id().to_owned(), held.get(olt.id()).copied().unwrap_or_default()))
    };
    let holds = app.olts().filter_map(of).collect();
    let figures = Figures {
        holds,
        own: app.metrics().clone(),
        olts: app.olts().map(|olt| (olt.id().to_owned(), olt.stats())).collect(),
        cache: app.cache().figures().await,
        callbacks: app.jobs().call_figures(),
        tasks: app.tasks().figures(),
        log_lost: crate::logging::lost(),
    };
    figures.page(format)
}

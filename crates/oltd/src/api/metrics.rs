use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use crate::app::App;
use crate::http::Failure;
use crate::http::openapi::{Exposition, MetricsFailures};
use crate::metrics::exposition;

/// The type of the answer, as the format names it.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What goes on here, for Prometheus.
///
/// OpenMetrics text. Neither is it limited, nor does it need a token where `metrics.public` says so.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "Service",
    responses(Exposition, MetricsFailures)
)]
pub(super) async fn show(State(app): State<App>) -> Result<impl IntoResponse, Failure> {
    let text = exposition(&app).await.map_err(Failure::internal)?;
    Ok(([(header::CONTENT_TYPE, OPENMETRICS)], text))
}

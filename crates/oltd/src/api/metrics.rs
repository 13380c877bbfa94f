use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use crate::app::App;
use crate::http::Failure;
use crate::metrics::exposition;

/// The type of the answer, as the format names it.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// GET `/metrics`: what goes on here, for Prometheus.
pub(super) async fn show(State(app): State<App>) -> Result<impl IntoResponse, Failure> {
    let text = exposition(&app).await.map_err(Failure::internal)?;
    Ok(([(header::CONTENT_TYPE, OPENMETRICS)], text))
}

//! The routes of the v1 contract, one file per noun.

mod backups;
mod batch;
mod batch_bodies;
mod batch_filter;
mod batch_results;
mod batching;
mod below;
mod callbacks;
mod cards;
mod diagnosis;
mod docs;
mod environment;
mod fields;
mod hold;
mod jobs;
mod mac;
pub mod metrics;
mod monitoring;
mod olts;
mod onu;
mod onu_ids;
mod onu_management;
mod onus;
mod outcome;
mod plans;
mod pon;
mod profiles;
mod register;
mod registered;
mod save;
mod service;
mod service_ports;
mod settle;
mod suspend;
mod traffic;
mod unconfigured;
mod uplinks;
mod vlans;
mod writing;

pub(crate) use below::shown as shown_job;

use std::time::SystemTime;

use axum::Router;
use axum::routing::{MethodRouter, get, post};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::{Routes, Shapes, openapi};

/// Every route. The tree of a chosen OLT is the same tree: the path is
/// rewritten to it before it is routed.
pub(crate) fn routes(app: App) -> Routes {
    let (documented, promised) = (documented(), promised());
    let shapes = shapes_of(&documented, &promised);
    let mut router = Router::from(documented.merge(docs::pages()));
    for (path, methods) in promised {
        router = router.route(path, methods);
    }
    Routes { router: router.with_state(app), shapes }
}

/// Those that take a PON port in any spelling.
pub(crate) fn shapes() -> Shapes {
    shapes_of(&documented(), &promised())
}

fn shapes_of(documented: &OpenApiRouter<App>, promised: &[Promised]) -> Shapes {
    let paths = documented.get_openapi().paths.paths.keys().map(String::as_str);
    Shapes::among(paths.chain(promised.iter().map(|(path, _)| *path)))
}

type Promised = (&'static str, MethodRouter<App>);

/// Promised, but not built and therefore not documented.
fn promised() -> [Promised; 6] {
    [
        ("/api/v1/config/backup/onu/{pon}/{onu_id}", post(backups::not_built)),
        ("/api/v1/config/backup/olt", post(backups::not_built)),
        ("/api/v1/config/backup/import", post(backups::not_built)),
        ("/api/v1/config/backup/{id}", get(backups::not_built).delete(backups::not_built)),
        ("/api/v1/config/backup/{id}/export", get(backups::not_built)),
        ("/api/v1/config/restore/{id}", post(backups::not_built)),
    ]
}

/// The OpenAPI document as the routes say it, in the form in which
/// `docs/openapi.json` is committed.
///
/// # Errors
/// Where it cannot be written as JSON.
pub fn openapi() -> serde_json::Result<String> {
    docs::generated()
}

/// Every route that is documented. What a route takes and answers stands at its handler.
#[rustfmt::skip] // one line per route
fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::frame())
        .routes(routes!(service::root))
        .routes(routes!(service::healthz))
        .routes(routes!(service::readyz))
        .routes(routes!(metrics::show))
        .nest("/api/v1", tree())
}

#[rustfmt::skip] // one line per route
fn tree() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(docs::document))
        .routes(routes!(onus::list, pon::forget))
        .routes(routes!(pon::info))
        .routes(routes!(onu::detail))
        .routes(routes!(onu_ids::empty))
        .routes(routes!(onu_ids::update))
        .routes(routes!(onus::serials))
        .routes(routes!(onus::paginate))
        .routes(routes!(onus::search))
        .routes(routes!(mac::list))
        .routes(routes!(unconfigured::of_olt))
        .routes(routes!(unconfigured::of_pon))
        .routes(routes!(vlans::list))
        .routes(routes!(service_ports::list))
        .routes(routes!(service_ports::of_onu))
        .routes(routes!(monitoring::olt))
        .routes(routes!(monitoring::pon))
        .routes(routes!(monitoring::onu))
        .routes(routes!(diagnosis::show))
        .routes(routes!(diagnosis::show_by_serial))
        .routes(routes!(traffic::dba_profiles))
        .routes(routes!(traffic::dba_profile))
        .routes(routes!(traffic::profiles))
        .routes(routes!(traffic::profile))
        .routes(routes!(traffic::tcont))
        .routes(routes!(traffic::gem_port))
        .routes(routes!(environment::show))
        .routes(routes!(uplinks::list))
        .routes(routes!(cards::list))
        .routes(routes!(cards::show))
        .routes(routes!(profiles::traffic))
        .routes(routes!(profiles::traffic_profile))
        .routes(routes!(profiles::vlan))
        .routes(routes!(olts::list))
        .routes(routes!(olts::show))
        .routes(routes!(hold::hold))
        .routes(routes!(hold::release))
        .routes(routes!(save::save))
        .routes(routes!(onu_management::describe))
        .routes(routes!(onu_management::block))
        .routes(routes!(onu_management::unblock))
        .routes(routes!(onu_management::reboot))
        .routes(routes!(onu_management::factory_reset))
        .routes(routes!(onu_management::delete_at))
        .routes(routes!(onu_management::delete_of_old))
        .routes(routes!(onu_management::delete_by_serial))
        .routes(routes!(batch::reboot))
        .routes(routes!(batch::block))
        .routes(routes!(batch::register))
        .routes(routes!(batch::unblock))
        .routes(routes!(batch::suspend))
        .routes(routes!(batch::resume))
        .routes(routes!(batch::delete))
        .routes(routes!(batch::describe))
        .routes(routes!(suspend::suspend_at))
        .routes(routes!(suspend::suspend_by_serial))
        .routes(routes!(suspend::resume_at))
        .routes(routes!(suspend::resume_by_serial))
        .routes(routes!(suspend::list))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::show))
        .routes(routes!(jobs::cancel))
        .routes(routes!(settle::settle))
        .routes(routes!(register::register))
        .routes(routes!(plans::plan))
        .routes(routes!(plans::apply))
        .routes(routes!(backups::list))
}

/// A moment as RFC 3339 spells it, in UTC to the second.
fn rfc3339(time: SystemTime) -> Option<String> {
    let time = jiff::Timestamp::try_from(time).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// A value in the spelling of its type.
fn text(value: Option<impl std::fmt::Display>) -> Option<String> {
    value.map(|value| value.to_string())
}

/// The values of an optical module, as JSON numbers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpticalModule)]
struct Optical {
    /// dBm
    rx_power: Option<f64>,
    /// dBm
    tx_power: Option<f64>,
    /// °C
    temperature: Option<f64>,
    /// V
    voltage: Option<f64>,
    /// mA
    bias_current: Option<f64>,
    /// nm
    wavelength: Option<i32>,
}

impl From<&gpon::OpticalModule> for Optical {
    fn from(module: &gpon::OpticalModule) -> Self {
        let thousandths = |value: Option<i32>| value.map(|value| f64::from(value) / 1000.0);
        Self {
            rx_power: module.rx.map(gpon::Dbm::value),
            tx_power: module.tx.map(gpon::Dbm::value),
            temperature: thousandths(module.temperature_mc),
            voltage: thousandths(module.voltage_mv),
            bias_current: thousandths(module.bias_ua),
            wavelength: module.wavelength_nm,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::Body;
    use axum::extract::Request;
    use tower::ServiceExt;

    use super::*;

    #[test]
    fn moments_are_utc_to_the_second() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_790_000_000_900);
        assert_eq!(rfc3339(time).unwrap(), "2026-09-21T14:13:20Z");
    }

    /// A path that leads to this route, with `pon` in the place of its PON port.
    fn filled(template: &str, pon: &str) -> String {
        let fill = |segment: &str| match segment {
            "{pon}" => pon.to_owned(),
            // No id: the handler names it, and no OLT is asked.
            segment if segment.starts_with('{') => "x".to_owned(),
            segment => segment.to_owned(),
        };
        template.split('/').map(fill).collect::<Vec<_>>().join("/")
    }

    #[tokio::test(start_paused = true)]
    async fn every_route_takes_a_pon_in_any_spelling() {
        let app = App::new(vec![], None, crate::cache::CacheTimes::default());
        let server =
            crate::server::router(app, &crate::http::Rules { open_writes: true, ..Default::default() });
        let documented = documented();
        let paths = documented.get_openapi().paths.paths.iter();
        let with_pon: Vec<_> = paths.filter(|(path, _)| path.contains("{pon}")).collect();
        assert!(with_pon.len() > 8, "{}", with_pon.len());
        for (template, methods) in with_pon {
            if template.contains("{board}") {
                continue;
            }
            let method = match methods {
                methods if methods.get.is_some() => "GET",
                methods if methods.post.is_some() => "POST",
                _ => "DELETE",
            };
            for pon in ["1-1-1", "1%2F1%2F1", "1/1/1", "1"] {
                let path = filled(template, pon);
                let request = Request::builder().method(method).uri(&path).header("host", "localhost");
                let response = server.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
                let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
                let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
                // Past the path: no OLT is configured.
                assert_eq!(body["error_code"], "olt_required", "{method} {path}: {body}");
            }
        }
    }
}

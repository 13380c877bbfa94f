//! The routes of the v1 contract, one file per noun.

mod backups;
mod cards;
mod environment;
mod metrics;
mod monitoring;
mod olts;
mod onu;
mod onu_ids;
mod onus;
mod pon;
mod profiles;
mod service;
mod service_ports;
mod traffic;
mod unconfigured;
mod uplinks;
mod vlans;

use std::time::SystemTime;

use axum::Router;
use axum::routing::{get, post};
use serde::Serialize;

use crate::app::App;

/// Every route. The tree of a chosen OLT is the same tree: the path is
/// rewritten to it before it is routed.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/", get(service::root))
        .route("/healthz", get(service::healthz))
        .route("/readyz", get(service::readyz))
        .route("/metrics", get(metrics::show))
        .nest("/api/v1", tree())
}

#[rustfmt::skip] // one line per route
fn tree() -> Router<App> {
    Router::new()
        .route("/board/{board}/pon/{pon}", get(onus::list).delete(pon::forget))
        .route("/board/{board}/pon/{pon}/info", get(pon::info))
        .route("/board/{board}/pon/{pon}/onu/{onu_id}", get(onu::detail))
        .route("/board/{board}/pon/{pon}/onu_id/empty", get(onu_ids::empty))
        .route("/board/{board}/pon/{pon}/onu_id/update", get(onu_ids::update))
        .route("/board/{board}/pon/{pon}/onu_id_sn", get(onus::serials))
        .route("/paginate/board/{board}/pon/{pon}", get(onus::paginate))
        .route("/onus", get(onus::search))
        .route("/onu/unconfigured", get(unconfigured::of_olt))
        .route("/onu/unconfigured/{pon}", get(unconfigured::of_pon))
        .route("/vlan", get(vlans::list))
        .route("/vlan/service-ports", get(service_ports::list))
        .route("/vlan/onu/{pon}/{onu_id}", get(service_ports::of_onu))
        .route("/monitoring/olt", get(monitoring::olt))
        .route("/monitoring/pon/{pon}", get(monitoring::pon))
        .route("/monitoring/onu/{pon}/{onu_id}", get(monitoring::onu))
        .route("/traffic/dba-profiles", get(traffic::dba_profiles))
        .route("/traffic/dba-profile/{name}", get(traffic::dba_profile))
        .route("/traffic/profiles", get(traffic::profiles))
        .route("/traffic/profile/{name}", get(traffic::profile))
        .route("/traffic/tcont/{pon}/{onu_id}/{tcont_id}", get(traffic::tcont))
        .route("/traffic/gemport/{pon}/{onu_id}/{gemport_id}", get(traffic::gem_port))
        .route("/system/environment", get(environment::show))
        .route("/system/uplinks", get(uplinks::list))
        .route("/system/cards", get(cards::list))
        .route("/system/cards/{rack}/{shelf}/{slot}", get(cards::show))
        .route("/profiles/traffic", get(profiles::traffic))
        .route("/profiles/traffic/{profile_id}", get(profiles::traffic_profile))
        .route("/profiles/vlan", get(profiles::vlan))
        .route("/olts", get(olts::list))
        .route("/olts/{olt}", get(olts::show))
        .route("/config/backups", get(backups::list))
        .route("/config/backup/onu/{pon}/{onu_id}", post(backups::not_built))
        .route("/config/backup/olt", post(backups::not_built))
        .route("/config/backup/import", post(backups::not_built))
        .route("/config/backup/{id}", get(backups::not_built).delete(backups::not_built))
        .route("/config/backup/{id}/export", get(backups::not_built))
        .route("/config/restore/{id}", post(backups::not_built))
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
#[derive(Debug, Serialize)]
struct Optical {
    /// dBm
    rx_power: Option<f64>,
    /// dBm
    tx_power: Option<f64>,
    /// degrees Celsius
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

    use super::*;

    #[test]
    fn moments_are_utc_to_the_second() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_790_000_000_900);
        assert_eq!(rfc3339(time).unwrap(), "2026-09-21T14:13:20Z");
    }
}

use gpon::{Link, Uplink};
use serde::Serialize;
use utoipa::ToSchema;

use super::Optical;
use crate::app::ChosenOlt;
use crate::cache::{Freshness, Uplinks};
use crate::http::openapi::{Listed, ReadFailures};
use crate::http::{Answer, schema};

/// An uplink port.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Uplink)]
struct Row<'a> {
    /// The OLT's name for it.
    name: &'a str,
    #[schema(value_type = Option<schema::LinkState>)]
    admin_status: Option<&'static str>,
    #[schema(value_type = Option<schema::LinkState>)]
    operational_status: Option<&'static str>,
    /// Mbit/s
    speed_mbps: Option<u32>,
    /// Bytes received.
    rx_bytes: Option<u64>,
    /// Bytes sent.
    tx_bytes: Option<u64>,
    /// Null for an empty cage or a copper port.
    optical: Option<Optical>,
}

impl<'a> From<&'a Uplink> for Row<'a> {
    fn from(uplink: &'a Uplink) -> Self {
        Self {
            name: &uplink.name,
            admin_status: uplink.admin.map(Link::as_str),
            operational_status: uplink.oper.map(Link::as_str),
            speed_mbps: uplink.speed_mbps,
            rx_bytes: uplink.rx_octets,
            tx_bytes: uplink.tx_octets,
            optical: uplink.optical.as_ref().map(Optical::from),
        }
    }
}

/// The uplink ports.
#[utoipa::path(
    get, path = "/system/uplinks", operation_id = "uplinks", tag = "System",
    params(Freshness),
    responses(Listed<Row>, ReadFailures),
)]
pub(super) async fn list(olt: ChosenOlt, freshness: Freshness) -> Answer {
    let uplinks = olt.read::<Uplinks>((), freshness).await?;
    uplinks.list((), |uplink, ()| Row::from(uplink))
}

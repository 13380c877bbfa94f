use gpon::{Link, Uplink};
use serde::Serialize;

use super::Optical;
use crate::app::ChosenOlt;
use crate::cache::{Freshness, Uplinks};
use crate::http::Answer;

#[derive(Debug, Serialize)]
struct Row<'a> {
    name: &'a str,
    admin_status: Option<&'static str>,
    operational_status: Option<&'static str>,
    speed_mbps: Option<u32>,
    rx_bytes: Option<u64>,
    tx_bytes: Option<u64>,
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

/// GET `/system/uplinks`
pub(super) async fn list(olt: ChosenOlt, freshness: Freshness) -> Answer {
    let uplinks = olt.read::<Uplinks>((), freshness).await?;
    uplinks.list("list", Row::from)
}

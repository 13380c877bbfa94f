use gpon::{Dbm, Onu, OnuState, PonMonitor, Reading, SerialNumber};
use serde::Serialize;
use utoipa::ToSchema;

use super::rfc3339;
use crate::app::ChosenOlt;
use crate::cache::{Freshness, MonitoredOlt, MonitoredOnu, MonitoredPon};
use crate::http::openapi::{OnuFailures, PonFailures, ReadFailures, Shown};
use crate::http::{Answer, Content, PonOnu, PonPath, schema};
use crate::limits::{Limits, OpticalLimits};

/// Seen from the OLT: rx is upstream, tx downstream.
#[derive(Debug, Serialize, ToSchema)]
struct Statistics {
    /// Packets from the ONUs.
    rx_packets: Option<u64>,
    /// Bytes from the ONUs.
    rx_bytes: Option<u64>,
    /// Packets to the ONUs.
    tx_packets: Option<u64>,
    /// Bytes to the ONUs.
    tx_bytes: Option<u64>,
    /// Null before two readings at least 10 s apart.
    #[schema(value_type = Option<schema::Rate>)]
    rx_rate: Option<String>,
    /// Null before two readings at least 10 s apart.
    #[schema(value_type = Option<schema::Rate>)]
    tx_rate: Option<String>,
    /// bit/s
    rx_bps: Option<u64>,
    /// bit/s
    tx_bps: Option<u64>,
}

impl From<gpon::Traffic> for Statistics {
    fn from(traffic: gpon::Traffic) -> Self {
        Self {
            rx_packets: traffic.rx_packets,
            rx_bytes: traffic.rx_octets,
            tx_packets: traffic.tx_packets,
            tx_bytes: traffic.tx_octets,
            rx_rate: traffic.rx_bps.map(rate),
            tx_rate: traffic.tx_bps.map(rate),
            rx_bps: traffic.rx_bps,
            tx_bps: traffic.tx_bps,
        }
    }
}

/// `250.5 Mbps`
fn rate(bps: u64) -> String {
    let units = [(1_000_000_000, "Gbps"), (1_000_000, "Mbps"), (1_000, "Kbps")];
    match units.into_iter().find(|(size, _)| bps >= *size) {
        // Rates are far below what a float holds exactly.
        Some((size, unit)) => format!("{:.1} {unit}", bps as f64 / size as f64),
        None => format!("{bps} bps"),
    }
}

/// Seen from the ONU: rx is what it receives, tx what it sends.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OnuOptics)]
struct Optical {
    /// dBm
    rx_power: Option<f64>,
    /// dBm
    tx_power: Option<f64>,
    /// dBm, what the OLT receives from it.
    olt_rx_power: Option<f64>,
    /// °C
    temperature: Option<f64>,
    /// V
    voltage: Option<f64>,
    /// mA
    bias_current: Option<f64>,
    #[schema(value_type = Option<schema::Judgement>)]
    rx_power_status: Option<&'static str>,
    #[schema(value_type = Option<schema::Judgement>)]
    tx_power_status: Option<&'static str>,
    #[schema(value_type = Option<schema::Judgement>)]
    temperature_status: Option<&'static str>,
}

impl Optical {
    fn new(onu: &Onu, limits: &OpticalLimits) -> Self {
        let thousandths = |value: Option<i32>| value.map(|value| f64::from(value) / 1000.0);
        let judged = |value: Option<f64>, limits: Limits| value.map(|value| limits.judge(value));
        let (rx, tx) = (onu.rx.map(Dbm::value), onu.tx.map(Dbm::value));
        let temperature = thousandths(onu.temperature_mc);
        Self {
            rx_power: rx,
            tx_power: tx,
            olt_rx_power: onu.olt_rx.map(Dbm::value),
            temperature,
            voltage: thousandths(onu.voltage_mv),
            bias_current: thousandths(onu.bias_ua),
            rx_power_status: judged(rx, limits.rx_power),
            tx_power_status: judged(tx, limits.tx_power),
            temperature_status: judged(temperature, limits.temperature),
        }
    }
}

/// An ONU as it is right now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonitoredOnu)]
struct OfOnu<'a> {
    #[schema(value_type = schema::PonPortText)]
    pon_port: String,
    #[schema(value_type = schema::Board)]
    board: u8,
    #[schema(value_type = schema::Pon)]
    pon: u8,
    #[schema(value_type = schema::OnuNumber)]
    onu_id: u8,
    #[schema(value_type = Option<schema::SerialNumber>)]
    serial_number: Option<SerialNumber>,
    /// The model that it reports.
    model: Option<&'a str>,
    /// The version of its hardware, as it reports it.
    hardware_version: Option<&'a str>,
    /// The version of the software that it runs: of its active image.
    firmware_version: Option<&'a str>,
    /// 1 when it is online, else 0.
    #[schema(minimum = 0, maximum = 1)]
    online_status: Option<u8>,
    statistics: Statistics,
    optical: Optical,
    #[schema(value_type = Option<schema::Moment>)]
    last_update: Option<String>,
}

impl<'a> OfOnu<'a> {
    fn new(onu: &'a Onu, limits: &OpticalLimits, last_update: Option<&str>) -> Self {
        Self {
            pon_port: onu.at.pon.to_string(),
            board: onu.at.pon.slot(),
            pon: onu.at.pon.port(),
            onu_id: onu.at.id.get(),
            serial_number: onu.serial,
            model: onu.model.as_deref(),
            hardware_version: onu.hardware_version.as_deref(),
            firmware_version: onu.firmware_version.as_deref(),
            online_status: onu.state.map(|state| u8::from(state == OnuState::Online)),
            statistics: onu.traffic.into(),
            optical: Optical::new(onu, limits),
            last_update: last_update.map(str::to_owned),
        }
    }
}

/// An ONU as it is right now.
///
/// What SNMP lacks is asked of the command line at the same moment, in at most three commands.
/// Where no table names ONUs, two more tell whether there is such a one before it is 404.
#[utoipa::path(
    get, path = "/monitoring/onu/{pon}/{onu_id}", operation_id = "monitored_onu", tag = "Monitoring",
    params(PonOnu, Freshness),
    responses(Shown<OfOnu>, OnuFailures),
)]
pub(super) async fn onu(olt: ChosenOlt, PonOnu(at): PonOnu, freshness: Freshness) -> Answer {
    let monitored = olt.read::<MonitoredOnu>(at, freshness).await?;
    monitored.kept(*olt.limits(), |Reading { value, read_at, .. }, limits| {
        Ok(Content::new(OfOnu::new(value, &limits, rfc3339(*read_at).as_deref())))
    })
}

/// A PON port as it is right now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonitoredPon)]
struct OfPon<'a> {
    #[schema(value_type = schema::PonPortText)]
    pon_port: String,
    #[schema(value_type = schema::Board)]
    board: u8,
    #[schema(value_type = schema::Pon)]
    pon: u8,
    /// The OLT's own number of the port.
    pon_index: u32,
    /// How many ONUs it has.
    onu_count: Option<usize>,
    /// Those in service.
    online_count: Option<usize>,
    /// Those known not to be in service.
    offline_count: Option<usize>,
    statistics: Statistics,
    /// Only where one PON is monitored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<OfOnu>)]
    onus: Option<Vec<OfOnu<'a>>>,
    /// Only where one PON is monitored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::Moment)]
    last_update: Option<String>,
}

impl From<&PonMonitor> for OfPon<'_> {
    fn from(pon: &PonMonitor) -> Self {
        Self {
            pon_port: pon.pon.to_string(),
            board: pon.pon.slot(),
            pon: pon.pon.port(),
            pon_index: pon.index,
            onu_count: pon.counts.total,
            online_count: pon.counts.online,
            offline_count: pon.counts.offline,
            statistics: pon.traffic.into(),
            onus: None,
            last_update: None,
        }
    }
}

/// A PON port and its ONUs as they are right now.
#[utoipa::path(
    get, path = "/monitoring/pon/{pon}", operation_id = "monitored_pon", tag = "Monitoring",
    params(PonPath, Freshness),
    responses(Shown<OfPon>, PonFailures),
)]
pub(super) async fn pon(olt: ChosenOlt, PonPath(pon): PonPath, freshness: Freshness) -> Answer {
    let monitored = olt.read::<MonitoredPon>(pon, freshness).await?;
    monitored.kept(*olt.limits(), |Reading { value, read_at, .. }, limits| {
        let last_update = rfc3339(*read_at);
        let onu = |onu| OfOnu::new(onu, &limits, last_update.as_deref());
        let onus = Some(value.onus.iter().map(onu).collect());
        Ok(Content::new(OfPon { onus, last_update: last_update.clone(), ..OfPon::from(value) }))
    })
}

/// Every PON port as it is right now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonitoredOlt)]
struct OfOlt<'a> {
    /// How many PON ports the OLT has.
    total_pon_ports: usize,
    /// How many ONUs it has.
    total_onus: Option<usize>,
    /// Those in service.
    online_onus: Option<usize>,
    /// Those known not to be in service.
    offline_onus: Option<usize>,
    pon_ports: Vec<OfPon<'a>>,
    #[schema(value_type = Option<schema::Moment>)]
    last_update: Option<String>,
}

/// Every PON port as it is right now.
#[utoipa::path(
    get, path = "/monitoring/olt", operation_id = "monitored_olt", tag = "Monitoring",
    params(Freshness),
    responses(Shown<OfOlt>, ReadFailures),
)]
pub(super) async fn olt(olt: ChosenOlt, freshness: Freshness) -> Answer {
    let monitored = olt.read::<MonitoredOlt>((), freshness).await?;
    monitored.kept((), |Reading { value, read_at, .. }, ()| {
        let nothing = gpon::OnuCounts::of(&[]);
        let counts = value.iter().fold(nothing, |sum, pon| sum.plus(pon.counts));
        Ok(Content::new(OfOlt {
            total_pon_ports: value.len(),
            total_onus: counts.total,
            online_onus: counts.online,
            offline_onus: counts.offline,
            pon_ports: value.iter().map(OfPon::from).collect(),
            last_update: rfc3339(*read_at),
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn rates_are_read_by_people() {
        for (bps, text) in [
            (0, "0 bps"),
            (999, "999 bps"),
            (1_000, "1.0 Kbps"),
            (250_500_000, "250.5 Mbps"),
            (2_488_320_000, "2.5 Gbps"),
        ] {
            assert_eq!(rate(bps), text);
        }
    }
}

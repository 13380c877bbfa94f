//! Why a customer is down, or bad.

mod evidence;
mod gather;
mod rules;

#[cfg(test)]
mod tests;

use gpon::{OnuRef, SerialNumber};
use serde::Serialize;
use utoipa::ToSchema;

use self::gather::{Gathered, gather};
use self::rules::{Finding, diagnose};
use crate::app::ChosenOlt;
use crate::cache::Freshness;
use crate::http::openapi::{DiagnosisFailures, PonFailures, SerialPath, Shown};
use crate::http::{Answer, Params, PonOnu, schema};

/// Why an ONU is out of service, or what is wrong with it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Diagnosis)]
struct Diagnosis {
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
    /// What is wrong; it rests on nothing that could not be read.
    verdict: Finding,
    /// What is wrong besides.
    also: Vec<Finding>,
    /// All that was read, and that it rests on.
    evidence: Vec<Piece>,
    /// What could not be read, and why.
    unknown: Vec<Gap>,
    /// The other ONUs of its PON.
    neighbours: Others,
}

/// Something that was read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DiagnosisEvidence)]
pub(super) struct Piece {
    /// What it is, such as `status` or `macs`.
    what: &'static str,
    /// What was read.
    value: String,
    /// Which side told it: `snmp` or `cli`; null where either may have.
    source: Option<&'static str>,
    /// How old it is, in seconds.
    age: u64,
}

/// Something that could not be read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DiagnosisGap)]
pub(super) struct Gap {
    /// What it is, as in `evidence`.
    what: &'static str,
    /// Why it is not known.
    reason: String,
}

/// The other ONUs of the PON.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DiagnosisNeighbours)]
pub(super) struct Others {
    /// How many there are; null where the PON could not be listed.
    total: Option<usize>,
    /// Those known to be in service.
    online: usize,
    /// Those known not to be.
    offline: usize,
    /// Those that lost their light within two minutes of it; null where that is not known, and of an ONU that is online.
    lost_with_it: Option<usize>,
    /// Those that lost their power within two minutes of it; null likewise.
    power_lost_with_it: Option<usize>,
    /// dBm, the median of what those online receive; null for fewer than three.
    median_rx_power: Option<f64>,
    /// dBm, the median of what the OLT receives from those online; null for fewer than three.
    median_olt_rx_power: Option<f64>,
}

/// Why an ONU is out of service, or what is wrong with it, in one sentence with its evidence.
///
/// Readings that are kept are used; at most seven commands are sent to the command line: two
/// of an ONU that is out of service, and seven of one that is online. What fails to be read is
/// in `unknown`, and no verdict rests on it.
#[utoipa::path(
    get, path = "/onu/{pon}/{onu_id}/diagnosis", operation_id = "diagnosis", tag = "Monitoring",
    params(PonOnu, Freshness),
    responses(Shown<Diagnosis>, PonFailures),
)]
pub(super) async fn show(olt: ChosenOlt, PonOnu(at): PonOnu, freshness: Freshness) -> Answer {
    of_onu(&olt, at, freshness).await
}

/// Why the ONU with this serial number is out of service, wherever it stands.
///
/// As by its place, with one command more where the OLT has a command line: where it is
/// registered is looked up anew.
#[utoipa::path(
    get, path = "/onu/sn/{serial}/diagnosis", operation_id = "diagnosis_by_serial", tag = "Monitoring",
    params(SerialPath, Freshness),
    responses(Shown<Diagnosis>, DiagnosisFailures),
)]
pub(super) async fn show_by_serial(olt: ChosenOlt, params: Params, freshness: Freshness) -> Answer {
    let at = olt.find(params.parse("serial", "serial_number")?).await?;
    of_onu(&olt, at, freshness).await
}

async fn of_onu(olt: &ChosenOlt, at: OnuRef, freshness: Freshness) -> Answer {
    let Gathered { evidence, pieces, gaps, readings } = gather(olt, at, freshness).await?;
    let names: Vec<&str> = gaps.iter().map(|gap| gap.what).collect();
    let (verdict, also) = diagnose(&evidence, olt.limits(), &names);
    let others = evidence.neighbours;
    readings.answer(Diagnosis {
        pon_port: at.pon.to_string(),
        board: at.pon.slot(),
        pon: at.pon.port(),
        onu_id: at.id.get(),
        serial_number: evidence.serial,
        verdict,
        also,
        evidence: pieces,
        unknown: gaps,
        neighbours: Others {
            total: others.total,
            online: others.online,
            offline: others.offline,
            lost_with_it: others.lost_with_it,
            power_lost_with_it: others.dark_with_it,
            median_rx_power: others.median_rx,
            median_olt_rx_power: others.median_olt_rx,
        },
    })
}

//! Reads what a diagnosis rests on.

use gpon::{
    Field, LearntMac, Onu, OnuBandwidth, OnuColumn, OnuRef, Problem, SerialNumber, ServicePort,
    UnconfiguredOnu,
};
use serde::Serialize;
use zte::{MacsOf, Trouble};

use super::evidence::{Evidence, Neighbours};
use super::{Gap, Piece};
use crate::app::ChosenOlt;
use crate::cache::{
    CacheError, Fresh, Freshness, Macs, OneOnu, OnuAccount, OnuColumnsOf, Onus, ServicePortsOfOnu,
    Unconfigured,
};
use crate::http::{Answer, Content, Failure};
use crate::store::HoldFilter;

const SNMP: Option<&str> = Some("snmp");
const CLI: Option<&str> = Some("cli");
/// Why something is not known that was answered without it.
const UNTOLD: &str = "the OLT does not tell it";

/// What was read, and what was not.
pub(super) struct Gathered {
    pub(super) evidence: Evidence,
    pub(super) pieces: Vec<Piece>,
    pub(super) gaps: Vec<Gap>,
    pub(super) readings: Readings,
}

/// The readings that it came from, for how old the answer is.
#[derive(Default)]
pub(super) struct Readings {
    onu: Option<Fresh<Onu>>,
    onus: Option<Fresh<Vec<Onu>>>,
    columns: Option<Fresh<Vec<Onu>>>,
    waiting: Option<Fresh<Vec<UnconfiguredOnu>>>,
    bandwidth: Option<Fresh<OnuBandwidth>>,
    ports: Option<Fresh<Vec<ServicePort>>>,
    macs: Option<Fresh<Vec<LearntMac>>>,
    account: Option<Fresh<gpon::OnuAccount>>,
    /// Whether some could not be made.
    is_incomplete: bool,
}

impl Readings {
    /// The answer, as old as the oldest of them.
    pub(super) fn answer(&self, data: impl Serialize) -> Answer {
        // What is missing of the readings stands in the answer itself.
        let content = |data| Content { leaves_out: |_| true, ..Content::new(data) };
        let answer = match (&self.onu, &self.onus) {
            (Some(onu), _) => onu.once(|_| content(data)),
            (None, Some(onus)) => onus.once(|_| content(data)),
            (None, None) => crate::http::plain(data),
        };
        let answer = with(answer, self.onus.as_ref());
        let answer = with(with(answer, self.columns.as_ref()), self.waiting.as_ref());
        let answer = with(with(answer, self.bandwidth.as_ref()), self.ports.as_ref());
        let answer = with(with(answer, self.macs.as_ref()), self.account.as_ref());
        answer.map(|view| if self.is_incomplete { view.incomplete() } else { view })
    }
}

fn with<T>(answer: Answer, reading: Option<&Fresh<T>>) -> Answer {
    answer.map(|view| match reading {
        Some(reading) => view.with(reading),
        None => view,
    })
}

/// What is noted while readings come in.
#[derive(Default)]
struct Notes {
    pieces: Vec<Piece>,
    gaps: Vec<Gap>,
}

impl Notes {
    fn tell<T>(
        &mut self,
        of: &Fresh<T>,
        source: Option<&'static str>,
        what: &'static str,
        value: Option<String>,
    ) {
        if let Some(value) = value {
            self.pieces.push(Piece { what, value, source, age: of.entry.age().as_secs() });
        }
    }

    /// The reading, or a gap for each of these.
    fn read<T>(&mut self, read: Result<Fresh<T>, CacheError>, whats: &[&'static str]) -> Option<Fresh<T>> {
        match read.map_err(Failure::from) {
            Ok(read) => Some(read),
            Err(failure) => {
                whats.iter().for_each(|what| self.gaps.push(Gap { what, reason: failure.detail.clone() }));
                None
            }
        }
    }
}

/// Why a field is missing from a reading, if it is: a count of what may lack rows is none.
fn missing<T>(of: &Fresh<T>, fields: &[Field]) -> Option<String> {
    of.entry.reading().problems.iter().find_map(|problem| match problem {
        Problem::Failed { field, reason } | Problem::Uncertain { field, reason }
            if fields.contains(field) =>
        {
            Some(reason.clone())
        }
        _ => None,
    })
}

/// On whose behalf an ONU is suspended; nobody's where no store says so.
async fn suspended_by(olt: &ChosenOlt, at: OnuRef, serial: Option<SerialNumber>) -> Vec<String> {
    let onu = serial.map_or_else(|| at.to_string(), |serial| serial.to_string());
    let filter = HoldFilter { olt: Some(olt.id().to_owned()), onu: Some(onu), ..HoldFilter::default() };
    let holds = olt.jobs().holds(&filter).await.unwrap_or_default();
    holds.into_iter().map(|hold| hold.owner).collect()
}

/// Reads what a diagnosis of the ONU rests on.
///
/// # Errors
/// When neither it nor its PON can be read.
pub(super) async fn gather(olt: &ChosenOlt, at: OnuRef, freshness: Freshness) -> Result<Gathered, Failure> {
    let (onus, onu) = futures::join!(olt.read::<Onus>(at.pon, freshness), olt.read::<OneOnu>(at, freshness));
    let mut notes = Notes::default();
    let serial = onu.as_ref().ok().and_then(|onu| onu.entry.reading().value.serial);
    let suspended_by = suspended_by(olt, at, serial).await;
    let mut evidence = Evidence { suspended_by, ..Evidence::default() };
    let mut readings = Readings::default();
    match onu {
        Ok(onu) => {
            evidence.is_registered = onu.entry.reading().value.named_by.names_all().then_some(true);
            readings.onu = Some(onu);
            readings.onus = notes.read(onus, &["neighbours"]);
        }
        Err(CacheError::Olt(error)) if matches!(error.trouble, Trouble::NoSuchOnu(_)) => {
            let onus = onus?;
            notes.tell(&onus, SNMP, "registered", Some("false".to_owned()));
            evidence.is_registered = Some(false);
            readings.onus = Some(onus);
        }
        Err(error) => return Err(error.into()),
    }
    if let Some(onu) = &readings.onu {
        of_onu(onu, &mut evidence, &mut notes);
    }
    if evidence.is_registered != Some(false) {
        of_neighbours(olt, at, freshness, &mut readings, &mut evidence, &mut notes).await;
    }
    if evidence.is_online() {
        of_service(olt, at, freshness, &mut readings, &mut evidence, &mut notes).await;
    } else if evidence.is_offline() {
        of_waiting(olt, freshness, &mut readings, &mut evidence, &mut notes).await;
    }
    let Notes { pieces, gaps } = notes;
    readings.is_incomplete = !gaps.is_empty();
    Ok(Gathered { evidence, pieces, gaps, readings })
}

/// What the ONU's own reading tells.
fn of_onu(read: &Fresh<Onu>, evidence: &mut Evidence, notes: &mut Notes) {
    let onu = &read.entry.reading().value;
    let source = if onu.named_by == gpon::NamedBy::CommandLine { CLI } else { SNMP };
    let name = onu.state.map(|state| state.as_str().to_owned());
    evidence.serial = onu.serial;
    evidence.state = onu.state;
    evidence.admin = onu.admin;
    evidence.offline_reason = onu.offline_reason;
    evidence.last_offline = onu.last_offline;
    (evidence.rx, evidence.olt_rx) = (onu.rx, onu.olt_rx);
    notes.tell(read, source, "status", name);
    notes.tell(read, source, "admin_state", onu.admin.map(|admin| admin.as_str().to_owned()));
    notes.tell(read, source, "offline_reason", onu.offline_reason.map(|reason| reason.to_string()));
    notes.tell(read, source, "last_offline", onu.last_offline.map(|time| time.to_string()));
    notes.tell(read, source, "rx_power", onu.rx.map(|power| power.to_string()));
    notes.tell(read, source, "olt_rx_power", onu.olt_rx.map(|power| power.to_string()));
    if !onu.named_by.names_all() {
        let reason = "no table of the OLT names every ONU that is configured".to_owned();
        notes.gaps.push(Gap { what: "registered", reason });
    }
    let needed: &[(&'static str, Field, bool)] = &[
        ("status", Field::Status, onu.state.is_none()),
        ("admin_state", Field::AdminState, onu.admin.is_none()),
        ("offline_reason", Field::OfflineReason, evidence.is_offline() && onu.offline_reason.is_none()),
        ("last_offline", Field::LastOffline, evidence.is_offline() && onu.last_offline.is_none()),
        ("rx_power", Field::RxPower, evidence.is_online() && onu.rx.is_none()),
    ];
    for (what, field, _) in needed.iter().filter(|(.., lacks)| *lacks) {
        let reason = missing(read, &[*field]).unwrap_or_else(|| UNTOLD.to_owned());
        notes.gaps.push(Gap { what, reason });
    }
}

/// How its neighbours are: of one that is out of service who went with it, of another how strong their light is.
async fn of_neighbours(
    olt: &ChosenOlt,
    at: OnuRef,
    freshness: Freshness,
    readings: &mut Readings,
    evidence: &mut Evidence,
    notes: &mut Notes,
) {
    let Some(onus) = &readings.onus else { return };
    let columns = match evidence.is_online() {
        true => vec![OnuColumn::OltRx],
        false => vec![OnuColumn::OfflineReason, OnuColumn::LastOffline],
    };
    let columns = (Some(at.pon), columns.into_iter().collect());
    let columns = notes.read(olt.read::<OnuColumnsOf>(columns, freshness).await, &["neighbours"]);
    let rows =
        columns.as_ref().filter(|read| missing(read, &[Field::OfflineReason, Field::LastOffline]).is_none());
    let rows = rows.map(|read| &read.entry.reading().value[..]);
    let last_offline = evidence.last_offline.filter(|_| evidence.is_offline());
    evidence.neighbours = Neighbours::of(&onus.entry.reading().value, rows, at.id, last_offline);
    if missing(onus, &[Field::Status, Field::OnuId, Field::Onus]).is_some() {
        // There may be more of them.
        evidence.neighbours.total = None;
    }
    readings.columns = columns;
}

/// What carries its service; of an ONU that is online.
async fn of_service(
    olt: &ChosenOlt,
    at: OnuRef,
    freshness: Freshness,
    readings: &mut Readings,
    evidence: &mut Evidence,
    notes: &mut Notes,
) {
    let (bandwidth, ports, macs, account) = futures::join!(
        olt.read::<crate::cache::OnuBandwidth>(at, freshness),
        olt.read::<ServicePortsOfOnu>(at, freshness),
        olt.read::<Macs>(MacsOf::Onu(at), freshness),
        olt.read::<OnuAccount>(at, freshness),
    );
    readings.bandwidth = notes.read(bandwidth, &["tconts", "gem_ports"]);
    readings.ports = notes.read(ports, &["service_ports"]);
    readings.macs = notes.read(macs, &["macs"]);
    readings.account = notes.read(account, &["config_state", "wans"]);
    if let Some(read) = &readings.bandwidth {
        let OnuBandwidth { tconts, gem_ports } = &read.entry.reading().value;
        evidence.tconts = notes.count(read, None, "tconts", tconts.len(), &[Field::Tconts]);
        let fields = [Field::GemPorts, Field::Gemports];
        evidence.gem_ports = notes.count(read, None, "gem_ports", gem_ports.len(), &fields);
    }
    if let Some(read) = &readings.ports {
        let many = read.entry.reading().value.len();
        evidence.service_ports = notes.count(read, None, "service_ports", many, &[Field::ServicePorts]);
    }
    if let Some(read) = &readings.macs {
        let many = read.entry.reading().value.len();
        evidence.macs = notes.count(read, CLI, "macs", many, &[Field::Mac]);
    }
    if let Some(read) = &readings.account {
        let account = &read.entry.reading().value;
        evidence.config_state.clone_from(&account.config_state);
        notes.tell(read, CLI, "config_state", account.config_state.clone());
        if account.config_state.is_none() {
            let reason = missing(read, &[Field::Status]).unwrap_or_else(|| UNTOLD.to_owned());
            notes.gaps.push(Gap { what: "config_state", reason });
        }
        let reason = missing(read, &[Field::IpAddress]);
        match (&account.wans, reason) {
            (Some(wans), None) => {
                let spelt = |wan: &gpon::WanConnection| {
                    format!(
                        "{}: {}",
                        wan.mode.as_deref().unwrap_or("unknown"),
                        wan.status.as_deref().unwrap_or("unknown")
                    )
                };
                let told = if wans.is_empty() {
                    "none".to_owned()
                } else {
                    wans.iter().map(spelt).collect::<Vec<_>>().join(", ")
                };
                notes.tell(read, CLI, "wans", Some(told));
                evidence.wans = Some(wans.clone());
            }
            (_, reason) => {
                let reason = reason.unwrap_or_else(|| UNTOLD.to_owned());
                notes.gaps.push(Gap { what: "wans", reason });
            }
        }
    }
}

impl Notes {
    /// How many there are, unless some may have been left out.
    fn count<T>(
        &mut self,
        of: &Fresh<T>,
        source: Option<&'static str>,
        what: &'static str,
        many: usize,
        fields: &[Field],
    ) -> Option<usize> {
        // Those that were read are there.
        if let Some(reason) = missing(of, fields).filter(|_| many == 0) {
            self.gaps.push(Gap { what, reason });
            return None;
        }
        self.tell(of, source, what, Some(many.to_string()));
        Some(many)
    }
}

/// Whether its box waits for configuration somewhere; of an ONU that is out of service.
async fn of_waiting(
    olt: &ChosenOlt,
    freshness: Freshness,
    readings: &mut Readings,
    evidence: &mut Evidence,
    notes: &mut Notes,
) {
    if evidence.serial.is_none() {
        notes.gaps.push(Gap { what: "waits_on", reason: "its serial number is not known".to_owned() });
        return;
    }
    let waiting = olt.read::<Unconfigured>(None, freshness).await;
    readings.waiting = notes.read(waiting, &["waits_on"]);
    let Some(read) = &readings.waiting else { return };
    let boxes = read.entry.reading().value.iter();
    let pons: Vec<_> = boxes.filter(|one| one.serial == evidence.serial).map(|one| one.pon).collect();
    if let Some(reason) = missing(read, &[Field::SerialNumber, Field::Onus]).filter(|_| pons.is_empty()) {
        notes.gaps.push(Gap { what: "waits_on", reason });
        return;
    }
    let spelt = pons.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let spelt = if pons.is_empty() { "nowhere".to_owned() } else { spelt };
    notes.tell(read, None, "waits_on", Some(spelt));
    evidence.waits_on = Some(pons);
}

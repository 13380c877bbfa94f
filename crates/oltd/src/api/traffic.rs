use std::borrow::Cow;

use gpon::{DbaProfile, DbaType, Field, GemPort, OnuRef, Reading, Rows, Tcont, TrafficProfile, quoted};
use serde::Serialize;
use utoipa::ToSchema;

use super::fields::name;
use crate::app::ChosenOlt;
use crate::cache::{Dba, Freshness, OnuBandwidth, TrafficProfiles};
use crate::charset::Charset;
use crate::http::openapi::{GemPortFailures, Listed, ProfileFailures, ReadFailures, Shown, TcontFailures};
use crate::http::{Answer, Content, ErrorCode, Failure, Params, PonOnu, schema};

/// The longest name that a device was seen to take.
const LONGEST_NAME: usize = 64;

/// A DBA profile; rates in kbps.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DbaProfile)]
struct Bandwidth<'a> {
    /// Its name.
    name: Cow<'a, str>,
    #[schema(value_type = Option<schema::DbaKind>)]
    r#type: Option<u8>,
    /// kbps
    fixed_bandwidth: Option<u32>,
    /// kbps
    assured_bandwidth: Option<u32>,
    /// kbps
    max_bandwidth: Option<u32>,
    /// The same as `max_bandwidth`.
    maximum_bandwidth: Option<u32>,
}

impl<'a> Bandwidth<'a> {
    fn new(profile: &'a DbaProfile, charset: Charset) -> Self {
        Self {
            name: charset.show(&profile.name),
            r#type: profile.kind.map(DbaType::number),
            fixed_bandwidth: profile.fixed_kbps,
            assured_bandwidth: profile.assured_kbps,
            max_bandwidth: profile.maximum_kbps,
            maximum_bandwidth: profile.maximum_kbps,
        }
    }
}

/// A traffic profile; rates in kbps, bursts in kilobytes, null where the device chooses.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrafficProfile)]
struct Policer<'a> {
    /// Its name.
    name: Cow<'a, str>,
    /// Sustained rate in kbps.
    sir: Option<u32>,
    /// Peak rate in kbps.
    pir: Option<u32>,
    /// Sustained burst in kilobytes.
    cbs: Option<u32>,
    /// Peak burst in kilobytes.
    pbs: Option<u32>,
}

impl<'a> Policer<'a> {
    fn new(profile: &'a TrafficProfile, charset: Charset) -> Self {
        Self {
            name: charset.show(&profile.name),
            sir: profile.sir_kbps,
            pir: profile.pir_kbps,
            cbs: profile.cbs_kbytes,
            pbs: profile.pbs_kbytes,
        }
    }
}

/// The DBA profiles.
#[utoipa::path(
    get, path = "/traffic/dba-profiles", operation_id = "dba_profiles", tag = "Traffic",
    params(Freshness),
    responses(Listed<Bandwidth>, ReadFailures),
)]
pub(super) async fn dba_profiles(olt: ChosenOlt, freshness: Freshness) -> Answer {
    olt.read::<Dba>((), freshness).await?.kept(olt.charset(), |profiles, charset| {
        let rows = profiles.value.iter().map(|profile| Bandwidth::new(profile, charset)).collect::<Vec<_>>();
        Ok(Content { leaves_out: is_number, ..Content::new(rows) })
    })
}

/// The number of a profile stands in `/profiles/traffic` only.
fn is_number(field: Field) -> bool {
    field == Field::ProfileId
}

/// A DBA profile.
#[utoipa::path(
    get, path = "/traffic/dba-profile/{name}", operation_id = "dba_profile", tag = "Traffic",
    params(("name" = inline(schema::ProfileName), Path, example = "UP-10M"), Freshness),
    responses(Shown<Bandwidth>, ProfileFailures),
)]
pub(super) async fn dba_profile(olt: ChosenOlt, params: Params, freshness: Freshness) -> Answer {
    let name = name_of(&params)?;
    let profiles = olt.read::<Dba>((), freshness).await?;
    let reading = profiles.entry.reading();
    let found = reading.value.iter().find(|profile| olt.charset().show(&profile.name) == name);
    let row = Bandwidth::new(found.ok_or_else(|| no_profile(reading, "bandwidth", name))?, olt.charset());
    profiles.once(|_| Content { leaves_out: is_number, ..Content::new(row) })
}

/// The traffic profiles.
#[utoipa::path(
    get, path = "/traffic/profiles", operation_id = "traffic_profiles", tag = "Traffic",
    params(Freshness),
    responses(Listed<Policer>, ReadFailures),
)]
pub(super) async fn profiles(olt: ChosenOlt, freshness: Freshness) -> Answer {
    olt.read::<TrafficProfiles>((), freshness)
        .await?
        .list(olt.charset(), |profile, charset| Policer::new(profile, *charset))
}

/// A traffic profile.
#[utoipa::path(
    get, path = "/traffic/profile/{name}", operation_id = "traffic_profile", tag = "Traffic",
    params(("name" = inline(schema::ProfileName), Path, example = "DOWN-50M"), Freshness),
    responses(Shown<Policer>, ProfileFailures),
)]
pub(super) async fn profile(olt: ChosenOlt, params: Params, freshness: Freshness) -> Answer {
    let name = name_of(&params)?;
    let profiles = olt.read::<TrafficProfiles>((), freshness).await?;
    let reading = profiles.entry.reading();
    let found = reading.value.iter().find(|profile| olt.charset().show(&profile.name) == name);
    let row = Policer::new(found.ok_or_else(|| no_profile(reading, "traffic", name))?, olt.charset());
    profiles.once(|_| Content::new(row))
}

/// A device may hold names that we would not give, so any name may be asked for.
fn name_of(params: &Params) -> Result<&str, Failure> {
    let name = params.text("name")?;
    if !(1..=LONGEST_NAME).contains(&name.chars().count()) {
        return Err(Failure::parameter("name", format_args!("1 to {LONGEST_NAME} characters"), name));
    }
    Ok(name)
}

fn no_profile<T: Rows>(reading: &Reading<T>, kind: &str, name: &str) -> Failure {
    match reading.rows_may_be_missing() {
        Some(problem) => Failure::incomplete("whether the profile exists", problem),
        None => {
            let detail = format!("no {kind} profile has the name {}", quoted(name));
            Failure::new(ErrorCode::ProfileNotFound, "The OLT has no such profile.", detail)
        }
    }
}

/// A T-CONT of an ONU.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tcont)]
struct TcontOfOnu<'a> {
    #[schema(value_type = schema::PonPortText)]
    pon_port: String,
    #[schema(value_type = schema::Board)]
    board: u8,
    #[schema(value_type = schema::Pon)]
    pon: u8,
    #[schema(value_type = schema::OnuNumber)]
    onu_id: u8,
    #[schema(value_type = schema::TcontNumber)]
    tcont_id: u8,
    /// Its name.
    name: Option<Cow<'a, str>>,
    /// The name of its DBA profile.
    profile: Option<Cow<'a, str>>,
    /// The numbers of the GEM ports that it carries.
    gemports: Vec<u8>,
}

/// A T-CONT of an ONU.
#[utoipa::path(
    get, path = "/traffic/tcont/{pon}/{onu_id}/{tcont_id}", operation_id = "tcont", tag = "Traffic",
    params(PonOnu, ("tcont_id" = inline(schema::TcontNumber), Path, example = 1), Freshness),
    responses(Shown<TcontOfOnu>, TcontFailures),
)]
pub(super) async fn tcont(
    olt: ChosenOlt,
    PonOnu(at): PonOnu,
    params: Params,
    freshness: Freshness,
) -> Answer {
    let id = params.byte("tcont_id", 1..=8)?;
    let bandwidth = olt.read::<OnuBandwidth>(at, freshness).await?;
    let reading = bandwidth.entry.reading();
    let found = reading.value.tconts.iter().find(|tcont| tcont.id == id);
    let tcont: &Tcont = found.ok_or_else(|| missing(reading, ErrorCode::TcontNotFound, "T-CONT", id, at))?;
    let carried = reading.value.gem_ports.iter().filter(|port| port.tcont == Some(id));
    let row = TcontOfOnu {
        pon_port: at.pon.to_string(),
        board: at.pon.slot(),
        pon: at.pon.port(),
        onu_id: at.id.get(),
        tcont_id: id,
        name: olt.charset().text(&tcont.name),
        profile: olt.charset().text(&tcont.profile),
        gemports: carried.map(|port| port.id).collect(),
    };
    bandwidth.once(|_| Content { leaves_out: is_of_gem_ports, called: of_a_tcont, ..Content::new(row) })
}

/// What a T-CONT does not have of the fields of GEM ports, that are read with it.
fn is_of_gem_ports(field: Field) -> bool {
    matches!(field, Field::GemportName | Field::Queue | Field::TrafficLimit)
}

/// Which GEM ports a T-CONT carries stands where these name it.
fn of_a_tcont(field: Field) -> &'static str {
    name(if field == Field::TcontId { Field::Gemports } else { field })
}

/// What a GEM port does not have of the fields of T-CONTs, that are read with it.
fn is_of_tconts(field: Field) -> bool {
    matches!(field, Field::Name | Field::Profile | Field::Gemports)
}

fn of_a_gem_port(field: Field) -> &'static str {
    name(if field == Field::GemportName { Field::Name } else { field })
}

/// A GEM port of an ONU.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GemPort)]
struct GemPortOfOnu<'a> {
    #[schema(value_type = schema::PonPortText)]
    pon_port: String,
    #[schema(value_type = schema::Board)]
    board: u8,
    #[schema(value_type = schema::Pon)]
    pon: u8,
    #[schema(value_type = schema::OnuNumber)]
    onu_id: u8,
    #[schema(value_type = schema::GemPortNumber)]
    gemport_id: u8,
    /// The T-CONT that carries it upstream.
    #[schema(value_type = Option<schema::TcontNumber>)]
    tcont_id: Option<u8>,
    /// Its name.
    name: Option<Cow<'a, str>>,
    /// Its priority queue.
    queue: Option<u8>,
    traffic_limit: TrafficLimit<'a>,
}

/// The traffic profiles that limit a GEM port; null where none does.
#[derive(Debug, Serialize, ToSchema)]
struct TrafficLimit<'a> {
    /// The name of the profile for what the ONU sends.
    upstream: Option<Cow<'a, str>>,
    /// The name of the profile for what the ONU receives.
    downstream: Option<Cow<'a, str>>,
}

/// A GEM port of an ONU.
#[utoipa::path(
    get, path = "/traffic/gemport/{pon}/{onu_id}/{gemport_id}", operation_id = "gem_port", tag = "Traffic",
    params(PonOnu, ("gemport_id" = inline(schema::GemPortNumber), Path, example = 1), Freshness),
    responses(Shown<GemPortOfOnu>, GemPortFailures),
)]
pub(super) async fn gem_port(
    olt: ChosenOlt,
    PonOnu(at): PonOnu,
    params: Params,
    freshness: Freshness,
) -> Answer {
    let id = params.byte("gemport_id", 1..=u8::MAX)?;
    let bandwidth = olt.read::<OnuBandwidth>(at, freshness).await?;
    let reading = bandwidth.entry.reading();
    let found = reading.value.gem_ports.iter().find(|port| port.id == id);
    let port: &GemPort =
        found.ok_or_else(|| missing(reading, ErrorCode::GemPortNotFound, "GEM port", id, at))?;
    let row = GemPortOfOnu {
        pon_port: at.pon.to_string(),
        board: at.pon.slot(),
        pon: at.pon.port(),
        onu_id: at.id.get(),
        gemport_id: id,
        tcont_id: port.tcont,
        name: olt.charset().text(&port.name),
        queue: port.queue,
        traffic_limit: TrafficLimit {
            upstream: olt.charset().text(&port.upstream),
            downstream: olt.charset().text(&port.downstream),
        },
    };
    bandwidth.once(|_| Content { leaves_out: is_of_tconts, called: of_a_gem_port, ..Content::new(row) })
}

fn missing<T: Rows>(reading: &Reading<T>, code: ErrorCode, what: &str, id: u8, at: OnuRef) -> Failure {
    match reading.rows_may_be_missing() {
        Some(problem) => Failure::incomplete(&format!("whether the {what} exists"), problem),
        None => {
            Failure::new(code, format!("The ONU has no such {what}."), format!("{at} has no {what} {id}"))
        }
    }
}

use std::borrow::Cow;

use gpon::{DbaProfile, DbaType, Field, Problem, Reading, VlanId, VlanProfile, VlanTag};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::ChosenOlt;
use crate::cache::{Dba, Freshness, VlanProfiles};
use crate::charset::Charset;
use crate::http::openapi::{Listed, ProfileFailures, ReadFailures, Shown};
use crate::http::{Answer, Content, ErrorCode, Failure, Params, schema};

/// A T-CONT bandwidth profile; rates in kbps.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BandwidthProfile)]
struct Traffic<'a> {
    /// Null where the OLT numbers no profiles.
    profile_id: Option<u32>,
    /// Its name.
    name: Cow<'a, str>,
    /// Assured bandwidth in kbps.
    cir: Option<u32>,
    /// Maximum bandwidth in kbps.
    pir: Option<u32>,
    /// The same as `pir`.
    max_bw: Option<u32>,
    /// Fixed bandwidth in kbps.
    fixed: Option<u32>,
    #[schema(value_type = Option<schema::DbaKind>)]
    r#type: Option<u8>,
}

impl<'a> Traffic<'a> {
    fn new(profile: &'a DbaProfile, charset: Charset) -> Self {
        Self {
            profile_id: profile.profile_id,
            name: charset.show(&profile.name),
            cir: profile.assured_kbps,
            pir: profile.maximum_kbps,
            max_bw: profile.maximum_kbps,
            fixed: profile.fixed_kbps,
            r#type: profile.kind.map(DbaType::number),
        }
    }
}

/// The bandwidth profiles of T-CONTs.
#[utoipa::path(
    get, path = "/profiles/traffic", operation_id = "bandwidth_profiles", tag = "Profiles",
    params(Freshness),
    responses(Listed<Traffic>, ReadFailures),
)]
pub(super) async fn traffic(olt: ChosenOlt, freshness: Freshness) -> Answer {
    let profiles = olt.read::<Dba>((), freshness).await?;
    profiles.list(olt.charset(), |profile, charset| Traffic::new(profile, *charset))
}

/// A bandwidth profile.
#[utoipa::path(
    get, path = "/profiles/traffic/{profile_id}", operation_id = "bandwidth_profile", tag = "Profiles",
    params(("profile_id" = inline(schema::ProfileNumber), Path, example = 1_879_048_193), Freshness),
    responses(Shown<Traffic>, ProfileFailures),
)]
pub(super) async fn traffic_profile(olt: ChosenOlt, params: Params, freshness: Freshness) -> Answer {
    let id = params.number("profile_id", 1..=u64::from(u32::MAX))?;
    let profiles = olt.read::<Dba>((), freshness).await?;
    profiles.kept((id, olt.charset()), |profiles, (id, charset)| {
        let found = profiles.value.iter().find(|profile| profile.profile_id.map(u64::from) == Some(id));
        Ok(Content::new(Traffic::new(found.ok_or_else(|| missing(profiles, id))?, charset)))
    })
}

/// Why the profile `id` is not among those that were read.
fn missing(profiles: &Reading<Vec<DbaProfile>>, id: u64) -> Failure {
    if let Some(problem) = profiles.problems.iter().find(|problem| problem.missing().is_some()) {
        return Failure::incomplete("whether the profile exists", problem);
    }
    if profiles.problems.contains(&Problem::Unsupported { field: Field::ProfileId }) {
        let message = "The OLT's firmware does not number its profiles.";
        let detail = format!("profile_id: there is no table to find {id} in");
        return Failure::new(ErrorCode::UnsupportedByFirmware, message, detail);
    }
    let detail = format!("no bandwidth profile has the profile_id {id}");
    Failure::new(ErrorCode::ProfileNotFound, "The OLT has no such profile.", detail)
}

/// A VLAN profile of ONUs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VlanProfile)]
struct Vlan<'a> {
    /// Its name.
    name: Cow<'a, str>,
    #[schema(value_type = Option<schema::VlanNumber>)]
    vlan_id: Option<u16>,
    #[schema(value_type = Option<schema::Priority>)]
    priority: Option<u8>,
    #[schema(value_type = Option<schema::VlanTag>)]
    mode: Option<&'static str>,
    /// The outer VLAN; 0 when there is none, null when it is not known.
    #[schema(maximum = 4094)]
    svlan: Option<u16>,
}

impl<'a> Vlan<'a> {
    fn new(profile: &'a VlanProfile, charset: Charset) -> Self {
        Self {
            name: charset.show(&profile.name),
            vlan_id: profile.cvlan.map(VlanId::get),
            priority: profile.priority,
            mode: profile.mode.map(VlanTag::as_str),
            svlan: profile.svlan,
        }
    }
}

/// The VLAN profiles of ONUs.
#[utoipa::path(
    get, path = "/profiles/vlan", operation_id = "vlan_profiles", tag = "Profiles",
    params(Freshness),
    responses(Listed<Vlan>, ReadFailures),
)]
pub(super) async fn vlan(olt: ChosenOlt, freshness: Freshness) -> Answer {
    let profiles = olt.read::<VlanProfiles>((), freshness).await?;
    profiles.list(olt.charset(), |profile, charset| Vlan::new(profile, *charset))
}

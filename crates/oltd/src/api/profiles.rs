use gpon::{DbaProfile, DbaType, Problem, Reading, VlanId, VlanProfile, VlanTag};
use serde::Serialize;

use crate::app::ChosenOlt;
use crate::cache::{Dba, Freshness, VlanProfiles};
use crate::http::{Answer, Content, ErrorCode, Failure, Params};

/// A T-CONT bandwidth profile; rates in kbps.
#[derive(Debug, Serialize)]
struct Traffic<'a> {
    profile_id: Option<u32>,
    name: &'a str,
    cir: Option<u32>,
    pir: Option<u32>,
    max_bw: Option<u32>,
    fixed: Option<u32>,
    r#type: Option<u8>,
}

impl<'a> From<&'a DbaProfile> for Traffic<'a> {
    fn from(profile: &'a DbaProfile) -> Self {
        Self {
            profile_id: profile.profile_id,
            name: &profile.name,
            cir: profile.assured_kbps,
            pir: profile.maximum_kbps,
            max_bw: profile.maximum_kbps,
            fixed: profile.fixed_kbps,
            r#type: profile.kind.map(DbaType::number),
        }
    }
}

/// GET `/profiles/traffic`
pub(super) async fn traffic(olt: ChosenOlt, freshness: Freshness) -> Answer {
    let profiles = olt.read::<Dba>((), freshness).await?;
    profiles.list("list", Traffic::from)
}

/// GET `/profiles/traffic/{profile_id}`
pub(super) async fn traffic_profile(olt: ChosenOlt, params: Params, freshness: Freshness) -> Answer {
    let id = params.number("profile_id", 1..=u64::from(u32::MAX))?;
    let profiles = olt.read::<Dba>((), freshness).await?;
    profiles.kept(("show", id, 0), |profiles| {
        let found = profiles.value.iter().find(|profile| profile.profile_id.map(u64::from) == Some(id));
        Ok(Content::new(Traffic::from(found.ok_or_else(|| missing(profiles, id))?)))
    })
}

/// Why the profile `id` is not among those that were read.
fn missing(profiles: &Reading<Vec<DbaProfile>>, id: u64) -> Failure {
    for problem in &profiles.problems {
        match problem {
            Problem::Failed { reason, .. } => {
                return Failure::incomplete("whether the profile exists", reason);
            }
            Problem::Unsupported { field: "profile_id" } => {
                let message = "The OLT's firmware does not number its profiles.";
                let detail = format!("profile_id: there is no table to find {id} in");
                return Failure::new(ErrorCode::UnsupportedByFirmware, message, detail);
            }
            _ => {}
        }
    }
    let detail = format!("no bandwidth profile has the profile_id {id}");
    Failure::new(ErrorCode::ProfileNotFound, "The OLT has no such profile.", detail)
}

#[derive(Debug, Serialize)]
struct Vlan<'a> {
    name: &'a str,
    vlan_id: Option<u16>,
    priority: Option<u8>,
    mode: Option<&'static str>,
    svlan: Option<u16>,
}

impl<'a> From<&'a VlanProfile> for Vlan<'a> {
    fn from(profile: &'a VlanProfile) -> Self {
        Self {
            name: &profile.name,
            vlan_id: profile.cvlan.map(VlanId::get),
            priority: profile.priority,
            mode: profile.mode.map(VlanTag::as_str),
            svlan: profile.svlan.map(VlanId::get),
        }
    }
}

/// GET `/profiles/vlan`
pub(super) async fn vlan(olt: ChosenOlt, freshness: Freshness) -> Answer {
    let profiles = olt.read::<VlanProfiles>((), freshness).await?;
    profiles.list("list", Vlan::from)
}

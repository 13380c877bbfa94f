//! Profiles and VLANs of the OLT.

use std::collections::BTreeMap;

use gpon::{DbaProfile, Field, TrafficProfile, Vlan, VlanId, VlanProfile, VlanTag};
use tokio::time::Instant;

use crate::Trouble;
use crate::cli::show::{
    self, OnuVlanProfile, ShowOnuProfileVlan, ShowProfileTcont, ShowProfileTraffic, ShowVlanSummary,
    TcontProfile,
};
use crate::firmware::Firmware;
use crate::reach::{Inner, Problems, Told, first_of, table};
use crate::read::sides::{First, either};
use crate::snmp::walk::Scope;

/// The T-CONT bandwidth profiles, from the command line where no table has them.
pub(crate) async fn dba_profiles(olt: &Inner, deadline: Instant) -> Told<Vec<DbaProfile>> {
    let over_snmp = async {
        let (_, firmware) = olt.learned(deadline).await?;
        let (profiles, problems) = dba_profile_tables(olt, firmware, deadline).await?;
        // Every OLT has the profile `default`: no row means no table.
        present(profiles, problems, "bandwidth profiles")
    };
    either(First::Snmp, over_snmp, |_| async move {
        let mut problems = Problems::default();
        let rows = olt.ask(&ShowProfileTcont, &[Field::Name], &mut problems).await?;
        problems.unsupported(Field::ProfileId);
        let mut profiles: Vec<_> = rows.iter().map(TcontProfile::dba_profile).collect();
        profiles.sort_by(|a, b| a.name.cmp(&b.name));
        Ok((profiles, problems))
    })
    .await
}

/// A list of something that every OLT has one of at least: none means that there is no table.
fn present<T>(rows: Vec<T>, problems: Problems, what: &'static str) -> Told<Vec<T>> {
    if rows.is_empty() && !problems.is_partial() {
        return Err(Trouble::Unsupported(what));
    }
    Ok((rows, problems))
}

/// The T-CONT bandwidth profiles, with the integer index of the older table where it has one.
async fn dba_profile_tables(olt: &Inner, firmware: &Firmware, deadline: Instant) -> Told<Vec<DbaProfile>> {
    let mut problems = Problems::default();
    let mut profiles = first_of(olt, firmware.dba_profiles, deadline, &mut problems).await?;
    if let Some(ids) = firmware.dba_profile_ids
        && profiles.iter().any(|profile| profile.profile_id.is_none())
    {
        match table(olt, ids, &[], Scope::default(), deadline, &mut problems).await {
            Ok(rows) => {
                let by_name: BTreeMap<String, Option<u32>> =
                    rows.into_values().map(|row| (row.name, row.profile_id)).collect();
                for profile in &mut profiles {
                    profile.profile_id = by_name.get(&profile.name).copied().flatten();
                }
            }
            Err(trouble) => problems.failed(Field::ProfileId, trouble.to_string()),
        }
    }
    profiles.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((profiles, problems))
}

/// The traffic profiles: from the command line, which alone has the bursts, else from SNMP.
pub(crate) async fn traffic_profiles(olt: &Inner, deadline: Instant) -> Told<Vec<TrafficProfile>> {
    let told = async {
        let mut problems = Problems::default();
        let rows = olt.ask(&ShowProfileTraffic, &[Field::Name], &mut problems).await?;
        let profile = |row: show::TrafficProfile| TrafficProfile {
            name: row.name,
            sir_kbps: row.sir_kbps,
            pir_kbps: row.pir_kbps,
            cbs_kbytes: row.cbs_kbytes,
            pbs_kbytes: row.pbs_kbytes,
        };
        Ok((rows.into_iter().map(profile).collect(), problems))
    };
    either(First::CommandLine, told, |first| async move {
        let (_, firmware) = olt.learned(deadline).await?;
        let mut problems = Problems::default();
        let profiles = first_of(olt, firmware.traffic_profiles, deadline, &mut problems).await?;
        // Every OLT has the profile `default`: no row means no table.
        let (mut profiles, mut problems) = present(profiles, problems, "traffic profiles")?;
        for field in [Field::Cbs, Field::Pbs] {
            match &first {
                Ok(_) | Err(Trouble::NoCli) => problems.unsupported(field),
                Err(why) => problems.failed(field, why.to_string()),
            }
        }
        profiles.sort_by(|a, b| a.name.cmp(&b.name));
        Ok((profiles, problems))
    })
    .await
}

/// The ONU VLAN profiles, from the command line where no table shows any: an OLT
/// need not have one, and an empty table is as good as none.
pub(crate) async fn vlan_profiles(olt: &Inner, deadline: Instant) -> Told<Vec<VlanProfile>> {
    let over_snmp = async {
        let (_, firmware) = olt.learned(deadline).await?;
        let mut problems = Problems::default();
        let mut profiles = first_of(olt, firmware.vlan_profiles, deadline, &mut problems).await?;
        profiles.sort_by(|a, b| a.name.cmp(&b.name));
        if profiles.is_empty() && olt.memory.has_any(firmware.vlan_profiles) {
            return Ok((profiles, problems));
        }
        present(profiles, problems, "ONU VLAN profiles")
    };
    either(First::Snmp, over_snmp, |_| async move {
        let mut problems = Problems::default();
        let rows = olt.ask(&ShowOnuProfileVlan, &[Field::Name], &mut problems).await?;
        let mut profiles: Vec<_> = rows.into_iter().filter_map(of_profile).collect();
        if !profiles.is_empty() && profiles.iter().all(|profile| profile.svlan.is_none()) {
            problems.unsupported(Field::Svlan);
        }
        profiles.sort_by(|a, b| a.name.cmp(&b.name));
        Ok((profiles, problems))
    })
    .await
}

fn of_profile(row: OnuVlanProfile) -> Option<VlanProfile> {
    let tagged = row.tag_mode.as_deref() == Some("tag");
    Some(VlanProfile {
        name: row.name?,
        cvlan: row.cvlan.and_then(|vlan| VlanId::new(vlan).ok()),
        priority: row.priority,
        mode: tagged.then_some(VlanTag::Tag),
        svlan: row.svlan,
    })
}

/// The VLANs, from the command line where no table has them; that has their numbers alone.
pub(crate) async fn vlans(olt: &Inner, deadline: Instant) -> Told<Vec<Vlan>> {
    let over_snmp = async {
        let (_, firmware) = olt.learned(deadline).await?;
        let mut problems = Problems::default();
        let vlans = first_of(olt, firmware.vlans, deadline, &mut problems).await?;
        // VLAN 1 cannot be removed: no row means no table.
        present(vlans, problems, "VLANs")
    };
    either(First::Snmp, over_snmp, |_| async move {
        let mut problems = Problems::default();
        let summary = olt.ask(&ShowVlanSummary, &[Field::VlanId], &mut problems).await?;
        // `show vlan N` has them, one VLAN at a time.
        [Field::Name, Field::Description].iter().for_each(|field| problems.unsupported(*field));
        let ids = summary.ranges.iter().flat_map(|(first, last)| first.get()..=last.get());
        let vlan = |id| Some(Vlan { id: VlanId::new(id).ok()?, name: None, description: None });
        Ok((ids.filter_map(vlan).collect(), problems))
    })
    .await
}

//! The running-config as blocks (fact sheet, CLI §4.5).

use gpon::{DbaProfile, DbaType, VlanId};
use serde::Serialize;

use super::config_marks::{Mark, OtherLines};
use super::config_words::{Words, first};
use super::json;
use super::onu_config::InterfaceConfig;
use super::pon_config::PonConfig;
use super::remote_config::RemoteConfig;
use super::secret_text::SecretText;
use super::uplink_config::UplinkConfig;

/// A running-config, or as much of it as was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct RunningConfig {
    /// When it was saved, as the OLT writes it: `02:25:44 02/02/2025`.
    pub(crate) saved_at: Option<String>,
    /// The version of its format.
    pub(crate) config_version: Option<String>,
    /// The OLT's name.
    pub(crate) hostname: Option<String>,
    /// The T-CONT bandwidth profiles.
    pub(crate) tcont_profiles: Vec<TcontProfile>,
    /// The traffic profiles.
    pub(crate) traffic_profiles: Vec<TrafficProfile>,
    /// The VLANs of the VLAN database, as ranges.
    #[serde(serialize_with = "json::vlan_ranges")]
    pub(crate) vlan_ranges: Vec<(VlanId, VlanId)>,
    /// The VLANs that have a block of their own.
    pub(crate) vlans: Vec<VlanConfig>,
    /// The PON ports.
    pub(crate) pons: Vec<PonConfig>,
    /// The ONUs, on the OLT's side.
    pub(crate) onus: Vec<InterfaceConfig>,
    /// The ONUs, on their own side.
    pub(crate) remotes: Vec<RemoteConfig>,
    /// The uplinks.
    pub(crate) uplinks: Vec<UplinkConfig>,
    /// The rest, in its order and byte for byte: the line
    /// that begins a block and those inside. A line that only stands where no
    /// block is begins one. Those of the uplinks stand here too.
    pub(crate) other: Vec<OtherBlock>,
}

/// A VLAN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct VlanConfig {
    /// Its number.
    #[serde(serialize_with = "json::one_vlan")]
    pub(crate) id: VlanId,
    /// Its name.
    pub(crate) name: Option<String>,
    /// Its description.
    pub(crate) description: Option<String>,
    /// Lines that have no field of their own.
    #[serde(flatten)]
    pub(crate) other: OtherLines,
}

/// A block, or a line without one, that has no field of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OtherBlock {
    /// The line that begins it.
    pub(crate) head: SecretText,
    /// The lines inside.
    pub(crate) lines: Vec<SecretText>,
    /// Those of them, the first included, that may not be whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) marks: Vec<Mark>,
}

/// A T-CONT bandwidth profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct TcontProfile {
    /// Its name.
    pub(crate) name: String,
    /// Its type, 1..=5.
    pub(crate) kind: Option<u8>,
    /// Fixed bandwidth in kbps.
    pub(crate) fixed_kbps: Option<u32>,
    /// Assured bandwidth in kbps.
    pub(crate) assured_kbps: Option<u32>,
    /// Maximum bandwidth in kbps.
    pub(crate) maximum_kbps: Option<u32>,
    /// Its priority.
    pub(crate) priority: Option<u32>,
    /// Its weight.
    pub(crate) weight: Option<u32>,
}

impl TcontProfile {
    /// The profile as the network's noun; the command line shows no number of it.
    pub(crate) fn dba_profile(&self) -> DbaProfile {
        DbaProfile {
            profile_id: None,
            name: self.name.clone(),
            kind: self.kind.and_then(|kind| DbaType::from_number(i64::from(kind))),
            fixed_kbps: self.fixed_kbps,
            assured_kbps: self.assured_kbps,
            maximum_kbps: self.maximum_kbps,
        }
    }
}

/// A traffic profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct TrafficProfile {
    /// Its name.
    pub(crate) name: String,
    /// Its sustained rate in kbps.
    pub(crate) sir_kbps: Option<u32>,
    /// Its peak rate in kbps.
    pub(crate) pir_kbps: Option<u32>,
    /// Its committed burst in kbytes; `None` is the device's default.
    pub(crate) cbs_kbytes: Option<u32>,
    /// Its peak burst in kbytes; `None` is the device's default.
    pub(crate) pbs_kbytes: Option<u32>,
}

/// `NAME type 3 assured A maximum M` (fact sheet, CLI §5.4)
pub(in crate::cli) fn tcont_profile(text: &str) -> Result<TcontProfile, String> {
    let (name, text) = first::<String>(text).ok_or("a T-CONT profile without a name")?;
    let words = Words::of(text, &["type", "fixed", "assured", "maximum"]);
    let words = words.ok_or("a form of T-CONT profile that is not known")?;
    Ok(TcontProfile {
        name,
        kind: words.value("type")?,
        fixed_kbps: words.value("fixed")?,
        assured_kbps: words.value("assured")?,
        maximum_kbps: words.value("maximum")?,
        priority: None,
        weight: None,
    })
}

/// `NAME sir S pir P cbs C pbs B` (fact sheet, CLI §5.4)
pub(in crate::cli) fn traffic_profile(text: &str) -> Result<TrafficProfile, String> {
    let (name, text) = first::<String>(text).ok_or("a traffic profile without a name")?;
    let words = Words::of(text, &["sir", "pir", "cbs", "pbs"]);
    let words = words.ok_or("a form of traffic profile that is not known")?;
    let burst = |key| if words.get(key) == Some("default") { Ok(None) } else { words.value(key) };
    Ok(TrafficProfile {
        name,
        sir_kbps: words.value("sir")?,
        pir_kbps: words.value("pir")?,
        cbs_kbytes: burst("cbs")?,
        pbs_kbytes: burst("pbs")?,
    })
}

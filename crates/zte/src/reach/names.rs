//! Which VLANs, profiles and types an OLT was seen to have a moment ago.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// What has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Named {
    Vlan,
    DbaProfile,
    TrafficProfile,
    OnuType,
    VlanProfile,
    IpProfile,
}

impl Named {
    /// As the API calls it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Vlan => "vlan",
            Self::DbaProfile => "dba_profile",
            Self::TrafficProfile => "traffic_profile",
            Self::OnuType => "onu_type",
            Self::VlanProfile => "vlan_profile",
            Self::IpProfile => "ip_profile",
        }
    }
}

/// A name, with its VLAN where it has one.
pub(crate) type Name = (String, Option<u16>);

/// How long a name is believed to be there: what a batch of registrations needs is looked up
/// once. A name that is not among them is looked for anew. Who uses a profile that has gone
/// meanwhile is refused by the OLT (63981; fact sheet, CLI §2) or sees in the end that it is not
/// so.
const BELIEVED: Duration = Duration::from_secs(60);
/// The same of VLANs: whether the OLT refuses a service port on one that it lacks, no source
/// says. Registrations that follow each other in one turn share a look.
const VLAN_BELIEVED: Duration = Duration::from_secs(15);

/// The names that were seen.
#[derive(Debug, Default)]
pub(crate) struct Names(Mutex<BTreeMap<Named, (Instant, Vec<Name>)>>);

impl Names {
    /// Those of a kind that were read a moment ago and are so; none where nothing was.
    pub(crate) fn known(&self, kind: Named, is: impl Fn(&Name) -> bool) -> Vec<Name> {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let believed = if kind == Named::Vlan { VLAN_BELIEVED } else { BELIEVED };
        let known = names.get(&kind).filter(|(read, _)| read.elapsed() < believed);
        known.map(|(_, names)| names.iter().filter(|name| is(name)).cloned().collect()).unwrap_or_default()
    }

    pub(crate) fn learned(&self, kind: Named, names: &[Name]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(kind, (Instant::now(), names.to_vec()));
    }
}

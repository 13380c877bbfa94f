//! The lines `switchport vlan LIST tag|untag` of an uplink, and of V1.2's
//! virtual ports, where they carry the service (fact sheet, CLI §5.2, §5.5, §9.1).

use gpon::VlanId;
use serde::Serialize;

use super::{json, values};

/// VLANs of a virtual port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct VportVlans {
    /// The virtual port.
    pub(crate) vport: u32,
    /// Whether the customer's packets carry the tag.
    pub(crate) tagged: bool,
    /// Ranges of VLANs, first and last.
    #[serde(serialize_with = "json::vlan_ranges")]
    pub(crate) vlans: Vec<(VlanId, VlanId)>,
    /// The profile that set them.
    pub(crate) set_by_profile: Option<String>,
}

/// VLANs of a port, and whether they are tagged.
pub(in crate::cli) struct PortVlans {
    pub(in crate::cli) vlans: Vec<(VlanId, VlanId)>,
    pub(in crate::cli) tagged: bool,
    /// What stands behind them.
    pub(in crate::cli) rest: Vec<String>,
}

/// What follows `switchport vlan`. A list may be printed with blanks in it.
pub(in crate::cli) fn port_vlans(text: &str) -> Result<PortVlans, String> {
    let strange = || "VLANs of a port that are not understood".to_owned();
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words.iter().position(|word| matches!(*word, "tag" | "untag")).ok_or_else(strange)?;
    let (list, rest) = words.split_at(at);
    let apart = |pair: &[&str]| !matches!(pair, [one, next] if one.ends_with(',') || next.starts_with(','));
    if list.windows(2).any(apart) {
        return Err(strange());
    }
    let vlans = values::vlan_ranges(&list.concat()).map_err(|_| strange())?;
    let tagged = rest.first() == Some(&"tag");
    Ok(PortVlans { vlans, tagged, rest: rest.iter().skip(1).map(|word| (*word).to_owned()).collect() })
}

/// What follows `switchport vlan` in the block of an ONU: `900 tag vport 1`.
pub(in crate::cli) fn vport_vlans(text: &str) -> Result<VportVlans, String> {
    let PortVlans { vlans, tagged, rest } = port_vlans(text)?;
    match rest.as_slice() {
        [vport, number] if vport == "vport" => {
            let vport = number.parse().map_err(|_| "a virtual port without a number")?;
            Ok(VportVlans { vport, tagged, vlans, set_by_profile: None })
        }
        _ => Err("VLANs of an ONU without a virtual port".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        let pairs = |vlans: Vec<(VlanId, VlanId)>| {
            vlans.into_iter().map(|(a, b)| (a.get(), b.get())).collect::<Vec<_>>()
        };
        let read = vport_vlans("901,905-907  untag vport 1").unwrap();
        assert_eq!((read.vport, read.tagged, pairs(read.vlans)), (1, false, vec![(901, 901), (905, 907)]));
        assert_eq!(pairs(vport_vlans("1, 2 ,3 tag vport 4").unwrap().vlans), [(1, 1), (2, 2), (3, 3)]);
        for text in [
            "",
            "900",
            "900 tag",
            "tag vport 1",
            "10 20 tag vport 1",
            "900 tag vport x",
            "900 tag vport 1 y",
            "5-4 tag vport 1",
        ] {
            assert!(vport_vlans(text).is_err(), "{text}");
        }
    }
}

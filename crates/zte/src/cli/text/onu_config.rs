//! The block `interface gpon-onu_...` of the running-config (fact sheet, CLI §4.5, §5.2).

use std::collections::BTreeSet;

use gpon::{OnuRef, ServicePort, ServiceSource, VlanId, VlanMode};
use serde::Serialize;

use super::answer::Notes;
use super::config_line::BodyLine;
use super::config_marks::{OtherLines, StandingLine};
use super::config_words::{Words, after, first};
use super::service_port::{self, ServicePortConfig};
use super::switchport::{VportVlans, vport_vlans};
use super::{json, values};

/// GEM ports of an ONU at most; types allow 32 to 256 (fact sheet, CLI §4.6, §4.7).
const MOST_GEMPORTS: usize = 1024;
/// VLANs of all virtual ports of an ONU at most: every VLAN on each of four, which is
/// more than networks have, and little enough to hold as services one by one.
const MOST_VPORT_VLANS: usize = 4 * 4094;

/// The configuration of an ONU on the OLT's side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct InterfaceConfig {
    /// The ONU.
    #[serde(serialize_with = "json::text")]
    pub(crate) onu: OnuRef,
    /// Its name.
    pub(crate) name: Option<String>,
    /// Its description.
    pub(crate) description: Option<String>,
    /// Whether it is shut down.
    pub(crate) shutdown: bool,
    /// How its serial number is bound (`enable sn`).
    pub(crate) sn_bind: Option<String>,
    /// Its T-CONTs.
    pub(crate) tconts: Vec<TcontConfig>,
    /// Its GEM ports.
    pub(crate) gemports: Vec<GemportConfig>,
    /// Its virtual ports.
    pub(crate) vports: Vec<VportConfig>,
    /// Its service ports.
    pub(crate) service_ports: Vec<ServicePortConfig>,
    /// The VLANs of its virtual ports, which carry the service where V1.2 has no service port.
    pub(crate) vport_vlans: Vec<VportVlans>,
    /// The profiles that set a part of it.
    pub(crate) profiles: Vec<String>,
    /// Lines that have no field of their own.
    #[serde(flatten)]
    pub(crate) other: OtherLines,
    /// Every line, in its place.
    #[serde(skip)]
    pub(crate) lines: Vec<StandingLine>,
}

/// A T-CONT.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct TcontConfig {
    /// Its number, 1..=8.
    pub(crate) id: u8,
    /// Its name.
    pub(crate) name: Option<String>,
    /// Its bandwidth profile.
    pub(crate) profile: Option<String>,
    /// Its gap (`mode0`).
    pub(crate) gap: Option<String>,
    /// The profile that set it.
    pub(crate) set_by_profile: Option<String>,
}

/// A GEM port.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct GemportConfig {
    /// Its number.
    pub(crate) id: u32,
    /// Its name.
    pub(crate) name: Option<String>,
    /// The T-CONT it stands on.
    pub(crate) tcont: Option<u8>,
    /// Its queue.
    pub(crate) queue: Option<u8>,
    /// Its direction, V1.2 only (`both`).
    pub(crate) direction: Option<String>,
    /// The traffic profile upstream.
    pub(crate) upstream: Option<String>,
    /// The traffic profile downstream.
    pub(crate) downstream: Option<String>,
    /// The profile that set it.
    pub(crate) set_by_profile: Option<String>,
}

/// A virtual port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct VportConfig {
    /// Its number.
    pub(crate) vport: u32,
    /// `hybrid` or `trunk`.
    pub(crate) mode: String,
    /// The profile that set it.
    pub(crate) set_by_profile: Option<String>,
}

impl InterfaceConfig {
    pub(in crate::cli) fn of(onu: OnuRef) -> Self {
        Self {
            onu,
            name: None,
            description: None,
            shutdown: false,
            sn_bind: None,
            tconts: Vec::new(),
            gemports: Vec::new(),
            vports: Vec::new(),
            service_ports: Vec::new(),
            vport_vlans: Vec::new(),
            profiles: Vec::new(),
            other: OtherLines::default(),
            lines: Vec::new(),
        }
    }

    /// Takes a line of the block.
    pub(in crate::cli) fn take(&mut self, line: BodyLine<'_>, notes: &mut Notes) {
        self.lines.push(line.standing());
        let (text, profile) = (line.trimmed(), line.profile);
        let taken = if let Some(name) = after(text, "name") {
            self.name = values::name(name);
            Ok(())
        } else if let Some(description) = after(text, "description") {
            self.description = values::name(description);
            Ok(())
        } else if let Some(bind) = after(text, "sn-bind") {
            self.sn_bind = values::name(bind);
            Ok(())
        } else if let Some(rest) = after(text, "service-port") {
            service_port::take(&mut self.service_ports, self.onu, line.line, rest, profile, notes);
            Ok(())
        } else if let Some(rest) = after(text, "tcont") {
            self.tcont(rest, profile)
        } else if let Some(rest) = after(text, "gemport") {
            self.gemport(rest, profile)
        } else if let Some(rest) = after(text, "switchport mode") {
            self.vport(rest, profile)
        } else if let Some(rest) = after(text, "switchport vlan") {
            vport_vlans(rest).and_then(|vlans| self.vport_vlans(vlans, profile))
        } else {
            match text {
                "shutdown" => self.shutdown = true,
                "no shutdown" => self.shutdown = false,
                _ => self.other.keep(line.kept(), profile),
            }
            Ok(())
        };
        if let Err(reason) = taken {
            notes.because(line.line, reason);
        }
    }

    fn tcont(&mut self, text: &str, profile: Option<&str>) -> Result<(), String> {
        let (id, rest) = first::<u8>(text).ok_or("a T-CONT without a number")?;
        let words =
            Words::of(rest, &["name", "profile", "gap"]).ok_or("a form of T-CONT that is not known")?;
        let at = self.tconts.iter().position(|tcont| tcont.id == id).unwrap_or_else(|| {
            self.tconts.push(TcontConfig { id, ..TcontConfig::default() });
            self.tconts.len() - 1
        });
        if let Some(tcont) = self.tconts.get_mut(at) {
            tcont.set_by_profile = profile.map(str::to_owned).or(tcont.set_by_profile.take());
            tcont.name = words.text("name").or(tcont.name.take());
            tcont.profile = words.text("profile").or(tcont.profile.take());
            tcont.gap = words.text("gap").or(tcont.gap.take());
        }
        Ok(())
    }

    fn gemport(&mut self, text: &str, profile: Option<&str>) -> Result<(), String> {
        const KEYS: [&str; 8] =
            ["name", "unicast", "tcont", "dir", "queue", "traffic-limit", "upstream", "downstream"];
        let (id, rest) = first::<u32>(text).ok_or("a GEM port without a number")?;
        let words = Words::of(rest, &KEYS).ok_or("a form of GEM port that is not known")?;
        let known = self.gemports.iter().position(|gemport| gemport.id == id);
        if known.is_none() && self.gemports.len() == MOST_GEMPORTS {
            return Err("more GEM ports than an ONU has".to_owned());
        }
        let at = known.unwrap_or_else(|| {
            self.gemports.push(GemportConfig { id, ..GemportConfig::default() });
            self.gemports.len() - 1
        });
        let Some(gemport) = self.gemports.get_mut(at) else { return Ok(()) };
        gemport.set_by_profile = profile.map(str::to_owned).or(gemport.set_by_profile.take());
        if words.flag("traffic-limit")? {
            gemport.upstream = words.text("upstream").or(gemport.upstream.take());
            gemport.downstream = words.text("downstream").or(gemport.downstream.take());
            return Ok(());
        }
        gemport.name = words.text("name").or(gemport.name.take());
        gemport.direction = words.text("dir").or(gemport.direction.take());
        gemport.tcont = words.value("tcont")?.or(gemport.tcont);
        gemport.queue = words.value("queue")?.or(gemport.queue);
        words.flag("unicast").map(|_| ())
    }

    fn vport(&mut self, text: &str, profile: Option<&str>) -> Result<(), String> {
        match text.split_once(" vport ").map(|(mode, vport)| (mode, vport.trim().parse())) {
            Some((mode, Ok(vport))) => {
                let set_by_profile = profile.map(str::to_owned);
                self.vports.push(VportConfig { vport, mode: mode.trim().to_owned(), set_by_profile });
                Ok(())
            }
            _ => Err("a virtual port that is not understood".to_owned()),
        }
    }

    fn vport_vlans(&mut self, vlans: VportVlans, profile: Option<&str>) -> Result<(), String> {
        let count = |of: &VportVlans| {
            of.vlans.iter().map(|(first, last)| usize::from(last.get() - first.get()) + 1).sum::<usize>()
        };
        if self.vport_vlans.iter().map(count).sum::<usize>() + count(&vlans) > MOST_VPORT_VLANS {
            return Err("more VLANs than virtual ports of an ONU carry".to_owned());
        }
        self.vport_vlans.push(VportVlans { set_by_profile: profile.map(str::to_owned), ..vlans });
        Ok(())
    }

    /// What the ONU is served: its service ports, then the VLANs that its virtual ports carry.
    pub(crate) fn services(self) -> Vec<ServicePort> {
        let mut ports: Vec<_> = self.service_ports.into_iter().map(|port| port.port).collect();
        ports.sort_by_key(|port| port.index);
        // A VLAN that is named twice is one.
        let vlans: BTreeSet<(u32, VlanId, bool)> = self
            .vport_vlans
            .iter()
            .flat_map(|of| of.vlans.iter().map(move |range| (of.vport, *range, of.tagged)))
            .flat_map(|(vport, (first, last), tagged)| {
                (first.get()..=last.get()).filter_map(move |id| Some((vport, VlanId::new(id).ok()?, tagged)))
            })
            .collect();
        ports.extend(vlans.into_iter().map(|(vport, vlan, tagged)| ServicePort {
            vport: Some(vport),
            mode: Some(if tagged { VlanMode::Tag } else { VlanMode::Untag }),
            user_vlan: tagged.then_some(vlan),
            svlan: Some(vlan),
            ..ServicePort::unknown(self.onu, ServiceSource::VportVlan, None)
        }));
        ports
    }
}

#[cfg(test)]
mod tests {
    use super::super::config_reader::{Asked, blocks};
    use super::*;

    fn config(lines: &str) -> (InterfaceConfig, usize) {
        let parsed = blocks(&format!("interface gpon-onu_1/1/2:5\n{lines}!\nend\n"), Asked::Onu);
        (parsed.rows.onus.into_iter().next().unwrap(), parsed.unknown.len())
    }

    #[test]
    fn vlans_of_vports_are_services() {
        let (config, unknown) = config(
            "  switchport vlan 901,905-906 untag vport 1\n  switchport vlan 900,900 tag vport 1\n  service-port 2 vport 2 user-vlan 7 vlan 7\n  service-port 1 vport 2 user-vlan 8 vlan 8\n",
        );
        assert_eq!(unknown, 0);
        let services = config.services();
        let shown: Vec<_> = services
            .iter()
            .map(|port| {
                (
                    port.source,
                    port.index,
                    port.vport,
                    port.mode,
                    port.user_vlan.map(VlanId::get),
                    port.svlan.map(VlanId::get),
                )
            })
            .collect();
        use {ServiceSource::*, VlanMode::*};
        assert_eq!(
            shown,
            [
                (ServicePort, Some(1), Some(2), Some(Tag), Some(8), Some(8)),
                (ServicePort, Some(2), Some(2), Some(Tag), Some(7), Some(7)),
                (VportVlan, None, Some(1), Some(Tag), Some(900), Some(900)),
                (VportVlan, None, Some(1), Some(Untag), None, Some(901)),
                (VportVlan, None, Some(1), Some(Untag), None, Some(905)),
                (VportVlan, None, Some(1), Some(Untag), None, Some(906)),
            ]
        );
    }

    #[test]
    fn what_no_onu_has_is_a_problem() {
        let (vlans, unknown) = config(&"  switchport vlan 1-4094 tag vport 1\n".repeat(6));
        assert_eq!((vlans.vport_vlans.len(), unknown), (4, 2));
        let gemports: String = (0..1026).map(|id| format!("  gemport {id} tcont 1\n")).collect();
        let (gemports, unknown) = config(&gemports);
        assert_eq!((gemports.gemports.len(), unknown), (1024, 2));
        for line in [
            "switchport vlan 1 tag",
            "switchport vlan x tag vport 1",
            "gemport 1 tcont 1 sideways",
            "gemport 1 unicast x tcont 1",
            "service-port 0 vport 1",
            "tcont x",
        ] {
            assert_eq!(config(&format!("  {line}\n")).1, 1, "{line}");
        }
    }
}

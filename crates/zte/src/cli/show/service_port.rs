//! The service ports of an ONU, in the forms of the configuration (fact sheet, CLI §5.2).

use gpon::{OnuRef, ServicePort, VlanId, VlanMode};
use serde::Serialize;

use super::answer::{Line, Notes};
use super::config_words::{Words, after, first};
use super::json;

/// A service port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ServicePortConfig {
    /// The service port; its mode is `None` for a form that the table of modes lacks.
    #[serde(flatten, serialize_with = "json::service_port")]
    pub(crate) port: ServicePort,
    /// The kind of packets it is for (`pppoe`).
    pub(crate) etype: Option<String>,
    /// The class of service of the outer tag, 0..=7.
    pub(crate) scos: Option<u8>,
    /// Whether it takes all other VLANs into one (`other-all tls-vlan N`).
    pub(crate) other_all: bool,
}

const KEYS: [&str; 10] =
    ["vport", "user-vlan", "vlan", "svlan", "transparent", "other-all", "tls-vlan", "etype", "cos", "scos"];

fn numbered(onu: OnuRef, index: u8) -> ServicePortConfig {
    let port = ServicePort {
        onu,
        index,
        vport: None,
        user_vlan: None,
        mode: None,
        svlan: None,
        cvlan: None,
        priority: None,
        description: None,
    };
    ServicePortConfig { port, etype: None, scos: None, other_all: false }
}

/// Takes `service-port N ...`, of which `rest` is what follows the keyword.
pub(super) fn take(
    ports: &mut Vec<ServicePortConfig>,
    onu: OnuRef,
    line: Line<'_>,
    rest: &str,
    notes: &mut Notes,
) {
    let Some((index, rest)) = first::<u8>(rest) else {
        return notes.because(line, "a service port without a number in range");
    };
    let at = ports.iter().position(|known| known.port.index == index).unwrap_or_else(|| {
        ports.push(numbered(onu, index));
        ports.len() - 1
    });
    let Some(port) = ports.get_mut(at) else { return };
    if let Some(description) = after(rest, "description") {
        port.port.description = Some(description.to_owned());
    } else if let Err(reason) = port.map(rest) {
        notes.because(line, reason);
    }
}

impl ServicePortConfig {
    /// Takes `vport V user-vlan U vlan C ...`.
    fn map(&mut self, text: &str) -> Result<(), String> {
        let words = Words::of(text, &KEYS).ok_or("a form of service port that is not known")?;
        self.port.vport = words.value("vport")?;
        self.port.priority = words.value("cos")?;
        self.etype = words.text("etype");
        self.scos = words.value("scos")?;
        self.other_all = words.has("other-all");
        let vlan: Option<VlanId> = words.value("vlan")?;
        let svlan: Option<VlanId> = words.value("svlan")?;
        let untagged = words.get("user-vlan") == Some("untagged");
        let user: Option<VlanId> = if untagged { None } else { words.value("user-vlan")? };
        let (mode, user_vlan, cvlan, svlan) = match (user, vlan, svlan) {
            _ if self.other_all => (None, None, None, words.value("tls-vlan")?),
            (None, Some(s), None) if untagged => (Some(VlanMode::Untag), None, None, Some(s)),
            (None, Some(c), Some(s)) if untagged => (Some(VlanMode::Untag), None, Some(c), Some(s)),
            (Some(s), None, None) if words.has("transparent") => {
                (Some(VlanMode::Transparent), None, None, Some(s))
            }
            (Some(u), Some(c), Some(s)) => (Some(VlanMode::QinQ), Some(u), Some(c), Some(s)),
            (Some(u), Some(s), None) if u == s => (Some(VlanMode::Tag), Some(u), None, Some(s)),
            (Some(u), Some(s), None) => (Some(VlanMode::Translation), Some(u), Some(u), Some(s)),
            // `user-vlan 3 svlan 5` adds a tag: the contract has no word for it.
            (user, vlan, svlan) => (None, user, vlan, svlan),
        };
        (self.port.mode, self.port.user_vlan) = (mode, user_vlan);
        (self.port.cvlan, self.port.svlan) = (cvlan, svlan);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gpon::{OnuId, PonPort};

    fn mapped(text: &str) -> (ServicePortConfig, usize) {
        let onu = OnuRef { pon: PonPort::new(1, 1).unwrap(), id: OnuId::new(1).unwrap() };
        let (mut ports, mut notes) = (Vec::new(), Notes::default());
        take(&mut ports, onu, Line { number: 1, text }, text, &mut notes);
        (ports.remove(0), notes.with(()).unknown.len())
    }

    #[test]
    fn forms() {
        let v = |id: u16| VlanId::new(id).ok();
        for (text, mode, user, cvlan, svlan) in [
            ("1 vport 1 user-vlan 100 vlan 100", Some(VlanMode::Tag), v(100), None, v(100)),
            ("1 vport 1 user-vlan 10 vlan 20", Some(VlanMode::Translation), v(10), v(10), v(20)),
            ("1 vport 1 user-vlan untagged vlan 30", Some(VlanMode::Untag), None, None, v(30)),
            ("1 vport 1 user-vlan 40 transparent", Some(VlanMode::Transparent), None, None, v(40)),
            ("1 vport 1 user-vlan 7 vlan 8 svlan 9 ", Some(VlanMode::QinQ), v(7), v(8), v(9)),
            ("1 vport 1 user-vlan 3 svlan 5", None, v(3), None, v(5)),
            ("1 vport 1 other-all tls-vlan 501", None, None, None, v(501)),
        ] {
            let (port, unknown) = mapped(text);
            assert_eq!(unknown, 0, "{text}");
            let port = port.port;
            assert_eq!(
                (port.mode, port.user_vlan, port.cvlan, port.svlan),
                (mode, user, cvlan, svlan),
                "{text}"
            );
            assert_eq!((port.index, port.vport), (1, Some(1)));
        }
        let (port, _) = mapped("2 vport 1 user-vlan 102 vlan 102 etype pppoe cos 5 scos 6");
        assert_eq!((port.etype.as_deref(), port.port.priority, port.scos), (Some("pppoe"), Some(5), Some(6)));
    }

    #[test]
    fn a_strange_form_has_no_mode() {
        for text in
            ["1 vport 1 user-vlan 1-5 vlan 7", "1 vport 1 user-vlan 7 vlan 7 sideways", "1 backwards", "1"]
        {
            let (port, unknown) = mapped(text);
            assert_eq!(port.port.mode, None, "{text}");
            assert_eq!(unknown, usize::from(text != "1"), "{text}");
        }
    }
}

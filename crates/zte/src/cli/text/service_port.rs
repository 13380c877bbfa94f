//! The service ports of an ONU, in the forms of the configuration (fact sheet, CLI §5.2, §9.1).

use gpon::{OnuRef, ServicePort, ServiceSource, VlanId, VlanMode};
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
    /// Whether it takes all other VLANs into one (`other-all tls-vlan N`).
    pub(crate) other_all: bool,
    /// The profile that set it.
    pub(crate) set_by_profile: Option<String>,
}

const KEYS: [&str; 14] = [
    "vport",
    "user-vlan",
    "user-svlan",
    "user-etype",
    "vlan",
    "svlan",
    "transparent",
    "other-all",
    "tls-vlan",
    "etype",
    "cos",
    "scos",
    "ingress",
    "egress",
];
const STRANGE: &str = "a form of service port that is not known";

/// Takes `service-port N ...`, of which `rest` is what follows the keyword, set by `profile`.
pub(in crate::cli) fn take(
    ports: &mut Vec<ServicePortConfig>,
    onu: OnuRef,
    line: Line<'_>,
    rest: &str,
    profile: Option<&str>,
    notes: &mut Notes,
) {
    let Some((index, rest)) = first::<u8>(rest).filter(|(index, _)| *index > 0) else {
        return notes.because(line, "a service port without a number in range");
    };
    let at = ports.iter().position(|known| known.port.index == Some(index)).unwrap_or_else(|| {
        let port = ServicePort::unknown(onu, ServiceSource::ServicePort, Some(index));
        ports.push(ServicePortConfig { port, other_all: false, set_by_profile: None });
        ports.len() - 1
    });
    let Some(port) = ports.get_mut(at) else { return };
    port.set_by_profile = profile.map(str::to_owned).or(port.set_by_profile.take());
    if let Some(description) = after(rest, "description") {
        port.port.description = Some(description.to_owned());
    } else if port.port.vport.is_some() || port.port.mode.is_some() {
        // An index in use is refused (§2, 66661): which of the two is true is not known.
        notes.because(line, "a service port that was set before");
    } else if let Err(reason) = port.map(rest) {
        notes.because(line, reason);
    }
}

impl ServicePortConfig {
    /// Takes `vport V user-vlan U vlan C ...`.
    fn map(&mut self, text: &str) -> Result<(), String> {
        let words = Words::of(text, &KEYS).and_then(Words::once).ok_or(STRANGE)?;
        let port = &mut self.port;
        port.vport = words.value("vport")?;
        port.priority = class(&words, "cos")?;
        port.scos = class(&words, "scos")?;
        // `etype` is another spelling of `user-etype`, seen in one template.
        port.etype = match (one_word(&words, "user-etype")?, one_word(&words, "etype")?) {
            (Some(_), Some(_)) => return Err(STRANGE.to_owned()),
            (user, plain) => user.or(plain),
        };
        port.ingress = one_word(&words, "ingress")?;
        port.egress = one_word(&words, "egress")?;
        self.other_all = words.flag("other-all")?;
        let transparent = words.flag("transparent")?;
        let vlan: Option<VlanId> = words.value("vlan")?;
        // 0 is no outer tag.
        let svlan: Option<VlanId> =
            if words.get("svlan") == Some("0") { None } else { words.value("svlan")? };
        port.user_svlan = words.value("user-svlan")?;
        port.tls_vlan = words.value("tls-vlan")?;
        // `untag` is the abbreviation that was typed, and that some devices print.
        let untagged = matches!(words.get("user-vlan"), Some("untagged" | "untag"));
        let user: Option<VlanId> = if untagged { None } else { words.value("user-vlan")? };
        let plain = port.user_svlan.is_none() && port.tls_vlan.is_none() && !self.other_all;
        let (mode, user_vlan, cvlan, svlan) = match (user, vlan, svlan) {
            // Forms that have no word: their tags stand where they belong.
            (user, Some(s), None) if !plain => (None, user, None, Some(s)),
            (user, vlan, svlan) if !plain => (None, user, vlan, svlan),
            (None, Some(s), None) if untagged && !transparent => (Some(VlanMode::Untag), None, None, Some(s)),
            (Some(s), None, None) if transparent => (Some(VlanMode::Transparent), None, None, Some(s)),
            _ if transparent => return Err(STRANGE.to_owned()),
            (Some(u), Some(c), Some(s)) => (Some(VlanMode::QinQ), Some(u), Some(c), Some(s)),
            (Some(u), Some(s), None) if u == s => (Some(VlanMode::Tag), Some(u), None, Some(s)),
            (Some(u), Some(s), None) => (Some(VlanMode::Translation), Some(u), Some(u), Some(s)),
            (None, Some(s), None) => (None, None, None, Some(s)),
            // `user-vlan 3 svlan 5` adds a tag: the contract has no word for it.
            (user, vlan, svlan) => (None, user, vlan, svlan),
        };
        (port.mode, port.user_vlan) = (mode, user_vlan);
        (port.cvlan, port.svlan) = (cvlan, svlan);
        Ok(())
    }
}

/// A class of service, 0..=7.
fn class(words: &Words<'_>, key: &str) -> Result<Option<u8>, String> {
    match words.value::<u8>(key)? {
        Some(class) if class > 7 => Err(format!("what follows `{key}` is no class of service")),
        class => Ok(class),
    }
}

/// A name, which has no blanks.
fn one_word(words: &Words<'_>, key: &str) -> Result<Option<String>, String> {
    match words.get(key) {
        Some(text) if text.is_empty() || text.contains(' ') => {
            Err(format!("what follows `{key}` is not understood"))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gpon::{OnuId, PonPort};

    fn mapped(text: &str) -> (ServicePortConfig, usize) {
        let onu = OnuRef { pon: PonPort::new(1, 1).unwrap(), id: OnuId::new(1).unwrap() };
        let (mut ports, mut notes) = (Vec::new(), Notes::default());
        take(&mut ports, onu, Line { number: 1, text }, text, None, &mut notes);
        (ports.remove(0), notes.with(()).unknown.len())
    }

    #[test]
    fn forms() {
        let v = |id: u16| VlanId::new(id).ok();
        for (text, mode, user, cvlan, svlan) in [
            ("1 vport 1 user-vlan 100 vlan 100", Some(VlanMode::Tag), v(100), None, v(100)),
            ("1 vport 1 user-vlan 10 vlan 20", Some(VlanMode::Translation), v(10), v(10), v(20)),
            ("1 vport 1 user-vlan untagged vlan 30", Some(VlanMode::Untag), None, None, v(30)),
            ("1 vport 1 user-vlan untag vlan 30", Some(VlanMode::Untag), None, None, v(30)),
            ("1 vport 1 user-vlan 40 transparent", Some(VlanMode::Transparent), None, None, v(40)),
            ("1 vport 1 user-vlan 7 vlan 8 svlan 9 ", Some(VlanMode::QinQ), v(7), v(8), v(9)),
            ("1 vport 1 user-vlan 3 svlan 5", None, v(3), None, v(5)),
            ("1 vport 1 other-all tls-vlan 501", None, None, None, None),
            ("1 vport 1 user-vlan untag vlan 8 svlan 9", None, None, v(8), v(9)),
            ("1 vport 1 user-vlan 201 user-svlan 301 vlan 3101 svlan 3201", None, v(201), v(3101), v(3201)),
        ] {
            let (port, unknown) = mapped(text);
            assert_eq!(unknown, 0, "{text}");
            let port = port.port;
            assert_eq!(
                (port.mode, port.user_vlan, port.cvlan, port.svlan),
                (mode, user, cvlan, svlan),
                "{text}"
            );
            assert_eq!((port.index, port.vport), (Some(1), Some(1)));
        }
    }

    #[test]
    fn what_stands_beside_the_tags() {
        let (port, _) = mapped("2 vport 1 user-vlan 102 vlan 102 etype pppoe cos 5 scos 6");
        let port = port.port;
        assert_eq!((port.etype.as_deref(), port.priority, port.scos), (Some("pppoe"), Some(5), Some(6)));
        let (port, _) = mapped("2 vport 1 user-vlan 102 user-etype PPPOE vlan 102 ingress UP egress DN");
        let port = port.port;
        assert_eq!((port.etype.as_deref(), port.mode), (Some("PPPOE"), Some(VlanMode::Tag)));
        assert_eq!((port.ingress.as_deref(), port.egress.as_deref()), (Some("UP"), Some("DN")));
        let (port, _) = mapped("2 vport 1 other-all tls-vlan 700");
        assert_eq!((port.other_all, port.port.tls_vlan.unwrap().get()), (true, 700));
        let (port, _) = mapped("2 vport 1 user-vlan 201 user-svlan 301 vlan 3101 svlan 3201");
        assert_eq!(port.port.user_svlan.unwrap().get(), 301);
        let (port, _) = mapped("2 description  internet vlan 7");
        assert_eq!((port.port.description.as_deref(), port.port.svlan), (Some("internet vlan 7"), None));
    }

    #[test]
    fn a_strange_form_has_no_mode() {
        for text in [
            "1 vport 1 user-vlan 1-5 vlan 7",
            "1 vport 1 user-vlan 7 vlan 7 sideways",
            "1 vport 1 user-vlan 7 vlan 7 vlan 8",
            "1 vport 1 user-vlan 7 vlan 7 cos 8",
            "1 vport 1 user-vlan 7 vlan 7 ingress A B",
            "1 backwards",
            "1",
        ] {
            let (port, unknown) = mapped(text);
            assert_eq!(port.port.mode, None, "{text}");
            assert_eq!(unknown, usize::from(text != "1"), "{text}");
        }
    }
}

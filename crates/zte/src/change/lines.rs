//! The lines of a registration, in the order of its strategy.

use gpon::{OnuId, OnuService, Registration, UniPort, WanMode};

use super::NotChanged;
use super::config::ConfigLine;
use super::diff::line;
use crate::firmware::dialect::{Block, Changes};
use crate::strategy::{Item, Strategy};

/// What was found out about a registration before its lines are made.
#[derive(Debug, Clone)]
pub(crate) struct Chosen<'a> {
    pub(crate) strategy: &'a Strategy,
    /// The type that it is registered as.
    pub(crate) onu_type: String,
    /// The VLAN profile of its WAN.
    pub(crate) vlan_profile: Option<String>,
}

/// A line with whether the OLT may refuse it.
#[derive(Debug, Clone)]
pub(crate) struct WishedLine {
    pub(crate) line: ConfigLine,
    pub(crate) optional: bool,
}

/// The line that registers an ONU at this number.
///
/// # Errors
/// As of [`wished`].
pub(crate) fn registering(
    changes: &Changes,
    wish: &Registration,
    onu_type: &str,
    id: OnuId,
) -> Result<ConfigLine, NotChanged> {
    let (id, serial) = (id.to_string(), wish.serial.to_string());
    let text = filled(changes.spelling.onu, &[("id", &id), ("type", onu_type), ("serial", &serial)]);
    line(changes, Block::PonPort, &text)
}

/// Every other line of it.
///
/// # Errors
/// [`NotChanged::NotPossible`] for what cannot be typed.
pub(crate) fn wished(
    changes: &Changes,
    wish: &Registration,
    chosen: &Chosen<'_>,
) -> Result<Vec<WishedLine>, NotChanged> {
    let mut lines = Vec::new();
    for (item, optional) in chosen.strategy.steps() {
        for (block, text) in texts(changes, wish, chosen, item) {
            let line = line(changes, block, &text)?;
            // Services may share a T-CONT, and a step of the whole ONU stands there once.
            if !lines.iter().any(|other: &WishedLine| other.line == line) {
                lines.push(WishedLine { line, optional });
            }
        }
    }
    Ok(lines)
}

fn texts(changes: &Changes, wish: &Registration, chosen: &Chosen<'_>, item: Item) -> Vec<(Block, String)> {
    let spelling = &changes.spelling;
    let interface = |text: String| (Block::Interface, text);
    let remote = |text: String| (Block::Remote, text);
    let of_services = |text: &dyn Fn(&Service<'_>) -> Option<(Block, String)>| -> Vec<(Block, String)> {
        services(wish).iter().filter_map(text).collect()
    };
    let has_iphost = wish.wan.is_some();
    match item {
        Item::Name => wish.name.iter().map(|name| interface(format!("name {name}"))).collect(),
        Item::Description => {
            wish.description.iter().map(|text| interface(format!("description {text}"))).collect()
        }
        Item::SnBind => vec![interface(spelling.sn_bind.to_owned())],
        Item::Tcont => of_services(&|service| {
            let values = [("tcont", service.tcont.as_str()), ("profile", service.of.dba_profile.as_str())];
            Some(interface(filled(spelling.tcont, &values)))
        }),
        Item::Gemport => of_services(&|service| {
            let values = [("gemport", service.number.as_str()), ("tcont", service.tcont.as_str())];
            Some(interface(filled(spelling.gemport, &values)))
        }),
        Item::TrafficLimit => of_services(&|service| {
            let mut text = filled(spelling.limit, &[("gemport", &service.number)]);
            for (way, profile) in [
                (spelling.limit_upstream, &service.of.upstream),
                (spelling.limit_downstream, &service.of.downstream),
            ] {
                if let Some(profile) = profile {
                    text += &filled(way, &[("profile", profile.as_str())]);
                }
            }
            let is_limited = service.of.upstream.is_some() || service.of.downstream.is_some();
            is_limited.then(|| interface(text))
        }),
        Item::ServicePort => of_services(&|service| {
            let user = service.user().unwrap_or_else(|| spelling.untagged.to_owned());
            let vlan = service.of.vlan.to_string();
            let values = [("gemport", service.number.as_str()), ("user", &user), ("vlan", &vlan)];
            let mut text = filled(spelling.service_port, &values);
            if let Some(svlan) = service.of.svlan {
                text += &filled(spelling.service_port_svlan, &[("svlan", &svlan.to_string())]);
            }
            if let Some(cos) = service.of.cos {
                text += &filled(spelling.service_port_cos, &[("cos", &cos.to_string())]);
            }
            Some(interface(text))
        }),
        Item::Service => of_services(&|service| {
            let name = service.of.name.as_ref().map_or(service.number.as_str(), |name| name.as_str());
            let values = [("name", name), ("gemport", &service.number)];
            Some(remote(match service.user() {
                Some(user) => filled(spelling.service, &[values[0], values[1], ("user", &user)]),
                None => filled(spelling.service_untagged, &values),
            }))
        }),
        Item::PortVlan => {
            let ports = |service: &Service<'_>| ports(wish, chosen.strategy, service);
            let line = |service: &Service<'_>, port: &UniPort| match service.user() {
                Some(user) => filled(spelling.port_vlan, &[("port", port.as_str()), ("user", &user)]),
                None => filled(spelling.port_transparent, &[("port", port.as_str())]),
            };
            let services = services(wish);
            let all = services
                .iter()
                .flat_map(|service| ports(service).into_iter().map(move |port| remote(line(service, &port))));
            all.collect()
        }
        Item::Wan => wan(changes, wish, chosen).map(remote).into_iter().collect(),
        Item::WanService => wish.wan.iter().map(|_| remote(spelling.wan_service.to_owned())).collect(),
        Item::Flow | Item::GemportFlow | Item::FlowMode => of_services(&|service| {
            let template = match item {
                Item::Flow => spelling.flow,
                Item::GemportFlow => spelling.gemport_flow,
                _ => spelling.flow_mode,
            };
            Some(remote(filled(template, &[("gemport", &service.number)])))
        }),
        Item::FlowVlan => of_services(&|service| {
            let user = service.user()?;
            let values = [("gemport", service.number.as_str()), ("user", &user)];
            Some(remote(filled(spelling.flow_vlan, &values)))
        }),
        Item::VeipBind => vec![remote(spelling.veip_bind.to_owned())],
        Item::IphostBind | Item::IphostFilter | Item::Iphost if !has_iphost => Vec::new(),
        Item::IphostBind => vec![remote(spelling.iphost_bind.to_owned())],
        Item::IphostFilter => vec![remote(spelling.iphost_filter.to_owned())],
        Item::IphostVlan => {
            let user = services(wish).first().and_then(Service::user).filter(|_| has_iphost);
            user.map(|user| remote(filled(spelling.iphost_vlan, &[("user", &user)]))).into_iter().collect()
        }
        Item::Iphost => vec![remote(spelling.iphost_dhcp.to_owned())],
    }
}

fn wan(changes: &Changes, wish: &Registration, chosen: &Chosen<'_>) -> Option<String> {
    let spelling = &changes.spelling;
    let (wan, profile) = (wish.wan.as_ref()?, chosen.vlan_profile.as_deref()?);
    Some(match &wan.mode {
        WanMode::Pppoe { username, password } => {
            let values =
                [("username", username.expose()), ("password", password.expose()), ("profile", profile)];
            filled(spelling.wan_pppoe, &values)
        }
        WanMode::Dhcp => filled(spelling.wan_dhcp, &[("profile", profile)]),
        WanMode::Static { address, mask, ip_profile } => {
            let (address, mask) = (address.to_string(), mask.to_string());
            let values = [
                ("ip_profile", ip_profile.as_str()),
                ("address", &address),
                ("mask", &mask),
                ("profile", profile),
            ];
            filled(spelling.wan_static, &values)
        }
    })
}

/// A service with its numbers.
struct Service<'a> {
    of: &'a OnuService,
    /// Of its GEM, virtual and service port.
    number: String,
    tcont: String,
}

impl Service<'_> {
    /// Its VLAN between ONU and OLT, where it has a tag there.
    fn user(&self) -> Option<String> {
        self.of.onu_vlan().map(|vlan| vlan.to_string())
    }
}

fn services(wish: &Registration) -> Vec<Service<'_>> {
    let numbered = wish.services.iter().zip(wish.tconts()).enumerate();
    let of = |(at, (of, tcont)): (usize, (_, u8))| Service {
        of,
        number: (at + 1).to_string(),
        tcont: tcont.to_string(),
    };
    numbered.map(of).collect()
}

/// The ports of the ONU that carry a service: the strategy's are those of the first service
/// of an ONU that is no router.
fn ports(wish: &Registration, strategy: &Strategy, service: &Service<'_>) -> Vec<UniPort> {
    match &service.of.ports {
        Some(ports) => ports.clone(),
        None if wish.wan.is_none() && service.number == "1" => strategy.ports().to_vec(),
        None => Vec::new(),
    }
}

/// A template with its values; what stands in a value is no part of the template.
fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        text += before;
        let Some((name, after)) = behind.split_once('}') else { break };
        text += values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
        rest = after;
    }
    text + rest
}

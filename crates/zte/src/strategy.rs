//! Strategies: in which order what of an ONU is configured, as data. One file each; a
//! folder of a site's own may add to those that come with the program, or replace them.

use std::collections::BTreeMap;
use std::sync::Arc;

use gpon::{SerialNumber, UniPort, Word};
use serde::{Deserialize, Serialize};

/// How traffic gets from a GEM port to the customer's side of an ONU (fact sheet, CLI
/// §5.3). An ONU has one of them: both mixed are refused (64010).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceModel {
    /// By services.
    Service,
    /// By flows.
    Flow,
}

impl ServiceModel {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Flow => "flow",
        }
    }
}

/// What a step of a strategy sets; what a registration does not name is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Item {
    Name,
    Description,
    /// That the ONU is known by its serial number.
    SnBind,
    Tcont,
    Gemport,
    TrafficLimit,
    ServicePort,
    Service,
    /// The VLAN of the ports towards the customer.
    PortVlan,
    Wan,
    /// That the WAN carries the internet.
    WanService,
    Flow,
    GemportFlow,
    FlowMode,
    FlowVlan,
    /// That the flow's switch belongs to the box's own router.
    VeipBind,
    /// That it belongs to the IP host that the OLT sets, where a WAN is wished.
    IphostBind,
    IphostFilter,
    IphostVlan,
    Iphost,
}

impl Item {
    /// What has to stand before it.
    const fn needs(self) -> Option<Self> {
        Some(match self {
            Self::Gemport => Self::Tcont,
            Self::TrafficLimit | Self::ServicePort | Self::Service | Self::Flow => Self::Gemport,
            Self::PortVlan | Self::Wan => Self::Service,
            Self::WanService => Self::Wan,
            Self::GemportFlow | Self::FlowMode | Self::FlowVlan | Self::VeipBind | Self::IphostBind => {
                Self::Flow
            }
            Self::IphostFilter | Self::IphostVlan | Self::Iphost => Self::IphostBind,
            Self::Name | Self::Description | Self::SnBind | Self::Tcont => return None,
        })
    }

    const fn model(self) -> Option<ServiceModel> {
        match self {
            Self::Service | Self::PortVlan | Self::Wan | Self::WanService => Some(ServiceModel::Service),
            Self::Flow
            | Self::GemportFlow
            | Self::FlowMode
            | Self::FlowVlan
            | Self::VeipBind
            | Self::IphostBind
            | Self::IphostFilter
            | Self::IphostVlan
            | Self::Iphost => Some(ServiceModel::Flow),
            _ => None,
        }
    }
}

/// A file of a strategy.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    about: String,
    model: ServiceModel,
    #[serde(default)]
    chosen_by: ChosenBy,
    /// Whether it is for ONUs that no other is chosen for.
    #[serde(default)]
    default: bool,
    /// The ports of the ONU that carry a service which names none.
    #[serde(default)]
    ports: Vec<UniPort>,
    steps: Vec<Item>,
    /// The steps that may be refused.
    #[serde(default)]
    optional: Vec<Item>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChosenBy {
    /// Types of the OLT, as they are spelt there.
    #[serde(default)]
    types: Vec<Word>,
    /// What serial numbers begin with: a vendor, or more.
    #[serde(default)]
    serials: Vec<Word>,
}

/// How an ONU is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strategy {
    name: Word,
    file: File,
}

impl Strategy {
    /// Its name.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// What it is for, in words.
    pub fn about(&self) -> &str {
        &self.file.about
    }

    /// How it carries traffic through the ONU.
    pub fn model(&self) -> ServiceModel {
        self.file.model
    }

    /// The ports that carry a service which names none.
    pub(crate) fn ports(&self) -> &[UniPort] {
        &self.file.ports
    }

    /// Its steps in their order, each with whether it may be refused.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (Item, bool)> {
        self.file.steps.iter().map(|item| (*item, self.file.optional.contains(item)))
    }

    pub(crate) fn has(&self, item: Item) -> bool {
        self.file.steps.contains(&item)
    }

    /// Whether it can set a WAN.
    pub(crate) fn has_wan(&self) -> bool {
        self.has(Item::Wan) || self.has(Item::Iphost)
    }
}

/// Why a file is no strategy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("strategy {name}: {why}")]
pub struct NoStrategy {
    /// The name of its file, without the ending.
    pub name: String,
    /// What is wrong.
    pub why: String,
}

/// The strategies of a site. A cheap handle.
#[derive(Debug, Clone)]
pub struct Strategies(Arc<BTreeMap<Word, Strategy>>);

/// Those that come with the program.
const EMBEDDED: [(&str, &str); 4] = [
    ("bridge", include_str!("../strategies/bridge.toml")),
    ("flow", include_str!("../strategies/flow.toml")),
    ("router", include_str!("../strategies/router.toml")),
    ("service", include_str!("../strategies/service.toml")),
];

impl Default for Strategies {
    fn default() -> Self {
        // That each of them is one, a test holds.
        Self::new([]).unwrap_or_else(|_| Self(Arc::default()))
    }
}

impl Strategies {
    /// Those that come with the program and these, each a name and the text of its file; one
    /// of the same name takes the place of ours.
    ///
    /// # Errors
    /// [`NoStrategy`] for the first that is none.
    pub fn new<'a>(own: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, NoStrategy> {
        let all = EMBEDDED.into_iter().chain(own);
        let read = all.map(|(name, text)| {
            let strategy = read(name, text).map_err(|why| NoStrategy { name: name.to_owned(), why })?;
            Ok((strategy.name.clone(), strategy))
        });
        Ok(Self(Arc::new(read.collect::<Result<_, _>>()?)))
    }

    /// Every one, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Strategy> {
        self.0.values()
    }

    /// The one of this name.
    pub fn get(&self, name: &Word) -> Option<&Strategy> {
        self.0.get(name)
    }

    /// The one for an ONU of this type and serial number: by its type, else by the longest
    /// beginning of its serial number, else the default for one with a WAN or without.
    /// Among those of `model`, where the ONU is configured by one already.
    pub(crate) fn choose(
        &self,
        onu_type: &str,
        serial: SerialNumber,
        has_wan: bool,
        model: Option<ServiceModel>,
    ) -> Option<&Strategy> {
        let serial = serial.to_string();
        let fits = || self.iter().filter(move |strategy| model.is_none_or(|model| strategy.model() == model));
        let by_type = |strategy: &&Strategy| {
            strategy.file.chosen_by.types.iter().any(|known| known.as_str() == onu_type)
        };
        let begins = |strategy: &Strategy| {
            let serials = &strategy.file.chosen_by.serials;
            let lengths = serials.iter().filter(|known| {
                let known = known.as_str();
                serial.get(..known.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(known))
            });
            lengths.map(|known| known.as_str().len()).max()
        };
        fits()
            .find(by_type)
            .or_else(|| {
                fits()
                    .filter_map(|strategy| Some((begins(strategy)?, strategy)))
                    .max_by_key(|(length, _)| *length)
                    .map(|(_, strategy)| strategy)
            })
            .or_else(|| fits().find(|strategy| strategy.file.default && strategy.has_wan() == has_wan))
            // One that carries its model, whatever else: the ONU has it already.
            .or_else(|| model.and_then(|_| fits().next()))
    }
}

fn read(name: &str, text: &str) -> Result<Strategy, String> {
    let name: Word = name.parse().map_err(|error: gpon::Invalid| format!("its name: {error}"))?;
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    for (at, item) in file.steps.iter().enumerate() {
        let before = file.steps.get(..at).unwrap_or_default();
        let spelt = serde_json::to_string(item).unwrap_or_default();
        if before.contains(item) {
            return Err(format!("steps: {spelt} stands there twice"));
        }
        if item.needs().is_some_and(|needed| !before.contains(&needed)) {
            let needed = serde_json::to_string(&item.needs()).unwrap_or_default();
            return Err(format!("steps: {spelt} needs {needed} before it"));
        }
        if item.model().is_some_and(|model| model != file.model) {
            return Err(format!("steps: {spelt} is of the other model; both mixed are refused"));
        }
    }
    for needed in [Item::Tcont, Item::Gemport, Item::ServicePort] {
        if !file.steps.contains(&needed) || file.optional.contains(&needed) {
            let needed = serde_json::to_string(&needed).unwrap_or_default();
            return Err(format!("steps: {needed} has to be among them, and not optional"));
        }
    }
    if let Some(item) = file.optional.iter().find(|item| !file.steps.contains(item)) {
        let item = serde_json::to_string(item).unwrap_or_default();
        return Err(format!("optional: {item} is not among the steps"));
    }
    Ok(Strategy { name, file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_are_strategies() {
        let ours = Strategies::new([]).unwrap();
        let names: Vec<_> = ours.iter().map(Strategy::name).collect();
        assert_eq!(names, ["bridge", "flow", "router", "service"]);
        assert!(ours.iter().all(|strategy| !strategy.about().is_empty()));
    }

    #[test]
    fn the_one_that_fits_is_chosen() {
        let own = "about = 'x'\nmodel = 'flow'\nchosen_by = { types = ['HG8245'], serials = ['HWTC12'] }\n\
                   steps = ['tcont', 'gemport', 'service_port', 'flow']\n";
        let all = Strategies::new([("huawei", own)]).unwrap();
        let chosen = |onu_type, serial: &str, wan, model| {
            all.choose(onu_type, serial.parse().unwrap(), wan, model).map(Strategy::name)
        };
        assert_eq!(chosen("F660", "ZTEGC0000001", true, None), Some("service"));
        assert_eq!(chosen("HG8245", "ZTEGC0000001", false, None), Some("huawei"));
        assert_eq!(chosen("x", "HWTC12000001", false, None), Some("huawei"));
        assert_eq!(chosen("x", "HWTC13000001", false, None), Some("bridge"));
        assert_eq!(chosen("x", "HWTC13000001", true, None), Some("router"));
        assert_eq!(chosen("F660", "ZTEGC0000001", false, Some(ServiceModel::Flow)), Some("flow"));
    }

    #[test]
    fn what_is_no_strategy_says_why() {
        let of = |text: &str| Strategies::new([("x", text)]).unwrap_err().to_string();
        let head = "about = ''\nmodel = 'service'\n";
        for (text, why) in [
            ("steps = []".to_owned(), "missing field"),
            (format!("{head}steps = ['gemport']"), "\"gemport\" needs \"tcont\" before it"),
            (format!("{head}steps = ['tcont', 'tcont']"), "twice"),
            (format!("{head}steps = ['tcont', 'gemport', 'flow']"), "other model"),
            (format!("{head}steps = ['tcont', 'gemport']"), "\"service_port\" has to be among them"),
            (format!("{head}steps = ['rm -rf']"), "unknown variant"),
            (format!("{head}lines = ['tcont 1']"), "unknown field"),
            (format!("{head}steps = ['tcont','gemport','service_port']\noptional = ['wan']"), "not among"),
        ] {
            assert!(of(&text).contains(why), "{text}: {}", of(&text));
        }
        assert!(Strategies::new([("a/b", head)]).unwrap_err().to_string().contains("its name"));
    }
}

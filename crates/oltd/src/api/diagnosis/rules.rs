//! From evidence to a verdict: rules in an order, the first of which that holds is the verdict.
//!
//! A rule holds only by what was read. What it would need and nobody knows makes it not hold.

use gpon::{AdminState, Dbm, OfflineReason, OnuState};
use serde::Serialize;
use utoipa::ToSchema;

use super::evidence::Evidence;
use crate::limits::OpticalLimits;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DiagnosisCode)]
pub(super) enum Code {
    /// No ONU is configured there.
    NotRegistered,
    /// It is suspended.
    Suspended,
    /// It is shut at the OLT.
    Shut,
    /// It could not prove who it is.
    AuthFailed,
    /// Its box waits for configuration on another PON.
    Elsewhere,
    /// It lost its power.
    PowerLost,
    /// Its whole PON is without light.
    PonDown,
    /// Several ONUs lost their light together.
    DistributionFibre,
    /// It alone lost its light.
    DropFibre,
    /// It lost its light, and of its neighbours too little is known.
    LightLost,
    /// It is signing on.
    SigningOn,
    /// It is out of service for a reason that is none of these.
    Offline,
    /// What it receives is too weak, or much weaker than its neighbours.
    WeakLight,
    /// It refused its configuration.
    ConfigRefused,
    /// It has no service port.
    NoServicePort,
    /// It has no T-CONT or no GEM port.
    NoGemPort,
    /// No MAC address is learnt behind it.
    NoMac,
    /// A WAN connection of it is down.
    WanDown,
    /// Its state is not known.
    Unknown,
    /// Nothing wrong is seen.
    NothingSeen,
}

/// What is wrong, in a sentence.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = DiagnosisFinding)]
pub(super) struct Finding {
    /// For programs.
    pub(super) code: Code,
    /// For people.
    pub(super) sentence: String,
}

type Rule = fn(&Evidence, &OpticalLimits) -> Option<String>;

/// The rules, in their order. docs/diagnosis.md has the same.
#[rustfmt::skip] // one line per rule
const RULES: [(Code, Rule); 19] = [
    (Code::NotRegistered, |e, _| (e.is_registered == Some(false)).then(|| "No ONU is registered in this place.".to_owned())),
    (Code::Suspended, suspended),
    (Code::Shut, |e, _| (e.admin == Some(AdminState::Disabled)).then(|| "It is shut at the OLT: somebody has blocked it.".to_owned())),
    (Code::Elsewhere, elsewhere),
    (Code::PowerLost, power_lost),
    (Code::PonDown, pon_down),
    (Code::DistributionFibre, distribution_fibre),
    (Code::DropFibre, drop_fibre),
    (Code::LightLost, light_lost),
    (Code::WeakLight, too_weak),
    (Code::ConfigRefused, config_refused),
    (Code::NoServicePort, |e, _| (e.is_online() && e.service_ports == Some(0)).then(|| "It has no service port: nothing carries its traffic to a VLAN of the OLT.".to_owned())),
    (Code::NoGemPort, no_gem_port),
    (Code::NoMac, no_mac),
    (Code::WanDown, wan_down),
    (Code::AuthFailed, auth_failed),
    (Code::SigningOn, signing_on),
    (Code::Offline, offline),
    (Code::WeakLight, weaker_than_others),
];

/// Who holds it wants it shut; whether it is, the OLT says.
fn suspended(e: &Evidence, _: &OpticalLimits) -> Option<String> {
    let owners = e.suspended_by.join(", ");
    let open = match e.admin {
        Some(AdminState::Enabled) => {
            ", but open at the OLT all the same: somebody has unblocked it by hand, or the OLT has lost that it was shut"
        }
        _ => "",
    };
    (!owners.is_empty()).then(|| format!("It is suspended by {owners}{open}."))
}

/// What an ONU suffers from: the verdict, and whatever else is wrong.
pub(super) fn diagnose(
    evidence: &Evidence,
    limits: &OpticalLimits,
    unknown: &[&str],
) -> (Finding, Vec<Finding>) {
    let found = RULES
        .iter()
        .filter_map(|(code, rule)| rule(evidence, limits).map(|sentence| Finding { code: *code, sentence }));
    let mut found: Vec<Finding> = found.collect();
    if found.is_empty() {
        found.push(nothing(evidence, unknown));
    }
    let verdict = found.remove(0);
    (verdict, found)
}

fn nothing(evidence: &Evidence, unknown: &[&str]) -> Finding {
    let not_known = match unknown {
        [] => String::new(),
        unknown => format!(" Not known: {}.", unknown.join(", ")),
    };
    match evidence.state {
        None => {
            let sentence = format!("Its state could not be read, so that nothing can be said.{not_known}");
            Finding { code: Code::Unknown, sentence }
        }
        Some(_) if unknown.is_empty() => {
            Finding { code: Code::NothingSeen, sentence: "Nothing wrong is seen.".to_owned() }
        }
        Some(_) => {
            let sentence = format!("Nothing wrong is seen in what could be read.{not_known}");
            Finding { code: Code::NothingSeen, sentence }
        }
    }
}

/// Whether nothing that is done at the OLT explains that it is out of service.
fn is_down_by_itself(e: &Evidence) -> bool {
    e.is_registered != Some(false) && e.admin != Some(AdminState::Disabled) && e.is_offline()
}

fn elsewhere(e: &Evidence, _: &OpticalLimits) -> Option<String> {
    let waits = e.waits_on.as_ref().filter(|pons| is_down_by_itself(e) && !pons.is_empty())?;
    let pons: Vec<String> = waits.iter().map(ToString::to_string).collect();
    Some(format!("Its box is lit on PON {} and waits there for configuration.", pons.join(", ")))
}

fn power_lost(e: &Evidence, _: &OpticalLimits) -> Option<String> {
    (is_down_by_itself(e) && e.lost_power()).then(|| match e.neighbours.dark_with_it {
        Some(others @ 2..) => {
            format!("It lost its power, and so did {others} of its neighbours at the same time: a power cut there.")
        }
        _ => "It lost its power: the box said so with its last breath.".to_owned(),
    })
}

/// Whether its light was lost, and all others of its PON are off.
fn is_pon_down(e: &Evidence) -> bool {
    is_down_by_itself(e) && e.lost_light() && e.neighbours.are_all_off()
}

fn pon_down(e: &Evidence, _: &OpticalLimits) -> Option<String> {
    // Others that are off for another reason say nothing of the fibre.
    let lost = e.neighbours.lost_with_it.is_none_or(|lost| lost > 0);
    (is_pon_down(e) && lost).then(|| {
        let others = e.neighbours.offline;
        format!("All of its PON is without light, and its neighbours ({others}) are down too: the feeder fibre, the PON's module or its card.")
    })
}

fn distribution_fibre(e: &Evidence, _: &OpticalLimits) -> Option<String> {
    let lost = e.neighbours.lost_with_it.filter(|lost| *lost >= 2)?;
    (is_down_by_itself(e) && e.lost_light() && !e.neighbours.are_all_off()).then(|| {
        format!("It lost its light together with {lost} of its neighbours: the distribution fibre that they share.")
    })
}

fn drop_fibre(e: &Evidence, _: &OpticalLimits) -> Option<String> {
    let lost = e.neighbours.lost_with_it.filter(|lost| *lost < 2)?;
    (is_down_by_itself(e) && e.lost_light() && e.neighbours.online > 0).then(|| {
        let with = if lost == 1 { " but for one that went with it" } else { "" };
        let online = e.neighbours.online;
        format!(
            "It lost its light, and {online} of its neighbours are online{with}: its drop fibre, or its box."
        )
    })
}

fn light_lost(e: &Evidence, limits: &OpticalLimits) -> Option<String> {
    let is_told = [pon_down, distribution_fibre, drop_fibre].iter().any(|rule| rule(e, limits).is_some());
    (is_down_by_itself(e) && e.lost_light() && !is_told).then(|| {
        "It lost its light. Of its neighbours too little is known to say on which part of the fibre."
            .to_owned()
    })
}

/// As answers have it.
fn dbm(value: f64) -> String {
    format!("{value:.2} dBm")
}

fn too_weak(e: &Evidence, limits: &OpticalLimits) -> Option<String> {
    let rx = e.rx.map(Dbm::value).filter(|rx| e.is_online() && limits.rx_power.judge(*rx) == "low")?;
    let low = dbm(limits.rx_power.low);
    Some(match e.neighbours.median_rx {
        Some(median) => {
            format!(
                "It receives {}, less than {low}; the median of its neighbours is {}.",
                dbm(rx),
                dbm(median)
            )
        }
        None => format!("It receives {}, less than {low}.", dbm(rx)),
    })
}

fn weaker_than_others(e: &Evidence, limits: &OpticalLimits) -> Option<String> {
    if !e.is_online() || too_weak(e, limits).is_some() {
        return None;
    }
    let weak = |own: Option<Dbm>, median: Option<f64>, what: &str| {
        let (own, median) = (own?.value(), median?);
        (median - own > limits.below_median).then(|| {
            let below = median - own;
            format!(
                "{what} {}, {below:.1} dB less than the median of its neighbours, {}.",
                dbm(own),
                dbm(median)
            )
        })
    };
    weak(e.rx, e.neighbours.median_rx, "It receives")
        .or_else(|| weak(e.olt_rx, e.neighbours.median_olt_rx, "The OLT receives from it"))
}

/// `fail` does not mean that it is down (fact sheet, CLI §4.3): where addresses are learnt
/// behind it, its service runs.
fn config_refused(e: &Evidence, _: &OpticalLimits) -> Option<String> {
    let refused = e.config_state.as_ref().is_some_and(|state| state.eq_ignore_ascii_case("fail"));
    let runs = e.macs.is_some_and(|macs| macs > 0);
    (e.is_online() && refused && !runs)
        .then(|| "It is online, but its box has refused its configuration (OMCI).".to_owned())
}

fn no_gem_port(e: &Evidence, _: &OpticalLimits) -> Option<String> {
    match (e.tconts, e.gem_ports) {
        _ if !e.is_online() => None,
        (Some(0), _) => Some("It has no T-CONT: it may not send anything.".to_owned()),
        (_, Some(0)) => Some("It has no GEM port: nothing carries its traffic.".to_owned()),
        _ => None,
    }
}

fn no_mac(e: &Evidence, _: &OpticalLimits) -> Option<String> {
    // Whoever has an address over it has spoken.
    let is_up = |wan: &gpon::WanConnection| wan.is_connected() == Some(true) && wan.address.is_some();
    let speaks = e.wans.as_ref().is_some_and(|wans| wans.iter().any(is_up));
    (e.is_online() && e.macs == Some(0) && !speaks).then(|| {
        "It is online, and no MAC address is learnt behind it: nothing behind the box speaks.".to_owned()
    })
}

fn wan_down(e: &Evidence, _: &OpticalLimits) -> Option<String> {
    let wans = e.wans.as_ref().filter(|_| e.is_online())?;
    let down = wans.iter().find(|wan| wan.is_connected() == Some(false))?;
    let (mode, status) =
        (down.mode.as_deref().unwrap_or("unknown"), down.status.as_deref().unwrap_or_default());
    let number = down.id.map(|id| format!(" {id}")).unwrap_or_default();
    Some(format!("Its WAN connection{number} ({mode}) is not connected; the box says `{status}`."))
}

fn auth_failed(e: &Evidence, _: &OpticalLimits) -> Option<String> {
    let failed = match e.state {
        Some(OnuState::AuthFailed) => true,
        Some(OnuState::Offline) => e.offline_reason == Some(OfflineReason::AuthFail),
        _ => false,
    };
    (is_down_by_itself(e) && failed).then(|| {
        "It could not prove who it is: its serial number or password is not the configured one.".to_owned()
    })
}

fn signing_on(e: &Evidence, _: &OpticalLimits) -> Option<String> {
    let is = matches!(e.state, Some(OnuState::Logging | OnuState::Synchronization));
    (is_down_by_itself(e) && is).then(|| "It is signing on at this moment, or tries to.".to_owned())
}

fn offline(e: &Evidence, limits: &OpticalLimits) -> Option<String> {
    let told = e.lost_light() || e.lost_power();
    let told = told || auth_failed(e, limits).or_else(|| signing_on(e, limits)).is_some();
    (is_down_by_itself(e) && !told).then(|| match e.offline_reason {
        Some(OfflineReason::Unknown) | None => {
            "It is out of service, and the OLT does not tell why.".to_owned()
        }
        Some(reason) => format!("It is out of service; the OLT's reason is `{reason}`."),
    })
}

//! `gpon`: profiles (fact sheet, CLI §5.4). Entering a name once more changes its profile.

use super::{Change, Done, Said, Tell};
use crate::cli::command::Refusal;
use crate::cli::modes::Scope;
use crate::cli::refused::Refused;
use crate::device::{
    BandwidthProfile, GemPort, OnuConfig, OnuIpProfile, OnuVlanProfile, TagMode, TrafficProfile,
};

const fn here(syntax: &'static str, run: fn(&mut Tell<'_>) -> Said) -> Change {
    Change { syntax, scope: Scope::Gpon, run }
}

pub(super) const CHANGES: &[Change] = &[
    here("profile tcont <word> type <1-1> fixed <64-9953280>", bandwidth),
    here("profile tcont <word> type <2-2> assured <64-9953280>", bandwidth),
    here("profile tcont <word> type <3-3> assured <64-9953280> maximum <64-9953280>", bandwidth),
    here("profile tcont <word> type <4-4> maximum <64-9953280>", bandwidth),
    here(
        "profile tcont <word> type <5-5> fixed <64-9953280> assured <64-9953280> maximum <64-9953280>",
        bandwidth,
    ),
    here("no profile tcont <word>", |tell| {
        let name = name(tell, "tcont")?;
        if used(tell, |onu| onu.tconts.values().any(|tcont| tcont.profile == name)) {
            return Err(tell.refuse(Refused::ProfileInUse));
        }
        let missing = tell.refuse(Refused::NoEntry);
        take(&mut tell.running.profiles().bandwidth, |own| own.name == name).map_err(|()| missing)
    }),
    here(
        "profile traffic <word> sir <64-9953280> pir <64-9953280> [cbs <1-100000>] [pbs <1-100000>]",
        |tell| {
            let profile = TrafficProfile {
                name: name(tell, "traffic")?,
                sir: tell.number("sir").unwrap_or_default(),
                pir: tell.number("pir").unwrap_or_default(),
                cbs: tell.number("cbs"),
                pbs: tell.number("pbs"),
            };
            put(&mut tell.running.profiles().traffic, profile, |own| &own.name)
        },
    ),
    here("no profile traffic <word>", |tell| {
        let name = name(tell, "traffic")?;
        let limited = |port: &GemPort| port.upstream_profile == name || port.downstream_profile == name;
        if used(tell, |onu| onu.gem_ports.values().any(limited)) {
            return Err(tell.refuse(Refused::ProfileInUse));
        }
        let missing = tell.refuse(Refused::NoEntry);
        take(&mut tell.running.profiles().traffic, |own| own.name == name).map_err(|()| missing)
    }),
    here("onu profile vlan <word> tag-mode tag cvlan <1-4094> [pri <0-7>]", |tell| {
        let profile = OnuVlanProfile {
            name: name(tell, "vlan")?,
            mode: TagMode::Tag,
            cvlan: tell.vlan("cvlan"),
            priority: tell.small("pri"),
            svlan: 0,
        };
        put(&mut tell.running.profiles().onu_vlan, profile, |own| &own.name)
    }),
    here("no onu profile vlan <word>", |tell| {
        let name = name(tell, "vlan")?;
        let word = format!(" vlan-profile {name} ");
        if used(tell, |onu| onu.remote.iter().any(|line| line.text.contains(&word))) {
            return Err(tell.refuse(Refused::ProfileInUse));
        }
        let missing = tell.refuse(Refused::NoEntry);
        take(&mut tell.running.profiles().onu_vlan, |own| own.name == name).map_err(|()| missing)
    }),
    here("onu profile ip <word> [static] gateway <word> primary-dns <word> second-dns <word>", |tell| {
        let address =
            |name: &str| tell.word(name).and_then(|text| text.parse().ok()).ok_or_else(|| tell.bad_at(name));
        let profile = OnuIpProfile {
            name: name(tell, "ip")?,
            gateway: address("gateway")?,
            primary_dns: address("primary-dns")?,
            secondary_dns: address("second-dns")?,
        };
        put(&mut tell.running.profiles().onu_ip, profile, |own| &own.name)
    }),
];

/// Names are indexes of rows, and an OID has at most 128 numbers (RFC 3416).
const LONGEST_NAME: usize = 64;

pub(super) fn name(tell: &Tell<'_>, keyword: &str) -> Result<String, Refusal> {
    let name = tell.word(keyword).unwrap_or_default();
    if name.len() > LONGEST_NAME { Err(tell.bad_at(keyword)) } else { Ok(name.to_owned()) }
}

/// Whether an ONU uses something.
fn used(tell: &Tell<'_>, uses: impl Fn(&OnuConfig) -> bool) -> bool {
    tell.running.device().onus().any(|(_, onu)| uses(&onu.configured))
}

fn bandwidth(tell: &mut Tell<'_>) -> Said {
    let rate = |name| tell.number(name).unwrap_or_default();
    let profile = BandwidthProfile {
        name: name(tell, "tcont")?,
        kind: tell.small("type"),
        fixed: rate("fixed"),
        assured: rate("assured"),
        maximum: rate("maximum"),
    };
    put(&mut tell.running.profiles().bandwidth, profile, |own| &own.name)
}

fn put<T>(all: &mut Vec<T>, one: T, name: fn(&T) -> &String) -> Said {
    match all.iter_mut().find(|own| name(own) == name(&one)) {
        Some(own) => *own = one,
        None => all.push(one),
    }
    Ok(Done::Accepted)
}

fn take<T>(all: &mut Vec<T>, is: impl Fn(&T) -> bool) -> Result<Done, ()> {
    let before = all.len();
    all.retain(|own| !is(own));
    if all.len() < before { Ok(Done::Accepted) } else { Err(()) }
}

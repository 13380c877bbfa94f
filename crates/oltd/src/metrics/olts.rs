//! The OLTs, as their handles count.

use std::fmt;
use std::time::SystemTime;

use zte::{CliStats, LatencyStats, OltStats};

use super::families::{
    CLI_COMMANDS, CLI_FAILURES, CLI_LATENCY, CLI_LOGINS, CLI_QUEUE, CLI_SESSIONS, CLI_WAITING, Family,
    OLT_LAST_CONTACT, OLT_REACHABLE, SNMP_ANSWERS, SNMP_IN_FLIGHT, SNMP_LATENCY, SNMP_PACKETS,
    SNMP_ROUND_TRIP, SNMP_SPEED, SNMP_TIMEOUTS, SNMP_VARBINDS, SNMP_WAITING, SNMP_WINDOW,
};
use super::page::Page;

/// The traffic with one OLT, by its id.
type OltFigures = (String, OltStats);

/// A family of whole numbers, and where each stands.
type Count<T> = (Family, fn(&T) -> u64);

const SNMP: [Count<OltStats>; 7] = [
    (SNMP_PACKETS, |stats| stats.requests),
    (SNMP_ANSWERS, |stats| stats.answers),
    (SNMP_VARBINDS, |stats| stats.varbinds),
    (SNMP_TIMEOUTS, |stats| stats.timeouts),
    (SNMP_WINDOW, |stats| stats.window as u64),
    (SNMP_IN_FLIGHT, |stats| stats.in_flight as u64),
    (SNMP_WAITING, |stats| stats.waiting as u64),
];

const CLI: [Count<CliStats>; 6] = [
    (CLI_COMMANDS, |cli| cli.commands),
    (CLI_FAILURES, |cli| cli.failures),
    (CLI_LOGINS, |cli| cli.logins),
    (CLI_SESSIONS, |cli| cli.sessions as u64),
    (CLI_WAITING, |cli| cli.waiting as u64),
    (CLI_QUEUE, |cli| cli.queue as u64),
];

pub(super) fn write(olts: &[OltFigures], page: &mut Page<'_>) -> fmt::Result {
    page.family(&OLT_REACHABLE, |mut samples| {
        for (id, stats) in olts {
            for (side, reachable) in
                [("snmp", stats.reachable), ("cli", stats.cli.and_then(|cli| cli.reachable))]
            {
                if let Some(reachable) = reachable {
                    samples.count(&[id, side], reachable.into())?;
                }
            }
        }
        Ok(())
    })?;
    numbers(page, &OLT_LAST_CONTACT, olts, |stats| stats.last_contact.and_then(unix))?;

    for (family, count) in SNMP {
        page.family(&family, |mut samples| {
            olts.iter().try_for_each(|(id, stats)| samples.count(&[id], count(stats)))
        })?;
    }
    numbers(page, &SNMP_ROUND_TRIP, olts, |stats| Some(stats.round_trip?.as_secs_f64()))?;
    page.family(&SNMP_SPEED, |mut samples| {
        for (id, stats) in olts {
            for (group, speed) in stats.speed.groups() {
                if let Some(speed) = speed {
                    samples.number(&[id, group], speed)?;
                }
            }
        }
        Ok(())
    })?;
    latencies(page, &SNMP_LATENCY, olts, |stats| Some(stats.latency))?;

    for (family, count) in CLI {
        page.family(&family, |mut samples| {
            let mut with_cli = olts.iter().filter_map(|(id, stats)| Some((id, stats.cli.as_ref()?)));
            with_cli.try_for_each(|(id, cli)| samples.count(&[id], count(cli)))
        })?;
    }
    latencies(page, &CLI_LATENCY, olts, |stats| Some(stats.cli?.latency))
}

fn numbers(
    page: &mut Page<'_>,
    family: &Family,
    olts: &[OltFigures],
    number: impl Fn(&OltStats) -> Option<f64>,
) -> fmt::Result {
    page.family(family, |mut samples| {
        let mut known = olts.iter().filter_map(|(id, stats)| Some((id, number(stats)?)));
        known.try_for_each(|(id, number)| samples.number(&[id], number))
    })
}

fn latencies(
    page: &mut Page<'_>,
    family: &Family,
    olts: &[OltFigures],
    latency: impl Fn(&OltStats) -> Option<LatencyStats>,
) -> fmt::Result {
    page.family(family, |mut samples| {
        let mut known = olts.iter().filter_map(|(id, stats)| Some((id, latency(stats)?)));
        known.try_for_each(|(id, latency)| samples.latency(&[id], &latency))
    })
}

/// Seconds since 1970.
pub(super) fn unix(time: SystemTime) -> Option<f64> {
    Some(time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs_f64())
}

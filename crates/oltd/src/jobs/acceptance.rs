//! How far an ONU comes that was put into service.

use std::time::Duration;

use gpon::{Installation, Registration, WaitFor};
use tokio::time::Instant;
use zte::Plan;

use super::register::Registering;
use crate::limits::OpticalLimits;

/// How far an ONU has to come before its registration is answered.
#[derive(Debug, Clone, Copy)]
pub struct Acceptance {
    /// How far.
    pub wait_for: WaitFor,
    /// How long it is waited for at most; then it is registered all the same.
    pub at_most: Duration,
    /// What is normal light.
    pub limits: OpticalLimits,
}

impl Acceptance {
    /// Whether an ONU has come as far as that.
    pub(super) fn is_met(&self, seen: &Installation) -> bool {
        seen.is_online() && has_normal_light(seen, *self) && (!self.serves() || seen.is_served())
    }

    /// Whether what goes through the ONU matters.
    pub(super) fn serves(&self) -> bool {
        self.wait_for == WaitFor::Service
    }
}

/// The first pauses between two looks at an ONU that is awaited, and every further one.
pub(super) const SOON: [u64; 3] = [1, 2, 3];
pub(super) const LATER: u64 = 5;

impl Registering {
    /// What is seen of an ONU, and what is to be warned of, once it has come as far as was
    /// asked for, or that took too long.
    pub(super) async fn accepted(
        &self,
        wish: &Registration,
        plan: &Plan,
        acceptance: Acceptance,
    ) -> (Installation, Vec<String>) {
        let until = Instant::now() + acceptance.at_most;
        let serves = acceptance.serves();
        let mut pauses = SOON.into_iter().chain(std::iter::repeat(LATER));
        loop {
            let looked = self.olt.olt.installed((plan.at(), wish.serial), serves, wish.wan.is_some()).await;
            // What was seen before may be so no longer.
            let seen = looked.unwrap_or_else(|error| Installation {
                problems: vec![error.to_string()],
                ..Installation::default()
            });
            let is_there = acceptance.is_met(&seen);
            let pause = Duration::from_secs(pauses.next().unwrap_or(LATER));
            let is_ending = self.jobs.0.tasks.ending().is_cancelled();
            // One that is shut comes no further by itself.
            let is_over = seen.is_shut || is_ending || Instant::now() + pause > until;
            if is_there || is_over {
                let warnings = warnings(&seen, acceptance, (is_there, is_ending));
                return (seen, warnings);
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.jobs.0.tasks.ending().cancelled() => {}
            }
        }
    }
}

/// What an installer should know.
pub(super) fn warnings(
    seen: &Installation,
    acceptance: Acceptance,
    (is_there, is_ending): (bool, bool),
) -> Vec<String> {
    let mut warnings: Vec<String> = Vec::new();
    if let Some(rx) = seen.onu_rx {
        let limits = acceptance.limits.rx_power;
        match limits.judge(rx.value()) {
            "low" => warnings.push(format!("{rx} dBm at the ONU: too weak")),
            "high" => warnings.push(format!("{rx} dBm at the ONU: too strong")),
            _ if rx.value() < limits.low + MARGIN => warnings.push(format!("{rx} dBm at the ONU: weak")),
            _ => {}
        }
    }
    // An ONU that is away has taken nothing, and nobody knows whether it would.
    if seen.is_online() && seen.config_state.as_deref() == Some("fail") {
        warnings.push("the OLT says that the ONU did not take all of its configuration".to_owned());
    }
    if !is_there {
        let lacking = lacking(seen, acceptance);
        let seconds = acceptance.at_most.as_secs();
        warnings.push(match (seen.is_shut, is_ending) {
            (true, _) => format!("{lacking}, and is not waited for; it stays registered"),
            (false, true) => format!(
                "the server ends, and waited no longer; when it was last looked at: {lacking}; it stays registered"
            ),
            (false, false) => format!("within {seconds} s: {lacking}; it stays registered"),
        });
    }
    warnings.extend(seen.problems.iter().cloned());
    warnings
}

fn has_normal_light(seen: &Installation, acceptance: Acceptance) -> bool {
    seen.onu_rx.is_some_and(|rx| acceptance.limits.rx_power.judge(rx.value()) == "normal")
}

/// What an ONU lacks of what was waited for.
fn lacking(seen: &Installation, acceptance: Acceptance) -> String {
    match (seen.phase, seen.onu_rx, &seen.macs) {
        _ if seen.is_shut => "the ONU is shut at the OLT".to_owned(),
        (None, ..) => "the state of the ONU could not be read".to_owned(),
        (Some(phase), ..) if !seen.is_online() => format!("the ONU is not online but {}", phase.as_str()),
        (_, None, _) => "what the ONU receives could not be read".to_owned(),
        _ if !has_normal_light(seen, acceptance) => "its light is not normal".to_owned(),
        (.., None) => "whether a MAC address was learnt could not be read".to_owned(),
        _ => "no MAC address was learnt, and no WAN is known to be connected".to_owned(),
    }
}

/// How near to the lower limit light counts as weak, in dB: a connector that ages costs as much.
const MARGIN: f64 = 1.0;

//! How far an ONU comes that was put into service.

use std::time::Duration;

use gpon::{Installation, OnuState, Registration, WaitFor};
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
    /// None: what is configured is answered.
    pub fn none() -> Self {
        Self { wait_for: WaitFor::Configured, at_most: Duration::ZERO, limits: OpticalLimits::default() }
    }
}

/// The first pauses between two looks at an ONU that is awaited, and every further one.
const SOON: [u64; 3] = [1, 2, 3];
const LATER: u64 = 5;

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
        let serves = acceptance.wait_for == WaitFor::Service;
        let mut pauses = SOON.into_iter().chain(std::iter::repeat(LATER));
        let mut seen = Installation::default();
        loop {
            match self.olt.olt.installed(plan.at(), serves, wish.wan.is_some()).await {
                Ok(now) => seen = now,
                Err(error) => seen.problems = vec![error.to_string()],
            }
            let is_there = seen.is_online()
                && seen.onu_rx.is_some_and(|rx| acceptance.limits.rx_power.judge(rx.value()) == "normal")
                && (!serves || seen.is_served());
            let pause = Duration::from_secs(pauses.next().unwrap_or(LATER));
            let is_over = self.jobs.0.tasks.ending().is_cancelled() || Instant::now() + pause > until;
            if is_there || is_over {
                let warnings = warnings(&seen, acceptance, is_there);
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
fn warnings(seen: &Installation, acceptance: Acceptance, is_there: bool) -> Vec<String> {
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
    if seen.config_state.as_deref() == Some("fail") {
        warnings.push("the OLT says that the ONU did not take all of its configuration".to_owned());
    }
    if !is_there {
        let phase = match seen.phase {
            Some(OnuState::Online) => "online".to_owned(),
            Some(phase) => format!("{phase:?}"),
            None => "in a state that could not be read".to_owned(),
        };
        let what = match acceptance.wait_for {
            WaitFor::Service if seen.is_online() => {
                "no MAC address was learnt and no WAN is connected".to_owned()
            }
            _ => format!("the ONU is {phase}"),
        };
        warnings.push(format!("within {} s: {what}; it stays registered", acceptance.at_most.as_secs()));
    }
    warnings.extend(seen.problems.iter().cloned());
    warnings
}

/// How near to the lower limit light counts as weak, in dB: a connector that ages costs as much.
const MARGIN: f64 = 1.0;

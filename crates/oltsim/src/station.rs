use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::counters::Counters;
use crate::fault::{ActiveFaults, Fate, Fault, FaultError, Order, Target};
use crate::snmp::{Agent, Delay};

/// What the agent's task, the control server and the handle share.
#[derive(Debug)]
pub(crate) struct Station {
    agent: Mutex<Agent>,
    faults: Mutex<ActiveFaults>,
    counters: watch::Sender<Counters>,
    delay: Duration,
    delay_order: Order,
}

impl Station {
    pub(crate) fn new(agent: Agent, delay: Duration, delay_order: Order) -> Self {
        Self {
            agent: Mutex::new(agent),
            faults: Mutex::default(),
            counters: watch::Sender::new(Counters::default()),
            delay,
            delay_order,
        }
    }

    /// The agent. A test that panics while it changes the device poisons the
    /// lock; what it left is still a device.
    pub(crate) fn agent(&self) -> MutexGuard<'_, Agent> {
        self.agent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, ActiveFaults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts `faults` in force instead of those that are.
    ///
    /// # Errors
    /// A fault of the command line, which is not there.
    pub(crate) fn set_faults(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        if faults.iter().any(|fault| fault.target == Target::Cli) {
            return Err(FaultError::NoCli);
        }
        *self.faults() = ActiveFaults::new(faults);
        Ok(())
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut Counters)) {
        self.counters.send_modify(change);
    }

    pub(crate) fn counters(&self) -> Counters {
        *self.counters.borrow()
    }

    /// Sets the counters to 0 and gives back what they were.
    pub(crate) fn reset_counters(&self) -> Counters {
        self.counters.send_replace(Counters::default())
    }

    pub(crate) fn watch_counters(&self) -> watch::Receiver<Counters> {
        self.counters.subscribe()
    }

    pub(crate) fn delay(&self, fate: &Fate) -> Delay {
        Delay::sum(self.delay, self.delay_order, fate)
    }
}

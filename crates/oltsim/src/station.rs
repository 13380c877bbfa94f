use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::cli::{CliOptions, Record, type_lines};
use crate::counters::Counters;
use crate::device::{Device, DeviceHandle};
use crate::fault::{
    ActiveFaults, AtLine, Fate, Fault, FaultError, LineEffect, LineFault, Order, Target, Typed,
};
use crate::gate::{Post, Stop};
use crate::snmp::Agent;

/// What the agent's task, the command line, the control server and the handle share.
#[derive(Debug)]
pub(crate) struct Station {
    /// `None` where there is a recording.
    device: Option<DeviceHandle>,
    agent: Mutex<Agent>,
    faults: Mutex<ActiveFaults>,
    counters: watch::Sender<Counters>,
    delay: Duration,
    delay_order: Order,
    /// How the command line behaves; `None` where there is none.
    cli: Option<Arc<CliOptions>>,
    record: Mutex<Record>,
    lines: Mutex<Vec<LineFault>>,
    posts: Mutex<Vec<Arc<Post>>>,
}

impl Station {
    pub(crate) fn new(
        device: Option<DeviceHandle>,
        agent: Agent,
        delay: Duration,
        delay_order: Order,
        cli: Option<CliOptions>,
    ) -> Self {
        Self {
            device,
            agent: Mutex::new(agent),
            faults: Mutex::default(),
            counters: watch::Sender::new(Counters::default()),
            delay,
            delay_order,
            cli: cli.map(Arc::new),
            record: Mutex::default(),
            lines: Mutex::default(),
            posts: Mutex::default(),
        }
    }

    pub(crate) fn cli(&self) -> Option<&Arc<CliOptions>> {
        self.cli.as_ref()
    }

    /// The latest lines that the command line received.
    pub(crate) fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the device as it is now; `None` when there is only a recording.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&Device) -> R) -> Option<R> {
        self.device.as_ref().map(|device| device.look(look))
    }

    /// Reads or changes the device; `None` when there is only a recording.
    pub(crate) fn change<R>(&self, act: impl FnOnce(&mut Device) -> R) -> Option<R> {
        self.device.as_ref().map(|device| device.change(act))
    }

    /// Types lines as somebody else, at once; see [`type_lines`]. `None` when there is only
    /// a recording.
    pub(crate) fn type_as_somebody(&self, lines: &[String]) -> Option<Vec<String>> {
        let options = self.cli.as_ref()?;
        self.change(|device| type_lines(options, device, lines))
    }

    /// The agent.
    pub(crate) fn agent(&self) -> MutexGuard<'_, Agent> {
        self.agent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, ActiveFaults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts `faults` in force instead of those that are.
    ///
    /// # Errors
    /// A fault of the command line of a recorded walk, which has none.
    pub(crate) fn set_faults(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        if self.cli.is_none() && faults.iter().any(|fault| fault.target == Target::Cli) {
            return Err(FaultError::NoCli);
        }
        *self.faults() = ActiveFaults::new(faults);
        Ok(())
    }

    /// Ends all faults, those of lines too.
    pub(crate) fn clear_faults(&self) {
        *self.faults() = ActiveFaults::default();
        self.set_line_faults(Vec::new());
    }

    /// Puts faults of lines in force instead of those that are.
    pub(crate) fn set_line_faults(&self, faults: Vec<LineFault>) {
        *self.lines.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    /// Puts one more fault of a line in force, behind those that are.
    pub(crate) fn add_line_fault(&self, fault: LineFault) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    /// The faults of lines that are in force.
    pub(crate) fn line_faults(&self) -> Vec<LineFault> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What goes wrong at a line.
    pub(crate) fn at_line(&self, typed: Typed<'_>) -> Option<LineEffect> {
        let mut faults = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let at = faults.iter().position(|fault| fault.at.is(typed))?;
        let effect = faults.get(at).map(|fault| fault.effect.clone());
        if faults.get(at).is_some_and(|fault| matches!(fault.at, AtLine::First(_) | AtLine::Once { .. })) {
            faults.remove(at);
        }
        effect
    }

    pub(crate) fn add_post(&self, post: Arc<Post>) {
        self.posts.lock().unwrap_or_else(PoisonError::into_inner).push(post);
    }

    /// The gate at which `here` has to stand.
    pub(crate) fn post(&self, here: impl Fn(&Stop) -> bool) -> Option<Arc<Post>> {
        let mut posts = self.posts.lock().unwrap_or_else(PoisonError::into_inner);
        posts.retain(|post| !post.is_open());
        posts.iter().find(|post| here(&post.stop)).cloned()
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut Counters)) {
        self.counters.send_modify(change);
    }

    pub(crate) fn counters(&self) -> Counters {
        *self.counters.borrow()
    }

    /// Sets the counters to 0 and gives back what they were.
    pub(crate) fn reset_counters(&self) -> Counters {
        let mut before = Counters::default();
        self.counters.send_modify(|counters| {
            before = *counters;
            *counters = Counters { cli_sessions: before.cli_sessions, ..Counters::default() };
        });
        before
    }

    pub(crate) fn watch_counters(&self) -> watch::Receiver<Counters> {
        self.counters.subscribe()
    }

    pub(crate) fn delay(&self, fate: &Fate) -> Delay {
        Delay::sum(self.delay, self.delay_order, fate)
    }
}

/// How long an answer takes in all.
pub(crate) struct Delay {
    pub(crate) parallel: Duration,
    pub(crate) serial: Duration,
}

impl Delay {
    /// The agent's own delay with that of the faults.
    pub(crate) fn sum(own: Duration, order: Order, fate: &Fate) -> Self {
        let (mut parallel, mut serial) = (fate.parallel, fate.serial);
        match order {
            Order::Parallel => parallel = parallel.saturating_add(own),
            Order::Serial => serial = serial.saturating_add(own),
        }
        Self { parallel, serial }
    }
}

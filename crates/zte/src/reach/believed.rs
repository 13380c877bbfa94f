//! What an OLT says of itself, and how long it is believed.

use std::sync::Arc;
use std::time::Duration;

use gpon::{Field, PonPort, Problem};
use tokio::time::Instant;

use super::{Identity, Inner, PortMap, identity, port_map};
use crate::Trouble;
use crate::firmware::Firmware;
use crate::snmp::{READING, Snmp};

/// How long the identity and the port map are believed: cards are plugged and
/// firmware is upgraded rarely, and a missing port is looked up again at once.
pub(crate) const BELIEVED: Duration = Duration::from_secs(600);
/// How often a port that the map lacks may cause the map to be read again.
const MAP_AGAIN: Duration = Duration::from_secs(10);
/// How long an OLT takes to start, rather too long: its cards come up one after
/// the other, and until then what it lacks is only not there yet.
const STARTING: Duration = Duration::from_secs(600);

pub(super) type Believed<T> = tokio::sync::Mutex<Option<Told<T>>>;

/// What an OLT said of itself, when, and how often it had started again by then.
pub(super) struct Told<T> {
    at: Instant,
    restarts: u64,
    what: T,
}

/// Who the OLT is, and by which tables it is read.
pub(crate) type Learned = (Identity, &'static Firmware);

impl<T: Clone> Told<T> {
    /// What was said, if it is believed still.
    fn believed(&self, snmp: &Snmp, long: Duration) -> Option<T> {
        (self.at.elapsed() < long && self.restarts == snmp.restarts()).then(|| self.what.clone())
    }
}

impl Inner {
    /// Who the OLT is, asked at most every ten minutes. Callers wait for one
    /// another. One that does not say, or has started again, is asked at the
    /// next question, and what it lacked is looked for again.
    pub(crate) async fn learned(&self, deadline: Instant) -> Result<Learned, Trouble> {
        let mut identity = tokio::time::timeout_at(deadline, self.identity.lock())
            .await
            .map_err(|_| Trouble::Deadline(READING))?;
        if let Some(learned) = identity.as_ref().and_then(|told| told.believed(&self.snmp, BELIEVED)) {
            if self.is_starting() {
                self.memory.forget_absences();
            }
            return Ok(learned);
        }
        let learned = identity::learn(self, deadline).await?;
        let restarts = self.snmp.restarts();
        self.memory.begin(&learned.0, learned.1);
        if let Some(cli) = &self.cli {
            cli.speak(learned.1.dialect);
        }
        if !learned.0.known || learned.1.probed {
            let sources: Vec<_> = learned.1.onu_fields().flat_map(|field| field.sources).collect();
            self.memory.probe(&self.snmp, &sources, deadline).await?;
        }
        *identity = learned.0.is_told().then(|| Told { at: Instant::now(), restarts, what: learned.clone() });
        Ok(learned)
    }

    /// What an OLT lacks that has just started may come yet: a reading in which
    /// something is missing for that reason is no whole one.
    pub(crate) fn not_there_yet(&self, problems: &[Problem]) -> Option<Problem> {
        let lacks = problems.iter().any(|problem| matches!(problem, Problem::Unsupported { .. }));
        let reason = "the OLT has just started; what it does not show may come yet";
        (self.is_starting() && (lacks || self.memory.has_absences()))
            .then(|| Problem::Failed { field: Field::Firmware, reason: reason.into() })
    }

    /// Whether the OLT has started so lately that it may not show all that it has.
    fn is_starting(&self) -> bool {
        self.snmp.uptime().is_some_and(|uptime| uptime.is_below(STARTING))
    }

    pub(crate) async fn port_map(
        &self,
        deadline: Instant,
        believed: Duration,
    ) -> Result<Arc<PortMap>, Trouble> {
        let mut ports = tokio::time::timeout_at(deadline, self.ports.lock())
            .await
            .map_err(|_| Trouble::Deadline(READING))?;
        // The ports of a card that is not up yet are not there yet.
        let believed = if self.is_starting() { believed.min(MAP_AGAIN) } else { believed };
        if let Some(map) = ports.as_ref().and_then(|told| told.believed(&self.snmp, believed)) {
            return Ok(map);
        }
        let map = Arc::new(port_map::map(self, deadline).await?);
        let restarts = self.snmp.restarts();
        *ports = Some(Told { at: Instant::now(), restarts, what: Arc::clone(&map) });
        Ok(map)
    }

    /// The row of a PON port in IF-MIB; a port that the map lacks may have come since.
    pub(crate) async fn row_of(&self, pon: PonPort, deadline: Instant) -> Result<u32, Trouble> {
        for believed in [BELIEVED, MAP_AGAIN] {
            if let Some(row) = self.port_map(deadline, believed).await?.pons.get(&pon) {
                return Ok(*row);
            }
        }
        Err(Trouble::NoSuchPon(pon))
    }
}

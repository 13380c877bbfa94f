//! One exchange: through the window, sent again while the OLT is silent, given
//! up at a deadline; and the probe of an OLT that has fallen silent.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use async_snmp::{Client, Error, ErrorStatus, Oid, UdpHandle, VarBind};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::breaker::PROBE_EVERY;
use super::rtt::RoundTrip;
use super::{Ask, FULL_ANSWER, Failure, Snmp};
use crate::Trouble;

/// sysUpTime.0: cheap for every agent, so it is what a silent OLT is probed with.
const PROBE: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 3, 0];
/// Most sendings of one request; a quick OLT gets ten within the limit below, of
/// which at 30 % loss one request in 170,000 loses all.
const MOST_ATTEMPTS: u32 = 12;
/// Most time for one request, whatever the deadline of the whole reading: an
/// OLT that says nothing for so long is called unreachable.
const EXCHANGE_LIMIT: Duration = Duration::from_secs(8);
/// Most requests that wait for the window. A whole chassis read at once queues
/// one for each of its PONs (at most 272 on the largest), three such readings fit.
const MOST_WAITING: usize = 1024;
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Snmp {
    /// One request and its answer, sent again while the OLT is silent.
    pub(super) async fn exchange(
        self: &Arc<Self>,
        ask: Ask<'_>,
        deadline: Instant,
    ) -> Result<Vec<VarBind>, Failure> {
        if let Some(retry_after) = self.breaker.open() {
            return Err(Failure::Trouble(Trouble::Unreachable { retry_after }));
        }
        let late = || Failure::Trouble(Trouble::Deadline(self.settings.deadline));
        let waiting = self.waiting.fetch_add(1, Relaxed);
        let guard = Waiting(&self.waiting);
        if waiting >= MOST_WAITING {
            return Err(Failure::Trouble(Trouble::Busy { waiting }));
        }
        let client =
            timeout_at(deadline, self.client.get_or_try_init(|| self.transport.client(&self.settings)));
        let client = client.await.map_err(|_| late())?.map_err(Failure::Trouble)?;
        let permit = timeout_at(deadline, self.window.acquire()).await.map_err(|_| late())?;
        drop(guard);
        // Those that waited while the OLT fell silent must not wait for it again.
        if let Some(retry_after) = self.breaker.open() {
            return Err(Failure::Trouble(Trouble::Unreachable { retry_after }));
        }
        let outcome = self.attempts(client, ask, deadline).await;
        drop(permit);
        outcome
    }

    async fn attempts(
        self: &Arc<Self>,
        client: &Client<UdpHandle>,
        ask: Ask<'_>,
        deadline: Instant,
    ) -> Result<Vec<VarBind>, Failure> {
        let began = Instant::now();
        let end = deadline.min(began + EXCHANGE_LIMIT);
        // Earlier sendings stay in flight: a late answer is as good as a prompt one.
        let mut flights = FuturesUnordered::new();
        let mut garbled = None;
        for attempt in 0..MOST_ATTEMPTS {
            self.requests.fetch_add(1, Relaxed);
            self.retries.fetch_add(u64::from(attempt > 0), Relaxed);
            flights.push(send(client, ask, attempt));
            let again = Instant::now() + self.lock_round_trip().timeout(attempt);
            loop {
                let landed = tokio::select! {
                    landed = flights.next(), if !flights.is_empty() => landed,
                    () = sleep_until(again.min(end)) => {
                        self.timeouts.fetch_add(1, Relaxed);
                        break;
                    }
                };
                let Some((sent_at, result)) = landed else { continue };
                match self.judge(sent_at, result) {
                    Ok(outcome) => return outcome,
                    // An answer that is no SNMP is like none: ask again when its time is up.
                    Err(text) => garbled = Some(text),
                }
            }
            if Instant::now() >= end {
                break;
            }
            if attempt == 1 && matches!(ask, Ask::Bulk(..)) {
                // Silent twice: perhaps such large answers do not get through.
                self.shrink_answers();
            }
        }
        if let Some(text) = garbled {
            return Err(Failure::Trouble(Trouble::UnexpectedReply(text)));
        }
        if self.breaker.silent(began.into_std()) {
            tracing::warn!(host = %self.settings.host, "the OLT does not answer SNMP; probing in the background");
            tokio::spawn(probe(Arc::downgrade(self)));
        }
        Err(Failure::Trouble(match self.breaker.open() {
            Some(retry_after) => Trouble::Unreachable { retry_after },
            None => Trouble::Deadline(end - began),
        }))
    }

    pub(super) fn lock_round_trip(&self) -> MutexGuard<'_, RoundTrip> {
        self.round_trip.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shrink_answers(&self) {
        let size = self.answer_size.load(Relaxed);
        self.answer_size.store((size / 2).max(FULL_ANSWER / 8), Relaxed);
    }

    /// What a landed flight means; `Err` when it is to be taken for silence.
    fn judge(
        &self,
        sent_at: Instant,
        result: Result<Vec<VarBind>, Box<Error>>,
    ) -> Result<Result<Vec<VarBind>, Failure>, String> {
        let error = match result {
            Ok(answer) => {
                self.heard(sent_at);
                self.varbinds.fetch_add(answer.len() as u64, Relaxed);
                // Back to full answers by and by.
                let size = self.answer_size.load(Relaxed);
                if size < FULL_ANSWER {
                    self.answer_size.store((size + 4).min(FULL_ANSWER), Relaxed);
                }
                return Ok(Ok(answer));
            }
            Err(error) => error,
        };
        match error.exchange_source() {
            Error::Snmp { status: ErrorStatus::TooBig, .. } => {
                self.heard(sent_at);
                Ok(Err(Failure::TooBig))
            }
            Error::Snmp { status, index, .. } => {
                self.heard(sent_at);
                Ok(Err(Failure::Refused(*index, format!("the OLT answered {status}"))))
            }
            Error::Network { source, .. } => Ok(Err(Failure::Trouble(Trouble::Network(source.to_string())))),
            other => Err(other.to_string()),
        }
    }

    fn heard(&self, sent_at: Instant) {
        self.answers.fetch_add(1, Relaxed);
        let round_trip = sent_at.elapsed();
        self.latency.measured(round_trip);
        self.lock_round_trip().measured(round_trip);
        self.breaker.answered();
    }
}

type Flight<'a> = Pin<Box<dyn Future<Output = (Instant, Result<Vec<VarBind>, Box<Error>>)> + Send + 'a>>;

/// One sending. From the third on a GETBULK asks for less each time.
fn send<'a>(client: &'a Client<UdpHandle>, ask: Ask<'a>, attempt: u32) -> Flight<'a> {
    let sent_at = Instant::now();
    Box::pin(async move {
        let result = match ask {
            Ask::Get(oids) => client.get_many(oids).await.map(|response| response.varbinds),
            Ask::Bulk(oids, repetitions) => {
                let fewer = (repetitions >> (attempt / 2)).max(1);
                client.get_bulk(oids, 0, fewer).await
            }
        };
        (sent_at, result)
    })
}

/// Asks a silent OLT every few seconds until it answers or is no longer wanted.
async fn probe(snmp: Weak<Snmp>) {
    let oid = [Oid::from_slice(PROBE)];
    loop {
        tokio::time::sleep(PROBE_EVERY).await;
        let Some(snmp) = snmp.upgrade() else { return };
        if snmp.breaker.open().is_none() {
            return;
        }
        let Some(client) = snmp.client.get() else { return };
        snmp.requests.fetch_add(1, Relaxed);
        let flight = send(client, Ask::Get(&oid), 0);
        let landed = tokio::time::timeout(PROBE_EVERY, flight).await;
        if landed.is_err() {
            snmp.timeouts.fetch_add(1, Relaxed);
        }
        if let Ok((sent_at, result)) = landed
            && matches!(snmp.judge(sent_at, result), Ok(Ok(_) | Err(Failure::Refused(..) | Failure::TooBig)))
        {
            tracing::info!(host = %snmp.settings.host, "the OLT answers SNMP again");
            return;
        }
        snmp.breaker.probed();
    }
}

//! One exchange: through the window, sent again while the OLT is silent, given
//! up when it has said nothing for too long; and the probe of an OLT that has fallen silent.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use async_snmp::{Client, Error, ErrorStatus, Oid, UdpHandle, Value, VarBind};
use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::breaker::PROBE_EVERY;
use super::pace::Pace;
use super::{Ask, FULL_ANSWER, Failure, READING, Snmp};
use crate::Trouble;

/// sysUpTime.0: cheap for every agent, so it is what a silent OLT is probed with.
const PROBE: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 3, 0];
/// Most sendings of one request; a quick OLT gets ten within eight seconds, of
/// which at 30 % loss one request in 170,000 loses all.
const MOST_ATTEMPTS: u32 = 12;
/// Most requests that wait for the window. A whole chassis read at once queues
/// one for each of its PONs (at most 272 on the largest), three such readings fit.
const MOST_WAITING: usize = 1024;
/// Longest text of a value, in octets. Names, descriptions and what the system
/// group says of itself have at most 255.
const LONGEST_TEXT: usize = 1024;

struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// The packets of an exchange that are under way.
struct Flying<'a>(&'a Mutex<Pace>, u32);

impl Drop for Flying<'_> {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).landed(self.1);
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
        let late = || Failure::Trouble(Trouble::Deadline(READING));
        let waiting = self.waiting.fetch_add(1, Relaxed);
        let guard = Waiting(&self.waiting);
        if waiting >= MOST_WAITING {
            return Err(Failure::Trouble(Trouble::Busy { waiting }));
        }
        let client = timeout_at(deadline, self.peer.client(&self.transport, &self.settings));
        client.await.map_err(|_| late())?.map_err(Failure::Trouble)?;
        let permit = timeout_at(deadline, self.window.acquire()).await.map_err(|_| late())?;
        drop(guard);
        // Those that waited while the OLT fell silent must not wait for it again.
        if let Some(retry_after) = self.breaker.open() {
            return Err(Failure::Trouble(Trouble::Unreachable { retry_after }));
        }
        // Its address may have changed while this waited.
        let client = self.peer.client(&self.transport, &self.settings).await.map_err(Failure::Trouble)?;
        let outcome = self.attempts(&client, ask, deadline).await;
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
        let limit = self.settings.deadline;
        // Earlier sendings stay in flight: a late answer is as good as a prompt one.
        let mut flights = FuturesUnordered::new();
        let mut flying = Flying(&self.pace, 0);
        let mut garbled = None;
        let mut given_up = began;
        for attempt in 0..MOST_ATTEMPTS {
            self.requests.fetch_add(1, Relaxed);
            self.retries.fetch_add(u64::from(attempt > 0), Relaxed);
            let sent_at = Instant::now();
            let ahead = self.lock_pace().sent();
            flying.1 += 1;
            flights.push(send(client, ask, attempt));
            loop {
                // Judged anew each time: answers to others tell how long the OLT takes.
                let (again, end) = {
                    let pace = self.lock_pace();
                    let end = deadline.min(began + pace.patience(limit, ahead));
                    let again = sent_at + pace.timeout(attempt, ahead);
                    // The last one is waited for until the end.
                    (if attempt + 1 < MOST_ATTEMPTS { again.min(end) } else { end }, end)
                };
                given_up = end;
                if again <= Instant::now() {
                    self.timeouts.fetch_add(1, Relaxed);
                    break;
                }
                let landed = tokio::select! {
                    landed = flights.next(), if !flights.is_empty() => landed,
                    () = sleep_until(again) => continue,
                };
                let Some((sent_at, result)) = landed else { continue };
                match self.judge(ask, sent_at, result) {
                    Ok(outcome) => return outcome,
                    // An answer that is no SNMP is like none: ask again when its time is up.
                    Err(text) => garbled = Some(text),
                }
            }
            if Instant::now() >= given_up {
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
        let waited = began.elapsed();
        if waited < limit && given_up >= deadline {
            return Err(Failure::Trouble(Trouble::Deadline(READING)));
        }
        // Silence is that of the OLT, not of one request: others may be answered.
        if self.breaker.silent(began.into_std()) {
            tracing::warn!(host = %self.settings.host, "the OLT does not answer SNMP; probing in the background");
            tokio::spawn(probe(Arc::downgrade(self)));
        }
        Err(Failure::Trouble(match self.breaker.open() {
            Some(retry_after) => Trouble::Unreachable { retry_after },
            None => Trouble::Silent(waited),
        }))
    }

    pub(super) fn lock_pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shrink_answers(&self) {
        let size = self.answer_size.load(Relaxed);
        self.answer_size.store((size / 2).max(FULL_ANSWER / 8), Relaxed);
    }

    /// What a landed flight means; `Err` when it is to be taken for silence.
    fn judge(
        &self,
        ask: Ask<'_>,
        sent_at: Instant,
        result: Result<Vec<VarBind>, Box<Error>>,
    ) -> Result<Result<Vec<VarBind>, Failure>, String> {
        let error = match result {
            Ok(mut answer) => {
                self.heard(ask, sent_at, answer.len());
                self.varbinds.fetch_add(answer.len() as u64, Relaxed);
                // Back to full answers by and by.
                let size = self.answer_size.load(Relaxed);
                if size < FULL_ANSWER {
                    self.answer_size.store((size + 4).min(FULL_ANSWER), Relaxed);
                }
                if answer.len() > ask.most() {
                    let reply =
                        format!("{} values where at most {} were asked for", answer.len(), ask.most());
                    return Ok(Err(Failure::Trouble(Trouble::UnexpectedReply(reply))));
                }
                answer.iter_mut().for_each(|binding| slim(&mut binding.value));
                return Ok(Ok(answer));
            }
            Err(error) => error,
        };
        match error.exchange_source() {
            Error::Snmp { status: ErrorStatus::TooBig, .. } => {
                self.heard(ask, sent_at, 0);
                Ok(Err(Failure::TooBig))
            }
            Error::Snmp { status, index, .. } => {
                self.heard(ask, sent_at, 0);
                Ok(Err(Failure::Refused(*index, format!("the OLT answered {status}"))))
            }
            Error::Network { source, .. } => Ok(Err(Failure::Trouble(Trouble::Network(source.to_string())))),
            other => Err(other.to_string()),
        }
    }

    fn heard(&self, ask: Ask<'_>, sent_at: Instant, values: usize) {
        self.answers.fetch_add(1, Relaxed);
        let now = Instant::now();
        self.latency.measured(now.duration_since(sent_at));
        let busy = self.lock_pace().answered(sent_at, now);
        let (Ask::Get(names) | Ask::Bulk(names, _)) = ask;
        self.lock_speed().answered(names, values, busy);
        self.breaker.answered();
    }
}

impl Ask<'_> {
    /// Most variable bindings of an answer to it.
    fn most(self) -> usize {
        match self {
            Self::Get(names) => names.len(),
            Self::Bulk(names, repetitions) => {
                names.len().saturating_mul(usize::try_from(repetitions).unwrap_or(usize::MAX))
            }
        }
    }
}

/// Takes a value out of its datagram, which it would keep in memory, and leaves
/// of one that no table holds only that it was there.
fn slim(value: &mut Value) {
    let (Value::OctetString(bytes) | Value::Opaque(bytes) | Value::Nsap(bytes)) = value else { return };
    if bytes.len() > LONGEST_TEXT {
        *value = Value::Opaque(Bytes::from_static(b"a text of more than 1024 octets"));
    } else {
        *bytes = Bytes::copy_from_slice(bytes);
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

/// Asks a silent OLT every few seconds until it answers or is no longer wanted,
/// each time at the address that its name has by then.
async fn probe(snmp: Weak<Snmp>) {
    let oid = [Oid::from_slice(PROBE)];
    let ask = Ask::Get(&oid);
    loop {
        tokio::time::sleep(PROBE_EVERY).await;
        let Some(snmp) = snmp.upgrade() else { return };
        if snmp.breaker.open().is_none() {
            return;
        }
        snmp.peer.failed(&snmp.transport, &snmp.settings).await;
        let Some(client) = snmp.peer.kept() else { return };
        snmp.requests.fetch_add(1, Relaxed);
        let flight = send(&client, ask, 0);
        let landed = tokio::time::timeout(PROBE_EVERY, flight).await;
        if landed.is_err() {
            snmp.timeouts.fetch_add(1, Relaxed);
        }
        if let Ok((sent_at, result)) = landed {
            match snmp.judge(ask, sent_at, result) {
                Ok(Ok(answer)) => snmp.came_back(answer.first().map(|binding| &binding.value)),
                Ok(Err(Failure::Refused(..) | Failure::TooBig)) => snmp.came_back(None),
                Ok(Err(Failure::Trouble(_))) | Err(_) => {
                    snmp.breaker.probed();
                    continue;
                }
            }
            tracing::info!(host = %snmp.settings.host, "the OLT answers SNMP again");
            return;
        }
        snmp.breaker.probed();
    }
}

//! The agent's socket: datagrams in, answers out when their time has come.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::counters::Counters;
use crate::fault::Fate;
use crate::gate::Stop;
use crate::snmp::{Reply, RequestKind, Silence};
use crate::station::Station;

/// No UDP datagram over IPv4 is longer.
const LARGEST_DATAGRAM: usize = 65_535;

/// How many answers may wait for their delay at once. A real agent's socket
/// buffer holds a few hundred requests; this is well above any client's window
/// and keeps a flood from filling memory.
const WAITING_ANSWERS: usize = 4096;

/// No answer is later than this, so that every wait ends.
const LONGEST_DELAY: Duration = Duration::from_secs(600);

/// Answers requests until `stop` is cancelled.
pub(crate) async fn serve(
    socket: UdpSocket,
    station: Arc<Station>,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    let socket = Arc::new(socket);
    let waiting = Arc::new(Semaphore::new(WAITING_ANSWERS));
    let mut busy_until = Instant::now();
    let mut datagram = vec![0; LARGEST_DATAGRAM];
    loop {
        let received = tokio::select! {
            received = socket.recv_from(&mut datagram) => received,
            () = stop.cancelled() => return,
        };
        let (length, peer) = match received {
            Ok(received) => received,
            Err(error) => {
                tracing::debug!(%error, "receiving a request failed");
                tokio::task::yield_now().await;
                continue;
            }
        };
        if let Some(post) = station.post(|at| *at == Stop::Request) {
            tokio::select! {
                () = post.stand() => {}
                () = stop.cancelled() => return,
            }
        }
        let Some(sending) = exchange(&station, datagram.get(..length).unwrap_or_default()) else { continue };
        let delay = station.delay(&sending.fate);
        let now = Instant::now();
        let mut leaves = now + delay.parallel.min(LONGEST_DELAY);
        if !delay.serial.is_zero() {
            busy_until = busy_until.max(now) + delay.serial.min(LONGEST_DELAY);
            leaves = busy_until.min(now + LONGEST_DELAY) + delay.parallel.min(LONGEST_DELAY);
        }
        if leaves <= now {
            send(&socket, &station, peer, &sending).await;
            continue;
        }
        let Ok(permit) = Arc::clone(&waiting).try_acquire_owned() else {
            station.count(|counters| counters.overflowed += 1);
            continue;
        };
        let (socket, station, stop) = (Arc::clone(&socket), Arc::clone(&station), stop.clone());
        tasks.spawn(async move {
            tokio::select! {
                () = tokio::time::sleep_until(leaves) => send(&socket, &station, peer, &sending).await,
                () = stop.cancelled() => {}
            }
            drop(permit);
        });
    }
}

/// An answer on its way.
struct Sending {
    answer: Vec<u8>,
    varbinds: u64,
    too_big: bool,
    fate: Fate,
}

/// Counts a request and makes its answer; `None` when there will be none.
fn exchange(station: &Station, request: &[u8]) -> Option<Sending> {
    let mut fate = Fate::default();
    let reply = station.agent().reply_spoilt(request, || {
        fate = station.faults().next_exchange();
        fate.spoil
    });
    station.count(|counters| count_request(counters, request.len(), &reply));
    let mut answer = reply.answer.ok()?;
    if fate.dropped {
        station.count(|counters| counters.dropped += 1);
        return None;
    }
    if let Some(bytes) = fate.truncated {
        answer.truncate(bytes);
    }
    let varbinds = u64::try_from(reply.varbinds_out).unwrap_or(0);
    fate.serial = fate.serial.saturating_add(reply.cost);
    Some(Sending { answer, varbinds, too_big: reply.too_big, fate })
}

fn count_request(counters: &mut Counters, length: usize, reply: &Reply) {
    counters.packets_in += 1;
    counters.bytes_in += u64::try_from(length).unwrap_or(0);
    counters.varbinds_in += u64::try_from(reply.varbinds_in).unwrap_or(0);
    counters.requests += u64::from(reply.kind.is_some());
    match reply.kind {
        Some(RequestKind::Get) => counters.get += 1,
        Some(RequestKind::GetNext) => counters.get_next += 1,
        Some(RequestKind::GetBulk { .. }) => counters.get_bulk += 1,
        Some(RequestKind::Set) => counters.set += 1,
        Some(RequestKind::Other) | None => {}
    }
    match reply.answer {
        Ok(_) => {}
        Err(Silence::Malformed) => counters.malformed += 1,
        Err(Silence::WrongCommunity) => counters.wrong_community += 1,
        Err(Silence::Unsupported) => counters.unsupported += 1,
        Err(Silence::ZeroRepetitions) => counters.zero_repetitions += 1,
    }
}

async fn send(socket: &UdpSocket, station: &Station, peer: SocketAddr, sending: &Sending) {
    let times = if sending.fate.duplicated { 2 } else { 1 };
    // Counted before it is sent: whoever holds the answer finds it counted.
    station.count(|counters| {
        counters.packets_out += times;
        counters.bytes_out += times * u64::try_from(sending.answer.len()).unwrap_or(0);
        counters.varbinds_out += times * sending.varbinds;
        counters.too_big += u64::from(sending.too_big);
        counters.duplicated += u64::from(sending.fate.duplicated);
        counters.truncated += u64::from(sending.fate.truncated.is_some());
    });
    for _ in 0..times {
        if let Err(error) = socket.send_to(&sending.answer, peer).await {
            tracing::debug!(%error, %peer, "sending an answer failed");
        }
    }
}

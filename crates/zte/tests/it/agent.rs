//! An SNMP agent of a few lines, which answers whatever a test wants, be it
//! nonsense. Its BER is its own, so that the driver's is not tested by itself.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::UdpSocket;
use zte::{Olt, OltSettings, SnmpSettings, SnmpTransport};

/// A name, arc by arc.
pub(crate) type Name = Vec<u32>;

/// A value in an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Integer(u32),
    Text(Vec<u8>),
    Name(Name),
    Ticks(u32),
    NoSuchObject,
    EndOfView,
}

/// What was asked.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// GETBULK; else GET.
    pub(crate) bulk: bool,
    pub(crate) repetitions: usize,
    pub(crate) names: Vec<Name>,
}

/// The rows of an answer; `None` for silence.
pub(crate) type Answer = Option<Vec<(Name, Value)>>;

/// An agent under way. It ends with its handle.
pub(crate) struct Agent {
    pub(crate) at: SocketAddr,
    pub(crate) asked: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Agent {
    pub(crate) async fn start(answer: impl FnMut(&Request) -> Answer + Send + 'static) -> Self {
        Self::slow(Duration::ZERO, answer).await
    }

    /// One that serves a request after the other, and takes so long for each.
    pub(crate) async fn slow(
        time: Duration,
        mut answer: impl FnMut(&Request) -> Answer + Send + 'static,
    ) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let at = socket.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            let mut packet = vec![0; 65_536];
            while let Ok((length, from)) = socket.recv_from(&mut packet).await {
                let (head, request) = parse(&packet[..length]);
                count.fetch_add(1, Ordering::SeqCst);
                if !time.is_zero() {
                    tokio::time::sleep(time).await;
                }
                if let Some(rows) = answer(&request) {
                    let _ = socket.send_to(&respond(&head, &rows), from).await;
                }
            }
        });
        Self { at, asked, task }
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub(crate) async fn olt(&self) -> Olt {
        self.olt_with(|_| {}).await
    }

    pub(crate) async fn olt_with(&self, adjust: impl FnOnce(&mut SnmpSettings)) -> Olt {
        let mut snmp = SnmpSettings::new(self.at.ip().to_string(), self.at.port(), "public".into());
        adjust(&mut snmp);
        let transport = SnmpTransport::bind().await.unwrap();
        Olt::new(OltSettings::new("olt", snmp, None), &transport)
    }
}

/// What an honest agent shows, which tests then spoil.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mib(pub(crate) BTreeMap<Name, Value>);

impl Mib {
    pub(crate) fn put(&mut self, name: &[u32], value: Value) {
        self.0.insert(name.to_vec(), value);
    }

    fn next(&self, name: &Name) -> (Name, Value) {
        use std::ops::Bound::{Excluded, Unbounded};
        let next = self.0.range((Excluded(name.clone()), Unbounded)).next();
        next.map_or((name.clone(), Value::EndOfView), |(name, value)| (name.clone(), value.clone()))
    }

    /// The honest answer, cut to 48 rows as a packet would be.
    pub(crate) fn answer(&self, request: &Request) -> Vec<(Name, Value)> {
        if !request.bulk {
            let get = |name: &Name| {
                let value = self.0.get(name).cloned().unwrap_or(Value::NoSuchObject);
                (name.clone(), value)
            };
            return request.names.iter().map(get).collect();
        }
        let mut at = request.names.clone();
        let mut rows = Vec::new();
        for _ in 0..request.repetitions {
            for name in &mut at {
                let row = self.next(name);
                name.clone_from(&row.0);
                rows.push(row);
            }
        }
        rows.truncate(48);
        rows
    }
}

/// A MIB that several tasks change.
pub(crate) type Shared = Arc<Mutex<Mib>>;

fn head(bytes: &[u8]) -> (u8, &[u8], &[u8]) {
    let (tag, rest) = (bytes[0], &bytes[1..]);
    let (length, rest) = match rest[0] {
        short @ 0..=0x7f => (usize::from(short), &rest[1..]),
        long => {
            let count = usize::from(long & 0x7f);
            let length = rest[1..=count].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            (length, &rest[1 + count..])
        }
    };
    (tag, &rest[..length], &rest[length..])
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}

fn name(bytes: &[u8]) -> Name {
    let mut arcs = Vec::new();
    let mut arc = 0u32;
    for byte in bytes {
        arc = arc << 7 | u32::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if arcs.is_empty() {
                arcs.extend([arc.min(80) / 40, arc - 40 * (arc.min(80) / 40)]);
            } else {
                arcs.push(arc);
            }
            arc = 0;
        }
    }
    arcs
}

/// Version, community and request id as they came, and what was asked.
fn parse(packet: &[u8]) -> ([Vec<u8>; 3], Request) {
    let (_, message, _) = head(packet);
    let (_, version, rest) = head(message);
    let (_, community, rest) = head(rest);
    let (tag, pdu, _) = head(rest);
    let (_, id, rest) = head(pdu);
    let (_, _, rest) = head(rest);
    let (_, repetitions, rest) = head(rest);
    let (_, mut list, _) = head(rest);
    let mut names = Vec::new();
    while !list.is_empty() {
        let (_, binding, rest) = head(list);
        names.push(name(head(binding).1));
        list = rest;
    }
    let request = Request { bulk: tag == 0xa5, repetitions: number(repetitions), names };
    ([version.to_vec(), community.to_vec(), id.to_vec()], request)
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut bytes = vec![tag];
    match length {
        0..=0x7f => bytes.push(length as u8),
        0x80..=0xff => bytes.extend([0x81, length as u8]),
        _ => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    bytes.extend_from_slice(content);
    bytes
}

fn arcs(name: &Name) -> Vec<u8> {
    let mut bytes = Vec::new();
    let first = name[0] * 40 + name[1];
    for arc in std::iter::once(&first).chain(&name[2..]) {
        let groups = (0..5).rev().map(|group| (arc >> (7 * group) & 0x7f) as u8);
        let groups: Vec<u8> = groups.skip_while(|group| *group == 0).collect();
        let groups = if groups.is_empty() { vec![0] } else { groups };
        let last = groups.len() - 1;
        bytes.extend(
            groups.iter().enumerate().map(|(at, group)| if at < last { group | 0x80 } else { *group }),
        );
    }
    bytes
}

fn unsigned(tag: u8, number: u32) -> Vec<u8> {
    let bytes = u64::from(number).to_be_bytes();
    let skip = bytes.iter().position(|byte| *byte != 0).unwrap_or(7);
    let sign = usize::from(bytes[skip] & 0x80 != 0);
    tlv(tag, &bytes[skip - sign..])
}

fn respond([version, community, id]: &[Vec<u8>; 3], rows: &[(Name, Value)]) -> Vec<u8> {
    let mut list = Vec::new();
    for (name, value) in rows {
        let value = match value {
            Value::Integer(number) => unsigned(0x02, *number),
            Value::Text(text) => tlv(0x04, text),
            Value::Name(name) => tlv(0x06, &arcs(name)),
            Value::Ticks(ticks) => unsigned(0x43, *ticks),
            Value::NoSuchObject => tlv(0x80, &[]),
            Value::EndOfView => tlv(0x82, &[]),
        };
        list.extend(tlv(0x30, &[tlv(0x06, &arcs(name)), value].concat()));
    }
    let pdu = [tlv(0x02, id), tlv(0x02, &[0]), tlv(0x02, &[0]), tlv(0x30, &list)].concat();
    tlv(0x30, &[tlv(0x02, version), tlv(0x04, community), tlv(0xa2, &pdu)].concat())
}

//! A client that asks one thing at a time and believes nothing.

use std::net::SocketAddr;
use std::time::Duration;

use oltsim::{Fault, Options, Simulator, Source};
use rasn::types::{Integer, ObjectIdentifier, OctetString};
use rasn_snmp::v2::{self, Pdus, VarBind, VarBindValue};
use rasn_snmp::v2c::Message;
use tokio::net::UdpSocket;

/// How long an answer may take that is expected to come.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) async fn start(source: Source) -> Simulator {
    Simulator::start(Options::new(source)).await.unwrap()
}

pub(crate) async fn small() -> Simulator {
    start(Source::Scenario(oltsim::SMALL.to_owned())).await
}

/// The small scenario with lines added to its `[agent]` section.
pub(crate) async fn small_with(agent: &str) -> Simulator {
    let scenario = oltsim::SMALL.replacen("[agent]", &format!("[agent]\n{agent}"), 1);
    start(Source::Scenario(scenario)).await
}

pub(crate) fn fault(json: &str) -> Fault {
    serde_json::from_str(json).unwrap()
}

pub(crate) struct Client {
    socket: UdpSocket,
    pub(crate) community: &'static str,
    next_id: i32,
}

/// An answer, with its own bytes.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) request_id: i32,
    pub(crate) error_status: u32,
    pub(crate) error_index: u32,
    pub(crate) bindings: Vec<(Vec<u32>, VarBindValue)>,
    pub(crate) length: usize,
}

impl Answer {
    pub(crate) fn names(&self) -> Vec<Vec<u32>> {
        self.bindings.iter().map(|(name, _)| name.clone()).collect()
    }
}

impl Client {
    pub(crate) async fn of(address: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.connect(address).await.unwrap();
        Self { socket, community: "public", next_id: 1 }
    }

    fn bindings(names: &[&[u32]]) -> Vec<VarBind> {
        let bind = |name: &&[u32]| VarBind {
            name: ObjectIdentifier::new_unchecked(name.to_vec().into()),
            value: VarBindValue::Unspecified,
        };
        names.iter().map(bind).collect()
    }

    fn pdu(&mut self, names: &[&[u32]]) -> v2::Pdu {
        self.next_id += 1;
        v2::Pdu {
            request_id: self.next_id,
            error_status: 0,
            error_index: 0,
            variable_bindings: Self::bindings(names),
        }
    }

    pub(crate) async fn send(&self, data: Pdus) {
        let community = OctetString::from(self.community.as_bytes().to_vec());
        let message = Message { version: Integer::from(1), community, data };
        self.send_bytes(&rasn::ber::encode(&message).unwrap()).await;
    }

    pub(crate) async fn send_bytes(&self, bytes: &[u8]) {
        self.socket.send(bytes).await.unwrap();
    }

    pub(crate) async fn receive_bytes(&self) -> Vec<u8> {
        let mut buffer = vec![0; 65_535];
        let length = tokio::time::timeout(PATIENCE, self.socket.recv(&mut buffer)).await.unwrap().unwrap();
        buffer.truncate(length);
        buffer
    }

    pub(crate) async fn receive(&self) -> Answer {
        let bytes = self.receive_bytes().await;
        let message: Message<Pdus> = rasn::ber::decode(&bytes).unwrap();
        assert_eq!(message.community, self.community.as_bytes());
        let Pdus::Response(v2::Response(pdu)) = message.data else { panic!("no response: {message:?}") };
        Answer {
            request_id: pdu.request_id,
            error_status: pdu.error_status,
            error_index: pdu.error_index,
            bindings: pdu.variable_bindings.into_iter().map(|vb| (vb.name.to_vec(), vb.value)).collect(),
            length: bytes.len(),
        }
    }

    /// Whether nothing has come; call it only when something that was asked
    /// later has been answered.
    pub(crate) fn is_quiet(&self) -> bool {
        self.socket.try_recv(&mut [0; 16]).is_err()
    }

    async fn ask(&self, data: Pdus) -> Answer {
        self.send(data).await;
        let answer = self.receive().await;
        assert_eq!(answer.request_id, self.next_id);
        answer
    }

    pub(crate) async fn get(&mut self, names: &[&[u32]]) -> Answer {
        let pdu = self.pdu(names);
        self.ask(Pdus::GetRequest(v2::GetRequest(pdu))).await
    }

    pub(crate) async fn get_next(&mut self, names: &[&[u32]]) -> Answer {
        let pdu = self.pdu(names);
        self.ask(Pdus::GetNextRequest(v2::GetNextRequest(pdu))).await
    }

    pub(crate) async fn set(&mut self, names: &[&[u32]]) -> Answer {
        let pdu = self.pdu(names);
        self.ask(Pdus::SetRequest(v2::SetRequest(pdu))).await
    }

    pub(crate) fn bulk_request(
        &mut self,
        non_repeaters: u32,
        max_repetitions: u32,
        names: &[&[u32]],
    ) -> Pdus {
        self.next_id += 1;
        Pdus::GetBulkRequest(v2::GetBulkRequest(v2::BulkPdu {
            request_id: self.next_id,
            non_repeaters,
            max_repetitions,
            variable_bindings: Self::bindings(names),
        }))
    }

    pub(crate) async fn bulk(&mut self, once: u32, repetitions: u32, names: &[&[u32]]) -> Answer {
        let request = self.bulk_request(once, repetitions, names);
        self.ask(request).await
    }

    /// Everything, by GETBULK.
    pub(crate) async fn walk(&mut self) -> Vec<(Vec<u32>, VarBindValue)> {
        let mut rows: Vec<(Vec<u32>, VarBindValue)> = Vec::new();
        let mut from = vec![0, 0];
        loop {
            for (name, value) in self.bulk(0, 100, &[&from]).await.bindings {
                if value == VarBindValue::EndOfMibView {
                    return rows;
                }
                assert!(name > from, "{from:?} is followed by {name:?}");
                from.clone_from(&name);
                rows.push((name, value));
            }
        }
    }
}

//! Between bytes and the few things the agent wants to know of them. The only
//! file that names the codec crate.

use rasn::types::{Integer, ObjectIdentifier, OctetString};
use rasn_smi::v1;
use rasn_smi::v2::{Counter64, ObjectSyntax};
use rasn_snmp::v2::{self, Pdus, VarBind, VarBindValue};
use rasn_snmp::v2c::Message;

use super::{Oid, Value};

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    /// GET.
    Get,
    /// GETNEXT.
    GetNext,
    /// GETBULK.
    GetBulk {
        /// How many of the names are asked for once.
        non_repeaters: u32,
        /// How often the others are followed.
        max_repetitions: u32,
    },
    /// SET.
    Set,
    /// Anything that is not for an agent to answer.
    Other,
}

/// A message that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdu {
    /// The version field: 0 is v1, 1 is v2c.
    pub version: i64,
    /// The community.
    pub community: Vec<u8>,
    /// Its number, to be repeated in the answer.
    pub request_id: i32,
    /// What it asks for.
    pub kind: RequestKind,
    /// The names it asks for.
    pub names: Vec<Oid>,
    /// The bindings as they came, to be repeated when a SET is refused.
    bindings: Vec<VarBind>,
}

impl Pdu {
    /// The number of SNMPv1 in [`Self::version`].
    pub const V1: i64 = 0;
    /// The number of SNMPv2c in [`Self::version`].
    pub const V2C: i64 = 1;

    /// Reads a datagram; `None` when it is no SNMP v1 or v2c message.
    pub fn decode(datagram: &[u8]) -> Option<Self> {
        let message: Message<Pdus> = rasn::ber::decode(datagram).ok()?;
        let (kind, request_id, bindings) = match message.data {
            Pdus::GetRequest(v2::GetRequest(pdu)) => {
                (RequestKind::Get, pdu.request_id, pdu.variable_bindings)
            }
            Pdus::GetNextRequest(v2::GetNextRequest(pdu)) => {
                (RequestKind::GetNext, pdu.request_id, pdu.variable_bindings)
            }
            Pdus::SetRequest(v2::SetRequest(pdu)) => {
                (RequestKind::Set, pdu.request_id, pdu.variable_bindings)
            }
            Pdus::GetBulkRequest(v2::GetBulkRequest(pdu)) => {
                let (non_repeaters, max_repetitions) = (pdu.non_repeaters, pdu.max_repetitions);
                let kind = RequestKind::GetBulk { non_repeaters, max_repetitions };
                (kind, pdu.request_id, pdu.variable_bindings)
            }
            Pdus::Response(_) | Pdus::InformRequest(_) | Pdus::Trap(_) | Pdus::Report(_) => {
                (RequestKind::Other, 0, Vec::new())
            }
        };
        Some(Self {
            version: i64::try_from(&message.version).ok()?,
            community: message.community.to_vec(),
            request_id,
            kind,
            names: bindings.iter().map(|binding| binding.name.to_vec()).collect(),
            bindings,
        })
    }
}

/// What a response says of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Value(Value),
    NoSuchObject,
    NoSuchInstance,
    EndOfMibView,
}

/// The error status of a response, by its number in RFC 3416 and RFC 1157.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ErrorStatus {
    TooBig = 1,
    NoSuchName = 2,
    NoAccess = 6,
    NotWritable = 17,
}

/// A response to `request` that carries `answers`; `None` when the codec refuses.
pub(super) fn answer(request: &Pdu, answers: Vec<(Oid, Answer)>) -> Option<Vec<u8>> {
    let bindings = answers
        .into_iter()
        .map(|(name, answer)| Some(VarBind { name: object_id(name), value: bound(answer)? }))
        .collect::<Option<Vec<_>>>()?;
    encode(request, 0, 0, bindings)
}

/// A response to `request` that refuses it. A tooBig of v2c carries no bindings (RFC
/// 3416, 4.2.1), any other refusal repeats those of the request.
pub(super) fn refusal(request: &Pdu, status: ErrorStatus, index: u32) -> Option<Vec<u8>> {
    let bare = status == ErrorStatus::TooBig && request.version != Pdu::V1;
    let bindings = if bare { Vec::new() } else { request.bindings.clone() };
    encode(request, status as u32, index, bindings)
}

fn encode(request: &Pdu, error_status: u32, error_index: u32, bindings: Vec<VarBind>) -> Option<Vec<u8>> {
    let pdu =
        v2::Pdu { request_id: request.request_id, error_status, error_index, variable_bindings: bindings };
    let message = Message {
        version: Integer::from(request.version),
        community: OctetString::from(request.community.clone()),
        data: v2::Response(pdu),
    };
    rasn::ber::encode(&message).ok()
}

fn object_id(oid: Oid) -> ObjectIdentifier {
    ObjectIdentifier::new_unchecked(oid.into())
}

fn bound(answer: Answer) -> Option<VarBindValue> {
    let syntax: ObjectSyntax = match answer {
        Answer::NoSuchObject => return Some(VarBindValue::NoSuchObject),
        Answer::NoSuchInstance => return Some(VarBindValue::NoSuchInstance),
        Answer::EndOfMibView => return Some(VarBindValue::EndOfMibView),
        Answer::Value(Value::Null) => return Some(VarBindValue::Unspecified),
        Answer::Value(Value::Integer(number)) => number.into(),
        Answer::Value(Value::Octets(bytes)) => OctetString::from(bytes).into(),
        Answer::Value(Value::ObjectId(oid)) => object_id(oid).into(),
        Answer::Value(Value::IpAddress(address)) => v1::IpAddress(address.into()).into(),
        Answer::Value(Value::Counter32(number)) => v1::Counter(number).into(),
        Answer::Value(Value::Gauge32(number)) => v1::Gauge(number).into(),
        Answer::Value(Value::TimeTicks(ticks)) => v1::TimeTicks(ticks).into(),
        Answer::Value(Value::Opaque(bytes)) => opaque(bytes)?.into(),
        Answer::Value(Value::Counter64(number)) => Counter64(number).into(),
    };
    Some(VarBindValue::Value(syntax))
}

/// The codec's `Opaque` can be made of an ASN.1 value or of an encoding, not of
/// bare bytes; an OCTET STRING with the other tag is its encoding.
fn opaque(bytes: Vec<u8>) -> Option<v1::Opaque> {
    const OCTET_STRING: u8 = 0x04;
    const OPAQUE: u8 = 0x44;
    let mut encoded = rasn::ber::encode(&OctetString::from(bytes)).ok()?;
    let tag = encoded.first_mut().filter(|tag| **tag == OCTET_STRING)?;
    *tag = OPAQUE;
    rasn::ber::decode(&encoded).ok()
}

#[cfg(test)]
mod tests {
    use super::super::ber;
    use super::*;
    use proptest::prelude::*;

    fn oids() -> impl Strategy<Value = Oid> {
        prop::collection::vec(prop_oneof![0u32..300, any::<u32>()], 0..24)
            .prop_map(|tail| [vec![1, 3], tail].concat())
    }

    fn values() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<i32>().prop_map(Value::Integer),
            (-200i32..200).prop_map(Value::Integer),
            prop::collection::vec(any::<u8>(), 0..400).prop_map(Value::Octets),
            Just(Value::Null),
            oids().prop_map(Value::ObjectId),
            any::<[u8; 4]>().prop_map(Value::IpAddress),
            any::<u32>().prop_map(Value::Counter32),
            any::<u32>().prop_map(Value::Gauge32),
            any::<u32>().prop_map(Value::TimeTicks),
            prop::collection::vec(any::<u8>(), 0..200).prop_map(Value::Opaque),
            any::<u64>().prop_map(Value::Counter64),
        ]
    }

    fn request(community: Vec<u8>, request_id: i32) -> Pdu {
        let (names, bindings) = (Vec::new(), Vec::new());
        Pdu { version: 1, community, request_id, kind: RequestKind::Get, names, bindings }
    }

    proptest! {
        #[test]
        fn sizes_are_those_of_the_encoding(
            community in prop::collection::vec(any::<u8>(), 0..200),
            request_id in any::<i32>(),
            bound in prop::collection::vec((oids(), prop::option::of(values())), 0..40),
        ) {
            let bindings = bound.iter().map(|(name, value)| ber::binding(name, value.as_ref())).sum();
            let expected = ber::response(community.len(), request_id, bindings);
            let answers = bound
                .into_iter()
                .map(|(name, value)| (name, value.map_or(Answer::EndOfMibView, Answer::Value)))
                .collect();
            let encoded = answer(&request(community, request_id), answers).unwrap();
            prop_assert_eq!(encoded.len(), expected);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Pdu::decode(&bytes);
        }

        #[test]
        fn a_damaged_message_is_read_or_refused(
            names in prop::collection::vec(oids(), 0..6),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
            cut in any::<prop::sample::Index>(),
        ) {
            let answers = names.into_iter().map(|name| (name, Answer::Value(Value::Null))).collect();
            let mut bytes = answer(&request(b"public".to_vec(), 7), answers).unwrap();
            for (place, byte) in damage {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            let _ = Pdu::decode(&bytes);
            bytes.truncate(cut.index(bytes.len()));
            let _ = Pdu::decode(&bytes);
        }
    }
}

//! Entry points of the fuzz targets; not part of the API.

use async_snmp::Value;

use crate::index::{self, PonIndex};
use crate::value;

/// Feeds `data` to every decoder of values and indexes, and to the codec of answers.
pub fn decode(data: &[u8]) {
    let mut values = vec![Value::OctetString(bytes::Bytes::copy_from_slice(data))];
    if let Some(word) = data.first_chunk::<4>() {
        values.push(Value::Integer(i32::from_be_bytes(*word)));
        values.push(Value::Gauge32(u32::from_be_bytes(*word)));
        values.push(Value::IpAddress(*word));
    }
    for value in &values {
        let _ = (value::integer(value), value::counter(value), value::text(value), value::padded_text(value));
        let _ = (value::onu_power(value), value::milli_dbm(value), value::module_reading(value));
        let _ = (value::distance(value), value::serial(value), value::registration_serial(value));
        let _ = (value::phase_1082(value), value::phase_1012(value), value::offline_reason(value));
        let _ = (value::date_and_time(value), value::text_time(value), value::ip_address(value));
        let _ = value::vlan(value);
    }
    let (words, _) = data.as_chunks::<4>();
    let arcs: Vec<u32> = words.iter().map(|word| u32::from_be_bytes(*word)).collect();
    let _ = (index::decode_name(&arcs), index::decode_card(&arcs));
    for encoding in [PonIndex::A, PonIndex::B, PonIndex::C] {
        let _ = index::decode_onu(encoding, &arcs);
    }
    crate::snmp::walk::fuzz(&arcs);
}

//! How many bytes things take in BER, so that an answer can be filled up to
//! its limit without encoding it twice.

use super::Value;

/// A whole element: tag, length, `content` bytes.
pub(super) fn element(content: usize) -> usize {
    let length = match content {
        0..0x80 => 1,
        0x80..0x100 => 2,
        0x100..0x1_0000 => 3,
        0x1_0000..0x100_0000 => 4,
        _ => 5,
    };
    1 + length + content
}

/// The content of an INTEGER.
pub(super) fn signed(number: i64) -> usize {
    let magnitude = if number < 0 { !number } else { number };
    // One bit of every encoding is the sign.
    (64 - magnitude.leading_zeros() as usize) / 8 + 1
}

fn unsigned(number: u64) -> usize {
    (64 - number.leading_zeros() as usize) / 8 + 1
}

fn arc(arc: u64) -> usize {
    (64 - arc.leading_zeros() as usize).div_ceil(7).max(1)
}

fn oid(arcs: &[u32]) -> usize {
    let (head, tail) = match arcs {
        [first, second, tail @ ..] => (u64::from(*first) * 40 + u64::from(*second), tail),
        [first] => (u64::from(*first) * 40, &[][..]),
        [] => (0, &[][..]),
    };
    arc(head) + tail.iter().map(|number| arc(u64::from(*number))).sum::<usize>()
}

fn value(value: &Value) -> usize {
    match value {
        Value::Integer(number) => signed(i64::from(*number)),
        Value::Octets(bytes) | Value::Opaque(bytes) => bytes.len(),
        Value::Null => 0,
        Value::ObjectId(arcs) => oid(arcs),
        Value::IpAddress(_) => 4,
        Value::Counter32(number) | Value::Gauge32(number) | Value::TimeTicks(number) => {
            unsigned(u64::from(*number))
        }
        Value::Counter64(number) => unsigned(*number),
    }
}

/// One variable binding; `None` stands for an exception, which is empty.
pub(super) fn binding(name: &[u32], bound: Option<&Value>) -> usize {
    element(element(oid(name)) + element(bound.map_or(0, value)))
}

/// A whole v2c response whose bindings take `bindings` bytes.
pub(super) fn response(community: usize, request_id: i32, bindings: usize) -> usize {
    let version = element(1);
    let status_and_index = 2 * element(1);
    let pdu = element(signed(i64::from(request_id))) + status_and_index + element(bindings);
    element(version + element(community) + element(pdu))
}

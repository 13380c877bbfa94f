//! Recorded walks in the `.snmprec` format: one object per line,
//! `oid|type|value`, as they are; in any order, with blank lines and comments.

use std::net::Ipv4Addr;

use crate::snmp::{self, Oid, Value};

/// A line of a recorded walk that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct WalkError {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads a recorded walk. Rows come in the order of the file; where one OID
/// stands twice, the agent shows the first, which is what an agent that answers
/// a walk says first.
///
/// Types are the numbers of the format: 2 INTEGER, 4 OCTET STRING, 5 NULL, 6
/// OBJECT IDENTIFIER, 64 IpAddress, 65 Counter32, 66 Gauge32, 67 TimeTicks, 68
/// Opaque, 70 Counter64. After 4, 64 and 68 an `x` says that the value is in
/// hexadecimal digits, an `e` that it has backslash escapes.
///
/// # Errors
/// The first line that cannot be understood, by number and reason. Never panics.
pub fn parse_snmprec(recording: &[u8]) -> Result<Vec<(Oid, Value)>, WalkError> {
    let lines = recording.split(|byte| *byte == b'\n').zip(1usize..);
    let rows = lines.filter_map(|(line, number)| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.trim_ascii().is_empty() || line.starts_with(b"#") {
            return None;
        }
        Some(row(line).map_err(|reason| WalkError { line: number, reason }))
    });
    rows.collect()
}

fn row(line: &[u8]) -> Result<(Oid, Value), String> {
    let mut fields = line.splitn(3, |byte| *byte == b'|');
    let (Some(oid), Some(tag), Some(content)) = (fields.next(), fields.next(), fields.next()) else {
        return Err("a line is oid|type|value".to_owned());
    };
    let oid = snmp::parse(text(oid)?.trim())?;
    Ok((oid, value(text(tag)?, content)?))
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|_| "a field that should be text is not".to_owned())
}

fn value(tag: &str, content: &[u8]) -> Result<Value, String> {
    let kind = tag.trim_end_matches(['x', 'e']);
    let octets = || match tag.strip_prefix(kind) {
        Some("") => Ok(content.to_vec()),
        Some("x") => hex(content),
        Some("e") => unescape(content),
        _ => Err(format!("type {tag:?} is unknown")),
    };
    let decorated = kind.len() != tag.len();
    if decorated && !matches!(kind, "4" | "64" | "68") {
        return Err(format!("type {tag:?} is unknown"));
    }
    match kind {
        "2" => number(content).map(Value::Integer),
        "4" => octets().map(Value::Octets),
        "5" => Ok(Value::Null),
        "6" => Ok(Value::ObjectId(snmp::parse(text(content)?.trim())?)),
        "64" if decorated => octets().and_then(address).map(Value::IpAddress),
        "64" => dotted(content).map(Value::IpAddress),
        "65" => number(content).map(Value::Counter32),
        "66" => number(content).map(Value::Gauge32),
        "67" => number(content).map(Value::TimeTicks),
        "68" => octets().map(Value::Opaque),
        "70" => number(content).map(Value::Counter64),
        _ => Err(format!("type {tag:?} is unknown")),
    }
}

fn number<T: std::str::FromStr>(content: &[u8]) -> Result<T, String> {
    let digits = text(content)?.trim();
    digits.parse().map_err(|_| format!("{digits:?} is not a number of this type"))
}

fn dotted(content: &[u8]) -> Result<[u8; 4], String> {
    let address = text(content)?.trim();
    address
        .parse()
        .map(|address: Ipv4Addr| address.octets())
        .map_err(|_| format!("{address:?} is no address"))
}

fn address(octets: Vec<u8>) -> Result<[u8; 4], String> {
    octets.try_into().map_err(|_| "an address has four octets".to_owned())
}

fn hex(content: &[u8]) -> Result<Vec<u8>, String> {
    let pairs = content.trim_ascii().chunks(2);
    pairs.map(|pair| byte(pair).ok_or_else(|| "hexadecimal digits come in pairs".to_owned())).collect()
}

/// The byte of exactly two hexadecimal digits.
fn byte(pair: &[u8]) -> Option<u8> {
    let [high, low] = pair else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}

/// Undoes the escapes of the recorder, which are those of Python's bytes.
fn unescape(content: &[u8]) -> Result<Vec<u8>, String> {
    let mut octets = Vec::with_capacity(content.len());
    let mut rest = content;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            octets.push(*first);
            continue;
        }
        let Some((escape, after)) = rest.split_first() else {
            return Err("the value ends in a backslash".to_owned());
        };
        rest = after;
        match escape {
            b'\\' | b'\'' | b'"' => octets.push(*escape),
            b'a' => octets.push(0x07),
            b'b' => octets.push(0x08),
            b't' => octets.push(b'\t'),
            b'n' => octets.push(b'\n'),
            b'v' => octets.push(0x0b),
            b'f' => octets.push(0x0c),
            b'r' => octets.push(b'\r'),
            b'x' => {
                let octet = rest.get(..2).and_then(byte).ok_or("\\x takes two hexadecimal digits")?;
                octets.push(octet);
                rest = rest.get(2..).unwrap_or_default();
            }
            b'0'..=b'7' => {
                let (octet, taken) = octal(*escape, rest);
                octets.push(octet);
                rest = rest.get(taken..).unwrap_or_default();
            }
            // An escape that is none stays as it is.
            other => octets.extend([b'\\', *other]),
        }
    }
    Ok(octets)
}

/// The byte of one to three octal digits, and how many digits followed the first.
fn octal(first: u8, rest: &[u8]) -> (u8, usize) {
    let more = rest.iter().take(2).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
    let digits = rest.iter().take(more);
    let number = digits.fold(u32::from(first - b'0'), |sum, digit| sum * 8 + u32::from(digit - b'0'));
    ((number & 0xff) as u8, more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(line: &str) -> Value {
        parse_snmprec(line.as_bytes()).unwrap().remove(0).1
    }

    #[test]
    fn every_type() {
        for (line, value) in [
            ("1.3.1|2|-5", Value::Integer(-5)),
            ("1.3.1|4|a|b ", Value::text("a|b ")),
            ("1.3.1|4|", Value::text("")),
            ("1.3.1|4x|00fFa0", Value::text([0, 255, 160])),
            ("1.3.1|4e|\\x07\\xe5\\r*\\x15P\\\\\\\"\\n\\t\\0\\101\\q", {
                Value::text([
                    7, 0xe5, b'\r', b'*', 0x15, b'P', b'\\', b'"', b'\n', b'\t', 0, b'A', b'\\', b'q',
                ])
            }),
            ("1.3.1|5|", Value::Null),
            ("1.3.1|6|1.3.6.1", Value::ObjectId(vec![1, 3, 6, 1])),
            ("1.3.1|64|192.0.2.1", Value::IpAddress([192, 0, 2, 1])),
            ("1.3.1|64x|c0000201", Value::IpAddress([192, 0, 2, 1])),
            ("1.3.1|65|4294967295", Value::Counter32(u32::MAX)),
            ("1.3.1|66|7", Value::Gauge32(7)),
            ("1.3.1|67|651080000", Value::TimeTicks(651_080_000)),
            ("1.3.1|68x|9f78", Value::Opaque(vec![0x9f, 0x78])),
            ("1.3.1|70|18446744073709551615", Value::Counter64(u64::MAX)),
        ] {
            assert_eq!(one(line), value, "{line}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_stand_in_octets() {
        assert_eq!(parse_snmprec(b"1.3.1|4|\xe9\r\n").unwrap(), [(vec![1, 3, 1], Value::text([0xe9]))]);
    }

    #[test]
    fn blank_lines_and_comments_are_passed_over() {
        assert_eq!(parse_snmprec(b"\n# one\n1.3.1|2|1\n\r\n  \n").unwrap().len(), 1);
    }

    #[test]
    fn errors_name_line_and_reason() {
        for (line, reason) in [
            ("1.3.1|2", "oid|type|value"),
            ("1.x|2|1", "arc"),
            ("1.3.1|2|x", "\"x\""),
            ("1.3.1|2|3000000000", "not a number of this type"),
            ("1.3.1|65|-1", "not a number of this type"),
            ("1.3.1|4x|abc", "pairs"),
            ("1.3.1|4e|\\x1", "\\x"),
            ("1.3.1|4e|\\", "backslash"),
            ("1.3.1|64|1.2.3", "address"),
            ("1.3.1|64x|0102", "four octets"),
            ("1.3.1|2x|01", "\"2x\""),
            ("1.3.1|4xx|01", "\"4xx\""),
            ("1.3.1|2:numeric|rate=1", "\"2:numeric\""),
            ("1.3.1||", "\"\""),
        ] {
            let error = parse_snmprec(format!("1.3.9|2|1\n\n{line}").as_bytes()).unwrap_err();
            assert_eq!(error.line, 3, "{line}");
            assert!(error.to_string().contains(reason), "{line}: {error}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_snmprec(&bytes);
        }

        #[test]
        fn never_panics_on_what_looks_right(
            tag in "(2|4|4x|4e|5|6|64|64x|64e|65|66|67|68|68e|70|99)",
            content in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut line = format!("1.3.6.1|{tag}|").into_bytes();
            line.extend(content);
            let _ = parse_snmprec(&line);
        }

        #[test]
        fn hex_comes_back(octets in prop::collection::vec(any::<u8>(), 0..40)) {
            let digits: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
            prop_assert_eq!(one(&format!("1.3.1|4x|{digits}")), Value::Octets(octets.clone()));
            let escaped: String = octets.iter().map(|octet| format!("\\x{octet:02x}")).collect();
            prop_assert_eq!(one(&format!("1.3.1|4e|{escaped}")), Value::Octets(octets));
        }
    }
}

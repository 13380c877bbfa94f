//! The value encodings of the OLT (fact sheet, SNMP §8): from a variable
//! binding to a noun, to "not available", or to a complaint.

use std::fmt::{self, Display, Formatter};
use std::net::Ipv4Addr;

use async_snmp::Value;
use gpon::{AdminState, ClockTime, Dbm, OfflineReason, OnuState, SerialNumber, VlanId, quoted};

/// A value, `None` where the device says "not available", or why it cannot be
/// one. The complaint quotes the value as it came.
pub(crate) type Decoded<T> = Result<Option<T>, String>;

/// Octets of a value that is no text, as far as a sentence shows them.
const OCTETS: usize = 16;

/// A value as a sentence shows it: text in quotes, other octets in hexadecimal
/// digits, everything else as it is usually written.
pub(crate) struct Told<'a>(pub(crate) &'a Value);

impl Display for Told<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::OctetString(bytes) if is_text(bytes) => quoted(bytes).fmt(f),
            Value::OctetString(bytes) | Value::Opaque(bytes) | Value::Nsap(bytes) => octets_in_hex(bytes, f),
            Value::Unknown { data, .. } => octets_in_hex(data, f),
            Value::TimeTicks(ticks) => ticks.fmt(f),
            Value::Null => f.write_str("nothing"),
            other => other.fmt(f),
        }
    }
}

/// Names may hold odd bytes, serial numbers and dates mostly do.
fn is_text(bytes: &[u8]) -> bool {
    let seen = bytes.iter().filter(|byte| matches!(byte, b' '..=b'~')).count();
    bytes.is_empty() || seen * 2 > bytes.len()
}

fn octets_in_hex(bytes: &[u8], f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str("the octets")?;
    bytes.iter().take(OCTETS).try_for_each(|byte| write!(f, " {byte:02X}"))?;
    match bytes.len().checked_sub(OCTETS) {
        Some(more @ 1..) => write!(f, " and {more} more"),
        _ => Ok(()),
    }
}

fn strange<T>(what: &str, value: &Value) -> Result<T, String> {
    Err(format!("{} is not {what}", Told(value)))
}

pub(crate) fn integer(value: &Value) -> Result<i64, String> {
    match value {
        Value::Integer(n) => Ok(i64::from(*n)),
        Value::Counter32(n) | Value::Gauge32(n) | Value::UInteger32(n) | Value::TimeTicks(n) => {
            Ok(i64::from(*n))
        }
        _ => strange("a number", value),
    }
}

/// A number that fits `T`; out of its range is a complaint.
pub(crate) fn number<T: TryFrom<i64>>(value: &Value) -> Decoded<T> {
    match T::try_from(integer(value)?) {
        Ok(n) => Ok(Some(n)),
        Err(_) => strange("in range", value),
    }
}

pub(crate) fn counter(value: &Value) -> Decoded<u64> {
    match value {
        Value::Counter64(n) => Ok(Some(*n)),
        _ => number(value),
    }
}

pub(crate) fn octets(value: &Value) -> Result<&[u8], String> {
    match value {
        Value::OctetString(bytes) => Ok(bytes),
        _ => strange("an octet string", value),
    }
}

/// Text as the device holds it, in whatever character set (`gpon::text`). What
/// fills up its field, NULs and the blanks behind it, is no part of it: the
/// command line shows neither. Empty is `None`.
pub(crate) fn text(value: &Value) -> Decoded<String> {
    let bytes = octets(value)?;
    let text = match bytes.contains(&0) {
        true => gpon::text::keep(&bytes.iter().copied().filter(|byte| *byte != 0).collect::<Vec<_>>()),
        false => gpon::text::keep(bytes),
    };
    let text = text.trim_end_matches(|c: char| c.is_ascii_whitespace());
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Text that the device pads with blanks (§6.3).
pub(crate) fn padded_text(value: &Value) -> Decoded<String> {
    Ok(text(value)?.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// Rx and Tx of an ONU (§8.1): 0.002 dB steps from -30 dBm; 0 and 65535 mean "not available".
pub(crate) fn onu_power(value: &Value) -> Decoded<Dbm> {
    let raw = match integer(value)? {
        0 | 65_535 => return Ok(None),
        raw @ -32_768..=32_767 => raw,
        raw @ 32_768..=65_534 => raw - 65_536,
        _ => return strange("an optical level", value),
    };
    // In range by the match above: -95,536..=35,534.
    Ok(i32::try_from(raw * 2 - 30_000).ok().map(Dbm::from_milli))
}

/// What an ONU says of its optical module (§4.6); 65535 means "not available".
fn of_module(value: &Value, scale: impl FnOnce(i64) -> i64) -> Decoded<i32> {
    match integer(value)? {
        65_535 => Ok(None),
        raw @ 0..=65_534 => Ok(i32::try_from(scale(raw)).ok()),
        _ => strange("a value of an optical module", value),
    }
}

/// Millivolts, from steps of 20 mV. A box that answers is fed: 0 is "not available".
pub(crate) fn onu_voltage(value: &Value) -> Decoded<i32> {
    Ok(of_module(value, |raw| raw * 20)?.filter(|millivolts| *millivolts != 0))
}

/// Microamperes, from steps of 2 µA.
pub(crate) fn onu_bias(value: &Value) -> Decoded<i32> {
    of_module(value, |raw| raw * 2)
}

/// Thousandths of a degree, from signed steps of 1/256 degree.
pub(crate) fn onu_temperature(value: &Value) -> Decoded<i32> {
    match integer(value)? {
        raw @ -32_768..0 => Ok(i32::try_from(raw * 1000 / 256).ok()),
        _ => of_module(value, |raw| if raw > 32_767 { raw - 65_536 } else { raw } * 1000 / 256),
    }
}

/// Powers in 0.001 dBm (§8.2) with the markers of §6.3 and §6.4.
pub(crate) fn milli_dbm(value: &Value) -> Decoded<Dbm> {
    match integer(value)? {
        -80_000 | 65_535_000 | 2_147_483_647 => Ok(None),
        milli @ -100_000..=100_000 => Ok(i32::try_from(milli).ok().map(Dbm::from_milli)),
        _ => strange("a power in 0.001 dBm", value),
    }
}

/// Readings of optical modules (§6.3): 2147483647 means "not applicable".
pub(crate) fn module_reading(value: &Value) -> Decoded<i32> {
    match integer(value)? {
        2_147_483_647 => Ok(None),
        _ => number(value),
    }
}

/// Metres; 0 is an ONU that was never ranged (§4.5).
pub(crate) fn distance(value: &Value) -> Decoded<u32> {
    Ok(number(value)?.filter(|metres| *metres != 0))
}

/// Eight octets (§8.3); all zero where no serial is configured.
pub(crate) fn serial(value: &Value) -> Decoded<SerialNumber> {
    let bytes = octets(value)?;
    if bytes.is_empty() || bytes.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let eight = <[u8; 8]>::try_from(bytes).map_err(|_| format!("{} is not 8 octets", Told(value)))?;
    SerialNumber::from_octets(eight).map(Some).map_err(|_| format!("{} is not a serial number", Told(value)))
}

/// RegistrationInfo (§6.5): `1,ZTEGC8F12345`.
pub(crate) fn registration_serial(value: &Value) -> Decoded<SerialNumber> {
    let Some(text) = text(value)? else { return Ok(None) };
    let serial = text.split_once(',').map_or(text.as_str(), |(_, serial)| serial);
    serial.parse().map(Some).map_err(|_| format!("{} is not a registration", quoted(&text)))
}

/// PhaseState of the 1082 tree, 1..=7 (§8.6).
pub(crate) fn phase_1082(value: &Value) -> Decoded<OnuState> {
    phase(integer(value)? - 1, value)
}

/// PhaseState of the 1012 tree, 0..=6 (§8.6).
pub(crate) fn phase_1012(value: &Value) -> Decoded<OnuState> {
    phase(integer(value)?, value)
}

fn phase(number: i64, value: &Value) -> Decoded<OnuState> {
    Ok(Some(match number {
        0 => OnuState::Logging,
        1 => OnuState::Los,
        2 => OnuState::Synchronization,
        3 => OnuState::Online,
        4 => OnuState::DyingGasp,
        5 => OnuState::AuthFailed,
        6 => OnuState::Offline,
        _ => return strange("a phase", value),
    }))
}

/// AdminState (§4.4, §6.5).
pub(crate) fn admin_state(value: &Value) -> Decoded<AdminState> {
    match integer(value)? {
        1 => Ok(Some(AdminState::Enabled)),
        2 => Ok(Some(AdminState::Disabled)),
        _ => strange("an administrative state", value),
    }
}

/// The majority table of §8.4; 14 and 15 are seen and have no known meaning.
pub(crate) fn offline_reason(value: &Value) -> Decoded<OfflineReason> {
    use OfflineReason::*;
    Ok(Some(match integer(value)? {
        1 => Unknown,
        2 => Los,
        3 => Losi,
        4 => Lofi,
        5 => Sfi,
        6 => Loai,
        7 => Loami,
        8 => AuthFail,
        9 => PowerOff,
        10 => DeactivateDone,
        11 => DeactivateFailed,
        12 => Reboot,
        13 => Shutdown,
        _ => return Ok(number(value)?.map(Code)),
    }))
}

/// DateAndTime on the device's clock (§8.5), 8 octets, or 11 with a zone that is
/// of no use to us; all zero means never.
pub(crate) fn date_and_time(value: &Value) -> Decoded<ClockTime> {
    let bytes = octets(value)?;
    let (8 | 11, [y1, y2, month, day, hour, minute, second, ..]) = (bytes.len(), bytes) else {
        return strange("8 or 11 octets of date and time", value);
    };
    if bytes[..8].iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let part = |byte: &u8| i8::try_from(*byte).ok();
    let moment = || {
        ClockTime::new(
            i16::try_from(u16::from_be_bytes([*y1, *y2])).ok()?,
            part(month)?,
            part(day)?,
            part(hour)?,
            part(minute)?,
            part(second)?,
        )
    };
    moment().map(Some).ok_or_else(|| format!("{} is not a date and time", Told(value)))
}

/// `yyyy-mm-dd HH:MM:SS` of the 1012 tree (§4.4); zeros mean never.
pub(crate) fn text_time(value: &Value) -> Decoded<ClockTime> {
    let Some(text) = padded_text(value)? else { return Ok(None) };
    let mut parts = text.split([' ', '-', ':']).map(|part| part.parse::<i16>().ok());
    let parts: [Option<i16>; 6] = std::array::from_fn(|_| parts.next().flatten());
    if parts.iter().all(|part| *part == Some(0)) {
        return Ok(None);
    }
    let moment = || {
        let small = |part: Option<i16>| i8::try_from(part?).ok();
        let [year, month, day, hour, minute, second] = parts;
        ClockTime::new(year?, small(month)?, small(day)?, small(hour)?, small(minute)?, small(second)?)
    };
    moment().map(Some).ok_or_else(|| format!("{} is not a date and time", quoted(&text)))
}

/// An address of an IP host; `0.0.0.0` is none.
pub(crate) fn ip_address(value: &Value) -> Decoded<Ipv4Addr> {
    let bytes = match value {
        Value::IpAddress(bytes) => *bytes,
        _ => <[u8; 4]>::try_from(octets(value)?).map_err(|_| format!("{} is not an address", Told(value)))?,
    };
    Ok((bytes != [0; 4]).then(|| Ipv4Addr::from(bytes)))
}

/// A VLAN; 0 is none.
pub(crate) fn vlan(value: &Value) -> Decoded<VlanId> {
    match number::<u32>(value)? {
        None | Some(0) => Ok(None),
        Some(id) => VlanId::try_from(id).map(Some).map_err(|_| format!("{id} is not a VLAN")),
    }
}

#[cfg(test)]
#[path = "value_tests.rs"]
mod tests;

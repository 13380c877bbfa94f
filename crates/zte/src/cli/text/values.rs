//! The spellings of single values in answers.

use std::fmt::Display;
use std::str::FromStr;

use gpon::{CardRef, CardStatus, ClockTime, Dbm, OnuId, OnuRef, OnuState, PonPort, SerialNumber, VlanId};

use super::answer::{Field, Line, Notes};
use super::visible::visible;
use crate::firmware::{numbers_of_onu, numbers_of_pon};

/// Whether the device says that it has no value.
pub(in crate::cli) fn absent(text: &str) -> bool {
    matches!(text, "" | "N/A" | "N/A." | "n/a" | "--" | "-")
}

/// Text for a reason that an operator reads: as it stands, between quotes.
pub(in crate::cli) fn quoted(text: &str) -> String {
    format!("\"{}\"", visible(text))
}

fn strange<T>(text: &str, what: &str) -> Result<T, String> {
    Err(format!("{} is not {what}", quoted(text)))
}

/// Text; empty and `N/A` are none.
pub(in crate::cli) fn words(text: &str) -> Option<String> {
    (!absent(text)).then(|| text.to_owned())
}

/// Text as it is; only empty is none.
pub(in crate::cli) fn name(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Text as a field; empty and `N/A` are none.
pub(in crate::cli) fn text(text: &str) -> Field<String> {
    Ok(words(text))
}

/// A whole number.
pub(in crate::cli) fn number<T: FromStr>(text: &str) -> Field<T> {
    if absent(text) {
        return Ok(None);
    }
    text.parse().map(Some).or_else(|_| strange(text, "a number in range"))
}

/// A number with its unit, which may stand in brackets and after blanks: `36(deg c)`, `23.030    (mA)`, `39%`.
pub(in crate::cli) fn quantity<T: FromStr>(text: &str, unit: &str) -> Field<T> {
    if absent(text) {
        return Ok(None);
    }
    let end = text.find(|c: char| c != '-' && c != '.' && !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let rest = rest.trim();
    let rest = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(rest);
    if !rest.eq_ignore_ascii_case(unit) {
        return strange(text, &format!("a number of {unit}"));
    }
    number(digits)
}

/// A number with decimals and its unit. What is not finite is no number.
pub(in crate::cli) fn decimal(text: &str, unit: &str) -> Field<f64> {
    quantity::<f64>(text, unit).map(|number| number.filter(|number| number.is_finite()))
}

/// A percentage: `39%`.
pub(in crate::cli) fn percent(text: &str) -> Field<u8> {
    quantity(text, "%")
}

/// A power: `-20.241(dbm)`, `no signal`, `N/A`.
pub(in crate::cli) fn dbm(text: &str) -> Field<Dbm> {
    if text.eq_ignore_ascii_case("no signal") {
        return Ok(None);
    }
    thousandths(text, "dbm").map(|milli| milli.map(Dbm::from_milli))
}

/// A number of at most three decimals with its unit, as thousandths.
pub(in crate::cli) fn thousandths(text: &str, unit: &str) -> Field<i32> {
    let Some(value) = decimal(text, unit)? else { return Ok(None) };
    let milli = (value * 1000.0).round();
    if milli.abs() > f64::from(i32::MAX) {
        return strange(text, &format!("a number of {unit} in range"));
    }
    Ok(Some(milli as i32))
}

/// Whether `text` is a number and nothing else.
pub(in crate::cli) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn plain<T: FromStr>(text: &str) -> Option<T> {
    if is_number(text) { text.parse().ok() } else { None }
}

/// The PON port of its full name, `gpon-olt_1/1/3`.
pub(in crate::cli) fn named_pon(name: &str) -> Option<PonPort> {
    numbers_of_pon(name).and_then(|_| pon(name).ok())
}

/// The ONU of its full name, `gpon-onu_1/1/3:4`.
pub(in crate::cli) fn named_onu(name: &str) -> Option<OnuRef> {
    numbers_of_onu(name).and_then(|_| onu(name).ok())
}

/// `1/1/3`, with or without `gpon-olt_` before it.
pub(in crate::cli) fn pon(text: &str) -> Result<PonPort, String> {
    let bare = numbers_of_pon(text).unwrap_or(text);
    match bare.contains('/').then(|| bare.parse()) {
        Some(Ok(pon)) => Ok(pon),
        _ => strange(text, "a PON port"),
    }
}

/// `1/1/3:4`, with or without `gpon-onu_` before it.
pub(in crate::cli) fn onu(text: &str) -> Result<OnuRef, String> {
    let bare = numbers_of_onu(text).unwrap_or(text);
    let parts = bare.split_once(':').and_then(|(port, id)| {
        let id: OnuId = id.parse().ok()?;
        Some(OnuRef { pon: pon(port).ok().filter(|_| !port.starts_with('g'))?, id })
    });
    parts.map_or_else(|| strange(text, "an ONU"), Ok)
}

/// Whether `text` names an uplink: `gei_1/3/1`, `xgei_1/4/2`.
pub(in crate::cli) fn uplink(text: &str) -> bool {
    let place = text.strip_prefix("gei_").or_else(|| text.strip_prefix("xgei_"));
    place.is_some_and(|place| {
        let numbers: Vec<Option<u8>> = place.split('/').map(plain).collect();
        matches!(numbers.as_slice(), [Some(1), Some(_), Some(_)])
    })
}

/// `1/1/3`: rack, shelf, slot.
pub(in crate::cli) fn card(text: &str) -> Result<CardRef, String> {
    let parts: Vec<&str> = text.split('/').collect();
    let [rack, shelf, slot] = parts.as_slice() else { return strange(text, "the place of a card") };
    card_of(rack, shelf, slot)
}

/// The place of a card from three numbers.
pub(in crate::cli) fn card_of(rack: &str, shelf: &str, slot: &str) -> Result<CardRef, String> {
    match (plain(rack), plain(shelf), plain(slot)) {
        (Some(rack), Some(shelf), Some(slot)) => Ok(CardRef { rack, shelf, slot }),
        _ => strange(&format!("{rack}/{shelf}/{slot}"), "the place of a card"),
    }
}

/// The state of a card.
pub(in crate::cli) fn card_status(text: &str) -> Result<CardStatus, String> {
    const ALL: [CardStatus; 14] = [
        CardStatus::InService,
        CardStatus::NotInService,
        CardStatus::HwOnline,
        CardStatus::Offline,
        CardStatus::Configuring,
        CardStatus::ConfigFailed,
        CardStatus::TypeMismatch,
        CardStatus::Deactivated,
        CardStatus::Faulty,
        CardStatus::Invalid,
        CardStatus::NoPower,
        CardStatus::Unauthorized,
        CardStatus::PowerSaving,
        CardStatus::Standby,
    ];
    let known = ALL.into_iter().find(|status| status.to_string().eq_ignore_ascii_case(text));
    known.map_or_else(|| strange(text, "a state of a card"), Ok)
}

/// A serial number.
pub(in crate::cli) fn serial(text: &str) -> Field<SerialNumber> {
    if absent(text) {
        return Ok(None);
    }
    text.parse().map(Some).or_else(|_| strange(text, "a serial number"))
}

/// The number of a VLAN that there is, 1..=4094.
pub(in crate::cli) fn vlan(text: &str) -> Field<VlanId> {
    if absent(text) {
        return Ok(None);
    }
    text.parse().map(Some).or_else(|_| strange(text, "a VLAN"))
}

/// The number of a VLAN as it is printed, 0..=4094: a printed 0 says that there
/// is none, which is not the same as not to know.
pub(in crate::cli) fn vlan_or_zero(text: &str) -> Field<u16> {
    if absent(text) {
        return Ok(None);
    }
    match plain(text) {
        Some(vlan @ 0..=4094) => Ok(Some(vlan)),
        _ => strange(text, "a VLAN or 0"),
    }
}

/// The phase of an ONU (fact sheet, CLI §4.3).
pub(in crate::cli) fn phase(text: &str) -> Result<OnuState, String> {
    Ok(match text.to_ascii_lowercase().as_str() {
        "logging" => OnuState::Logging,
        "los" => OnuState::Los,
        "syncmib" => OnuState::Synchronization,
        "working" => OnuState::Online,
        "dyinggasp" => OnuState::DyingGasp,
        "authfail" | "authfailed" => OnuState::AuthFailed,
        "offline" => OnuState::Offline,
        _ => return strange(text, "a phase of an ONU"),
    })
}

/// One of two words.
pub(in crate::cli) fn either(text: &str, yes: &str, no: &str) -> Field<bool> {
    match text {
        _ if absent(text) => Ok(None),
        _ if text.eq_ignore_ascii_case(yes) => Ok(Some(true)),
        _ if text.eq_ignore_ascii_case(no) => Ok(Some(false)),
        _ => strange(text, &format!("{yes} or {no}")),
    }
}

/// `enable` or `disable`.
pub(in crate::cli) fn enabled(text: &str) -> Field<bool> {
    either(text, "enable", "disable")
}

/// `2026-08-16 05:45:43`; a moment that never was is all zeros. The hour may
/// have a blank for its first digit.
pub(in crate::cli) fn moment(date: &str, time: &str) -> Field<ClockTime> {
    let text = format!("{date} {time}");
    if text == "0000-00-00 00:00:00" {
        return Ok(None);
    }
    let parts: Vec<&str> = date.split('-').chain(time.split(':')).collect();
    let [year, month, day, hour, minute, second] = parts.as_slice() else {
        return strange(&text, "a date and time");
    };
    (|| {
        ClockTime::new(plain(year)?, plain(month)?, plain(day)?, plain(hour)?, plain(minute)?, plain(second)?)
    })()
    .map_or_else(|| strange(&text, "a date and time"), |moment| Ok(Some(moment)))
}

/// Any text that `T` can be read from.
pub(in crate::cli) fn parsed<T: FromStr<Err: Display>>(text: &str) -> Field<T> {
    if absent(text) {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error| format!("{}: {error}", quoted(text)))
}

/// The ranges of a line that is a list of VLANs; what of it is none is noted.
pub(in crate::cli) fn vlan_list(line: Line<'_>, notes: &mut Notes) -> Vec<(VlanId, VlanId)> {
    let parts = line.trimmed().split(',').map(str::trim).filter(|part| !part.is_empty());
    let (good, bad): (Vec<_>, Vec<_>) = parts.map(vlan_ranges).partition(Result::is_ok);
    if good.is_empty() {
        notes.unknown(line);
    } else {
        bad.into_iter().filter_map(Result::err).for_each(|reason| notes.because(line, reason));
    }
    good.into_iter().flatten().flatten().collect()
}

/// A VLAN list `1,11-19,50` as ranges.
pub(in crate::cli) fn vlan_ranges(text: &str) -> Result<Vec<(VlanId, VlanId)>, String> {
    text.split(',')
        .map(|part| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            match (first.trim().parse::<VlanId>(), last.trim().parse::<VlanId>()) {
                (Ok(first), Ok(last)) if first <= last => Ok((first, last)),
                _ => strange(part, "a VLAN or a range of VLANs"),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        assert_eq!(dbm("-20.241(dbm)"), Ok(Some(Dbm::from_milli(-20_241))));
        assert_eq!(dbm("no signal"), Ok(None));
        assert_eq!(dbm("N/A"), Ok(None));
        for text in ["-20.241", "x(dbm)", "1.2.3(dbm)", "-(dbm)x", "99999999999(dbm)"] {
            assert!(dbm(text).is_err(), "{text}");
        }
        assert_eq!(quantity("23.030    (mA)", "mA"), Ok(Some(23.030)));
        assert_eq!(quantity("-20(deg c)", "deg c"), Ok(Some(-20)));
        assert_eq!(percent("39%"), Ok(Some(39)));
        assert!(percent("39").is_err() && percent("390%").is_err());
        assert_eq!(onu("gpon-onu_1/1/1:128").unwrap().to_string(), "1/1/1:128");
        assert_eq!(onu("1/2/16:1").unwrap().to_string(), "1/2/16:1");
        for text in
            ["gpon-onu_1/1/1", "gpon-onu_1/1/1:0", "gpon-onu_1/1/1:129", "gpon-onu_gpon-olt_1/1/1:1", "1:1"]
        {
            assert!(onu(text).is_err(), "{text}");
        }
        assert!(pon("7").is_err());
        assert_eq!(moment("2017-04-26", "9:53:13").unwrap().unwrap().to_string(), "2017-04-26 09:53:13");
        assert_eq!(moment("0000-00-00", "00:00:00"), Ok(None));
        assert!(moment("2017-13-26", "9:53:13").is_err());
        assert!(vlan_ranges("1,10-5").is_err() && vlan_ranges("").is_err());
        assert_eq!((vlan_or_zero("0"), vlan_or_zero("N/A")), (Ok(Some(0)), Ok(None)));
        assert!(vlan_or_zero("4095").is_err() && vlan("0").is_err());
    }

    #[test]
    fn reasons_are_read_by_people() {
        assert_eq!(number::<u8>("ñ \"x\"").unwrap_err(), "\"ñ \"x\"\" is not a number in range");
        assert_eq!(
            number::<u8>("a\x1b[2J\u{202e}\u{9b}\x7f").unwrap_err(),
            "\"a^[[2J<U+202E><U+009B>^?\" is not a number in range"
        );
    }
}

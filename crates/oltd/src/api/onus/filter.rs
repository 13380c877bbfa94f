//! Which ONUs a list is asked for.

use gpon::{AdminState, Field, OfflineReason, Onu, OnuColumn, OnuColumns, OnuState, SerialNumber};

use super::row::Line;
use crate::api::suspend::owner;
use crate::charset::Charset;
use crate::http::{Failure, Query, word, words};

/// Which ONUs a list is asked for; all of them where it says nothing.
#[derive(Debug, Default)]
pub(super) struct Filter {
    /// One of these phases; `None` is one that is not known.
    states: Option<Vec<Option<OnuState>>>,
    reasons: Option<Vec<OfflineReason>>,
    admin: Option<AdminState>,
    onu_type: Option<String>,
    model: Option<String>,
    /// The vendor prefix of the serial number.
    vendor: Option<String>,
    /// Thousandths of a dBm.
    rx_below: Option<i32>,
    rx_above: Option<i32>,
    words: Option<Words>,
    /// Held out of service by this owner.
    suspended_by: Option<String>,
}

/// What a serial number, a name or a description is searched for.
#[derive(Debug)]
struct Words {
    lower: String,
    /// The serial number that it spells in hexadecimal digits.
    serial: Option<SerialNumber>,
}

/// Longest name of a type or a model.
const LONGEST: usize = 64;

impl Filter {
    pub(super) fn from_query(query: &Query) -> Result<Self, Failure> {
        let admin = AdminState::ALL.map(|state| (state.as_str(), state));
        Ok(Self {
            states: query.text("status")?.map(|text| words("status", text, state)).transpose()?,
            reasons: query
                .text("offline_reason")?
                .map(|text| words("offline_reason", text, reason))
                .transpose()?,
            admin: query.text("admin_state")?.map(|text| word("admin_state", text, admin)).transpose()?,
            onu_type: name(query, "type")?,
            model: name(query, "model")?,
            vendor: query.text("vendor")?.map(vendor).transpose()?,
            rx_below: power(query, "rx_below")?,
            rx_above: power(query, "rx_above")?,
            suspended_by: owner(query, "suspended_by")?,
            words: query.text("q")?.filter(|text| !text.is_empty()).map(Words::of),
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(
            self,
            Self {
                states: None,
                reasons: None,
                admin: None,
                onu_type: None,
                model: None,
                vendor: None,
                rx_below: None,
                rx_above: None,
                words: None,
                suspended_by: None
            }
        )
    }

    /// Its parameters, and the fields without which they choose none of these ONUs.
    pub(super) fn asks(&self, onus: &[Onu]) -> impl Iterator<Item = (&'static str, Field)> {
        // Of ONUs that are out of service an OLT tells neither powers nor model, so
        // that where all are, nothing is said of what it can tell.
        let lit = onus.iter().any(|onu| onu.state.is_none_or(|state| state == OnuState::Online));
        // Who asks for unknown phases is answered by every ONU without one.
        let states = self.states.as_ref().is_some_and(|states| !states.contains(&None));
        [
            ("status", Field::Status, states),
            ("offline_reason", Field::OfflineReason, self.reasons.is_some()),
            ("admin_state", Field::AdminState, self.admin.is_some()),
            ("type", Field::OnuType, self.onu_type.is_some()),
            ("model", Field::Model, self.model.is_some() && lit),
            ("vendor", Field::SerialNumber, self.vendor.is_some()),
            ("rx_below", Field::RxPower, self.rx_below.is_some() && lit),
            ("rx_above", Field::RxPower, self.rx_above.is_some() && lit),
        ]
        .into_iter()
        .filter_map(|(parameter, field, asked)| asked.then_some((parameter, field)))
    }

    /// The columns without which it cannot tell.
    pub(super) fn needs(&self) -> OnuColumns {
        let needed = [
            (OnuColumn::OfflineReason, self.reasons.is_some()),
            (OnuColumn::AdminState, self.admin.is_some()),
            (OnuColumn::Model, self.model.is_some()),
        ];
        needed.into_iter().filter(|(_, needed)| *needed).map(|(column, _)| column).collect()
    }

    /// Whether it chooses by who holds an ONU.
    pub(super) const fn asks_for_holds(&self) -> bool {
        self.suspended_by.is_some()
    }

    /// Whether it takes an ONU that these hold.
    pub(super) fn takes_held(&self, owners: Option<&[String]>) -> bool {
        let wanted = self.suspended_by.as_ref();
        wanted.is_none_or(|wanted| owners.is_some_and(|owners| owners.contains(wanted)))
    }

    /// Whether it looks into descriptions.
    pub(super) const fn searches(&self) -> bool {
        self.words.is_some()
    }

    pub(super) fn takes(&self, line: Line<'_>, charset: Charset) -> bool {
        let onu = line.onu;
        let is = |wanted: &Option<String>, text: Option<&String>| {
            wanted.as_ref().is_none_or(|wanted| text.is_some_and(|text| charset.show(text) == *wanted))
        };
        let rx = onu.rx.map(gpon::Dbm::milli);
        self.states.as_ref().is_none_or(|states| states.contains(&onu.state))
            && self
                .reasons
                .as_ref()
                .is_none_or(|reasons| line.offline_reason().is_some_and(|reason| reasons.contains(&reason)))
            && self.admin.is_none_or(|admin| line.admin_state() == Some(admin))
            && is(&self.onu_type, onu.onu_type.as_ref())
            && is(&self.model, line.model())
            && self.vendor.as_ref().is_none_or(|vendor| onu.serial.is_some_and(|s| s.vendor() == *vendor))
            && self.rx_below.is_none_or(|below| rx.is_some_and(|rx| rx < below))
            && self.rx_above.is_none_or(|above| rx.is_some_and(|rx| rx > above))
            && self.words.as_ref().is_none_or(|words| words.are_in(line, charset))
    }
}

impl Words {
    fn of(text: &str) -> Self {
        Self { lower: text.to_lowercase(), serial: SerialNumber::from_hex(text) }
    }

    fn are_in(&self, line: Line<'_>, charset: Charset) -> bool {
        let holds = |text: Option<&String>| {
            text.is_some_and(|text| charset.show(text).to_lowercase().contains(&self.lower))
        };
        let serial = line.onu.serial;
        holds(line.onu.name.as_ref())
            || holds(line.get(|onu| onu.description.as_ref()))
            || holds(serial.map(|serial| serial.to_string()).as_ref())
            || (serial.is_some() && serial == self.serial)
    }
}

/// A phase, in the spelling of the API or in that of the metrics.
fn state(text: &str) -> Result<Option<OnuState>, Failure> {
    let states = OnuState::ALL.map(|state| (state.as_str(), Some(state)));
    word("status", &text.replace('_', " "), states.into_iter().chain([("unknown", None)]))
}

/// A reason, be it one that has no name.
fn reason(text: &str) -> Result<OfflineReason, Failure> {
    let code = text.strip_prefix("Unknown (").and_then(|rest| rest.strip_suffix(')'));
    if let Some(code) = code.and_then(|code| code.parse().ok()) {
        return Ok(OfflineReason::Code(code));
    }
    word("offline_reason", text, OfflineReason::NAMED.map(|reason| (reason, reason)))
}

fn name(query: &Query, field: &str) -> Result<Option<String>, Failure> {
    let Some(text) = query.text(field)? else { return Ok(None) };
    match (1..=LONGEST).contains(&text.chars().count()) {
        true => Ok(Some(text.to_owned())),
        false => Err(Failure::parameter(field, format_args!("1 to {LONGEST} characters"), text)),
    }
}

fn vendor(text: &str) -> Result<String, Failure> {
    match text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        true => Ok(text.to_ascii_uppercase()),
        false => Err(Failure::parameter("vendor", "4 letters or digits such as ZTEG", text)),
    }
}

/// A power in thousandths of a dBm.
fn power(query: &Query, field: &str) -> Result<Option<i32>, Failure> {
    let Some(text) = query.text(field)? else { return Ok(None) };
    milli(text).map(Some).ok_or_else(|| {
        let rule = "a power from -100 to 100 dBm with at most three decimals, such as -27.5";
        Failure::parameter(field, rule, text)
    })
}

fn milli(text: &str) -> Option<i32> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain =
        |part: &str, most| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole, 3) || !plain(decimals, 3) {
        return None;
    }
    let number: i32 = format!("{whole}{decimals:0<3}").parse().ok()?;
    (number <= 100_000).then_some(if digits.len() < text.len() { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers() {
        for (text, power) in [
            ("-27", Some(-27_000)),
            ("-27.5", Some(-27_500)),
            ("-27.005", Some(-27_005)),
            ("0", Some(0)),
            ("-100", Some(-100_000)),
            ("100.000", Some(100_000)),
            ("2.4", Some(2_400)),
        ] {
            assert_eq!(milli(text), power, "{text}");
        }
        for text in
            ["", "-", "--1", "+1", "1e1", " 1", "1.", ".5", "1.2345", "100.001", "-101", "nan", "inf", "1,5"]
        {
            assert_eq!(milli(text), None, "{text:?}");
        }
    }

    #[test]
    fn phases_and_reasons_in_their_spellings() {
        for known in OnuState::ALL {
            let metrics = known.as_str().to_lowercase().replace(' ', "_");
            assert_eq!(
                (state(known.as_str()).unwrap(), state(&metrics).unwrap()),
                (Some(known), Some(known))
            );
        }
        assert_eq!(state("unknown").unwrap(), None);
        for known in
            OfflineReason::NAMED.into_iter().chain([OfflineReason::Code(14), OfflineReason::Code(-1)])
        {
            assert_eq!(reason(&known.to_string()).unwrap(), known);
        }
        assert_eq!(reason("poweroff").unwrap(), OfflineReason::PowerOff);
        for text in ["", "asleep", "Unknown ()", "Unknown (x)", "DyingGasp"] {
            assert!(reason(text).is_err(), "{text}");
        }
    }
}

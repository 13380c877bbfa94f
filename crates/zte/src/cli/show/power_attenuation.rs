use gpon::Dbm;
use serde::Serialize;

use super::Parsed;
use super::typed::of_onu;
use crate::cli::text::answer::{Line, Notes, lines};
use crate::cli::text::{json, values};

/// The light between OLT and ONU. What is missing was `no signal` or `N/A`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct PowerAttenuation {
    /// What the OLT receives, in dBm.
    #[serde(serialize_with = "json::dbm")]
    pub(crate) olt_rx_dbm: Option<Dbm>,
    /// What the ONU sends, in dBm.
    #[serde(serialize_with = "json::dbm")]
    pub(crate) onu_tx_dbm: Option<Dbm>,
    /// What is lost on the way up, in dB.
    pub(crate) up_db: Option<f64>,
    /// What the OLT sends, in dBm.
    #[serde(serialize_with = "json::dbm")]
    pub(crate) olt_tx_dbm: Option<Dbm>,
    /// What the ONU receives, in dBm.
    #[serde(serialize_with = "json::dbm")]
    pub(crate) onu_rx_dbm: Option<Dbm>,
    /// What is lost on the way down, in dB.
    pub(crate) down_db: Option<f64>,
}

/// A row, `Rx :-20.241(dbm)      Tx:2.423(dbm)        22.664(dB)`: the OLT's
/// power, the ONU's, the attenuation. `None` when its shape is another one.
fn powers<'a>(text: &'a str, olt: &str, onu: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let rest = text.trim_start().strip_prefix(olt)?.trim_start().strip_prefix(':')?;
    // The later of the labels, for a value holds none.
    let at = rest.match_indices(onu).map(|(at, _)| at).find(|at| {
        rest[..*at].ends_with(char::is_whitespace) && rest[at + onu.len()..].trim_start().starts_with(':')
    })?;
    let (first, second) = (rest[..at].trim(), rest[at + onu.len()..].trim_start().strip_prefix(':')?.trim());
    // Two blanks or a bracket end the ONU's value: `no signal` holds a blank.
    let end = second.find("  ").or_else(|| second.find(')').map(|end| end + 1)).unwrap_or(second.len());
    Some((first, second[..end].trim(), second[end..].trim()))
}

impl PowerAttenuation {
    fn take(&mut self, line: Line<'_>, notes: &mut Notes) {
        let (way, rest) = line.trimmed().split_once(char::is_whitespace).unwrap_or_default();
        let up = way.eq_ignore_ascii_case("up");
        let parts = match up || way.eq_ignore_ascii_case("down") {
            true if up => powers(rest, "Rx", "Tx"),
            true => powers(rest, "Tx", "Rx"),
            false => None,
        };
        let Some((olt, onu, loss)) = parts else { return notes.unknown(line) };
        let (olt_place, onu_place, loss_place) = if up {
            (&mut self.olt_rx_dbm, &mut self.onu_tx_dbm, &mut self.up_db)
        } else {
            (&mut self.olt_tx_dbm, &mut self.onu_rx_dbm, &mut self.down_db)
        };
        if olt_place.is_some() || onu_place.is_some() || loss_place.is_some() {
            return notes.again(line);
        }
        *olt_place = notes.field(line, values::dbm(olt));
        *onu_place = notes.field(line, values::dbm(onu));
        *loss_place = notes.field(line, values::decimal(loss, "dB"));
    }
}

fn attenuation(text: &str) -> Parsed<PowerAttenuation> {
    let (mut power, mut notes) = (PowerAttenuation::default(), Notes::default());
    let mut heading = false;
    for line in lines(text) {
        if line.is("OLT ONU Attenuation") {
            heading = true;
        } else if !line.is_rule() {
            if heading {
                power.take(line, &mut notes);
            } else {
                notes.because(line, "no heading that is known stands above it");
            }
        }
    }
    notes.with(power)
}

of_onu!(
    /// `show pon power attenuation`: the light between OLT and ONU (fact sheet, CLI §4.4).
    ShowPowerAttenuation,
    "show pon power attenuation",
    PowerAttenuation,
    attenuation
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Show, fixture};

    fn whole() -> PowerAttenuation {
        PowerAttenuation {
            olt_rx_dbm: Some(Dbm::from_milli(-20_241)),
            onu_tx_dbm: Some(Dbm::from_milli(2_423)),
            up_db: Some(22.664),
            olt_tx_dbm: Some(Dbm::from_milli(5_369)),
            onu_rx_dbm: Some(Dbm::from_milli(-16_676)),
            down_db: Some(22.045),
        }
    }

    #[test]
    fn both_layouts() {
        for file in
            ["c320-v2.1.0/show-pon-power-attenuation.txt", "c320-v1.2.x/show-pon-power-attenuation.txt"]
        {
            let Parsed { rows, unknown } = ShowPowerAttenuation::parse(&fixture(file));
            assert_eq!(unknown, []);
            assert_eq!(rows, whole());
        }
    }

    #[test]
    fn offline() {
        let Parsed { rows, unknown } =
            ShowPowerAttenuation::parse(&fixture("c320-v2.1.0/show-pon-power-attenuation-offline.txt"));
        assert_eq!(unknown, []);
        assert_eq!(
            rows,
            PowerAttenuation { olt_tx_dbm: Some(Dbm::from_milli(5_369)), ..PowerAttenuation::default() }
        );
    }

    #[test]
    fn a_strange_value_costs_no_other() {
        let text = fixture("c320-v2.1.0/show-pon-power-attenuation.txt").replace("2.423(dbm)", "bright");
        let parsed = ShowPowerAttenuation::parse(&text);
        assert_eq!(parsed.unknown.len(), 1);
        assert_eq!(parsed.rows, PowerAttenuation { onu_tx_dbm: None, ..whole() });
        assert_eq!(
            ShowPowerAttenuation::parse("OLT ONU Attenuation\nsideways Rx :1(dbm)\nup\ndown Tx : ( Rx:) (\n")
                .unknown
                .len(),
            5
        );
    }
}

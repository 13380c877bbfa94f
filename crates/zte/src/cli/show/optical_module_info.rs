use gpon::{Dbm, PonPort};
use serde::Serialize;

use super::typed::of_uplink;
use super::typed::{Arg, Typed};
use super::{Parsed, Show};
use crate::cli::text::answer::{Line, Notes, lines};
use crate::cli::text::labelled::{Other, other};
use crate::cli::text::labels::{Pair, pairs};
use crate::cli::text::table::BELOW;
use crate::cli::text::{json, values};
use crate::firmware::dialect::Dialect;

/// `show interface optical-module-info`: the optical module of a PON port
/// (fact sheet, CLI §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowOpticalModuleInfo {
    /// The port.
    pub(crate) pon: PonPort,
}

/// An optical module.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct OpticalModuleInfo {
    /// Whether there is one; `None` when the OLT does not say.
    pub(crate) present: Option<bool>,
    /// The port, as the OLT names it.
    pub(crate) port: Option<String>,
    /// Its maker.
    pub(crate) vendor: Option<String>,
    /// The maker's number of the part.
    pub(crate) part: Option<String>,
    /// Its serial number.
    pub(crate) serial: Option<String>,
    /// Its form (`SFP/SFP+`).
    pub(crate) module_type: Option<String>,
    /// Its wavelength in nanometres.
    pub(crate) wavelength_nm: Option<u32>,
    /// Its connector (`SC`).
    pub(crate) connector: Option<String>,
    /// How far it reaches, in kilometres.
    pub(crate) reach_km: Option<u32>,
    /// What it receives, in dBm; a PON module does not say.
    #[serde(serialize_with = "json::dbm")]
    pub(crate) rx_dbm: Option<Dbm>,
    /// What it sends, in dBm.
    #[serde(serialize_with = "json::dbm")]
    pub(crate) tx_dbm: Option<Dbm>,
    /// The laser's bias current in milliamperes.
    pub(crate) bias_ma: Option<f64>,
    /// The laser's rate in units of 100 Mbit/s.
    pub(crate) laser_rate_100mbps: Option<u32>,
    /// Its temperature in degrees Celsius.
    pub(crate) temperature_c: Option<f64>,
    /// Its supply voltage in volts.
    pub(crate) voltage_v: Option<f64>,
    /// Its version.
    pub(crate) version: Option<String>,
    /// When it was made.
    pub(crate) produced: Option<String>,
    /// The limits beyond which it raises alarms.
    pub(crate) thresholds: Vec<Threshold>,
    /// What else the OLT says, by its own labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) other: Other,
}

/// A limit of an optical module.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Threshold {
    /// Its label (`RxPower-Upper`). Only one of them is documented.
    pub(crate) label: String,
    /// Its value.
    pub(crate) value: Option<f64>,
    /// The unit of the value, as the OLT writes it (`dbm`).
    pub(crate) unit: String,
}

const LABELS: [&str; 15] = [
    "Vendor-Name",
    "Vendor-Pn",
    "Vendor-Sn",
    "Module-Type",
    "Wavelength",
    "Connector",
    "Trans-Distance",
    "RxPower",
    "TxPower",
    "TxBias-Current",
    "Laser-Rate",
    "Temperature",
    "Supply-Vol",
    "Version-Lev",
    "Production-Date",
];

impl OpticalModuleInfo {
    fn set(&mut self, line: Line<'_>, pair: Pair<'_>, notes: &mut Notes) {
        let (label, value) = match pair {
            Pair::Known(label, value) => (label, value),
            Pair::Other(label, value) => return self.other.push(other(label, value)),
        };
        match label {
            "Vendor-Name" => notes.put(line, &mut self.vendor, values::text(value)),
            "Vendor-Pn" => notes.put(line, &mut self.part, values::text(value)),
            "Vendor-Sn" => notes.put(line, &mut self.serial, values::text(value)),
            "Module-Type" => notes.put(line, &mut self.module_type, values::text(value)),
            "Wavelength" => notes.put(line, &mut self.wavelength_nm, values::quantity(value, "nm")),
            "Connector" => notes.put(line, &mut self.connector, values::text(value)),
            "Trans-Distance" => notes.put(line, &mut self.reach_km, values::quantity(value, "km")),
            "RxPower" => notes.put(line, &mut self.rx_dbm, values::dbm(value)),
            "TxPower" => notes.put(line, &mut self.tx_dbm, values::dbm(value)),
            "TxBias-Current" => notes.put(line, &mut self.bias_ma, values::decimal(value, "mA")),
            "Laser-Rate" => {
                notes.put(line, &mut self.laser_rate_100mbps, values::quantity(value, "100Mb/s"));
            }
            "Temperature" => notes.put(line, &mut self.temperature_c, values::decimal(value, "c")),
            "Supply-Vol" => notes.put(line, &mut self.voltage_v, values::decimal(value, "v")),
            "Version-Lev" => notes.put(line, &mut self.version, values::text(value)),
            _ => notes.put(line, &mut self.produced, values::text(value)),
        }
    }
}

/// `RxPower-Upper  : 3 (dbm)`, one or several on a line.
fn thresholds(line: Line<'_>, notes: &mut Notes) -> Option<Vec<Threshold>> {
    let ends_of_values = line.text.split_inclusive(')').map(str::trim).filter(|pair| !pair.is_empty());
    let read = ends_of_values.map(|pair| {
        let (label, value) = pair.split_once(':')?;
        let (label, value) = (label.trim(), value.trim());
        let unit = value.split_once('(')?.1.strip_suffix(')')?;
        if !(label.ends_with("-Upper") || label.ends_with("-Lower")) {
            return None;
        }
        let number = notes.field(line, values::decimal(value, unit));
        Some(Threshold { label: label.to_owned(), value: number, unit: unit.to_owned() })
    });
    read.collect()
}

/// Which part of the answer a line stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Values,
    Limits,
    /// Below a heading that is not known, where labels may mean something else.
    Strange,
}

const TITLE: &str = "Optical module information";

fn parse(text: &str) -> Parsed<OpticalModuleInfo> {
    let (mut module, mut notes) = (OpticalModuleInfo::default(), Notes::default());
    let mut part = Part::Values;
    for line in lines(text).filter(|line| !line.is_rule()) {
        if let Some((_, port)) = line.known_label(&[TITLE]) {
            if module.port.is_some() {
                // Of another module.
                part = Part::Strange;
            }
            module.present = Some(true);
            notes.put(line, &mut module.port, values::text(port));
        } else if line.is("No optical module present.") {
            notes.put(line, &mut module.present, Ok(Some(false)));
        } else if line.is("Basic-info:") || line.is("Diagnostic-info:") {
            part = if part == Part::Strange { Part::Strange } else { Part::Values };
        } else if line.is("Alarm-thresh:") {
            part = if part == Part::Strange { Part::Strange } else { Part::Limits };
        } else if line.is_title() {
            // The values have labels of their own, the limits of a module have those of others.
            part = if part == Part::Values { Part::Values } else { Part::Strange };
            notes.unknown(line);
        } else {
            take(&mut module, line, part, &mut notes);
        }
    }
    notes.with(module)
}

fn take(module: &mut OpticalModuleInfo, line: Line<'_>, part: Part, notes: &mut Notes) {
    match part {
        Part::Values => match pairs(line, &LABELS) {
            Some(pairs) => pairs.into_iter().for_each(|pair| module.set(line, pair, notes)),
            None => match line.any_label() {
                Some((label, value)) => module.other.push(other(label, value)),
                None => notes.unknown(line),
            },
        },
        Part::Limits => match thresholds(line, notes) {
            Some(thresholds) => module.thresholds.extend(thresholds),
            None => notes.unknown(line),
        },
        Part::Strange => notes.because(line, BELOW),
    }
}

impl Show for ShowOpticalModuleInfo {
    type Rows = OpticalModuleInfo;

    fn line_in(&self, dialect: &Dialect) -> String {
        format!("show interface optical-module-info {}", dialect.ports.pon(self.pon))
    }

    fn parse(text: &str) -> Parsed<OpticalModuleInfo> {
        parse(text)
    }
}

of_uplink!(
    /// `show interface optical-module-info` of an uplink, which says more (fact sheet, CLI §4.2).
    ShowUplinkModuleInfo,
    "show interface optical-module-info",
    OpticalModuleInfo,
    parse
);

impl Typed for ShowOpticalModuleInfo {
    const SYNTAX: &'static [&'static str] = &["show interface optical-module-info <pon>"];

    fn from_args(args: &[Arg]) -> Option<Self> {
        match args {
            [Arg::Pon(pon)] => Some(Self { pon: *pon }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture;

    #[test]
    fn of_a_pon_port() {
        let Parsed { rows, unknown } =
            ShowOpticalModuleInfo::parse(&fixture("c300-v2.x/show-interface-optical-module-info.txt"));
        assert_eq!(unknown, []);
        assert_eq!((rows.present, rows.port.as_deref()), (Some(true), Some("gpon-olt_1/2/1")));
        assert_eq!((rows.vendor.as_deref(), rows.part.as_deref()), (Some("OEM"), Some("TS-GPTD3425-20DC")));
        assert_eq!((rows.wavelength_nm, rows.reach_km), (Some(1490), Some(20)));
        assert_eq!((rows.rx_dbm, rows.tx_dbm), (None, Some(Dbm::from_milli(11_026))));
        assert_eq!((rows.bias_ma, rows.laser_rate_100mbps), (Some(23.030), Some(25)));
        assert_eq!((rows.temperature_c, rows.voltage_v), (Some(41.406), Some(3.226)));
    }

    #[test]
    fn of_an_uplink() {
        let Parsed { rows, unknown } =
            ShowUplinkModuleInfo::parse(&fixture("c300-v2.x/show-interface-optical-module-info-uplink.txt"));
        assert_eq!(unknown, []);
        assert_eq!(
            (rows.rx_dbm, rows.tx_dbm),
            (Some(Dbm::from_milli(-5_123)), Some(Dbm::from_milli(-2_015)))
        );
        assert_eq!((rows.version.as_deref(), rows.produced.as_deref()), (Some("A"), Some("240115")));
        let upper = Threshold { label: "RxPower-Upper".to_owned(), value: Some(3.0), unit: "dbm".to_owned() };
        assert_eq!(rows.thresholds, [upper]);
    }

    #[test]
    fn thresholds_of_any_label() {
        let text = "Alarm-thresh:\n   RxPower-Upper : 3 (dbm)   Voltage-Lower:3.1(v)\n   Colour : red\n";
        let Parsed { rows, unknown } = ShowUplinkModuleInfo::parse(text);
        let labels: Vec<_> =
            rows.thresholds.iter().map(|limit| (limit.label.as_str(), limit.value)).collect();
        assert_eq!(labels, [("RxPower-Upper", Some(3.0)), ("Voltage-Lower", Some(3.1))]);
        assert_eq!(unknown.len(), 1);
    }

    #[test]
    fn an_empty_cage() {
        let Parsed { rows, unknown } =
            ShowOpticalModuleInfo::parse(&fixture("c320-v2.1.0/show-interface-optical-module-info-none.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows, OpticalModuleInfo { present: Some(false), ..OpticalModuleInfo::default() });
    }
}

use super::typed::{Arg, Typed};
use super::{Parsed, Show};
use crate::cli::text::answer::Field;
use crate::cli::text::labelled::{blocks, labelled};
use crate::cli::text::values;
use crate::firmware::dialect::Dialect;

/// `show onu-type gpon`: the types an ONU can be configured as (fact sheet,
/// CLI §4.7). Some firmwares list the factory's own only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShowOnuType {
    /// Of GPON.
    Gpon,
    /// Of every kind.
    All,
}

labelled! {
    /// A type of ONU.
    OnuType {
        /// Its name.
        name: String = "ONU type name" => values::text,
        /// `gpon` or `epon`.
        pon_type: String = "PON type" => values::text,
        /// Its description.
        description: String = "Description" => values::text,
        /// How many T-CONTs it can have.
        max_tconts: u32 = "Max T-CONT" => values::number,
        /// How many GEM ports it can have.
        max_gemports: u32 = "Max GEM port" => values::number,
        /// How many switches a slot of it can have.
        max_switches_per_slot: u32 = "Max switch per slot" => values::number,
        /// How many flows a switch of it can have.
        max_flows_per_switch: u32 = "Max flow per switch" => values::number,
        /// How many IP hosts it can have.
        max_ip_hosts: u32 = "Max IP host" => values::number,
        /// How many virtual Ethernet ports it can have; 0 means one.
        max_veips: u32 = "Max VEIP" => veips,
    }
}

/// `0(default: 1 VEIP)`
fn veips(text: &str) -> Field<u32> {
    values::number(text.split('(').next().unwrap_or(text).trim())
}

impl Show for ShowOnuType {
    type Rows = Vec<OnuType>;

    fn line_in(&self, _: &Dialect) -> String {
        match self {
            Self::Gpon => "show onu-type gpon".to_owned(),
            Self::All => "show onu-type".to_owned(),
        }
    }

    fn parse(text: &str) -> Parsed<Vec<OnuType>> {
        blocks(text)
    }

    fn none() -> Option<Self::Rows> {
        Some(Vec::new())
    }
}

impl Typed for ShowOnuType {
    const SYNTAX: &'static [&'static str] = &["show onu-type gpon", "show onu-type"];

    fn from_args(_: &[Arg]) -> Option<Self> {
        Some(Self::Gpon)
    }

    fn of_form(form: usize, _: &[Arg]) -> Option<Self> {
        Some(if form == 0 { Self::Gpon } else { Self::All })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture;

    #[test]
    fn v2_1() {
        let Parsed { rows, unknown } = ShowOnuType::parse(&fixture("c320-v2.1.0/show-onu-type.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows.len(), 2);
        assert_eq!(
            (rows[0].name.as_deref(), rows[0].description.as_deref()),
            (Some("F660"), Some("4GE,2POTS,WIFI"))
        );
        assert_eq!(
            (rows[0].max_tconts, rows[0].max_ip_hosts, rows[0].max_veips),
            (Some(8), Some(5), Some(0))
        );
        assert_eq!((rows[1].name.as_deref(), rows[1].max_tconts), (Some("ZTE-F601"), Some(7)));
    }
}

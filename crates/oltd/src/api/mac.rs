use gpon::{Invalid, LearntMac, MacAddress, OnuId, OnuRef, PonPort, VlanId};
use serde::Serialize;
use utoipa::ToSchema;
use zte::MacsOf;

use super::text;
use crate::app::ChosenOlt;
use crate::cache::{Freshness, Macs};
use crate::http::openapi::{Listed, OfMacs, OnuFailures};
use crate::http::{Answer, Content, Failure, Query, schema};

/// A MAC address that the OLT has learnt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LearntMac)]
struct Row<'a> {
    #[schema(value_type = schema::Mac)]
    mac: String,
    /// The VLAN that it was learnt in; 0 for none.
    #[schema(maximum = 4094)]
    vlan: Option<u16>,
    /// How it came there, in the OLT's own word: `Dynamic`.
    r#type: &'a str,
    /// Where it was learnt, as the OLT names the port.
    port: &'a str,
    /// Null behind another port, an uplink say.
    #[schema(value_type = Option<schema::PonPortText>)]
    pon_port: Option<String>,
    #[schema(value_type = Option<schema::Board>)]
    board: Option<u8>,
    #[schema(value_type = Option<schema::Pon>)]
    pon: Option<u8>,
    #[schema(value_type = Option<schema::OnuNumber>)]
    onu_id: Option<u8>,
    /// The virtual port of the ONU.
    vport: Option<u32>,
}

impl<'a> From<&'a LearntMac> for Row<'a> {
    fn from(learnt: &'a LearntMac) -> Self {
        Self {
            mac: learnt.mac.to_string(),
            vlan: learnt.vlan,
            r#type: &learnt.kind,
            port: &learnt.port,
            pon_port: text(learnt.pon),
            board: learnt.pon.map(PonPort::slot),
            pon: learnt.pon.map(PonPort::port),
            onu_id: learnt.onu.map(OnuId::get),
            vport: learnt.vport,
        }
    }
}

/// The MAC addresses that the OLT has learnt.
///
/// One of `onu`, `pon` and `vlan` must be given; the narrowest is what the OLT's command line is asked for.
#[utoipa::path(
    get, path = "/mac", operation_id = "macs", tag = "ONUs",
    params(OfMacs, Freshness),
    responses(Listed<Row>, OnuFailures),
)]
pub(super) async fn list(olt: ChosenOlt, query: Query, freshness: Freshness) -> Answer {
    let pon = query.parse::<PonPort>("pon")?;
    let onu = query.text("onu")?.map(|text| onu(text, pon)).transpose()?;
    let vlan = query.parse::<VlanId>("vlan")?;
    let part = query.text("q")?.map(part).transpose()?;
    let of = match (onu, pon, vlan) {
        (Some(onu), ..) => MacsOf::Onu(onu),
        (None, Some(pon), _) => MacsOf::Pon(pon),
        (None, None, Some(vlan)) => MacsOf::Vlan(vlan),
        (None, None, None) => return Err(nobody()),
    };
    let macs = olt.read::<Macs>(of, freshness).await?;
    macs.once(|macs| {
        let wanted = |mac: &&LearntMac| {
            vlan.is_none_or(|vlan| mac.vlan == Some(vlan.get()))
                && part.as_ref().is_none_or(|part| mac.mac.digits().contains(part))
        };
        Content::new(macs.iter().filter(wanted).map(Row::from).collect::<Vec<_>>())
    })
}

fn nobody() -> Failure {
    Failure::new(
        crate::http::ErrorCode::InvalidParameter,
        "One of the parameters onu, pon and vlan must be given.",
        "onu, pon, vlan: whose MAC addresses; the OLT has no list of all",
    )
}

fn part(text: &str) -> Result<String, Failure> {
    let rule =
        "a MAC address or a part of one: 1 to 12 hexadecimal digits, with or without :, -, . between them";
    MacAddress::part(text).ok_or_else(|| Failure::parameter("q", rule, text))
}

/// An ONU: `1-1-1:4`, `1/1/1:4` or `1/1/1/4`, or its number where `pon` says on which port.
fn onu(text: &str, pon: Option<PonPort>) -> Result<OnuRef, Failure> {
    let wrong = |rule: &str| Failure::parameter("onu", rule, text);
    const RULE: &str = "a PON port and an ONU such as 1-1-1:4, or a number from 1 to 128 beside pon";
    let Some((port, id)) = text.rsplit_once([':', '/']) else {
        return match (text.parse(), pon) {
            (Ok(id), Some(pon)) => Ok(OnuRef { pon, id }),
            _ => Err(wrong(RULE)),
        };
    };
    let at = OnuRef {
        pon: port.parse().map_err(|_| wrong(RULE))?,
        id: id.parse().map_err(|invalid: Invalid| wrong(invalid.rule()))?,
    };
    match pon {
        Some(pon) if pon != at.pon => Err(wrong("an ONU of the port that pon names")),
        _ => Ok(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn onus_in_their_spellings() {
        let at =
            |slot, port, id| OnuRef { pon: PonPort::new(slot, port).unwrap(), id: OnuId::new(id).unwrap() };
        for text in ["1-2-3:4", "1/2/3:4", "1/2/3/4", "1-2-3/4"] {
            assert_eq!(onu(text, None).unwrap(), at(2, 3, 4), "{text}");
        }
        assert_eq!(onu("3:4", None).unwrap(), at(1, 3, 4));
        assert_eq!(onu("4", PonPort::new(2, 3).ok()).unwrap(), at(2, 3, 4));
        assert_eq!(onu("1-2-3:4", PonPort::new(2, 3).ok()).unwrap(), at(2, 3, 4));
        for text in
            ["", "4", "1-2-3", "1/2/3", "1-2-3:", ":4", "1-2-3:0", "1-2-3:129", "1-2-3:04", "1-2-17:1"]
        {
            assert!(onu(text, None).is_err(), "{text}");
        }
        assert!(onu("1-2-3:4", PonPort::new(1, 1).ok()).is_err(), "of another port");
    }
}

//! The MAC addresses that an OLT has learnt. Only its command line is known to show them.

use gpon::{Field, LearntMac, OnuId, OnuRef, PonPort, VlanId};
use tokio::time::Instant;

use crate::Trouble;
use crate::cli::show::{MacRow, ShowMac};
use crate::firmware::{numbers_of_onu, numbers_of_pon};
use crate::reach::{Inner, Problems};
use crate::read::onu;

/// Whose MAC addresses to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MacsOf {
    /// Those behind an ONU.
    Onu(OnuRef),
    /// Those behind a PON port.
    Pon(PonPort),
    /// Those of a VLAN.
    Vlan(VlanId),
}

impl std::fmt::Display for MacsOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Onu(onu) => write!(f, "ONU {onu}"),
            Self::Pon(pon) => write!(f, "PON {pon}"),
            Self::Vlan(vlan) => write!(f, "VLAN {vlan}"),
        }
    }
}

/// Reads the MAC addresses of `of`, in the order in which the OLT lists them.
pub(crate) async fn learnt(olt: &Inner, of: MacsOf) -> Result<(Vec<LearntMac>, Problems), Trouble> {
    let show = match of {
        MacsOf::Onu(onu) => ShowMac::Onu(onu),
        MacsOf::Pon(pon) => ShowMac::Pon(pon),
        MacsOf::Vlan(vlan) => ShowMac::Vlan(vlan),
    };
    let mut problems = Problems::default();
    let answer = olt.ask(&show, &[Field::Mac], &mut problems).await;
    // What is not there has learnt nothing, or is refused like a wrong parameter:
    // neither says that it is not there.
    if matches!(&answer, Err(Trouble::Refused { .. })) || answer.as_ref().is_ok_and(|t| t.macs.is_empty()) {
        // Where SNMP does not say, what the OLT itself answered stands. Its turn
        // begins now, however long the command line took.
        let there = there(olt, of, olt.snmp.deadline()).await;
        if let Err(missing @ (Trouble::NoSuchPon(_) | Trouble::NoSuchOnu(_))) = there {
            return Err(missing);
        }
    }
    let mut macs = Vec::new();
    for row in answer?.macs {
        match learnt_mac(&row) {
            Some(mac) => macs.push(mac),
            None => problems.odd(Field::Mac, format!("{:?} is not a MAC address", row.mac)),
        }
    }
    Ok((macs, problems))
}

/// Makes sure that it exists, as far as SNMP can tell.
async fn there(olt: &Inner, of: MacsOf, deadline: Instant) -> Result<(), Trouble> {
    match of {
        MacsOf::Onu(at) => {
            let (_, firmware) = olt.learned(deadline).await?;
            olt.row_of(at.pon, deadline).await?;
            onu::exists(olt, firmware, at, deadline).await
        }
        MacsOf::Pon(pon) => olt.row_of(pon, deadline).await.map(drop),
        MacsOf::Vlan(_) => Ok(()),
    }
}

fn learnt_mac(row: &MacRow) -> Option<LearntMac> {
    let (pon, onu) = place(&row.port);
    let vport = row.channel.as_deref().and_then(|channel| channel.strip_prefix("vport "));
    Some(LearntMac {
        mac: row.mac.parse().ok()?,
        vlan: row.vlan,
        kind: row.kind.clone(),
        port: row.port.clone(),
        pon,
        onu,
        vport: vport.and_then(|number| number.trim().parse().ok()),
    })
}

/// The PON port and the ONU of a port by its name; an uplink has neither (CLI §4.7).
fn place(port: &str) -> (Option<PonPort>, Option<OnuId>) {
    if let Some(pon) = numbers_of_pon(port) {
        return (pon.parse().ok(), None);
    }
    let onu = numbers_of_onu(port).and_then(|onu| {
        let (pon, id) = onu.split_once(':')?;
        Some((pon.parse().ok()?, id.parse().ok()?))
    });
    (onu.map(|(pon, _)| pon), onu.map(|(_, id)| id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Show, fixture};

    #[test]
    fn of_the_sheet() {
        let rows = ShowMac::parse(&fixture("c320-v2.1.0/show-mac-gpon-onu.txt")).rows;
        let mac = learnt_mac(&rows.macs[0]).unwrap();
        assert_eq!((mac.mac.to_string().as_str(), mac.vport), ("8c:dc:02:00:00:01", Some(2)));
        let at = (mac.pon.unwrap().to_string(), mac.onu.unwrap().get());
        assert_eq!(at, ("1/1/1".to_owned(), 1));
    }

    #[test]
    fn places() {
        let pon = PonPort::new(2, 16).ok();
        assert_eq!(place("gpon-onu_1/2/16:128"), (pon, OnuId::new(128).ok()));
        assert_eq!(place("gpon-olt_1/2/16"), (pon, None));
        for port in ["xgei_1/4/1", "gpon-onu_1/2/16", "gpon-onu_1/2/16:129", "gpon-onu_1/2/17:1", ""] {
            assert_eq!(place(port), (None, None), "{port}");
        }
    }
}

//! What is seen of an ONU that was just put into service.

use gpon::{Installation, OnuRef, SerialNumber};

use super::Olt;
use crate::OltError;
use crate::Trouble;
use crate::cli::show::remote_wan_ip::{RemoteWan, ShowRemoteWanIp};
use crate::cli::show::{Show, ShowMac, ShowOnuDetailInfo, ShowPowerAttenuation};
use crate::reach::terminal::Asking;
use crate::reach::{Inner, Problems};

impl Olt {
    /// Whether an ONU works, with its light; with `serves`, also what was learnt behind it and,
    /// with `has_wan`, how its WAN is. Two to four commands, in one place (fact sheet, CLI §4.3,
    /// §4.4, §4.6, §4.7).
    ///
    /// # Errors
    /// As every command; what fails besides its state is a problem of the installation.
    pub async fn installed(
        &self,
        (at, serial): (OnuRef, SerialNumber),
        serves: bool,
        has_wan: bool,
    ) -> Result<Installation, OltError> {
        let act = format!("look at ONU {at}");
        let reading = self.read(&act, async |olt: &Inner, _| {
            let mut asking = olt.asking().await?;
            let info = asking.answer(&ShowOnuDetailInfo { onu: at }).await?.rows;
            if let Some(other) = info.serial.filter(|other| *other != serial) {
                let problems = vec![format!("another ONU stands at {at}: {other}")];
                return Ok((Installation { problems, ..Installation::default() }, Problems::default()));
            }
            let mut seen = Installation {
                phase: info.phase,
                distance_m: info.distance(olt.max_distance_m).ok().flatten(),
                is_shut: info.admin_enabled == Some(false),
                config_state: info.config_state,
                ..Installation::default()
            };
            if let Some(light) = tried(&mut asking, &ShowPowerAttenuation { onu: at }, &mut seen).await? {
                (seen.olt_rx, seen.onu_rx, seen.onu_tx) =
                    (light.olt_rx_dbm, light.onu_rx_dbm, light.onu_tx_dbm);
            }
            if serves {
                let macs = tried(&mut asking, &ShowMac::Onu(at), &mut seen).await?;
                seen.macs = macs.map(|table| table.macs.into_iter().map(|row| row.mac).collect());
            }
            if serves && has_wan {
                let wans = tried(&mut asking, &ShowRemoteWanIp { onu: at }, &mut seen).await?;
                let connected = |wan: &RemoteWan| wan.status.as_deref() == Some("connected");
                let wans = wans.unwrap_or_default();
                if let Some(wan) = wans.iter().find(|wan| connected(wan)).or(wans.first()) {
                    (seen.wan, seen.wan_address) = (wan.status.clone(), wan.address);
                }
            }
            Ok((seen, Problems::default()))
        });
        Ok(reading.await?.value)
    }
}

/// The rows of an answer; what the OLT refuses is a problem of the installation.
async fn tried<S: Show>(
    asking: &mut Asking,
    show: &S,
    seen: &mut Installation,
) -> Result<Option<S::Rows>, Trouble> {
    match asking.answer(show).await {
        Ok(parsed) => Ok(Some(parsed.rows)),
        Err(Trouble::Refused { command, answer } | Trouble::UnprovenNone { command, answer }) => {
            seen.problems.push(format!("`{command}`: {answer}"));
            Ok(None)
        }
        Err(trouble) => Err(trouble),
    }
}

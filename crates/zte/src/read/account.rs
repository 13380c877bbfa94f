//! What an ONU makes of its configuration. Only the command line tells it.

use gpon::{Field, OnuAccount, OnuRef, WanConnection};

use crate::Trouble;
use crate::cli::show::{ShowOnuDetailInfo, ShowRemoteWanIp};
use crate::reach::{Inner, Problems, Told};

/// What begins the OLT's answer where there is no WAN connection (fact sheet, CLI §2).
const NO_WAN: &str = "%Code 64040";

/// Reads it with two commands, the second of which asks the ONU itself (fact sheet, CLI
/// §4.6): it must be online. What is missing of the state of its configuration is a problem
/// of [`Field::Status`], of its WAN connections one of [`Field::IpAddress`].
pub(crate) async fn of_onu(olt: &Inner, at: OnuRef) -> Told<OnuAccount> {
    let mut problems = Problems::default();
    let mut asking = olt.asking().await?;
    let detail = asking.ask(&ShowOnuDetailInfo { onu: at }, &[Field::Status], &mut problems).await;
    let detail = known(detail, Field::Status, &mut problems)?;
    let wans = asking.ask(&ShowRemoteWanIp { onu: at }, &[Field::IpAddress], &mut problems).await;
    let wans = match wans {
        Err(Trouble::Refused { answer, .. }) if answer.trim_start().starts_with(NO_WAN) => Ok(Vec::new()),
        wans => wans,
    };
    let wans = known(wans, Field::IpAddress, &mut problems)?;
    let wans = wans.map(|wans| {
        let of = |wan: crate::cli::show::RemoteWan| WanConnection {
            id: wan.id,
            mode: wan.mode,
            status: wan.status,
            address: wan.address,
        };
        wans.into_iter().map(of).collect()
    });
    Ok((OnuAccount { config_state: detail.and_then(|detail| detail.config_state), wans }, problems))
}

/// What was answered; a refusal says nothing of the ONU.
fn known<T>(answer: Result<T, Trouble>, field: Field, problems: &mut Problems) -> Result<Option<T>, Trouble> {
    match answer {
        Ok(rows) => Ok(Some(rows)),
        Err(busy @ Trouble::Busy { .. }) => Err(busy),
        Err(trouble) => {
            problems.failed(field, trouble.to_string());
            Ok(None)
        }
    }
}

//! T-CONTs and GEM ports of an ONU.

use gpon::{Field, GemPort, OnuBandwidth, OnuRef, Tcont};
use tokio::time::Instant;

use crate::Trouble;
use crate::cli::show::{GemportConfig, InterfaceConfig, ShowOnuConfig, TcontConfig};
use crate::index::PonIndex;
use crate::reach::{Inner, Problems, Told, table};
use crate::read::onu;
use crate::read::sides::{First, either};
use crate::snmp::walk::Scope;

/// The T-CONTs and GEM ports of one ONU: from its tables, else from its configuration.
pub(crate) async fn of_onu(olt: &Inner, at: OnuRef, deadline: Instant) -> Told<OnuBandwidth> {
    let tables = over_snmp(olt, at, deadline);
    either(First::Snmp, tables, |first| async move {
        let mut problems = Problems::default();
        match config(olt, at, &[Field::Tconts, Field::GemPorts], &mut problems).await {
            Ok(config) => Ok((of_config(config, &mut problems), problems)),
            // A device refuses to show an ONU that it does not have.
            Err(refused @ Trouble::Refused { .. }) if matches!(first, Err(Trouble::Unsupported(_))) => {
                let (_, firmware) = olt.learned(deadline).await?;
                onu::exists(olt, firmware, at, deadline).await?;
                Err(refused)
            }
            Err(trouble) => Err(trouble),
        }
    })
    .await
}

/// The configuration of an ONU on the OLT's side.
pub(crate) async fn config(
    olt: &Inner,
    at: OnuRef,
    fields: &[Field],
    noted: &mut Problems,
) -> Result<InterfaceConfig, Trouble> {
    let blocks = olt.ask(&ShowOnuConfig { onu: at }, fields, noted).await?;
    blocks
        .into_iter()
        .find(|block| block.onu == at)
        .ok_or_else(|| Trouble::UnexpectedReply(format!("a configuration without ONU {at}")))
}

fn of_config(config: InterfaceConfig, problems: &mut Problems) -> OnuBandwidth {
    if config.gemports.iter().any(|port| port.queue.is_none()) {
        // A configuration shows what was set, and a queue seldom is.
        problems.unsupported(Field::Queue);
    }
    if let Some(port) = config.gemports.iter().find(|port| u8::try_from(port.id).is_err()) {
        problems.failed(
            Field::Gemports,
            format!("GEM port {} has a number that is not known of devices", port.id),
        );
    }
    let tcont = |tcont: TcontConfig| Tcont { id: tcont.id, name: tcont.name, profile: tcont.profile };
    let port = |port: GemportConfig| {
        Some(GemPort {
            id: u8::try_from(port.id).ok()?,
            name: port.name,
            tcont: port.tcont,
            queue: port.queue,
            upstream: port.upstream,
            downstream: port.downstream,
        })
    };
    OnuBandwidth {
        tconts: config.tconts.into_iter().map(tcont).collect(),
        gem_ports: config.gemports.into_iter().filter_map(port).collect(),
    }
}

async fn over_snmp(olt: &Inner, at: OnuRef, deadline: Instant) -> Told<OnuBandwidth> {
    let (_, firmware) = olt.learned(deadline).await?;
    olt.row_of(at.pon, deadline).await?;
    let (mut problems, mut of_gem_ports) = (Problems::default(), Problems::default());
    let prefix = [PonIndex::B.of(at.pon), u32::from(at.id.get())];
    let all = Scope { after: None, last: Some(u32::from(u8::MAX)) };
    let (tconts, gem_ports) = futures::join!(
        table(olt, firmware.tconts, &prefix, all, deadline, &mut problems),
        table(olt, firmware.gem_ports, &prefix, all, deadline, &mut of_gem_ports),
    );
    let (tconts, gem_ports) = (tconts?, gem_ports?);
    // T-CONTs have names too.
    of_gem_ports.rename(Field::Name, Field::GemportName);
    problems.append(of_gem_ports);
    if gem_ports.is_empty()
        && !tconts.is_empty()
        && olt.memory.probe_table(&olt.snmp, firmware.gem_ports.cells, deadline).await?
    {
        problems.uncertain(Field::GemPorts, "no table of this OLT shows GEM ports".to_owned());
    }
    if tconts.is_empty() {
        if olt.memory.probe_table(&olt.snmp, firmware.tconts.cells, deadline).await? {
            return Err(Trouble::Unsupported("T-CONTs"));
        }
        // These tables do not know which ONUs exist: no row may mean no ONU.
        if gem_ports.is_empty() {
            onu::exists(olt, firmware, at, deadline).await?;
        }
    }
    let bandwidth =
        OnuBandwidth { tconts: tconts.into_values().collect(), gem_ports: gem_ports.into_values().collect() };
    Ok((bandwidth, problems))
}

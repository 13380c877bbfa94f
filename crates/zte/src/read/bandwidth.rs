//! T-CONTs and GEM ports of an ONU, and the traffic profiles that limit them.

use gpon::{GemPort, OnuBandwidth, OnuRef, Problem, Tcont, TrafficProfile};
use tokio::time::Instant;

use crate::Trouble;
use crate::cli::show::{self, GemportConfig, OnuConfig, ShowOnuConfig, ShowProfileTraffic, TcontConfig};
use crate::index::PonIndex;
use crate::olt::Inner;
use crate::read::{Problems, first_of, onu, table};
use crate::snmp::walk::Scope;

/// The T-CONTs and GEM ports of one ONU: from its tables, else from its configuration.
pub(crate) async fn of_onu(
    olt: &Inner,
    at: OnuRef,
    deadline: Instant,
) -> Result<(OnuBandwidth, Problems), Trouble> {
    let trouble = match over_snmp(olt, at, deadline).await {
        Ok((bandwidth, problems)) if !problems.0.iter().any(is_failure) => return Ok((bandwidth, problems)),
        Ok(read) if olt.cli.is_none() => return Ok(read),
        Ok((bandwidth, problems)) => {
            // Half a table: the configuration may be whole.
            let mut noted = Problems::default();
            return Ok(match config(olt, at, &mut noted).await {
                Ok(config) => (of_config(config, &mut noted), noted),
                Err(_) => (bandwidth, problems),
            });
        }
        Err(trouble @ (Trouble::NoSuchPon(_) | Trouble::NoSuchOnu(_))) => return Err(trouble),
        Err(trouble) => trouble,
    };
    if olt.cli.is_none() {
        return Err(trouble);
    }
    let mut problems = Problems::default();
    match config(olt, at, &mut problems).await {
        Ok(config) => Ok((of_config(config, &mut problems), problems)),
        // A device refuses to show an ONU that it does not have.
        Err(Trouble::Refused { .. }) if matches!(trouble, Trouble::Unsupported(_)) => {
            let (_, firmware) = olt.learned(deadline).await?;
            onu::exists(olt, firmware, at, deadline).await?;
            Err(trouble)
        }
        Err(busy @ Trouble::Busy { .. }) => Err(busy),
        Err(why) => Err(Trouble::of_both(trouble, why)),
    }
}

fn is_failure(problem: &Problem) -> bool {
    matches!(problem, Problem::Failed { .. })
}

/// The configuration of an ONU on the OLT's side.
pub(crate) async fn config(olt: &Inner, at: OnuRef, noted: &mut Problems) -> Result<OnuConfig, Trouble> {
    let blocks = olt.ask(&ShowOnuConfig { onu: at }, noted).await?;
    blocks
        .into_iter()
        .find(|block| block.onu == at)
        .ok_or_else(|| Trouble::UnexpectedReply(format!("a configuration without ONU {at}")))
}

fn of_config(config: OnuConfig, problems: &mut Problems) -> OnuBandwidth {
    if config.gemports.iter().any(|port| port.queue.is_none()) {
        // A configuration shows what was set, and a queue seldom is.
        problems.unsupported("queue");
    }
    if let Some(port) = config.gemports.iter().find(|port| u8::try_from(port.id).is_err()) {
        problems
            .failed("gemports", format!("GEM port {} has a number that is not known of devices", port.id));
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

async fn over_snmp(olt: &Inner, at: OnuRef, deadline: Instant) -> Result<(OnuBandwidth, Problems), Trouble> {
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
    of_gem_ports.rename("name", "gemport_name");
    problems.0.extend(of_gem_ports.0);
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

/// The traffic profiles: from the command line, which alone has the bursts, else from SNMP.
pub(crate) async fn traffic_profiles(
    olt: &Inner,
    deadline: Instant,
) -> Result<(Vec<TrafficProfile>, Problems), Trouble> {
    let mut problems = Problems::default();
    let why = match olt.ask(&ShowProfileTraffic, &mut problems).await {
        Ok(rows) => {
            let profile = |row: show::TrafficProfile| TrafficProfile {
                name: row.name,
                sir_kbps: row.sir_kbps,
                pir_kbps: row.pir_kbps,
                cbs_kbytes: row.cbs_kbytes,
                pbs_kbytes: row.pbs_kbytes,
            };
            return Ok((rows.into_iter().map(profile).collect(), problems));
        }
        Err(busy @ Trouble::Busy { .. }) => return Err(busy),
        Err(trouble) => trouble,
    };
    let (mut profiles, mut problems) = match traffic_profile_table(olt, deadline).await {
        Ok(read) => read,
        Err(trouble) => return Err(Trouble::of_both(trouble, why)),
    };
    for field in ["cbs", "pbs"] {
        match &why {
            Trouble::NoCli => problems.unsupported(field),
            why => problems.failed(field, why.to_string()),
        }
    }
    profiles.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((profiles, problems))
}

/// The traffic profiles over SNMP, where they have no bursts.
async fn traffic_profile_table(
    olt: &Inner,
    deadline: Instant,
) -> Result<(Vec<TrafficProfile>, Problems), Trouble> {
    let (_, firmware) = olt.learned(deadline).await?;
    let mut problems = Problems::default();
    let profiles = first_of(olt, firmware.traffic_profiles, deadline, &mut problems).await?;
    if profiles.is_empty() && problems.0.is_empty() {
        // Every OLT has the profile `default`: no row means no table.
        return Err(Trouble::Unsupported("traffic profiles"));
    }
    Ok((profiles, problems))
}

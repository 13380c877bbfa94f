//! Which ONUs are registered, as the command line tells it where no table does.

use std::collections::BTreeMap;

use gpon::{AdminState, AuthMode, Field, NamedBy, Onu, OnuRef, OnuState, PonPort, Span};
use tokio::time::{Instant, timeout_at};

use crate::Trouble;
use crate::cli::show::{
    OnuDetailInfo, OnuStateRow, Parsed, PowerOf, ShowOnuDetailInfo, ShowOnuRx, ShowOnuState, ShowPonConfig,
};
use crate::reach::terminal::{Asking, note_unknown};
use crate::reach::{Inner, Problems, Told};
use crate::read::sound;

/// Commands that [`of_pon`] sends without powers.
pub(crate) const COMMANDS: usize = 2;

/// What the tables of these fields would have said and no command tells of all ONUs of a port.
const UNTOLD: [Field; 6] =
    [Field::Name, Field::Description, Field::Distance, Field::TxPower, Field::OltRxPower, Field::Model];

/// The ONUs of a PON with type, serial number and phase: what is registered by
/// the port's configuration, the cheapest reliable list of it (fact sheet, CLI
/// §4.2), and the phases. With `powers`, a third command asks what they receive.
///
/// # Errors
/// [`Trouble::NoCli`], and as every command.
pub(crate) async fn of_pon(olt: &Inner, pon: PonPort, powers: bool) -> Told<Vec<Onu>> {
    let mut problems = Problems::default();
    let mut asking = olt.asking().await?;
    let mut onus = registered(&mut asking, pon, &mut problems).await?;
    phases(&mut asking, pon, &mut onus, &mut problems).await?;
    if powers && onus.values().any(|onu| onu.state == Some(OnuState::Online)) {
        match asking.ask(&ShowOnuRx(PowerOf::Pon(pon)), &[Field::RxPower], &mut problems).await {
            Ok(rows) => {
                for row in rows {
                    if let Some(onu) = onus.get_mut(&row.onu) {
                        onu.rx = row.dbm;
                    }
                }
            }
            Err(Trouble::Refused { .. }) => problems.unsupported(Field::RxPower),
            Err(trouble) => problems.failed(Field::RxPower, trouble.to_string()),
        }
    }
    for onu in onus.values_mut() {
        sound::settle(onu, olt.max_distance_m, &mut problems);
    }
    if !powers {
        problems.unsupported(Field::RxPower);
    }
    UNTOLD.iter().for_each(|field| problems.unsupported(*field));
    Ok((onus.into_values().collect(), problems))
}

/// The ONUs of these PONs, one port after the other, as far as the time allows.
///
/// # Errors
/// As [`of_pon`], where no port could be read.
pub(crate) async fn of_pons(olt: &Inner, pons: &[PonPort], deadline: Instant) -> Told<Vec<Onu>> {
    let (mut onus, mut problems) = (Vec::new(), Problems::default());
    let mut read = 0;
    let began = Instant::now();
    for pon in pons {
        let listed = timeout_at(deadline, of_pon(olt, *pon, false)).await;
        match listed.unwrap_or_else(|_| Err(Trouble::Deadline(began.elapsed()))) {
            Ok((listed, noted)) => {
                read += 1;
                onus.extend(listed);
                problems.append(noted);
            }
            Err(trouble) if read == 0 => return Err(trouble),
            Err(trouble) => problems.failed(Field::Onus, format!("PON {pon}: {trouble}")),
        }
    }
    Ok((onus, problems))
}

/// Whether an ONU is registered, by the configuration of its port; what is told of it there.
///
/// # Errors
/// [`Trouble::NoSuchOnu`] where the port's whole configuration does not name it,
/// [`Trouble::NoCli`], and as every command.
pub(crate) async fn onu(olt: &Inner, at: OnuRef, detailed: bool) -> Told<Onu> {
    let mut problems = Problems::default();
    let mut asking = olt.asking().await?;
    let found = registered(&mut asking, at.pon, &mut problems).await?.remove(&at);
    let Some(mut onu) = found else {
        return Err(problems.hides(&format!("an ONU {at}")).unwrap_or(Trouble::NoSuchOnu(at)));
    };
    if detailed {
        let show = ShowOnuDetailInfo { onu: at };
        let command = asking.line(&show);
        let detail = asking.answer(&show).await.map(|Parsed { rows, mut unknown }| {
            // Whether its distance can be is for the settings of this OLT to say.
            unknown.retain(|line| Some(line.line) != rows.doubted);
            note_unknown(&command, unknown, &[Field::Status], &mut problems);
            rows
        });
        if let Some(detail) = problems.told(&[Field::Status], detail) {
            put(&mut onu, detail);
        }
        sound::settle(&mut onu, olt.max_distance_m, &mut problems);
    }
    Ok((onu, problems))
}

/// How many ONUs of each PON there are and in which phases, by one command for
/// the whole OLT: `None` where it does not print a count that its rows agree with
/// (some devices print nothing but a header, fact sheet, CLI §4.3).
pub(crate) async fn of_olt(olt: &Inner) -> Result<Option<Vec<Onu>>, Trouble> {
    let mut problems = Problems::default();
    let states = olt.ask(&ShowOnuState::All, &[Field::Status], &mut problems).await?;
    let whole = states.total.is_some_and(|total| usize::try_from(total) == Ok(states.onus.len()));
    let onu = |row: OnuStateRow| Onu { state: row.phase, ..Onu::unknown(row.onu, NamedBy::CommandLine) };
    Ok((whole && !problems.is_partial()).then(|| states.onus.into_iter().map(onu).collect()))
}

async fn registered(
    asking: &mut Asking,
    pon: PonPort,
    problems: &mut Problems,
) -> Result<BTreeMap<OnuRef, Onu>, Trouble> {
    let blocks = asking.ask(&ShowPonConfig { pon }, &[Field::OnuId], problems).await?;
    let config = blocks
        .into_iter()
        .find(|block| block.pon == pon)
        .ok_or_else(|| Trouble::UnexpectedReply(format!("a configuration without PON {pon}")))?;
    let mut onus = BTreeMap::new();
    for row in config.onus {
        let at = OnuRef { pon, id: row.id };
        let auth = match (&row.serial, &row.password) {
            (Some(_), _) => Some(AuthMode::Serial),
            (None, Some(_)) => Some(AuthMode::Password),
            (None, None) => None,
        };
        let onu_type = Some(row.onu_type).filter(|text| !text.is_empty());
        let onu = Onu { onu_type, serial: row.serial, auth, ..Onu::unknown(at, NamedBy::CommandLine) };
        onus.insert(at, onu);
    }
    Ok(onus)
}

/// Adds the phases. One who has a phase and does not stand in the configuration
/// has come meanwhile, or one of the two answers was cut.
async fn phases(
    asking: &mut Asking,
    pon: PonPort,
    onus: &mut BTreeMap<OnuRef, Onu>,
    problems: &mut Problems,
) -> Result<(), Trouble> {
    let states = match asking.ask(&ShowOnuState::Pon(pon), &[Field::Status], problems).await {
        Ok(states) => states,
        // The configuration is a second source of there being none.
        Err(Trouble::UnprovenNone { .. }) if onus.is_empty() => return Ok(()),
        Err(busy @ Trouble::Busy { .. }) => return Err(busy),
        Err(trouble) => {
            problems.failed(Field::Status, trouble.to_string());
            return Ok(());
        }
    };
    for row in states.onus {
        let known = onus.contains_key(&row.onu);
        let onu = onus.entry(row.onu).or_insert_with(|| Onu::unknown(row.onu, NamedBy::CommandLine));
        onu.state = row.phase;
        if !known {
            let reason =
                format!("ONU {} has a phase and does not stand in the configuration of its port", row.onu);
            problems.uncertain(Field::OnuId, reason);
        }
    }
    for onu in onus.values().filter(|onu| onu.state.is_none()) {
        let reason = format!("ONU {} stands in the configuration of its port and has no phase", onu.at);
        problems.uncertain(Field::Status, reason);
    }
    Ok(())
}

/// Puts into an ONU what the command line says of it in detail.
fn put(onu: &mut Onu, detail: OnuDetailInfo) {
    onu.name = detail.name;
    onu.description = detail.description;
    onu.onu_type = detail.onu_type.or(onu.onu_type.take());
    onu.serial = detail.serial.or(onu.serial);
    onu.state = detail.phase;
    onu.admin =
        detail.admin_enabled.map(|enabled| if enabled { AdminState::Enabled } else { AdminState::Disabled });
    onu.distance_m = detail.printed_distance_m.filter(|metres| *metres > 0);
    let online = onu.state == Some(OnuState::Online);
    onu.uptime = detail.online_s.map(Span::from_seconds).filter(|_| online);
    // Ten rows, the newest last; unused ones have no moment at all (§4.3).
    onu.last_online = detail.history.iter().rev().find_map(|session| session.online_at);
    onu.last_offline = detail.history.iter().rev().find_map(|session| session.offline_at);
}

//! Boxes that are lit and wait for configuration.

use gpon::{Field, PonPort, SerialNumber, UnconfiguredOnu};
use tokio::time::Instant;

use crate::Trouble;
use crate::cli::show::{PonOnuUncfgRow, ShowOnuUncfg, ShowPonOnuUncfg};
use crate::firmware::Firmware;
use crate::index::Rows;
use crate::reach::{Inner, Problems, Told, first_of, oid};
use crate::read::sides::{First, Outcome, completed};
use crate::snmp::walk::{End, Scope, Start};
use crate::value;

/// Boxes that wait for configuration, of one PON or all: from the tables and,
/// where these lack something that the command line lists or are not there, from
/// the command line.
pub(crate) async fn read(olt: &Inner, pon: Option<PonPort>, deadline: Instant) -> Told<Vec<UnconfiguredOnu>> {
    let over_snmp = async {
        let (_, firmware) = olt.learned(deadline).await?;
        if let Some(pon) = pon {
            olt.row_of(pon, deadline).await?;
        }
        tables(olt, firmware, pon, deadline).await
    };
    let lacks = |onus: &Vec<UnconfiguredOnu>, problems: &Problems| {
        let half = onus.iter().any(|onu| onu.model.is_none() || onu.password.is_none());
        // What the older list cannot add is not asked of it.
        problems.is_partial() || half && olt.memory.firmware().is_none_or(|f| f.lists_unconfigured_models)
    };
    let terminal = |first: Outcome| async move {
        let (onus, mut problems) = lists(olt, pon).await?;
        for field in [Field::Software, Field::DiscoveredAt] {
            match &first {
                Ok(_) | Err(Trouble::Unsupported(_)) => problems.unsupported(field),
                Err(why) => problems.failed(field, why.to_string()),
            }
        }
        problems.unsupported(Field::Loid);
        Ok((onus, problems))
    };
    let (mut onus, problems) = completed(First::Snmp, over_snmp, lacks, terminal, merged).await?;
    onus.sort_by_key(|onu| (onu.pon, onu.serial));
    Ok((onus, problems))
}

/// What the tables say, completed by what the command line lists.
fn merged(
    (mut onus, mut problems): (Vec<UnconfiguredOnu>, Problems),
    listed: Told<Vec<UnconfiguredOnu>>,
) -> (Vec<UnconfiguredOnu>, Problems) {
    let (rows, noted) = match listed {
        Ok(listed) => listed,
        Err(trouble) => {
            let lacks = [
                (Field::Type, onus.iter().any(|onu| onu.model.is_none())),
                (Field::Password, onus.iter().any(|onu| onu.password.is_none())),
            ];
            let lost: Vec<_> =
                lacks.into_iter().filter(|(_, lacks)| *lacks).map(|(field, _)| field).collect();
            problems.told::<()>(&lost, Err(trouble));
            return (onus, problems);
        }
    };
    for row in rows {
        match onus.iter_mut().find(|onu| onu.pon == row.pon && onu.serial == row.serial) {
            Some(onu) => {
                onu.model = onu.model.take().or(row.model);
                onu.password = onu.password.take().or(row.password);
            }
            // One that the tables do not name has come meanwhile, or they were not read whole.
            None => onus.push(row),
        }
    }
    // A row of the tables that lost its serial number is one of those that the list names.
    if problems.lacks(Field::SerialNumber) && !noted.is_partial() {
        onus.retain(|onu| onu.serial.is_some());
    }
    let tells = |field: &&Field| !noted.lacks(**field);
    let told: Vec<_> =
        [Field::SerialNumber, Field::Type, Field::Password].iter().filter(tells).copied().collect();
    problems.found(&told);
    problems.append(Problems(
        noted
            .0
            .into_iter()
            .filter(|problem| !matches!(problem.field(), Field::Software | Field::DiscoveredAt))
            .collect(),
    ));
    (onus, problems)
}

/// What the command line lists: with models and passwords where it has that list.
async fn lists(olt: &Inner, pon: Option<PonPort>) -> Told<Vec<UnconfiguredOnu>> {
    // Before anything was learned of the OLT, the newer of the lists is tried.
    let newer = olt.memory.firmware().is_none_or(|firmware| firmware.lists_unconfigured_models);
    let mut problems = Problems::default();
    let rows = if newer { newer_list(olt, &mut problems).await } else { Err(Trouble::NoCli) };
    let rows = match rows {
        Ok(rows) => rows,
        Err(Trouble::Refused { .. } | Trouble::NoCli) if olt.cli.is_some() => {
            problems = Problems::default();
            [Field::Type, Field::Password].iter().for_each(|field| problems.unsupported(*field));
            older_list(olt, pon, &mut problems).await?
        }
        Err(trouble) => return Err(trouble),
    };
    if newer
        && olt.snmp.is_silent()
        && let Some(pon) = pon
        && rows.iter().all(|row| row.pon != pon)
    {
        // Nobody has said that there is such a port: this list is refused where there is none.
        older_list(olt, Some(pon), &mut Problems::default()).await?;
    }
    Ok((rows.into_iter().filter(|row| pon.is_none_or(|pon| row.pon == pon)).collect(), problems))
}

/// The list with models and passwords (fact sheet, CLI §4.3).
async fn newer_list(olt: &Inner, noted: &mut Problems) -> Result<Vec<UnconfiguredOnu>, Trouble> {
    let rows = olt.ask(&ShowPonOnuUncfg, &[Field::SerialNumber], noted).await?;
    let onu = |row: PonOnuUncfgRow| {
        let (model, password) = (row.model.clone(), row.password.clone());
        Some(UnconfiguredOnu { model, password, ..waiting(row.pon()?, row.serial) })
    };
    Ok(rows.into_iter().filter_map(onu).collect())
}

/// The list that every firmware has: serial numbers alone.
async fn older_list(
    olt: &Inner,
    pon: Option<PonPort>,
    noted: &mut Problems,
) -> Result<Vec<UnconfiguredOnu>, Trouble> {
    let rows = olt.ask(&ShowOnuUncfg { pon }, &[Field::SerialNumber], noted).await?;
    Ok(rows.into_iter().map(|row| waiting(row.pon, row.serial)).collect())
}

fn waiting(pon: PonPort, serial: Option<SerialNumber>) -> UnconfiguredOnu {
    UnconfiguredOnu {
        pon,
        serial,
        model: None,
        loid: None,
        password: None,
        software: None,
        discovered_at: None,
    }
}

/// zxGponOltPon...RealIllegalOnts: how many unconfigured ONUs a port has (fact sheet, SNMP §4.1).
const WAITING: &[u32] = zte!(1012, 3, 13, 1, 1, 14);

/// Boxes that wait for configuration. The two tables are reported to be filled
/// in turn (fact sheet, SNMP §14.7), so an empty first one decides nothing; and an
/// agent without these tables answers like one on which nobody waits, so that
/// is believed only of tables that were seen with rows, or with the port's own count.
///
/// # Errors
/// [`Trouble::Unsupported`] where nothing shows that there are such tables.
async fn tables(
    olt: &Inner,
    firmware: &'static Firmware,
    pon: Option<PonPort>,
    deadline: Instant,
) -> Told<Vec<UnconfiguredOnu>> {
    let mut problems = Problems::default();
    let mut onus = first_of(olt, firmware.unconfigured, deadline, &mut problems).await?;
    problems.unsupported(Field::Loid);
    onus.retain(|onu| pon.is_none_or(|pon| onu.pon == pon));
    let none = onus.is_empty() && !problems.is_partial();
    if none && !olt.memory.has_any(firmware.unconfigured) && !nobody_waits(olt, pon, deadline).await? {
        return Err(Trouble::Unsupported("unconfigured ONUs"));
    }
    Ok((onus, problems))
}

/// Whether each port says that nobody waits.
async fn nobody_waits(olt: &Inner, pon: Option<PonPort>, deadline: Instant) -> Result<bool, Trouble> {
    let zero = |value: &async_snmp::Value| value::integer(value) == Ok(0);
    if let Some(pon) = pon {
        let name = oid(WAITING, &[crate::index::PonIndex::A.of(pon)]);
        return Ok(olt.snmp.get(&[name], deadline).await?.first().is_some_and(zero));
    }
    let start = Start { column: WAITING, prefix: &[], rows: Rows::PORTS };
    let columns = olt.snmp.columns(&[start], Scope::default(), None, deadline).await;
    let whole =
        |column: &crate::snmp::walk::Column<Trouble>| column.end == End::Complete && !column.rows.is_empty();
    Ok(columns.iter().all(|column| whole(column) && column.rows.iter().all(|(_, value)| zero(value))))
}

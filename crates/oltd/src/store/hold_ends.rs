//! What becomes of a hold when its job ends.

use std::sync::atomic::Ordering;
use std::time::SystemTime;

use super::error::StoreError;
use super::holds::{HoldAct, HoldWish, SHUTDOWN};
use super::jobs::JobState;
use super::writer::{Turn, sql};
use super::{column, maybe_time, ms};

pub(super) async fn wish_of(
    turn: &mut Turn<'_>,
    job: &str,
) -> Result<Option<(HoldWish, Option<SystemTime>)>, StoreError> {
    let select = sql("SELECT * FROM hold_wishes WHERE of = $1").bind(job);
    let row = select.fetch_optional(turn.connection()?).await.map_err(StoreError::when("read a hold"))?;
    row.as_ref().map(|row| Ok((HoldWish::of(row)?, maybe_time(row, "since")?))).transpose()
}

/// Does to the hold of a job what follows from how the job ends, in the commit by which it does.
pub(super) async fn follow(
    turn: &mut Turn<'_>,
    job: &str,
    state: JobState,
    at: SystemTime,
) -> Result<(), StoreError> {
    if matches!(state, JobState::Queued | JobState::Running | JobState::Pending | JobState::Lost) {
        return Ok(());
    }
    if state != JobState::Done {
        bring_back(turn, job).await?;
    }
    let Some((wish, since)) = wish_of(turn, job).await? else { return Ok(()) };
    let stands = matches!(state, JobState::Done | JobState::Partial);
    match wish.act {
        HoldAct::Suspend if stands => made(turn, job, &wish, state, at).await,
        HoldAct::Suspend => {
            turn.run(sql("DELETE FROM holds WHERE job = $1").bind(job)).await?;
            let update = "UPDATE holds SET pad = $4 WHERE olt = $1 AND onu = $2 AND owner = $3";
            let update = sql(update).bind(&wish.olt).bind(&wish.onu).bind(&wish.owner);
            turn.run(update.bind(Vec::new())).await.map(drop)
        }
        HoldAct::Resume if state == JobState::Done => {
            let delete = "DELETE FROM holds WHERE olt = $1 AND onu = $2 AND owner = $3";
            let delete = sql(delete).bind(&wish.olt).bind(&wish.onu).bind(&wish.owner);
            turn.run(delete).await.map(drop)
        }
        HoldAct::Resume => match since {
            // Where it was lifted and that is taken back, it is there again.
            Some(since) => put(turn, job, &wish, since, PUT_BACK).await,
            None => Ok(()),
        },
    }
}

/// Brings the holds back of the ONU that this job had deleted: it is there again.
pub(super) async fn bring_back(turn: &mut Turn<'_>, deletion: &str) -> Result<(), StoreError> {
    if turn.run(sql(BRING_BACK).bind(deletion)).await? > 0 {
        turn.store().inner().holds.store(true, Ordering::SeqCst);
    }
    turn.run(sql("DELETE FROM deleted_holds WHERE deletion = $1").bind(deletion)).await.map(drop)
}

/// Keeps the holds of an ONU beside the job that deleted it.
pub(super) const PUT_ASIDE: &str =
    "INSERT INTO deleted_holds (deletion, olt, onu, owner, reason, way, caller,
        job, since, made, shut_before, pad)
    SELECT $1, olt, onu, owner, reason, way, caller, job, since, made, shut_before, pad
        FROM holds WHERE olt = $2 AND onu = $3
    ON CONFLICT (deletion, owner) DO NOTHING";
const BRING_BACK: &str = "INSERT INTO holds (olt, onu, owner, reason, way, caller, job, since, made,
        shut_before, pad)
    SELECT olt, onu, owner, reason, way, caller, job, since, made, shut_before, pad
        FROM deleted_holds WHERE deletion = $1
    ON CONFLICT (olt, onu, owner) DO NOTHING";

async fn made(
    turn: &mut Turn<'_>,
    job: &str,
    wish: &HoldWish,
    state: JobState,
    at: SystemTime,
) -> Result<(), StoreError> {
    let failed = || StoreError::when("keep a hold");
    let select = "SELECT EXISTS (SELECT 1 FROM plans WHERE applied_by = $3 AND state <> 'draft'
            AND EXISTS (SELECT 1 FROM steps WHERE steps.plan = plans.id)) AS sent,
        EXISTS (SELECT 1 FROM holds WHERE olt = $1 AND onu = $2 AND made = 1) AS held";
    let select = sql(select).bind(&wish.olt).bind(&wish.onu).bind(job);
    let row = select.fetch_one(turn.connection()?).await.map_err(failed())?;
    let (sent, held): (i64, i64) = (column(&row, "sent")?, column(&row, "held")?);
    put(turn, job, wish, at, PUT_MADE).await?;
    // What was shut when nobody held it, somebody else has shut; what was not, we have.
    let shut_before = match (sent != 0, held != 0) {
        (true, _) => 0,
        (false, false) if state == JobState::Done => 1,
        (false, _) => return Ok(()),
    };
    let update = sql("UPDATE holds SET shut_before = $3 WHERE olt = $1 AND onu = $2");
    turn.run(update.bind(&wish.olt).bind(&wish.onu).bind(shut_before)).await.map(drop)
}

/// A hold of which a job was asked for; one of the same owner is told of anew.
const PUT_MADE: &str = "INSERT INTO holds (olt, onu, owner, reason, way, caller, job, since, made,
        shut_before, pad)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 0, $9)
    ON CONFLICT (olt, onu, owner) DO UPDATE
        SET reason = excluded.reason, job = excluded.job, made = 1, pad = excluded.pad";
/// A hold that was lifted; one that is there stays as it is.
const PUT_BACK: &str = "INSERT INTO holds (olt, onu, owner, reason, way, caller, job, since, made,
        shut_before, pad)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 0, $9)
    ON CONFLICT (olt, onu, owner) DO NOTHING";

async fn put(
    turn: &mut Turn<'_>,
    job: &str,
    wish: &HoldWish,
    since: SystemTime,
    put: &'static str,
) -> Result<(), StoreError> {
    turn.store().inner().holds.store(true, Ordering::SeqCst);
    let put = sql(put).bind(&wish.olt).bind(&wish.onu).bind(&wish.owner).bind(&wish.reason);
    let put = put.bind(SHUTDOWN).bind(wish.caller.as_deref()).bind(job).bind(ms(since));
    turn.run(put.bind(Vec::new())).await.map(drop)
}

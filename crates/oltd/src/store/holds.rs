//! Holds: who wants which ONU out of service, consistent with the jobs that make and lift them.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use secrecy::SecretString;
use sqlx::sqlite::SqliteRow;

use super::error::StoreError;
use super::hold_ends::{PUT_ASIDE, wish_of};
use super::idempotency::AskedUnder;
use super::jobs::NewJob;
use super::writer::{Statement, Turn, sql};
use super::{Store, column, fits, ms, time};

/// How an ONU is kept out of service: disabled at the OLT.
pub(super) const SHUTDOWN: &str = "shutdown";

/// What a job does about holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum HoldAct {
    /// It makes one.
    Suspend,
    /// It lifts one.
    Resume,
}

impl HoldAct {
    /// As jobs of this kind are called.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Suspend => "suspend",
            Self::Resume => "resume",
        }
    }
}

/// What a job, or a plan, is to do about a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldWish {
    /// Whether it is made or lifted.
    pub act: HoldAct,
    /// The OLT.
    pub olt: String,
    /// The serial number of the ONU, or its place where it is registered without one.
    pub onu: String,
    /// Whose hold it is.
    pub owner: String,
    /// Why; of one that is lifted, why it was made, once that is looked up.
    pub reason: String,
    /// The name of the token that asked.
    pub caller: Option<String>,
}

/// What is known of a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldState {
    /// Its job has begun.
    BeingMade,
    /// Its job has ended well.
    Held,
    /// What the OLT holds is not known: a job that made it or lifts it is to be settled, or the
    /// OLT has lost it.
    Unknown,
}

impl HoldState {
    /// As it stands in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BeingMade => "being_made",
            Self::Held => "held",
            Self::Unknown => "unknown",
        }
    }
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRow {
    /// The OLT.
    pub olt: String,
    /// The serial number of the ONU, or its place where it is registered without one.
    pub onu: String,
    /// Whose it is.
    pub owner: String,
    /// Why it was made.
    pub reason: String,
    /// How the ONU is kept out of service.
    pub way: String,
    /// The name of the token that it was asked for with.
    pub caller: Option<String>,
    /// The job that made it.
    pub job: String,
    /// Since when it is there.
    pub since: SystemTime,
    /// What is known of it.
    pub state: HoldState,
    /// Whether the ONU stays shut when the last hold is lifted: it was before the first, or
    /// somebody blocked it since.
    pub shut_before: bool,
}

/// Which holds to list.
#[derive(Debug, Clone, Default)]
pub struct HoldFilter {
    /// Those at this OLT.
    pub olt: Option<String>,
    /// Those of this owner.
    pub owner: Option<String>,
    /// Those of the ONU of this serial number, or at this place.
    pub onu: Option<String>,
}

/// What lifting a hold means for the ONU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lifting {
    /// The owner holds nothing there; these do.
    NotHeld(Vec<HoldRow>),
    /// These hold it still.
    Others(Vec<HoldRow>),
    /// It was the last, and the ONU stays shut.
    StaysShut,
    /// It was the last, and the ONU comes into service again.
    Last,
}

macro_rules! select_holds {
    ($page:literal) => {
        concat!(
            "SELECT holds.*, jobs.state AS job_state, jobs.accepted, EXISTS (
        SELECT 1 FROM hold_wishes JOIN jobs AS lifter ON lifter.id = hold_wishes.of
        WHERE hold_wishes.olt = holds.olt AND hold_wishes.onu = holds.onu
            AND hold_wishes.owner = holds.owner AND hold_wishes.act = 'resume'
            AND (lifter.state = 'pending' OR (lifter.state = 'partial' AND lifter.accepted = 0))
    ) AS lifting
    FROM holds LEFT JOIN jobs ON jobs.id = holds.job
    WHERE ($1 IS NULL OR holds.olt = $1) AND ($2 IS NULL OR holds.owner = $2)
        AND ($3 IS NULL OR holds.onu = $3)
    ORDER BY holds.olt, holds.onu, holds.since, holds.owner",
            $page
        )
    };
}

const SELECT: &str = select_holds!("");
const SELECT_PAGE: &str = select_holds!(" LIMIT $4 OFFSET $5");

impl HoldRow {
    fn of(row: &SqliteRow) -> Result<Self, StoreError> {
        let made = column::<i64>(row, "made")? != 0;
        let job: Option<String> = column(row, "job_state")?;
        let accepted = column::<Option<i64>>(row, "accepted")?.unwrap_or_default() != 0;
        let lifting = column::<i64>(row, "lifting")? != 0;
        let state = match (made, job.as_deref()) {
            (false, Some("queued" | "running")) => HoldState::BeingMade,
            (false, _) | (true, Some("pending")) => HoldState::Unknown,
            // That somebody accepts what the OLT has lost shuts nothing again.
            (true, Some("lost")) => HoldState::Unknown,
            (true, Some("partial")) if !accepted => HoldState::Unknown,
            (true, _) if lifting => HoldState::Unknown,
            (true, _) => HoldState::Held,
        };
        Ok(Self {
            olt: column(row, "olt")?,
            onu: column(row, "onu")?,
            owner: column(row, "owner")?,
            reason: column(row, "reason")?,
            way: column(row, "way")?,
            caller: column(row, "caller")?,
            job: column(row, "job")?,
            since: time(column(row, "since")?),
            state,
            shut_before: column::<i64>(row, "shut_before")? != 0,
        })
    }
}

impl HoldWish {
    pub(super) fn of(row: &SqliteRow) -> Result<Self, StoreError> {
        let act: String = column(row, "act")?;
        Ok(Self {
            act: if act == HoldAct::Resume.as_str() { HoldAct::Resume } else { HoldAct::Suspend },
            olt: column(row, "olt")?,
            onu: column(row, "onu")?,
            owner: column(row, "owner")?,
            reason: column(row, "reason")?,
            caller: column(row, "caller")?,
        })
    }

    fn insert<'a>(&'a self, of: &'a str) -> Result<Statement<'a>, StoreError> {
        let Self { act, olt, onu, owner, reason, caller } = self;
        fits("hold", of, [Some(olt), Some(onu), Some(owner), Some(reason), caller.as_deref()])?;
        let insert = "INSERT INTO hold_wishes (of, act, olt, onu, owner, reason, caller)
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let insert = sql(insert).bind(of).bind(act.as_str()).bind(olt).bind(onu);
        Ok(insert.bind(owner).bind(reason).bind(caller.as_deref()))
    }
}

impl Store {
    /// Adds a job that makes or lifts a hold, queued, under a key or none, in one commit.
    ///
    /// # Errors
    /// As of [`add_job`](Self::add_job).
    pub async fn add_job_wishing(
        &self,
        job: &NewJob<'_>,
        under: Option<AskedUnder<'_>>,
        wish: &HoldWish,
        callback: Option<&SecretString>,
    ) -> Result<(), StoreError> {
        let wish = wish.insert(job.id)?;
        let mut turn = self.write("add a job").await?;
        super::jobs::insert(&mut turn, job).await?;
        turn.run(wish).await?;
        if let Some(url) = callback {
            super::outbox::insert(&mut turn, self, job.id, url).await?;
        }
        if let Some(under) = under {
            self.put_key(&mut turn, job, under).await?;
        }
        turn.commit().await
    }

    /// Keeps what a plan that is about to be kept is to do about a hold.
    ///
    /// # Errors
    /// [`StoreError::Full`], [`StoreError::TooLong`], and when the database fails.
    pub async fn keep_hold_wish(&self, plan: &str, wish: &HoldWish) -> Result<(), StoreError> {
        self.write_one("keep a plan", wish.insert(plan)?).await.map(drop)
    }

    /// What a job, or a plan, is to do about a hold; `None` for every other.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hold_wish(&self, of: &str) -> Result<Option<HoldWish>, StoreError> {
        let select = sql("SELECT * FROM hold_wishes WHERE of = $1").bind(of);
        let row = select.fetch_optional(self.readers()).await.map_err(StoreError::when("read a hold"))?;
        row.as_ref().map(HoldWish::of).transpose()
    }

    /// What the jobs from this id to that are to do about holds, by job.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hold_wishes(&self, from: &str, to: &str) -> Result<BTreeMap<String, HoldWish>, StoreError> {
        let select = sql("SELECT * FROM hold_wishes WHERE of BETWEEN $1 AND $2").bind(from).bind(to);
        let rows = select.fetch_all(self.readers()).await.map_err(StoreError::when("read holds"))?;
        rows.iter().map(|row| Ok((column(row, "of")?, HoldWish::of(row)?))).collect()
    }

    /// The holds that the filter lets through, those of an ONU together, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn holds(&self, filter: &HoldFilter) -> Result<Vec<HoldRow>, StoreError> {
        // Most servers never suspend anybody, and readings ask with every request.
        if !self.inner().holds.load(Ordering::SeqCst) {
            return Ok(Vec::new());
        }
        let HoldFilter { olt, owner, onu } = filter;
        let select = sql(SELECT).bind(olt.as_deref()).bind(owner.as_deref()).bind(onu.as_deref());
        let rows = select.fetch_all(self.readers()).await.map_err(StoreError::when("read holds"))?;
        rows.iter().map(HoldRow::of).collect()
    }

    /// So many of them behind so many others, and how many there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn holds_page(
        &self,
        filter: &HoldFilter,
        behind: u64,
        most: u64,
    ) -> Result<(Vec<HoldRow>, u64), StoreError> {
        let HoldFilter { olt, owner, onu } = filter;
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let count = "SELECT COUNT(*) AS n FROM holds WHERE ($1 IS NULL OR olt = $1)
            AND ($2 IS NULL OR owner = $2) AND ($3 IS NULL OR onu = $3)";
        let count = sql(count).bind(olt.as_deref()).bind(owner.as_deref()).bind(onu.as_deref());
        let failed = || StoreError::when("read holds");
        let all: i64 = column(&count.fetch_one(self.readers()).await.map_err(failed())?, "n")?;
        let select = sql(SELECT_PAGE).bind(olt.as_deref()).bind(owner.as_deref()).bind(onu.as_deref());
        let rows = select.bind(number(most)).bind(number(behind)).fetch_all(self.readers()).await;
        let rows = rows.map_err(failed())?.iter().map(HoldRow::of).collect::<Result<_, _>>()?;
        Ok((rows, u64::try_from(all).unwrap_or_default()))
    }

    /// How many holds there are of which OLT; those without any are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_holds(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        if !self.inner().holds.load(Ordering::SeqCst) {
            return Ok(BTreeMap::new());
        }
        let count = sql("SELECT olt, COUNT(*) AS n FROM holds GROUP BY olt");
        let rows = count.fetch_all(self.readers()).await.map_err(StoreError::when("count holds"))?;
        let of = |row: &SqliteRow| {
            Ok((column(row, "olt")?, u64::try_from(column::<i64>(row, "n")?).unwrap_or_default()))
        };
        rows.iter().map(of).collect()
    }

    /// Notes, before anything is sent, that a job makes the hold of this ONU that it is to make.
    ///
    /// # Errors
    /// [`StoreError::Full`], [`StoreError::Unknown`], and when the database fails.
    pub async fn begin_hold(&self, job: &str, onu: &str, at: SystemTime) -> Result<(), StoreError> {
        let mut turn = self.write("keep a hold").await?;
        let wish = begin(&mut turn, job, onu).await?;
        self.inner().holds.store(true, Ordering::SeqCst);
        let put =
            "INSERT INTO holds (olt, onu, owner, reason, way, caller, job, since, made, shut_before, pad)
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, 0, COALESCE(MAX(shut_before), 0), $9
                FROM holds WHERE olt = $1 AND onu = $2
            ON CONFLICT (olt, onu, owner) DO UPDATE SET pad = $10";
        let put = sql(put).bind(&wish.olt).bind(&wish.onu).bind(&wish.owner).bind(&wish.reason);
        let put = put.bind(SHUTDOWN).bind(wish.caller.as_deref()).bind(job).bind(ms(at));
        turn.run(put.bind(Vec::new()).bind(vec![0; wish.reason.len()])).await?;
        turn.commit().await
    }

    /// What lifting the hold of this ONU means that a job is to lift. What it was is noted, so
    /// that it stands again where lifting it is undone.
    ///
    /// # Errors
    /// [`StoreError::Full`], [`StoreError::Unknown`], and when the database fails.
    pub async fn begin_resume(&self, job: &str, onu: &str) -> Result<Lifting, StoreError> {
        let mut turn = self.write("lift a hold").await?;
        let wish = begin(&mut turn, job, onu).await?;
        let select = sql(SELECT).bind(&wish.olt).bind(None::<&str>).bind(&wish.onu);
        let rows = select.fetch_all(turn.connection()?).await.map_err(StoreError::when("lift a hold"))?;
        let rows: Vec<_> = rows.iter().map(HoldRow::of).collect::<Result<_, _>>()?;
        let update = "UPDATE hold_wishes SET reason = $2, since = $3 WHERE of = $1";
        if let Some(own) = rows.iter().find(|hold| hold.owner == wish.owner) {
            turn.run(sql(update).bind(job).bind(&own.reason).bind(ms(own.since))).await?;
        }
        turn.commit().await?;
        Ok(lifting(rows, &wish.owner))
    }

    /// Notes that somebody blocked an ONU: it stays shut when its last hold is lifted. Of how
    /// many holds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_blocked(&self, olt: &str, onu: &str) -> Result<u64, StoreError> {
        let update = sql("UPDATE holds SET shut_before = 1 WHERE olt = $1 AND onu = $2").bind(olt).bind(onu);
        self.write_one("keep a hold", update).await
    }

    /// Removes the holds of an ONU that this job has deleted. They are there again where the
    /// OLT has lost that, or where it is taken back.
    ///
    /// # Errors
    /// [`StoreError::Full`], and when the database fails.
    pub async fn remove_holds(&self, olt: &str, onu: &str, deletion: &str) -> Result<u64, StoreError> {
        let mut turn = self.write("remove holds").await?;
        turn.run(sql(PUT_ASIDE).bind(deletion).bind(olt).bind(onu)).await?;
        let delete = sql("DELETE FROM holds WHERE olt = $1 AND onu = $2").bind(olt).bind(onu);
        let removed = turn.run(delete).await?;
        turn.commit().await?;
        Ok(removed)
    }
}

/// What lifting the hold of `owner` means where these hold the ONU.
pub fn lifting(mut holds: Vec<HoldRow>, owner: &str) -> Lifting {
    let Some(own) = holds.iter().position(|hold| hold.owner == owner) else { return Lifting::NotHeld(holds) };
    let own = holds.remove(own);
    match holds.is_empty() {
        false => Lifting::Others(holds),
        true if own.shut_before => Lifting::StaysShut,
        true => Lifting::Last,
    }
}

/// Its ONU is known from here on.
async fn begin(turn: &mut Turn<'_>, job: &str, onu: &str) -> Result<HoldWish, StoreError> {
    turn.run(sql("UPDATE hold_wishes SET onu = $2 WHERE of = $1").bind(job).bind(onu)).await?;
    wish_of(turn, job).await?.map(|(wish, _)| wish).ok_or_else(|| StoreError::unknown("hold", job))
}

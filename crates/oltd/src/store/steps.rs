//! The journal: what was sent of a plan, and what the OLT answered.

use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretSlice};
use sqlx::sqlite::SqliteRow;

use super::error::StoreError;
use super::owed;
use super::plans::{NewPlan, PlanState, document_of, room};
use super::sealed::{Place, SEAL};
use super::writer::{Turn, sql};
use super::{Store, column, maybe_time, ms};

/// Most bytes of an answer that are kept. Refusals are a line or two; the answers of steps
/// that wait are polled, and their last line says how it ended.
pub const ANSWER_MOST: usize = 512;

/// What stands at the end of an answer that was cut.
const CUT: &[u8] = b"...";

/// Room for a sealed answer.
const ANSWER_ROOM: usize = ANSWER_MOST + SEAL;
/// Room for the time that an answer took: a number of 8 bytes.
const TOOK_ROOM: usize = 8;
/// Room for what a row gains when its line is sent: a time of 6 bytes, a later epoch of at
/// most 8, a state; and the heads of longer values.
const SENT_ROOM: usize = 24;

/// Which way a line goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Way {
    /// The line of the step.
    Forth,
    /// Its undo.
    Back,
}

impl Way {
    const ALL: [Self; 2] = [Self::Forth, Self::Back];

    const fn number(self) -> i64 {
        match self {
            Self::Forth => 0,
            Self::Back => 1,
        }
    }
}

/// What is known of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepState {
    /// It was never sent.
    Waiting,
    /// It was sent, or was about to be, and nothing is known of an answer.
    Sent,
    /// The OLT took it.
    Done,
    /// The OLT refused it.
    Refused,
    /// It was sent, and whether the OLT took it is not known.
    Unknown,
}

impl StepState {
    const ALL: [Self; 5] = [Self::Waiting, Self::Sent, Self::Done, Self::Refused, Self::Unknown];

    const fn number(self) -> i64 {
        match self {
            Self::Waiting => 0,
            Self::Sent => 1,
            Self::Done => 2,
            Self::Refused => 3,
            Self::Unknown => 4,
        }
    }
}

/// What became of a line that was sent.
#[derive(Debug, Clone, Copy)]
pub struct StepEnd<'a> {
    /// `Done`, `Refused` or `Unknown`.
    pub state: StepState,
    /// What the OLT answered, kept to [`ANSWER_MOST`] bytes.
    pub answer: &'a SecretSlice<u8>,
    /// How long it took to answer, in milliseconds in the store.
    pub took: Duration,
}

/// A line as it stands in the store.
#[derive(Debug)]
pub struct StepRow {
    /// Its place in the plan, from 0.
    pub seq: u16,
    /// Which way it goes.
    pub way: Way,
    /// What is known of it.
    pub state: StepState,
    /// The opening of the store in which it was reserved, or last sent.
    pub epoch: i64,
    /// When it was sent.
    pub sent_at: Option<SystemTime>,
    /// How long the OLT took to answer.
    pub took: Option<Duration>,
    /// What the OLT answered.
    pub answer: Option<SecretSlice<u8>>,
}

impl Store {
    /// Begins a plan that is a draft or claimed by the job: from here on it is running, and
    /// there is space for all that its `steps` steps and their undo will have to say. Nothing
    /// may be sent before this has returned. `document` takes the place of the one that was kept.
    ///
    /// # Errors
    /// [`StoreError::Full`] where there is no such space, [`StoreError::Unknown`] where there is
    /// no such plan or it was begun before, and when the database fails.
    pub async fn begin(
        &self,
        plan: &str,
        job: &str,
        document: &SecretSlice<u8>,
        steps: u16,
        at: SystemTime,
    ) -> Result<(), StoreError> {
        self.inner().reserve.renew().await?;
        let mut turn = self.write("begin a plan").await?;
        self.reserve(&mut turn, plan, job, steps, at).await?;
        let sealed = self.sealer().seal_secret(document_of(plan), document)?;
        let update = sql("UPDATE documents SET document = $2 WHERE plan = $1").bind(plan).bind(sealed);
        turn.run(update).await?;
        turn.commit().await
    }

    /// As [`begin`](Self::begin), of a plan that was never a draft: it is kept in the same commit.
    ///
    /// # Errors
    /// As of [`begin`](Self::begin); an id that is taken is a failure of the database.
    pub async fn begin_new(
        &self,
        plan: &NewPlan<'_>,
        job: &str,
        steps: u16,
        at: SystemTime,
    ) -> Result<(), StoreError> {
        self.inner().reserve.renew().await?;
        let mut turn = self.write("begin a plan").await?;
        self.insert(&mut turn, plan).await?;
        self.reserve(&mut turn, plan.id, job, steps, at).await?;
        turn.commit().await
    }

    async fn reserve(
        &self,
        turn: &mut Turn<'_>,
        plan: &str,
        job: &str,
        steps: u16,
        at: SystemTime,
    ) -> Result<(), StoreError> {
        let update = "UPDATE plans SET state = $3, applied_by = $2, epoch = $4, begun_at = $5, pad = $6
            WHERE id = $1 AND (state = $7 OR (state = $3 AND applied_by = $2))
            AND NOT EXISTS (SELECT 1 FROM steps WHERE steps.plan = plans.id)";
        let update = sql(update)
            .bind(plan)
            .bind(job)
            .bind(PlanState::Running.as_str())
            .bind(self.epoch())
            .bind(ms(at))
            .bind(room())
            .bind(PlanState::Draft.as_str());
        if turn.run(update).await? == 0 {
            return Err(StoreError::unknown("plan", plan));
        }
        let live = "INSERT INTO live (plan) SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM live WHERE plan = $1)";
        turn.run(sql(live).bind(plan)).await?;
        owed::reserve(turn, plan).await?;
        for seq in 0..steps {
            for way in Way::ALL {
                let insert =
                    "INSERT INTO steps (plan, seq, way, epoch, state, pad) VALUES ($1, $2, $3, $4, $5, $6)";
                let insert = sql(insert)
                    .bind(plan)
                    .bind(i64::from(seq))
                    .bind(way.number())
                    .bind(self.epoch())
                    .bind(StepState::Waiting.number())
                    .bind(vec![0; ANSWER_ROOM + TOOK_ROOM + SENT_ROOM]);
                turn.run(insert).await?;
            }
        }
        Ok(())
    }

    /// Notes that a line is about to be sent. It may be sent once this has returned.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] where no such step was reserved, and when the database fails.
    pub async fn sending(&self, plan: &str, seq: u16, way: Way, at: SystemTime) -> Result<(), StoreError> {
        match self.write_sending(plan, seq, way, at).await {
            Err(StoreError::Full) if self.inner().reserve.give_up() => {
                self.write_sending(plan, seq, way, at).await
            }
            written => written,
        }
    }

    async fn write_sending(&self, plan: &str, seq: u16, way: Way, at: SystemTime) -> Result<(), StoreError> {
        // A line that is sent again has an answer no more: one that was done may be sent
        // again where the OLT has started anew without it.
        let update =
            "UPDATE steps SET state = $4, epoch = $5, sent_at = $6, took_ms = NULL, answer = NULL, pad = $7
            WHERE plan = $1 AND seq = $2 AND way = $3";
        let update = sql(update)
            .bind(plan)
            .bind(i64::from(seq))
            .bind(way.number())
            .bind(StepState::Sent.number())
            .bind(self.epoch())
            .bind(ms(at))
            .bind(vec![0; ANSWER_ROOM + TOOK_ROOM]);
        let rows = self.write_one("note that a line is sent", update).await?;
        found(rows, plan, seq)
    }

    /// Notes what became of a line, in one commit with the save that the OLT owes for it.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] where no such line was sent, and when the database fails.
    pub async fn answered(
        &self,
        plan: &str,
        seq: u16,
        way: Way,
        end: StepEnd<'_>,
        owes_save: bool,
        at: SystemTime,
    ) -> Result<(), StoreError> {
        match self.write_answered(plan, seq, way, end, owes_save, at).await {
            Err(StoreError::Full) if self.inner().reserve.give_up() => {
                self.write_answered(plan, seq, way, end, owes_save, at).await
            }
            written => written,
        }
    }

    async fn write_answered(
        &self,
        plan: &str,
        seq: u16,
        way: Way,
        end: StepEnd<'_>,
        owes_save: bool,
        at: SystemTime,
    ) -> Result<(), StoreError> {
        let answer = end.answer.expose_secret();
        let id = id_of(plan, seq, way);
        let sealed = match cut(answer) {
            whole if whole.len() == answer.len() => self.sealer().seal(answer_of(&id), answer)?,
            part => {
                let part = zeroize::Zeroizing::new([part, CUT].concat());
                self.sealer().seal(answer_of(&id), &part)?
            }
        };
        let took = i64::try_from(end.took.as_millis()).unwrap_or(i64::MAX);
        let rest = (ANSWER_ROOM + TOOK_ROOM).saturating_sub(sealed.len() + width(took));
        let update = "UPDATE steps SET state = $4, took_ms = $5, answer = $6, pad = $7
            WHERE plan = $1 AND seq = $2 AND way = $3 AND state <> $8";
        let update = sql(update)
            .bind(plan)
            .bind(i64::from(seq))
            .bind(way.number())
            .bind(end.state.number())
            .bind(took)
            .bind(sealed)
            .bind(vec![0; rest])
            .bind(StepState::Waiting.number());
        if !owes_save {
            let rows = self.write_one("note an answer", update).await?;
            return found(rows, plan, seq);
        }
        let mut turn = self.write("note an answer").await?;
        found(turn.run(update).await?, plan, seq)?;
        owed::owe(&mut turn, plan, at).await?;
        turn.commit().await
    }

    /// The lines of a plan that was begun, each with its undo, in their order.
    ///
    /// # Errors
    /// When the database fails or an answer is damaged.
    pub async fn steps(&self, plan: &str) -> Result<Vec<StepRow>, StoreError> {
        let select = sql("SELECT * FROM steps WHERE plan = $1 ORDER BY seq, way").bind(plan);
        let rows = select.fetch_all(self.readers()).await.map_err(StoreError::when("read steps"))?;
        rows.iter().map(|row| self.step_of(plan, row)).collect()
    }

    fn step_of(&self, plan: &str, row: &SqliteRow) -> Result<StepRow, StoreError> {
        let damaged = || StoreError::damaged("steps", plan);
        let seq = u16::try_from(column::<i64>(row, "seq")?).map_err(|_| damaged())?;
        let (way, state): (i64, i64) = (column(row, "way")?, column(row, "state")?);
        let way = Way::ALL.into_iter().find(|known| known.number() == way).ok_or_else(damaged)?;
        let state = StepState::ALL.into_iter().find(|known| known.number() == state).ok_or_else(damaged)?;
        let took = column::<Option<i64>>(row, "took_ms")?;
        let answer = column::<Option<Vec<u8>>>(row, "answer")?;
        let id = id_of(plan, seq, way);
        Ok(StepRow {
            seq,
            way,
            state,
            epoch: column(row, "epoch")?,
            sent_at: maybe_time(row, "sent_at")?,
            took: took.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or_default())),
            answer: answer.map(|sealed| self.sealer().open(answer_of(&id), &sealed)).transpose()?,
        })
    }
}

fn id_of(plan: &str, seq: u16, way: Way) -> String {
    format!("{plan}/{seq}/{}", way.number())
}

fn answer_of(id: &str) -> Place<'_> {
    Place { table: "steps", id, column: "answer" }
}

fn found(rows: u64, plan: &str, seq: u16) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::unknown("step", &format!("{plan}/{seq}"))) } else { Ok(()) }
}

/// What is kept of an answer, where it is text without half a character at its end.
fn cut(answer: &[u8]) -> &[u8] {
    if answer.len() <= ANSWER_MOST {
        return answer;
    }
    let continues = |at: &usize| answer.get(*at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let most = ANSWER_MOST - CUT.len();
    // A character has at most three bytes after its first.
    let end = (most - 3..=most).rev().find(|at| !continues(at)).unwrap_or(most);
    answer.get(..end).unwrap_or_default()
}

/// Bytes of a number in a row of SQLite (database file format, 2.1).
fn width(number: i64) -> usize {
    match number {
        0 | 1 => 0,
        n if i8::try_from(n).is_ok() => 1,
        n if i16::try_from(n).is_ok() => 2,
        n if i32::try_from(n).is_ok() => 4,
        _ => 8,
    }
}

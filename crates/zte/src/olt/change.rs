//! Changing an ONU that exists.

use std::collections::BTreeSet;
use std::time::Duration;

use gpon::{OnuChange, OnuRef, OnuTarget, PonPort, SerialNumber};
use tokio::time::Instant;

use super::Olt;
use super::listing::Listings;
use crate::change::{
    self, ChangeError, How, Journal, NotChanged, Outcome, Plan, Progress, Run, Survey, Turn,
};
use crate::cli::show::onu_by_sn::ShowOnuBySn;
use crate::cli::text::PonConfig;
use crate::cli::{Cli, Mode, Rank, WriteTurn};
use crate::firmware::dialect::{Changes, Dialect};
use crate::reach::terminal::PATIENCE;
use crate::reach::{Inner, Problems};
use crate::{OltError, Trouble};

/// How long a change waits for its turn: whoever asked for it is told before a
/// request is given up that nothing was sent.
const QUEUED: Duration = Duration::from_secs(60);

/// What a change needs of an OLT.
pub(super) struct Ground<'a> {
    pub(super) cli: &'a Cli,
    pub(super) dialect: &'static Dialect,
    pub(super) changes: &'static Changes,
}

impl Olt {
    /// What a change would do. Only reads are made.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub async fn plan(&self, change: &OnuChange) -> Result<Plan, ChangeError> {
        let planned = async {
            let ground = self.ground().await?;
            let at = self.place(change.target).await?;
            let deadline = Instant::now() + PATIENCE;
            let mut turn = ground.cli.read_turn(deadline).await?;
            let mut survey = Survey { turn: Turn::Reading(&mut turn, deadline), changes: ground.changes };
            planned(&mut survey, ground.dialect, change, at).await
        };
        Box::pin(planned).await.map_err(|why| self.failed(&act(change), why))
    }

    /// What changes of ONUs of one PON would do: by one turn and one reading of the PON. Only
    /// reads are made. Each has its own end, in their order; others wait for all of them.
    pub async fn plan_together(
        &self,
        pon: PonPort,
        all: &[(OnuRef, OnuChange)],
    ) -> Vec<Result<Plan, ChangeError>> {
        let begun = async {
            let ground = self.ground().await?;
            let deadline = Instant::now() + PATIENCE;
            let mut turn = ground.cli.read_turn(deadline).await?;
            let mut survey = Survey { turn: Turn::Reading(&mut turn, deadline), changes: ground.changes };
            let stands = survey.pon(pon).await?;
            let mut plans = Vec::with_capacity(all.len());
            for (at, change) in all {
                plans.push(planned_on(&mut survey, ground.dialect, &stands, (change, *at)).await);
            }
            Ok::<_, NotChanged>(plans)
        };
        let plans = Box::pin(begun).await;
        let plans = plans.unwrap_or_else(|why| all.iter().map(|_| Err(why.clone())).collect());
        let failed = |((_, change), plan): (&(OnuRef, OnuChange), Result<Plan, NotChanged>)| {
            plan.map_err(|why| self.failed(&act(change), why))
        };
        all.iter().zip(plans).map(failed).collect()
    }

    /// Makes a change. Whatever becomes of who waits for it, it runs to a known end:
    /// applied, undone, named as partial, or, where the link is lost and does not come
    /// back within `patience`, pending. Dropped, it ends in the middle and is pending too.
    ///
    /// # Errors
    /// [`ChangeError`]: nothing that changes anything was sent.
    pub async fn change(
        &self,
        change: &OnuChange,
        journal: &dyn Journal,
        patience: Duration,
    ) -> Result<(Plan, Outcome), ChangeError> {
        let made = async {
            let ground = self.ground().await?;
            let at = self.place(change.target).await?;
            let mut turn = ground.turn().await?;
            let mut survey = Survey { turn: Turn::Writing(&mut turn), changes: ground.changes };
            let plan = planned(&mut survey, ground.dialect, change, at).await?;
            let run = Run::new(
                (ground.cli, ground.changes),
                (&self.0.answers, self.0.reboot_wait),
                &plan,
                journal,
                Some(turn),
                Vec::new(),
            );
            let outcome = run.first(patience).await?;
            Ok((plan, outcome))
        };
        Box::pin(made).await.map_err(|why| self.failed(&act(change), why))
    }

    /// Makes a change that was planned before: exactly its lines. The plan that comes back
    /// knows since when the ONU is in service, which one that was kept cannot.
    ///
    /// # Errors
    /// As [`change`](Self::change); [`NotChanged::Stale`] where what it touches is no
    /// longer as it was planned on.
    pub async fn apply(
        &self,
        plan: &Plan,
        journal: &dyn Journal,
        patience: Duration,
    ) -> Result<(Plan, Outcome), ChangeError> {
        let made = async {
            let ground = self.ground().await?;
            let mut listings = Listings::default();
            let mut turn = loop {
                let mut turn = ground.turn().await?;
                let mut survey = Survey { turn: Turn::Writing(&mut turn), changes: ground.changes };
                let now = survey.config(plan.at(), &plan.blocks()).await?;
                let mut changed = plan.stale(&now);
                if changed.is_empty() {
                    let stale = self.stale_elsewhere(&mut survey, plan, &mut listings).await;
                    if listings.is_missing() {
                        drop(turn);
                        self.list_for(&mut listings).await?;
                        continue;
                    }
                    changed = stale?;
                }
                if !changed.is_empty() {
                    return Err(NotChanged::Stale { changed });
                }
                break turn;
            };
            let _registers = self.registers(plan);
            let mut plan = plan.clone();
            if plan.restarts() {
                let mut survey = Survey { turn: Turn::Writing(&mut turn), changes: ground.changes };
                plan.0.life = Some(survey.life(plan.at()).await?);
            }
            let run = Run::new(
                (ground.cli, ground.changes),
                (&self.0.answers, self.0.reboot_wait),
                &plan,
                journal,
                Some(turn),
                Vec::new(),
            );
            let outcome = run.first(patience).await?;
            Ok((plan, outcome))
        };
        Box::pin(made).await.map_err(|why| self.failed(&plan.0.act, why))
    }

    /// Brings a change to an end that was interrupted so long ago, after these steps:
    /// each is looked for on the device, none is sent again blindly.
    ///
    /// # Errors
    /// [`ChangeError`]: it could not be begun, and is as pending as before.
    pub async fn settle(
        &self,
        plan: &Plan,
        progress: Vec<Progress>,
        age: Duration,
        how: How,
        journal: &dyn Journal,
        patience: Duration,
    ) -> Result<Outcome, ChangeError> {
        let settled = async {
            let ground = self.ground().await?;
            let _registers = self.registers(plan);
            let known = (&self.0.answers, self.0.reboot_wait);
            let mut run = Run::new((ground.cli, ground.changes), known, plan, journal, None, progress);
            run.age = age;
            Ok(run.settle(how, patience).await)
        };
        Box::pin(settled).await.map_err(|why| self.failed(&format!("settle: {}", plan.0.act), why))
    }

    /// How long an ONU that was told to start again needs at most until its history shows it.
    pub fn reboot_wait(&self) -> Duration {
        self.0.reboot_wait
    }

    /// Whether so many changes wait for their turn that one more would be sent away.
    pub fn is_full_of_changes(&self) -> bool {
        self.0.cli.as_ref().is_some_and(Cli::is_full_of_writers)
    }

    /// Where the ONU with this serial number is registered.
    ///
    /// # Errors
    /// [`NotChanged::NoSuchSerial`], [`NotChanged::Ambiguous`], and as every command.
    pub async fn find(&self, serial: SerialNumber) -> Result<OnuRef, ChangeError> {
        let place = self.place(OnuTarget::Serial(serial)).await;
        place.map_err(|why| self.failed(&format!("look for ONU {serial}"), why))
    }

    /// Whether no ONU is registered with this serial number: one listing of the whole OLT says so.
    ///
    /// # Errors
    /// As every reading, and where a part of the OLT could not be read.
    pub async fn is_gone(&self, serial: SerialNumber) -> Result<bool, ChangeError> {
        let listed = self.listed_with(serial).await;
        let act = format!("look for ONU {serial}");
        listed.map(|places| places.is_empty()).map_err(|why| self.failed(&act, why))
    }

    /// Whether the ONU of a plan that restarts it has been away since, and is back.
    ///
    /// # Errors
    /// As every command.
    pub async fn has_restarted(&self, plan: &Plan) -> Result<bool, ChangeError> {
        let looked = async {
            let ground = self.ground().await?;
            let deadline = Instant::now() + PATIENCE;
            let mut turn = ground.cli.read_turn(deadline).await?;
            let mut survey = Survey { turn: Turn::Reading(&mut turn, deadline), changes: ground.changes };
            let now = survey.life(plan.at()).await?;
            if !plan.0.life.as_ref().is_some_and(|then| now.has_gone_on_since(then) && now.is_online()) {
                return Ok(false);
            }
            // Another one may have been registered there meanwhile.
            let config = survey.config(plan.at(), &[]).await?;
            Ok(config.registered.is_some() && config.registered == plan.0.have.registered)
        };
        looked.await.map_err(|why| self.failed(&format!("look after: {}", plan.0.act), why))
    }

    /// What it may be told, by the firmware that it was learned to have.
    pub(super) async fn ground(&self) -> Result<Ground<'_>, NotChanged> {
        let olt = &*self.0;
        let cli = olt.cli.as_ref().ok_or(Trouble::NoCli)?;
        let (identity, firmware) = olt.learned(olt.snmp.deadline()).await?;
        let changes = firmware.dialect.changes.filter(|_| identity.known);
        let changes = changes.ok_or(NotChanged::UnsupportedFirmware)?;
        Ok(Ground { cli, dialect: firmware.dialect, changes })
    }

    /// Where the ONU stands.
    async fn place(&self, target: OnuTarget) -> Result<OnuRef, NotChanged> {
        let serial = match target {
            OnuTarget::Place(at) => return Ok(at),
            OnuTarget::Serial(serial) => serial,
        };
        let mut places = match self.registered_by(serial).await {
            Ok(Some(places)) => places,
            // Not every device takes the command, has a command line, or says that there is none;
            // the tables name every ONU.
            Ok(None)
            | Err(OltError {
                trouble: Trouble::Refused { .. } | Trouble::UnprovenNone { .. } | Trouble::NoCli,
                ..
            }) => self.listed_with(serial).await?,
            Err(error) => return Err(error.trouble.into()),
        };
        match (places.pop(), places.is_empty()) {
            (Some(at), true) => Ok(at),
            (Some(last), false) => {
                places.push(last);
                Err(NotChanged::Ambiguous { serial, places })
            }
            (None, _) => Err(NotChanged::NoSuchSerial(serial)),
        }
    }

    /// Where the command line says that it is registered; `None` where it says nothing.
    async fn registered_by(&self, serial: SerialNumber) -> Result<Option<Vec<OnuRef>>, OltError> {
        let act = format!("look for {serial}");
        let reading = self
            .read(&act, async |olt: &Inner, _| {
                let mut asking = olt.asking().await?;
                let found = asking.answer(&ShowOnuBySn { serial }).await?;
                let places: BTreeSet<OnuRef> = found.rows.into_iter().map(|row| row.onu).collect();
                let strange = found.unknown.first();
                match strange.filter(|_| !places.is_empty()) {
                    Some(strange) => {
                        let quoted = gpon::quoted(&strange.text);
                        let why = format!("looking for {serial}: {}: {quoted}", strange.reason);
                        Err(Trouble::UnexpectedReply(why))
                    }
                    None => Ok((strange.is_none().then_some(places), Problems::default())),
                }
            })
            .await?;
        Ok(reading.value.map(|places| places.into_iter().collect()))
    }

    async fn listed_with(&self, serial: SerialNumber) -> Result<Vec<OnuRef>, NotChanged> {
        let reading = self.all_onus().await.map_err(|error| error.trouble)?;
        let of = |onu: &gpon::Onu| (onu.serial == Some(serial)).then_some(onu.at);
        let places: Vec<OnuRef> = reading.value.iter().filter_map(of).collect();
        let cut = reading.problems.iter().any(|problem| matches!(problem, gpon::Problem::Failed { .. }));
        if places.is_empty() && cut {
            let why = format!("not every PON could be read while looking for {serial}");
            return Err(Trouble::UnexpectedReply(why).into());
        }
        Ok(places)
    }

    pub(super) fn failed(&self, act: &str, why: NotChanged) -> ChangeError {
        ChangeError { olt: self.id().to_owned(), act: act.to_owned(), why }
    }
}

fn act(change: &OnuChange) -> String {
    format!("{} ONU {}", change.wish.act(), change.target)
}

pub(super) async fn planned(
    survey: &mut Survey<'_>,
    dialect: &Dialect,
    change: &OnuChange,
    at: OnuRef,
) -> Result<Plan, NotChanged> {
    let pon = survey.pon(at.pon).await?;
    planned_on(survey, dialect, &pon, (change, at)).await
}

/// The same on a PON that has been read.
async fn planned_on(
    survey: &mut Survey<'_>,
    dialect: &Dialect,
    pon: &PonConfig,
    (change, at): (&OnuChange, OnuRef),
) -> Result<Plan, NotChanged> {
    let have = survey.config_on(pon, at, change::blocks(&change.wish)).await?;
    let life = match have.registered {
        Some(_) if change::restarts(&change.wish) => Some(survey.life(at).await?),
        _ => None,
    };
    change::plan(dialect, survey.changes, change, have, life)
}

impl Ground<'_> {
    /// The turn that writes, at the place where every plan begins.
    pub(super) async fn turn(&self) -> Result<WriteTurn, NotChanged> {
        let turn = self.cli.write_turn(Rank::Person, Instant::now() + QUEUED).await?;
        match turn.mode() {
            Mode::Enabled => Ok(turn),
            mode => {
                let why = format!("the command line stands at `{mode}`, and changes begin at `#` alone");
                Err(Trouble::UnexpectedReply(why).into())
            }
        }
    }
}

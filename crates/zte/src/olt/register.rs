//! Registering ONUs: one, or several of a PON at once.

use std::collections::BTreeSet;
use std::time::Duration;

use gpon::{Difference, OnuId, OnuRef, OnuService, PonPort, Problem, Registration, WanMode};
use tokio::time::Instant;

use super::Olt;
use super::change::Ground;
use super::listing::Listings;
use crate::change::{
    ChangeError, Chosen, Journal, NotChanged, OnuConfig, Outcome, Plan, REGISTER_BLOCKS, Run, Site, Survey,
    Turn, model_of, register,
};
use crate::cli::text::PonConfig;
use crate::firmware::dialect::Block;
use crate::reach::Inner;
use crate::reach::terminal::PATIENCE;
use crate::read::{self, onus::Depth};
use crate::strategy::{Item, ServiceModel, Strategy};

/// Which places are not to be given away, by why not: a job whose end is not known is about them.
pub type Taken<'a> = &'a (dyn Fn(OnuRef) -> Option<String> + Send + Sync);

/// What several registrations of a PON know together.
#[derive(Default)]
pub(super) struct Shared {
    pon: Option<PonConfig>,
    /// The numbers that were given to those before.
    given: BTreeSet<OnuId>,
    /// What a second source was asked for once.
    second: Option<BTreeSet<OnuId>>,
    pub(super) listings: Listings,
}

impl Shared {
    /// For another turn: what was read in the one before may be so no longer.
    pub(super) fn renew(&mut self) {
        *self = Self { listings: std::mem::take(&mut self.listings), ..Self::default() };
    }
}

impl Olt {
    /// What a registration would do. Only reads are made.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub async fn plan_registration(
        &self,
        wish: &Registration,
        taken: Taken<'_>,
    ) -> Result<Plan, ChangeError> {
        let planned = async {
            let ground = self.ground().await?;
            let mut shared = Shared::default();
            loop {
                let deadline = Instant::now() + PATIENCE;
                let mut turn = ground.cli.read_turn(deadline).await?;
                let mut survey = Survey { turn: Turn::Reading(&mut turn, deadline), changes: ground.changes };
                let plan = self.planned_registration(&mut survey, &ground, wish, taken, &mut shared).await;
                drop(turn);
                if !self.list_for(&mut shared.listings).await? {
                    break plan;
                }
                shared.renew();
            }
        };
        Box::pin(planned).await.map_err(|why| self.failed(&act(wish), why))
    }

    /// What registrations on one PON would do, one after the other: by one turn and one reading
    /// of the PON, each with a number of its own. No serial number may be among them twice.
    pub async fn plan_registrations(
        &self,
        all: &[&Registration],
        taken: Taken<'_>,
    ) -> Vec<Result<Plan, ChangeError>> {
        let begun = async {
            let ground = self.ground().await?;
            let mut shared = Shared::default();
            loop {
                let deadline = Instant::now() + PATIENCE;
                let mut turn = ground.cli.read_turn(deadline).await?;
                let mut survey = Survey { turn: Turn::Reading(&mut turn, deadline), changes: ground.changes };
                let mut plans = Vec::with_capacity(all.len());
                for wish in all {
                    let plan = self.planned_registration(&mut survey, &ground, wish, taken, &mut shared);
                    plans.push(Box::pin(plan).await);
                    if shared.listings.is_missing() {
                        break;
                    }
                }
                if !shared.listings.is_missing() {
                    return Ok::<_, NotChanged>(plans);
                }
                drop(turn);
                self.list_for(&mut shared.listings).await?;
                shared.renew();
            }
        };
        let plans =
            begun.await.unwrap_or_else(|why| all.iter().map(|_| Err(NotChanged::clone(&why))).collect());
        let failed = |(wish, plan): (&&Registration, Result<Plan, NotChanged>)| {
            plan.map_err(|why| self.failed(&act(wish), why))
        };
        all.iter().zip(plans).map(failed).collect()
    }

    /// Registers an ONU, or completes one that is registered there: see
    /// [`change`](Self::change) for how it ends.
    ///
    /// # Errors
    /// [`ChangeError`]: nothing that changes anything was sent.
    pub async fn register(
        &self,
        wish: &Registration,
        taken: Taken<'_>,
        journal: &dyn Journal,
        patience: Duration,
    ) -> Result<(Plan, Outcome), ChangeError> {
        let made = async {
            let ground = self.ground().await?;
            let mut shared = Shared::default();
            let (turn, plan) = loop {
                let mut turn = ground.turn().await?;
                let mut survey = Survey { turn: Turn::Writing(&mut turn), changes: ground.changes };
                let plan = self.planned_registration(&mut survey, &ground, wish, taken, &mut shared).await;
                if !shared.listings.is_missing() {
                    break (turn, plan?);
                }
                drop(turn);
                self.list_for(&mut shared.listings).await?;
                shared.renew();
            };
            let _registers = self.registers(&plan);
            let known = (&self.0.answers, self.0.reboot_wait);
            let run = Run::new((ground.cli, ground.changes), known, &plan, journal, Some(turn), Vec::new());
            let outcome = run.first(patience).await?;
            Ok((plan, outcome))
        };
        Box::pin(made).await.map_err(|why| self.failed(&act(wish), why))
    }

    pub(super) async fn planned_registration(
        &self,
        survey: &mut Survey<'_>,
        ground: &Ground<'_>,
        wish: &Registration,
        taken: Taken<'_>,
        shared: &mut Shared,
    ) -> Result<Plan, NotChanged> {
        if shared.pon.is_none() {
            shared.pon = Some(survey.pon(wish.pon).await?);
        }
        let pon = shared.pon.clone().ok_or(NotChanged::NoFreeId(wish.pon))?;
        let mut here = pon.onus.iter().filter(|onu| onu.serial == Some(wish.serial));
        let standing = match (here.next(), here.next()) {
            (Some(one), Some(other)) => {
                let places = [one.id, other.id].map(|id| OnuRef { pon: wish.pon, id }).to_vec();
                return Err(NotChanged::Ambiguous { serial: wish.serial, places });
            }
            (standing, _) => standing,
        };
        let site = Site { registering: &self.0.registering, names: &self.0.names };
        let onu_type =
            survey.onu_type(&site, wish, standing.map(|standing| standing.onu_type.as_str())).await?;
        let types: Vec<&str> = pon.onus.iter().map(|onu| onu.onu_type.as_str()).collect();
        let mut warnings = Vec::new();
        let (vlan_profile, names) = survey.look_up(&site, wish, (&onu_type, &types), &mut warnings).await?;
        let mut checks = vec![format!("PON {} was listed as a whole: {} ONUs", wish.pon, pon.onus.len())];
        let mut leaves = None;
        let have = match standing {
            Some(standing) => {
                let at = OnuRef { pon: wish.pon, id: standing.id };
                if let Some(wished) = wish.id.filter(|wished| *wished != standing.id) {
                    let (wished, stands) = (wished.to_string(), standing.id.to_string());
                    let differences = vec![Difference { what: "onu_id".to_owned(), wished, stands }];
                    return Err(NotChanged::Differs { at, differences });
                }
                if let Some(by) = taken(at) {
                    return Err(NotChanged::Locked { at, by });
                }
                checks.push(format!("{} is registered at {at} already", wish.serial));
                survey.config_on(&pon, at, &REGISTER_BLOCKS).await?
            }
            None => {
                leaves = self.leaves(survey, ground, wish, taken, &mut shared.listings).await?;
                let nowhere = if leaves.is_some() { "nowhere else" } else { "nowhere" };
                checks.push(format!("{} is registered {nowhere} on this OLT", wish.serial));
                let at = self.free(survey, &pon, wish, taken, shared).await?;
                checks.push(format!("{at} is free"));
                let mut have = OnuConfig::new(at, None);
                for block in [Block::PonPort, Block::Interface, Block::Remote] {
                    have.without(block);
                }
                have
            }
        };
        let strategy = self.strategy(wish, &onu_type, &have)?;
        let chosen = Chosen { strategy, onu_type, vlan_profile };
        let mut plan = register(ground.dialect, ground.changes, wish, &chosen, have, (checks, warnings))?;
        plan.0.names = names;
        Ok(match leaves {
            Some((deletion, place)) => plan.taking_over(ground.dialect, deletion, &place),
            None => plan,
        })
    }

    /// The number that the ONU gets: the wished one or the lowest, where nobody has it by one
    /// whole listing of the PON. Where that shows nothing, a second source has to agree
    /// (fact sheet, CLI §5.1, §9.2); a number about which they disagree is not given away.
    async fn free(
        &self,
        survey: &mut Survey<'_>,
        pon: &PonConfig,
        wish: &Registration,
        taken: Taken<'_>,
        shared: &mut Shared,
    ) -> Result<OnuRef, NotChanged> {
        let mut used = Survey::used(pon);
        if used.is_empty() {
            if shared.second.is_none() {
                shared.second = Some(self.listed_ids(survey, wish.pon).await?);
            }
            used.extend(shared.second.iter().flatten());
        }
        used.extend(&shared.given);
        let place = |id| OnuRef { pon: wish.pon, id };
        let at = match wish.id {
            Some(id) => {
                let at = place(id);
                let by = match pon.onus.iter().find(|onu| onu.id == id) {
                    Some(onu) => Some(match onu.serial {
                        Some(serial) => serial.to_string(),
                        None => "an ONU without a serial number".to_owned(),
                    }),
                    None if used.contains(&id) => Some("another ONU".to_owned()),
                    None => taken(at),
                };
                match by {
                    Some(by) => return Err(NotChanged::IdInUse { at, by }),
                    None => at,
                }
            }
            None => {
                let ids = (1..=OnuId::MAX).filter_map(|id| OnuId::new(id).ok());
                let free = ids.filter(|id| !used.contains(id)).map(place).find(|at| taken(*at).is_none());
                free.ok_or(NotChanged::NoFreeId(wish.pon))?
            }
        };
        shared.given.insert(at.id);
        Ok(at)
    }

    /// The numbers that SNMP knows of a PON, or, where it fails or names none, the command
    /// line's list of states: the turn that writes is ours, so that no other reading may wait for it.
    async fn listed_ids(&self, survey: &mut Survey<'_>, pon: PonPort) -> Result<BTreeSet<OnuId>, NotChanged> {
        let act = format!("list the ONUs of PON {pon}");
        let listed = self.read(&act, async |olt: &Inner, deadline| {
            let (_, firmware) = olt.learned(deadline).await?;
            read::onus::of_pon(olt, firmware, pon, Depth::List, deadline).await
        });
        match listed.await {
            Ok(reading)
                if !reading.problems.iter().any(|problem| matches!(problem, Problem::Failed { .. })) =>
            {
                Ok(reading.value.iter().map(|onu| onu.at.id).collect())
            }
            _ => survey.states(pon).await,
        }
    }

    /// Whether a registration names a strategy that there is, if it names one.
    ///
    /// # Errors
    /// [`NotChanged::NoSuchStrategy`].
    pub fn knows_strategy(&self, wish: &Registration) -> Result<(), NotChanged> {
        let strategies = &self.0.registering.strategies;
        match wish.strategy.as_ref().filter(|name| strategies.get(name).is_none()) {
            None => Ok(()),
            Some(name) => Err(NotChanged::NoSuchStrategy {
                name: name.to_string(),
                known: strategies.iter().map(|strategy| strategy.name().to_owned()).collect(),
            }),
        }
    }

    /// How the ONU is configured.
    fn strategy(
        &self,
        wish: &Registration,
        onu_type: &str,
        have: &OnuConfig,
    ) -> Result<&Strategy, NotChanged> {
        let strategies = &self.0.registering.strategies;
        let cannot = |what: String| Err(NotChanged::NotPossible { what });
        self.knows_strategy(wish)?;
        let strategy = match wish.strategy.as_ref().and_then(|name| strategies.get(name)) {
            Some(strategy) => strategy,
            None => {
                let stands = model_of(have);
                match strategies.choose(onu_type, wish.serial, wish.wan.is_some(), stands) {
                    Some(strategy) => strategy,
                    None => return cannot("no strategy fits the ONU; name one".to_owned()),
                }
            }
        };
        match left_out(wish, strategy) {
            Some(what) => cannot(format!("strategy {} sets no {what}", strategy.name())),
            None => Ok(strategy),
        }
    }
}

/// What of a wish a strategy has no step for: it would be left out without a word.
fn left_out(wish: &Registration, strategy: &Strategy) -> Option<&'static str> {
    let services = |is: fn(&OnuService) -> bool| wish.services.iter().any(is);
    let wan = wish.wan.as_ref().map(|wan| &wan.mode);
    let wished = [
        (wish.name.is_some() && !strategy.has(Item::Name), "name"),
        (wish.description.is_some() && !strategy.has(Item::Description), "description"),
        (
            services(|of| of.upstream.is_some() || of.downstream.is_some())
                && !strategy.has(Item::TrafficLimit),
            "limit of a GEM port",
        ),
        (services(|of| of.ports.is_some()) && !strategy.has(Item::PortVlan), "VLAN of a port"),
        // What has no tag its flows discard.
        (
            services(|of| of.onu_vlan().is_none()) && strategy.model() == ServiceModel::Flow,
            "service without a tag",
        ),
        (wan.is_some() && !strategy.has_wan(), "WAN"),
        (
            matches!(wan, Some(WanMode::Pppoe { .. } | WanMode::Static { .. })) && !strategy.has(Item::Wan),
            "WAN but by DHCP",
        ),
    ];
    wished.into_iter().find_map(|(is_left_out, what)| is_left_out.then_some(what))
}

pub(super) fn act(wish: &Registration) -> String {
    format!("register ONU {} on PON {}", wish.serial, wish.pon)
}

//! Targets that are chosen by what the OLTs say of their ONUs at the time of the request.
//!
//! Nothing of it comes from a cache, and whoever cannot be told to be meant or not ends the
//! request: nobody is left out without a word.

use std::collections::{BTreeMap, BTreeSet};

use gpon::{
    AdminState, AuthMode, ExpectedSerial, Field, NamedBy, Onu, OnuRef, PonPort, Problem, Reading, Word,
};

use super::onu_management::invalid;
use super::writing::let_through;
use crate::app::{App, ChosenOlt};
use crate::http::body::{OltName, OneOrMore, Phase, Reference, Whole, body};
use crate::http::{ErrorCode, Failure};
use crate::jobs::held_as;
use crate::store::HoldFilter;
use crate::writing::Extent;

/// Most ONUs that a filter may choose, as many as a list may name.
const MOST: usize = 5_000;
/// So many are named where others were expected.
const NAMED: usize = 5;

body! {
    /// Which ONUs are meant: those that meet all of this, read of the OLTs for this request. It needs `expect`.
    pub(super) struct Filter {
        /// At which OLTs; at all that are configured unless one is named here or in the path.
        olt: Option<OneOrMore<OltName>>,
        /// On which PON ports.
        pon_port: Option<OneOrMore<PonPort>>,
        /// In which phases they are.
        state: Option<OneOrMore<Phase>>,
        /// Whether they may come into service.
        admin_state: Option<AdminState>,
        /// As what type they are configured.
        onu_type: Option<Word>,
        /// Who holds them out of service.
        suspended_by: Option<Reference>,
    }
}

/// An ONU that a filter chose.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) olt: ChosenOlt,
    pub(super) at: OnuRef,
    /// Who stands there.
    pub(super) who: ExpectedSerial,
}

/// How many ONUs a filter has to choose.
///
/// # Errors
/// 400 where that is not said.
pub(super) fn expected(expect: Option<Whole<1, 5000>>) -> Result<usize, Failure> {
    let Some(Whole(expect)) = expect else {
        return Err(invalid(
            "A filter needs the number of ONUs that it is to choose.",
            "expect: it is required with filter; a dry run tells how many there are",
        ));
    };
    Ok(usize::try_from(expect).unwrap_or(usize::MAX))
}

/// Whether a filter has chosen as many as were expected.
///
/// # Errors
/// 409 with the number and the first of them.
pub(super) fn as_expected(chosen: &[Chosen], expect: usize) -> Result<(), Failure> {
    if chosen.len() == expect {
        return Ok(());
    }
    let mut named: Vec<String> = chosen.iter().take(NAMED).map(Chosen::named).collect();
    if chosen.len() > NAMED {
        named.push(format!("{} more", chosen.len() - NAMED));
    }
    let first = if named.is_empty() { String::new() } else { format!(": {}", named.join(", ")) };
    let detail = format!("expect: {expect} ONUs were expected, and {} meet the filter{first}", chosen.len());
    let message = "The filter chooses another number of ONUs than was expected; nothing was sent.";
    Err(Failure::new(ErrorCode::PlanStale, message, detail))
}

impl Chosen {
    fn named(&self) -> String {
        let who = match self.who {
            ExpectedSerial::Serial(serial) => serial.to_string(),
            ExpectedSerial::Without => "without a serial number".to_owned(),
        };
        format!("{} {} ({who})", self.olt.id(), self.at)
    }
}

impl Filter {
    /// The ONUs that meet it, those of an OLT together.
    ///
    /// # Errors
    /// Where an OLT is not written to, or not all can be told that has to be.
    pub(super) async fn choose(
        &self,
        app: &App,
        below: Option<&str>,
        dry_run: bool,
    ) -> Result<Vec<Chosen>, Failure> {
        let olts = self.olts(app, below)?;
        for olt in &olts {
            let_through(olt, Extent::Save, dry_run)?;
        }
        let each = olts.iter().map(|olt| self.of(olt));
        let mut chosen = Vec::new();
        for of in futures::future::join_all(each).await {
            chosen.extend(of?);
        }
        if chosen.len() > MOST {
            let detail = format!("filter: {} ONUs meet it, and {MOST} are the most", chosen.len());
            return Err(invalid("The filter chooses too many ONUs for one batch.", &detail));
        }
        Ok(chosen)
    }

    fn olts(&self, app: &App, below: Option<&str>) -> Result<Vec<ChosenOlt>, Failure> {
        let named = self.olt.as_ref().map(|OneOrMore(olts)| olts.iter().map(|OltName(olt)| olt.as_str()));
        let named: Option<BTreeSet<&str>> = named.map(Iterator::collect);
        match (named, below) {
            (Some(named), Some(below)) if named.iter().any(|olt| *olt != below) => Err(invalid(
                "The path names another OLT.",
                "filter.olt: it is another one than the path names",
            )),
            (_, Some(below)) => Ok(vec![app.olt(Some(below))?]),
            (Some(named), None) => named.into_iter().map(|olt| Ok(app.olt(Some(olt))?)).collect(),
            (None, None) => Ok(app.olts().collect()),
        }
    }

    async fn of(&self, olt: &ChosenOlt) -> Result<Vec<Chosen>, Failure> {
        let pons = self.pon_port.as_ref().map(|OneOrMore(pons)| pons.iter().copied());
        let pons: Option<BTreeSet<PonPort>> = pons.map(Iterator::collect);
        let mut chosen = Vec::new();
        match pons {
            Some(pons) => {
                for pon in pons {
                    chosen.extend(self.on(olt, Some(pon)).await?);
                }
            }
            None => chosen.extend(self.on(olt, None).await?),
        }
        Ok(chosen)
    }

    /// Those of a PON, or of the whole OLT.
    async fn on(&self, olt: &ChosenOlt, pon: Option<PonPort>) -> Result<Vec<Chosen>, Failure> {
        let writable = olt.writable();
        let onus = writable.onus_now(pon).await?;
        self.is_whole(olt, &onus)?;
        let mut admin = BTreeMap::new();
        if self.admin_state.is_some() && !onus.value.is_empty() {
            let read = writable.admin_states_now(pon).await?;
            self.is_whole(olt, &read)?;
            admin.extend(read.value.into_iter().filter_map(|onu| Some((onu.at, onu.admin?))));
        }
        let held = self.held(olt).await?;
        let mut chosen = Vec::new();
        for onu in &onus.value {
            if self.takes(olt, onu, admin.get(&onu.at).copied(), held.as_ref())? {
                chosen.push(Chosen { olt: olt.clone(), at: onu.at, who: who(olt, onu)? });
            }
        }
        Ok(chosen)
    }

    /// Whether all was read that it chooses by, and every ONU is in it.
    fn is_whole(&self, olt: &ChosenOlt, reading: &Reading<Vec<Onu>>) -> Result<(), Failure> {
        let asks = |field: Field| match field {
            Field::Status => self.state.is_some(),
            Field::OnuType => self.onu_type.is_some(),
            Field::AdminState => self.admin_state.is_some(),
            Field::Name | Field::SerialNumber | Field::Auth => true,
            // What is about no single ONU may be about whether there are more.
            field => !field.is_of_an_onu(),
        };
        let lost = reading.problems.iter().find(|problem| match problem {
            Problem::Failed { field, .. } | Problem::Uncertain { field, .. } => asks(*field),
            Problem::Unsupported { .. } | Problem::Odd { .. } => false,
        });
        if let Some(problem) = lost {
            return Err(Failure::incomplete(&format!("{}: which ONUs meet the filter", olt.id()), problem));
        }
        let chooses =
            [Field::Status, Field::OnuType, Field::AdminState].into_iter().filter(|field| asks(*field));
        match chooses
            .into_iter()
            .find(|field| reading.problems.contains(&Problem::Unsupported { field: *field }))
        {
            Some(_) => {
                let message = "The OLT's firmware does not tell this of its ONUs.";
                let detail = format!("{}: filter: there is no table to choose ONUs by", olt.id());
                Err(Failure::new(ErrorCode::UnsupportedByFirmware, message, detail))
            }
            None => Ok(()),
        }
    }

    /// Those that the owner holds, by what holds know them by.
    async fn held(&self, olt: &ChosenOlt) -> Result<Option<BTreeSet<String>>, Failure> {
        let Some(Reference(owner)) = &self.suspended_by else { return Ok(None) };
        let filter = HoldFilter { olt: Some(olt.id().to_owned()), owner: Some(owner.clone()), onu: None };
        let holds = olt.jobs().holds(&filter).await?;
        Ok(Some(holds.into_iter().map(|hold| hold.onu).collect()))
    }

    /// Whether an ONU is meant: what is known of it decides, and what is not known only where
    /// nothing else does.
    fn takes(
        &self,
        olt: &ChosenOlt,
        onu: &Onu,
        admin: Option<AdminState>,
        held: Option<&BTreeSet<String>>,
    ) -> Result<bool, Failure> {
        let known_as = held_as(onu.at, onu.serial.map(ExpectedSerial::Serial));
        let in_phase = |states: &OneOrMore<Phase>| Some(states.0.contains(&Phase(onu.state?)));
        let of_type = |wanted: &Word| Some(onu.onu_type.as_ref()? == wanted.as_str());
        let asked = [
            ("state", self.state.as_ref().map(in_phase)),
            ("admin_state", self.admin_state.map(|wanted| Some(admin? == wanted))),
            ("onu_type", self.onu_type.as_ref().map(of_type)),
            ("suspended_by", held.map(|held| Some(held.contains(&known_as)))),
        ];
        if asked.iter().any(|(_, meets)| matches!(meets, Some(Some(false)))) {
            return Ok(false);
        }
        match asked.iter().find(|(_, meets)| matches!(meets, Some(None))) {
            Some((what, _)) => Err(unknown(olt, onu, what)),
            None => Ok(true),
        }
    }
}

/// Who stands at the place of an ONU.
fn who(olt: &ChosenOlt, onu: &Onu) -> Result<ExpectedSerial, Failure> {
    match (onu.named_by, onu.serial, onu.auth) {
        (NamedBy::Management | NamedBy::CommandLine, Some(serial), _) => Ok(ExpectedSerial::Serial(serial)),
        (NamedBy::Management | NamedBy::CommandLine, None, Some(AuthMode::Password)) => {
            Ok(ExpectedSerial::Without)
        }
        (NamedBy::Management | NamedBy::CommandLine, None, _) => Err(unknown(olt, onu, "serial_number")),
        // Nothing is written on the word of such a table.
        _ => Err(unknown(olt, onu, "whether it is configured")),
    }
}

fn unknown(olt: &ChosenOlt, onu: &Onu, what: &str) -> Failure {
    let message = "The OLT does not tell of every ONU whether it meets the filter; nothing was sent.";
    let detail = format!("filter: {} {}: {what} is not known", olt.id(), onu.at);
    Failure::new(ErrorCode::IncompleteReading, message, detail)
}

//! What a registration looks up on the OLT before it is planned.

use std::collections::{BTreeMap, BTreeSet};

use gpon::{Elsewhere, Lacking, OnuId, OnuRef, PonPort, Registration, SerialNumber, TypeChoice, WanMode};

use super::NotChanged;
use super::survey::{Read, Survey, refused};
use crate::Trouble;
use crate::cli::show::onu_by_sn::ShowOnuBySn;
use crate::cli::show::onu_type::ShowOnuType;
use crate::cli::show::{
    OnuDetailInfo, Parsed, Show, ShowOnuDetailInfo, ShowOnuProfileIp, ShowOnuProfileVlan, ShowOnuState,
    ShowPonOnuUncfg, ShowProfileTcont, ShowProfileTraffic, ShowVlanSummary,
};
use crate::cli::text::PonConfig;
use crate::reach::names::{Name, Named, Names};
use crate::settings::Registering;

/// Names that are looked up.
pub(crate) type Wanted = BTreeSet<(Named, String)>;

/// What is known of the site besides what the OLT says.
pub(crate) struct Site<'a> {
    pub(crate) registering: &'a Registering,
    pub(crate) names: &'a Names,
}

impl Survey<'_> {
    /// The numbers of a PON that are in use by its configuration, those of lines that are not
    /// understood among them.
    pub(crate) fn used(pon: &PonConfig) -> BTreeSet<OnuId> {
        let by_line = pon.lines.iter().filter_map(|line| {
            let mut words = line.text.expose().split_whitespace();
            (words.next() == Some("onu")).then(|| words.next()?.parse().ok()).flatten()
        });
        pon.onus.iter().map(|onu| onu.id).chain(by_line).collect()
    }

    /// The numbers in use by the list of states, which is whole by its footer. That it says
    /// "none" is no proof (fact sheet, CLI §9.2) but agrees with a configuration without ONUs.
    pub(crate) async fn states(&mut self, pon: PonPort) -> Result<BTreeSet<OnuId>, NotChanged> {
        // Without its footer a list may end anywhere.
        let counted = |text: &str| ShowOnuState::parse(text).rows.total.is_some();
        match self.ask_whole(&ShowOnuState::Pon(pon), counted).await? {
            Read::Rows(Parsed { rows, unknown }) => {
                let ids: BTreeSet<OnuId> =
                    rows.onus.iter().filter(|row| row.onu.pon == pon).map(|row| row.onu.id).collect();
                let whole = rows.total.is_some_and(|total| usize::try_from(total) == Ok(ids.len()));
                if whole && unknown.is_empty() {
                    return Ok(ids);
                }
                let why = format!("the list of ONUs of PON {pon} does not agree with its footer");
                Err(Trouble::UnexpectedReply(why).into())
            }
            Read::Refused(line) if self.turn.says_none(&line) => Ok(BTreeSet::new()),
            Read::Refused(answer) => Err(refused("list the ONUs of the PON port", answer)),
        }
    }

    /// Where a serial number is registered on this OLT; `None` where the OLT does not say.
    pub(crate) async fn places(&mut self, serial: SerialNumber) -> Result<Option<Vec<OnuRef>>, NotChanged> {
        let show = ShowOnuBySn { serial };
        let command = show.line_in(self.turn.dialect());
        match self.said(&command).await? {
            (Ok(text), _) => {
                let mut places: Vec<OnuRef> =
                    ShowOnuBySn::parse(&text).rows.into_iter().map(|row| row.onu).collect();
                places.sort();
                places.dedup();
                // Only a refusal says that there is none.
                Ok((!places.is_empty()).then_some(places))
            }
            (Err(line), true) if self.turn.says_none(&line) => Ok(Some(Vec::new())),
            (Err(_), _) => Ok(None),
        }
    }

    /// What is known of an ONU that has the serial number which is to be registered here.
    pub(crate) async fn elsewhere(&mut self, at: OnuRef) -> Result<Elsewhere, NotChanged> {
        let unknown = Elsewhere { at, name: None, phase: None, offline_since: None };
        let Read::Rows(Parsed { rows, .. }) = self.ask(&ShowOnuDetailInfo { onu: at }).await? else {
            return Ok(unknown);
        };
        let OnuDetailInfo { name, phase, history, .. } = rows;
        let offline_since = history.last().and_then(|row| row.offline_at).map(|at| at.to_string());
        let offline_since = offline_since.filter(|_| phase != Some(gpon::OnuState::Online));
        Ok(Elsewhere { at, name, phase, offline_since })
    }

    /// As what the ONU is registered: as it stands there, as it is wished, or as its model says.
    pub(crate) async fn onu_type(
        &mut self,
        site: &Site<'_>,
        wish: &Registration,
        stands: Option<&str>,
    ) -> Result<String, NotChanged> {
        match (&wish.onu_type, stands) {
            (TypeChoice::Named(name), _) => return Ok(name.to_string()),
            (TypeChoice::Auto, Some(stands)) => return Ok(stands.to_owned()),
            (TypeChoice::Auto, None) => {}
        }
        let model = match self.ask(&ShowPonOnuUncfg).await? {
            Read::Rows(Parsed { rows, .. }) => {
                rows.into_iter().find(|row| row.serial == Some(wish.serial)).and_then(|row| row.model)
            }
            Read::Refused(_) => None,
        };
        let onu_type = site.registering.type_of(model.as_deref());
        onu_type.map(ToString::to_string).ok_or(NotChanged::UnknownModel { model })
    }

    /// Looks up every name that a registration uses, and says which VLAN profile it takes, and
    /// which names those are. What could not be looked up is warned of: the OLT refuses what it lacks.
    pub(crate) async fn look_up(
        &mut self,
        site: &Site<'_>,
        wish: &Registration,
        (onu_type, known_types): (&str, &[&str]),
        warnings: &mut Vec<String>,
    ) -> Result<(Option<String>, Wanted), NotChanged> {
        let mut wanted = Wanted::new();
        for service in &wish.services {
            wanted.insert((Named::DbaProfile, service.dba_profile.to_string()));
            wanted.extend(
                service
                    .upstream
                    .iter()
                    .chain(&service.downstream)
                    .map(|name| (Named::TrafficProfile, name.to_string())),
            );
            // A VLAN of the customer's side needs none of the OLT's.
            wanted.extend(
                [Some(service.vlan), service.svlan]
                    .into_iter()
                    .flatten()
                    .map(|vlan| (Named::Vlan, vlan.to_string())),
            );
        }
        if !known_types.contains(&onu_type) {
            wanted.insert((Named::OnuType, onu_type.to_owned()));
        }
        let wan = wish.wan.as_ref();
        wanted.extend(
            wan.and_then(|wan| wan.vlan_profile.as_ref()).map(|name| (Named::VlanProfile, name.to_string())),
        );
        if let Some(WanMode::Static { ip_profile, .. }) = wan.map(|wan| &wan.mode) {
            wanted.insert((Named::IpProfile, ip_profile.to_string()));
        }
        let mut lacking = Vec::new();
        for (kind, name) in &wanted {
            match self.has(site, *kind, |known| known.0 == *name).await? {
                Some(true) => {}
                Some(false) if *kind == Named::OnuType && self.has_type(name).await? => {}
                Some(false) => lacking.push(Lacking { kind: kind.as_str().to_owned(), name: name.clone() }),
                None => {
                    warnings.push(format!("whether the OLT has {} {name} could not be read", kind.as_str()))
                }
            }
        }
        if !lacking.is_empty() {
            return Err(NotChanged::Lacks(lacking));
        }
        let vlan_profile = match wan {
            None => None,
            Some(wan) => Some(match &wan.vlan_profile {
                Some(name) => name.to_string(),
                None => self.vlan_profile(site, wish).await?,
            }),
        };
        wanted.extend(vlan_profile.iter().map(|name| (Named::VlanProfile, name.clone())));
        Ok((vlan_profile, wanted))
    }

    /// Which of the names that were looked up for a plan the OLT has no longer. Their lists are
    /// read anew; of one that is not to be had, or not understood, nothing is said.
    pub(crate) async fn gone(&mut self, names: &Names, wanted: &Wanted) -> Result<Vec<String>, NotChanged> {
        let mut lists = BTreeMap::new();
        let mut gone = Vec::new();
        for (kind, name) in wanted {
            if !lists.contains_key(kind) {
                let listed = self.names(*kind).await?;
                if let Some((listed, _)) = &listed {
                    names.learned(*kind, listed);
                }
                lists.insert(*kind, listed);
            }
            let Some(Some((listed, true))) = lists.get(kind) else { continue };
            let is_there = listed.iter().any(|(known, _)| known == name)
                || *kind == Named::OnuType && self.has_type(name).await?;
            if !is_there {
                gone.push(format!("{} {name}", kind.as_str()));
            }
        }
        Ok(gone)
    }

    /// The only VLAN profile of the first service's VLAN.
    async fn vlan_profile(&mut self, site: &Site<'_>, wish: &Registration) -> Result<String, NotChanged> {
        let Some(vlan) = wish.services.first().and_then(gpon::OnuService::onu_vlan) else {
            let what =
                "a WAN needs a service with a VLAN on the customer's side, or a vlan_profile".to_owned();
            return Err(NotChanged::NotPossible { what });
        };
        let is_of_vlan = |(_, of): &Name| *of == Some(vlan.get());
        if self.has(site, Named::VlanProfile, is_of_vlan).await?.is_none() {
            let what = "the ONU VLAN profiles could not be read: name the vlan_profile of the WAN".to_owned();
            return Err(NotChanged::NotPossible { what });
        }
        let mut fitting = site.names.known(Named::VlanProfile, is_of_vlan).into_iter();
        match (fitting.next(), fitting.next()) {
            (Some((name, _)), None) => Ok(name),
            (None, _) => {
                let name = format!("for VLAN {vlan}");
                Err(NotChanged::Lacks(vec![Lacking { kind: Named::VlanProfile.as_str().to_owned(), name }]))
            }
            (Some((one, _)), Some((other, _))) => {
                let what = format!("several ONU VLAN profiles have VLAN {vlan}: {one}, {other}; name one");
                Err(NotChanged::NotPossible { what })
            }
        }
    }

    /// Whether the OLT has such a name; `None` where its list is not to be had, or not understood.
    async fn has(
        &mut self,
        site: &Site<'_>,
        kind: Named,
        is: impl Fn(&Name) -> bool,
    ) -> Result<Option<bool>, NotChanged> {
        if !site.names.known(kind, &is).is_empty() {
            return Ok(Some(true));
        }
        let Some((names, whole)) = self.names(kind).await? else { return Ok(None) };
        let has = names.iter().any(is);
        site.names.learned(kind, &names);
        Ok((has || whole).then_some(has))
    }

    /// The names of a kind, and whether their list is wholly understood.
    async fn names(&mut self, kind: Named) -> Result<Option<(Vec<Name>, bool)>, NotChanged> {
        let plain = |name: String| (name, None);
        Ok(match kind {
            Named::Vlan => {
                self.listed(&ShowVlanSummary, |rows| {
                    let vlans = rows.ranges.into_iter().flat_map(|(first, last)| first.get()..=last.get());
                    vlans.map(|vlan| plain(vlan.to_string())).collect()
                })
                .await?
            }
            Named::DbaProfile => {
                self.listed(&ShowProfileTcont, |rows| rows.into_iter().map(|row| plain(row.name)).collect())
                    .await?
            }
            Named::TrafficProfile => {
                self.listed(&ShowProfileTraffic, |rows| rows.into_iter().map(|row| plain(row.name)).collect())
                    .await?
            }
            Named::OnuType => {
                self.listed(&ShowOnuType::Gpon, |rows| {
                    rows.into_iter().filter_map(|row| row.name).map(plain).collect()
                })
                .await?
            }
            Named::VlanProfile => {
                self.listed(&ShowOnuProfileVlan, |rows| {
                    let named = |row: crate::cli::show::OnuVlanProfile| Some((row.name?, row.cvlan));
                    rows.into_iter().filter_map(named).collect()
                })
                .await?
            }
            Named::IpProfile => {
                self.listed(&ShowOnuProfileIp, |rows| {
                    rows.into_iter().filter_map(|row| row.name).map(plain).collect()
                })
                .await?
            }
        })
    }

    async fn listed<S: Show>(
        &mut self,
        show: &S,
        names: impl FnOnce(S::Rows) -> Vec<Name>,
    ) -> Result<Option<(Vec<Name>, bool)>, NotChanged> {
        Ok(match self.ask(show).await? {
            Read::Rows(Parsed { rows, unknown }) => Some((names(rows), unknown.is_empty())),
            // Nothing is there of which every OLT has some, or which was just refused.
            Read::Refused(_) => None,
        })
    }

    /// Whether there is a type of this name: some firmwares list the factory's only (CLI §4.7).
    async fn has_type(&mut self, name: &str) -> Result<bool, NotChanged> {
        let command = format!("{} {name}", ShowOnuType::Gpon.line_in(self.turn.dialect()));
        let (Ok(text), _) = self.said(&command).await? else { return Ok(false) };
        Ok(ShowOnuType::parse(&text).rows.iter().any(|row| row.name.as_deref() == Some(name)))
    }
}

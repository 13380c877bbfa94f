use std::net::Ipv4Addr;

use gpon::{OfflineReason, OnuRef, OnuState, PonPort, SerialNumber};
use jiff::civil::DateTime;

use super::file::File;
use super::rule::{Count, Kind, Rule};
use super::service::{self, Service};
use super::{ScenarioError, before};
use crate::cli::WriteOptions;
use crate::device::{Device, Equipment, Ethernet, IpHost, Onu, Optics, Pppoe, Traffic, hardware_of};
use crate::random::Random;

const MINUTE: u64 = 60;
const DAY: u64 = 86_400;

/// Makes the ONUs of one rule, each by its own dice: what one of them gets does
/// not depend on the others.
pub(super) struct Maker<'a> {
    pub(super) rule: &'a Rule,
    seed: u64,
    start: DateTime,
    kinds: &'a [Kind],
    writes: &'a WriteOptions,
    services: Vec<Service>,
    vlan_profile: Option<&'a str>,
}

impl<'a> Maker<'a> {
    /// # Errors
    /// A rule that cannot be: it names a VLAN or a profile the scenario lacks, a
    /// name that is no text, more ONUs than a PON holds.
    pub(super) fn new(
        file: &'a File,
        device: &Device,
        place: &str,
        rule: &'a Rule,
        start: DateTime,
    ) -> Result<Self, ScenarioError> {
        let at = |key: &str| format!("{place}.{key}");
        let highest = match rule.count {
            Count::Exactly(count) => count,
            Count::Between([low, high]) => low.max(high),
        };
        if highest > gpon::OnuId::MAX {
            return Err(ScenarioError::at(at("count"), "a PON holds at most 128 ONUs"));
        }
        for (key, texts) in [("names", &rule.names), ("descriptions", &rule.descriptions)] {
            for (number, text) in texts.iter().enumerate() {
                if text.bytes(1, 1, 1).is_none() {
                    let rule = "hex takes pairs of hexadecimal digits";
                    return Err(ScenarioError::at(at(&format!("{key}[{number}]")), rule));
                }
            }
        }
        let kinds = rule.kinds.as_deref().unwrap_or(&file.kinds);
        let services = service::services(file, device, &rule.services, &at("services"))?;
        let vlan_profile = file.vlan_profiles.first().map(|profile| profile.name.as_str());
        Ok(Self { rule, seed: file.seed, start, kinds, writes: &file.writes, services, vlan_profile })
    }

    /// The ONU at a place.
    ///
    /// # Errors
    /// A vendor that cannot stand in a serial number.
    pub(super) fn onu(&self, at: OnuRef) -> Result<Onu, ScenarioError> {
        let (slot, port, id) = (at.pon.slot(), at.pon.port(), at.id.get());
        let mut random = Random::new(self.seed, &[u64::from(slot), u64::from(port), u64::from(id)]);
        let random = &mut random;
        let usual = Kind::default();
        let kind_at = random.weighted(self.kinds.iter().map(|kind| kind.weight));
        let kind = self.kinds.get(kind_at).unwrap_or(&usual);
        let phase_at = random.weighted(self.rule.phases.weights().into_iter());
        let phase = OnuState::ALL.get(phase_at).copied().unwrap_or(OnuState::Online);
        let serial = distinct_serial(self.seed, at.pon, id, &kind.vendor)
            .map_err(|error| ScenarioError::at(format_args!("kinds.vendor {:?}", kind.vendor), error))?;
        let mut onu = Onu::new(serial, &kind.onu_type, phase);
        let mut text = |texts: &[super::text::Text]| {
            let mut bytes =
                random.pick(texts).and_then(|text| text.bytes(slot, port, id)).unwrap_or_default();
            bytes.truncate(self.rule.name_limit);
            bytes
        };
        onu.configured.name = text(&self.rule.names);
        onu.configured.description = text(&self.rule.descriptions);
        onu.equipment = Equipment {
            vendor: kind.vendor.clone(),
            hardware: kind.hardware.clone().unwrap_or_else(|| hardware_of(&kind.version)),
            software: kind.version.clone(),
            model: kind.model.clone(),
        };
        onu.behaviour = kind.behaviour.clone();
        onu.configured.password =
            random.percent(self.rule.password_percent).then(|| format!("pw{slot:02}{port:02}{id:03}"));
        self.history(&mut onu, random);
        self.light(&mut onu, random);
        self.remote(&mut onu, kind, at, random);
        service::provision(self.writes, &self.services, &mut onu, id);
        let (up, down) = (random.below(400_000), random.below(2_500_000));
        onu.upstream = Traffic::new(random.below(1_000_000_000_000), up);
        onu.downstream = Traffic::new(random.below(8_000_000_000_000), down);
        Ok(onu)
    }

    /// When it came and went, and why: as the phase wants it.
    fn history(&self, onu: &mut Onu, random: &mut Random) {
        let ago = |seconds| Some(before(self.start, seconds));
        let mut between = |low: u64, high: u64| low + random.below(high - low);
        match onu.phase() {
            OnuState::Online => {
                let online = between(10 * MINUTE, 60 * DAY);
                onu.last_online = ago(online);
                onu.last_offline = ago(online + between(MINUTE, 3 * DAY));
                onu.reason = OfflineReason::PowerOff;
            }
            OnuState::AuthFailed => onu.reason = OfflineReason::AuthFail,
            OnuState::Logging | OnuState::Synchronization => {
                let offline = between(20, 2 * MINUTE);
                onu.last_offline = ago(offline);
                onu.last_online = ago(offline + between(DAY, 60 * DAY));
                onu.reason = OfflineReason::Reboot;
            }
            OnuState::Los | OnuState::DyingGasp | OnuState::Offline => {
                let offline = between(5 * MINUTE, 20 * DAY);
                onu.last_offline = ago(offline);
                onu.last_online = ago(offline + between(MINUTE, 60 * DAY));
            }
        }
        onu.reason = match onu.phase() {
            OnuState::Los => *random.pick(&LIGHT_LOST).unwrap_or(&OfflineReason::Losi),
            OnuState::DyingGasp => OfflineReason::PowerOff,
            OnuState::Offline => *random.pick(&WENT_OFFLINE).unwrap_or(&OfflineReason::PowerOff),
            _ => onu.reason,
        };
        let away = matches!(onu.phase(), OnuState::Los | OnuState::Offline);
        if onu.phase() == OnuState::AuthFailed || away && random.percent(self.rule.never_online_percent) {
            (onu.last_online, onu.last_offline) = (None, None);
            if away {
                onu.reason = OfflineReason::Unknown;
            }
        }
        onu.configured.enabled = onu.reason != OfflineReason::DeactivateDone;
    }

    /// Distance and powers. A splitter takes about 17 dB, a kilometre of fibre a third of one.
    fn light(&self, onu: &mut Onu, random: &mut Random) {
        let [near, far] = self.rule.distance.map(|metres| i32::try_from(metres).unwrap_or(i32::MAX));
        onu.distance_m = u32::try_from(random.between(near.min(far), near.max(far))).unwrap_or(0);
        onu.ranged = onu.last_online.is_some() && !random.percent(self.rule.never_ranged_percent);
        let fibre = i32::try_from(onu.distance_m * 35 / 100).unwrap_or(0);
        // One link in twelve is bent, dirty or split once too often.
        let fault = if random.percent(8) { random.between(3_000, 7_000) } else { 0 };
        let loss = 17_000 + fibre + random.between(0, 4_500) + fault;
        let tx = random.between(1_800, 2_900);
        onu.optics = Optics {
            rx: 3_900 - loss,
            tx,
            olt_rx: tx - loss - random.between(300, 1_200),
            millivolts: random.between(160, 168) * 20,
            microamperes: random.between(3_500, 11_000) * 2,
            milli_celsius: random.between(35_000, 62_000),
            drift_phase: u16::try_from(random.below(65_536)).unwrap_or(0),
        };
    }

    /// What the OLT learns over OMCI.
    fn remote(&self, onu: &mut Onu, kind: &Kind, at: OnuRef, random: &mut Random) {
        onu.ethernet = (0..kind.ethernet)
            .map(|_| {
                let up = random.percent(40);
                let speed = if up { *random.pick(&[6, 6, 6, 5]).unwrap_or(&6) } else { 1 };
                Ethernet { unlocked: !random.percent(5), up, speed }
            })
            .collect();
        let (slot, port, id) = (at.pon.slot(), at.pon.port(), at.id.get());
        if random.percent(self.rule.ip_host_percent) {
            onu.ip_host = Some(IpHost {
                mac: [0x02, 0x5a, slot, port, id, 0x01],
                address: Ipv4Addr::new(10, slot, port, id),
                mask: Ipv4Addr::new(255, 255, 255, 0),
                gateway: Ipv4Addr::new(10, slot, port, 254),
            });
        }
        if let Some(profile) = self.vlan_profile.filter(|_| random.percent(self.rule.pppoe_percent)) {
            onu.configured.pppoe = Some(Pppoe {
                user: format!("user{slot}{port:02}{id:03}@example.net"),
                password: format!("secret{id:03}"),
                vlan_profile: profile.to_owned(),
            });
        }
    }
}

const LIGHT_LOST: [OfflineReason; 5] =
    [OfflineReason::Losi, OfflineReason::Losi, OfflineReason::Los, OfflineReason::Lofi, OfflineReason::Loami];

/// 14 was seen on real devices; nobody knows what it means (fact sheet, SNMP §8.4).
const WENT_OFFLINE: [OfflineReason; 9] = [
    OfflineReason::PowerOff,
    OfflineReason::PowerOff,
    OfflineReason::PowerOff,
    OfflineReason::Losi,
    OfflineReason::Losi,
    OfflineReason::DeactivateDone,
    OfflineReason::Shutdown,
    OfflineReason::Sfi,
    OfflineReason::Code(14),
];

/// A serial that no other place on the device has: the place is spread over all
/// 32 bits by a step that maps no two places onto one number.
pub(super) fn distinct_serial(
    seed: u64,
    pon: PonPort,
    id: u8,
    vendor: &str,
) -> Result<SerialNumber, gpon::Invalid> {
    let place = u32::from_be_bytes([0, pon.slot(), pon.port(), id]);
    // The truncation keeps the low half, which is as random as the other.
    let mask = Random::new(seed, &[]).next() as u32;
    format!("{vendor}{:08X}", place.wrapping_mul(0x9e37_79b1) ^ mask).parse()
}

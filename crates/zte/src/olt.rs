mod change;
mod installed;
mod listing;
mod lookups;
mod monitor;
pub(crate) mod register;
pub(crate) mod register_many;
mod save;
mod services;
mod show;
mod takeover;

use std::sync::Arc;
use std::time::SystemTime;

use gpon::{Card, CardRef, Environment, Field, Onu, OnuRef, PonPort, PonStatus, Reading, Uplink};
use tokio::time::Instant;

use crate::cli::Cli;
use crate::reach::clock::{self, OltClock};
use crate::reach::{BELIEVED, Inner, Problems};
use crate::read;
use crate::read::naming::NAMELESS;
use crate::read::onus::Depth;
use crate::read::whole::Pages;
use crate::{Identity, OltError, OltSettings, OltStats, SnmpTransport, Trouble};

/// One OLT. A cheap handle: clones share the same window, breaker and memory.
#[derive(Clone)]
pub struct Olt(Arc<Inner>, Terms);

/// What a reading may take.
#[derive(Clone, Default)]
struct Terms {
    until: Option<Instant>,
    pages: Option<Arc<dyn Pages>>,
}

impl std::fmt::Debug for Olt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Olt({})", self.0.id)
    }
}

impl Olt {
    /// A handle for the OLT of these settings. Nothing is sent yet.
    pub fn new(settings: OltSettings, transport: &SnmpTransport) -> Self {
        Self(Arc::new(Inner::new(settings, transport)), Terms::default())
    }

    /// A handle for a reading that must be done at `until`, if that is before
    /// its own deadline, and that keeps its pages in `pages` where it has some.
    #[must_use]
    pub fn on_terms(&self, until: Instant, pages: Arc<dyn Pages>) -> Self {
        Self(Arc::clone(&self.0), Terms { until: Some(until), pages: Some(pages) })
    }

    /// The OLT's id in the configuration.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The traffic with it so far.
    pub fn stats(&self) -> OltStats {
        let stats = self.0.snmp.stats();
        let cli = self.0.cli.as_ref().map(Cli::stats);
        let last_contact = stats.last_contact.max(cli.and_then(|cli| cli.last_contact));
        OltStats { last_contact, cli, ..stats }
    }

    /// Who it says it is; believed for ten minutes, unless it did not say, or has
    /// started again since.
    ///
    /// # Errors
    /// As every reading: [`Trouble::Unreachable`], [`Trouble::Network`],
    /// [`Trouble::Deadline`], [`Trouble::Busy`], [`Trouble::UnexpectedReply`].
    pub async fn identity(&self) -> Result<Reading<Identity>, OltError> {
        self.read("learn who it is", async |olt: &Inner, deadline| {
            let (identity, _) = olt.learned(deadline).await?;
            let mut problems = Problems::default();
            if !identity.is_told() {
                problems.failed(Field::Model, "the OLT does not say who it is; it may be starting".into());
            }
            Ok((identity, problems))
        })
        .await
    }

    /// All cards, by slot.
    ///
    /// # Errors
    /// As every reading (see [`identity`](Self::identity)).
    pub async fn cards(&self) -> Result<Reading<Vec<Card>>, OltError> {
        self.read("read the cards", async |olt: &Inner, deadline| read::chassis::cards(olt, deadline).await)
            .await
    }

    /// One card.
    ///
    /// # Errors
    /// [`Trouble::NoSuchCard`], and as every reading.
    pub async fn card(&self, at: CardRef) -> Result<Reading<Card>, OltError> {
        let act = format!("read the card in {at}");
        self.read(&act, async |olt: &Inner, deadline| {
            let (cards, problems) = read::chassis::cards(olt, deadline).await?;
            match cards.into_iter().find(|card| card.at == at) {
                Some(card) => Ok((card, problems)),
                None => Err(problems.hides(&format!("card {at}")).unwrap_or(Trouble::NoSuchCard(at))),
            }
        })
        .await
    }

    /// Temperatures, power supplies and fans.
    ///
    /// # Errors
    /// As every reading.
    pub async fn environment(&self) -> Result<Reading<Environment>, OltError> {
        self.read("read the environment", async |olt: &Inner, deadline| {
            read::chassis::whole_environment(olt, deadline).await
        })
        .await
    }

    /// The uplink ports.
    ///
    /// # Errors
    /// As every reading.
    pub async fn uplinks(&self) -> Result<Reading<Vec<Uplink>>, OltError> {
        self.read("read the uplinks", async |olt: &Inner, deadline| {
            let (_, firmware) = olt.learned(deadline).await?;
            read::ports::uplinks(olt, firmware, deadline).await
        })
        .await
    }

    /// Every PON port of the chassis, in order.
    ///
    /// # Errors
    /// As every reading.
    pub async fn pon_ports(&self) -> Result<Reading<Vec<PonStatus>>, OltError> {
        self.read("read the PON ports", async |olt: &Inner, deadline| {
            let (_, firmware) = olt.learned(deadline).await?;
            read::ports::pon_ports(olt, firmware, deadline).await
        })
        .await
    }

    /// One PON port with its optical module.
    ///
    /// # Errors
    /// [`Trouble::NoSuchPon`], and as every reading.
    pub async fn pon_port(&self, pon: PonPort) -> Result<Reading<PonStatus>, OltError> {
        let act = format!("read PON {pon}");
        self.read(&act, async |olt: &Inner, deadline| {
            let (_, firmware) = olt.learned(deadline).await?;
            let row = olt.row_of(pon, deadline).await?;
            read::ports::pon_port(olt, firmware, pon, row, deadline).await
        })
        .await
    }

    /// The ONUs of a PON, by id, with name, type, serial, phase and Rx.
    ///
    /// # Errors
    /// [`Trouble::NoSuchPon`], and as every reading.
    pub async fn onus(&self, pon: PonPort) -> Result<Reading<Vec<Onu>>, OltError> {
        let act = format!("list the ONUs of PON {pon}");
        self.read(&act, async |olt: &Inner, deadline| {
            let (_, firmware) = olt.learned(deadline).await?;
            olt.row_of(pon, deadline).await?;
            match read::onus::of_pon(olt, firmware, pon, Depth::List, deadline).await {
                Err(nameless @ Trouble::Unsupported(NAMELESS)) => {
                    read::roster::of_pon(olt, pon, true).await.map_err(|why| Trouble::of_both(nameless, why))
                }
                read => read,
            }
        })
        .await
    }

    /// The ONUs that are registered on a PON, lit or not, as the command line
    /// lists them: for OLTs of which no table names every configured ONU.
    ///
    /// # Errors
    /// [`Trouble::NoSuchPon`]; [`Trouble::Unsupported`] without a command line; and as every command.
    pub async fn registered_onus(&self, pon: PonPort) -> Result<Reading<Vec<Onu>>, OltError> {
        let act = format!("list the registered ONUs of PON {pon}");
        self.read(&act, async |olt: &Inner, deadline| {
            olt.row_of(pon, deadline).await?;
            let nameless = Trouble::Unsupported(NAMELESS);
            read::roster::of_pon(olt, pon, false).await.map_err(|why| Trouble::of_both(nameless, why))
        })
        .await
    }

    /// How far the OLT's clock is off: read from its command line at most every ten minutes.
    ///
    /// # Errors
    /// [`Trouble::NoCli`], and as every command.
    pub async fn clock(&self) -> Result<Reading<OltClock>, OltError> {
        self.read("read its clock", async |olt: &Inner, deadline| {
            let offset_s = clock::known(olt, deadline, false).await?.offset_s();
            Ok((OltClock { offset_s }, Problems::default()))
        })
        .await
    }

    /// How far its clock was off when it was last read; nothing is asked.
    pub fn known_clock(&self) -> Option<OltClock> {
        self.0.clock_offset()
    }

    /// Every ONU of the OLT, by PON and id, with what [`onus`](Self::onus) reads
    /// and description, Tx, OLT Rx and distance. Takes up to 85 s on a large or slow
    /// OLT. What is read by then is kept by PON, if the handle has [`Pages`].
    ///
    /// # Errors
    /// As every reading; a PON that could not be read is a problem of the reading.
    pub async fn all_onus(&self) -> Result<Reading<Vec<Onu>>, OltError> {
        let mut oldest = None;
        let reading = self.read("list all ONUs", async |olt: &Inner, deadline| {
            let (_, firmware) = olt.learned(deadline).await?;
            let ports = olt.port_map(deadline, BELIEVED).await?;
            let pons: Vec<_> = ports.pons.keys().copied().collect();
            let pages = self.1.pages.as_deref();
            match read::whole::of_olt(olt, firmware, (&pons, Depth::Whole), pages, deadline).await {
                Ok(whole) => {
                    oldest = whole.oldest;
                    Ok((whole.onus, whole.problems))
                }
                Err(nameless @ Trouble::Unsupported(NAMELESS)) => read::roster::of_pons(olt, &pons, deadline)
                    .await
                    .map_err(|why| Trouble::of_both(nameless, why)),
                Err(trouble) => Err(trouble),
            }
        });
        let reading = reading.await?;
        Ok(Reading { read_at: oldest.unwrap_or(reading.read_at), ..reading })
    }

    /// One ONU in full. How long it has been online is the command line's to say.
    ///
    /// # Errors
    /// [`Trouble::NoSuchPon`], [`Trouble::NoSuchOnu`], and as every reading.
    pub async fn onu(&self, at: OnuRef) -> Result<Reading<Onu>, OltError> {
        let act = format!("read ONU {at}");
        self.read(&act, async |olt: &Inner, deadline| read::onu::full(olt, at, deadline).await).await
    }

    pub(crate) async fn read<T>(
        &self,
        act: &str,
        reading: impl AsyncFnOnce(&Inner, Instant) -> Result<(T, Problems), Trouble>,
    ) -> Result<Reading<T>, OltError> {
        let olt = &*self.0;
        let deadline = olt.snmp.deadline();
        let deadline = self.1.until.map_or(deadline, |until| until.min(deadline));
        match reading(olt, deadline).await {
            Ok((value, problems)) => {
                let mut problems = problems.0;
                problems.extend(olt.memory.unknown_firmware().or_else(|| olt.not_there_yet(&problems)));
                Ok(Reading { value, read_at: SystemTime::now(), problems })
            }
            Err(trouble) => Err(OltError { olt: olt.id.clone(), act: act.to_owned(), trouble }),
        }
    }
}

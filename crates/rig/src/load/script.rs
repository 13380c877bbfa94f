//! What is written, what goes wrong with it, and what has to become of it.

use std::collections::BTreeMap;

use gpon::OnuRef;
use oltsim::device::Configuration;

use super::foretold::write;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Both texts are set.
    Describe {
        /// The name.
        name: String,
        /// The description.
        description: String,
    },
    /// The ONU is blocked.
    Block,
    /// The ONU is unblocked.
    Unblock,
    /// The ONU is restarted by way of its interface.
    Reboot,
    /// The ONU is deleted.
    Delete,
}

/// How it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ran {
    /// By its place, with the serial number that has to stand there.
    ByPlace,
    /// By its serial number.
    BySerial,
    /// As a plan alone.
    DryRun,
    /// As a plan, which is then applied.
    Planned,
    /// With the serial number of another.
    Mistaken,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A line is refused.
    Refused,
    /// A line is refused, and what takes back the one before it.
    UndoRefused,
    /// A log line stands in an answer.
    LogLine,
    /// The link is cut before a line does anything.
    CutBefore,
    /// The link is cut behind what a line does.
    CutBehind,
    /// The link is cut in the middle of the answer to a line that did what it does.
    CutIn,
    /// The OLT starts again, without what this write has done.
    OltRestarts,
    /// Somebody else names or describes the ONU.
    SomebodyElse,
    /// Somebody else does, and the link is cut: nobody but a person can tell what is right.
    Foreign,
    /// What would show whether it took effect is refused once.
    ProbeRefused,
    /// A line is never answered.
    Silence,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Refused,
        Self::UndoRefused,
        Self::LogLine,
        Self::CutBefore,
        Self::CutBehind,
        Self::CutIn,
        Self::OltRestarts,
        Self::SomebodyElse,
        Self::Foreign,
        Self::ProbeRefused,
        Self::Silence,
    ];
}

/// A fault of one write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoilt {
    /// What goes wrong.
    pub kind: Kind,
    /// At which of its lines, the one that leads to the interface being the first.
    pub line: usize,
    /// What somebody else types, where somebody does.
    pub by_hand: String,
}

/// An ONU as it has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onu {
    /// Its OLT.
    pub olt: usize,
    /// Its place.
    pub at: OnuRef,
    /// Its serial number.
    pub serial: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Whether it is enabled.
    pub enabled: bool,
    /// Whether it is registered.
    pub registered: bool,
    /// Whether a job locks it that waits for a person.
    pub locked: bool,
}

/// One write.
#[derive(Debug, Clone)]
pub struct Write {
    /// Its number.
    pub number: usize,
    /// The ONU before.
    pub before: Onu,
    /// The ONU behind it.
    pub after: Onu,
    /// What is asked for.
    pub act: Act,
    /// How.
    pub ran: Ran,
    /// What goes wrong.
    pub spoilt: Option<Spoilt>,
    /// Its state, or the code of the error where it has none.
    pub outcome: &'static str,
    /// The interface at which it is made, as the line that leads there names it.
    pub interface: String,
    /// Its lines from the one that leads to the interface to `end`; none where nothing has
    /// to be done.
    pub lines: Vec<String>,
}

/// How much is written.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// How many write at once.
    pub clients: usize,
    /// How many writes there are.
    pub writes: usize,
    /// How many writes of a thousand meet a silence of 25 s.
    pub silences: usize,
}

/// What all of the clients do.
#[derive(Debug)]
pub struct Script {
    /// The writes of each client, in their order.
    pub clients: Vec<Vec<Write>>,
    /// Every ONU as it is in the end.
    pub last: BTreeMap<(usize, OnuRef), Onu>,
}

/// Numbers that the seed decides (splitmix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % most.max(1) as u64).unwrap()
    }

    pub(super) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

impl Script {
    /// So many writes to the ONUs of these OLTs. An ONU belongs to one client, who makes
    /// one write at a time.
    pub fn new(seed: u64, sizes: Sizes, olts: &[Configuration]) -> Self {
        let mut dice = Dice(seed);
        let mut last = BTreeMap::new();
        let mut owned: Vec<Vec<(usize, OnuRef)>> = vec![Vec::new(); sizes.clients];
        let all = olts.iter().enumerate().flat_map(|(olt, of)| of.onus.iter().map(move |onu| (olt, onu)));
        for (count, (olt, (at, onu))) in all.enumerate() {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            let onu = Onu {
                olt,
                at: *at,
                serial: onu.serial.to_string(),
                name: text(&onu.name),
                description: text(&onu.description),
                enabled: onu.enabled,
                registered: true,
                locked: false,
            };
            last.insert((olt, *at), onu);
            owned[count % sizes.clients].push((olt, *at));
        }
        let mut clients = vec![Vec::new(); sizes.clients];
        let mut kinds = 0;
        for number in 0..sizes.writes {
            let client = number % sizes.clients;
            let Some(key) = choose(&mut dice, &owned[client], &last) else { continue };
            let previous = clients[client].last();
            let write = write(&mut dice, sizes, number, last[&key].clone(), &mut kinds, previous);
            last.insert(key, write.after.clone());
            clients[client].push(write);
        }
        Self { clients, last }
    }

    /// All writes.
    pub fn writes(&self) -> impl Iterator<Item = &Write> {
        self.clients.iter().flatten()
    }

    /// How many writes there are of each kind of fault.
    pub fn spoilt(&self) -> BTreeMap<Kind, usize> {
        let mut spoilt = BTreeMap::new();
        for kind in self.writes().filter_map(|write| write.spoilt.as_ref()) {
            *spoilt.entry(kind.kind).or_default() += 1;
        }
        spoilt
    }
}

/// An ONU of a client that can be written to; now and then one that is gone.
fn choose(
    dice: &mut Dice,
    owned: &[(usize, OnuRef)],
    last: &BTreeMap<(usize, OnuRef), Onu>,
) -> Option<(usize, OnuRef)> {
    let free: Vec<_> = owned.iter().filter(|key| !last[*key].locked).collect();
    let there: Vec<_> = free.iter().filter(|key| last[**key].registered).collect();
    if !there.is_empty() && !dice.percent(3) {
        return Some(**there[dice.below(there.len())]);
    }
    (!free.is_empty()).then(|| *free[dice.below(free.len())])
}

//! A reading of every PON, one after the other, so that an OLT that is too slow
//! for one request has some of them whole; and those that were read before.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use gpon::{Field, Onu, PonPort, Problem};
use tokio::time::Instant;

use crate::Trouble;
use crate::firmware::Firmware;
use crate::reach::{Inner, Problems};
use crate::read::onus::{Depth, of_pon};

/// What was read of one PON for a reading of the whole OLT.
#[derive(Debug)]
pub struct Page {
    /// When its reading began, by a clock that never steps.
    pub began: Instant,
    read_at: SystemTime,
    /// Its ONUs.
    pub onus: Vec<Onu>,
    problems: Vec<Problem>,
}

impl Page {
    /// A page without problems, read now.
    pub fn whole(onus: Vec<Onu>) -> Self {
        Self { began: Instant::now(), read_at: SystemTime::now(), onus, problems: Vec::new() }
    }

    fn is_whole(&self) -> bool {
        !self.problems.iter().any(|problem| problem.missing().is_some())
    }
}

/// Where a reading of the whole OLT leaves the PONs that it has read, for the
/// next one to go on with. Each kind of reading has its own.
pub trait Pages: Send + Sync {
    /// The page of a PON, unless it is too old or was invalidated.
    fn find(&self, pon: PonPort) -> BoxFuture<'_, Option<Arc<Page>>>;
    /// Keeps a page.
    fn keep(&self, pon: PonPort, page: Arc<Page>) -> BoxFuture<'_, ()>;
    /// Forgets a page, which has become part of a whole reading.
    fn forget(&self, pon: PonPort) -> BoxFuture<'_, ()>;
}

/// Runs `read` for every PON, in order: at first for one at a time, and for more
/// at once where the OLT answers more at once. All at once, on an OLT that
/// answers one request after the other, none would be done before the last.
pub(crate) async fn each<F: Future>(
    olt: &Inner,
    pons: impl IntoIterator<Item = PonPort>,
    read: impl Fn(PonPort) -> F,
) -> Vec<(PonPort, F::Output)> {
    let mut pons = pons.into_iter();
    let mut under_way = FuturesUnordered::new();
    let mut done = Vec::new();
    loop {
        while under_way.len() < olt.snmp.side_by_side()
            && let Some(pon) = pons.next()
        {
            let reading = read(pon);
            under_way.push(async move { (pon, reading.await) });
        }
        match under_way.next().await {
            Some(one) => done.push(one),
            None => return done,
        }
    }
}

/// A reading of the whole OLT.
pub(crate) struct Whole {
    pub(crate) onus: Vec<Onu>,
    pub(crate) problems: Problems,
    /// When the oldest of its pages was read; `None` where all were read now.
    pub(crate) oldest: Option<SystemTime>,
}

/// Reads the ONUs of every PON that `pages` does not hold.
pub(crate) async fn of_olt(
    olt: &Inner,
    firmware: &'static Firmware,
    (pons, depth): (&[PonPort], Depth),
    pages: Option<&dyn Pages>,
    deadline: Instant,
) -> Result<Whole, Trouble> {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for pon in pons {
        let page = match pages {
            Some(pages) => pages.find(*pon).await,
            None => None,
        };
        match page {
            Some(page) => found.push((*pon, page)),
            None => missing.push(*pon),
        }
    }
    let goes_on = !found.is_empty();
    let readings = each(olt, missing, |pon| async move {
        let (began, read_at) = (Instant::now(), SystemTime::now());
        let (onus, problems) = of_pon(olt, firmware, pon, depth, deadline).await?;
        let page = Arc::new(Page { began, read_at, onus, problems: problems.0 });
        if let Some(pages) = pages.filter(|_| page.is_whole()) {
            pages.keep(pon, Arc::clone(&page)).await;
        }
        Ok::<_, Trouble>(page)
    });
    let mut failed = Vec::new();
    for (pon, reading) in readings.await {
        match reading {
            Ok(page) => found.push((pon, page)),
            Err(trouble) => failed.push((pon, trouble)),
        }
    }
    if let Some((_, trouble)) = failed.first()
        && found.is_empty()
    {
        return Err(trouble.clone());
    }
    let oldest = found.iter().map(|(_, page)| page.read_at).min().filter(|_| goes_on);
    // An OLT that is read in one go needs no pages: the whole reading is kept.
    let whole = failed.is_empty() && found.iter().all(|(_, page)| page.is_whole());
    if let Some(pages) = pages.filter(|_| whole && !goes_on) {
        for pon in pons {
            pages.forget(*pon).await;
        }
    }
    let (onus, problems) = combined(found, failed);
    Ok(Whole { onus, problems, oldest })
}

/// The ONUs of all pages, and what is to be said of them together.
fn combined(found: Vec<(PonPort, Arc<Page>)>, failed: Vec<(PonPort, Trouble)>) -> (Vec<Onu>, Problems) {
    let mut onus = Vec::with_capacity(found.iter().map(|(_, page)| page.onus.len()).sum());
    let mut problems = Problems::default();
    let mut unsupported: BTreeMap<Field, usize> = BTreeMap::new();
    let mut peopled = 0;
    for (pon, page) in found {
        peopled += usize::from(!page.onus.is_empty());
        for problem in &page.problems {
            match problem {
                Problem::Unsupported { field } => *unsupported.entry(*field).or_default() += 1,
                Problem::Failed { field, reason } => problems.failed(*field, format!("PON {pon}: {reason}")),
                Problem::Uncertain { field, reason } => {
                    problems.uncertain(*field, format!("PON {pon}: {reason}"));
                }
                Problem::Odd { field, reason } => problems.odd(*field, reason.clone()),
            }
        }
        match Arc::try_unwrap(page) {
            Ok(page) => onus.extend(page.onus),
            Err(page) => onus.extend(page.onus.iter().cloned()),
        }
    }
    for (pon, trouble) in failed {
        problems.failed(Field::Onus, format!("PON {pon}: {trouble}"));
    }
    // A column that only some PONs leave empty is one that the device has.
    unsupported.retain(|_, pons| *pons == peopled);
    unsupported.into_keys().for_each(|field| problems.unsupported(field));
    onus.sort_by_key(|onu| onu.at);
    (onus, problems)
}

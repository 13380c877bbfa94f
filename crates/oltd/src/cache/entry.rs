use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gpon::Reading;
use tokio::time::Instant;

use super::held::Held;
use super::rendered::Rendered;

/// The name of a view of a reading, with two numbers for views that come in
/// several (page and limit).
pub type ViewKey = (&'static str, u64, u64);

/// Bytes kept for the views of one row: a list of about 200 bytes a row, its
/// pages, its serials, and the same compressed to a seventh.
const VIEWS_OF_ROW: usize = 512;
/// What an entry weighs without its rows.
const BASE: usize = 1024;

/// A reading, its age, and what was rendered from it.
#[derive(Debug)]
pub struct Entry<T> {
    reading: Reading<T>,
    read_at: Instant,
    number: u64,
    views: Mutex<Vec<(ViewKey, Arc<Rendered>)>>,
}

impl<T> Entry<T> {
    /// An entry of a reading that is so old.
    pub fn new(reading: Reading<T>, age: Duration) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let now = Instant::now();
        Self { reading, read_at: now.checked_sub(age).unwrap_or(now), number, views: Mutex::default() }
    }

    /// The reading.
    pub const fn reading(&self) -> &Reading<T> {
        &self.reading
    }

    /// The number of this entry in the process; a view of two readings carries the other's in its key.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// How old the reading is, by a clock that never steps.
    pub fn age(&self) -> Duration {
        self.read_at.elapsed()
    }

    pub(super) const fn read_at(&self) -> Instant {
        self.read_at
    }
}

impl<T: Held> Entry<T> {
    /// The view with this key; `render` is asked once, and again only for views
    /// that exceed the room that the entry's weight accounts for.
    ///
    /// # Errors
    /// Those of `render`.
    pub fn view<E>(
        &self,
        key: ViewKey,
        render: impl FnOnce(&Reading<T>) -> Result<Rendered, E>,
    ) -> Result<Arc<Rendered>, E> {
        let views = || self.views.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = views().iter().find(|(name, _)| *name == key).map(|(_, view)| Arc::clone(view));
        if let Some(view) = kept {
            return Ok(view);
        }
        let view = Arc::new(render(&self.reading)?);
        let mut views = views();
        let held: usize = views.iter().map(|(_, view)| view.room()).sum();
        if held + view.room() <= self.room() && !views.iter().any(|(name, _)| *name == key) {
            views.push((key, Arc::clone(&view)));
        }
        Ok(view)
    }

    /// Bytes of views that are kept at most.
    fn room(&self) -> usize {
        BASE + self.reading.value.rows() * VIEWS_OF_ROW
    }

    pub(super) fn weight(&self) -> u32 {
        let reading = BASE + self.reading.value.bytes();
        u32::try_from(reading + self.room()).unwrap_or(u32::MAX)
    }
}

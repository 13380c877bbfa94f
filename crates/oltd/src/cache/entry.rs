use std::any::{Any, TypeId};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gpon::Reading;
use tokio::time::Instant;

use super::held::Held;
use super::rendered::Rendered;

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
    views: Mutex<Vec<View>>,
}

/// What was rendered of a reading, by what, with which parameters.
#[derive(Debug)]
struct View {
    by: TypeId,
    parameters: Box<dyn Any + Send>,
    rendered: Arc<Rendered>,
}

impl View {
    fn is<P: PartialEq + 'static>(&self, by: TypeId, parameters: &P) -> bool {
        self.by == by && self.parameters.downcast_ref() == Some(parameters)
    }
}

impl<T> Entry<T> {
    /// An entry of a reading that is so old.
    pub fn new(reading: Reading<T>, age: Duration) -> Self {
        let now = Instant::now();
        Self { reading, read_at: now.checked_sub(age).unwrap_or(now), views: Mutex::default() }
    }

    /// The reading.
    pub const fn reading(&self) -> &Reading<T> {
        &self.reading
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
    /// What `render` makes of the reading with these parameters. It is asked once
    /// for each of them, and again only for views that exceed the room that the
    /// entry's weight accounts for.
    ///
    /// `render` captures nothing, so that what it makes is decided by the reading,
    /// its parameters and its own type, by which it is kept: no view can be taken
    /// for another. One that captures something does not compile:
    ///
    /// ```compile_fail
    /// # use std::time::Duration;
    /// # use gpon::{Reading, Vlan};
    /// # use oltd::cache::{Entry, Rendered};
    /// let entry = Entry::new(Reading::now(Vec::<Vlan>::new()), Duration::ZERO);
    /// let name = String::from("captured");
    /// let _ = entry.view((), move |_, ()| Ok::<_, ()>(Rendered::new(name)));
    /// ```
    ///
    /// # Errors
    /// Those of `render`.
    pub fn view<'a, P, E, F>(&'a self, parameters: P, render: F) -> Result<Arc<Rendered>, E>
    where
        P: Clone + PartialEq + Send + 'static,
        F: FnOnce(&'a Reading<T>, P) -> Result<Rendered, E> + 'static,
    {
        const { assert!(size_of::<F>() == 0, "what renders a view captures nothing: make it a parameter") };
        let by = TypeId::of::<F>();
        let views = || self.views.lock().unwrap_or_else(PoisonError::into_inner);
        let kept =
            views().iter().find(|view| view.is(by, &parameters)).map(|view| Arc::clone(&view.rendered));
        if let Some(view) = kept {
            return Ok(view);
        }
        let rendered = Arc::new(render(&self.reading, parameters.clone())?);
        let mut views = views();
        let held: usize = views.iter().map(|view| view.rendered.room()).sum();
        if held + rendered.room() <= self.room() && !views.iter().any(|view| view.is(by, &parameters)) {
            views.push(View { by, parameters: Box::new(parameters), rendered: Arc::clone(&rendered) });
        }
        Ok(rendered)
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

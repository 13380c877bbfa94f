//! Gates: the simulator stops before it answers, says that it stands there, and goes on
//! when it is told.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use crate::fault::AtLine;

/// How long [`Gate::reached`] waits at most.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Where the simulator stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Before these lines of the command line do anything.
    Line(AtLine),
    /// Before each request of the agent; the requests behind it wait in its socket.
    Request,
}

/// Nothing came to the gate in 10 s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nothing came to the gate in 10 s")]
pub struct NotReached;

#[derive(Debug)]
pub(crate) struct Post {
    pub(crate) stop: Stop,
    standing: watch::Sender<u64>,
    told: Semaphore,
}

impl Post {
    /// Stands here until told to go on, or until the gate is dropped.
    pub(crate) async fn stand(&self) {
        self.standing.send_modify(|count| *count += 1);
        if let Ok(permit) = self.told.acquire().await {
            permit.forget();
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.told.is_closed()
    }
}

/// A gate of the simulator. It opens for good when it is dropped.
#[derive(Debug)]
pub struct Gate {
    post: Arc<Post>,
    seen: u64,
}

impl Gate {
    pub(crate) fn new(stop: Stop) -> (Self, Arc<Post>) {
        let post = Post { stop, standing: watch::Sender::new(0), told: Semaphore::new(0) };
        let post = Arc::new(post);
        (Self { post: Arc::clone(&post), seen: 0 }, post)
    }

    /// Waits until the simulator stands here once more, for at most 10 s.
    ///
    /// # Errors
    /// When nothing came.
    pub async fn reached(&mut self) -> Result<(), NotReached> {
        let (mut standing, seen) = (self.post.standing.subscribe(), self.seen);
        let arrival = standing.wait_for(|count| *count > seen);
        match tokio::time::timeout(LONGEST_WAIT, arrival).await {
            Ok(Ok(_)) => {
                self.seen += 1;
                Ok(())
            }
            _ => Err(NotReached),
        }
    }

    /// Lets one line or request go on.
    pub fn go(&self) {
        self.post.told.add_permits(1);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.post.told.close();
    }
}

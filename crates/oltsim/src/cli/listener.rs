use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection::Connection;
use super::options::CliOptions;
use crate::device::Device;
use crate::fault::Exchange;
use crate::station::Station;

/// How long stopping waits for the connections; they have nothing to finish.
const LONGEST_STOP: Duration = Duration::from_secs(5);

/// How long a connection that is turned away gets to take its line.
const TURN_AWAY: Duration = Duration::from_secs(1);

/// The telnet server of the command line. It can be stopped and started again
/// on its address.
#[derive(Debug)]
pub(crate) struct TelnetServer {
    address: SocketAddr,
    station: Arc<Station>,
    options: Arc<CliOptions>,
    /// Sessions so far: their numbers go on after a restart.
    sessions: Arc<AtomicU64>,
    running: tokio::sync::Mutex<Option<Running>>,
    stop: CancellationToken,
}

#[derive(Debug)]
struct Running {
    listener: Arc<TcpListener>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Running {
    /// Ends every connection, and gives back the listener.
    async fn end(self) -> Arc<TcpListener> {
        self.stop.cancel();
        if timeout(LONGEST_STOP, self.tasks.wait()).await.is_err() {
            tracing::warn!("the simulator left a connection of its command line open");
        }
        self.listener
    }
}

impl TelnetServer {
    /// Starts one. It ends with `stop`.
    ///
    /// # Errors
    /// What the system says when the address cannot be had.
    pub(crate) async fn start(
        address: SocketAddr,
        station: Arc<Station>,
        options: Arc<CliOptions>,
        stop: CancellationToken,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let sessions = Arc::default();
        let server =
            Self { address, station, options, sessions, running: tokio::sync::Mutex::default(), stop };
        *server.running.lock().await = Some(server.run(Arc::new(listener)));
        Ok(server)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the listener and every connection. When this returns, the address is free.
    pub(crate) async fn halt(&self) {
        if let Some(running) = self.running.lock().await.take() {
            running.end().await;
        }
    }

    /// Listens again where it did; nothing when it still does.
    ///
    /// # Errors
    /// What the system says when the address cannot be had.
    pub(crate) async fn resume(&self) -> std::io::Result<()> {
        let mut running = self.running.lock().await;
        if running.is_none() {
            let listener = TcpListener::bind(self.address).await?;
            *running = Some(self.run(Arc::new(listener)));
        }
        Ok(())
    }

    /// Reboots the device: every session is cut, and the next one finds it as it was
    /// saved. A command line that was stopped stays so. How long a device takes is in no
    /// sheet; this one answers at once.
    pub(crate) async fn reboot(&self) {
        let mut running = self.running.lock().await;
        let listener = match running.take() {
            Some(running) => Some(running.end().await),
            None => None,
        };
        self.station.change(Device::reboot);
        *running = listener.map(|listener| self.run(listener));
    }

    fn run(&self, listener: Arc<TcpListener>) -> Running {
        let (stop, tasks) = (self.stop.child_token(), TaskTracker::new());
        let accepting = Accepting {
            station: Arc::clone(&self.station),
            options: Arc::clone(&self.options),
            sessions: Arc::clone(&self.sessions),
            lines: Arc::new(Semaphore::new(self.options.max_sessions)),
            busy: Arc::default(),
            tasks: tasks.clone(),
            stop: stop.clone(),
        };
        tasks.spawn(accepting.run(Arc::clone(&listener)));
        tasks.close();
        Running { listener, stop, tasks }
    }
}

struct Accepting {
    station: Arc<Station>,
    options: Arc<CliOptions>,
    sessions: Arc<AtomicU64>,
    lines: Arc<Semaphore>,
    busy: Arc<tokio::sync::Mutex<()>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Accepting {
    async fn run(self, listener: Arc<TcpListener>) {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = self.stop.cancelled() => return,
            };
            match accepted {
                Ok((stream, _)) => self.take(stream),
                Err(error) => {
                    tracing::debug!(%error, "accepting a connection failed");
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    fn take(&self, stream: TcpStream) {
        // What is typed is echoed byte by byte; nothing may wait for more.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection stays slow");
        }
        let fate = self.station.faults().next_cli(Exchange::Connection);
        let line = Arc::clone(&self.lines).try_acquire_owned().ok().filter(|_| !fate.refused);
        let Some(line) = line else {
            self.station.count(|counters| {
                counters.cli_busy += 1;
                counters.cli_spoilt += u64::from(fate.refused);
            });
            self.turn_away(stream);
            return;
        };
        let number = self.sessions.fetch_add(1, Ordering::Relaxed) + 1;
        let open = Open::new(&self.station, number);
        let (station, options, busy) =
            (Arc::clone(&self.station), Arc::clone(&self.options), Arc::clone(&self.busy));
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            let connection = Connection::new(stream, station, options, number, busy, fate.flood);
            tokio::select! {
                () = connection.serve() => {}
                () = stop.cancelled() => {}
            }
            drop(open);
            drop(line);
        });
    }

    /// Closes a connection because all lines are busy. What a device says then is
    /// not known (fact sheet, CLI §8).
    fn turn_away(&self, mut stream: TcpStream) {
        let (busy, stop) = (self.options.busy.clone(), self.stop.clone());
        if busy.is_empty() {
            return;
        }
        self.tasks.spawn(async move {
            tokio::select! {
                said = timeout(TURN_AWAY, stream.write_all(busy.as_bytes())) => drop(said),
                () = stop.cancelled() => {}
            }
        });
    }
}

/// Counts a session as open while it lives, however it ends.
struct Open(Arc<Station>, u64);

impl Open {
    fn new(station: &Arc<Station>, number: u64) -> Self {
        station.count(|counters| {
            counters.cli_connections += 1;
            counters.cli_sessions += 1;
        });
        Self(Arc::clone(station), number)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.change(|device| device.log_out(self.1));
        self.0.count(|counters| counters.cli_sessions = counters.cli_sessions.saturating_sub(1));
    }
}

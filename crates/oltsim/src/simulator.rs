use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, UdpSocket};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cli::{CommandLine, TelnetServer};
use crate::control;
use crate::counters::Counters;
use crate::device::{Device, DeviceHandle};
use crate::fault::{Fault, FaultError, LineFault, Order};
use crate::gate::{Gate, Stop};
use crate::scenario::{self, Scenario, ScenarioError};
use crate::snmp::{Agent, AgentOptions, Oid, Value};
use crate::snmp_socket;
use crate::station::Station;
use crate::walk::{self, WalkError};

/// What a simulator shows.
#[derive(Debug, Clone)]
pub enum Source {
    /// A scenario, as TOML text.
    Scenario(String),
    /// The built-in demo scenario.
    Demo,
    /// A recorded walk, as a file in the `.snmprec` format.
    Walk(PathBuf),
}

/// How to start a simulator.
#[derive(Debug, Clone)]
pub struct Options {
    /// What it shows.
    pub source: Source,
    /// Address of the SNMP agent; `None` for a free loopback port.
    pub snmp: Option<SocketAddr>,
    /// Address of the control server, which must be a loopback one; `None` for none.
    pub control: Option<SocketAddr>,
    /// Address of the command line; `None` for a free loopback port. A recorded
    /// walk has none, and nothing listens for it.
    pub telnet: Option<SocketAddr>,
    /// Whether the device's clock starts at the host's (UTC) instead of at the moment
    /// that its scenario says, with all that happened before moved along.
    pub host_clock: bool,
}

impl Options {
    /// `source` on free loopback ports, without a control server.
    pub fn new(source: Source) -> Self {
        Self { source, snmp: None, control: None, telnet: None, host_clock: false }
    }
}

/// A failure to start.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// A socket could not be bound.
    #[error("{what} cannot listen on {address}")]
    Bind {
        /// Who wanted it.
        what: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The control server was to be reachable from elsewhere.
    #[error("the control server listens on loopback only, not on {0}")]
    NotLoopback(SocketAddr),
    /// The scenario was refused.
    #[error("the scenario cannot be used: {0}")]
    Scenario(#[from] ScenarioError),
    /// The recorded walk could not be read.
    #[error("the walk {} cannot be read", path.display())]
    ReadWalk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The recorded walk could not be understood.
    #[error("the walk {} cannot be used: {source}", path.display())]
    Walk {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: WalkError,
    },
}

/// How long [`Simulator::wait_for_requests`] waits at most.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// How long [`Simulator::stop`] waits for its tasks; they have nothing to finish.
const LONGEST_STOP: Duration = Duration::from_secs(5);

/// A running simulator. It stops when dropped.
#[derive(Debug)]
pub struct Simulator {
    snmp: SocketAddr,
    control: Option<SocketAddr>,
    telnet: Option<Arc<TelnetServer>>,
    station: Arc<Station>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Simulator {
    /// Starts one.
    ///
    /// # Errors
    /// A scenario or a walk that cannot be used, or an address that cannot be had.
    pub async fn start(options: Options) -> Result<Self, SimError> {
        let station = Arc::new(load(options.source, options.host_clock)?);
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let address = options.snmp.unwrap_or(free);
        let failed = |source| SimError::Bind { what: "the SNMP agent", address, source };
        let socket = UdpSocket::bind(address).await.map_err(failed)?;
        let snmp = socket.local_addr().map_err(failed)?;
        let listener = listen(options.control).await?;
        let control = listener.as_ref().map(|(_, address)| *address);

        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let telnet = telnet(options.telnet.unwrap_or(free), &station, &stop).await?;
        tasks.spawn(snmp_socket::serve(socket, Arc::clone(&station), tasks.clone(), stop.clone()));
        if let Some((listener, address)) = listener {
            let router = control::router(Arc::clone(&station), telnet.clone(), address);
            let stopping = stop.clone().cancelled_owned();
            tasks.spawn(async move {
                if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopping).await {
                    tracing::error!(%error, "the control server ended");
                }
            });
        }
        tasks.close();
        let cli = telnet.as_ref().map(|telnet| telnet.address());
        tracing::info!(%snmp, ?cli, ?control, "the simulator answers");
        Ok(Self { snmp, control, telnet, station, tasks, stop })
    }

    /// Address of the SNMP agent.
    pub fn snmp_addr(&self) -> SocketAddr {
        self.snmp
    }

    /// Address of the control server; `None` when there is none.
    pub fn control_addr(&self) -> Option<SocketAddr> {
        self.control
    }

    /// Address of the command line, whether it is stopped or not; `None` when the
    /// simulator shows a recorded walk.
    pub fn telnet_addr(&self) -> Option<SocketAddr> {
        self.telnet.as_ref().map(|telnet| telnet.address())
    }

    /// Ends the command line and all its sessions, as when the device's telnet
    /// server dies. When this returns, its address refuses connections.
    pub async fn stop_telnet(&self) {
        if let Some(telnet) = &self.telnet {
            telnet.halt().await;
        }
    }

    /// Starts the command line again at its address; nothing when it runs.
    ///
    /// # Errors
    /// When another process took the address meanwhile.
    pub async fn start_telnet(&self) -> Result<(), SimError> {
        let Some(telnet) = &self.telnet else { return Ok(()) };
        let address = telnet.address();
        telnet.resume().await.map_err(|source| SimError::Bind { what: "the command line", address, source })
    }

    /// Reboots the device: what was not saved is lost, every session of the command line
    /// is cut, and uptime and counters begin at 0. A recorded walk does not change.
    pub async fn reboot(&self) {
        if let Some(telnet) = &self.telnet {
            telnet.reboot().await;
        }
    }

    /// The community that the agent listens to.
    pub fn community(&self) -> String {
        self.station.agent().community().to_owned()
    }

    /// Keeps so many of the latest command lines from now on, instead of 10,000: a test that
    /// accounts for every line of many wants to lose none.
    pub fn keep_command_lines(&self, most: usize) {
        self.station.record().keep(most);
    }

    /// The latest command lines, at most 10,000 unless somebody wanted more, the oldest first.
    pub fn command_lines(&self) -> Vec<CommandLine> {
        self.station.record().list()
    }

    /// Forgets the command lines and gives back what they were.
    pub fn reset_command_lines(&self) -> Vec<CommandLine> {
        self.station.record().take()
    }

    /// Types lines as somebody else at the command line, from `#` on and at once, and gives
    /// back what came after each: echo, answer and prompt. They are neither recorded nor
    /// counted, and meet no fault. A recorded walk answers nothing.
    pub fn type_as_somebody(&self, lines: &[&str]) -> Vec<String> {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        self.station.type_as_somebody(&lines).unwrap_or_default()
    }

    /// What the agent and the command line have seen and sent so far.
    pub fn counters(&self) -> Counters {
        self.station.counters()
    }

    /// Sets the counters to 0 and gives back what they were.
    pub fn reset_counters(&self) -> Counters {
        self.station.reset_counters()
    }

    /// Puts `faults` in force instead of those that are.
    ///
    /// # Errors
    /// A fault of the command line of a recorded walk, which has none.
    pub fn set_faults(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        self.station.set_faults(faults)
    }

    /// Ends all faults, those of single lines too.
    pub fn clear_faults(&self) {
        self.station.clear_faults();
    }

    /// Puts faults of single lines in force instead of those that are.
    pub fn set_line_faults(&self, faults: Vec<LineFault>) {
        self.station.set_line_faults(faults);
    }

    /// Puts one more fault of a single line in force, behind those that are: of those that
    /// fit a line the first is the one that happens.
    pub fn add_line_fault(&self, fault: LineFault) {
        self.station.add_line_fault(fault);
    }

    /// The faults of single lines that are in force; one that ends with its line is no
    /// longer among them once it has happened.
    pub fn line_faults(&self) -> Vec<LineFault> {
        self.station.line_faults()
    }

    /// Puts a gate before a face: the simulator stops there until the gate lets it go on.
    pub fn hold(&self, stop: Stop) -> Gate {
        let (gate, post) = Gate::new(stop);
        self.station.add_post(post);
        gate
    }

    /// Reads or changes the device; `None` when the simulator shows a recorded
    /// walk. All its faces wait meanwhile.
    pub fn device<R>(&self, act: impl FnOnce(&mut Device) -> R) -> Option<R> {
        self.station.change(act)
    }

    /// Everything the agent shows, in the order of a walk. Values that move with
    /// the clock are those of this moment; hold the clock to compare them.
    pub fn rows(&self) -> Vec<(Oid, Value)> {
        self.station.agent().rows()
    }

    /// Waits until the agent has understood `count` requests since the last
    /// reset, for at most 10 s.
    ///
    /// # Errors
    /// The counters as they stood when the time was over.
    pub fn wait_for_requests(
        &self,
        count: u64,
    ) -> impl Future<Output = Result<Counters, Counters>> + Send + use<> {
        self.wait_until(LONGEST_WAIT, move |counters| counters.requests >= count)
    }

    /// Waits until `reached` holds for the counters, for at most `within`.
    ///
    /// # Errors
    /// The counters as they stood when the time was over.
    pub fn wait_until<F>(
        &self,
        within: Duration,
        reached: F,
    ) -> impl Future<Output = Result<Counters, Counters>> + Send + use<F>
    where
        F: FnMut(&Counters) -> bool + Send,
    {
        let mut counters = self.station.watch_counters();
        async move {
            if let Ok(Ok(found)) = tokio::time::timeout(within, counters.wait_for(reached)).await {
                return Ok(*found);
            }
            Err(*counters.borrow())
        }
    }

    /// Stops it. When this returns, its addresses are free again.
    pub async fn stop(self) {
        self.stop.cancel();
        self.stop_telnet().await;
        if tokio::time::timeout(LONGEST_STOP, self.tasks.wait()).await.is_err() {
            tracing::warn!("the simulator left a connection of its control server open");
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn load(source: Source, host_clock: bool) -> Result<Station, SimError> {
    let text = match source {
        Source::Scenario(text) => text,
        Source::Demo => scenario::DEMO.to_owned(),
        Source::Walk(path) => {
            // Once, before anything is served: nobody waits for this thread.
            let recording = match std::fs::read(&path) {
                Ok(recording) => recording,
                Err(source) => return Err(SimError::ReadWalk { path, source }),
            };
            let rows = walk::parse_snmprec(&recording).map_err(|source| SimError::Walk { path, source })?;
            let agent = Agent::of_rows(rows, AgentOptions::default());
            return Ok(Station::new(None, agent, Duration::ZERO, Order::default(), None));
        }
    };
    let Scenario { device, agent, delay, delay_order, cli, faults } = if host_clock {
        let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).datetime();
        Scenario::parse_at(&text, now)?
    } else {
        Scenario::parse(&text)?
    };
    let device = DeviceHandle::new(device);
    let agent = Agent::of_device(device.clone(), agent);
    let station = Station::new(Some(device), agent, delay, delay_order, Some(cli));
    // A scenario has a command line, so that no fault lacks its target.
    let _ = station.set_faults(faults);
    Ok(station)
}

/// Starts the command line of a scenario.
async fn telnet(
    address: SocketAddr,
    station: &Arc<Station>,
    stop: &CancellationToken,
) -> Result<Option<Arc<TelnetServer>>, SimError> {
    let Some(options) = station.cli().map(Arc::clone) else { return Ok(None) };
    let started = TelnetServer::start(address, Arc::clone(station), options, stop.clone()).await;
    let failed = |source| SimError::Bind { what: "the command line", address, source };
    started.map(|server| Some(Arc::new(server))).map_err(failed)
}

async fn listen(address: Option<SocketAddr>) -> Result<Option<(TcpListener, SocketAddr)>, SimError> {
    let Some(address) = address else { return Ok(None) };
    if !address.ip().is_loopback() {
        return Err(SimError::NotLoopback(address));
    }
    let failed = |source| SimError::Bind { what: "the control server", address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok(Some((listener, bound)))
}

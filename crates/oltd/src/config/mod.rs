//! The configuration: which OLTs to serve, where to listen, what to log.
//!
//! It is read in layers, each above the one before:
//! 1. the defaults,
//! 2. the variables of go-api-c320 ([`SNMP_HOST`...](load)), which define one OLT without a file,
//! 3. the file, TOML, where an unknown key is an error,
//! 4. the variables `OLTD_...`, one for each key.
//!
//! Variables come from the process and, below it, from `.env` in the working
//! directory. All of [`load`] is a function of text, and tells every problem at
//! once, each in one sentence that names the variable, or the file and the key.

mod callbacks;
mod charset;
mod complete;
mod edge;
mod file;
mod findings;
mod kinds;
mod layers;
mod lists;
mod overrides;
mod pages;
mod redis;
mod reference;
mod reference_edge;
mod store;
mod surroundings;
mod table;
mod value;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tracing_subscriber::filter::{LevelFilter, Targets};
use zte::OltSettings;

use self::complete::Places;
use self::findings::Findings;
pub use self::findings::{Note, Problem, Problems};
pub use self::kinds::LogFormat;
use self::layers::Binding;
pub use self::overrides::FILE as FILE_VARIABLE;
pub use self::pages::{documentation, example};
pub use self::surroundings::{gather, gather_variables, read_by_all};
use crate::cache::{CacheTimes, RedisSettings};
use crate::charset::Charset;
use crate::http::{Rules, TlsFiles};
use crate::jobs::{CallbackSettings, SaveTimes};
use crate::limits::OpticalLimits;
use crate::store::StoreSettings;
use crate::writing::{SaveMode, Writes};

/// The port to listen on unless told otherwise, that of go-api-c320.
const DEFAULT_PORT: u16 = 8081;

/// Keys that the simulator of the demo decides.
const NOT_OF_DEMO: [&str; 6] = [
    "default",
    "olts[0].id",
    "olts[0].snmp.host",
    "olts[0].snmp.port",
    "olts[0].snmp.community",
    "olts[0].cli",
];

/// Variables by name. An empty one counts as unset.
pub type Variables = BTreeMap<String, String>;

/// A configuration file as it was read.
pub struct FileText {
    /// Its name, as problems tell it.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// What a configuration is read from. It holds secrets and is therefore not `Debug`.
pub struct Inputs {
    /// The file, where there is one.
    pub file: Option<FileText>,
    /// The variables of the process and of `.env`.
    pub variables: Variables,
    /// What the operator should know about where they stand.
    pub notes: Vec<Note>,
}

/// A valid configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The OLT of a request that names none: the only one, or the one configured.
    pub default: Option<String>,
    /// The OLTs, at least one, no two with one id.
    pub olts: Vec<OltConfig>,
    /// What to log, and how.
    pub log: LogConfig,
    /// How long readings are served from memory.
    pub cache: CacheTimes,
    /// Between which values the optics of an ONU are normal.
    pub limits: OpticalLimits,
    /// What holds around every route. The certificate is loaded from the files of `tls` later.
    pub rules: Rules,
    /// The certificate to serve TLS with.
    pub tls: Option<TlsFiles>,
    /// The Redis that several instances share as their cache.
    pub redis: Option<RedisSettings>,
    /// Where the store is, and its key.
    pub store: StoreSettings,
    /// How long saving waits.
    pub save_times: SaveTimes,
    /// How the ends of jobs are told.
    pub callbacks: CallbackSettings,
    /// How long a plan under way may go on once the server is told to end.
    pub stop_wait: Duration,
    /// The file that says what further answers mean.
    pub answers_file: Option<PathBuf>,
    /// The folder of the site's own strategies.
    pub strategies_dir: Option<PathBuf>,
    /// MiB that the readings in memory may take.
    pub cache_memory_mib: u64,
    /// Every key, as it was given or by its default.
    pub keys: Vec<EffectiveKey>,
    /// What the operator should know about variables, by name.
    pub notes: Vec<Note>,
}

/// A key and what holds of it, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectiveKey {
    /// The key as it is addressed: `olts[0].snmp.port`.
    pub key: String,
    /// Its value; a secret is masked, and in brackets stands what holds where it was not given.
    pub value: String,
}

impl Config {
    /// Whether everybody who reaches this machine may ask.
    pub fn is_exposed(&self) -> bool {
        !self.listen.ip().to_canonical().is_loopback() && self.rules.tokens.is_empty()
    }
}

/// One OLT.
#[derive(Debug, Clone)]
pub struct OltConfig {
    /// Its name for people; its id where none is given.
    pub name: String,
    /// What names and descriptions on it are typed in.
    pub charset: Charset,
    /// Which writes of it are let through.
    pub writes: Writes,
    /// Whether this instance is the one that writes to it.
    pub writer: bool,
    /// When what was changed on it is saved.
    pub save: SaveMode,
    /// Whether what would cut off a customer names him by his serial number.
    pub require_identity: bool,
    /// How long a registration waits for the ONU at most.
    pub accept_wait: Duration,
    /// How to reach it.
    pub settings: OltSettings,
}

impl OltConfig {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.settings.id
    }
}

/// What to log, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct LogConfig {
    /// How lines are written.
    pub format: LogFormat,
    /// Which lines are written.
    pub levels: Targets,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { format: LogFormat::default(), levels: Targets::new().with_default(LevelFilter::INFO) }
    }
}

/// Reads the configuration of `serve`.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load(inputs: &Inputs) -> Result<Config, Problems> {
    let mut found = Findings::default();
    found.notes(&inputs.notes);
    let config = merge(inputs, &mut found);
    with_notes(found.outcome(config))
}

/// What there is to say of a configuration before anything is opened for it.
#[derive(Debug)]
pub struct Examination {
    /// Where it stands, for people.
    pub source: String,
    /// What was made of it, without what is at fault; `None` where the file cannot be read.
    pub config: Option<Config>,
    /// All that is wrong with it.
    pub problems: Problems,
}

/// Reads the configuration of `serve` as [`load`] does, and stops at no fault.
pub fn examine(file: Option<&Path>) -> Examination {
    let mut found = Findings::default();
    let (inputs, unread) = surroundings::take_in(file, &mut found);
    let config = match &unread {
        Some(_) => alone(&inputs.variables, &mut found),
        None => merge(&inputs, &mut found),
    };
    let source = unread.or_else(|| inputs.file.map(|file| file.name));
    let source = source.unwrap_or_else(|| String::from("the environment"));
    let (problems, notes) = found.all();
    Examination { source, config: config.map(|config| Config { notes, ..config }), problems }
}

/// Reads the variables without the file that they belong to, for their own faults.
fn alone(variables: &Variables, found: &mut Findings) -> Option<Config> {
    reference::read(variables, &reference::FileSays { name: "", tree: None }, found);
    for binding in overrides::read(variables, found) {
        // One at a time and in the first place: how many entries a list has is unknown.
        let key = overrides::in_first_place(&binding.key);
        layers::read(Vec::new(), None, vec![Binding { key, ..binding }], found);
    }
    None
}

fn merge(inputs: &Inputs, found: &mut Findings) -> Option<Config> {
    let file = match &inputs.file {
        Some(file) => match layers::parse(file, found) {
            Some(tree) => Some((file, tree)),
            None => return alone(&inputs.variables, found),
        },
        None => None,
    };
    let tree = file.as_ref().map(|(_, tree)| tree);
    let says = reference::FileSays { name: inputs.file.as_ref().map_or("", |file| file.name.as_str()), tree };
    let below = reference::read(&inputs.variables, &says, found);
    let from_environment = below.iter().any(|binding| overrides::place_of(&binding.key).is_some());
    let listed = |list: &str| tree.map_or(0, |tree| layers::count(tree, list));
    let count = |list: &str| listed(list) + usize::from(list == overrides::OLTS && from_environment);
    let above = overrides::without_gaps(overrides::read(&inputs.variables, found), count, found);
    let below = not_overridden(below, &above, found);
    let places = Places {
        file: inputs.file.as_ref().map(|file| file.name.clone()),
        reference: from_environment,
        variables: by_key(below.iter().chain(&above)),
    };
    let (file, keys) = layers::read(below, file, above, found)?;
    let config = complete::complete(file, &places, found);
    complete::unwritable(&config.olts, &config.rules.tokens, &places, found);
    Some(Config { keys, ..config })
}

/// Reads the configuration of `demo`: one OLT, `demo`, whose address is the
/// simulator's to say, and otherwise what the variables `OLTD_...` set.
///
/// # Errors
/// Everything that is wrong with the variables.
pub fn load_demo(variables: &Variables) -> Result<Config, Problems> {
    let mut found = Findings::default();
    let base = [
        ("olts[0].id", "demo"),
        ("olts[0].name", "Demo"),
        ("olts[0].snmp.host", "127.0.0.1"),
        ("olts[0].snmp.community", "public"),
        // Nothing that is written outlives the simulator, and nobody else writes to it.
        ("olts[0].writes", "on"),
        ("olts[0].writer", "true"),
    ];
    let below = base.map(|(key, value)| Binding {
        key: key.to_owned(),
        value: value.to_owned(),
        variable: String::from("the demo"),
    });
    let mut above = overrides::read(variables, &mut found);
    let (of_olts, others) =
        above.into_iter().partition(|binding| overrides::place_of(&binding.key).is_some());
    above = overrides::without_gaps(others, |_| 0, &mut found);
    above.extend::<Vec<_>>(of_olts);
    above.retain(|Binding { key, variable, .. }| {
        let another = overrides::place_of(key).is_some_and(|place| place > 0);
        let kept = !another && !NOT_OF_DEMO.iter().any(|not| key.starts_with(not));
        if !kept {
            found.not_used(variable, "the demo has one OLT, the simulator");
        }
        kept
    });
    let places = Places { file: None, reference: false, variables: by_key(above.iter()) };
    let read = layers::read(below.into(), None, above, &mut found);
    let config = read.map(|(file, keys)| Config { keys, ..complete::complete(file, &places, &mut found) });
    with_notes(found.outcome(config))
}

fn with_notes(outcome: Result<(Config, Vec<Note>), Problems>) -> Result<Config, Problems> {
    outcome.map(|(config, notes)| Config { notes, ..config })
}

fn by_key<'a>(bindings: impl Iterator<Item = &'a Binding>) -> BTreeMap<String, String> {
    bindings.map(|binding| (binding.key.clone(), binding.variable.clone())).collect()
}

/// Drops the values that `OLTD_...` replaces, with a note for each.
fn not_overridden(mut below: Vec<Binding>, above: &[Binding], found: &mut Findings) -> Vec<Binding> {
    below.retain(|Binding { key, variable, .. }| {
        let by = above.iter().find(|binding| binding.key == *key);
        if let Some(by) = by {
            for variable in variable.split(", ") {
                found.note(variable, format!("not used for {key}: {} is set", by.variable));
            }
        }
        by.is_none()
    });
    below
}

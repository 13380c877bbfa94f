//! `oltd show`.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use oltd::charset::Charset;
use oltd::config::{self, Config, OltConfig};
use serde::Serialize;
use zte::{Olt, ShowLine, Shown, SnmpTransport, UnknownLine};

/// The text of the longest answer is that of the whole configuration of a full OLT: some MiB.
const LONGEST: u64 = 64 << 20;

/// The answer holds lines that no rule knows.
const PROBLEMS: u8 = 3;
/// There is no such show command, as for any wrong argument.
const UNKNOWN: u8 = 2;

/// What to show.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The id of a configured OLT [default: the only one, or the default one]
    #[arg(long, value_name = "ID")]
    olt: Option<String>,
    /// Print the text as it was read, and not its rows; it may hold passwords
    #[arg(long)]
    raw: bool,
    /// Read an output that was saved from a terminal (`-`: standard input), and ask no OLT
    #[arg(long, value_name = "FILE", conflicts_with = "olt")]
    from: Option<PathBuf>,
    /// The configuration file [default: $OLTD_CONFIG, else oltd.toml where there is one]
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    config: Option<PathBuf>,
    /// The show command, in words that may be cut short
    #[arg(required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// What is printed.
#[derive(Serialize)]
struct Output<'a> {
    command: &'a str,
    rows: &'a serde_json::Value,
    problems: &'a [UnknownLine],
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut typed = args.command.join(" ");
    // `oltd show card` is meant as `oltd show show card`.
    if !typed.split_whitespace().next().is_some_and(|word| "show".starts_with(word)) {
        typed.insert_str(0, "show ");
    }
    let line = match ShowLine::parse(&typed) {
        Ok(line) => line,
        Err(unknown) => {
            super::complain(&format!("{unknown}\n"));
            return Ok(ExitCode::from(UNKNOWN));
        }
    };
    let (mut shown, charset) = match &args.from {
        Some(file) => (line.read_saved(&saved(file)?)?, Charset::default()),
        None => ask(&line, args)?,
    };
    for UnknownLine { line, text, reason } in &shown.unknown {
        super::complain(&format!("line {line}: {reason}: {}\n", charset.show(text)));
    }
    if args.raw {
        super::print(&charset.show(&shown.text));
    } else {
        decode(&mut shown.rows, charset);
        for line in &mut shown.unknown {
            line.text = charset.show(&line.text).into_owned();
        }
        let output = Output { command: line.line(), rows: &shown.rows, problems: &shown.unknown };
        super::print(&format!("{}\n", serde_json::to_string_pretty(&output)?));
    }
    Ok(if shown.unknown.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(PROBLEMS) })
}

fn saved(file: &PathBuf) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        std::io::stdin()
            .lock()
            .take(LONGEST)
            .read_to_end(&mut bytes)
            .context("cannot read standard input")?;
    } else {
        let open = std::fs::File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
        open.take(LONGEST)
            .read_to_end(&mut bytes)
            .with_context(|| format!("cannot read {}", file.display()))?;
    }
    Ok(bytes)
}

/// Decodes every text.
fn decode(part: &mut serde_json::Value, charset: Charset) {
    match part {
        serde_json::Value::String(text) => *text = charset.show(text).into_owned(),
        serde_json::Value::Array(parts) => parts.iter_mut().for_each(|part| decode(part, charset)),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(|part| decode(part, charset)),
        _ => {}
    }
}

fn ask(line: &ShowLine, args: &Args) -> anyhow::Result<(Shown, Charset)> {
    let config = config::load(&config::gather(args.config.as_deref())?)?;
    let olt = chosen(config, args.olt.as_deref())?;
    let charset = olt.charset;
    let mut shown = None;
    super::block_on(async {
        let transport = SnmpTransport::bind().await.context("cannot open a UDP socket for SNMP")?;
        let olt = Olt::new(olt.settings, &transport);
        let reading = olt.show(line).await;
        olt.close().await;
        shown = Some((reading?.value, charset));
        Ok(())
    })?;
    shown.context("nothing was shown")
}

fn chosen(config: Config, id: Option<&str>) -> anyhow::Result<OltConfig> {
    let ids: Vec<String> = config.olts.iter().map(|olt| olt.id().to_owned()).collect();
    let Some(id) = id.map(str::to_owned).or(config.default) else {
        anyhow::bail!("several OLTs are configured and none is the default: --olt {}", ids.join(" | "));
    };
    let found = config.olts.into_iter().find(|olt| olt.id() == id);
    found.with_context(|| format!("no OLT has the id `{id}`; there are: {}", ids.join(", ")))
}

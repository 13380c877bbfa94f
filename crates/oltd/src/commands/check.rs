//! `oltd check`.

use std::fmt::Write;

use humantime_serde::re::humantime::format_duration;
use oltd::config::{self, Config, OltConfig};
use oltd::limits::Limits;
use zte::CliSettings;

use super::serve::Args;

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let inputs = config::gather(args.config.as_deref())?;
    let config = config::load(&inputs)?;
    let source = inputs.file.map_or_else(|| "the environment".to_owned(), |file| file.name);
    let mut text = String::new();
    describe(&mut text, &source, &config)?;
    super::print(&text);
    Ok(())
}

fn describe(text: &mut String, source: &str, config: &Config) -> std::fmt::Result {
    let Config { listen, default, olts, log, cache, limits, notes } = config;
    writeln!(text, "The configuration from {source} is valid.")?;
    writeln!(text, "listen   http://{listen}")?;
    writeln!(text, "log      {}, {}", log.format, log.levels)?;
    writeln!(
        text,
        "cache    ONU lists and ONUs {}, PON info {}, profiles {}",
        format_duration(cache.onus),
        format_duration(cache.pon_info),
        format_duration(cache.profiles),
    )?;
    let range = |limits: Limits, unit| format!("{} to {} {unit}", limits.low, limits.high);
    writeln!(
        text,
        "normal   rx {}, tx {}, temperature {}",
        range(limits.rx_power, "dBm"),
        range(limits.tx_power, "dBm"),
        range(limits.temperature, "C"),
    )?;
    match default {
        Some(id) => writeln!(text, "default  {id}")?,
        None => writeln!(text, "default  none: a request names its OLT, /api/v1/olts/{{olt}}/...")?,
    }
    for olt in olts {
        describe_olt(text, olt)?;
    }
    for note in notes {
        writeln!(text, "note     {note}")?;
    }
    Ok(())
}

fn describe_olt(text: &mut String, olt: &OltConfig) -> std::fmt::Result {
    writeln!(text, "OLT      {} ({})", olt.id(), olt.name)?;
    let snmp = &olt.settings.snmp;
    writeln!(
        text,
        "  snmp   {}, community ***, {} requests at once, {} repetitions, deadline {}",
        authority(&snmp.host, snmp.port),
        snmp.window,
        snmp.max_repetitions,
        format_duration(snmp.deadline),
    )?;
    match &olt.settings.cli {
        Some(cli) => describe_cli(text, cli),
        None => writeln!(text, "  cli    none: read over SNMP only"),
    }
}

fn describe_cli(text: &mut String, cli: &CliSettings) -> std::fmt::Result {
    writeln!(
        text,
        "  cli    telnet {} as {}, password ***, {}, at most {} session{}, {} may wait, idle for {}",
        authority(&cli.host, cli.port),
        cli.username,
        if cli.enable_password.is_some() { "enable password ***" } else { "no enable password" },
        cli.max_sessions,
        if cli.max_sessions == 1 { "" } else { "s" },
        cli.queue,
        format_duration(cli.idle_close),
    )
}

/// `host:port`, an IPv6 address in brackets.
fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

//! `oltd check`.

use std::fmt::Write;

use humantime_serde::re::humantime::format_duration;
use oltd::cache::RedisSettings;
use oltd::charset::Charset;
use oltd::config::{self, Config, OltConfig};
use oltd::http::{CorsRules, Hosts, Origins, Rate, Rules, TlsFiles};
use oltd::limits::Limits;
use zte::CliSettings;

use super::serve::{self, Args};

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let inputs = config::gather(args.config.as_deref())?;
    let mut config = config::load(&inputs)?;
    serve::load_certificate(&mut config)?;
    let source = inputs.file.map_or_else(|| "the environment".to_owned(), |file| file.name);
    let mut text = String::new();
    describe(&mut text, &source, &config)?;
    super::print(&text);
    // Last, so that all else is told whatever comes of it.
    serve::refuse_exposed(&config, args.insecure)
}

fn describe(text: &mut String, source: &str, config: &Config) -> std::fmt::Result {
    let Config { listen, default, olts, log, cache, limits, notes, .. } = config;
    writeln!(text, "The configuration from {source} is valid.")?;
    writeln!(text, "listen   {}://{listen}", serve::scheme(config))?;
    describe_edge(text, config)?;
    let access = if config.rules.access_log {
        "a line for each request"
    } else {
        "no line for a request that went well"
    };
    writeln!(text, "log      {}, {}, {access}", log.format, log.levels)?;
    writeln!(
        text,
        "cache    ONU lists and ONUs {}, PON info {}, profiles {}, at most {} MiB",
        format_duration(cache.onus),
        format_duration(cache.pon_info),
        format_duration(cache.profiles),
        config.cache_memory_mib,
    )?;
    if let Some(redis) = &config.redis {
        describe_redis(text, redis)?;
    }
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

fn describe_edge(text: &mut String, config: &Config) -> std::fmt::Result {
    let Rules { hosts, proxies, rate, cors, tokens, metrics_public, .. } = &config.rules;
    if let Some(TlsFiles { cert, key }) = &config.tls {
        writeln!(text, "tls      {}, key {}", cert.display(), key.display())?;
    }
    let also =
        |list: &[String]| if list.is_empty() { String::new() } else { format!(", {}", list.join(", ")) };
    match hosts {
        Hosts::Any => writeln!(text, "hosts    every name")?,
        Hosts::These(names) => writeln!(text, "hosts    local names{}", also(names))?,
    }
    if !proxies.is_empty() {
        let proxies: Vec<String> = proxies.iter().map(ToString::to_string).collect();
        writeln!(text, "proxies  {}", proxies.join(", "))?;
    }
    match rate {
        Some(Rate { per_second, burst }) => {
            writeln!(text, "rate     {per_second} requests a second and client, {burst} at once")?;
        }
        None => writeln!(text, "rate     without a limit")?,
    }
    if let Some(CorsRules { origins, credentials, max_age }) = cors {
        let origins = match origins {
            Origins::Any => "every origin".to_owned(),
            Origins::These(list) => list.join(", "),
        };
        let with = if *credentials { "with" } else { "without" };
        writeln!(text, "cors     {origins}, {with} credentials, kept for {}", format_duration(*max_age))?;
    }
    let mut names: Vec<&str> = tokens.iter().map(|token| &*token.name).collect();
    names.dedup();
    match (names.is_empty(), metrics_public) {
        (true, _) => writeln!(text, "tokens   none: everybody who can connect may ask"),
        (false, true) => writeln!(text, "tokens   of {}; /metrics needs none", names.join(", ")),
        (false, false) => writeln!(text, "tokens   of {}", names.join(", ")),
    }
}

fn describe_redis(text: &mut String, redis: &RedisSettings) -> std::fmt::Result {
    write!(text, "redis    {}, database {}", authority(&redis.host, redis.port), redis.database)?;
    if let Some(name) = &redis.username {
        write!(text, ", as {name}")?;
    }
    write!(text, ", {}", if redis.password.is_some() { "password ***" } else { "no password" })?;
    match (&redis.ca_file, redis.tls) {
        (Some(file), _) => write!(text, ", TLS by {}", file.display())?,
        (None, true) => write!(text, ", TLS")?,
        (None, false) => {}
    }
    writeln!(text, ", keys begin with {}", redis.prefix)
}

fn describe_olt(text: &mut String, olt: &OltConfig) -> std::fmt::Result {
    write!(text, "OLT      {} ({})", olt.id(), olt.name)?;
    if olt.charset != Charset::default() {
        write!(text, ", names in {}", olt.charset.name())?;
    }
    writeln!(text)?;
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

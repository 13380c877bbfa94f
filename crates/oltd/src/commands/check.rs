//! `oltd check`.

use std::fmt::Write;
use std::process::ExitCode;

use humantime_serde::re::humantime::format_duration;
use oltd::answers;
use oltd::cache::RedisSettings;
use oltd::charset::Charset;
use oltd::config::{self, Config, EffectiveKey, Examination, OltConfig, Problems};
use oltd::http::{CorsRules, Hosts, Origins, Rate, Rules, TlsFiles};
use oltd::limits::Limits;
use oltd::strategies;
use zte::CliSettings;

use super::configured::{Args, load_certificate, refuse_exposed, scheme};

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let Examination { source, config, problems } = config::examine(args.config.as_deref());
    let mut faults: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let mut config = config;
    if let Some(config) = &mut config {
        faults.extend(of_surroundings(config, &problems, args.insecure));
    }
    // What is wrong with a configuration is told and nothing else: what would be
    // done with the rest of it helps nobody.
    let Some(config) = config.filter(|_| faults.is_empty()) else {
        super::print(&format!("The configuration from {source} has {}.\n", count(faults.len(), "fault")));
        super::complain(&format!("{}\n", faults.join("\n")));
        return Ok(ExitCode::FAILURE);
    };
    let warnings = warnings(&config);
    let mut text = match warnings.len() {
        0 => format!("The configuration from {source} is valid.\n"),
        n => format!("The configuration from {source} is valid, with {}.\n", count(n, "warning")),
    };
    describe(&mut text, &config)?;
    writeln!(text, "keys")?;
    for EffectiveKey { key, value } in &config.keys {
        writeln!(text, "  {key} = {value}")?;
    }
    for warning in warnings {
        writeln!(text, "warning  {warning}")?;
    }
    super::print(&text);
    Ok(ExitCode::SUCCESS)
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// What would keep `serve` from serving although each key is right by itself.
fn of_surroundings(config: &mut Config, problems: &Problems, insecure: bool) -> Vec<String> {
    // Of a token or an address that is at fault it is not known what it lets in.
    let exposed = match problems.concern("auth") || problems.concern("listen") {
        true => Ok(()),
        false => refuse_exposed(config, insecure),
    };
    let redis = config.redis.as_ref().map_or(Ok(()), |redis| Ok(redis.check()?));
    let answers = config.answers_file.as_deref().map_or(Ok(()), |file| Ok(answers::read(file).map(drop)?));
    let strategies = strategies::read(config.strategies_dir.as_deref()).map(drop).map_err(Into::into);
    let outcomes = [exposed, load_certificate(config), redis, answers, strategies];
    outcomes.into_iter().filter_map(Result::err).map(|error| format!("{error:#}")).collect()
}

/// What `serve` would say at its start.
fn warnings(config: &Config) -> Vec<String> {
    let mut warnings: Vec<String> = config.notes.iter().map(ToString::to_string).collect();
    if config.is_exposed() {
        warnings.push("everybody who reaches this machine may ask: no token is configured".to_owned());
    } else if config.rules.tokens.is_empty() && !config.rules.proxies.is_empty() {
        warnings.push("everybody whom the proxy lets in may ask: no token is configured".to_owned());
    }
    warnings
}

fn describe(text: &mut String, config: &Config) -> std::fmt::Result {
    let Config { listen, default, olts, log, cache, limits, .. } = config;
    writeln!(text, "listen   {}://{listen}", scheme(config))?;
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

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use oltd::config::LogFormat;
use secrecy::ExposeSecret;

use super::{ONE_OLT, problems, read};

const EXAMPLE: &str = include_str!("../../../../../oltd.example.toml");

#[test]
fn the_example_is_valid_and_shows_the_defaults() {
    let example = read(Some(EXAMPLE), &[]).unwrap();
    let least = read(Some(ONE_OLT), &[]).unwrap();
    assert_eq!(example.listen, least.listen);
    assert_eq!(example.log, least.log);
    assert_eq!(example.cache, least.cache);
    assert_eq!(example.default.as_deref(), Some("head-end"));
    assert_eq!(example.notes, []);
    let (shown, usual) = (&example.olts[0].settings.snmp, &least.olts[0].settings.snmp);
    assert_eq!(
        (shown.port, shown.window, shown.max_repetitions, shown.deadline),
        (usual.port, usual.window, usual.max_repetitions, usual.deadline)
    );
    assert_eq!(example.olts[0].settings.max_distance_m, least.olts[0].settings.max_distance_m);
    assert_eq!((&shown.onu_counters, example.limits), (&usual.onu_counters, least.limits));
    let cli = example.olts[0].settings.cli.as_ref().unwrap();
    let usual = zte::CliSettings::new("192.0.2.10", 23, "zte", "change-me".into());
    assert_eq!((cli.port, cli.max_sessions, cli.queue), (23, usual.max_sessions, usual.queue));
    assert_eq!((cli.idle_close, cli.keep_alive), (usual.idle_close, usual.keep_alive));
    assert_eq!(example.olts[1].name, "north");
    let (shown, usual) = (&example.rules, &least.rules);
    assert_eq!((&shown.hosts, &shown.proxies, shown.rate), (&usual.hosts, &usual.proxies, usual.rate));
    assert_eq!(
        (shown.connections, shown.connections_per_client),
        (usual.connections, usual.connections_per_client)
    );
    assert_eq!((&shown.cors, shown.access_log, shown.metrics_public), (&usual.cors, true, false));
    assert_eq!(example.cache_memory_mib, least.cache_memory_mib);
}

/// What stands there in comments, for it has no default, is right too.
#[test]
fn the_example_is_valid_without_its_comments() {
    let digits = "1".repeat(64);
    let keys = EXAMPLE.replace("sha256 = \"...\"", &format!("sha256 = '{digits}'"));
    let keys = keys.replace("store_key = \"...\"", &format!("store_key = '{digits}'"));
    let keys: String = keys
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .filter(|rest| rest.starts_with('[') || rest.contains(" = "))
                .unwrap_or(line)
        })
        .flat_map(|line| [line, "\n"])
        .collect();
    let config = read(Some(&keys), &[]).unwrap();
    assert!(config.store.key.is_some());
    assert_eq!(&*config.rules.tokens[0].name, "noc");
    assert!(config.tls.is_some());
    let redis = config.redis.unwrap();
    assert_eq!((redis.port, redis.database, redis.tls, redis.prefix.as_str()), (6379, 0, false, "oltd"));
}

#[test]
fn defaults() {
    let config = read(Some(ONE_OLT), &[]).unwrap();
    assert_eq!(config.listen, SocketAddr::from(([127, 0, 0, 1], 8081)));
    assert_eq!(config.default.as_deref(), Some("one"), "the only OLT is the default");
    assert_eq!(config.log.format, LogFormat::Text);
    assert_eq!(config.log.levels.to_string(), "info");
    let minutes = |m: u64| Duration::from_secs(60 * m);
    let cache = config.cache;
    assert_eq!((cache.onus, cache.pon_info, cache.profiles), (minutes(5), minutes(10), minutes(60)));
    assert_eq!(config.olts[0].settings.snmp.port, 161);
    assert!(config.olts[0].settings.cli.is_none());
    assert_eq!((config.store.folder.as_path(), config.store.key.is_none()), (Path::new("./data"), true));
}

#[test]
fn every_key_is_read() {
    let text = r#"
        listen = "localhost:80"
        default = "b-2"
        log = { format = "json", level = "warn,zte=trace" }
        cache = { onus = "2s", pon_info = "1h 30m", profiles = "1day" }
        [[olts]]
        id = "a"
        [olts.snmp]
        host = "fe80::1"
        community = "007"
        [[olts]]
        id = "b-2"
        name = "Bandung, head end"
        charset = "gb2312"
        max_distance = 20000
        [olts.snmp]
        host = "olt.example.net"
        port = 1161
        community = "007"
        window = 64
        max_repetitions = 1
        deadline = "1500ms"
        [olts.cli]
        host = "192.0.2.2"
        port = 2323
        username = "zte"
        password = "0 7"
        enable_password = "zxr10"
        max_sessions = 10
    "#;
    let config = read(Some(text), &[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:80");
    assert_eq!(config.default.as_deref(), Some("b-2"));
    assert_eq!(
        (config.log.format, config.log.levels.to_string().as_str()),
        (LogFormat::Json, "zte=trace,warn")
    );
    let cache = config.cache;
    let seconds = [cache.onus, cache.pon_info, cache.profiles].map(|ttl| ttl.as_secs());
    assert_eq!(seconds, [2, 5400, 86_400]);
    let b = &config.olts[1];
    assert_eq!((b.id(), b.name.as_str()), ("b-2", "Bandung, head end"));
    assert_eq!((config.olts[0].charset.name(), b.charset.name()), ("UTF-8", "GBK"));
    let usual = zte::OltSettings::MAX_DISTANCE_M;
    assert_eq!((config.olts[0].settings.max_distance_m, b.settings.max_distance_m), (usual, 20_000));
    let snmp = &b.settings.snmp;
    assert_eq!((snmp.host.as_str(), snmp.port, snmp.window), ("olt.example.net", 1161, 64));
    assert_eq!((snmp.max_repetitions, snmp.deadline), (1, Duration::from_millis(1500)));
    assert_eq!(snmp.community.expose_secret(), "007");
    let cli = b.settings.cli.as_ref().unwrap();
    assert_eq!((cli.host.as_str(), cli.port, cli.username.as_str()), ("192.0.2.2", 2323, "zte"));
    assert_eq!((cli.password.expose_secret(), cli.max_sessions), ("0 7", 10));
    assert_eq!(cli.enable_password.as_ref().unwrap().expose_secret(), "zxr10");
}

#[test]
fn several_olts_have_no_default_unless_one_is_named() {
    let two = format!("{ONE_OLT}{}", ONE_OLT.replace("\"one\"", "\"two\""));
    assert_eq!(read(Some(&two), &[]).unwrap().default, None);
}

/// What is wrong, and the whole sentence about it. `{}` is the file with one OLT.
const WRONG: &[(&str, &str)] = &[
    (
        "lisen = 'x'\n{}",
        "lisen: there is no such key here, expected one of `listen`, `default`, `data_dir`, `store_key`, `olts`, `log`, `cache`, `monitoring`, `http`, `cors`, `tls`, `auth`, `metrics`, `save`, `callbacks`, `stop_wait`, `answers_file`, `strategies_dir`",
    ),
    (
        "{}communty = 'x'",
        "olts[0].snmp.communty: there is no such key here, expected one of `host`, `port`, `community`, `window`, `max_repetitions`, `deadline`, `onu_counters`",
    ),
    ("listen = 8081\n{}", "listen: `8081` is not an address and a port such as 127.0.0.1:8081"),
    (
        "listen = 'example.net:80'\n{}",
        "listen: `example.net:80` is not an address and a port such as 127.0.0.1:8081",
    ),
    ("default = 'two'\n{}", "default: no OLT has the id `two`"),
    ("log.format = 'xml'\n{}", "log.format: `xml` is not text or json"),
    (
        "log.level = 'inof'\n{}",
        "log.level: `inof` is not a level (off, error, warn, info, debug, trace), or levels such as info,zte=debug",
    ),
    ("log = 3\n{}", "log: must be a table of keys"),
    (
        "cache.onus = 300\n{}",
        "cache.onus: `300` is not a time with its unit, such as 9s or 5m, from 2s to 1day",
    ),
    (
        "cache.onus = '1s'\n{}",
        "cache.onus: `1s` is not a time with its unit, such as 9s or 5m, from 2s to 1day",
    ),
    (
        "[[olts]]\nid = 'a'\ncharset = 'klingon'\n[olts.snmp]\nhost = 'h'\ncommunity = 'c'",
        "olts[0].charset: `klingon` is not the name of a character set that holds ASCII, such as utf-8, gbk or windows-1251",
    ),
    (
        "[[olts]]\nid = 'a'\ncharset = 'utf-16'\n[olts.snmp]\nhost = 'h'\ncommunity = 'c'",
        "olts[0].charset: `utf-16` is not the name of a character set that holds ASCII, such as utf-8, gbk or windows-1251",
    ),
    ("{}port = 0", "olts[0].snmp.port: `0` is not a port from 1 to 65535"),
    ("{}port = 161.6", "olts[0].snmp.port: `161.6` is not a port from 1 to 65535"),
    ("{}port = true", "olts[0].snmp.port: `true` is not a port from 1 to 65535"),
    ("{}port = [161]", "olts[0].snmp.port: a list is not a port from 1 to 65535"),
    ("{}window = 65", "olts[0].snmp.window: `65` is not a whole number from 1 to 64"),
    ("{}window = -1", "olts[0].snmp.window: `-1` is not a whole number from 1 to 64"),
    ("{}max_repetitions = 0", "olts[0].snmp.max_repetitions: `0` is not a whole number from 1 to 100"),
    (
        "{}deadline = '2m'",
        "olts[0].snmp.deadline: `2m` is not a time with its unit, such as 9s or 5m, from 200ms to 1m",
    ),
    ("{}[olts.cli]\nusername = 'zte'", "olts[0].cli.password: is missing"),
    (
        "{}[olts.cli]\nusername = 'zte'\npassword = 'x'\nmax_sessions = 11",
        "olts[0].cli.max_sessions: `11` is not a whole number from 1 to 10",
    ),
    (
        "{}[olts.cli]\nusername = \"z\\nx\"\npassword = 'x'",
        "olts[0].cli.username: `z\\nx` is not text in quotes of 1 to 253 characters without control characters or outer blanks",
    ),
    ("{}{}", "olts[1].id: `one` is the id of olts[0] already"),
    (
        "'olts[9223372036854775807]' = 1\n{}",
        "olts[9223372036854775807]: there is no such key here, expected one of `listen`, `default`, `data_dir`, `store_key`, `olts`, `log`, `cache`, `monitoring`, `http`, `cors`, `tls`, `auth`, `metrics`, `save`, `callbacks`, `stop_wait`, `answers_file`, `strategies_dir`",
    ),
    (
        "'log.level' = 'debug'\n{}",
        "log.level: there is no such key here, expected one of `listen`, `default`, `data_dir`, `store_key`, `olts`, `log`, `cache`, `monitoring`, `http`, `cors`, `tls`, `auth`, `metrics`, `save`, `callbacks`, `stop_wait`, `answers_file`, `strategies_dir`",
    ),
    ("listen = 99999999999999999999\n{}", "holds a number that is out of range"),
    ("olts = 5", "olts: must be a list of tables: write [[olts]]"),
    ("[olts]\nid = 'x'", "olts: must be a list of tables: write [[olts]]"),
    ("olts = []", "there is no OLT in it: add [[olts]] as oltd.example.toml shows"),
    ("", "there is no OLT in it: add [[olts]] as oltd.example.toml shows"),
    ("{}x = = 1", "line 7: is not TOML: extra `=`, expected nothing"),
];

#[test]
fn a_wrong_file_names_the_key_the_value_and_the_rule() {
    for (text, sentence) in WRONG {
        let text = text.replace("{}", ONE_OLT);
        assert_eq!(problems(Some(&text), &[]), [format!("oltd.toml: {sentence}")], "{text}");
    }
}

#[test]
fn ids() {
    let with = |id: &str| read(Some(&ONE_OLT.replace("\"one\"", &format!("{id:?}"))), &[]);
    for id in ["a", "0", "a-1", "0-", &"x".repeat(32)] {
        assert_eq!(with(id).unwrap().olts[0].id(), id);
    }
    for id in ["", "-a", "A", "a_b", "a b", "a/b", "é", &"x".repeat(33)] {
        assert!(with(id).is_err(), "{id:?}");
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let text = "lisen = 1\nlisten = 2\ndefault = 'X'\n[log]\nlevel = 'loud'\n[[olts]]\n[olts.snmp]\nport = 'x'\n[[olts]]\nid = 3";
    let told = problems(Some(text), &[("OLTD_NO_KEY", "1"), ("USE_TLS", "perhaps")]);
    let places =
        ["default", "lisen", "listen", "log.level", "olts[0].id", "olts[0].snmp.community", "olts[1].id"];
    for place in places {
        let start = format!("oltd.toml: {place}: ");
        assert!(told.iter().any(|line| line.starts_with(&start)), "{place} of {told:#?}");
    }
    assert_eq!(told.len(), 13, "{told:#?}");
}

#[test]
fn secrets_are_quoted_text_and_never_shown() {
    for value in
        ["1234567", "[\"1234567\"]", "{ a = 1234567 }", "1234567.5", "\"1234567\\u0007\"", "01234567"]
    {
        for key in ["community", "password", "enable_password"] {
            let text = match key {
                "community" => ONE_OLT.replace("\"public\"", value),
                _ => format!("{ONE_OLT}[olts.cli]\nusername = 'x'\npassword = 'y'\n")
                    .replace("password = 'y'", &format!("{key} = {value}")),
            };
            let told = problems(Some(&text), &[]);
            assert!(!told.concat().contains("1234567"), "{told:?}");
        }
    }
}

#[test]
fn limits_and_counters() {
    let file = |monitoring: &str, counters: &str| {
        format!("[monitoring]\n{monitoring}\n{ONE_OLT}onu_counters = '{counters}'\n")
    };
    let config =
        read(Some(&file("rx_power_low = -28.5\ntemperature_high = 85", "undocumented, performance")), &[]);
    let config = config.unwrap();
    assert_eq!((config.limits.rx_power.low, config.limits.rx_power.high), (-28.5, -8.0));
    assert_eq!(config.limits.temperature.high, 85.0);
    let counters = &config.olts[0].settings.snmp.onu_counters;
    assert_eq!(*counters, [zte::OnuCounters::Undocumented, zte::OnuCounters::Performance]);
    assert!(read(Some(&file("", "none")), &[]).unwrap().olts[0].settings.snmp.onu_counters.is_empty());
    for (monitoring, counters, key) in [
        ("rx_power_low = -7", "none", "monitoring.rx_power_low"),
        ("rx_power_low = -300.5", "none", "monitoring.rx_power_low"),
        ("tx_power_low = nan", "none", "monitoring.tx_power_low"),
        ("", "performance,performance", "olts[0].snmp.onu_counters"),
        ("", "", "olts[0].snmp.onu_counters"),
    ] {
        let problems = read(Some(&file(monitoring, counters)), &[]).unwrap_err().to_string();
        assert!(
            problems.contains(key) && problems.lines().count() == 1,
            "{monitoring} {counters}: {problems}"
        );
    }
}

//! The pages that are made from the table of the keys.

use std::path::Path;

use oltd::config::{self, Config, FileText, Inputs, load};

use super::{ONE_OLT, read};

/// After a change of a key: `UPDATE_CONFIG=1 cargo nextest run -p oltd the_pages_of_the_keys`.
#[test]
fn the_pages_of_the_keys_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let pages =
        [("oltd.example.toml", config::example()), ("docs/configuration.md", config::documentation())];
    for (name, made) in pages {
        let file = root.join(name);
        if std::env::var_os("UPDATE_CONFIG").is_some() {
            std::fs::write(&file, &made).unwrap();
        }
        let there = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            there == made,
            "{name} is not what the table of the keys makes: write it anew by \
             `UPDATE_CONFIG=1 cargo nextest run -p oltd the_pages_of_the_keys`"
        );
    }
}

fn value<'a>(config: &'a Config, key: &str) -> &'a str {
    let found = config.keys.iter().find(|effective| effective.key == key);
    &found.unwrap_or_else(|| panic!("{key} is not listed")).value
}

/// A key that stands in the table is listed, whatever becomes of it.
#[test]
fn every_key_is_listed_with_what_holds_of_it() {
    let example = config::example();
    let text = FileText { name: "oltd.toml".to_owned(), text: example.clone() };
    let key = ("OLTD_STORE_KEY".to_owned(), "5a".repeat(32));
    let given = [("OLTD_CACHE__ONUS".to_owned(), "3m".to_owned()), key].into();
    let config = load(&Inputs { file: Some(text), variables: given, notes: Vec::new() }).unwrap();
    for (key, held) in [
        ("listen", "127.0.0.1:8081"),
        ("cache.onus", "3m"),
        ("data_dir", "./data"),
        ("store_key", "***"),
        ("olts[0].snmp.port", "161"),
        ("olts[0].snmp.community", "***"),
        ("olts[0].cli.password", "***"),
        ("olts[1].name", "(the id)"),
        ("olts[1].cli", "(none)"),
        ("olts[0].writes", "off"),
        ("http.hosts", "(none)"),
        ("auth.tokens", "(none)"),
        ("tls", "(none)"),
    ] {
        assert_eq!(value(&config, key), held, "{key}");
    }
    let mut table = String::new();
    for line in example.lines() {
        if let Some(name) = line.strip_prefix('[') {
            table = name.trim_matches(['[', ']']).replace("olts", "olts[0]") + ".";
            if name.contains("north") || name.is_empty() {
                break;
            }
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            value(&config, &format!("{table}{name}"));
        }
    }
}

/// What a library takes for usual is what the table says.
#[test]
fn the_defaults_are_those_of_the_settings() {
    let text = format!("[cache.redis]\nhost = 'r'\n{ONE_OLT}[olts.cli]\nusername = 'u'\npassword = 'p'\n");
    let config = read(Some(&text), &[]).unwrap();
    let settings = &config.olts[0].settings;
    let snmp = zte::SnmpSettings::new("192.0.2.1", 161, "public".into());
    assert_eq!(format!("{:?}", settings.snmp), format!("{snmp:?}"));
    let cli = zte::CliSettings::new("192.0.2.1", 23, "u", "p".into());
    assert_eq!(format!("{:?}", settings.cli), format!("{:?}", Some(cli)));
    assert_eq!(settings.max_distance_m, zte::OltSettings::MAX_DISTANCE_M);
    let rules = oltd::http::Rules::default();
    assert_eq!(format!("{:?}", config.rules), format!("{rules:?}"));
    assert_eq!(config.limits, oltd::limits::OpticalLimits::default());
    assert_eq!(config.log, oltd::config::LogConfig::default());
    assert_eq!(config.cache, oltd::cache::CacheTimes::default());
    let redis = oltd::cache::RedisSettings::new("r", 6379);
    assert_eq!(format!("{:?}", config.redis), format!("{:?}", Some(redis)));
}

use proptest::prelude::*;

use super::{problems, read};

/// A secret that appears nowhere by chance.
const SECRET: &str = "hunter2hunter2";

/// Names of keys and variables, real, misspelt and of the wrong level.
const KEYS: [&str; 18] = [
    "data_dir",
    "store_key",
    "listen",
    "default",
    "log",
    "log.level",
    "cache.onus",
    "olts",
    "olts.id",
    "olts.snmp.community",
    "olts.cli",
    "olts.cli.password",
    "olts.snmp.communty",
    "http.hosts",
    "cache.redis",
    "cache.redis.password",
    "auth.tokens",
    "x",
];
const VARIABLES: [&str; 20] = [
    "OLTD_STORE_KEY",
    "OLTD_LOG",
    "OLTD_OLTS__0__SNMP__COMMUNITY",
    "OLTD_OLTS__0__SNMP__COMMUNTY",
    "OLTD_OLTS__0__CLI__PASSWORD",
    "OLTD_OLTS__0__SNMP",
    "OLTD_OLTS__1__CLI",
    "OLTD_OLTS",
    "SNMP_COMMUNITY",
    "TELNET_PASSWORD",
    "TELNET_ENABLE_PASSWORD",
    "SNMP_HOST",
    "REDIS_PASSWORD",
    "OLTD_CACHE__REDIS__PASSWORD",
    "OLTD_CACHE__REDIS",
    "OLTD_AUTH__TOKENS__0__SHA256",
    "OLTD_AUTH__TOKENS",
    "OLTD_HTTP__PROXIES",
    "SNMP_PORT",
    "OLTD_CONFIG",
];

/// A value around the secret: right, wrong in kind, or no TOML at all.
fn secret_value() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        format!("\"{SECRET}\""),
        format!("'{SECRET}"),
        format!("\"{SECRET}\\q\""),
        format!("\"{SECRET}\\n\""),
        format!("[\"{SECRET}\"]"),
        format!("{{ a = \"{SECRET}\" }}"),
        format!("\"\"\"{SECRET}\n"),
        SECRET.to_owned(),
    ])
}

proptest! {
    #[test]
    fn reading_never_panics(file in ".{0,200}", names in prop::collection::vec(("OLTD_[A-Z_0-9]{0,20}", ".{0,20}"), 0..4)) {
        let given: Vec<(&str, &str)> = names.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let _ = read(Some(&file), &given);
        let _ = read(None, &given);
    }

    #[test]
    fn any_keys_and_values_never_panic(
        lines in prop::collection::vec((prop::sample::select(KEYS.to_vec()), "[0-9a-z\"'\\[\\]{}=., -]{0,20}"), 0..8),
        values in prop::collection::vec((prop::sample::select(VARIABLES.to_vec()), ".{0,20}"), 0..4),
    ) {
        let file: String = lines.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let _ = read(Some(&file), &values);
        let _ = read(Some(&format!("[[olts]]\n{}", file.replace("olts.", ""))), &values);
    }

    /// A secret in its place, whatever is wrong with it or around it, is never shown.
    #[test]
    fn secrets_are_never_shown(
        community in secret_value(),
        password in secret_value(),
        enable in secret_value(),
        section in prop::sample::select(vec!["snmp", "cli"]),
        variable in prop::sample::select(VARIABLES.iter().copied().filter(|v| v.contains("COMMUN") || v.contains("PASSWORD") || v.contains("TOKENS") || v.contains("STORE") || v.contains("REDIS") || v.contains("_SNMP") && !v.contains("HOST") || v.contains("CLI")).collect::<Vec<_>>()),
        cut in 0usize..400,
    ) {
        let tables = format!(
            "[[olts]]\nid = 'a'\n[olts.snmp]\nhost = 'h'\ncommunity = {community}\n\
             [olts.cli]\nusername = 'u'\npassword = {password}\nenable_password = {enable}\n\
             [cache.redis]\nhost = 'r'\npassword = {password}\n[[auth.tokens]]\nname = 'noc'\nsha256 = {enable}\n"
        );
        let flat = format!("store_key = {community}\n[[olts]]\nid = 'a'\n{section} = {community}\n");
        for text in [tables.as_str(), tables.get(..cut).unwrap_or(""), flat.as_str()] {
            for value in [SECRET.to_owned(), format!("{SECRET}\n"), SECRET.repeat(40)] {
                let shown = match read(Some(text), &[(variable, &value)]) {
                    Ok(config) => format!("{config:?} {config:#?}"),
                    Err(problems) => format!("{problems} {problems:?}"),
                };
                prop_assert!(!shown.contains("hunter2"), "{shown}");
            }
        }
    }
}

#[test]
fn the_reference_projects_secrets_are_never_shown() {
    let given = [
        ("SNMP_HOST", "h"),
        ("SNMP_COMMUNITY", SECRET),
        ("TELNET_USERNAME", "u"),
        ("TELNET_PASSWORD", SECRET),
        ("TELNET_ENABLE_PASSWORD", SECRET),
        ("REDIS_PASSWORD", SECRET),
    ];
    assert!(!format!("{:?}", read(None, &given).unwrap()).contains(SECRET));
    let bad = given.map(|(name, value)| (name, if value == SECRET { "hunter2\nhunter2" } else { value }));
    assert_eq!(problems(None, &bad).len(), 3);
    assert!(!problems(None, &bad).concat().contains("hunter2"));
}

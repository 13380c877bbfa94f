use oltd::config::Config;
use secrecy::ExposeSecret;

use super::{ONE_OLT, problems, read};

const OLT: [(&str, &str); 4] = [
    ("SNMP_HOST", "192.0.2.1"),
    ("SNMP_COMMUNITY", "007"),
    ("TELNET_USERNAME", "zte"),
    ("TELNET_PASSWORD", "0123"),
];

/// Every variable that operators of the reference project may have set, each with a value of theirs.
const ALL: [(&str, &str); 53] = [
    ("SNMP_HOST", "192.0.2.9"),
    ("SNMP_PORT", "1161"),
    ("SNMP_COMMUNITY", "other"),
    ("TELNET_HOST", "192.0.2.3"),
    ("TELNET_PORT", "2323"),
    ("TELNET_USERNAME", "admin"),
    ("TELNET_PASSWORD", "other"),
    ("TELNET_ENABLE_PASSWORD", "zxr10"),
    ("TELNET_TIMEOUT", "30"),
    ("TELNET_CONNECT_TIMEOUT", "10"),
    ("TELNET_READ_TIMEOUT", "30"),
    ("TELNET_WRITE_TIMEOUT", "10"),
    ("TELNET_RETRY_COUNT", "3"),
    ("TELNET_RETRY_DELAY", "2"),
    ("TELNET_POOL_SIZE", "1"),
    ("TELNET_MAX_IDLE_TIME", "300"),
    ("TELNET_PROMPT_USER", "ZXAN>"),
    ("TELNET_PROMPT_ENABLE", "ZXAN#"),
    ("TELNET_PROMPT_CONFIG", "ZXAN(config)#"),
    ("SERVER_HOST", "0.0.0.0"),
    ("SERVER_PORT", "8080"),
    ("SERVER_MODE", "production"),
    ("APP_ENV", "production"),
    ("OLT_HOST", "192.0.2.4"),
    ("REDIS_HOST", "localhost"),
    ("REDIS_PORT", "6379"),
    ("REDIS_PASSWORD", "other"),
    ("REDIS_DB", "0"),
    ("REDIS_MIN_IDLE_CONNECTIONS", "10"),
    ("REDIS_POOL_SIZE", "100"),
    ("REDIS_POOL_TIMEOUT", "30"),
    ("CORS_ALLOWED_ORIGINS", "https://noc.example.net"),
    ("CORS_ALLOWED_METHODS", "GET"),
    ("CORS_ALLOWED_HEADERS", "Accept"),
    ("CORS_ALLOW_CREDENTIALS", "true"),
    ("CORS_MAX_AGE", "300"),
    ("TLS_CERT_FILE", "/etc/cert.pem"),
    ("TLS_KEY_FILE", "/etc/key.pem"),
    ("ZTE_FIRMWARE_VERSION", "v2.1"),
    ("BACKUP_DIR", "/var/backups"),
    ("OLT_BASE_OID", ".1.3.6.1.4.1.3902.1082"),
    ("OLT_BASE_OID_1", ".1.3.6.1.4.1.3902.1082"),
    ("ONU_ID_NAME_PREFIX", ".1"),
    ("ONU_TYPE_PREFIX", ".1"),
    ("ONU_SERIAL_NUMBER_PREFIX", ".1"),
    ("ONU_RX_POWER_PREFIX", ".1"),
    ("ONU_TX_POWER_PREFIX", ".1"),
    ("ONU_STATUS_ID_PREFIX", ".1"),
    ("ONU_IP_ADDRESS_PREFIX", ".1"),
    ("ONU_DESCRIPTION_PREFIX", ".1"),
    ("BOARD1_ONU_ID_BASE", "285278464"),
    ("BOARD1_ONU_TYPE_BASE", "285278464"),
    ("BOARD2_ONU_ID_BASE", "285278720"),
];

fn settings(config: &Config) -> String {
    let secrets = config.olts.iter().map(|olt| {
        let cli = olt.settings.cli.as_ref();
        let enable = cli.and_then(|cli| cli.enable_password.as_ref());
        [Some(&olt.settings.snmp.community), cli.map(|cli| &cli.password), enable]
            .map(|secret| secret.map_or("", |secret| secret.expose_secret()).to_owned())
    });
    let edge = (&config.rules, &config.tls, &config.redis);
    format!("{:?} {:?} {:?} {edge:?}", config.listen, config.olts, secrets.collect::<Vec<_>>())
}

#[test]
fn every_variable_is_used_or_noted() {
    let before = settings(&read(None, &OLT).unwrap());
    for (name, value) in ALL {
        let mut given: Vec<(&str, &str)> = OLT.into_iter().filter(|(olt, _)| *olt != name).collect();
        given.push((name, value));
        let config = read(None, &given).unwrap_or_else(|problems| panic!("{name}: {problems}"));
        let noted = config.notes.iter().find(|note| note.variable == name);
        match noted {
            Some(note) => assert!(note.text.len() > 20, "{note}"),
            None => assert_ne!(settings(&config), before, "{name} is neither used nor noted"),
        }
        assert!(config.notes.iter().all(|note| note.variable == name), "{name}: {:?}", config.notes);
    }
}

#[test]
fn beside_a_file_with_olts_every_variable_is_noted_or_refused() {
    for (name, value) in ALL {
        let file = format!("listen = '127.0.0.1:1'\n{ONE_OLT}");
        match read(Some(&file), &[(name, value)]) {
            // These two say something that the file says nothing about.
            Ok(config) if name == "REDIS_HOST" => assert!(config.redis.is_some()),
            Ok(config) if name == "CORS_ALLOWED_ORIGINS" => assert!(config.rules.cors.is_some()),
            Ok(config) => assert!(config.notes.iter().any(|note| note.variable == name), "{name}"),
            Err(problems) => {
                assert_eq!(name, "SNMP_HOST");
                let sentence =
                    "SNMP_HOST: defines an OLT, and so does [[olts]] of oltd.toml: keep one of the two";
                assert_eq!(problems.to_string(), sentence);
            }
        }
    }
}

#[test]
fn the_environment_defines_one_olt() {
    let config = read(None, &OLT).unwrap();
    assert_eq!(
        (config.olts.len(), config.olts[0].id(), config.default.as_deref()),
        (1, "olt-1", Some("olt-1"))
    );
    let settings = &config.olts[0].settings;
    assert_eq!((settings.snmp.host.as_str(), settings.snmp.port), ("192.0.2.1", 161));
    assert_eq!(settings.snmp.community.expose_secret(), "007");
    let cli = settings.cli.as_ref().unwrap();
    assert_eq!((cli.host.as_str(), cli.port, cli.max_sessions), ("192.0.2.1", 23, 1));
    assert_eq!(cli.password.expose_secret(), "0123");
    assert_eq!(config.notes, []);
}

#[test]
fn olt_host_stands_in_for_both_hosts() {
    let hosts = |given: &[(&str, &str)]| {
        let mut all = vec![("SNMP_COMMUNITY", "x"), ("TELNET_USERNAME", "x"), ("TELNET_PASSWORD", "x")];
        all.extend(given);
        let config = read(None, &all).unwrap();
        let settings = &config.olts[0].settings;
        (settings.snmp.host.clone(), settings.cli.as_ref().unwrap().host.clone())
    };
    let pair = |snmp: &str, cli: &str| (snmp.to_owned(), cli.to_owned());
    assert_eq!(hosts(&[("OLT_HOST", "o")]), pair("o", "o"));
    assert_eq!(hosts(&[("OLT_HOST", "o"), ("SNMP_HOST", "s")]), pair("s", "o"));
    assert_eq!(hosts(&[("OLT_HOST", "o"), ("TELNET_HOST", "t")]), pair("o", "t"));
    assert_eq!(hosts(&[("OLT_HOST", "o"), ("TELNET_HOST", "t"), ("SNMP_HOST", "s")]), pair("s", "t"));
}

#[test]
fn without_a_login_the_olt_is_read_over_snmp_only() {
    let given = [("SNMP_HOST", "h"), ("SNMP_COMMUNITY", "x"), ("TELNET_HOST", "t"), ("TELNET_PORT", "23")];
    let config = read(None, &given).unwrap();
    assert!(config.olts[0].settings.cli.is_none());
    let noted: Vec<&str> = config.notes.iter().map(|note| note.variable.as_str()).collect();
    assert_eq!(noted, ["TELNET_HOST", "TELNET_PORT"]);
}

#[test]
fn the_address_is_loopback_unless_told_otherwise() {
    let listen = |given: &[(&str, &str)]| {
        let config = read(Some(ONE_OLT), given).unwrap();
        let notes: Vec<String> = config.notes.iter().map(ToString::to_string).collect();
        (config.listen.to_string(), notes.join("\n"))
    };
    let quiet = |address: &str| (address.to_owned(), String::new());
    assert_eq!(listen(&[("SERVER_HOST", "0.0.0.0"), ("SERVER_PORT", "80")]), quiet("0.0.0.0:80"));
    assert_eq!(listen(&[("SERVER_HOST", "localhost")]), quiet("127.0.0.1:8081"));
    assert_eq!(listen(&[("SERVER_HOST", "::")]), quiet("[::]:8081"));
    let note =
        "SERVER_PORT: used on 127.0.0.1 only; set SERVER_HOST=0.0.0.0 to be reached from other machines";
    assert_eq!(listen(&[("SERVER_PORT", "80")]), ("127.0.0.1:80".to_owned(), note.to_owned()));
    let (address, note) = listen(&[("SERVER_HOST", "0.0.0.0"), ("OLTD_LISTEN", "127.0.0.1:1")]);
    assert_eq!(address, "127.0.0.1:1");
    assert_eq!(note, "SERVER_HOST: not used for listen: OLTD_LISTEN is set");
}

#[test]
fn wrong_values_name_the_variable() {
    for (name, value, sentence) in [
        ("SNMP_PORT", "snmp", "`snmp` is not a port from 1 to 65535"),
        ("SNMP_HOST", "a b", "`a b` is not a host name or an address without a port"),
        ("TELNET_PORT", "0", "`0` is not a port from 1 to 65535"),
        ("SERVER_PORT", "http", "`http` is not a port from 1 to 65535"),
        ("SERVER_HOST", "noc", "`noc` is not an address of this machine such as 0.0.0.0, or localhost"),
        ("USE_TLS", "maybe", "`maybe` is not true or false"),
        ("CORS_ALLOW_CREDENTIALS", "2", "`2` is not true or false"),
    ] {
        let mut given: Vec<(&str, &str)> = OLT.into_iter().filter(|(olt, _)| *olt != name).collect();
        given.push((name, value));
        assert_eq!(problems(None, &given), [format!("{name}: {sentence}")]);
    }
    assert!(read(None, &[OLT.as_slice(), &[("USE_TLS", "false")]].concat()).unwrap().notes.is_empty());
}

#[test]
fn what_is_missing_is_named() {
    assert_eq!(problems(None, &[("SNMP_HOST", "h")]), ["SNMP_COMMUNITY: must be set"]);
    let given = [("OLT_HOST", "h"), ("SNMP_COMMUNITY", "x"), ("TELNET_PASSWORD", "x")];
    assert_eq!(problems(None, &given), ["TELNET_USERNAME: must be set"]);
    let told = problems(None, &[("SNMP_COMMUNITY", "x")]);
    assert!(told.len() == 1 && told[0].contains("set SNMP_HOST"), "{told:?}");
}

#[test]
fn every_origin_with_credentials_ends_at_start() {
    for origins in ["*", "https://noc.example.net, *"] {
        let given =
            [&OLT, [("CORS_ALLOWED_ORIGINS", origins), ("CORS_ALLOW_CREDENTIALS", "true")].as_slice()]
                .concat();
        let told = problems(None, &given);
        assert!(told.len() == 1 && told[0].contains("or set CORS_ALLOW_CREDENTIALS=false"), "{told:?}");
    }
    for (origins, credentials) in [("*", "false"), ("https://noc.example.net", "true")] {
        let given =
            [&OLT, [("CORS_ALLOWED_ORIGINS", origins), ("CORS_ALLOW_CREDENTIALS", credentials)].as_slice()]
                .concat();
        let config = read(None, &given).unwrap();
        let with = config.rules.cors.as_ref().map(|cors| cors.credentials.to_string());
        assert_eq!((with.as_deref(), config.notes.len()), (Some(credentials), 0));
    }
}

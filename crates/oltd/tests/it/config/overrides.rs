use oltd::config::load_demo;
use secrecy::ExposeSecret;

use super::{ONE_OLT, problems, read, variables};

#[test]
fn a_variable_sets_its_key() {
    let config = read(
        Some(ONE_OLT),
        &[
            ("OLTD_LISTEN", "0.0.0.0:80"),
            ("OLTD_DEFAULT", "one"),
            ("OLTD_LOG__FORMAT", "json"),
            ("OLTD_CACHE__PON_INFO", "3m"),
            ("OLTD_OLTS__0__NAME", "12"),
            ("OLTD_OLTS__0__SNMP__COMMUNITY", "007"),
            ("OLTD_OLTS__0__SNMP__MAX_REPETITIONS", "30"),
            ("OLTD_OLTS__0__CLI__USERNAME", "zte"),
            ("OLTD_OLTS__0__CLI__PASSWORD", "12345678901234567890"),
        ],
    )
    .unwrap();
    assert_eq!(config.listen.to_string(), "0.0.0.0:80");
    assert_eq!(config.log.format.to_string(), "json");
    assert_eq!(config.cache.pon_info.as_secs(), 180);
    let olt = &config.olts[0];
    assert_eq!(olt.name, "12");
    assert_eq!(olt.settings.snmp.community.expose_secret(), "007");
    assert_eq!(olt.settings.snmp.max_repetitions, 30);
    let cli = olt.settings.cli.as_ref().unwrap();
    assert_eq!(cli.password.expose_secret(), "12345678901234567890");
    assert_eq!(cli.host, "192.0.2.1");
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let config =
        read(Some(ONE_OLT), &[("OLTD_LISTEN", ""), ("OLTD_NO_SUCH_KEY", ""), ("SNMP_HOST", "")]).unwrap();
    assert_eq!(config.listen.port(), 8081);
}

#[test]
fn the_place_after_the_last_adds_an_olt() {
    let second = [
        ("OLTD_OLTS__1__ID", "two"),
        ("OLTD_OLTS__1__SNMP__HOST", "192.0.2.2"),
        ("OLTD_OLTS__1__SNMP__COMMUNITY", "x"),
    ];
    let config = read(Some(ONE_OLT), &second).unwrap();
    assert_eq!(config.olts.iter().map(|olt| olt.id()).collect::<Vec<_>>(), ["one", "two"]);
    let told = problems(None, &second);
    assert!(
        told.iter().all(|line| line.contains("places count from 0, the next is 0")
            || line.contains("no OLT is configured")),
        "{told:#?}"
    );
}

#[test]
fn without_a_file() {
    let config = read(
        None,
        &[
            ("OLTD_OLTS__0__ID", "one"),
            ("OLTD_OLTS__0__SNMP__HOST", "192.0.2.2"),
            ("OLTD_OLTS__0__SNMP__COMMUNITY", "x"),
        ],
    )
    .unwrap();
    assert_eq!(config.default.as_deref(), Some("one"));
    assert_eq!(
        problems(None, &[("OLTD_OLTS__0__ID", "one"), ("OLTD_OLTS__0__SNMP__HOST", "192.0.2.2")]),
        ["OLTD_OLTS__0__SNMP__COMMUNITY: must be set"]
    );
}

#[test]
fn a_wrong_variable_names_itself() {
    let long = "9".repeat(30);
    for (name, value, sentence) in [
        ("OLTD_LISTEN", "x", "`x` is not an address and a port such as 127.0.0.1:8081"),
        (
            "OLTD_FOO",
            "1",
            "there is no such key here, expected one of `listen`, `default`, `data_dir`, `store_key`, `olts`, `log`, `cache`, `monitoring`, `http`, `cors`, `tls`, `auth`, `metrics`, `save`, `callbacks`, `stop_wait`, `answers_file`, `strategies_dir`",
        ),
        ("OLTD_LOG__FOO", "1", "there is no such key here, expected one of `format`, `level`, `access`"),
        (
            "OLTD_FOO__BAR",
            "1",
            "there is no such key here, expected one of `listen`, `default`, `data_dir`, `store_key`, `olts`, `log`, `cache`, `monitoring`, `http`, `cors`, `tls`, `auth`, `metrics`, `save`, `callbacks`, `stop_wait`, `answers_file`, `strategies_dir`",
        ),
        ("OLTD_LOG", "info", "must be a table of keys"),
        ("OLTD_OLTS", "x", "names no key; see oltd.example.toml for the keys"),
        ("OLTD_OLTS__0", "x", "names no key; see oltd.example.toml for the keys"),
        ("OLTD_OLTS__ID", "x", "names no key; see oltd.example.toml for the keys"),
        ("OLTD_OLTS__00__ID", "x", "names no key; see oltd.example.toml for the keys"),
        ("OLTD_OLTS__1000__ID", "x", "names no key; see oltd.example.toml for the keys"),
        ("OLTD_", "x", "names no key; see oltd.example.toml for the keys"),
        ("OLTD___", "x", "names no key; see oltd.example.toml for the keys"),
        ("OLTD_LOG__0", "x", "names no key; see oltd.example.toml for the keys"),
        ("OLTD_OLTS__2__ID", "x", "there is no such OLT; places count from 0, the next is 1"),
        ("OLTD_OLTS__0__SNMP__PORT", "70000", "`70000` is not a port from 1 to 65535"),
        ("OLTD_OLTS__0__SNMP__WINDOW", "4.0", "`4.0` is not a whole number from 1 to 64"),
        ("OLTD_OLTS__0__SNMP__WINDOW", "yes", "`yes` is not a whole number from 1 to 64"),
        (
            "OLTD_OLTS__0__SNMP__WINDOW",
            &long,
            "`999999999999999999999999999999` is not a whole number from 1 to 64",
        ),
        ("OLTD_DEFAULT", "two", "no OLT has the id `two`"),
        ("OLTD_OLTS__0__SNMP", "public", "must be a table of keys"),
    ] {
        assert_eq!(problems(Some(ONE_OLT), &[(name, value)]), [format!("{name}: {sentence}")]);
    }
}

#[test]
fn a_table_and_a_key_in_it_do_not_hide_each_other() {
    let told = problems(Some(ONE_OLT), &[("OLTD_LOG", "x"), ("OLTD_LOG__LEVEL", "debug")]);
    assert_eq!(told, ["OLTD_LOG: names a table, not a key"]);
}

#[test]
fn a_variable_does_not_hide_a_fault_of_the_file() {
    let told = problems(Some("[olts]\nid = 'x'"), &[("OLTD_OLTS__0__ID", "one")]);
    assert_eq!(told, ["oltd.toml: olts: must be a list of tables: write [[olts]]"]);
    let told = problems(Some(&format!("listen = 5\n{ONE_OLT}")), &[("OLTD_LISTEN", "127.0.0.1:1")]);
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn the_demo_takes_the_same_variables() {
    let config = load_demo(&variables(&[
        ("OLTD_LISTEN", "127.0.0.1:0"),
        ("OLTD_LOG__LEVEL", "debug"),
        ("OLTD_CACHE__ONUS", "2s"),
        ("OLTD_OLTS__0__NAME", "Lab"),
        ("OLTD_OLTS__0__SNMP__WINDOW", "8"),
        ("OLTD_OLTS__0__SNMP__COMMUNITY", "mine"),
        ("OLTD_OLTS__1__ID", "two"),
        ("OLTD_DEFAULT", "two"),
        ("SNMP_HOST", "192.0.2.1"),
    ]))
    .unwrap();
    assert_eq!((config.olts.len(), config.default.as_deref()), (1, Some("demo")));
    let olt = &config.olts[0];
    assert_eq!((olt.id(), olt.name.as_str(), olt.settings.snmp.window), ("demo", "Lab", 8));
    assert_eq!(olt.settings.snmp.community.expose_secret(), "public");
    assert_eq!(config.cache.onus.as_secs(), 2);
    let noted: Vec<&str> = config.notes.iter().map(|note| note.variable.as_str()).collect();
    assert_eq!(noted, ["OLTD_DEFAULT", "OLTD_OLTS__0__SNMP__COMMUNITY", "OLTD_OLTS__1__ID"]);
    assert!(load_demo(&variables(&[("OLTD_LISTN", "x")])).is_err());
}

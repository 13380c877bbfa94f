//! The keys about the edge of the server, and about Redis.

use std::time::Duration;

use oltd::http::{Hosts, Origins};
use secrecy::ExposeSecret;

use super::{ONE_OLT, problems, read};

/// A SHA-256, of nothing that anybody has.
const HASH: &str = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

fn with(text: &str) -> String {
    format!("{text}\n{ONE_OLT}")
}

#[test]
fn without_keys() {
    let config = read(Some(ONE_OLT), &[]).unwrap();
    let rules = &config.rules;
    assert_eq!((&rules.hosts, rules.proxies.len()), (&Hosts::These(vec![]), 0));
    let rate = rules.rate.unwrap();
    assert_eq!((rate.per_second.get(), rate.burst.get()), (100, 200));
    assert!(rules.cors.is_none() && rules.tokens.is_empty() && !rules.metrics_public && rules.access_log);
    assert!(config.tls.is_none() && config.redis.is_none() && !config.is_exposed());
    assert_eq!(config.cache_memory_mib, 96);
}

#[test]
fn every_key_is_read() {
    let file = with(&format!(
        r#"
        listen = "0.0.0.0:443"
        http = {{ hosts = ["olt.example.net", "192.0.2.7"], proxies = ["10.0.0.0/8", "2001:db8::1"], rate_limit = 5, rate_burst = 7, connections = 100, connections_per_client = 9 }}
        cors = {{ origins = ["https://NOC.example.net", "http://[::1]:3000"], credentials = true, max_age = "5m" }}
        tls = {{ cert_file = "/a b.pem", key_file = "key.pem" }}
        auth = {{ tokens = [{{ name = "noc", sha256 = "{HASH}" }}] }}
        metrics = {{ public = true }}
        log = {{ access = false }}
        [cache]
        memory_mib = 4096
        redis = {{ host = "redis", port = 1, username = "u", password = "p", database = 3, tls = true, ca_file = "ca.pem", prefix = "a:b" }}
        "#
    ));
    let config = read(Some(&file), &[]).unwrap();
    let rules = &config.rules;
    assert_eq!(rules.hosts, Hosts::These(vec!["olt.example.net".into(), "192.0.2.7".into()]));
    assert_eq!(format!("{:?}", rules.proxies), "[10.0.0.0/8, 2001:db8::1/128]");
    let rate = rules.rate.unwrap();
    assert_eq!((rate.per_second.get(), rate.burst.get()), (5, 7));
    assert_eq!((rules.connections, rules.connections_per_client), (100, Some(9)));
    let cors = rules.cors.as_ref().unwrap();
    assert_eq!(
        cors.origins,
        Origins::These(vec!["https://noc.example.net".into(), "http://[::1]:3000".into()])
    );
    assert_eq!((cors.credentials, cors.max_age), (true, Duration::from_secs(300)));
    assert_eq!(
        (&*rules.tokens[0].name, rules.tokens[0].sha256[0], rules.tokens[0].sha256[31]),
        ("noc", 0, 0xff)
    );
    assert!(rules.metrics_public && !rules.access_log);
    let tls = config.tls.as_ref().unwrap();
    assert_eq!((tls.cert.to_str(), tls.key.to_str()), (Some("/a b.pem"), Some("key.pem")));
    assert!(!config.is_exposed(), "a token is configured");
    assert_eq!(config.cache_memory_mib, 4096);
    let redis = config.redis.as_ref().unwrap();
    assert_eq!((redis.host.as_str(), redis.port, redis.username.as_deref()), ("redis", 1, Some("u")));
    assert_eq!((redis.password.as_ref().unwrap().expose_secret(), redis.database, redis.tls), ("p", 3, true));
    assert_eq!((redis.ca_file.as_ref().unwrap().to_str(), redis.prefix.as_str()), (Some("ca.pem"), "a:b"));
    assert!(!format!("{config:?}").contains("\"p\""));
}

#[test]
fn every_key_has_a_variable() {
    let given = [
        ("OLTD_LISTEN", "0.0.0.0:80"),
        ("OLTD_HTTP__HOSTS", "olt.example.net, 192.0.2.7"),
        ("OLTD_HTTP__PROXIES", "10.0.0.0/8"),
        ("OLTD_HTTP__RATE_LIMIT", "50"),
        ("OLTD_CORS__ORIGINS", "https://a.example,https://b.example"),
        ("OLTD_CORS__CREDENTIALS", "true"),
        ("OLTD_AUTH__TOKENS__0__NAME", "noc"),
        ("OLTD_AUTH__TOKENS__0__SHA256", HASH),
        ("OLTD_METRICS__PUBLIC", "yes"),
        ("OLTD_LOG__ACCESS", "off"),
        ("OLTD_CACHE__MEMORY_MIB", "16"),
        ("OLTD_CACHE__REDIS__HOST", "192.0.2.3"),
        ("OLTD_CACHE__REDIS__PASSWORD", "007"),
        ("OLTD_TLS__CERT_FILE", "c"),
        ("OLTD_TLS__KEY_FILE", "k"),
    ];
    let config = read(Some(ONE_OLT), &given).unwrap();
    let rules = &config.rules;
    assert_eq!(rules.hosts, Hosts::These(vec!["olt.example.net".into(), "192.0.2.7".into()]));
    assert_eq!(rules.rate.unwrap().burst.get(), 100, "twice the limit");
    assert_eq!((&*rules.tokens[0].name, rules.metrics_public, rules.access_log), ("noc", true, false));
    let redis = config.redis.unwrap();
    assert_eq!((redis.port, redis.database, redis.tls, redis.prefix.as_str()), (6379, 0, false, "oltd"));
    assert_eq!(redis.password.unwrap().expose_secret(), "007");
    let file = with(&format!("[[auth.tokens]]\nname = 'noc'\nsha256 = '{HASH}'"));
    let second = [("OLTD_AUTH__TOKENS__1__NAME", "b"), ("OLTD_AUTH__TOKENS__1__SHA256", &"1".repeat(64))];
    assert_eq!(read(Some(&file), &second).unwrap().rules.tokens.len(), 2);
}

#[test]
fn off_and_all() {
    let read = |text: &str| read(Some(&with(text)), &[]).unwrap().rules;
    assert!(read("http.rate_limit = 0").rate.is_none());
    assert_eq!(read("http.connections_per_client = 0").connections_per_client, None);
    assert_eq!((read("").connections, read("").connections_per_client), (900, Some(256)));
    assert_eq!(read("http.rate_burst = 1").rate.unwrap().per_second.get(), 100);
    assert_eq!(read("http.hosts = '*'").hosts, Hosts::Any);
    assert_eq!(read("http.hosts = ['*']").hosts, Hosts::Any);
    assert_eq!(read("http.hosts = []").hosts, Hosts::These(vec![]));
    assert!(read("cors.origins = []").cors.is_none());
    assert_eq!(read("cors.origins = '*'").cors.unwrap().origins, Origins::Any);
}

/// What stands above the OLT, and the whole sentence about it.
const WRONG: &[(&str, &str)] = &[
    (
        "http.hosts = ['a', 5]",
        "http.hosts: a list is not host names or addresses without ports, with commas between them, or `*` for all",
    ),
    (
        "http.hosts = ['a:80']",
        "http.hosts: `a:80` is not host names or addresses without ports, with commas between them, or `*` for all",
    ),
    (
        "http.proxies = 'proxy'",
        "http.proxies: `proxy` is not addresses or networks such as 192.0.2.1 or 10.0.0.0/8, with commas between them",
    ),
    ("http.rate_limit = -1", "http.rate_limit: `-1` is not a whole number from 0 to 100000"),
    ("http.connections = 15", "http.connections: `15` is not a whole number from 16 to 65000"),
    ("http.rate_burst = 0", "http.rate_burst: `0` is not a whole number from 1 to 1000000"),
    (
        "cors.origins = ['noc.example.net']",
        "cors.origins: `noc.example.net` is not origins such as https://noc.example.net or http://192.0.2.1:3000, \
         without a path and with commas between them, or `*` for all",
    ),
    (
        "cors = { origins = '*', credentials = true }",
        "cors.origins: `*` together with cors.credentials=true would let every web page act in its visitor's name: \
         set cors.origins to the origins of your pages, such as https://noc.example.net, or set \
         cors.credentials=false",
    ),
    ("cors.credentials = 1", "cors.credentials: `1` is not true or false"),
    ("tls.cert_file = 'c'", "tls.key_file: is missing"),
    ("tls.key_file = 'c'", "tls.cert_file: is missing"),
    ("auth.tokens = 5", "auth.tokens: must be a list of tables: write [[auth.tokens]]"),
    ("[[auth.tokens]]\nname = 'noc'", "auth.tokens[0].sha256: is missing"),
    (
        "[[auth.tokens]]\nname = 'noc'\nsha256 = 'hunter2'",
        "auth.tokens[0].sha256: the value is not the SHA-256 of a token in 64 hexadecimal digits, as `oltd token` \
         prints it",
    ),
    ("cache.memory_mib = 15", "cache.memory_mib: `15` is not a whole number from 16 to 4096"),
    ("cache.redis = {}", "cache.redis.host: is missing"),
    (
        "cache.redis = { host = 'r', ca_file = 'c' }",
        "cache.redis.ca_file: has no use without cache.redis.tls = true",
    ),
    (
        "cache.redis = { host = 'r', sentinel = 'm' }",
        "cache.redis.sentinel: Redis Sentinel is not supported yet: name one Redis server in cache.redis.host",
    ),
    (
        "cache.redis = { host = 'r', cluster_nodes = ['m'] }",
        "cache.redis.cluster_nodes: Redis Cluster is not supported yet: name one Redis server in cache.redis.host",
    ),
    (
        "cache.redis.host = 'redis-sentinel://u:hunter2@r/mymaster'",
        "cache.redis.host: Redis Sentinel is not supported yet: name one Redis server in cache.redis.host",
    ),
    (
        "cache.redis.host = 'redis+cluster://r'",
        "cache.redis.host: Redis Cluster is not supported yet: name one Redis server in cache.redis.host",
    ),
    (
        "cache.redis.host = 'a:1,b:2'",
        "cache.redis.host: a list of servers, Redis Sentinel or Cluster, is not supported yet: name one Redis server \
         in cache.redis.host",
    ),
    (
        "cache.redis.host = 'redis://u:hunter2@r:1'",
        "cache.redis.host: a URL is not a host name or an address: port, username, password, database and tls have \
         keys of their own",
    ),
];

#[test]
fn wrong_values() {
    for (text, sentence) in WRONG {
        assert_eq!(problems(Some(&with(text)), &[]), [format!("oltd.toml: {sentence}")], "{text}");
    }
    let twice = format!("[[auth.tokens]]\nname = 'a'\nsha256 = '{HASH}'\n").repeat(2);
    let told = problems(Some(&with(&twice)), &[]);
    assert!(
        told.len() == 1 && told[0].starts_with("oltd.toml: auth.tokens[1].sha256: is the token of `a`"),
        "{told:?}"
    );
    let gap = problems(Some(ONE_OLT), &[("OLTD_AUTH__TOKENS__1__NAME", "a")]);
    assert_eq!(
        gap,
        ["OLTD_AUTH__TOKENS__1__NAME: there is no such token; places count from 0, the next is 0"]
    );
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let told = problems(Some(ONE_OLT), &[("OLTD_AUTH__TOKENS__0__SHA256", nothing)]);
    assert!(
        told.iter().any(|line| line.starts_with("OLTD_AUTH__TOKENS__0__SHA256: the value is not")),
        "{told:?}"
    );
}

#[test]
fn proxies_that_are_everybody_are_told() {
    for (proxies, told) in [
        ("'0.0.0.0/0'", true),
        ("'::/0'", true),
        ("'10.0.0.0/8', '::/1', '8000::/1'", true),
        ("'0.0.0.0/1', '128.0.0.0/2', '192.0.0.0/2'", true),
        ("'0.0.0.0/1', '128.0.0.0/2'", false),
        ("'10.0.0.0/8', '2001:db8::1'", false),
        ("", false),
    ] {
        let config = read(Some(&with(&format!("http.proxies = [{proxies}]"))), &[]).unwrap();
        let notes: Vec<String> = config.notes.iter().map(ToString::to_string).collect();
        let expected = notes.iter().any(|note| note.starts_with("oltd.toml: http.proxies: takes everybody"));
        assert_eq!((expected, notes.len()), (told, usize::from(told)), "{proxies}: {notes:?}");
    }
}

#[test]
fn exposed_is_what_others_reach_without_a_token() {
    for (listen, exposed) in [
        ("127.0.0.1:1", false),
        ("[::1]:1", false),
        ("[::ffff:127.0.0.1]:1", false),
        ("0.0.0.0:1", true),
        ("[::]:1", true),
        ("192.0.2.1:1", true),
    ] {
        assert_eq!(
            read(Some(ONE_OLT), &[("OLTD_LISTEN", listen)]).unwrap().is_exposed(),
            exposed,
            "{listen}"
        );
    }
}

#[test]
fn the_variables_of_the_reference_stand_below_the_file() {
    let redis = |file: &str, given: &[(&str, &str)]| {
        let config = read(Some(&with(file)), given).unwrap();
        let notes: Vec<String> = config.notes.iter().map(ToString::to_string).collect();
        (config.redis.map(|redis| (redis.host, redis.port, redis.database)), notes.join("\n"))
    };
    let all = [("REDIS_HOST", "r"), ("REDIS_PORT", "1"), ("REDIS_DB", "2")];
    assert_eq!(redis("", &all), (Some(("r".into(), 1, 2)), String::new()));
    assert_eq!(redis("cache.onus = '2m'", &all), (Some(("r".into(), 1, 2)), String::new()));
    let (kept, notes) = redis("cache.redis.host = 'f'", &all);
    assert_eq!(kept, Some(("f".into(), 1, 2)));
    assert_eq!(notes, "REDIS_HOST: not used: oltd.toml sets cache.redis.host");
    let (kept, notes) = redis("", &[("REDIS_DB", "2")]);
    assert_eq!((kept, notes.lines().count()), (None, 1));

    let given = [
        ("CORS_ALLOWED_ORIGINS", "https://a.example"),
        ("CORS_MAX_AGE", "300"),
        ("CORS_ALLOW_CREDENTIALS", "true"),
    ];
    let config = read(Some(ONE_OLT), &given).unwrap();
    let cors = config.rules.cors.unwrap();
    assert_eq!((cors.credentials, cors.max_age, config.notes.len()), (true, Duration::from_secs(300), 0));
    let given = [("USE_TLS", "true"), ("TLS_CERT_FILE", "c"), ("TLS_KEY_FILE", "k")];
    assert!(read(Some(ONE_OLT), &given).unwrap().tls.is_some());
    assert_eq!(problems(Some(ONE_OLT), &given[..2]), ["TLS_KEY_FILE: must be set, since USE_TLS is true"]);
    assert!(
        read(Some(&with("tls = { cert_file = 'c', key_file = 'k' }")), &given[..1]).unwrap().tls.is_some()
    );
    assert!(read(Some(ONE_OLT), &given[1..]).unwrap().tls.is_none());
}

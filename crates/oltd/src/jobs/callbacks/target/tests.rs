use super::*;

fn allowed(names: &[&str], networks: &[&str]) -> Allowed {
    Allowed {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
    }
}

fn direct(allow: &Allowed, url: &str) -> Result<(), String> {
    allow.admits_address(&target(url).unwrap())
}

#[test]
fn only_urls_that_can_be_called_are_taken() {
    for url in ["http://a.example/x?y=z", "https://a.example:8443/", "http://[2600::1]:1024/"] {
        assert!(target(url).is_ok(), "{url}");
    }
    for (url, rule) in [
        ("", "no URL"),
        ("a.example/x", "no URL"),
        ("ftp://a.example/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://a.example:70/", "scheme"),
        ("http:\\\\a.example/", "backslash"),
        ("http://a.example\\@b.example/", "backslash"),
        ("http://a.example/x\r\ny", "control"),
        ("http://a.ex\tample/", "control"),
        ("http://a.example/\u{85}", "control"),
        (" http://a.example/", "blank"),
        ("http://a.example/a b", "blank"),
        ("http://u@a.example/", "user name"),
        ("http://u:p@a.example/", "user name"),
        ("http://a.example/#x", "fragment"),
        ("http://a.example:0/", "port"),
        ("http://a.example:23/", "port"),
        ("https://a.example:25/", "port"),
    ] {
        let refused = target(url).unwrap_err();
        assert!(refused.contains(rule), "{url}: {refused}");
    }
}

#[test]
fn what_is_not_public_is_refused_in_every_spelling() {
    let open = Allowed::default();
    for host in ["8.8.8.8", "1.1.1.1", "[2600::1]", "172.32.0.1", "100.128.0.1"] {
        assert_eq!(direct(&open, &format!("http://{host}/")), Ok(()), "{host}");
    }
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]",
        "[2001::1]",
        "[fec0::1]",
    ] {
        let refused = direct(&open, &format!("http://{host}/"));
        assert!(refused.is_err(), "{host} is let through");
    }
}

#[test]
fn what_the_configuration_names_is_all_there_is() {
    let networks = allowed(&[], &["10.1.0.0/16", "::1/128"]);
    assert_eq!(direct(&networks, "http://10.1.2.3/"), Ok(()));
    assert_eq!(direct(&networks, "http://[::1]/"), Ok(()));
    for url in ["http://10.2.0.1/", "http://8.8.8.8/", "http://127.0.0.1/"] {
        assert!(direct(&networks, url).is_err(), "{url}");
    }
    let named = allowed(&["billing.example", "192.168.0.9"], &[]);
    for url in ["http://billing.example/", "http://BILLING.example./", "http://192.168.0.9/"] {
        assert_eq!(direct(&named, url), Ok(()), "{url}");
    }
    for url in ["http://other.example/", "http://billing.example.org/", "http://8.8.8.8/"] {
        assert!(direct(&named, url).is_err(), "{url}");
    }
}

#[test]
fn of_a_name_only_the_addresses_that_may_are_connected_to() {
    let at = |address: &str| SocketAddr::new(address.parse().unwrap(), 80);
    let both = || [at("127.0.0.1"), at("8.8.8.8"), at("::ffff:10.0.0.1")].into_iter();
    assert_eq!(Allowed::default().among("a.example", both()), Ok(vec![at("8.8.8.8")]));
    let refused = Allowed::default().among("a.example", [at("127.0.0.1")].into_iter()).unwrap_err();
    assert!(refused.contains("loopback"), "{refused}");
    // Whom the operator names is believed, but for what no server is called by.
    let named = allowed(&["a.example"], &[]);
    assert_eq!(named.among("a.example", [at("10.0.0.1")].into_iter()), Ok(vec![at("10.0.0.1")]));
    for never in ["169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0", "fd00:ec2::254"] {
        assert!(named.among("a.example", [at(never)].into_iter()).is_err(), "{never}");
    }
    let both_named = allowed(&["a.example"], &["169.254.0.0/16"]);
    assert!(both_named.among("a.example", [at("169.254.1.1")].into_iter()).is_ok());
    assert!(named.among("b.example", both()).is_err());
    let networks = allowed(&[], &["10.0.0.0/8"]);
    assert_eq!(networks.among("b.example", both()), Ok(vec![at("::ffff:10.0.0.1")]));
}

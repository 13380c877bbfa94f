//! Who may write, to what, and from where.

use oltd::config::load_demo;
use oltd::writing::Writes;

use super::{ONE_OLT, problems, read, variables};

const HASH: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn olt(keys: &str) -> String {
    ONE_OLT.replace("[olts.snmp]", &format!("{keys}\n[olts.snmp]"))
}

fn token(keys: &str) -> String {
    format!("[[auth.tokens]]\nname = 'noc'\nsha256 = '{HASH}'\n{keys}\n")
}

#[test]
fn nothing_is_written_unless_it_is_said() {
    let config = read(Some(&format!("{}{ONE_OLT}", token(""))), &[]).unwrap();
    assert!(!config.rules.tokens[0].write, "a token that was made for monitoring");
    assert_eq!((&config.olts[0].writes, config.olts[0].writer), (&Writes::Off, true));
    assert_eq!(config.notes, []);
}

#[test]
fn which_writes_are_let_through() {
    let ports = ["1/1/3", "1/2/16"].map(|port| port.parse().unwrap());
    for (given, writes) in [
        ("'off'", Writes::Off),
        ("'plan'", Writes::Plan),
        ("'on'", Writes::On),
        ("['1/1/3', '1/2/16']", Writes::OnPons(ports.into())),
        ("'1/2/16, 1/1/3'", Writes::OnPons(ports.into())),
    ] {
        let text = format!("{}{}", token("write = true"), olt(&format!("writes = {given}")));
        let config = read(Some(&text), &[]).unwrap();
        assert_eq!((&config.olts[0].writes, config.rules.tokens[0].write), (&writes, true), "{given}");
        assert_eq!(config.notes, [], "{given}");
    }
    let by_variable = read(Some(ONE_OLT), &[("OLTD_OLTS__0__WRITES", "1/1/3")]).unwrap();
    assert_eq!(by_variable.olts[0].writes, Writes::OnPons([ports[0]].into()));
    let rule = "is not off, plan, on, or a list of PONs such as 1/1/3, with commas between them";
    for (given, said) in [
        ("'ON'", format!("`ON` {rule}")),
        ("true", format!("`true` {rule}")),
        ("'3'", format!("`3` {rule}")),
        ("'1-1-3'", format!("`1-1-3` {rule}")),
        ("['1/1/3', 'on']", format!("`1/1/3,on` {rule}")),
        ("['1/1/99']", format!("`1/1/99` {rule}")),
        ("[3]", format!("a list {rule}")),
        ("[]", String::from("an empty list names no PON: write \"off\" to let nothing through")),
    ] {
        let told = problems(Some(&olt(&format!("writes = {given}"))), &[]);
        assert_eq!(told, [format!("oltd.toml: olts[0].writes: {said}")], "{given}");
    }
}

#[test]
fn under_a_shared_store_no_instance_writes_unless_it_is_told() {
    let redis = "[cache.redis]\nhost = 'r'\n";
    for (keys, shared, writer) in
        [("", "", true), ("", redis, false), ("writer = true", redis, true), ("writer = false", "", false)]
    {
        let config = read(Some(&format!("{shared}{}", olt(keys))), &[]).unwrap();
        assert_eq!(config.olts[0].writer, writer, "{keys} {shared}");
    }
}

#[test]
fn writes_that_nobody_may_ask_for_are_told() {
    let text = format!("{}{}", token(""), olt("writes = 'plan'"));
    let notes: Vec<String> = read(Some(&text), &[]).unwrap().notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            "oltd.toml: olts[0].writes: lets writes through, and nobody may ask for one: no token has write = true"
        ]
    );
}

#[test]
fn the_demo_is_written_to() {
    let demo = |given: &[(&str, &str)]| load_demo(&variables(given)).unwrap();
    let config = demo(&[]);
    assert_eq!((&config.olts[0].writes, config.olts[0].writer), (&Writes::On, true));
    assert_eq!(config.notes, []);
    assert!(demo(&[("OLTD_CACHE__REDIS__HOST", "r")]).olts[0].writer, "the simulator is its own");
    assert_eq!(demo(&[("OLTD_OLTS__0__WRITES", "plan")]).olts[0].writes, Writes::Plan);
}

/// An OLT that is silent is given up soon where somebody wants that.
#[test]
fn a_short_deadline() {
    let deadline = |given: &str| read(Some(&format!("{ONE_OLT}deadline = '{given}'")), &[]);
    assert_eq!(deadline("200ms").unwrap().olts[0].settings.snmp.deadline.as_millis(), 200);
    assert!(deadline("199ms").is_err());
}

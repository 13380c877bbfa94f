//! What the commands of this folder answer about simulated devices.

use gpon::PonPort;

use super::SHOWS;
use crate::Scenario;
use crate::cli::{Answer, Arg, Ask, Refusal, Syntax};
use crate::device::Device;
use crate::scenario::{DEMO, NO_OPTICS, SMALL, V1_2};

fn ask(device: &Device, syntax: &str, args: &[Arg]) -> Answer {
    let commands = SHOWS.iter().copied().flatten();
    let command = commands.into_iter().find(|command| command.syntax == syntax).expect(syntax);
    (command.run)(&Ask { device, args, columns: &[20], session: 0 })
}

fn device(scenario: &str) -> Device {
    Scenario::parse(scenario).unwrap().device
}

#[test]
fn every_command_answers() {
    for scenario in [DEMO, SMALL, NO_OPTICS, V1_2] {
        let device = device(scenario);
        let port = Arg::Pon(PonPort::new(1, 1).unwrap());
        for (syntax, args) in [
            ("show system-group", vec![]),
            ("show clock", vec![]),
            ("show card", vec![]),
            ("show processor", vec![]),
            ("show card-temperature", vec![]),
            ("show fan", vec![]),
            ("show version-running", vec![]),
            ("show interface <pon>", vec![port.clone()]),
            ("show interface optical-module-info <pon>", vec![port.clone()]),
            ("show running-config interface <pon>", vec![port]),
            ("show running-config", vec![]),
            ("show gpon profile tcont", vec![]),
            ("show onu-type [gpon [<word>]]", vec![]),
            ("show vlan summary", vec![]),
            ("show vlan <1-4094>", vec![Arg::Number(100)]),
        ] {
            let text = ask(&device, syntax, &args).unwrap();
            assert!(text.ends_with('\n'), "{syntax}: {text}");
        }
    }
}

#[test]
fn refuses_what_is_not_there() {
    let device = device(NO_OPTICS);
    let port = Arg::Pon(PonPort::new(9, 1).unwrap());
    for syntax in [
        "show interface <pon>",
        "show interface optical-module-info <pon>",
        "show running-config interface <pon>",
    ] {
        let refusal = ask(&device, syntax, std::slice::from_ref(&port)).unwrap_err();
        assert_eq!(refusal, Refusal::Syntax(Syntax::BadParameter, 20), "{syntax}");
    }
    assert_eq!(ask(&device, "show gpon onu profile ip", &[]), Err(Refusal::Empty));
}

#[test]
fn has_a_pon_of_64_for_reading_optics() {
    let device = device(NO_OPTICS);
    assert_eq!(device.onus().count(), 64);
    for (at, onu) in device.onus() {
        assert_eq!(at.pon, PonPort::new(1, 1).unwrap());
        assert!(onu.is_online());
        let numbers = (
            onu.configured.tconts.keys(),
            onu.configured.gem_ports.keys(),
            onu.configured.service_ports.keys(),
        );
        assert!(numbers.0.eq([&1]) && numbers.1.eq([&1]) && numbers.2.eq([&1]), "{at}");
    }
}

#[test]
fn an_old_firmware_differs() {
    let device = device(V1_2);
    let text = ask(&device, "show gpon profile tcont", &[]).unwrap();
    assert!(text.starts_with("Name  :UP-100M\n"), "{text}");
    let text = ask(&device, "show card", &[]).unwrap();
    assert!(
        text.contains("1    1     4    SMXA    SMXA     0     110702  V1.2.5          STANDBY\n"),
        "{text}"
    );
}

#[test]
fn shows_what_a_scenario_says_of_a_port() {
    let pons = "[[pons]]\nat = \"1/1/2\"\nname = \"ODC-A 1\"\ndescription = \"east\"\nenabled = false\nmodule = false\n";
    let device = device(&format!("{SMALL}\n{pons}"));
    let text = |syntax| ask(&device, syntax, &[Arg::Pon(PonPort::new(1, 2).unwrap())]).unwrap();
    let config = text("show running-config interface <pon>");
    assert!(
        config.contains("  shutdown\n  linktrap disable\n  name ODC-A 1\n  description east\n!\n"),
        "{config}"
    );
    let port = text("show interface <pon>");
    assert!(
        port.starts_with("gpon-olt_1/1/2 is deactivate,line protocol is down.\n  Description is east.\n")
    );
    assert_eq!(text("show interface optical-module-info <pon>"), " No optical module present.\n");
}

#[test]
fn identifies_itself_by_firmware() {
    for (firmware, end) in [("V2.1.0", ".320.2.1\n"), ("V2.0.1P2", ".320.2\n"), ("V1.2.5", ".320.1.2\n")] {
        let device = device(&format!("[chassis]\nfirmware = \"{firmware}\""));
        let text = ask(&device, "show system-group", &[]).unwrap();
        let object_id = text.split_inclusive('\n').nth(1).unwrap();
        assert!(object_id.ends_with(end), "{firmware}: {object_id}");
    }
}

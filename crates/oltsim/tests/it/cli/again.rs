//! What the device shows of an ONU can be typed, and then it shows the same.

use gpon::OnuRef;
use oltsim::Simulator;

use crate::client::start;

/// What is shown of an ONU: its registration, its interface, its box, each a list of lines.
fn shown(simulator: &Simulator, at: OnuRef) -> [Vec<String>; 3] {
    let begin = format!("  onu {} ", at.id.get());
    let lines = [
        format!("show running-config interface gpon-olt_{}", at.pon),
        format!("show running-config interface gpon-onu_{at}"),
        format!("show onu running config gpon-onu_{at}"),
    ];
    let said = simulator.type_as_somebody(&lines.each_ref().map(String::as_str));
    let of = |place: usize, wanted: &dyn Fn(&str) -> bool| {
        let lines = said[place].split("\r\n").filter(|line| line.starts_with("  ") && wanted(line));
        lines.map(|line| line[2..].to_owned()).collect()
    };
    [of(0, &|line| line.starts_with(&begin)), of(1, &|_| true), of(2, &|_| true)]
}

async fn every_onu(scenario: &str) {
    let more = "[writes]\nbandwidth_kbps = 999999999999\n[life]\nlogging_ms = 0\nsync_ms = 0\n";
    let scenario = format!("{}\n{more}", scenario.replacen("[cli]\n", "[cli]\nwidth = 512\n", 1));
    let scenario =
        if scenario.contains("[cli]") { scenario } else { format!("{scenario}[cli]\nwidth = 512\n") };
    let simulator = start(oltsim::Source::Scenario(scenario)).await;
    let all = simulator.device(|device| device.onus().map(|(at, _)| at).collect::<Vec<_>>()).unwrap();
    // Bytes that are no text cannot be typed as one, nor can blanks at the ends of a text,
    // and lines of profiles are not typed.
    let typed = |line: &String| {
        let text = line.strip_prefix("name ").or(line.strip_prefix("description "));
        text.is_none_or(|text| text == text.trim())
            && !line.contains(['\u{fffd}', '?', '\t'])
            && !line.starts_with("==")
    };
    let (mut count, mut lines_typed) = (0, 0);
    for at in all.into_iter().step_by(7) {
        let before = shown(&simulator, at);
        if !before.iter().flatten().all(typed) {
            continue;
        }
        let [registration, interface, remote] = &before;
        let places = [
            format!("interface gpon-olt_{}", at.pon),
            format!("interface gpon-onu_{at}"),
            format!("pon-onu-mng gpon-onu_{at}"),
        ];
        let remove = format!("no onu {}", at.id.get());
        let mut lines = vec!["configure terminal", places[0].as_str(), remove.as_str()];
        lines.extend(registration.iter().map(String::as_str));
        for (place, own) in [(&places[1], interface), (&places[2], remote)] {
            lines.extend(["exit", place]);
            lines.extend(own.iter().map(String::as_str));
        }
        for (line, answer) in lines.iter().zip(simulator.type_as_somebody(&lines)) {
            assert!(!answer.contains("\n%Error") && !answer.contains("\n%Code"), "{at}: {line}: {answer}");
        }
        assert_eq!(shown(&simulator, at), before, "{at}");
        (count, lines_typed) = (count + 1, lines_typed + lines.len());
    }
    assert!(count > 0 && lines_typed > 10 * count, "{count} {lines_typed}");
}

#[tokio::test]
async fn of_every_kind_of_device() {
    for scenario in [oltsim::DEMO, oltsim::SMALL, oltsim::C300, oltsim::V1_2] {
        every_onu(scenario).await;
    }
}

//! Who else is there, and what others type (fact sheet, CLI §1.5, §4.1, §6 nr. 15).

use std::time::Duration;

use crate::client::start;
use crate::terminal::{Terminal, with_cli};

#[tokio::test]
async fn everybody_who_is_logged_in_is_listed() {
    let people = "[[people]]\nuser = \"noc\"\naddress = \"10.60.183.147\"\nseconds = 1525\n";
    let simulator = start(oltsim::Source::Scenario(format!("{}\n{people}", oltsim::SMALL))).await;
    simulator.device(|device| device.clock.hold_at(Duration::ZERO));
    let mut first = Terminal::logged_in(&simulator).await;
    let mut second = Terminal::logged_in(&simulator).await;
    let noc = "   68 vty 2   noc  00:25:25  self  10.60.183.147\n";
    for line in ["show users", "who"] {
        let listed = second.tell(line).await;
        let own =
            "   66 vty 0   zte  00:00:00  self  127.0.0.1\n*  67 vty 1   zte  00:00:00  self  127.0.0.1\n";
        assert_eq!(listed, format!("{own}{noc}"));
    }
    assert!(first.tell("who").await.starts_with("*  66 vty 0   zte"));
    drop(second);
    simulator.wait_until(Duration::from_secs(10), |now| now.cli_sessions == 1).await.unwrap();
    simulator.device(|device| device.others.clear());
    assert_eq!(first.tell("show users").await, "*  66 vty 0   zte  00:00:00  self  127.0.0.1\n");
}

#[tokio::test]
async fn others_change_things_meanwhile() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.enter("interface gpon-onu_1/1/1:1").await;
    simulator.reset_command_lines();
    let said = simulator.type_as_somebody(&[
        "configure terminal",
        "interface gpon-onu_1/1/1:1",
        "name theirs",
        "tcont 9 profile NONE",
        "exit",
        "pon-onu-mng gpon-onu_1/1/1:1",
        "reboot",
        "no",
    ]);
    assert_eq!(said.len(), 8);
    assert_eq!(said[2], "name theirs\r\nSMALL(config-if)#");
    assert!(said[3].contains("%Code 62397"), "{}", said[3]);
    assert!(said[6].ends_with("Confirm to reboot? [yes/no]:"), "{}", said[6]);
    let shown = terminal.tell("show running-config interface gpon-onu_1/1/1:1").await;
    assert!(shown.contains("\n  name theirs\n"), "{shown}");
    let lines: Vec<String> = simulator.command_lines().into_iter().map(|own| own.line).collect();
    assert_eq!(lines, ["show running-config interface gpon-onu_1/1/1:1"], "theirs are not recorded");
}

#[tokio::test]
async fn every_line_is_recorded_with_its_mode() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    for line in ["conf t", "interface gpon-onu_1/1/1:1", "name X", "show card", "nonsense", "exit"] {
        terminal.ask(line, "#").await;
    }
    terminal.ask("pon-onu-mng gpon-onu_1/1/1:1", "#").await;
    terminal.ask("reboot", "[yes/no]:").await;
    terminal.ask("no", "#").await;
    assert_eq!(simulator.counters().cli_changes, 4);
    let lines = simulator.command_lines();
    let shown: Vec<_> =
        lines.iter().map(|own| (own.line.as_str(), own.mode.as_str(), own.configures)).collect();
    assert_eq!(
        shown,
        [
            ("conf t", "", false),
            ("interface gpon-onu_1/1/1:1", "(config)", false),
            ("name X", "(config-if)", true),
            ("show card", "(config-if)", false),
            ("nonsense", "(config-if)", true),
            ("exit", "(config-if)", false),
            ("pon-onu-mng gpon-onu_1/1/1:1", "(config)", false),
            ("reboot", "(gpon-onu-mng 1/1/1:1)", true),
            ("no", "[yes/no]", true),
        ]
    );
    simulator.keep_command_lines(2);
    terminal.tell("end").await;
    let left: Vec<_> = simulator.command_lines().into_iter().map(|own| own.line).collect();
    assert_eq!(left, ["no", "end"]);
}

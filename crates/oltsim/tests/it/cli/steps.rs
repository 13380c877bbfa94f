//! Faults at single lines, and gates.

use oltsim::{AtLine, LineEffect, LineFault, Stop};

use crate::client::{Client, small};
use crate::terminal::{Terminal, with_cli};

/// sysUpTime.0.
const UPTIME: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 3, 0];

#[tokio::test]
async fn a_line_is_refused_logged_or_cut() {
    let simulator = with_cli("log_line = \"a line\"").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    let refusal = LineEffect::Refuse("%Code 62330: Parameter exceeds range\n".to_owned());
    simulator.set_line_faults(vec![
        LineFault::nth(2, LineEffect::Log),
        LineFault::begins("write", refusal),
        LineFault::nth(4, LineEffect::Cut),
    ]);
    let said = terminal.ask("write", "SMALL#").await;
    assert_eq!(said, "write\r\n%Code 62330: Parameter exceeds range\r\nSMALL#");
    assert!(terminal.ask("show card", "SMALL#").await.contains("\r\na line\r\n"));
    assert!(!terminal.ask("show card", "SMALL#").await.contains("a line"));
    terminal.send("show card\n").await;
    assert_eq!(terminal.rest().await.0, b"show card\r\n");

    simulator.set_line_faults(vec![LineFault::begins("show", LineEffect::Cut)]);
    simulator.clear_faults();
    Terminal::logged_in(&simulator).await.ask("show card", "SMALL#").await;
}

#[tokio::test]
async fn a_line_of_one_interface_goes_wrong_once() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    let no = || LineEffect::Refuse("%Code 62330: Parameter exceeds range\n".to_owned());
    simulator.set_line_faults(vec![LineFault::once("gpon-onu_1/1/1:2", "shutdown", no())]);
    simulator.add_line_fault(LineFault::once("", "exit", LineEffect::Cut));
    terminal.ask("configure terminal", "SMALL(config)#").await;
    for onu in ["1/1/1:1", "1/1/1:2"] {
        terminal.ask(&format!("interface gpon-onu_{onu}"), "SMALL(config-if)#").await;
        for (time, line) in ["shutdown", "shutdown 1", "shutdown"].into_iter().enumerate() {
            let said = terminal.ask(line, "SMALL(config-if)#").await;
            assert_eq!(said.contains("62330"), onu == "1/1/1:2" && time == 0, "{onu} {time}: {said}");
        }
        terminal.ask("exit", "SMALL(config)#").await;
    }
    assert_eq!(simulator.line_faults(), [LineFault::once("", "exit", LineEffect::Cut)]);
    terminal.send("exit\n").await;
    assert_eq!(terminal.rest().await.0, b"exit\r\n");
    assert_eq!(simulator.line_faults(), []);
}

#[tokio::test]
async fn a_line_stands_at_its_gate_until_told() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    let mut gate = simulator.hold(Stop::Line(AtLine::Begins("write".to_owned())));
    for _ in 0..2 {
        terminal.send("write\n").await;
        gate.reached().await.unwrap();
        let replies = simulator.counters().cli_replies;
        gate.go();
        terminal.until("[OK]\r\nSMALL#").await;
        assert_eq!(simulator.counters().cli_replies, replies + 1);
    }
    drop(gate);
    terminal.ask("write", "SMALL#").await;
}

#[tokio::test]
async fn a_request_stands_at_its_gate_until_told() {
    let simulator = small().await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    let mut gate = simulator.hold(Stop::Request);
    for answers in 0..2 {
        {
            let asked = client.get(&[UPTIME]);
            tokio::pin!(asked);
            tokio::select! {
                reached = gate.reached() => reached.unwrap(),
                _ = &mut asked => panic!("answered before it was told"),
            }
            assert_eq!(simulator.counters().packets_out, answers);
            gate.go();
            asked.await;
        }
        assert_eq!(simulator.counters().packets_out, answers + 1);
    }
    drop(gate);
    client.get(&[UPTIME]).await;
}

#[tokio::test]
async fn the_answer_to_a_question_is_a_line_too() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    let online = || simulator.device(|device| device.onus().next().unwrap().1.is_online()).unwrap();
    terminal.enter("pon-onu-mng gpon-onu_1/1/1:1").await;
    simulator.set_line_faults(vec![LineFault::begins("yes", LineEffect::Cut)]);
    terminal.ask("reboot", "[yes/no]:").await;
    terminal.send("yes\n").await;
    let _ = terminal.rest().await;
    assert!(online(), "cut before it did anything");
    simulator.set_line_faults(vec![LineFault::begins("yes", LineEffect::CutAfter)]);
    let mut terminal = Terminal::logged_in(&simulator).await;
    simulator.device(|device| device.clock.hold());
    terminal.enter("pon-onu-mng gpon-onu_1/1/1:1").await;
    terminal.ask("reboot", "[yes/no]:").await;
    terminal.send("yes\n").await;
    let _ = terminal.rest().await;
    assert!(!online(), "cut behind it");
}

#[tokio::test]
async fn a_line_may_be_cut_in_its_answer() {
    let simulator = with_cli("").await;
    let told = "%Info 20272: Enter configuration commands, one per line. End with CTRL/Z.\r\n";
    let (said, prompt) = (format!("{told}SMALL(config)#"), "SMALL(config-if)#");
    for effect in [LineEffect::CutIn, LineEffect::CutInPrompt] {
        let part = |whole: &str| match effect {
            LineEffect::CutIn => whole[..whole.len() / 2].to_owned(),
            _ => whole[..whole.len() - 1].to_owned(),
        };
        let name = format!("name {effect:?}");
        for (before, line, answer) in [
            (&[][..], "configure terminal", said.as_str()),
            (&["configure terminal", "interface gpon-onu_1/1/1:1"], &name, prompt),
        ] {
            let mut terminal = Terminal::logged_in(&simulator).await;
            terminal.all(before).await;
            simulator.set_line_faults(vec![LineFault::first(line, effect.clone())]);
            terminal.send(&format!("{line}\n")).await;
            let (came, _) = terminal.rest().await;
            let whole = format!("{line}\r\n{}", part(answer));
            assert_eq!(String::from_utf8(came).unwrap(), whole);
        }
        let held = simulator.device(|device| device.onus().next().unwrap().1.configured.name.clone());
        assert_eq!(held.unwrap(), format!("{effect:?}").into_bytes(), "it took effect");
    }
}

#[tokio::test]
async fn another_text_may_break_into_an_answer() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    let show = "show running-config interface gpon-onu_1/1/1:1";
    let whole = terminal.tell(show).await;
    let name = whole.lines().find(|line| line.starts_with("  name ")).unwrap().to_owned();
    let (head, tail) = name.split_at(9);
    for (with, torn) in
        [("\nALARM\n", format!("{head}\nALARM\n{tail}\n")), ("!!", format!("{head}!!{tail}\n"))]
    {
        let effect = LineEffect::Tear { behind: head.to_owned(), with: with.to_owned() };
        simulator.set_line_faults(vec![LineFault::first("show running", effect)]);
        assert_eq!(terminal.tell(show).await, whole.replace(&format!("{name}\n"), &torn));
        assert_eq!(terminal.tell(show).await, whole);
    }
}

#[tokio::test]
async fn lines_without_an_answer_may_be_talked_over() {
    let simulator = with_cli("log_line = \"a line\"").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.all(&["configure terminal"]).await;
    let remark = LineEffect::Say("% A remark\nof two lines\n".to_owned());
    simulator.set_line_faults(vec![
        LineFault::begins("interface", LineEffect::Log),
        LineFault::begins("name", remark),
        LineFault::begins("no", LineEffect::Log),
    ]);
    assert_eq!(terminal.tell("interface gpon-onu_1/1/1:1").await, "a line\n");
    assert_eq!(terminal.tell("name X").await, "% A remark\nof two lines\n");
    let name = simulator.device(|device| device.onus().next().unwrap().1.configured.name.clone());
    assert_eq!(name.unwrap(), b"X", "it took effect all the same");
    terminal.enter("pon-onu-mng gpon-onu_1/1/1:1").await;
    terminal.ask("reboot", "[yes/no]:").await;
    assert_eq!(terminal.tell("no").await, "a line\n");
}

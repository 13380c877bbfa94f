//! Modes and their prompts.

use crate::terminal::{Terminal, with_cli};

#[tokio::test]
async fn every_mode_has_its_prompt_and_its_ways_out() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    assert_eq!(
        terminal.ask("conf t", "(config)#").await,
        "conf t\r\n%Info 20272: Enter configuration commands, one per line. End with CTRL/Z.\r\nSMALL(config)#"
    );
    for (command, prompt) in [
        ("interface gpon-olt_1/1/1", "(config-if)#"),
        ("int gpon-onu_1/1/1:128", "(config-if)#"),
        ("interface xgei_1/4/2", "(config-if)#"),
        ("interface vlan 100", "(config-if)#"),
        ("interface mng1", "(config-if)#"),
        ("pon-onu-mng gpon-onu_1/1/1:1", "(gpon-onu-mng 1/1/1:1)#"),
        ("gpon", "(config-gpon)#"),
        ("pon", "(config-pon)#"),
        ("epon", "(config-epon)#"),
        ("vlan 200", "(config-vlan)#"),
        ("vlan database", "(config-vlan)#"),
    ] {
        let prompt = format!("SMALL{prompt}");
        assert_eq!(terminal.ask(command, &prompt).await, format!("{command}\r\n{prompt}"));
        // Not from here.
        let refused = terminal.ask("interface gpon-olt_1/1/1", &prompt).await;
        assert!(refused.contains("%Error 20200: Invalid input detected at '^' marker.\r\n"), "{refused}");
        assert_eq!(terminal.ask("!", "SMALL(config)#").await, "!\r\nSMALL(config)#");
        terminal.ask(command, &prompt).await;
        terminal.ask("exit", "SMALL(config)#").await;
        terminal.ask(command, &prompt).await;
        terminal.ask("end", "SMALL#").await;
        terminal.ask("configure terminal", "SMALL(config)#").await;
    }
    terminal.send("pon\n\x1a").await;
    terminal.until("SMALL#").await;
    terminal.ask("conf t", "SMALL(config)#").await;
    terminal.ask("exit", "SMALL#").await;
}

#[tokio::test]
async fn the_hostname_is_the_one_the_device_has_now() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    simulator.device(|device| device.chassis.configured.name = "OLT-7".to_owned());
    terminal.ask("", "OLT-7#").await;
}

//! What the device refuses, and how (fact sheet, CLI §1.8, §2 and §7).

use crate::terminal::{Terminal, with_cli};

#[tokio::test]
async fn the_caret_stands_where_the_sheet_has_it() {
    let scenario = oltsim::SMALL.replacen("name = \"SMALL\"", "name = \"ZXAN\"", 1);
    let simulator = crate::client::start(oltsim::Source::Scenario(scenario)).await;
    let mut terminal = Terminal::of(&simulator).await;
    terminal.until("Username:").await;
    terminal.send("zte\nzte\nconf t\n").await;
    terminal.until("(config)#").await;
    let refused = terminal.ask("interface gpon-olt_1/9/1", "#").await;
    // ZXAN(config)# and interface gpon-olt_1/9/1 are 13 and 24 columns.
    let caret = " ".repeat(13 + 24 + 1);
    let error = "%Error 20202: Invalid input detected at '^' marker.Invalid parameter";
    assert_eq!(refused, format!("interface gpon-olt_1/9/1\r\n{caret}^\r\n{error}\r\nZXAN(config)#"));
}

#[tokio::test]
async fn or_under_the_word() {
    let simulator = with_cli("caret = \"under\"").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    let refused = terminal.ask("terminal length 513", "#").await;
    let caret = " ".repeat("SMALL#terminal length ".len());
    assert!(refused.contains(&format!("\r\n{caret}^\r\n%Error 20202: ")), "{refused}");
}

/// Lines of clients that never met a device, the mode they are typed in, and
/// the number of the refusal; where the sheet gives none, none is asked for.
const NEVER: &[(&str, &str, &str)] = &[
    // 5, 8, 13, 26: configuring without `configure terminal`.
    ("", "interface gpon-onu_1/1/1:1", "20200"),
    ("", "interface gpon-olt_1/1/1", "20200"),
    ("", "pon-onu-mng gpon-onu_1/1/1:1", "20200"),
    ("", "vlan 100", "20200"),
    // 7, 8, 9, 21
    ("interface gpon-olt_1/1/1", "onu reset 1", ""),
    ("interface gpon-olt_1/1/1", "onu 1 disable", "20201"),
    ("interface gpon-olt_1/1/1", "onu 1 enable", "20201"),
    ("interface gpon-olt_1/1/1", "onu 1 state disable", ""),
    ("interface gpon-olt_1/1/1", "onu 1 name \"x\"", ""),
    ("interface gpon-olt_1/1/1", "onu 1 port eth 1 state enable", ""),
    // 10
    ("", "show gpon onu optical-info gpon-olt_1/1/1 1", ""),
    // 11
    ("", "show gpon-onu-profile dba-profile", "20206"),
    ("!", "gpon-onu-profile dba-profile X", ""),
    ("!", "no gpon-onu-profile dba-profile X", ""),
    // 12
    ("", "show tcont", "20206"),
    ("", "show gemport", "20206"),
    ("", "show dba", "20206"),
    // 13, 14
    ("!", "service-port vlan 100 gpon 1/1/1 onu 1 gemport 1 multi-service user-vlan 100", ""),
    ("!", "no service-port 1", ""),
    ("", "show service-port", "20203"),
    ("", "show service-port all", "20201"),
    ("", "show service-port id 1", "20201"),
    // 15, 17
    ("", "show gpon remote-onu interface gpon-olt_1/1/1 id 1", ""),
    ("", "show gpon remote-onu interface gpon-onu_1/1/1:1", ""),
    ("", "show gpon onu running-config gpon-onu_1/1/1:1", "20201"),
    ("", "show running-config pon-onu-mng gpon-onu_1/1/1:1", "20201"),
    // 16
    ("", "show gpon onu detail-info gpon-olt_1/1/1 1", ""),
    // 19
    ("", "show gpon onu traffic gpon-onu_1/1/1:1", ""),
    ("", "show gpon onu tcont-info gpon-onu_1/1/1:1", ""),
    ("", "show gpon onu gemport-info gpon-onu_1/1/1:1", ""),
    ("", "show gpon onu onu-info gpon-onu_1/1/1:1", ""),
    ("", "show gpon onu history gpon-onu_1/1/1:1", ""),
    ("", "show gpon onu event-log gpon-onu_1/1/1:1", ""),
    ("", "show gpon onu bandwidth gpon-onu_1/1/1:1", ""),
    ("", "show gpon onu performance gpon-onu_1/1/1:1", ""),
    // 20
    ("!", "vlan 100 name X", ""),
    ("", "show vlan", "20203"),
    ("", "show vlan all", ""),
    ("interface gpon-olt_1/1/1", "port vlan 100", ""),
    ("interface gpon-olt_1/1/1", "port native-vlan 100", ""),
    // 22
    ("", "copy running-config startup-config", "20206"),
    ("", "copy", "20206"),
    ("", "dir flash:", "20206"),
    ("", "erase startup-config", "20206"),
    ("", "show startup-config", "20206"),
    // 23
    ("", "show cpu-usage", "20206"),
    ("", "show memory-usage", "20206"),
    ("", "show system-info", "20206"),
    ("", "show card all", ""),
    ("", "show temperature", "20206"),
    ("", "show environment", "20206"),
    ("", "show power", "20206"),
    ("", "show version", "20204"),
    // 24
    ("", "reboot slot 1", ""),
    // 26 and §1.4: not in EXEC.
    ("!", "write", "20200"),
    ("!", "conf t", "20200"),
    ("!", "ping 192.0.2.1", "20200"),
    ("!", "reset-card slotno 1", "20200"),
    ("", "show gpon global", "20203"),
    ("", "create gpon onu", "20206"),
    ("", "delete gpon onu", "20206"),
    // What is not there.
    ("!", "interface gpon-olt_1/9/1", "20202"),
    ("!", "interface gpon-onu_1/1/1:99", "20202"),
    ("!", "interface gei_1/4/9", "20202"),
    ("!", "pon-onu-mng gpon-onu_1/1/2:1", "20202"),
    ("", "show gpon", "20203"),
    ("", "terminal length", "20203"),
    ("", "e", "20204"),
];

#[tokio::test]
async fn what_no_device_takes_is_refused() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    for (mode, line, number) in NEVER {
        if !mode.is_empty() {
            terminal.ask("configure terminal", "SMALL(config)#").await;
            terminal.ask(mode, "#").await;
        }
        let answer = terminal.ask(line, "#").await;
        let said = answer.split_once("\r\n").unwrap().1;
        let error = said.lines().find(|line| line.starts_with('%')).unwrap_or_else(|| panic!("{answer}"));
        assert!(error.starts_with(&format!("%Error {number}")), "{line}: {error}");
        assert_eq!(error.contains('^'), said.lines().any(|line| line.trim() == "^"), "{said}");
        if !mode.is_empty() {
            terminal.ask("end", "SMALL#").await;
        }
    }
}

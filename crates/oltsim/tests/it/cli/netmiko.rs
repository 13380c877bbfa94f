//! netmiko (from PyPI), which knows nothing of us, against the command line.

use std::process::Stdio;

use tokio::process::Command;

use crate::terminal::{Terminal, with_cli};

const SCRIPT: &str = r#"
import sys
from netmiko import ConnectHandler
host, port, *commands = sys.argv[1:]
device = ConnectHandler(
    device_type="zte_zxros_telnet", host=host, port=int(port), username="zte", password="zte"
)
for command in commands:
    print(device.send_command(command))
device.disconnect()
"#;

const COMMANDS: [&str; 3] = ["show card", "show gpon onu state gpon-olt_1/1/1", "show vlan summary"];

/// A Python that has netmiko: that of the variable `NETMIKO_PYTHON`, else the
/// usual one. A machine without it skips the test.
fn python() -> Option<String> {
    let python = std::env::var("NETMIKO_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let imports =
        std::process::Command::new(&python).args(["-c", "import netmiko"]).stderr(Stdio::null()).status();
    let found = imports.is_ok_and(|status| status.success());
    if !found {
        println!("skipped: {python} has no netmiko: pip install netmiko");
    }
    found.then_some(python)
}

#[tokio::test]
async fn it_logs_in_and_reads() {
    let Some(python) = python() else { return };
    let simulator = with_cli("").await;
    let address = simulator.telnet_addr().unwrap();
    let output = Command::new(python)
        .args(["-c", SCRIPT, &address.ip().to_string(), &address.port().to_string()])
        .args(COMMANDS)
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let read = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<&str> = read.lines().map(str::trim_end).collect();

    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.ask("terminal length 0", "#").await;
    for command in COMMANDS {
        let text = terminal.ask(command, "SMALL#").await;
        let mut expected = text.lines().map(str::trim_end).skip(1).filter(|line| *line != "SMALL#");
        assert!(expected.all(|line| lines.contains(&line)), "{command}: {text}\nnetmiko:\n{read}");
    }
}

//! `write`, and what a reboot brings back (fact sheet, CLI §1.7).

use std::time::{Duration, Instant};

use gpon::{OfflineReason, OnuState};

use crate::terminal::{Terminal, with_cli};

const SAVED: &str = "Backuping old configuration into flash...\r\n\
                     Collecting configuration into memory....\r\n\
                     Writing configuration into flash....[OK]\r\n";

fn onu() -> gpon::OnuRef {
    gpon::OnuRef { pon: "1/1/1".parse().unwrap(), id: gpon::OnuId::new(1).unwrap() }
}

#[tokio::test]
async fn saves_in_exec_and_nowhere_else() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    for line in ["write", "wr"] {
        assert_eq!(terminal.ask(line, "SMALL#").await, format!("{line}\r\n{SAVED}SMALL#"));
    }
    terminal.ask("configure terminal", "(config)#").await;
    for (line, prompt) in [("write", "(config)#"), ("interface gpon-onu_1/1/1:1", "(config-if)#")] {
        let said = terminal.ask(line, prompt).await;
        assert_eq!(said.contains("%Error 20200: Invalid input"), line == "write", "{said}");
    }
    let said = terminal.ask("write", "(config-if)#").await;
    assert!(said.contains("%Error 20200: Invalid input"), "{said}");
}

#[tokio::test]
async fn takes_its_time_and_shows_dots_meanwhile() {
    let simulator = with_cli("write_ms = 300").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    let begun = Instant::now();
    terminal.send("write\n").await;
    terminal.until("Backuping old configuration into flash..").await;
    assert!(begun.elapsed() < Duration::from_millis(300));
    terminal.until("[OK]\r\nSMALL#").await;
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_reboot_brings_back_what_was_written_last() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    let name = |name: &'static str| {
        simulator.device(|device| device.onu_mut(onu()).unwrap().configured.name = name.into());
    };
    name("kept");
    terminal.ask("write", "SMALL#").await;
    name("lost");
    simulator.reboot().await;
    let (name, uptime) = simulator
        .device(|device| (device.onu(onu()).unwrap().configured.name.clone(), device.uptime()))
        .unwrap();
    assert_eq!(name, b"kept");
    assert!(uptime < Duration::from_secs(60), "{uptime:?}");
}

#[tokio::test]
async fn an_interface_knows_its_onu_and_changes_it_until_a_reboot() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    for line in ["configure terminal", "interface gpon-onu_1/1/1:1", "name House 7", "description \"x\" y"] {
        let said = terminal.ask(line, ")#").await;
        assert!(!said.contains("%Error"), "{said}");
    }
    let shown = simulator.device(|device| {
        let onu = device.onu(onu()).unwrap();
        (onu.configured.name.clone(), onu.configured.description.clone())
    });
    assert_eq!(shown, Some((b"House 7".to_vec(), b"\"x\" y".to_vec())));
    assert!(simulator.rows().iter().any(|row| row.1 == oltsim::Value::text("House 7")));
    let said = terminal.ask(&format!("name {}", "x".repeat(129)), ")#").await;
    assert!(said.contains("%Error 20202"), "{said}");
    terminal.ask("exit", "(config)#").await;
    // Not known here.
    let said = terminal.ask("name House 8", "(config)#").await;
    assert!(said.contains("%Error 20200"), "{said}");
    terminal.ask("end", "SMALL#").await;
    let said = terminal.ask("show running-config interface gpon-onu_1/1/1:1", "SMALL#").await;
    assert!(said.contains("  name House 7\r\n"), "{said}");
    simulator.reboot().await;
    assert_ne!(
        simulator.device(|device| device.onu(onu()).unwrap().configured.name.clone()).unwrap(),
        b"House 7"
    );
}

/// An ONU that was removed comes back with its box, one that was added goes, and whoever
/// is logged in is cut off; the agent goes on and says that it began anew.
#[tokio::test]
async fn a_reboot_cuts_every_session_and_begins_anew() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.ask("write", "SMALL#").await;
    let running = |simulator: &oltsim::Simulator| simulator.device(|device| device.configuration()).unwrap();
    let saved = running(&simulator);
    assert_eq!(simulator.device(|device| device.startup().cloned()).unwrap(), Some(saved.clone()));
    let (was, free) = simulator
        .device(|device| {
            let (at, kept) = device.onus().next().map(|(at, onu)| (at, onu.clone())).unwrap();
            device.remove_onu(at).unwrap();
            let ids = gpon::OnuId::all().map(|id| gpon::OnuRef { id, ..at });
            let free = ids.into_iter().find(|at| device.onu(*at).is_none() && at.id != onu().id).unwrap();
            let other = oltsim::device::Onu::new("ZTEGFFFFFFFF".parse().unwrap(), "X", kept.phase());
            device.insert_onu(free, other);
            ((at, kept), free)
        })
        .unwrap();
    assert_ne!(running(&simulator), saved);
    terminal.ask("configure terminal", "(config)#").await;
    simulator.reboot().await;
    let (said, _) = terminal.rest().await;
    assert!(said.is_empty(), "cut without a word");
    assert_eq!(running(&simulator), saved);
    let back = simulator.device(|device| device.onu(was.0).cloned()).unwrap().unwrap();
    assert_eq!(
        (back.optics, back.equipment.clone(), back.phase()),
        (was.1.optics, was.1.equipment.clone(), was.1.phase())
    );
    assert!(simulator.device(|device| device.onu(free).is_none()).unwrap());
    let uptime =
        simulator.rows().into_iter().find(|(oid, _)| oid[..] == [1, 3, 6, 1, 2, 1, 1, 3, 0]).unwrap().1;
    let oltsim::Value::TimeTicks(ticks) = uptime else { panic!("{uptime:?}") };
    assert!(ticks < 1000, "{ticks}");
    Terminal::logged_in(&simulator).await;
}

#[tokio::test]
async fn the_configuration_tells_when_it_was_written() {
    let simulator = with_cli("").await;
    simulator.device(|device| device.clock.hold());
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.ask("terminal length 0", "SMALL#").await;
    let written = async |terminal: &mut Terminal| {
        let said = terminal.ask("show running-config", "SMALL#").await;
        said.lines().find_map(|line| line.strip_prefix("timestamp_write: ")).unwrap().to_owned()
    };
    let now = |simulator: &oltsim::Simulator| {
        simulator.device(|device| device.time().strftime("%H:%M:%S %m/%d/%Y").to_string()).unwrap()
    };
    simulator.device(|device| device.clock.advance(Duration::from_secs(60)));
    assert_ne!(written(&mut terminal).await, now(&simulator));
    terminal.ask("write", "SMALL#").await;
    let saved = now(&simulator);
    simulator.device(|device| device.clock.advance(Duration::from_secs(60)));
    assert_eq!(written(&mut terminal).await, saved);
    simulator.reboot().await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.ask("terminal length 0", "SMALL#").await;
    assert_eq!(written(&mut terminal).await, saved, "a reboot writes nothing");
}

#[tokio::test]
async fn what_the_plant_does_is_no_configuration() {
    let simulator = with_cli("").await;
    let unsaved = || simulator.device(|device| device.startup() != Some(&device.configuration())).unwrap();
    assert!(!unsaved(), "a device that was set up has been saved");
    simulator.device(|device| {
        device.set_phase(onu(), OnuState::Los, OfflineReason::Losi);
        device.onu_mut(onu()).unwrap().optics.rx = -31_000;
        device.uplinks[0].up = !device.uplinks[0].up;
    });
    assert!(!unsaved());
    simulator.device(|device| device.running().onu(onu()).unwrap().name = b"new".to_vec());
    assert!(unsaved());
    let saved = |simulator: &oltsim::Simulator| {
        simulator.device(|device| device.startup().unwrap().onus[&onu()].name.clone()).unwrap()
    };
    assert_ne!(saved(&simulator), b"new");
    Terminal::logged_in(&simulator).await.ask("write", "SMALL#").await;
    assert!(!unsaved());
    assert_eq!(saved(&simulator), b"new");
    simulator.device(|device| device.running().onu(onu()).unwrap().name = b"lost".to_vec());
    simulator.reboot().await;
    let shown = simulator.device(|device| {
        let onu = device.onu(onu()).unwrap();
        (onu.configured.name.clone(), onu.phase(), onu.optics.rx)
    });
    assert_eq!(shown, Some((b"new".to_vec(), OnuState::Los, -31_000)), "a reboot mends no fibre");
}

#[tokio::test]
async fn an_onu_that_was_removed_comes_back_as_the_plant_has_it() {
    let simulator = with_cli("").await;
    let shown = |simulator: &oltsim::Simulator| {
        simulator
            .device(|device| {
                let onu = device.onu(onu())?;
                Some((onu.phase(), onu.optics, onu.last_offline, onu.configured.service_ports.clone()))
            })
            .unwrap()
    };
    simulator.device(|device| device.set_phase(onu(), OnuState::Los, OfflineReason::Losi));
    let before = shown(&simulator);
    simulator.device(|device| device.remove_onu(onu()).unwrap());
    assert_eq!(shown(&simulator), None);
    // Another box took its place meanwhile; it was never saved.
    let other = oltsim::device::Onu::new("ZTEGDEADBEEF".parse().unwrap(), "F660", OnuState::Online);
    simulator.device(|device| device.insert_onu(onu(), other));
    simulator.reboot().await;
    assert!(before.is_some());
    assert_eq!(shown(&simulator), before);
}

#[tokio::test]
async fn a_reboot_cuts_a_write_short() {
    let simulator = with_cli("write_ms = 600000").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    for line in ["configure terminal", "interface gpon-onu_1/1/1:1", "name lost", "end"] {
        terminal.ask(line, "#").await;
    }
    terminal.send("write\n").await;
    terminal.until("Backuping old configuration into flash.").await;
    simulator.reboot().await;
    let (said, _) = terminal.rest().await;
    assert!(!String::from_utf8_lossy(&said).contains("[OK]"));
    assert_ne!(
        simulator.device(|device| device.onu(onu()).unwrap().configured.name.clone()).unwrap(),
        b"lost"
    );
}

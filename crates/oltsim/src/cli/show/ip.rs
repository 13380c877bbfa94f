//! `show ip interface brief` (fact sheet, CLI §4.1).

use std::fmt::Write;

use crate::cli::{Answer, Ask, Command, Slow};
use crate::device::VlanInterface;

pub(super) const COMMANDS: &[Command] =
    &[Command { syntax: "show ip interface brief", slow: Slow::Simple, run }];

fn print(interfaces: &[VlanInterface]) -> String {
    let mut text = "Interface     IP-Address      Mask            Admin Phy  Prot Description\n".to_owned();
    for VlanInterface { vlan, address, mask } in interfaces {
        let name = format!("vlan{vlan}");
        let [address, mask] = match address {
            Some(address) => [address.to_string(), mask.to_string()],
            None => ["unassigned", "unassigned"].map(str::to_owned),
        };
        let _ = writeln!(text, "{name:<14}{address:<16}{mask:<16}up    up   up   none");
    }
    text
}

fn run(ask: &Ask<'_>) -> Answer {
    Ok(print(&ask.device.profiles.interfaces))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::fixture;

    #[test]
    fn interfaces() {
        let mask = "255.255.255.0".parse().unwrap();
        let interfaces = [
            VlanInterface { vlan: 10, address: Some("192.0.2.2".parse().unwrap()), mask },
            VlanInterface { vlan: 300, address: None, mask },
        ];
        assert_eq!(print(&interfaces), fixture("c320-v2.1.0/show-ip-interface-brief.txt"));
    }
}

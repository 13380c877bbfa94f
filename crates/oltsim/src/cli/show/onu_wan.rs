//! WAN connections of ONUs, which they answer over OMCI (fact sheet, CLI §4.6).

use super::onu_remote::{asked, labelled};
use crate::cli::{Answer, Ask, Command, Refusal, Slow};
use crate::device::{Device, Onu};

pub(super) const COMMANDS: &[Command] =
    &[Command { syntax: "show gpon remote-onu wan-ip <onu>", slow: Slow::Omci, run }];

/// The module's name in this line is not verified.
const NO_WAN: &str = "%Code 64040-GPONRM : No relate information";

/// A WAN connection. The sample is one by PPPoE; of the others the words of `Mode` and
/// `Host name` are ours.
#[derive(Debug)]
struct Wan {
    number: String,
    mode: &'static str,
    user: String,
    password: String,
    status: String,
    cvlan: u16,
    /// Address, mask, gateway and two name servers; empty where not told.
    addresses: [String; 5],
    host_name: String,
    mac: String,
    host: String,
}

fn print(wan: &Wan) -> String {
    let [address, mask, gateway, primary, secondary] = &wan.addresses;
    let cvlan = wan.cvlan.to_string();
    labelled(
        23,
        &[
            ("WAN id", &wan.number),
            ("Mode", wan.mode),
            ("Authentication", "auto"),
            ("User name", &wan.user),
            ("Password", &wan.password),
            ("Status", &wan.status),
            ("Ping response", "enable"),
            ("Traceroute response", "disable"),
            ("VLAN tag mode", "tag"),
            ("CVLAN", &cvlan),
            ("CVLAN priority", "0"),
            ("SVLAN", "0"),
            ("Current IP", address),
            ("Current mask", mask),
            ("Current gateway", gateway),
            ("Current primary DNS", primary),
            ("Current secondary DNS", secondary),
            ("Domain name", ""),
            ("Host name", &wan.host_name),
            ("MAC address", &wan.mac),
            ("IP host id", &wan.host),
        ],
    )
}

/// A connection as its line in the box says it: `wan-ip 1 mode dhcp …`.
fn of_line(device: &Device, onu: &Onu, line: &str) -> Wan {
    let words: Vec<&str> = line.split(' ').collect();
    let behind = |name: &str| {
        let place = words.iter().position(|word| *word == name);
        place.and_then(|place| words.get(place + 1)).map_or(String::new(), |word| (*word).to_owned())
    };
    let (number, kind) = (behind("wan-ip"), behind("mode"));
    let mode = match kind.as_str() {
        "pppoe" => "PPPoE",
        "dhcp" => "DHCP",
        _ => "static",
    };
    let mut addresses: [String; 5] = Default::default();
    let host = device.shown_host(onu);
    if device.wan_is_up(onu) {
        let of_host = host.map(|host| [host.address, host.mask, host.gateway].map(|own| own.to_string()));
        let profile = device.profiles.onu_ip.iter().find(|profile| profile.name == behind("ip-profile"));
        let known = match profile.filter(|_| kind == "static") {
            Some(own) => {
                let [gateway, primary, secondary] = [own.gateway, own.primary_dns, own.secondary_dns];
                vec![
                    behind("ip-address"),
                    behind("mask"),
                    gateway.to_string(),
                    primary.to_string(),
                    secondary.to_string(),
                ]
            }
            None => of_host.map(Vec::from).unwrap_or_default(),
        };
        addresses.iter_mut().zip(known).for_each(|(to, address)| *to = address);
    }
    let profile = device.profiles.onu_vlan.iter().find(|profile| profile.name == behind("vlan-profile"));
    Wan {
        host_name: format!("omci_ipv4_{kind}_{number}"),
        number,
        mode,
        user: behind("username"),
        password: behind("password"),
        status: device.wan_status(onu).into_owned(),
        cvlan: profile.map_or(0, |profile| profile.cvlan),
        addresses,
        mac: host.map_or(String::new(), |host| super::mac::spelled(host.mac)),
        host: behind("host"),
    }
}

fn run(ask: &Ask<'_>) -> Answer {
    let (_, onu) = asked(ask)?;
    let blocks: Vec<String> =
        onu.configured.wan_lines().map(|line| print(&of_line(ask.device, onu, line))).collect();
    match blocks.as_slice() {
        [] => Err(Refusal::Line(NO_WAN.into())),
        blocks => Ok(blocks.join("\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::fixture;

    #[test]
    fn wan_connections() {
        let addresses = ["192.0.2.77", "255.255.255.255", "192.0.2.1", "192.0.2.53", "192.0.2.54"];
        let wan = Wan {
            number: "1".to_owned(),
            mode: "PPPoE",
            user: "user1@example.net".to_owned(),
            password: "pass1".to_owned(),
            status: "connected".to_owned(),
            cvlan: 88,
            addresses: addresses.map(str::to_owned),
            host_name: "omci_ipv4_pppoe_1".to_owned(),
            mac: "8cdc.0200.0001".to_owned(),
            host: "1".to_owned(),
        };
        assert_eq!(print(&wan), fixture("c320-v1.2.x/show-gpon-remote-onu-wan-ip.txt"));
    }
}

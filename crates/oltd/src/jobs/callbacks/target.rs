//! Whom the end of a job may be told to.
//!
//! The server stands in the network of the OLTs. Whoever may write must not be able to
//! have it knock at what only that network reaches: addresses that are not public are
//! refused unless the configuration allows them, when a URL is named and again at each
//! connection, since the answer of a name server may be another one by then.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::Url;

/// How long a name may take to be resolved while its request waits.
const RESOLVED: Duration = Duration::from_secs(1);

/// Whom ends may be told to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Hosts by their names, in small letters.
    pub names: Vec<String>,
    /// Networks.
    pub networks: Vec<IpNet>,
}

/// Which addresses of a host are connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Admission {
    /// Public ones.
    Public,
    /// Those of the networks that are allowed.
    InNetworks,
    /// All but those that no name of a server leads to.
    Named,
}

/// Ranges that are not public, and what they are (IANA's registries of special-purpose addresses).
const SPECIAL_V4: [([u8; 4], u8, &str); 15] = [
    ([0, 0, 0, 0], 8, "of this network"),
    ([10, 0, 0, 0], 8, "private"),
    ([100, 64, 0, 0], 10, "shared behind a carrier's NAT"),
    ([127, 0, 0, 0], 8, "a loopback address"),
    ([169, 254, 0, 0], 16, "link-local"),
    ([172, 16, 0, 0], 12, "private"),
    ([192, 0, 0, 0], 24, "reserved"),
    ([192, 0, 2, 0], 24, "for documentation"),
    ([192, 88, 99, 0], 24, "reserved"),
    ([192, 168, 0, 0], 16, "private"),
    ([198, 18, 0, 0], 15, "for benchmarks"),
    ([198, 51, 100, 0], 24, "for documentation"),
    ([203, 0, 113, 0], 24, "for documentation"),
    ([224, 0, 0, 0], 4, "multicast"),
    ([240, 0, 0, 0], 4, "reserved"),
];
/// The same of IPv6, by the first words; what is not in 2000::/3 besides is reserved.
const SPECIAL_V6: [([u16; 2], u8, &str); 8] = [
    ([0xfc00, 0], 7, "private"),
    ([0xfe80, 0], 10, "link-local"),
    ([0xff00, 0], 8, "multicast"),
    ([0x2001, 0], 23, "reserved"),
    ([0x2001, 0x0db8], 32, "for documentation"),
    ([0x2002, 0], 16, "a tunnel"),
    ([0x3fff, 0], 20, "for documentation"),
    ([0x0064, 0xff9b], 32, "behind a translator"),
];
/// Where clouds tell a machine its own secrets, beside 169.254.169.254.
const METADATA: [IpAddr; 2] = [
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V4(std::net::Ipv4Addr::new(100, 100, 100, 200)),
];

/// What an address is that is not public; `None` of one that is.
fn special(address: IpAddr) -> Option<&'static str> {
    if METADATA.contains(&address) {
        return Some("one of a cloud's metadata");
    }
    match address {
        IpAddr::V4(address) => SPECIAL_V4.iter().find_map(|(first, length, what)| {
            Ipv4Net::new((*first).into(), *length).ok()?.contains(&address).then_some(*what)
        }),
        IpAddr::V6(address) => {
            let listed = SPECIAL_V6.iter().find_map(|([first, second], length, what)| {
                let network = Ipv6Addr::new(*first, *second, 0, 0, 0, 0, 0, 0);
                Ipv6Net::new(network, *length).ok()?.contains(&address).then_some(*what)
            });
            let unicast = address.segments()[0] & 0xe000 == 0x2000;
            match address.is_loopback() {
                true => Some("a loopback address"),
                false => listed.or((!unicast).then_some("reserved")),
            }
        }
    }
}

/// What no name of a server leads to, whoever wrote it into the configuration.
fn is_never_named(address: IpAddr) -> bool {
    let link_local = match address {
        IpAddr::V4(address) => address.is_link_local() || address.is_broadcast(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    link_local || address.is_multicast() || address.is_unspecified() || METADATA.contains(&address)
}

/// The URL, where it is one that can be called at all.
///
/// # Errors
/// The rule that it breaks. The URL is not in it: it may hold what lets in.
pub fn target(url: &str) -> Result<Url, String> {
    // A parser takes them out, or for something else: another URL would be called.
    if url.chars().any(|one| one.is_control() || one.is_whitespace() || one == '\\') {
        return Err("it holds a blank, a control character or a backslash".to_owned());
    }
    let url = Url::parse(url).map_err(|error| format!("it is no URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("its scheme is neither http nor https".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or a password".to_owned());
    }
    if url.fragment().is_some() {
        return Err("it has a fragment, which is never sent".to_owned());
    }
    if url.host_str().is_none() {
        return Err("it names no host".to_owned());
    }
    match url.port_or_known_default() {
        Some(80 | 443 | 1024..) => Ok(url),
        _ => Err("its port is neither 80 nor 443, nor 1024 or above".to_owned()),
    }
}

/// The host of a URL: an address, or a name without the dot at its end.
fn host(url: &Url) -> Result<IpAddr, &str> {
    let host = url.host_str().unwrap_or_default();
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    bare.parse().map_err(|_| host.trim_end_matches('.'))
}

impl Allowed {
    /// Whether nothing is configured, and all that is public may be told.
    fn is_open(&self) -> bool {
        self.names.is_empty() && self.networks.is_empty()
    }

    /// How the addresses of a name are looked at.
    fn of_name(&self, name: &str) -> Result<Admission, String> {
        let name = name.trim_end_matches('.');
        if self.names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return Ok(Admission::Named);
        }
        match (self.is_open(), self.networks.is_empty()) {
            (true, _) => Ok(Admission::Public),
            (false, false) => Ok(Admission::InNetworks),
            (false, true) => Err("callbacks.allow does not name its host".to_owned()),
        }
    }

    fn check(&self, address: IpAddr, admission: Admission) -> Result<(), String> {
        let address = address.to_canonical();
        match admission {
            _ if self.networks.iter().any(|network| network.contains(&address)) => return Ok(()),
            Admission::Named if !is_never_named(address) => return Ok(()),
            Admission::InNetworks => return Err(format!("callbacks.allow does not hold {address}")),
            Admission::Named | Admission::Public => {}
        }
        match special(address) {
            Some(what) => Err(format!("{address} is {what}, and callbacks.allow does not hold it")),
            None => Ok(()),
        }
    }

    /// Of the addresses that a name led to, those that may be connected to.
    ///
    /// # Errors
    /// Why none may.
    pub(super) fn among(
        &self,
        name: &str,
        addresses: impl Iterator<Item = SocketAddr>,
    ) -> Result<Vec<SocketAddr>, String> {
        let admission = self.of_name(name)?;
        let mut refused = format!("{name} has no address");
        let mut admitted = Vec::new();
        for address in addresses {
            match self.check(address.ip(), admission) {
                Ok(()) => admitted.push(address),
                Err(why) => refused = why,
            }
        }
        if admitted.is_empty() { Err(refused) } else { Ok(admitted) }
    }

    /// Whether a URL may be called that is not connected to by a name.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn admits_address(&self, url: &Url) -> Result<(), String> {
        match host(url) {
            Ok(address) if self.is_open() => self.check(address, Admission::Public),
            Ok(address) => {
                let listed = self.names.iter().any(|name| name.parse() == Ok(address));
                if listed { Ok(()) } else { self.check(address, Admission::InNetworks) }
            }
            Err(name) => self.of_name(name).map(drop),
        }
    }

    /// Whether a URL may be called, as far as can be told now.
    pub(super) async fn admits(&self, url: &Url) -> Result<(), String> {
        self.admits_address(url)?;
        let Err(name) = host(url) else { return Ok(()) };
        let port = url.port_or_known_default().unwrap_or_default();
        match tokio::time::timeout(RESOLVED, tokio::net::lookup_host((name, port))).await {
            Ok(Ok(addresses)) => self.among(name, addresses).map(drop),
            // It may be resolved later, and is looked at then.
            Ok(Err(_)) | Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;

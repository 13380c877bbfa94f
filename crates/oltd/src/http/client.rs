//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The two ends of the connection that a request came in on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub(super) peer: SocketAddr,
    pub(super) local: SocketAddr,
}

/// A request that came in on no connection, as those of tests, is this machine's own.
impl Default for Link {
    fn default() -> Self {
        let here = SocketAddr::from(([127, 0, 0, 1], 0));
        Self { peer: here, local: here }
    }
}

/// The address that shares limits: a household has a whole /64 of IPv6 and may
/// use any address of it.
pub(super) fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 => v4,
    }
}

/// The address of the client. What a proxy of ours says about whom it speaks
/// for is believed, and nobody else: any client can write such a header.
pub(super) fn address(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let peer = peer.to_canonical();
    let is_proxy = |address: &IpAddr| proxies.iter().any(|proxy| proxy.contains(address));
    if !is_proxy(&peer) {
        return peer;
    }
    // Each proxy adds the address it was asked from at the end, so the last one
    // that is no proxy is the last one that we can believe.
    let fields = headers.get_all(FORWARDED_FOR).iter().rev();
    for entry in fields.flat_map(|field| field.as_bytes().rsplit(|byte| *byte == b',')) {
        match parse(entry) {
            Some(address) if is_proxy(&address) => {}
            Some(address) => return address,
            // Whatever stands before it is no better.
            None => break,
        }
    }
    peer
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn parse(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry.trim_ascii()).ok()?;
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse().ok().map(|at: SocketAddr| at.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, fields: &[&str]) -> String {
        let proxies = ["192.0.2.0/28", "2001:db8::1/128"].map(|net| net.parse().unwrap());
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(FORWARDED_FOR, field.parse().unwrap());
        }
        address(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn only_proxies_are_believed() {
        for (peer, fields, client) in [
            ("198.51.100.1", &[][..], "198.51.100.1"),
            ("198.51.100.1", &["203.0.113.9"], "198.51.100.1"),
            ("192.0.2.1", &[], "192.0.2.1"),
            ("192.0.2.1", &["203.0.113.9"], "203.0.113.9"),
            ("::ffff:192.0.2.1", &["203.0.113.9"], "203.0.113.9"),
            ("2001:db8::1", &["2001:db8::9"], "2001:db8::9"),
            ("192.0.2.1", &["10.0.0.1, 203.0.113.9"], "203.0.113.9"),
            ("192.0.2.1", &["10.0.0.1", "203.0.113.9"], "203.0.113.9"),
            ("192.0.2.1", &["203.0.113.9, 192.0.2.2 ,192.0.2.3"], "203.0.113.9"),
            ("192.0.2.1", &["203.0.113.9", "192.0.2.2"], "203.0.113.9"),
            ("192.0.2.1", &["192.0.2.2"], "192.0.2.1"),
            ("192.0.2.1", &["203.0.113.9, unknown"], "192.0.2.1"),
            ("192.0.2.1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("192.0.2.1", &["[2001:db8::9]:4711"], "2001:db8::9"),
            ("192.0.2.1", &["[2001:db8::9]"], "2001:db8::9"),
            ("192.0.2.1", &["::ffff:203.0.113.9"], "203.0.113.9"),
        ] {
            assert_eq!(seen(peer, fields), client, "{peer} {fields:?}");
        }
    }
}

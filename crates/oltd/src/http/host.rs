//! Which names the server answers to.
//!
//! A web page may point a name of its own at this machine's address and then
//! read the answers as its own (DNS rebinding). Its requests carry that name,
//! so a server that answers only to its own names is safe from that.

use std::net::{IpAddr, Ipv6Addr};

use axum::extract::Request;
use axum::http::{Version, header};
use gpon::quoted;

use super::rules::Hosts;
use super::{ErrorCode, Failure};

/// Refuses a request that is addressed to another name, or to none in particular.
pub(super) fn check(request: &Request, local: IpAddr, hosts: &Hosts) -> Result<(), Failure> {
    let Hosts::These(names) = hosts else { return Ok(()) };
    let known = |authority: &str| host_of(authority).is_some_and(|host| is_ours(host, local, names));
    // HTTP/2 has it here, and so have requests that take the server for a proxy.
    let authority = request.uri().authority().map(|authority| authority.as_str());
    if let Some(authority) = authority.filter(|authority| !known(authority)) {
        return Err(unknown(authority));
    }
    let mut fields = request.headers().get_all(header::HOST).iter();
    match (fields.next(), fields.next()) {
        (Some(_), Some(_)) => Err(refused("host: the header stands there more than once".to_owned())),
        (Some(field), None) => match field.to_str() {
            Ok(host) if known(host) => Ok(()),
            Ok(host) => Err(unknown(host)),
            Err(_) => Err(refused("host: the header is not plain text".to_owned())),
        },
        // No browser leaves it out; HTTP/1.0 had no such header.
        (None, _) if authority.is_some() || request.version() <= Version::HTTP_10 => Ok(()),
        (None, _) => Err(refused("host: the header is missing".to_owned())),
    }
}

/// The host of `host` or `host:port`, an IPv6 address without its brackets.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            host.parse::<Ipv6Addr>().ok()?;
            (host, port)
        }
        None => {
            let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
            if host.is_empty() || !host.bytes().all(plain) {
                return None;
            }
            (host, port)
        }
    };
    let digits = port.is_empty() || port.strip_prefix(':')?.bytes().all(|byte| byte.is_ascii_digit());
    digits.then_some(host)
}

fn is_ours(host: &str, local: IpAddr, names: &[String]) -> bool {
    if let Ok(address) = host.parse::<IpAddr>() {
        let address = address.to_canonical();
        if address.is_loopback() || address == local.to_canonical() {
            return true;
        }
    }
    // `localhost.` is `localhost`, spelt from the root.
    let name = host.strip_suffix('.').unwrap_or(host);
    name.eq_ignore_ascii_case("localhost") || names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn unknown(host: &str) -> Failure {
    let shown = quoted(host);
    refused(format!("host: {shown} is no name of this server; add it to http.hosts of its configuration"))
}

fn refused(detail: String) -> Failure {
    Failure::new(ErrorCode::UnknownHost, "The server does not answer to this name.", detail)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    /// Addressed to these, having come in on 192.0.2.7.
    fn answers(version: Version, uri: &str, hosts: &[&str], known: &[&str]) -> bool {
        let mut request = Request::get(uri).version(version);
        for host in hosts {
            request = request.header("host", *host);
        }
        let known = Hosts::These(known.iter().map(ToString::to_string).collect());
        check(&request.body(Body::empty()).unwrap(), IpAddr::from([192, 0, 2, 7]), &known).is_ok()
    }

    #[test]
    fn names() {
        let known = ["olt.example.net", "2001:db8::1"];
        for host in [
            "localhost",
            "LOCALHOST:80",
            "localhost.",
            "127.0.0.1:8081",
            "127.9.9.9",
            "[::1]:8081",
            "192.0.2.7",
            "192.0.2.7:1",
            "[::ffff:192.0.2.7]",
            "OLT.example.net:443",
            "olt.example.net.",
            "[2001:db8::1]",
        ] {
            assert!(answers(Version::HTTP_11, "/", &[host], &known), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "olt.example.net.evil.example",
            "192.0.2.8",
            "[::2]",
            "localhost:x",
            "localhost:80:80",
            "::1",
            "[::1",
            "[::1]80",
            "user@localhost",
            "local host",
            "localhost, evil.example",
            "0.0.0.0",
            "xn--localhost",
        ] {
            assert!(!answers(Version::HTTP_11, "/", &[host], &known), "{host}");
        }
    }

    #[test]
    fn places() {
        let at = |version, uri, hosts| answers(version, uri, hosts, &[]);
        assert!(at(Version::HTTP_10, "/", &[]), "an old health check");
        assert!(!at(Version::HTTP_10, "/", &["evil.example"]));
        assert!(!at(Version::HTTP_11, "/", &[]));
        assert!(!at(Version::HTTP_2, "/", &[]));
        assert!(!at(Version::HTTP_11, "/", &["localhost", "localhost"]));
        assert!(at(Version::HTTP_2, "https://localhost/", &[]));
        assert!(!at(Version::HTTP_2, "https://evil.example/", &[]));
        assert!(!at(Version::HTTP_2, "https://localhost/", &["evil.example"]));
        assert!(!at(Version::HTTP_11, "http://evil.example/", &["localhost"]));
    }

    #[test]
    fn any_name_where_the_operator_says_so() {
        let request = Request::get("/").header("host", "evil.example").body(Body::empty()).unwrap();
        assert!(check(&request, IpAddr::from([127, 0, 0, 1]), &Hosts::Any).is_ok());
        let refused = check(&request, IpAddr::from([127, 0, 0, 1]), &Hosts::default()).unwrap_err();
        assert!(refused.detail.contains("http.hosts") && refused.detail.contains("evil.example"));
    }
}

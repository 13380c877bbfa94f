use std::path::Path;
use std::time::{Duration, Instant};

use oltd::http::{Rules, Tls, TlsFiles};
use rcgen::CertifiedKey;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::serve;

/// A certificate for `localhost` that only itself vouches for, in its files.
struct Pair {
    directory: TempDir,
    files: TlsFiles,
}

impl Pair {
    fn new() -> (Self, String) {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let files = TlsFiles { cert: path("cert.pem"), key: path("key.pem") };
        let pair = Self { directory, files };
        let cert = pair.renew();
        (pair, cert)
    }

    /// Writes another certificate and its key; the certificate.
    fn renew(&self) -> String {
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        std::fs::write(&self.files.key, signing_key.serialize_pem()).unwrap();
        std::fs::write(&self.files.cert, cert.pem()).unwrap();
        cert.pem()
    }
}

/// A client that trusts this certificate alone.
fn client(cert: &str) -> reqwest::ClientBuilder {
    let cert = reqwest::Certificate::from_pem(cert.as_bytes()).unwrap();
    reqwest::Client::builder().tls_certs_only([cert]).timeout(Duration::from_secs(5))
}

async fn version(client: reqwest::ClientBuilder, port: u16) -> Option<reqwest::Version> {
    let answer = client.build().unwrap().get(format!("https://localhost:{port}/healthz")).send().await;
    answer.ok().map(|answer| answer.error_for_status().unwrap().version())
}

#[tokio::test]
async fn both_versions_of_http() {
    let (pair, cert) = Pair::new();
    let tls = Some(Tls::load(pair.files.clone()).unwrap());
    let (at, _end) = serve(Rules { tls, rate: None, ..Rules::default() }).await;
    assert_eq!(version(client(&cert), at.port()).await, Some(reqwest::Version::HTTP_2));
    assert_eq!(version(client(&cert).http1_only(), at.port()).await, Some(reqwest::Version::HTTP_11));
    let (_other, stranger) = Pair::new();
    assert_eq!(version(client(&stranger), at.port()).await, None);

    let client = client(&cert).build().unwrap();
    let url = format!("https://localhost:{}/api/v1/config/backup/olt", at.port());
    let large = client.post(&url).header("content-type", "application/json").body(vec![b' '; (1 << 20) + 1]);
    assert_eq!(large.send().await.unwrap().status().as_u16(), 413);
    let many = (0..200).map(|_| client.get(&url).send());
    let many = futures::future::join_all(many).await;
    assert!(
        many.into_iter().all(|answer| answer.unwrap().status().as_u16() == 405),
        "streams wait for each other"
    );
    let asked = client.get(&url).header("host", "evil.example").send().await.unwrap();
    assert_eq!(asked.status().as_u16(), 421);
}

#[tokio::test]
async fn who_speaks_no_tls_holds_nobody_up() {
    let (pair, cert) = Pair::new();
    let tls = Some(Tls::load(pair.files.clone()).unwrap());
    let (at, _end) = serve(Rules { tls, ..Rules::default() }).await;
    let mut plain = TcpStream::connect(at).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let _silent = TcpStream::connect(at).await.unwrap();
    assert!(version(client(&cert), at.port()).await.is_some());
}

/// Waits until a client that trusts this certificate is served.
async fn served(cert: &str, port: u16) {
    let begun = Instant::now();
    while version(client(cert), port).await.is_none() {
        assert!(begun.elapsed() < Duration::from_secs(10), "the certificate is not served");
    }
}

#[tokio::test]
async fn a_new_certificate_is_served() {
    let (pair, first) = Pair::new();
    let tls = Tls::load(pair.files.clone()).unwrap().looking_every(Duration::from_millis(10));
    let (at, _end) = serve(Rules { tls: Some(tls), ..Rules::default() }).await;
    served(&first, at.port()).await;
    let second = pair.renew();
    served(&second, at.port()).await;
    assert_eq!(version(client(&first), at.port()).await, None);
}

#[test]
fn what_is_wrong_is_told_with_its_file() {
    let (pair, _) = Pair::new();
    let (other, _) = Pair::new();
    let TlsFiles { cert, key } = pair.files.clone();
    let empty = pair.directory.path().join("empty");
    std::fs::write(&empty, "").unwrap();
    let missing = pair.directory.path().join("missing");
    let broken = pair.directory.path().join("broken");
    std::fs::write(&broken, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    let cases: [(&Path, &Path, &Path, &str); 6] = [
        (&missing, &key, &missing, "cannot be read: "),
        (&cert, &missing, &missing, "cannot be read: "),
        (&empty, &key, &empty, "holds no certificate in PEM"),
        (&cert, &empty, &empty, "holds no private key in PEM without a password"),
        (&cert, &other.files.key, &other.files.key, "is not the key of "),
        (&broken, &key, &broken, ""),
    ];
    for (cert, key, at, why) in cases {
        let error = Tls::load(TlsFiles { cert: cert.into(), key: key.into() }).unwrap_err();
        assert_eq!(error.file, at, "{error}");
        assert!(error.why.starts_with(why) && !error.why.is_empty(), "{error}");
    }
}

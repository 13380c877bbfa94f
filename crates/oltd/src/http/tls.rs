//! TLS by certificate files that may be replaced while the server runs.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};

/// How often the files are looked at. A certificate is replaced weeks before it ends.
const LOOK: Duration = Duration::from_secs(10);

/// Why a certificate is not served: the file and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {why}", file.display())]
pub struct TlsError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

impl TlsError {
    fn new(file: &Path, why: impl ToString) -> Self {
        Self { file: file.to_owned(), why: why.to_string() }
    }
}

/// Where a certificate is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and those that lead to its root, in PEM, the server's own first.
    pub cert: PathBuf,
    /// Its private key, in PEM.
    pub key: PathBuf,
}

/// A certificate that is served, and renewed when its files change. A cheap handle.
#[derive(Debug, Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    pair: Arc<Pair>,
    look: Duration,
}

#[derive(Debug)]
struct Pair {
    files: Mutex<TlsFiles>,
    served: ArcSwap<CertifiedKey>,
    /// The hash of the files as they were read last, so that a pair that
    /// cannot be served is told once.
    seen: Mutex<[u8; 32]>,
    provider: Arc<CryptoProvider>,
}

impl ResolvesServerCert for Pair {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.served.load_full())
    }
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// When one of them cannot be read, is not what it should be, or when they do not belong together.
    pub fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let (cert, key) = read(&files)?;
        let served = ArcSwap::from_pointee(certified(&files, &cert, &key, &provider)?);
        let broken = |error: rustls::Error| TlsError::new(&files.cert, error);
        let seen = Mutex::new(hash(&cert, &key));
        let pair = Arc::new(Pair {
            files: Mutex::new(files.clone()),
            served,
            seen,
            provider: Arc::clone(&provider),
        });
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(broken)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&pair) as _);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), pair, look: LOOK })
    }

    /// The same, looking at its files so often.
    #[must_use]
    pub fn looking_every(self, look: Duration) -> Self {
        Self { look, ..self }
    }

    pub(super) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    /// Looks at the files now, at others from now on where they are elsewhere.
    /// Whether a new certificate is served; a fault that was told is told again.
    ///
    /// # Errors
    /// When the new certificate cannot be served; the old one still is.
    pub fn look_again(&self, files: &TlsFiles) -> Result<bool, TlsError> {
        files.clone_into(&mut self.pair.files());
        *self.pair.seen() = [0; 32];
        self.pair.look()
    }

    /// Renews the certificate whenever its files change, for ever.
    pub(super) async fn renew(self) {
        loop {
            tokio::time::sleep(self.look).await;
            let pair = Arc::clone(&self.pair);
            let looked = tokio::task::spawn_blocking(move || pair.look()).await;
            match looked {
                Ok(Ok(true)) => {
                    tracing::info!(file = %self.pair.files().cert.display(), "a new certificate is served")
                }
                Ok(Ok(false)) | Err(_) => {}
                Ok(Err(error)) => {
                    tracing::error!(%error, "the new certificate is not served, the old one still is")
                }
            }
        }
    }
}

impl Pair {
    fn files(&self) -> MutexGuard<'_, TlsFiles> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seen(&self) -> MutexGuard<'_, [u8; 32]> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is a new pair. A fault is told once.
    fn look(&self) -> Result<bool, TlsError> {
        let files = self.files().clone();
        let read = read(&files);
        let now = match &read {
            Ok((cert, key)) => hash(cert, key),
            Err(error) => hash(error.to_string().as_bytes(), &[]),
        };
        let before = std::mem::replace(&mut *self.seen(), now);
        if before == now {
            return Ok(false);
        }
        let (cert, key) = read?;
        let new = certified(&files, &cert, &key, &self.provider)?;
        // A fault that has passed leaves the certificate as it was.
        let changed = new.cert != self.served.load().cert;
        self.served.store(Arc::new(new));
        Ok(changed)
    }
}

fn read(files: &TlsFiles) -> Result<(Vec<u8>, Vec<u8>), TlsError> {
    let read = |file: &Path| {
        std::fs::read(file)
            .map_err(|error: io::Error| TlsError::new(file, format!("cannot be read: {error}")))
    };
    Ok((read(&files.cert)?, read(&files.key)?))
}

fn certified(
    files: &TlsFiles,
    cert: &[u8],
    key: &[u8],
    provider: &CryptoProvider,
) -> Result<CertifiedKey, TlsError> {
    let chain = CertificateDer::pem_slice_iter(cert)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| TlsError::new(&files.cert, format!("is not PEM: {error}")))?;
    if chain.is_empty() {
        return Err(TlsError::new(&files.cert, "holds no certificate in PEM"));
    }
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|_| TlsError::new(&files.key, "holds no private key in PEM without a password"))?;
    CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => {
            TlsError::new(&files.key, format!("is not the key of {}", files.cert.display()))
        }
        error @ rustls::Error::InvalidCertificate(_) => TlsError::new(&files.cert, error),
        error => TlsError::new(&files.key, error),
    })
}

fn hash(cert: &[u8], key: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update((cert.len() as u64).to_be_bytes());
    hash.update(cert);
    hash.update(key);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a new certificate and its key.
    fn renew(files: &TlsFiles) {
        let new = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        std::fs::write(&files.cert, new.cert.pem()).unwrap();
        std::fs::write(&files.key, new.signing_key.serialize_pem()).unwrap();
    }

    #[test]
    fn a_pair_that_cannot_be_served_is_told_once_and_leaves_the_old_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let files = TlsFiles { cert: path("cert"), key: path("key") };
        renew(&files);
        let Tls { pair, .. } = Tls::load(files.clone()).unwrap();
        let served = || pair.served.load().cert.clone();
        let first = served();
        assert_eq!(pair.look(), Ok(false));

        std::fs::write(&files.cert, "nonsense").unwrap();
        assert_eq!(pair.look().unwrap_err().file, files.cert);
        assert_eq!((pair.look(), served() == first), (Ok(false), true));
        std::fs::remove_file(&files.key).unwrap();
        assert_eq!(pair.look().unwrap_err().file, files.key);
        assert_eq!((pair.look(), served() == first), (Ok(false), true));

        renew(&files);
        assert_eq!((pair.look(), served() == first), (Ok(true), false));
        assert_eq!(pair.look(), Ok(false));
        let second = std::fs::read(&files.key).unwrap();
        renew(&files);
        std::fs::write(&files.key, second).unwrap();
        assert_eq!(pair.look().unwrap_err().file, files.key, "the key of another certificate");
    }
}

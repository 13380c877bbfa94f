use std::path::PathBuf;
use std::time::Duration;

use redis::{ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo, TlsCertificates};
use secrecy::{ExposeSecret, SecretString};

/// Where the store is, and how to log in.
#[derive(Debug, Clone)]
pub struct RedisSettings {
    /// Name or address of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The user, where the server has several (Redis 6 and later).
    pub username: Option<String>,
    /// The password.
    pub password: Option<SecretString>,
    /// The number of the database.
    pub database: u32,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// Certificates (PEM) to trust instead of those of the system.
    pub ca_file: Option<PathBuf>,
    /// How every key and channel of ours begins.
    pub prefix: String,
    /// What a request waits for an answer, once.
    pub answer: Duration,
}

impl RedisSettings {
    /// The usual [`answer`](Self::answer): as long as a person does not notice.
    pub const ANSWER: Duration = Duration::from_millis(50);

    /// The usual settings for a server.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            username: None,
            password: None,
            database: 0,
            tls: false,
            ca_file: None,
            prefix: "oltd".to_owned(),
            answer: Self::ANSWER,
        }
    }

    /// Whether they can be used at all; the server is not asked.
    ///
    /// # Errors
    /// When they cannot.
    pub fn check(&self) -> Result<(), RedisError> {
        self.client().map(drop)
    }

    /// `host:port/database`, for logs.
    pub(super) fn place(&self) -> String {
        format!("{}:{}/{}", self.host, self.port, self.database)
    }

    pub(super) fn client(&self) -> Result<redis::Client, RedisError> {
        let mut login = RedisConnectionInfo::default().set_db(self.database.into()).set_skip_set_lib_name();
        if let Some(username) = &self.username {
            login = login.set_username(username);
        }
        if let Some(password) = &self.password {
            login = login.set_password(password.expose_secret());
        }
        let (host, port) = (self.host.clone(), self.port);
        if !self.tls {
            let info = ConnectionAddr::Tcp(host, port).into_connection_info().map_err(RedisError::Client)?;
            return redis::Client::open(info.set_redis_settings(login)).map_err(RedisError::Client);
        }
        let root_cert = match &self.ca_file {
            Some(file) => {
                let read = std::fs::read(file);
                Some(read.map_err(|error| RedisError::Certificates { file: file.clone(), error })?)
            }
            None => None,
        };
        // An error says that the process has its provider already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let address = ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None };
        let info = address.into_connection_info().map_err(RedisError::Client)?.set_redis_settings(login);
        redis::Client::build_with_tls(info, TlsCertificates { client_tls: None, root_cert })
            .map_err(RedisError::Client)
    }
}

/// Why the settings of the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RedisError {
    /// The certificates cannot be read.
    #[error("cannot read the certificates of Redis from {}: {error}", file.display())]
    Certificates {
        /// The file.
        file: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// The client takes them for invalid.
    #[error("the settings of Redis cannot be used: {0}")]
    Client(redis::RedisError),
}

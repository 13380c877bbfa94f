//! One telnet session.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use super::line::Line;
use super::prompt::Mode;
use super::reader::{Reader, Reply, Waiting};
use crate::CliSettings;

/// Why a session is of no more use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    #[error("{0}")]
    Network(String),
    #[error("the OLT closed the connection while {0}")]
    Closed(&'static str),
    #[error("no answer within {} s while {doing}", waited.as_secs_f32())]
    Silent { doing: &'static str, waited: Duration },
    #[error("{0}")]
    LoginRefused(String),
    #[error("{0}")]
    Unexpected(String),
}

/// Connecting and logging in: a busy OLT takes seconds, not more.
const LOGIN: Duration = Duration::from_secs(15);
/// A prompt that stays the last thing for so long is one. The device sends text
/// and prompt together; a text that merely looks like a prompt up to where the
/// network cut it is followed by its rest.
const SETTLED: Duration = Duration::from_millis(15);
/// The longest silence in the middle of an answer. OMCI reads take up to 5 s, the
/// list of a full PON over 15 s on old firmware (§6 nr. 11).
const SILENCE: Duration = Duration::from_secs(25);
/// Most characters of one reply: the running-config of 4,096 ONUs has about
/// three million.
const MOST: usize = 16 << 20;
/// The longest line. The device wraps at 80 columns; some terminals do not.
const LONGEST_LINE: usize = 64 << 10;
/// Most pages of one reply, so that a pager that never ends is left.
const MOST_PAGES: usize = 1 << 16;
/// How many times [`SETTLED`] a question stands there until it is believed that
/// the device waits for its answer: about a second.
const STANDS: u32 = 64;
/// How long a polite good-bye may take.
const LOGOUT: Duration = Duration::from_secs(2);

/// A session that is logged in and at a prompt.
#[derive(Debug)]
pub(crate) struct Session {
    stream: TcpStream,
    reader: Reader,
    mode: Mode,
    /// When something was last sent.
    pub(crate) used: Instant,
    /// When it was last given to a caller.
    pub(crate) wanted: Instant,
}

impl Session {
    /// Connects and logs in, up to the privileged prompt where there is a password for it.
    pub(crate) async fn open(settings: &CliSettings) -> Result<Self, Broken> {
        let address = (settings.host.as_str(), settings.port);
        let deadline = Instant::now() + LOGIN;
        let stream = timeout_at(deadline, TcpStream::connect(address))
            .await
            .map_err(|_| Broken::Silent { doing: "connecting", waited: LOGIN })?
            .map_err(|error| Broken::Network(error.to_string()))?;
        // Lines are short and each waits for its answer.
        stream.set_nodelay(true).map_err(|error| Broken::Network(error.to_string()))?;
        let now = Instant::now();
        let mut session =
            Self { stream, reader: Reader::default(), mode: Mode::User, used: now, wanted: now };
        session.login(settings, deadline).await?;
        if let (Mode::User, Some(password)) = (&session.mode, &settings.enable_password) {
            session.enable(password, deadline).await?;
        }
        // A user without the privilege is refused, and pages are turned by hand.
        session.command("terminal length 0", deadline).await?;
        Ok(session)
    }

    async fn login(&mut self, settings: &CliSettings, deadline: Instant) -> Result<(), Broken> {
        let (mut name_sent, mut password_sent) = (false, false);
        loop {
            let waiting = match self.next(deadline, "logging in").await {
                // Some hang up with the refusal: not to be taken for a bad network,
                // or the wrong password would be tried again and again.
                Err(Broken::Closed(_) | Broken::Network(_)) if password_sent && self.complained() => {
                    return Err(Broken::LoginRefused(self.complaint()));
                }
                waiting => waiting?,
            };
            match waiting {
                Waiting::Username if !name_sent => {
                    name_sent = true;
                    self.type_secretly(&settings.username).await?;
                }
                Waiting::Password if name_sent && !password_sent => {
                    password_sent = true;
                    self.type_secretly(settings.password.expose_secret()).await?;
                }
                Waiting::Command(_) if password_sent => {
                    if let Some(mode) = self.reader.landed() {
                        self.mode = mode;
                        return Ok(());
                    }
                }
                Waiting::Username | Waiting::Password if password_sent => {
                    return Err(Broken::LoginRefused(self.complaint()));
                }
                Waiting::Page => self.turn_page().await?,
                // Words of the banner, where the network cut it.
                _ => {}
            }
        }
    }

    /// Only ever sent at a prompt that ends with `>`: elsewhere whatever is sent
    /// next would be taken for a password (§1.1).
    async fn enable(&mut self, password: &SecretString, deadline: Instant) -> Result<(), Broken> {
        self.reader.begin("enable");
        self.send(b"enable\n").await?;
        let mut sent = false;
        loop {
            match self.next(deadline, "enabling").await? {
                Waiting::Password if !sent => {
                    sent = true;
                    self.type_secretly(password.expose_secret()).await?;
                }
                Waiting::Command(Mode::User) | Waiting::Password => {
                    return Err(Broken::LoginRefused(self.complaint()));
                }
                Waiting::Command(mode) => {
                    self.mode = mode;
                    return Ok(());
                }
                _ => {}
            }
        }
    }

    fn complained(&self) -> bool {
        self.reader.lines().iter().any(|line| line.starts_with("%Error"))
    }

    /// The OLT's own words for a refused login.
    fn complaint(&self) -> String {
        let line = self.reader.lines().iter().rev().find(|line| line.starts_with('%'));
        line.map_or_else(|| "the OLT asked again, without a word".to_owned(), |line| line.trim().to_owned())
    }

    /// Runs one command to its prompt.
    pub(crate) async fn run(&mut self, line: &Line, deadline: Instant) -> Result<Reply, Broken> {
        self.command(line.as_str(), deadline).await
    }

    async fn command(&mut self, line: &str, deadline: Instant) -> Result<Reply, Broken> {
        self.reader.begin(line);
        // A line feed alone: with a carriage return the device sees two lines (§1.2).
        self.send(format!("{line}\n").as_bytes()).await?;
        let mut asked = 0;
        for _ in 0..MOST_PAGES {
            match self.next(deadline, "answering").await? {
                Waiting::Command(_) => {
                    let Some(reply) = self.reader.reply() else { continue };
                    self.mode = reply.mode.clone();
                    return Ok(reply);
                }
                Waiting::Page => self.turn_page().await?,
                // Perhaps words of the answer, where the network cut it.
                _ if asked < STANDS => asked += 1,
                waiting => {
                    return Err(Broken::Unexpected(format!("asked for {waiting} in answer to `{line}`")));
                }
            }
        }
        Err(Broken::Unexpected(format!("over {MOST_PAGES} pages in answer to `{line}`")))
    }

    /// Shows the device that somebody is there: an empty line.
    pub(crate) async fn keep_alive(&mut self) -> Result<(), Broken> {
        let deadline = Instant::now() + LOGIN;
        self.reader.forget();
        self.send(b"\n").await?;
        // The new prompt stands behind the line that the old one became.
        loop {
            let waiting = self.next(deadline, "keeping the session").await?;
            if matches!(waiting, Waiting::Command(_)) && !self.reader.lines().is_empty() {
                self.reader.forget();
                return Ok(());
            }
        }
    }

    /// Logs out where the device lets one; the line is freed by the closed
    /// connection in any case (§1.5).
    pub(crate) async fn close(mut self) {
        let polite = async {
            self.reader.begin("exit");
            self.send(b"exit\n").await?;
            let deadline = Instant::now() + LOGOUT;
            while let Ok(waiting) = self.next(deadline, "logging out").await {
                if waiting == Waiting::Confirmation {
                    self.reader.answered();
                    self.send(b"yes\n").await?;
                }
            }
            Ok::<_, Broken>(())
        };
        // Nobody waits for the outcome, and there is nothing to do about it.
        let _ = timeout(LOGOUT, polite).await;
    }

    async fn turn_page(&mut self) -> Result<(), Broken> {
        self.reader.answered();
        self.send(b" ").await
    }

    /// Sends a line that must not be looked for in what comes back.
    async fn type_secretly(&mut self, text: &str) -> Result<(), Broken> {
        if text.contains(char::is_control) {
            return Err(Broken::Unexpected("the configured login holds a control character".to_owned()));
        }
        self.reader.forget();
        self.reader.answered();
        self.send(format!("{text}\n").as_bytes()).await
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.used = Instant::now();
        self.stream.write_all(bytes).await.map_err(|error| Broken::Network(error.to_string()))
    }

    /// Reads until the device waits for something.
    async fn next(&mut self, deadline: Instant, doing: &'static str) -> Result<Waiting, Broken> {
        let began = Instant::now();
        let mut chunk = vec![0; 16 << 10];
        loop {
            let waiting = self.reader.waiting();
            let until = match waiting {
                Waiting::No => deadline.min(Instant::now() + SILENCE),
                _ => deadline.min(Instant::now() + SETTLED),
            };
            let read = match timeout_at(until, self.stream.read(&mut chunk)).await {
                // Those who wait for something else come again: not beyond the deadline.
                Err(_) if waiting != Waiting::No && Instant::now() < deadline => return Ok(waiting),
                Err(_) => return Err(Broken::Silent { doing, waited: began.elapsed() }),
                Ok(Ok(0)) => return Err(Broken::Closed(doing)),
                Ok(Ok(read)) => read,
                Ok(Err(error)) => return Err(Broken::Network(error.to_string())),
            };
            let replies = self.reader.feed(&chunk[..read]);
            if !replies.is_empty() {
                self.send(&replies).await?;
            }
            if self.reader.line_size() > LONGEST_LINE {
                return Err(Broken::Unexpected(format!("a line of over {LONGEST_LINE} characters")));
            }
            if self.reader.size() > MOST {
                return Err(Broken::Unexpected(format!("over {MOST} characters in one answer")));
            }
        }
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;

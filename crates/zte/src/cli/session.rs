//! One telnet session.

use std::time::Duration;

use futures::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout, timeout_at};

use super::broken::{Broken, Said};
use super::line::Line;
use super::prompt::Mode;
use super::reader::{Reader, Refusal, Reply, Waiting, shows_rows};
use crate::CliSettings;
use crate::firmware::dialect::Dialect;

/// Connecting: a busy OLT takes seconds, not more.
const CONNECT: Duration = Duration::from_secs(15);
/// A prompt that stays the last thing for so long is one. The device sends text
/// and prompt together; a text that merely looks like a prompt up to where the
/// network cut it is followed by its rest.
pub(super) const SETTLED: Duration = Duration::from_millis(15);
/// The most that comes at once where a network hands on byte by byte: what
/// looks like a prompt there has to stand for some of its gaps.
const TRICKLE: usize = 2;
/// How many gaps those are, and the longest wait for them.
const GAPS: u32 = 6;
const LONGEST_GAPS: Duration = Duration::from_secs(1);
/// The longest line. The device wraps at 80 columns; some terminals do not.
const LONGEST_LINE: usize = 16 << 10;
/// Most pages of one reply, so that a pager that never ends is left.
const MOST_PAGES: usize = 1 << 16;
/// Most confirmations of one line: every one that is known asks once (§1.6).
const MOST_ANSWERS: usize = 3;
/// How many times [`SETTLED`] a question stands there until it is believed that
/// the device waits for its answer: about a second.
const STANDS: u32 = 64;
/// A prompt that was shown so long ago needs no proof that the session lives: between two
/// writes of many it would cost each of them as long as a line takes.
const FRESH: Duration = Duration::from_secs(1);
/// How long a polite good-bye may take.
const LOGOUT: Duration = Duration::from_secs(2);
/// How long the device may leave what is sent to it unread.
pub(super) const LONGEST_WRITE: Duration = Duration::from_secs(10);
/// What is read at a time.
const PIECE: usize = 16 << 10;

/// How much one answer may be. A terminal may send without an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Most {
    /// Bytes, those that show nothing included.
    pub(crate) bytes: usize,
    /// Lines: each costs whoever reads it more than its bytes.
    pub(crate) lines: usize,
}

impl Most {
    /// Of a greeting, a login and a good-bye.
    pub(super) const TALK: Self = Self { bytes: 64 << 10, lines: 4 << 10 };
    /// Of what readings ask: the longest are lists of MAC addresses, some
    /// ten thousand lines.
    pub(crate) const READING: Self = Self { bytes: 3 << 20, lines: 64 << 10 };
    /// Of what a person asks: the running-config of 4,096 ONUs has about three
    /// million characters, and there are larger chassis.
    pub(crate) const SHOWN: Self = Self { bytes: 32 << 20, lines: 1 << 20 };
}

/// Whether "No related information to show." means none in a session: some
/// devices answer it to everything after `terminal length 0` (§9.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// Nothing says so yet.
    Missing,
    /// Nor does what shows a row on every OLT, which was asked.
    Denied,
    /// A `show gpon ...` has shown rows.
    Given,
}

/// A session that is logged in and at a prompt.
#[derive(Debug)]
pub(crate) struct Session {
    pub(super) stream: TcpStream,
    piece: Vec<u8>,
    pub(super) reader: Reader,
    pub(super) mode: Mode,
    proof: Proof,
    /// When something last came, and how long after what came before it, where
    /// both were a few bytes alone.
    heard: Instant,
    trickles: Duration,
    /// When something was last sent.
    pub(crate) used: Instant,
    /// When it was last given to a caller.
    pub(crate) wanted: Instant,
}

/// What is read for, and what ends it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) doing: &'static str,
    pub(super) began: Instant,
    pub(super) deadline: Instant,
    /// The longest wait for the next byte.
    pub(super) silence: Duration,
    /// The longest wait behind a question that nobody here may answer.
    pub(super) asked: Duration,
    pub(super) most: Most,
}

impl Reading {
    /// Reading the answer to a line that is sent now.
    pub(super) fn answer(line: &Line, deadline: Instant, most: Most) -> Self {
        let silence = line.silence();
        Self { doing: "answering", began: Instant::now(), deadline, silence, asked: silence, most }
    }
}

impl Session {
    /// Connects and logs in, up to the privileged prompt where there is a password for it.
    pub(crate) async fn open(settings: &CliSettings, dialect: &'static Dialect) -> Result<Self, Broken> {
        let mut session = Self::over(connect(settings).await?, dialect);
        session.log_in(settings).await?;
        if settings.terminal_length {
            // A user without the privilege is refused, and pages are turned by hand.
            let line = Line::ours(dialect.lines.unpaged);
            session.command(&line, Instant::now() + line.silence(), Most::TALK).await?;
        }
        Ok(session)
    }

    pub(super) fn over(stream: TcpStream, dialect: &'static Dialect) -> Self {
        let now = Instant::now();
        Self {
            stream,
            piece: vec![0; PIECE],
            reader: Reader::of(dialect),
            mode: Mode::User,
            proof: Proof::Missing,
            heard: now,
            trickles: Duration::ZERO,
            used: now,
            wanted: now,
        }
    }

    /// What the device speaks.
    pub(super) fn dialect(&self) -> &'static Dialect {
        self.reader.dialect()
    }

    /// Runs one command to its prompt. Where it says that there is nothing to
    /// show and nothing was shown in this session yet, what shows a row on every OLT
    /// is asked as well.
    pub(crate) async fn run(&mut self, line: &Line, deadline: Instant, most: Most) -> Result<Reply, Broken> {
        let mut reply = self.command(line, deadline, most).await?;
        self.weigh(line.as_str(), &reply);
        if matches!(reply.refusal, Some(Refusal::Empty(_))) && self.proof == Proof::Missing {
            let (line, _) = self.dialect().lines.proof;
            let proof = self.command(&Line::ours(line), deadline, Most::READING).await?;
            self.weigh(line, &proof);
            // One that is nothing at all may be asked for again (§6 nr. 12).
            if self.proof == Proof::Missing && proof.refusal.is_some() {
                self.proof = Proof::Denied;
            }
        }
        reply.proven = self.is_proven();
        Ok(reply)
    }

    /// Whether "No related information to show." means none.
    pub(super) fn is_proven(&self) -> bool {
        self.proof == Proof::Given
    }

    pub(super) fn weigh(&mut self, command: &str, reply: &Reply) {
        let dialect = self.dialect();
        if command.starts_with(dialect.lines.proof.1) && shows_rows(&dialect.refusals, &reply.text) {
            self.proof = Proof::Given;
        }
    }

    async fn command(&mut self, line: &Line, deadline: Instant, most: Most) -> Result<Reply, Broken> {
        self.reader.begin(line.as_str());
        let reading = Reading::answer(line, deadline, most);
        self.send(&line.sent()).await?;
        self.reply(line, &reading, None).await
    }

    /// Reads the reply to a line that was sent, turns its pages, and gives each
    /// confirmation that it asks for this answer.
    pub(super) async fn reply(
        &mut self,
        line: &Line,
        reading: &Reading,
        answer: Option<&str>,
    ) -> Result<Reply, Broken> {
        let (mut asked, mut pages, mut answers) = (0, 0, 0);
        loop {
            match (self.next(reading).await?, answer) {
                (Waiting::Command(_), _) => {
                    let Some(reply) = self.reader.reply() else { continue };
                    self.mode = reply.mode.clone();
                    return Ok(reply);
                }
                (Waiting::Page, _) if pages < MOST_PAGES => {
                    pages += 1;
                    self.turn_page().await?;
                }
                (Waiting::Page, _) => {
                    let line = line.name();
                    return Err(Broken::Unexpected(format!("over {MOST_PAGES} pages in answer to `{line}`")));
                }
                // Perhaps words of the answer, where the network cut it.
                _ if asked < STANDS => asked += 1,
                (Waiting::Confirmation, Some(answer)) if answers < MOST_ANSWERS => {
                    (asked, answers) = (0, answers + 1);
                    self.reader.answered();
                    self.send(format!("{answer}\n").as_bytes()).await?;
                }
                (waiting, _) => {
                    let line = line.name();
                    return Err(Broken::Unexpected(format!(
                        "the OLT asked for {waiting} in answer to `{line}`"
                    )));
                }
            }
        }
    }

    /// Whether it showed its prompt just now, and nothing has come since, not even its end.
    pub(super) fn is_fresh(&self) -> bool {
        self.heard.elapsed() < FRESH && self.stream.peek(&mut [0]).now_or_never().is_none()
    }

    /// Shows the device that somebody is there: an empty line.
    pub(crate) async fn keep_alive(&mut self) -> Result<(), Broken> {
        let began = Instant::now();
        let deadline = began + CONNECT;
        let reading = Reading {
            doing: "keeping the session",
            began,
            deadline,
            silence: CONNECT,
            asked: CONNECT,
            most: Most::TALK,
        };
        self.reader.quiet();
        self.send(b"\n").await?;
        // The new prompt stands behind the line that the old one became.
        loop {
            let waiting = self.next(&reading).await?;
            if let Waiting::Command(mode) = waiting
                && self.reader.line_count() > 0
            {
                self.mode = mode;
                self.reader.quiet();
                return Ok(());
            }
        }
    }

    /// Logs out where the device lets one; the line is freed by the closed
    /// connection in any case (§1.5).
    pub(crate) async fn close(mut self) {
        let polite = async {
            let line = Line::ours(self.dialect().lines.exit);
            self.reader.begin(line.as_str());
            let began = Instant::now();
            let deadline = began + LOGOUT;
            let reading = Reading {
                doing: "logging out",
                began,
                deadline,
                silence: LOGOUT,
                asked: LOGOUT,
                most: Most::TALK,
            };
            self.send(&line.sent()).await?;
            while let Ok(waiting) = self.next(&reading).await {
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

    pub(super) async fn turn_page(&mut self) -> Result<(), Broken> {
        self.reader.answered();
        self.send(b" ").await
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.used = Instant::now();
        match timeout(LONGEST_WRITE, self.stream.write_all(bytes)).await {
            Ok(sent) => Ok(sent?),
            Err(_) => {
                let why = "the OLT reads nothing of what is sent to it".to_owned();
                Err(Broken::Network { why, said: Said::default() })
            }
        }
    }

    /// How long a prompt has to stand there to be one.
    fn settled(&self) -> Duration {
        (self.trickles * GAPS).clamp(SETTLED, LONGEST_GAPS)
    }

    /// Reads until the device waits for something.
    pub(super) async fn next(&mut self, reading: &Reading) -> Result<Waiting, Broken> {
        let &Reading { doing, began, deadline, silence, asked, most } = reading;
        loop {
            let waiting = self.reader.waiting();
            // What was said before belongs to somebody else's wait.
            let heard = self.heard.max(self.used).max(began);
            let until = match waiting {
                Waiting::No if self.reader.asks() => heard + asked.min(silence),
                Waiting::No => heard + silence,
                _ => Instant::now() + self.settled(),
            };
            let read = match timeout_at(until.min(deadline), self.stream.read(&mut self.piece)).await {
                // Those who wait for something else come again: not beyond the deadline.
                Err(_) if waiting != Waiting::No && Instant::now() < deadline => return Ok(waiting),
                Err(_) if until <= deadline && asked < silence && self.reader.asks() => {
                    return Err(Broken::Asked { doing, said: Said::default() });
                }
                Err(_) if until <= deadline || self.heard < began => {
                    let waited = heard.elapsed();
                    return Err(Broken::Silent { doing, waited, said: Said::default() });
                }
                Err(_) => return Err(Broken::Late { doing, waited: began.elapsed(), said: Said::default() }),
                Ok(Ok(0)) => return Err(Broken::Closed { doing, said: Said::default() }),
                Ok(Ok(read)) => read,
                Ok(Err(error)) => return Err(error.into()),
            };
            self.time(read);
            let replies = self.reader.feed(self.piece.get(..read).unwrap_or_default());
            if !replies.is_empty() {
                self.send(&replies).await?;
            }
            if self.reader.line_size() > LONGEST_LINE {
                return Err(Broken::Unexpected(format!("a line of over {LONGEST_LINE} characters")));
            }
            if self.reader.received() > most.bytes || self.reader.line_count() > most.lines {
                let Most { bytes, lines } = most;
                return Err(Broken::Unexpected(format!("over {bytes} bytes or {lines} lines while {doing}")));
            }
            // Who sends without a pause does not keep the others waiting.
            if read == PIECE {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Notes when so many bytes came.
    fn time(&mut self, read: usize) {
        let now = Instant::now();
        let since = now - self.heard.max(self.used);
        self.trickles = if read <= TRICKLE { since } else { Duration::ZERO };
        self.heard = now;
    }
}

/// Connects to the host, whose name is asked for each time: it may have moved.
async fn connect(settings: &CliSettings) -> Result<TcpStream, Broken> {
    let failed = |error: std::io::Error| Broken::Unreached(error.to_string());
    let began = Instant::now();
    let silent = || Broken::Unreached(format!("no answer within {} s", CONNECT.as_secs()));
    let found = timeout(CONNECT, lookup_host((settings.host.as_str(), settings.port))).await;
    let addresses: Vec<_> = found.map_err(|_| silent())?.map_err(failed)?.collect();
    let mut last = Broken::Unreached("its name has no address".to_owned());
    for (at, address) in addresses.iter().enumerate() {
        // One that is dead leaves time for the others.
        let left = CONNECT.saturating_sub(began.elapsed());
        let share = left / u32::try_from(addresses.len() - at).unwrap_or(u32::MAX);
        match timeout(share, TcpStream::connect(address)).await {
            // Lines are short and each waits for its answer.
            Ok(Ok(stream)) => return stream.set_nodelay(true).map(|()| stream).map_err(failed),
            Ok(Err(error)) => last = failed(error),
            Err(_) => last = silent(),
        }
    }
    Err(last)
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;

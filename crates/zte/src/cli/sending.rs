//! Sending a line that must not be sent twice.

use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, timeout};

use super::broken::{Broken, Said};
use super::line::Line;
use super::reader::Reply;
use super::session::{LONGEST_WRITE, Most, Reading, Session};

/// A session that broke around a line, and whether a byte of the line was sent by then.
#[derive(Debug)]
pub(super) struct Interrupted {
    pub(super) broken: Broken,
    pub(super) sent: bool,
}

/// How much that nobody asked for is read before a line at most, in pieces.
const PIECES: usize = 8;

impl Session {
    /// Sends one line that may change something, and reads its answer for as long
    /// as the line may take. A confirmation that the OLT asks for is given or refused.
    pub(super) async fn write(&mut self, line: &Line, confirm: bool) -> Result<Reply, Interrupted> {
        let unsent = |broken| Interrupted { broken, sent: false };
        let sent = |broken| Interrupted { broken, sent: true };
        self.still_open().await.map_err(unsent)?;
        self.reader.begin(line.as_str());
        let reading = Reading::answer(line, Instant::now() + line.longest(), Most::READING);
        let bytes = line.sent();
        let first = self.begin_to_send(&bytes).await.map_err(unsent)?;
        self.send(bytes.get(first..).unwrap_or_default()).await.map_err(sent)?;
        // `yes` and `no` are what every firmware takes (fact sheet, CLI §1.6).
        let answer = if confirm { "yes" } else { "no" };
        // What only shows something asks nothing: words of its answer may look so.
        let answer = Some(answer).filter(|_| !line.only_shows());
        let mut reply = self.reply(line, &reading, answer).await.map_err(sent)?;
        if line.only_shows() {
            self.weigh(line.as_str(), &reply);
        }
        reply.proven = self.is_proven();
        Ok(reply)
    }

    /// Reads what has come since the last prompt: perhaps the end of the session.
    async fn still_open(&mut self) -> Result<(), Broken> {
        let mut piece = [0; 4 << 10];
        for _ in 0..PIECES {
            match self.stream.try_read(&mut piece) {
                Ok(0) => return Err(Broken::Closed { doing: "waiting for a line", said: Said::default() }),
                Ok(read) => {
                    let replies = self.reader.feed(piece.get(..read).unwrap_or_default());
                    self.send(&replies).await?;
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Sends some of the bytes; where it fails, none of them.
    async fn begin_to_send(&mut self, bytes: &[u8]) -> Result<usize, Broken> {
        self.used = Instant::now();
        let unread = || {
            let why = "the OLT reads nothing of what is sent to it".to_owned();
            Broken::Network { why, said: Said::default() }
        };
        match timeout(LONGEST_WRITE, self.stream.write(bytes)).await {
            Ok(Ok(0)) | Err(_) => Err(unread()),
            Ok(sent) => Ok(sent?),
        }
    }
}

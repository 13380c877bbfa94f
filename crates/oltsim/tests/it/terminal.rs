//! A raw telnet client: bytes out, bytes in.

use std::net::SocketAddr;
use std::time::Duration;

use oltsim::{Simulator, Source};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::start;

/// How long something may take that is expected to come.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the device sends first.
pub(crate) const NEGOTIATION: &[u8] = b"\xff\xfb\x01\xff\xfb\x1f\xff\xfb\x18\xff\xfd\x20\xff\xfd\x03";

/// The small scenario with lines added to a `[cli]` section.
pub(crate) async fn with_cli(cli: &str) -> Simulator {
    start(Source::Scenario(format!("{}\n[cli]\n{cli}\n", oltsim::SMALL))).await
}

pub(crate) struct Terminal {
    pub(crate) stream: TcpStream,
    pub(crate) received: Vec<u8>,
}

impl Terminal {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.unwrap(), received: Vec::new() }
    }

    pub(crate) async fn of(simulator: &Simulator) -> Self {
        Self::open(simulator.telnet_addr().unwrap()).await
    }

    /// Logged in, with what came until then forgotten.
    pub(crate) async fn logged_in(simulator: &Simulator) -> Self {
        let mut terminal = Self::of(simulator).await;
        terminal.until("Username:").await;
        terminal.send("zte\nzte\n").await;
        terminal.until("SMALL#").await;
        terminal
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.send_bytes(text.as_bytes()).await;
    }

    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// Reads until what came ends with `end`, and gives it back.
    pub(crate) async fn until(&mut self, end: &str) -> String {
        let mut piece = [0; 4096];
        while !self.received.ends_with(end.as_bytes()) {
            let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut piece)).await;
            let so_far = String::from_utf8_lossy(&self.received).into_owned();
            let length = read.unwrap_or_else(|_| panic!("no {end:?} after {so_far:?}")).unwrap();
            assert!(length > 0, "closed before {end:?}, after {so_far:?}");
            self.received.extend(&piece[..length]);
        }
        String::from_utf8_lossy(&std::mem::take(&mut self.received)).into_owned()
    }

    /// Logged in at a device of another name.
    pub(crate) async fn logged_in_at(simulator: &Simulator, name: &str) -> Self {
        let mut terminal = Self::of(simulator).await;
        terminal.until("Username:").await;
        terminal.send("zte\nzte\n").await;
        terminal.until(&format!("{name}#")).await;
        terminal
    }

    /// Sends a line, and gives back its answer alone: no echo, no prompt, LF.
    pub(crate) async fn tell(&mut self, line: &str) -> String {
        let said = self.ask(line, "#").await.replace("\r\n", "\n");
        let answer = said.split_once('\n').map_or("", |(_, answer)| answer);
        answer.rfind('\n').map_or("", |end| &answer[..=end]).to_owned()
    }

    /// Sends lines of which each is taken without a word, or with `.[Successful]`.
    pub(crate) async fn all(&mut self, lines: &[&str]) {
        for line in lines {
            let answer = self.tell(line).await;
            let taken = ["", ".[Successful]\n", "[Successful]\n"].contains(&answer.as_str());
            let moved = answer.starts_with("%Info");
            assert!(taken || moved, "{line}: {answer}");
        }
    }

    /// Goes to a place of the configuration, from wherever it is.
    pub(crate) async fn enter(&mut self, place: &str) {
        self.all(&["end", "configure terminal", place]).await;
    }

    /// Sends a line and reads until `end`.
    pub(crate) async fn ask(&mut self, line: &str, end: &str) -> String {
        self.send(&format!("{line}\n")).await;
        self.until(end).await
    }

    /// Reads until the connection is over; the error when it was reset.
    pub(crate) async fn rest(&mut self) -> (Vec<u8>, std::io::Result<()>) {
        let mut piece = [0; 4096];
        let end = loop {
            match tokio::time::timeout(PATIENCE, self.stream.read(&mut piece)).await.unwrap() {
                Ok(0) => break Ok(()),
                Ok(length) => self.received.extend(&piece[..length]),
                Err(error) => break Err(error),
            }
        };
        (std::mem::take(&mut self.received), end)
    }
}

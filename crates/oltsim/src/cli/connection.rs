use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::command::Question;
use super::options::CliOptions;
use super::session::{Entered, Session};
use super::spoil::{spoil, tear};
use super::telnet;
use crate::device::Device;
use crate::fault::{CliFate, Exchange, Flood, LineEffect, Typed, Wire};
use crate::gate::Stop;
use crate::station::Station;

/// What is read at a time. It is answered before more is read, so that a client
/// that sends faster waits, and nothing piles up here.
const PIECE: usize = 1024;

/// A client that does not read for so long is gone.
const LONGEST_WRITE: Duration = Duration::from_secs(30);

/// Longest delay of a command, faults included, so that every wait ends.
const LONGEST_DELAY: Duration = Duration::from_secs(600);

/// Why a connection is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    /// By either side, in order.
    Closed,
    /// Without notice, by a fault.
    Reset,
}

/// One connection to the command line.
pub(super) struct Connection {
    stream: TcpStream,
    station: Arc<Station>,
    options: Arc<CliOptions>,
    session: Session,
    /// Its number, from 1.
    number: u64,
    /// Where it comes from.
    address: String,
    /// Bytes that may still be sent, and how the connection ends then.
    left: Option<(usize, Over)>,
    /// Held while a device that does one thing at a time is busy.
    busy: Arc<tokio::sync::Mutex<()>>,
    /// What the client is flooded with before the banner.
    flood: Option<(Flood, usize)>,
    /// Lines entered at its prompt so far.
    lines: u64,
}

impl Connection {
    pub(super) fn new(
        stream: TcpStream,
        station: Arc<Station>,
        options: Arc<CliOptions>,
        number: u64,
        busy: Arc<tokio::sync::Mutex<()>>,
        flood: Option<(Flood, usize)>,
    ) -> Self {
        let session = Session::new(Arc::clone(&options), number);
        let address = stream.peer_addr().map_or(String::new(), |address| address.ip().to_string());
        Self { stream, station, options, session, number, address, left: None, busy, flood, lines: 0 }
    }

    /// Serves it until it is over.
    pub(super) async fn serve(mut self) {
        let over = match self.converse().await {
            Ok(()) => Over::Closed,
            Err(over) => over,
        };
        if over == Over::Reset {
            if let Err(error) = self.stream.set_zero_linger() {
                tracing::debug!(%error, "a connection could not be reset");
            }
        } else {
            // What is still on its way to the client must not be lost to a reset
            // because of bytes that nobody read.
            let _ = self.stream.shutdown().await;
            let _ = timeout(Duration::from_millis(200), drain(&mut self.stream)).await;
        }
    }

    async fn converse(&mut self) -> Result<(), Over> {
        let mut greeted = false;
        let mut input = VecDeque::new();
        let mut piece = [0; PIECE];
        let login_ends = Instant::now() + self.options.login_time;
        let mut last = Instant::now();
        loop {
            let silent = self.station.faults().cli_is_silent();
            if !greeted && !silent {
                greeted = true;
                self.send(&telnet::GREETING).await?;
                let flood = self.flood.take();
                self.flood(flood).await?;
            }
            if greeted {
                self.flush().await?;
            }
            if !self.session.is_paging() {
                self.left = None;
            }
            if self.session.is_closed() {
                return Ok(());
            }
            let patience = match self.session.is_logged_in() {
                true => self.options.idle,
                false => login_ends.saturating_duration_since(Instant::now()),
            };
            let Ok(read) = timeout(patience, self.stream.read(&mut piece)).await else {
                self.station.count(|counters| counters.cli_idle_closed += 1);
                return Ok(());
            };
            let length = read.map_err(|_| Over::Closed)?;
            if length == 0 {
                return Ok(());
            }
            self.station.count(|counters| counters.cli_bytes_in += u64::try_from(length).unwrap_or(0));
            if self.station.faults().cli_is_silent() {
                continue;
            }
            let late_lf = self.station.faults().wire(Wire::LateLf);
            if late_lf.is_some_and(|late| last.elapsed() >= late) {
                self.session.forget_cr();
            }
            last = Instant::now();
            input.extend(piece.get(..length).unwrap_or_default());
            while !input.is_empty() && !self.session.is_closed() {
                let session = &mut self.session;
                let entered = self.station.look(|device| session.feed(&mut input, device)).flatten();
                let Some(entered) = entered else { break };
                self.flush().await?;
                match entered {
                    Entered::Login { right } => self.log_in(right),
                    Entered::Decision(question, answer) => self.run(&answer, Some(question)).await?,
                    Entered::Line(line) => {
                        self.run(&line, None).await?;
                        if !self.options.type_ahead {
                            input.clear();
                            self.lose_what_was_typed();
                        }
                    }
                }
            }
        }
    }

    fn log_in(&mut self, right: bool) {
        let fate = self.station.faults().next_cli(Exchange::Login);
        let accepted = right && !fate.refused;
        self.station.count(|counters| {
            counters.cli_logins += u64::from(accepted);
            counters.cli_failed_logins += u64::from(!accepted);
            counters.cli_spoilt += u64::from(fate.refused);
        });
        let session = &mut self.session;
        self.station.look(|device| session.log_in(accepted, device));
        if accepted {
            let (number, address) = (self.number, self.address.clone());
            self.station.change(|device| device.log_in(number, address));
        }
    }

    /// Answers a command, or an answer to its question, as late and as badly as it has to be.
    async fn run(&mut self, line: &str, question: Option<Question>) -> Result<(), Over> {
        let mut fate = self.station.faults().next_cli(Exchange::Command);
        self.lines += 1;
        let within = self.session.interface();
        let typed = Typed { number: self.lines, within: &within, line };
        let wrong = self.station.at_line(typed);
        fate.log |= wrong == Some(LineEffect::Log);
        // Recorded before it is counted: whoever waits for the count finds it.
        let (session, number) = (&self.session, self.number);
        let record = self.station.look(|device| session.record(number, line, question, device));
        let configures = record.as_ref().is_some_and(|record| record.configures);
        record.into_iter().for_each(|record| self.station.record().add(record));
        self.station.count(|counters| {
            counters.cli_commands += 1;
            counters.cli_changes += u64::from(configures);
            counters.cli_spoilt += u64::from(fate != CliFate::default() || wrong.is_some());
        });
        if let Some(post) = self.station.post(|at| matches!(at, Stop::Line(at) if at.is(typed))) {
            tokio::select! {
                () = post.stand() => {}
                () = left(&self.stream) => return Err(Over::Closed),
            }
        }
        match &wrong {
            Some(LineEffect::Cut) => return Err(Over::Closed),
            Some(LineEffect::CutAfter) => fate.closed = Some(0),
            Some(LineEffect::Silent) => fate.dropped = true,
            Some(LineEffect::Refuse(text)) => {
                let session = &mut self.session;
                self.station.look(|device| session.answer(text, device));
                self.station.count(|counters| counters.cli_replies += 1);
                return self.flush().await;
            }
            Some(_) | None => {}
        }
        let session = &self.session;
        let pace = self.station.look(|device| session.pace(line, question, device)).unwrap_or_default();
        let wait = pace.saturating_add(fate.parallel).min(LONGEST_DELAY);
        if !wait.is_zero() {
            self.wait(wait).await?;
        }
        if !fate.serial.is_zero() {
            let busy = Arc::clone(&self.busy);
            let _busy = busy.lock().await;
            self.wait(fate.serial.min(LONGEST_DELAY)).await?;
        }
        if fate.dropped {
            self.session.swallow();
            return Ok(());
        }
        self.left = match (fate.closed, fate.reset) {
            (_, Some(bytes)) => Some((bytes, Over::Reset)),
            (Some(bytes), None) => Some((bytes, Over::Closed)),
            (None, None) => None,
        };
        self.flood(fate.flood).await?;
        let printed = question.is_none() && self.work(line, &fate).await?;
        let (session, options) = (&mut self.session, &self.options);
        // What only moves the session or answers a question has no rows to be spoilt.
        let alone =
            self.station.look(|device| session.only_moves(line, question, device)).unwrap_or_default();
        match &wrong {
            Some(LineEffect::Log) if alone => session.print(&format!("{}\n", options.log_line)),
            Some(LineEffect::Say(text)) => session.print(text),
            _ => {}
        }
        let spoil = |rows| spoil(tear(rows, wrong.as_ref()), &fate, options);
        self.station.change(|device| match question {
            Some(question) => session.decide(question, line, device),
            None => session.reply(line, device, fate.nothing, printed, spoil),
        });
        let length = telnet::escape(self.session.output()).len();
        if let Some(bytes) = wrong.and_then(|wrong| wrong.cut_in(length)) {
            self.left = Some((bytes, Over::Closed));
        }
        // Counted before it is sent: whoever holds the answer finds it counted.
        self.station.count(|counters| counters.cli_replies += 1);
        self.flush().await?;
        if !self.session.is_paging() {
            self.left = None;
        }
        Ok(())
    }

    /// Lets a line run that takes time and prints meanwhile; whether it printed. It runs to
    /// its end, whether the client stays or not: no sheet says that a device would stop.
    async fn work(&mut self, line: &str, fate: &CliFate) -> Result<bool, Over> {
        let session = &self.session;
        let found = self.station.look(|device| session.progress(line, device)).flatten();
        let Some((text, time)) = found else { return Ok(false) };
        let time = time.min(LONGEST_DELAY);
        if fate.spoils_text() {
            tokio::time::sleep(time).await;
            return Ok(false);
        }
        let bits: Vec<&str> = text.split_inclusive('.').collect();
        let each = time / u32::try_from(bits.len()).unwrap_or(1).max(1);
        let mut over = Ok(());
        for bit in bits {
            self.session.print_bit(bit);
            if over.is_ok() {
                over = self.flush().await;
            }
            if !each.is_zero() {
                tokio::time::sleep(each).await;
            }
        }
        if over.is_err() {
            self.station.change(Device::save);
        }
        over.map(|()| true)
    }

    /// Lets time pass, unless the client leaves meanwhile.
    async fn wait(&self, time: Duration) -> Result<(), Over> {
        tokio::select! {
            () = tokio::time::sleep(time) => Ok(()),
            () = left(&self.stream) => Err(Over::Closed),
        }
    }

    /// Sends what the session has to say.
    async fn flush(&mut self) -> Result<(), Over> {
        let output = self.session.take_output();
        if output.is_empty() {
            return Ok(());
        }
        self.send(&telnet::escape(&output)).await
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), Over> {
        let (allowed, over) = match self.left {
            Some((left, over)) if left <= bytes.len() => (left, Some(over)),
            Some((left, over)) => {
                self.left = Some((left - bytes.len(), over));
                (bytes.len(), None)
            }
            None => (bytes.len(), None),
        };
        self.station.count(|counters| counters.cli_bytes_out += u64::try_from(allowed).unwrap_or(0));
        self.travel(bytes.get(..allowed).unwrap_or_default()).await?;
        over.map_or(Ok(()), Err)
    }

    /// Sends bytes as the wire carries them.
    async fn travel(&mut self, bytes: &[u8]) -> Result<(), Over> {
        let pause = |wire| self.station.faults().wire(wire);
        let (nul, trickle, split) = (pause(Wire::Nul), pause(Wire::Trickle), pause(Wire::SplitLineEnds));
        if let Some(pause) = nul.filter(|_| !bytes.is_empty()) {
            self.write(b"\0").await?;
            tokio::time::sleep(pause).await;
        }
        if let Some(pause) = trickle {
            for byte in bytes.chunks(1) {
                self.write(byte).await?;
                tokio::time::sleep(pause).await;
            }
        } else if let Some(pause) = split {
            for piece in bytes.split_inclusive(|byte| *byte == b'\r') {
                self.write(piece).await?;
                if piece.ends_with(b"\r") {
                    tokio::time::sleep(pause).await;
                }
            }
        } else {
            self.write(bytes).await?;
        }
        Ok(())
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Over> {
        for piece in bytes.chunks(PIECE * 16) {
            match timeout(LONGEST_WRITE, self.stream.write_all(piece)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return Err(Over::Closed),
            }
        }
        Ok(())
    }

    /// Floods the client.
    async fn flood(&mut self, flood: Option<(Flood, usize)>) -> Result<(), Over> {
        let Some((of, mut left)) = flood else { return Ok(()) };
        let (begin, again) = of.bytes();
        let piece = again.repeat((PIECE * 16 / again.len()).max(1));
        self.write(begin).await?;
        while left > 0 {
            let piece = piece.get(..left.min(piece.len())).unwrap_or_default();
            self.station.count(|counters| counters.cli_bytes_out += piece.len() as u64);
            self.write(piece).await?;
            left -= piece.len();
        }
        Ok(())
    }

    /// Forgets what came while a command ran (fact sheet, CLI §6 nr. 14).
    fn lose_what_was_typed(&mut self) {
        let mut lost = [0; PIECE];
        // No more than this is in the system's buffers.
        for _ in 0..1024 {
            if !matches!(self.stream.try_read(&mut lost), Ok(1..)) {
                return;
            }
        }
    }
}

/// Returns when the client has closed its side and sent nothing more.
async fn left(stream: &TcpStream) {
    if matches!(stream.peek(&mut [0]).await, Ok(1..)) {
        // What was typed ahead hides the end; the next read will find it.
        std::future::pending::<()>().await;
    }
}

async fn drain(stream: &mut TcpStream) {
    let mut rest = [0; PIECE];
    while matches!(stream.read(&mut rest).await, Ok(1..)) {}
}

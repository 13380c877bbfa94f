//! Log lines on their way to stderr, many in one write.
//!
//! A write for each line costs a tenth of what a busy server can do, and the
//! threads wait for each other meanwhile. So lines are held for a moment; a
//! warning or an error takes everything before it out at once.

use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line is held: whoever follows the log does not notice. A process
/// that is killed loses the lines of this time.
const HELD: Duration = Duration::from_millis(100);
/// Bytes that are written at once: some hundred lines.
const FULL: usize = 64 << 10;

static LINES: OnceLock<Lines> = OnceLock::new();

/// The lines that are held. Who finds them full writes them, and the others
/// wait: a reader that is too slow slows the server down and loses nothing.
#[derive(Debug)]
pub(super) struct Lines {
    held: Mutex<Vec<u8>>,
    first: Condvar,
    at_once: bool,
}

impl Lines {
    /// Those of the process; `at_once` where a person reads along.
    pub(super) fn start(at_once: bool) -> &'static Self {
        let lines = LINES.get_or_init(|| Self::new(at_once));
        if !at_once {
            // It ends with the process. Without it lines come out when they are full.
            let thread = std::thread::Builder::new().name("log".into());
            drop(thread.spawn(|| lines.write_now_and_then(&mut io::stderr())));
        }
        lines
    }

    fn new(at_once: bool) -> Self {
        Self { held: Mutex::new(Vec::with_capacity(FULL)), first: Condvar::new(), at_once }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, line: &[u8], urgent: bool, out: &mut impl Write) -> io::Result<()> {
        let mut held = self.lock();
        if held.is_empty() {
            self.first.notify_one();
        }
        held.extend_from_slice(line);
        if urgent || self.at_once || held.len() >= FULL { write(&mut held, out) } else { Ok(()) }
    }

    fn write_now_and_then(&self, out: &mut impl Write) {
        loop {
            let held = self.lock();
            let held = self.first.wait_while(held, |held| held.is_empty());
            drop(held);
            std::thread::sleep(HELD);
            // Whoever reads stderr may be gone; the next line tries again.
            let _ = write(&mut self.lock(), out);
        }
    }
}

fn write(held: &mut Vec<u8>, out: &mut impl Write) -> io::Result<()> {
    let written = out.write_all(held);
    held.clear();
    written
}

/// Writes what is held. Called at the end of the process.
pub(crate) fn flush() {
    if let Some(lines) = LINES.get() {
        let _ = write(&mut lines.lock(), &mut io::stderr());
    }
}

/// Where one line is written to.
pub(super) struct Writer {
    lines: &'static Lines,
    urgent: bool,
}

impl Write for Writer {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.lines.add(line, self.urgent, &mut io::stderr()).map(|()| line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        write(&mut self.lines.lock(), &mut io::stderr())
    }
}

impl MakeWriter<'_> for &'static Lines {
    type Writer = Writer;

    fn make_writer(&self) -> Writer {
        Writer { lines: self, urgent: false }
    }

    fn make_writer_for(&self, meta: &Metadata<'_>) -> Writer {
        Writer { lines: self, urgent: *meta.level() <= Level::WARN }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_held_until_they_are_full_or_urgent() {
        let lines = Lines::new(false);
        let mut out = Vec::new();
        lines.add(b"one\n", false, &mut out).unwrap();
        lines.add(b"two\n", false, &mut out).unwrap();
        assert_eq!(out, b"");
        lines.add(b"three\n", true, &mut out).unwrap();
        assert_eq!(out, b"one\ntwo\nthree\n", "in their order");
        out.clear();
        for _ in 0..=FULL / 100 {
            lines.add(&[b'x'; 100], false, &mut out).unwrap();
        }
        assert!(out.len() >= FULL);
        Lines::new(true).add(b"now\n", false, &mut out).unwrap();
        assert!(out.ends_with(b"now\n"));
    }

    #[test]
    fn a_line_that_stays_alone_comes_out_soon() {
        /// Tells each write to whoever waits for it.
        struct Told(std::sync::mpsc::Sender<Vec<u8>>);

        impl Write for Told {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                drop(self.0.send(bytes.to_vec()));
                Ok(bytes.len())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        let lines: &'static Lines = Box::leak(Box::new(Lines::new(false)));
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(|| lines.write_now_and_then(&mut Told(tell)));
        for line in [b"alone\n", b"again\n"] {
            lines.add(line, false, &mut Vec::new()).unwrap();
            assert_eq!(told.recv_timeout(Duration::from_secs(10)).unwrap(), line);
        }
    }
}

//! Lines on their way to stderr or stdout.
//!
//! Only a thread of their own writes them: whoever reads may stall at any moment,
//! and must hold up neither a request nor the end of the process. Many are written
//! at once: a write for each costs a tenth of what a busy server can do.

use std::io::{self, ErrorKind, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line is held: whoever follows the log does not notice. A process
/// that is killed loses the lines of this time.
const HELD: Duration = Duration::from_millis(100);
/// Bytes that are not held any longer: some hundred lines.
const FULL: usize = 64 << 10;
/// Most bytes that wait for a slow reader, half a second of the busiest server's.
/// As much again may be under way; what comes on top is lost, and counted.
const MOST: usize = 4 << 20;
/// Before trying again where the other end takes nothing now and does not let us wait.
const PAUSE: Duration = Duration::from_millis(10);

/// Lines that this process could not write.
static LOST: AtomicU64 = AtomicU64::new(0);

/// How many lines this process could not write so far.
pub(super) fn lost() -> u64 {
    LOST.load(Ordering::Relaxed)
}

/// The lines that wait for one reader.
#[derive(Debug)]
pub(super) struct Lines {
    held: Mutex<Held>,
    /// Wakes the thread that writes.
    more: Condvar,
    /// Wakes whoever waits for the end of a write.
    written: Condvar,
    /// Where a person reads along, nothing is held.
    at_once: bool,
}

#[derive(Debug, Default)]
struct Held {
    bytes: Vec<u8>,
    /// Whether they shall be written now.
    urgent: bool,
    /// Lines that came since there was no more room: all, so that none overtakes another.
    lost: u64,
    /// Whether a write is under way.
    writing: bool,
}

impl Lines {
    /// Starts the thread that writes to `out`; it ends with the process. Of lines
    /// that were lost it tells `tell` once the reader reads again.
    pub(super) fn start(
        out: impl Write + Send + 'static,
        at_once: bool,
        tell: fn(u64),
    ) -> io::Result<&'static Self> {
        let lines: &'static Self = Box::leak(Box::new(Self::new(at_once)));
        std::thread::Builder::new().name("log".into()).spawn(move || lines.write(out, tell))?;
        Ok(lines)
    }

    fn new(at_once: bool) -> Self {
        Self { held: Mutex::default(), more: Condvar::new(), written: Condvar::new(), at_once }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a line, with its end. Never waits for the reader.
    pub(super) fn add(&self, line: &[u8], urgent: bool) {
        let mut held = self.lock();
        let before = held.bytes.len();
        if held.lost > 0 || before + line.len() > MOST {
            held.lost += 1;
            LOST.fetch_add(1, Ordering::Relaxed);
            return;
        }
        held.bytes.extend_from_slice(line);
        let hurry = (urgent || self.at_once) && !held.urgent;
        held.urgent |= hurry;
        let full = before < FULL && held.bytes.len() >= FULL;
        drop(held);
        if before == 0 || hurry || full {
            self.more.notify_one();
        }
    }

    /// Waits until everything is written, at most for `patience`.
    pub(super) fn flush(&self, patience: Duration) {
        let mut held = self.lock();
        held.urgent = true;
        self.more.notify_one();
        let waiting = |held: &mut Held| held.writing || !held.bytes.is_empty();
        drop(self.written.wait_timeout_while(held, patience, waiting));
    }

    fn write(&self, mut out: impl Write, tell: impl Fn(u64)) {
        let (mut batch, mut lost, mut well) = (Vec::with_capacity(FULL), 0, true);
        loop {
            lost += self.take(&mut batch);
            // Only to a reader who reads, and now that there is room for it. Else
            // a word about a failed write would be the next write to fail.
            if well && lost > 0 {
                tell(std::mem::take(&mut lost));
            }
            well = write_all(&mut out, &batch).is_ok();
            if !well {
                let lines = batch.iter().filter(|byte| **byte == b'\n').count() as u64;
                lost += lines;
                LOST.fetch_add(lines, Ordering::Relaxed);
            }
            batch.clear();
            batch.shrink_to(2 * FULL);
            self.lock().writing = false;
            self.written.notify_all();
        }
    }

    /// Waits for lines and takes them; says how many came behind them and were lost.
    fn take(&self, batch: &mut Vec<u8>) -> u64 {
        let mut held = self.lock();
        held =
            self.more.wait_while(held, |held| held.bytes.is_empty()).unwrap_or_else(PoisonError::into_inner);
        let more_may_come = |held: &mut Held| !held.urgent && held.bytes.len() < FULL;
        let waited = self.more.wait_timeout_while(held, HELD, more_may_come);
        held = waited.unwrap_or_else(PoisonError::into_inner).0;
        std::mem::swap(&mut held.bytes, batch);
        held.urgent = false;
        held.writing = true;
        std::mem::take(&mut held.lost)
    }
}

fn write_all(out: &mut impl Write, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match out.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(PAUSE),
            Err(error) => return Err(error),
        }
    }
    out.flush()
}

/// Where one line is written to.
pub(super) struct Writer {
    lines: &'static Lines,
    urgent: bool,
}

impl Write for Writer {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.lines.add(line, self.urgent);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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
    use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
    use std::time::Instant;

    use super::*;

    /// Long enough for any machine.
    const PATIENCE: Duration = Duration::from_secs(20);

    /// A reader that takes one write at a time, when it is told to, and whatever
    /// it says becomes of it.
    struct Reader {
        asks: SyncSender<Vec<u8>>,
        answers: Receiver<io::Result<()>>,
    }

    impl Write for Reader {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // A test that has ended reads no more.
            drop(self.asks.send(bytes.to_vec()));
            self.answers.recv().unwrap_or(Ok(())).map(|()| bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn reader() -> (Reader, Receiver<Vec<u8>>, Sender<io::Result<()>>) {
        let ((asks, asked), (answer, answers)) = (sync_channel(0), channel());
        (Reader { asks, answers }, asked, answer)
    }

    fn next(asked: &Receiver<Vec<u8>>) -> String {
        String::from_utf8(asked.recv_timeout(PATIENCE).unwrap()).unwrap()
    }

    #[test]
    fn lines_are_held_until_they_are_urgent_or_full() {
        let (reader, asked, answer) = reader();
        let lines = Lines::start(reader, false, |_| {}).unwrap();
        for (line, urgent) in [("one\n", false), ("two\n", false), ("three\n", true)] {
            lines.add(line.as_bytes(), urgent);
        }
        assert_eq!(next(&asked), "one\ntwo\nthree\n", "in their order, in one write");
        answer.send(Ok(())).unwrap();
        let began = Instant::now();
        lines.add(&[b'x'; FULL], false);
        assert_eq!(next(&asked).len(), FULL);
        answer.send(Ok(())).unwrap();
        lines.add(b"alone\n", false);
        assert_eq!(next(&asked), "alone\n", "nobody comes, and it comes out soon");
        assert!(began.elapsed() >= HELD, "it was held for more to come");
    }

    #[test]
    fn a_reader_that_stalls_holds_up_nobody_and_is_told_what_it_missed() {
        let (reader, asked, answer) = reader();
        let lines: &'static Lines = Box::leak(Box::new(Lines::new(true)));
        std::thread::spawn(|| {
            lines.write(reader, |lost| lines.add(format!("{lost} lost\n").as_bytes(), true))
        });
        lines.add(b"first\n", false);
        assert_eq!(next(&asked), "first\n");
        // It is not answered: the reader has stalled.
        let line = [&[b'x'; 999][..], b"\n"].concat();
        let room = MOST / line.len();
        let before = lost();
        for _ in 0..room + 7 {
            lines.add(&line, false);
        }
        lines.add(b"short, and there is room for it\n", false);
        assert_eq!(lost() - before, 8);
        let began = Instant::now();
        lines.flush(Duration::from_millis(20));
        assert!(began.elapsed() < PATIENCE, "nor does it hold up the end");
        answer.send(Ok(())).unwrap();
        assert_eq!(next(&asked).len(), room * line.len());
        answer.send(Ok(())).unwrap();
        assert_eq!(next(&asked), "8 lost\n");
        answer.send(Ok(())).unwrap();
        lines.flush(PATIENCE);
        assert!(lines.lock().bytes.is_empty());
    }

    #[test]
    fn lines_whose_write_fails_are_lost_and_told_of_later() {
        let (reader, asked, answer) = reader();
        let lines: &'static Lines = Box::leak(Box::new(Lines::new(true)));
        std::thread::spawn(|| {
            lines.write(reader, |lost| lines.add(format!("{lost} lost\n").as_bytes(), true))
        });
        lines.add(b"one\ntwo\n", false);
        assert_eq!(next(&asked), "one\ntwo\n");
        answer.send(Err(ErrorKind::WouldBlock.into())).unwrap();
        assert_eq!(next(&asked), "one\ntwo\n", "a reader that takes nothing now is asked again");
        answer.send(Err(ErrorKind::StorageFull.into())).unwrap();
        lines.add(b"three\n", false);
        assert_eq!(next(&asked), "three\n", "no word about it before a write succeeds");
        answer.send(Ok(())).unwrap();
        lines.add(b"four\n", false);
        assert_eq!(next(&asked), "four\n");
        answer.send(Ok(())).unwrap();
        assert_eq!(next(&asked), "2 lost\n");
        answer.send(Ok(())).unwrap();
    }
}

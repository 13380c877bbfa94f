//! The process itself, as Linux accounts for it.

use std::fmt;

use super::families::{PROCESS_CPU, PROCESS_FDS, PROCESS_MAX_FDS, PROCESS_MEMORY, PROCESS_THREADS};
use super::page::Page;

/// Figures of the process at the moment of a scrape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ProcessFigures {
    /// Seconds of CPU time.
    cpu: f64,
    /// Bytes of memory in use.
    memory: u64,
    /// Open files.
    files: u64,
    /// Most open files; `None` without a limit.
    most_files: Option<u64>,
    /// Threads.
    threads: u64,
}

impl ProcessFigures {
    /// Those of this process; `None` where the system does not tell.
    #[cfg(target_os = "linux")]
    pub(super) fn now() -> Option<Self> {
        use procfs::process::{LimitValue, Process};

        let process = Process::myself().ok()?;
        let stat = process.stat().ok()?;
        Some(Self {
            cpu: (stat.utime + stat.stime) as f64 / procfs::ticks_per_second() as f64,
            memory: stat.rss * procfs::page_size(),
            files: process.fd_count().ok()? as u64,
            most_files: match process.limits().ok()?.max_open_files.soft_limit {
                LimitValue::Value(most) => Some(most),
                LimitValue::Unlimited => None,
            },
            threads: u64::try_from(stat.num_threads).ok()?,
        })
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn now() -> Option<Self> {
        None
    }
}

pub(super) fn write(process: Option<ProcessFigures>, page: &mut Page<'_>) -> fmt::Result {
    page.family(&PROCESS_CPU, |mut samples| match process {
        Some(process) => samples.number(&[], process.cpu),
        None => Ok(()),
    })?;
    page.single(&PROCESS_MEMORY, process.map(|process| process.memory))?;
    page.single(&PROCESS_FDS, process.map(|process| process.files))?;
    page.single(&PROCESS_MAX_FDS, process.and_then(|process| process.most_files))?;
    page.single(&PROCESS_THREADS, process.map(|process| process.threads))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_seen() {
        let before = ProcessFigures::now().unwrap();
        let held = std::fs::File::open("/dev/null").unwrap();
        let more = vec![1_u8; 64 << 20];
        let after = ProcessFigures::now().unwrap();
        assert!(after.memory >= before.memory + (48 << 20), "{before:?} {after:?}");
        assert!(after.files > before.files && after.cpu >= before.cpu, "{before:?} {after:?}");
        assert!(after.threads >= 1 && after.most_files.is_none_or(|most| most >= after.files));
        drop((held, more));
    }
}

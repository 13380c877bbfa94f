//! Every family of metrics that `/metrics` shows, in its order: name, kind,
//! labels, meaning. The table in the documentation is held to this list, and so
//! are the dashboard and the alerts.
//!
//! Labels have few values: no serial number, no ONU, no path and no client is one.

use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;

/// How the values of a family behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows, from 0 at the start of the process.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by size, with their sum and number.
    Histogram,
    /// Always 1; its labels are what it says.
    Info,
}

/// One family of metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// How its values behave.
    pub kind: Kind,
    /// Its name as queries spell it; those of a histogram add `_bucket`, `_sum` and `_count`.
    pub name: &'static str,
    /// The labels of its samples, in their order.
    pub labels: &'static [&'static str],
    /// What it says.
    pub help: &'static str,
}

impl Family {
    /// The unit that its name ends with; everything else is a plain number.
    pub fn unit(&self) -> Option<&'static str> {
        let name = self.described_name();
        ["seconds", "bytes"].into_iter().find(|unit| name.ends_with(&format!("_{unit}")))
    }

    /// The names of its samples.
    pub fn sample_names(&self) -> Vec<String> {
        match self.kind {
            Kind::Histogram => {
                ["bucket", "sum", "count"].map(|part| format!("{}_{part}", self.name)).to_vec()
            }
            Kind::Counter | Kind::Gauge | Kind::Info => vec![self.name.to_owned()],
        }
    }

    /// The name in its `TYPE` line, where OpenMetrics leaves out the suffix of the kind.
    pub fn described_name(&self) -> &'static str {
        let suffix = match self.kind {
            Kind::Counter => "_total",
            Kind::Info => "_info",
            Kind::Gauge | Kind::Histogram => "",
        };
        self.name.strip_suffix(suffix).unwrap_or(self.name)
    }

    /// What the encoder wants: the name without the suffixes that it adds, and the unit.
    pub(super) fn encoded(&self) -> (&'static str, Option<Unit>) {
        let name = self.described_name();
        let unit = self.unit().and_then(|unit| Some((name.strip_suffix(unit)?.strip_suffix('_')?, unit)));
        match unit {
            Some((name, "seconds")) => (name, Some(Unit::Seconds)),
            Some((name, _)) => (name, Some(Unit::Bytes)),
            None => (name, None),
        }
    }

    pub(super) const fn metric_type(&self) -> MetricType {
        match self.kind {
            Kind::Counter => MetricType::Counter,
            Kind::Gauge => MetricType::Gauge,
            Kind::Histogram => MetricType::Histogram,
            Kind::Info => MetricType::Info,
        }
    }
}

/// One line per family: its kind, its name, its labels, what it says.
macro_rules! families {
    ($($id:ident, $kind:ident $name:literal [$($label:ident)*] $help:literal;)*) => {
        $(
            #[doc = $help]
            pub(super) const $id: Family =
                Family { kind: Kind::$kind, name: $name, labels: &[$(stringify!($label)),*], help: $help };
        )*

        /// Every family.
        pub const FAMILIES: &[Family] = &[$($id),*];
    };
}

families! {
    HTTP_REQUESTS, Counter "oltd_http_requests_total" [route method status] "Requests answered, by the template of their route (none where there is no such route), method (other for unusual ones) and status (cancelled where the client left first).";
    HTTP_DURATION, Histogram "oltd_http_request_duration_seconds" [route] "Time from a request's head to its answer's.";
    HTTP_IN_FLIGHT, Gauge "oltd_http_requests_in_flight" [] "Requests under way, this one included.";
    HTTP_LEFT_OUT, Counter "oltd_http_log_lines_left_out_total" [status] "Lines left out of the access log, by status: of refused requests only the first ones of a client are written.";

    OLT_REACHABLE, Gauge "oltd_olt_reachable" [olt side] "Whether the OLT answered last time: 1 or 0, by side (snmp, cli). Absent before the first try.";
    OLT_LAST_CONTACT, Gauge "oltd_olt_last_contact_timestamp_seconds" [olt] "When the OLT last answered on either side, as Unix time.";

    SNMP_PACKETS, Counter "oltd_snmp_packets_total" [olt] "Requests sent to the OLT, repeated ones and probes included.";
    SNMP_ANSWERS, Counter "oltd_snmp_answers_total" [olt] "Answers of the OLT, refusals included.";
    SNMP_VARBINDS, Counter "oltd_snmp_varbinds_total" [olt] "Variable bindings in its answers.";
    SNMP_TIMEOUTS, Counter "oltd_snmp_timeouts_total" [olt] "Packets whose time ran out before an answer came.";
    SNMP_WINDOW, Gauge "oltd_snmp_window" [olt] "Most requests in flight at once.";
    SNMP_IN_FLIGHT, Gauge "oltd_snmp_in_flight" [olt] "Requests in flight.";
    SNMP_WAITING, Gauge "oltd_snmp_waiting" [olt] "Requests that wait for the window.";
    SNMP_ROUND_TRIP, Gauge "oltd_snmp_round_trip_seconds" [olt] "The smoothed round trip that time-outs follow. Absent before the first answer.";
    SNMP_SPEED, Gauge "oltd_snmp_values_per_second" [olt group] "Values a second that the OLT's agent gives while it is busy, by what they cost it: state, names, optics, counters, other. Absent before it was asked for some.";
    SNMP_LATENCY, Histogram "oltd_snmp_latency_seconds" [olt] "Time from a packet to its answer.";

    CLI_COMMANDS, Counter "oltd_cli_commands_total" [olt] "Commands sent for callers.";
    CLI_FAILURES, Counter "oltd_cli_failures_total" [olt] "Commands without an answer to use: refused by the OLT, too late, or lost with their session.";
    CLI_LOGINS, Counter "oltd_cli_logins_total" [olt] "Successful logins.";
    CLI_SESSIONS, Gauge "oltd_cli_sessions" [olt] "Sessions that are open.";
    CLI_WAITING, Gauge "oltd_cli_waiting" [olt] "Callers that wait for a session.";
    CLI_QUEUE, Gauge "oltd_cli_queue" [olt] "Most callers that may wait; more are sent away.";
    CLI_LATENCY, Histogram "oltd_cli_latency_seconds" [olt] "Time from a command to the prompt behind its answer.";

    CACHE_READS, Counter "oltd_cache_reads_total" [kind level] "Readings served, by what was read and whence it came: memory, redis, olt (read for this caller), joined (another caller's reading was under way).";
    CACHE_ENTRIES, Gauge "oltd_cache_entries" [] "Readings in memory.";
    CACHE_BYTES, Gauge "oltd_cache_bytes" [] "Weight of the readings in memory.";
    REDIS_UP, Gauge "oltd_redis_up" [] "Whether Redis is in use: 1, or 0 while it is left alone after failures. Absent without Redis.";
    REDIS_ERRORS, Counter "oltd_redis_errors_total" [] "Operations that failed in Redis. Absent without Redis.";
    REDIS_SKIPPED, Counter "oltd_redis_skipped_total" [] "Operations left out while Redis is left alone. Absent without Redis.";

    READING_AGE, Gauge "oltd_reading_age_seconds" [olt kind] "Age of the newest whole reading of a kind.";
    ONUS, Gauge "oltd_onus" [olt pon state] "ONUs of a PON by state, from its newest whole reading.";
    ONUS_AGE, Gauge "oltd_onus_age_seconds" [olt pon] "Age of the reading that the ONUs of a PON were counted in.";

    HOLDS, Gauge "oltd_holds" [olt] "Holds that keep ONUs out of service, those that are being made included. Absent where another instance writes to the OLT.";

    CALLBACKS, Counter "oltd_callbacks_total" [outcome] "Tries to tell the end of a job to a callback_url, by outcome: delivered, failed (it is tried again), given_up.";
    CALLBACKS_WAITING, Gauge "oltd_callbacks_waiting" [] "Ends of jobs that are to be told, up to the 10000 that wait in memory.";

    TASKS, Gauge "oltd_tasks" [task] "Tasks that run beside the requests, writes among them, by name.";
    TASK_PANICS, Counter "oltd_task_panics_total" [task] "Tasks that panicked, by name: bugs, each told in the log. Those that go on for ever began anew.";

    PROCESS_CPU, Counter "process_cpu_seconds_total" [] "CPU time used, in user and system mode.";
    PROCESS_MEMORY, Gauge "process_resident_memory_bytes" [] "Memory in use.";
    PROCESS_FDS, Gauge "process_open_fds" [] "Open files and sockets.";
    PROCESS_MAX_FDS, Gauge "process_max_fds" [] "Most open files and sockets. Absent without a limit.";
    PROCESS_THREADS, Gauge "process_threads" [] "Threads.";
    PROCESS_START, Gauge "process_start_time_seconds" [] "When the server began, as Unix time.";
    LOG_LOST, Counter "oltd_log_lines_lost_total" [] "Log lines lost because whoever reads the log was too slow, or could not be written to.";
    BUILD, Info "oltd_build_info" [version] "What runs.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_the_rules_of_openmetrics() {
        let mut names = std::collections::BTreeSet::new();
        for family in FAMILIES {
            let Family { kind, name, help, .. } = *family;
            assert!(names.insert(name), "{name} twice");
            assert!(name.starts_with("oltd_") || name.starts_with("process_"), "{name}");
            assert_eq!(name.ends_with("_total"), kind == Kind::Counter, "{name}");
            assert_eq!(name.ends_with("_info"), kind == Kind::Info, "{name}");
            assert!(help.ends_with('.') && !help.contains(['\n', '|', '\\', '"']), "{name}: {help}");
        }
    }

    #[test]
    fn the_encoder_gets_name_and_unit() {
        for (family, described, encoded) in [
            (HTTP_REQUESTS, "oltd_http_requests", ("oltd_http_requests", None)),
            (PROCESS_CPU, "process_cpu_seconds", ("process_cpu", Some(Unit::Seconds))),
            (CACHE_BYTES, "oltd_cache_bytes", ("oltd_cache", Some(Unit::Bytes))),
            (BUILD, "oltd_build", ("oltd_build", None)),
            (SNMP_LATENCY, "oltd_snmp_latency_seconds", ("oltd_snmp_latency", Some(Unit::Seconds))),
        ] {
            assert_eq!((family.described_name(), family.encoded()), (described, encoded));
        }
        assert_eq!(CLI_LATENCY.sample_names()[2], "oltd_cli_latency_seconds_count");
    }
}

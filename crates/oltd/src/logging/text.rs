//! Log lines for files and journals, spelt as `tracing-subscriber` spells them.
//!
//! Its own format asks for a style before every word, also where there is none;
//! that took half of the time of a line, and a busy server writes 60,000 a second.

use std::fmt::{self, Debug, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// `2026-11-25T08:29:29.715193Z  INFO oltd::http::access: request http.status=200`
pub(super) struct Text;

impl<S, N> FormatEvent<S, N> for Text
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let meta = event.metadata();
        SystemTime.format_time(&mut out)?;
        write!(out, " {:>5} {}:", meta.level().as_str(), meta.target())?;
        let mut fields = Fields { out, written: Ok(()) };
        event.record(&mut fields);
        fields.written?;
        fields.out.write_char('\n')
    }
}

struct Fields<'a> {
    out: Writer<'a>,
    written: fmt::Result,
}

/// Text that may hold anything: what would move a terminal, or begin a line that
/// was never logged, is escaped.
struct Plain<'a, 'b>(&'a mut Writer<'b>);

impl fmt::Write for Plain<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !text.chars().any(char::is_control) {
            return self.0.write_str(text);
        }
        text.chars().try_for_each(|char| match char.is_control() {
            true => write!(self.0, "{}", char.escape_default()),
            false => self.0.write_char(char),
        })
    }
}

impl Fields<'_> {
    fn write(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        if self.written.is_ok() {
            self.written = match field.name() {
                // The message is not named.
                "message" => self.out.write_char(' '),
                name => self.named(name),
            }
            .and_then(|()| Plain(&mut self.out).write_fmt(value));
        }
    }

    fn named(&mut self, name: &str) -> fmt::Result {
        self.out.write_char(' ')?;
        self.out.write_str(name)?;
        self.out.write_char('=')
    }

    fn quoted(&mut self, name: &str, value: &str) -> fmt::Result {
        self.named(name)?;
        if value.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')) {
            self.out.write_char('"')?;
            self.out.write_str(value)?;
            return self.out.write_char('"');
        }
        write!(self.out, "{value:?}")
    }
}

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.write(field, format_args!("{value}"));
        } else if self.written.is_ok() {
            self.written = self.quoted(field.name(), value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.write(field, format_args!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::logging::written::Written;

    fn lines(subscriber: impl Subscriber + Send + Sync + 'static, written: &Written) -> Vec<String> {
        tracing::subscriber::with_default(subscriber, || {
            let (error, nothing) = (io::Error::other("say \"no\""), None::<u64>);
            let (text, status, took) = ("GET /a\\b\u{1b}[31m", 200_u16, 0.274);
            tracing::info!(
                http.path = text,
                http.status = status,
                duration_ms = took,
                nothing,
                ok = true,
                "request"
            );
            tracing::warn!(%error, ?error, client = %std::net::Ipv4Addr::LOCALHOST, "it failed: {}", 7);
            tracing::error!(name = "plain");
        });
        let written = written.text();
        // The time differs.
        written.lines().map(|line| line.split_at(27).1.to_owned()).collect()
    }

    #[test]
    fn nothing_logged_begins_a_line_of_its_own() {
        let written = Written::default();
        let build = tracing_subscriber::fmt().with_writer(written.clone()).event_format(Text).finish();
        tracing::subscriber::with_default(build, || {
            let evil = "a\n2026-01-01 INFO forged\u{1b}[2J";
            tracing::info!(text = evil, shown = %evil, "{evil}");
        });
        let written = written.text();
        assert_eq!(written.matches('\n').count(), 1, "{written}");
        assert!(!written.contains('\u{1b}'), "{written}");
    }

    #[test]
    fn as_the_usual_format_spells_it() {
        let (ours, usual) = (Written::default(), Written::default());
        let build =
            |written: &Written| tracing_subscriber::fmt().with_ansi(false).with_writer(written.clone());
        let lines_of_ours = lines(build(&ours).event_format(Text).finish(), &ours);
        assert_eq!(lines_of_ours.len(), 3, "{lines_of_ours:#?}");
        assert_eq!(lines_of_ours, lines(build(&usual).finish(), &usual));
    }
}

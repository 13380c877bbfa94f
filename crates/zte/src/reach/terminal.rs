//! How readings ask the command line.

use std::time::Duration;

use gpon::{Field, quoted};
use tokio::time::Instant;

use super::{Inner, Problems};
use crate::Trouble;
use crate::cli::show::{Parsed, Show, UnknownLine};
use crate::cli::{Cli, ReadTurn};
use crate::firmware::dialect::Dialect;

/// How long a reading waits for the command line, its queue included: below the
/// 90 s of a request. 64 callers with three commands of 0.3 s each are served in 60 s.
pub(crate) const PATIENCE: Duration = Duration::from_secs(80);

/// A place at the command line.
pub(crate) struct Asking {
    turn: ReadTurn,
    deadline: Instant,
}

impl Asking {
    /// Waits for a place.
    pub(crate) async fn begin(cli: &Cli, deadline: Instant) -> Result<Self, Trouble> {
        Ok(Self { turn: cli.read_turn(deadline).await?, deadline })
    }

    /// Sends one command for `fields`. Where the answer holds lines that no rule
    /// knows, more may be there than was understood, so these fields are uncertain.
    pub(crate) async fn ask<S: Show>(
        &mut self,
        show: &S,
        fields: &[Field],
        problems: &mut Problems,
    ) -> Result<S::Rows, Trouble> {
        let Parsed { rows, unknown } = self.answer(show).await?;
        note_unknown(&self.line(show), unknown, fields, problems);
        Ok(rows)
    }

    /// What the OLT speaks.
    pub(crate) fn dialect(&self) -> &'static Dialect {
        self.turn.dialect()
    }

    /// The line of a command, as it is sent.
    pub(crate) fn line<S: Show>(&self, show: &S) -> String {
        show.line_in(self.turn.dialect())
    }

    /// Sends one command; what to make of lines that no rule knows is for the caller.
    pub(crate) async fn answer<S: Show>(&mut self, show: &S) -> Result<Parsed<S::Rows>, Trouble> {
        self.turn.ask(show, self.deadline).await
    }
}

/// Notes that these fields are uncertain, for each line of an answer that no rule knows.
pub(crate) fn note_unknown(
    command: &str,
    unknown: Vec<UnknownLine>,
    fields: &[Field],
    problems: &mut Problems,
) {
    for line in unknown {
        let place = format!("line {} of the answer to `{command}`", line.line);
        for field in fields {
            problems.uncertain(*field, format!("{place}: {}: {}", line.reason, quoted(line.text.trim())));
        }
    }
}

impl Inner {
    /// Sends one command, in a place of its own.
    ///
    /// # Errors
    /// [`Trouble::NoCli`], and whatever goes wrong there.
    pub(crate) async fn ask<S: Show>(
        &self,
        show: &S,
        fields: &[Field],
        problems: &mut Problems,
    ) -> Result<S::Rows, Trouble> {
        self.asking().await?.ask(show, fields, problems).await
    }

    /// Waits for a place at its command line, for several commands.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub(crate) async fn asking(&self) -> Result<Asking, Trouble> {
        let cli = self.cli.as_ref().ok_or(Trouble::NoCli)?;
        Asking::begin(cli, Instant::now() + PATIENCE).await
    }
}

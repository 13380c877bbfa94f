//! SNMP and the command line asked at once: which command is sent next.

use gpon::Field;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::MOST_COMMANDS;
use super::command::{Answers, Command};
use crate::Trouble;
use crate::cli::Cli;
use crate::reach::terminal::Asking;

/// How long a place at the command line is held for SNMP to say whether an ONU
/// is in service, before a command goes to that ONU. SNMP answers in less or is in trouble.
const STATE: Duration = Duration::from_secs(1);

/// What is left for the command line to tell, by what SNMP has said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Missing {
    /// The fields that SNMP lacks.
    pub(super) fields: Vec<Field>,
    /// Whether the ONU, or any of a port, is in service.
    pub(super) online: Option<bool>,
    /// Commands that went to the list of ONUs already, where no table names them.
    pub(super) spent: usize,
}

/// The command line, which is asked while SNMP is.
pub(super) struct CommandLine<'a> {
    pub(super) cli: &'a Cli,
    pub(super) deadline: Instant,
    /// The commands to choose from, in order.
    pub(super) commands: &'a [Command],
    /// Whether what may wait for the next reading has waited already.
    pub(super) owed: bool,
    /// What is known to be left before SNMP is asked.
    pub(super) ahead: Missing,
    /// What is left once SNMP has ended.
    pub(super) told: watch::Receiver<Option<Missing>>,
}

/// Whether no other command is worth a try: the session is lost or the time is
/// over. An answer that is missing or strange is that of one command.
fn ends_asking(trouble: &Trouble) -> bool {
    !matches!(trouble, Trouble::Refused { .. } | Trouble::UnexpectedReply(_) | Trouble::UnprovenNone { .. })
}

impl CommandLine<'_> {
    /// Asks for what is known to be left, and in the same place for what SNMP
    /// turns out to lack meanwhile.
    ///
    /// # Errors
    /// [`Trouble::Busy`] alone: an overload is for the caller to know. Everything else is among the answers.
    pub(super) async fn ahead(&mut self, answers: &mut Answers) -> Result<(), Trouble> {
        if self.next(answers).is_some() { self.place(answers).await } else { Ok(()) }
    }

    /// Asks for what is left now that SNMP has ended.
    ///
    /// # Errors
    /// As [`ahead`](Self::ahead).
    pub(super) async fn afterwards(&mut self, answers: &mut Answers) -> Result<(), Trouble> {
        // Where the command line failed once, it is not tried again for the same reading.
        let down = answers.failed.iter().any(|(_, trouble)| ends_asking(trouble));
        if down || self.next(answers).is_none() { Ok(()) } else { self.place(answers).await }
    }

    async fn place(&mut self, answers: &mut Answers) -> Result<(), Trouble> {
        let mut asking = match Asking::begin(self.cli, self.deadline).await {
            Ok(asking) => asking,
            Err(busy @ Trouble::Busy { .. }) => return Err(busy),
            Err(trouble) => {
                let fields = self.missing().fields;
                answers.failed.extend(fields.into_iter().map(|field| (field, trouble.clone())));
                return Ok(());
            }
        };
        while let Some(mut command) = self.next(answers) {
            if command.is_remote() && self.online(answers, command).is_none() && self.told.borrow().is_none()
            {
                let told = self.told.wait_for(Option::is_some);
                drop(tokio::time::timeout(STATE, told).await);
                match self.next(answers) {
                    Some(now) => command = now,
                    None => break,
                }
            }
            if let Err(trouble) = answers.ask(command, &mut asking).await
                && ends_asking(&trouble)
            {
                // So is what is missing.
                let missing = self.missing().fields.into_iter();
                let lost = missing.filter(|field| !answers.knows(*field)).collect::<Vec<_>>();
                answers.failed.extend(lost.into_iter().map(|field| (field, trouble.clone())));
                break;
            }
        }
        Ok(())
    }

    /// What is left, as far as SNMP has said.
    pub(super) fn missing(&self) -> Missing {
        self.told.borrow().clone().unwrap_or_else(|| self.ahead.clone())
    }

    fn online(&self, answers: &Answers, command: Command) -> Option<bool> {
        let of = match command {
            Command::OnuRx(_) | Command::OnuTx(_) | Command::OltRx(_) => None,
            of_onu => of_onu.onu().and_then(|at| answers.online(at)),
        };
        of.or(self.missing().online)
    }

    /// The next command, if there is anything left that one may answer.
    fn next(&self, answers: &Answers) -> Option<Command> {
        let missing = self.missing();
        if answers.sent.len() + missing.spent >= MOST_COMMANDS {
            return None;
        }
        let wanted = |field: &&Field| missing.fields.contains(*field) && !answers.answered.contains(*field);
        let fits = |command: &&Command| {
            let pointless = command.needs_service() && self.online(answers, **command) == Some(false);
            let waits = command.may_wait() && !self.owed && !answers.sent.is_empty();
            !pointless
                && !waits
                && !answers.sent.contains(command)
                && command.fields().iter().any(|field| wanted(&field))
        };
        self.commands.iter().find(fits).copied()
    }
}

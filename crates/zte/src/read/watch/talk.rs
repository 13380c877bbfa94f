//! SNMP and the command line asked at once: which command is sent next.

use gpon::Field;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::MOST_COMMANDS;
use super::command::{Command, Heard};
use crate::Trouble;
use crate::cli::Cli;
use crate::reach::terminal::Asking;

/// How long a place at the command line is held for SNMP to say whether an ONU
/// is in service, before a command goes to that ONU. SNMP answers in less or is in trouble.
const STATE: Duration = Duration::from_secs(1);

/// What is left for the command line, by what SNMP has said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Left {
    /// The fields that SNMP lacks.
    pub(super) fields: Vec<Field>,
    /// Whether the ONU, or any of a port, is in service.
    pub(super) online: Option<bool>,
    /// Commands that went to the list of ONUs already, where no table names them.
    pub(super) spent: usize,
}

/// A talk with the command line while SNMP is asked.
pub(super) struct Talk<'a> {
    pub(super) cli: &'a Cli,
    pub(super) deadline: Instant,
    /// The commands to choose from, in order.
    pub(super) commands: &'a [Command],
    /// Whether what may wait for the next reading has waited already.
    pub(super) owed: bool,
    /// What is known to be left before SNMP is asked.
    pub(super) ahead: Left,
    /// What is left once SNMP has ended.
    pub(super) told: watch::Receiver<Option<Left>>,
}

/// Whether no other command is worth a try: the session is lost or the time is
/// over. An answer that is missing or strange is that of one command.
fn ends_talk(trouble: &Trouble) -> bool {
    !matches!(trouble, Trouble::Refused { .. } | Trouble::UnexpectedReply(_) | Trouble::UnprovenNone { .. })
}

impl Talk<'_> {
    /// Asks for what is known to be left, and in the same place for what SNMP
    /// turns out to lack meanwhile.
    ///
    /// # Errors
    /// [`Trouble::Busy`] alone: an overload is for the caller to know. Everything else is heard.
    pub(super) async fn ahead(&mut self, heard: &mut Heard) -> Result<(), Trouble> {
        if self.next(heard).is_some() { self.place(heard).await } else { Ok(()) }
    }

    /// Asks for what is left now that SNMP has ended.
    ///
    /// # Errors
    /// As [`ahead`](Self::ahead).
    pub(super) async fn afterwards(&mut self, heard: &mut Heard) -> Result<(), Trouble> {
        // Where the command line failed once, it is not tried again for the same reading.
        let down = heard.failed.iter().any(|(_, trouble)| ends_talk(trouble));
        if down || self.next(heard).is_none() { Ok(()) } else { self.place(heard).await }
    }

    async fn place(&mut self, heard: &mut Heard) -> Result<(), Trouble> {
        let mut asking = match Asking::begin(self.cli, self.deadline).await {
            Ok(asking) => asking,
            Err(busy @ Trouble::Busy { .. }) => return Err(busy),
            Err(trouble) => {
                let fields = self.left().fields;
                heard.failed.extend(fields.into_iter().map(|field| (field, trouble.clone())));
                return Ok(());
            }
        };
        while let Some(mut command) = self.next(heard) {
            if command.is_remote() && self.online(heard, command).is_none() && self.told.borrow().is_none() {
                let told = self.told.wait_for(Option::is_some);
                drop(tokio::time::timeout(STATE, told).await);
                match self.next(heard) {
                    Some(now) => command = now,
                    None => break,
                }
            }
            if let Err(trouble) = heard.ask(command, &mut asking).await
                && ends_talk(&trouble)
            {
                // So is what is left.
                let left = self.left().fields.into_iter();
                let lost = left.filter(|field| !heard.knows(*field)).collect::<Vec<_>>();
                heard.failed.extend(lost.into_iter().map(|field| (field, trouble.clone())));
                break;
            }
        }
        Ok(())
    }

    /// What is left, as far as SNMP has said.
    pub(super) fn left(&self) -> Left {
        self.told.borrow().clone().unwrap_or_else(|| self.ahead.clone())
    }

    fn online(&self, heard: &Heard, command: Command) -> Option<bool> {
        let of = match command {
            Command::OnuRx(_) | Command::OnuTx(_) | Command::OltRx(_) => None,
            of_onu => of_onu.onu().and_then(|at| heard.online(at)),
        };
        of.or(self.left().online)
    }

    /// The next command, if there is anything left that one may answer.
    fn next(&self, heard: &Heard) -> Option<Command> {
        let left = self.left();
        if heard.sent.len() + left.spent >= MOST_COMMANDS {
            return None;
        }
        let wanted = |field: &&Field| left.fields.contains(*field) && !heard.answered.contains(*field);
        let fits = |command: &&Command| {
            let pointless = command.needs_service() && self.online(heard, **command) == Some(false);
            let waits = command.may_wait() && !self.owed && !heard.sent.is_empty();
            !pointless
                && !waits
                && !heard.sent.contains(command)
                && command.fields().iter().any(|field| wanted(&field))
        };
        self.commands.iter().find(fits).copied()
    }
}

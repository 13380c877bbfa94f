use jiff::civil::DateTime;

use super::Device;

/// Somebody who is logged in at the command line (fact sheet, CLI §4.1, `show users`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The user.
    pub user: String,
    /// Where from.
    pub address: String,
    /// Since when.
    pub since: DateTime,
}

impl Device {
    /// Somebody has logged in over telnet.
    pub(crate) fn log_in(&mut self, session: u64, address: String) {
        let person = Person { user: self.cli.user.clone(), address, since: self.time() };
        self.people.insert(session, person);
    }

    /// A session is over.
    pub(crate) fn log_out(&mut self, session: u64) {
        self.people.remove(&session);
    }

    /// Everybody who is logged in, those of telnet first, each with the number of the session.
    pub(crate) fn logged_in(&self) -> impl Iterator<Item = (Option<u64>, &Person)> {
        let own = self.people.iter().map(|(session, person)| (Some(*session), person));
        own.chain(self.others.iter().map(|person| (None, person)))
    }
}

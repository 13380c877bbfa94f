//! `show users` and `who` (fact sheet, CLI §4.1). The sheet has the rows alone, and of `who`
//! only that it tells the same.

use std::fmt::Write;

use crate::cli::{Answer, Ask, Command, Slow};

pub(super) const COMMANDS: &[Command] = &[
    Command { syntax: "show users", slow: Slow::Simple, run },
    Command { syntax: "who", slow: Slow::Simple, run },
];

/// The line of the first session over telnet.
const FIRST_LINE: usize = 66;

fn row(own: bool, vty: usize, user: &str, seconds: i64, address: &str) -> String {
    let mark = if own { '*' } else { ' ' };
    let time = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{mark}{:>4} vty {vty:<4}{user:<3}  {time}  self  {address}", FIRST_LINE + vty)
}

fn run(ask: &Ask<'_>) -> Answer {
    let mut text = String::new();
    for (vty, (session, person)) in ask.device.logged_in().enumerate() {
        let seconds = ask.device.time().duration_since(person.since).as_secs().max(0);
        let own = session == Some(ask.session);
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{}", row(own, vty, &person.user, seconds, &person.address));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::fixture;

    #[test]
    fn rows() {
        let other = row(false, 0, "zte", 25 * 60 + 25, "10.60.183.147");
        let own = row(true, 1, "noc", 0, "192.0.2.7");
        assert_eq!(format!("{other}\n{own}\n"), fixture("c320-v2.1.0/show-users.txt"));
        let long = row(false, 10, "administrator", 90_000, "192.0.2.1");
        assert_eq!(long, "   76 vty 10  administrator  25:00:00  self  192.0.2.1");
        assert!(row(true, 1, "zte", 0, "192.0.2.1").starts_with("*  67 vty 1   zte  00:00:00  self  "));
    }
}

use serde::Serialize;

use super::Parsed;
use super::typed::list_of;
use crate::cli::text::answer::{Notes, lines};

/// Somebody who is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct UserRow {
    /// His line (`66 vty 0`).
    pub(crate) line: String,
    /// His name.
    pub(crate) user: String,
    /// From where, as the OLT writes it.
    pub(crate) from: String,
    /// Whether it is the session that asks.
    pub(crate) own: bool,
}

/// Rows as `   66 vty 0   zte  00:25:25  self  10.60.183.147`, of which the session's own
/// begins with `*` (fact sheet, CLI §4.1). Whether a heading stands above them is not known.
fn users(text: &str) -> Parsed<Vec<UserRow>> {
    let (mut rows, mut notes) = (Vec::new(), Notes::default());
    for line in lines(text).filter(|line| !line.is_rule()) {
        let (own, rest) = match line.trimmed().strip_prefix('*') {
            Some(rest) => (true, rest),
            None => (false, line.trimmed()),
        };
        let words: Vec<&str> = rest.split_whitespace().collect();
        match words.as_slice() {
            [number, kind, index, user, .., from]
                if number.bytes().all(|byte| byte.is_ascii_digit())
                    && index.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                let (line, user) = (format!("{number} {kind} {index}"), (*user).to_owned());
                rows.push(UserRow { line, user, from: (*from).to_owned(), own });
            }
            _ => notes.unknown(line),
        }
    }
    notes.with(rows)
}

list_of!(
    /// `show users`: who is logged in (fact sheet, CLI §4.1).
    ShowUsers,
    "show users",
    UserRow,
    users
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::Show;

    #[test]
    fn rows_and_the_own_one() {
        let text = "   66 vty 0   zte  00:25:25  self  10.60.183.147\n*  67 vty 1   noc  00:00:00  self  192.0.2.7\n";
        let Parsed { rows, unknown } = ShowUsers::parse(text);
        assert_eq!(unknown, []);
        let shown: Vec<_> = rows.iter().map(|row| (row.user.as_str(), row.from.as_str(), row.own)).collect();
        assert_eq!(shown, [("zte", "10.60.183.147", false), ("noc", "192.0.2.7", true)]);
        assert_eq!(rows[1].line, "67 vty 1");
        let headed = ShowUsers::parse(&format!("Line  User\n{text}"));
        assert_eq!((headed.rows.len(), headed.unknown.len()), (2, 1));
    }
}

//! Prompts (fact sheet, CLI §1.4): `<hostname>[(<mode>)]<#|>>`, nothing after it;
//! and what a login asks.

use std::fmt;

use crate::firmware::dialect::Prompts;

/// Where the command line stands, as its prompt says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) enum Mode {
    /// `ZXAN>`
    User,
    /// `ZXAN#`
    Enabled,
    /// `ZXAN(config)#` and every mode below it, by the text in its parentheses.
    In(String),
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User => f.write_str(">"),
            Self::Enabled => f.write_str("#"),
            Self::In(mode) => write!(f, "({mode})#"),
        }
    }
}

/// The letters of a hostname: by the sheet letters, digits, `.`, `_` and `-`, but
/// sites have others, such as `/`, `(`, `@` and `:`. Blanks are not among them, or
/// every line of a banner could be one.
fn hostname(prompts: &Prompts, c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && ![prompts.user, prompts.enabled].contains(&c)
}

/// The hostname and the mode of a landing prompt, when the line is one. No
/// session begins in a mode with parentheses: those belong to the name.
pub(crate) fn landing<'a>(prompts: &Prompts, line: &'a str) -> Option<(&'a str, Mode)> {
    let line = line.trim_end();
    let (host, mode) = match (line.strip_suffix(prompts.user), line.strip_suffix(prompts.enabled)) {
        (Some(host), _) => (host, Mode::User),
        (_, Some(host)) => (host, Mode::Enabled),
        _ => return None,
    };
    // A line of signs alone belongs to a banner.
    let named = host.chars().all(|c| hostname(prompts, c)) && host.contains(char::is_alphanumeric);
    named.then_some((host, mode))
}

/// The hostname of a landing prompt with this command behind it.
pub(crate) fn echoing<'a>(prompts: &Prompts, line: &'a str, command: &str) -> Option<&'a str> {
    landing(prompts, line.trim_end().strip_suffix(command)?).map(|(host, _)| host)
}

/// Whether a line asks for the user.
pub(crate) fn asks_name(prompts: &Prompts, line: &str) -> bool {
    let Some(question) = question(line) else { return false };
    // `north login:`; but `Last login:` is told, not asked.
    let of_host = |host: &str| !host.contains(char::is_whitespace) && host != "last";
    prompts.names.contains(&question.as_str()) || question.strip_suffix(" login").is_some_and(of_host)
}

/// Whether a line asks for the password.
pub(crate) fn asks_password(prompts: &Prompts, line: &str) -> bool {
    question(line).is_some_and(|question| prompts.passwords.contains(&question.as_str()))
}

fn question(line: &str) -> Option<String> {
    Some(line.trim().strip_suffix(':')?.trim_end().to_ascii_lowercase())
}

/// Whether a line that stands there for long waits for something to be typed.
pub(crate) fn asks(prompts: &Prompts, line: &str) -> bool {
    line.trim_end().ends_with([':', '?', prompts.user, prompts.enabled, ')', ']'])
}

/// The mode, when the whole line is a prompt of this host.
pub(crate) fn mode(prompts: &Prompts, line: &str, host: &str) -> Option<Mode> {
    let (mode, rest) = split(prompts, line, host)?;
    rest.trim_end().is_empty().then_some(mode)
}

/// The mode and what stands behind the prompt, when the line begins with one.
pub(crate) fn split<'a>(prompts: &Prompts, line: &'a str, host: &str) -> Option<(Mode, &'a str)> {
    let rest = line.strip_prefix(host)?;
    if let Some(rest) = rest.strip_prefix(prompts.enabled) {
        return Some((Mode::Enabled, rest));
    }
    if let Some(rest) = rest.strip_prefix(prompts.user) {
        return Some((Mode::User, rest));
    }
    let (mode, rest) = rest.strip_prefix(prompts.brackets.0)?.split_once(prompts.brackets.1)?;
    let rest = rest.strip_prefix([prompts.enabled, prompts.user])?;
    Some((Mode::In(mode.to_owned()), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::firmware::dialect::C3XX;

    const P: &Prompts = &C3XX.prompts;

    #[test]
    fn prompts_and_what_only_looks_like_one() {
        assert_eq!(landing(P, "ZXAN#"), Some(("ZXAN", Mode::Enabled)));
        assert_eq!(landing(P, "PORT-OLT1.c_300> "), Some(("PORT-OLT1.c_300", Mode::User)));
        for name in ["OLT/1", "OLT(north)", "noc@OLT", "OLT:1", "[OLT]", "OLT\u{e9}", "a/b(c@d:e)"] {
            let prompt = format!("{name}#");
            assert_eq!(landing(P, &prompt), Some((name, Mode::Enabled)));
            assert_eq!(mode(P, &prompt, name), Some(Mode::Enabled));
            assert_eq!(mode(P, &format!("{name}(config-if)#"), name), Some(Mode::In("config-if".into())));
            assert_eq!(echoing(P, &format!("{prompt}show card"), "show card"), Some(name));
        }
        for line in ["#", "########", "ZXAN", "ZXAN# x", "my olt#", "* ZXAN >", "Username:", ""] {
            assert_eq!(landing(P, line), None, "{line}");
        }
        assert_eq!(
            mode(P, "ZXAN(gpon-onu-mng 1/1/1:15)#", "ZXAN"),
            Some(Mode::In("gpon-onu-mng 1/1/1:15".into()))
        );
        assert_eq!(mode(P, "ZXAN(config)# ", "ZXAN"), Some(Mode::In("config".into())));
        for line in ["ZXAN", "ZXAN#x", "OTHER#", "ZXANN#", " ZXAN#", "ZXAN(config#", "ZXAN(config)"] {
            assert_eq!(mode(P, line, "ZXAN"), None, "{line}");
        }
        assert_eq!(split(P, "ZXAN#show card", "ZXAN"), Some((Mode::Enabled, "show card")));
    }

    #[test]
    fn what_a_login_asks() {
        for line in ["Username:", "  Username: ", "login:", "LOGIN:", "User Name:", "north login:", "user:"] {
            assert!(asks_name(P, line) && !asks_password(P, line), "{line}");
        }
        for line in ["Password:", " password : ", "Enter Password:"] {
            assert!(asks_password(P, line) && !asks_name(P, line), "{line}");
        }
        for line in ["Last login:", "Username", "New password:", "Old password:", "your login:x", "see login"]
        {
            assert!(!asks_name(P, line) && !asks_password(P, line), "{line}");
        }
    }
}

//! Prompts (fact sheet, CLI §1.4): `<hostname>[(<mode>)]<#|>>`, nothing after it.

use std::fmt;

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

/// The letters of a hostname (§1.4).
fn hostname(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// The hostname and the mode of a landing prompt, when the line is one.
pub(crate) fn landing(line: &str) -> Option<(&str, Mode)> {
    let end = line.find(|c| !hostname(c)).filter(|end| *end > 0)?;
    let (host, rest) = line.split_at(end);
    match rest.trim_end() {
        ">" => Some((host, Mode::User)),
        "#" => Some((host, Mode::Enabled)),
        _ => None,
    }
}

/// The mode, when the whole line is a prompt of this host.
pub(crate) fn mode(line: &str, host: &str) -> Option<Mode> {
    let (mode, rest) = split(line, host)?;
    rest.trim_end().is_empty().then_some(mode)
}

/// The mode and what stands behind the prompt, when the line begins with one.
pub(crate) fn split<'a>(line: &'a str, host: &str) -> Option<(Mode, &'a str)> {
    let rest = line.strip_prefix(host)?;
    if let Some(rest) = rest.strip_prefix('#') {
        return Some((Mode::Enabled, rest));
    }
    if let Some(rest) = rest.strip_prefix('>') {
        return Some((Mode::User, rest));
    }
    let (mode, rest) = rest.strip_prefix('(')?.split_once(')')?;
    let rest = rest.strip_prefix(['#', '>'])?;
    Some((Mode::In(mode.to_owned()), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_and_what_only_looks_like_one() {
        assert_eq!(landing("ZXAN#"), Some(("ZXAN", Mode::Enabled)));
        assert_eq!(landing("PORT-OLT1.c_300> "), Some(("PORT-OLT1.c_300", Mode::User)));
        for line in ["#", "ZXAN", "ZXAN# x", "my olt#", "ZXAN(config)#", "Username:", ""] {
            assert_eq!(landing(line), None, "{line}");
        }
        assert_eq!(
            mode("ZXAN(gpon-onu-mng 1/1/1:15)#", "ZXAN"),
            Some(Mode::In("gpon-onu-mng 1/1/1:15".into()))
        );
        assert_eq!(mode("ZXAN(config)# ", "ZXAN"), Some(Mode::In("config".into())));
        for line in ["ZXAN", "ZXAN#x", "OTHER#", "ZXANN#", " ZXAN#", "ZXAN(config#", "ZXAN(config)"] {
            assert_eq!(mode(line, "ZXAN"), None, "{line}");
        }
        assert_eq!(split("ZXAN#show card", "ZXAN"), Some((Mode::Enabled, "show card")));
    }
}

//! Passwords that stand in configurations.

use serde::{Serialize, Serializer};

/// A password of a configuration: shown as `***` wherever it is printed or serialised.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Password(String);

impl Password {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The password itself. Nothing but tests needs it until configurations are restored.
    #[cfg(test)]
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Password {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

/// A line of configuration with its secrets hidden: the word after `password`,
/// `pw`, `community` and the like; after `key`, and after a user's name, the rest of the line.
pub(super) fn masked(line: &str) -> String {
    let indent = line.len() - line.trim_start().len();
    let mut shown = Vec::new();
    let mut words = line.split_whitespace();
    let mut first = true;
    let mut hidden = false;
    while let Some(word) = words.next() {
        shown.push(word);
        let secret = match word {
            "password" | "pw" | "community" | "secret" | "user-password" | "auth-password"
            | "priv-password" => words.next().is_some(),
            "key" | "passphrase" => words.by_ref().count() > 0,
            "username" if first => {
                shown.extend(words.next());
                words.by_ref().count() > 0
            }
            _ => false,
        };
        if secret {
            shown.push("***");
            hidden = true;
        }
        first = false;
    }
    if !hidden {
        return line.to_owned();
    }
    format!("{}{}", &line[..indent], shown.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden() {
        for (line, shown) in [
            (
                "  wan-ip 1 mode pppoe username u password p host 1",
                "  wan-ip 1 mode pppoe username u password *** host 1",
            ),
            ("username zte privilege 15 0123", "username zte ***"),
            ("snmp-server community s view v", "snmp-server community *** view v"),
            ("ssid auth wpa wifi_0/1 wpa2-psk key a b c", "ssid auth wpa wifi_0/1 wpa2-psk key ***"),
            ("onu 1 type X pw P", "onu 1 type X pw ***"),
            ("password", "password"),
            ("", ""),
        ] {
            assert_eq!(masked(line), shown);
        }
        assert_eq!(format!("{:?}", Password::new("x")), "***");
        assert_eq!(serde_json::to_string(&Password::new("x")).unwrap(), "\"***\"");
    }
}

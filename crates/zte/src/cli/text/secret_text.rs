//! Lines of a configuration that remember their secrets.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, Serializer};

use super::password::masked;

/// A line of a configuration. Wherever it is printed, logged or serialised its
/// secrets are `***`; only [`expose`](Self::expose) has them.
#[derive(Clone)]
pub(crate) struct SecretText {
    shown: String,
    /// The line as it stood there, where that is not what is shown.
    whole: Option<SecretString>,
}

impl SecretText {
    /// A line with whatever secrets it holds.
    pub(crate) fn of(line: &str) -> Self {
        Self::standing_for(line, line)
    }

    /// A line without secrets, whatever its words look like.
    pub(in crate::cli) fn plain(line: &str) -> Self {
        Self { shown: line.to_owned(), whole: None }
    }

    /// `line`, some secrets of which may be hidden already; `whole` is what stood there.
    pub(in crate::cli) fn standing_for(line: &str, whole: &str) -> Self {
        let shown = masked(line);
        let whole = (shown != whole).then(|| SecretString::from(whole));
        Self { shown, whole }
    }

    /// What may be shown of it.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// The line as the device shows it, secrets included, for sending it back:
    /// [`gpon::text::bytes`] has its bytes.
    pub(crate) fn expose(&self) -> &str {
        self.whole.as_ref().map_or(&self.shown, ExposeSecret::expose_secret)
    }
}

/// Two lines are one if their secrets are, too.
impl PartialEq for SecretText {
    fn eq(&self, other: &Self) -> bool {
        let whole = |text: &Self| text.whole.as_ref().map(|whole| whole.expose_secret().to_owned());
        self.shown == other.shown && whole(self) == whole(other)
    }
}

impl Eq for SecretText {}

impl fmt::Display for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.shown, f)
    }
}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::super::config_reader::{Asked, blocks};
    use super::super::secret_words::secrets;
    use super::*;

    fn forms(text: &SecretText) -> [String; 4] {
        let json = serde_json::to_string(text).unwrap();
        [text.to_string(), format!("{text:?}"), format!("{text:#?}"), json]
    }

    #[test]
    fn no_form_of_a_line_shows_its_secret() {
        for line in [
            "  wan-ip 1 mode pppoe username u password Qx7 host 1",
            "username zte privilege 15 Qx7",
            "username a password 7 Qx7 privilege 15",
            "enable secret level 15 5 Qx7",
            "snmp-server community Qx7 view v",
            "snmp-server host 192.0.2.7 trap version 2c Qx7 udp-port 162",
            "snmp-server user u g v3 encrypted auth md5 Qx7 priv des56 Qx7",
            "tacacs-server host 192.0.2.9 key Qx7 port 49 timeout 5",
            "radius server 1 authentication host 192.0.2.8 master key Qx7",
            "ntp authentication-key 1 md5 Qx7",
            "ssid auth wpa wifi_0/1 wpa2-psk encrypt aes key Qx7",
            "ssid auth wep wifi_0/1 open-system key1 Qx7",
            "voip-ip mode pppoe auth-user u auth-pwd Qx7 host 2",
            "sip-service pots_0/1 profile S userid 1 username 1 password Qx7 media-profile M",
            "tr069-mgmt 1 acs http://u:Qx7@acs.example.net:7547/ validate basic username a password Qx7",
            "onu 1 type X pw Qx7",
            "onu 1 type X loid Qx7 password Qx7",
            "\tpassword\tQx7 ñ \u{ef80}  ",
        ] {
            let text = SecretText::of(line);
            for form in forms(&text) {
                assert!(form.contains("***") && !form.contains("Qx7"), "{form}");
            }
            assert_eq!(text.expose(), line);
            assert_ne!(text, SecretText::of(&line.replace("Qx7", "Qx8")), "one secret is not the other");
        }
    }

    #[test]
    fn a_configuration_remembers_what_it_hides() {
        let lines = ["  snmp-server community Qx7 view v", "  key Qx7  "];
        let text = format!("interface gpon-onu_1/1/2:5\n{}\n{}\n!\nend\n", lines[0], lines[1]);
        let onu = blocks(&text, Asked::Onu).rows.onus.remove(0);
        assert!(!format!("{onu:?}{}", serde_json::to_string(&onu).unwrap()).contains("Qx7"));
        assert_eq!(onu.other.iter().map(SecretText::expose).collect::<Vec<_>>(), lines);

        let text = "enable secret 5 Qx7\nnull-block\n  password Qx7\nbanner login @\npassword Qx7\n@\nend\n";
        let config = blocks(text, Asked::Whole).rows;
        assert!(!format!("{config:?}{}", serde_json::to_string(&config).unwrap()).contains("secret 5 Qx7"));
        let all = config.other.iter().flat_map(|block| std::iter::once(&block.head).chain(&block.lines));
        let exposed: String = all.map(|line| format!("{}\n", line.expose())).collect();
        assert_eq!(format!("{exposed}end\n"), text);
    }

    /// Nothing tells whether the second line is the rest of a secret in the first, so it is hidden whole.
    #[test]
    fn the_rest_of_a_hidden_line_is_remembered() {
        let full = format!("foo {} password hid", "a".repeat(63));
        let config = blocks(&format!("{full}\nnetwork den\nend\n"), Asked::Whole).rows;
        let all: Vec<_> =
            config.other.iter().flat_map(|block| std::iter::once(&block.head).chain(&block.lines)).collect();
        let exposed: String = all.iter().map(|line| line.expose()).collect();
        assert_eq!(exposed, format!("{full}network den"));
        assert!(!format!("{all:?}").contains("hid"), "{all:?}");
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_given_back(line in "(password|pw|key|username|snmp-server|community|auth|md5|host|loid|[ -~]{0,9}|\\t|ñ| |http://u:p@h){0,12}") {
            let text = SecretText::of(&line);
            proptest::prop_assert_eq!(text.expose(), line.as_str());
            let hidden = secrets(&line);
            proptest::prop_assert_eq!(serde_json::to_value(&text).unwrap(), masked(&line));
            proptest::prop_assert_eq!(text.to_string() == line, hidden.iter().all(|at| &line[at.clone()] == "***"));
        }
    }
}

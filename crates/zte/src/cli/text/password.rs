//! Passwords that stand in configurations.

use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, Serializer};

use super::secret_words::secrets;

/// What stands in place of a secret.
const HIDDEN: &str = "***";

/// A password of a configuration: shown as `***` wherever it is printed or serialised.
#[derive(Clone)]
pub(crate) struct Password(SecretString);

impl Password {
    pub(in crate::cli) fn new(text: &str) -> Self {
        Self(SecretString::from(text))
    }

    /// The password itself.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for Password {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Password {}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for Password {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

/// A line of configuration with its secrets hidden, all else as it was.
pub(in crate::cli) fn masked(line: &str) -> String {
    masked_from(line, 0)
}

/// What stands in `line` from byte `from` on, with the secrets of the whole line hidden.
pub(in crate::cli) fn masked_from(line: &str, from: usize) -> String {
    let mut shown = String::new();
    let mut at = from;
    for secret in secrets(line).into_iter().filter(|secret| secret.end > from) {
        shown.push_str(line.get(at..secret.start).unwrap_or_default());
        shown.push_str(HIDDEN);
        at = secret.end;
    }
    shown.push_str(line.get(at..).unwrap_or_default());
    shown
}

/// What stands in `line` from byte `from` on, with those secrets of the whole line
/// hidden that begin behind its first character there.
pub(in crate::cli) fn masked_behind(line: &str, from: usize) -> String {
    let mut shown = String::new();
    let mut at = from;
    for secret in secrets(line).into_iter().filter(|secret| secret.start > from) {
        shown.push_str(line.get(at..secret.start).unwrap_or_default());
        shown.push_str(HIDDEN);
        at = secret.end;
    }
    shown.push_str(line.get(at..).unwrap_or_default());
    shown
}

/// A line whose secrets were taken out.
pub(in crate::cli) struct Hidden {
    /// The line, with `***` in place of each secret.
    pub(in crate::cli) text: String,
    secrets: std::vec::IntoIter<Password>,
}

impl Hidden {
    pub(in crate::cli) fn of(line: &str) -> Self {
        let found: Vec<_> =
            secrets(line).into_iter().filter_map(|at| line.get(at)).map(Password::new).collect();
        Self { text: masked(line), secrets: found.into_iter() }
    }

    /// The next secret, where `shown`, the value of a keyword, stands for one.
    pub(in crate::cli) fn secret(&mut self, shown: Option<&str>) -> Option<Password> {
        match shown {
            Some(HIDDEN) => self.secrets.next(),
            shown => shown.map(Password::new),
        }
    }
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
            (
                "wan-ip 1 mode pppoe username u password my mask 1 vlan-profile V host 1",
                "wan-ip 1 mode pppoe username u password *** vlan-profile V host 1",
            ),
            ("username zte privilege 15 0123", "username zte privilege 15 ***"),
            ("username a password  7 X== privilege 15", "username a password  7 *** privilege 15"),
            ("username a password 7 privilege 15", "username a password *** privilege 15"),
            ("username key privilege 15 X max-sessions 4", "username key privilege 15 *** max-sessions 4"),
            (
                "username a password X privilege 15 secret 5 Y",
                "username a password *** privilege 15 secret 5 ***",
            ),
            ("enable secret level 15 5 X", "enable secret level 15 5 ***"),
            ("enable password X", "enable password ***"),
            ("snmp-server community s view v", "snmp-server community *** view v"),
            ("snmp-server community encrypted s view v rw", "snmp-server community encrypted *** view v rw"),
            (
                "snmp-server host 192.0.2.7 trap version 2c C udp-port 162",
                "snmp-server host 192.0.2.7 trap version 2c *** udp-port 162",
            ),
            (
                "snmp-server host 192.0.2.7 version 3 auth user1",
                "snmp-server host 192.0.2.7 version 3 auth user1",
            ),
            ("snmp-server host 192.0.2.7 C", "snmp-server host 192.0.2.7 ***"),
            ("snmp-server location key street 5", "snmp-server location key street 5"),
            (
                "snmp-server user u g v3 encrypted auth md5 X priv des56 Y",
                "snmp-server user u g v3 encrypted auth md5 *** priv des56 ***",
            ),
            ("snmp-server group g v3 auth read r write w", "snmp-server group g v3 auth read r write w"),
            (
                "tacacs-server host 192.0.2.9 key X port 49 timeout 5",
                "tacacs-server host 192.0.2.9 key *** port 49 timeout 5",
            ),
            (
                "radius server 1 authentication host 192.0.2.8 master key X",
                "radius server 1 authentication host 192.0.2.8 master key ***",
            ),
            ("ntp authentication-key 1 md5 X", "ntp authentication-key 1 md5 ***"),
            ("ntp server 192.0.2.1 key 1", "ntp server 192.0.2.1 key 1"),
            ("ntp trusted-key 1", "ntp trusted-key 1"),
            ("ip ospf message-digest-key 1 md5 X", "ip ospf message-digest-key 1 md5 ***"),
            (
                "ssid auth wpa wifi_0/1 wpa2-psk encrypt aes key a key c",
                "ssid auth wpa wifi_0/1 wpa2-psk encrypt aes key ***",
            ),
            ("wpa-psk X Y", "wpa-psk ***"),
            ("snmp-agent community read X", "snmp-agent community read ***"),
            ("snmp-server community ro view v", "snmp-server community *** view v"),
            ("http auth-token X", "http auth-token ***"),
            ("snmp-server trap-community X", "snmp-server trap-community ***"),
            ("ssid auth wep wifi_0/1 open-system key1 X", "ssid auth wep wifi_0/1 open-system key1 ***"),
            (
                "voip-ip mode pppoe auth-user u auth-pwd X Y host 2",
                "voip-ip mode pppoe auth-user u auth-pwd *** host 2",
            ),
            (
                "sip-service pots_0/1 profile SIP userid 1 username 1@example.net password X media-profile M",
                "sip-service pots_0/1 profile SIP userid 1 username 1@example.net password *** media-profile M",
            ),
            (
                "tr069-mgmt 1 acs http://u:X@acs.example.net:7547/a@b validate basic username a password Y Z",
                "tr069-mgmt 1 acs http://u:***@acs.example.net:7547/a@b validate basic username a password ***",
            ),
            ("acs-url http://192.0.2.9:7547/ acs-passwd X", "acs-url http://192.0.2.9:7547/ acs-passwd ***"),
            (
                "url ftp://u:X/Y@192.0.2.9/a?token=1&password=Z",
                "url ftp://u:***@192.0.2.9/a?token=***&password=***",
            ),
            ("url http://192.0.2.9/a?user=u&password=Z", "url http://192.0.2.9/a?user=u&password=***"),
            ("onu 1 type X pw P", "onu 1 type X pw ***"),
            ("onu 1 type X pw P Q vport-mode onu", "onu 1 type X pw *** vport-mode onu"),
            ("onu 1 type X loid L password P Q", "onu 1 type X loid *** password ***"),
            ("onu 1 type X sn ZTEGC0000001 vport-mode onu", "onu 1 type X sn ZTEGC0000001 vport-mode onu"),
            ("what is this password \"X Y\" and more", "what is this password *** and more"),
            ("what is this password X Y and more", "what is this password ***"),
            ("Password:             X Y", "Password:             ***"),
            ("Password mode:        none", "Password mode:        none"),
            ("password-encrypt enable", "password-encrypt enable"),
            ("strong-password enable", "strong-password enable"),
            ("uncfg-onu-display-info model sn pw", "uncfg-onu-display-info model sn pw"),
            ("  description the key is below 7", "  description the key is below 7"),
            ("service key gemport 1 vlan 10", "service key gemport 1 vlan 10"),
            ("\tpassword\tX", "\tpassword\t***"),
            ("password", "password"),
            ("", ""),
        ] {
            assert_eq!(masked(line), shown);
        }
        assert_eq!(format!("{:?}", Password::new("x")), "***");
        assert_eq!(serde_json::to_string(&Password::new("x")).unwrap(), "\"***\"");
    }

    #[test]
    fn the_rest_of_a_secret_is_hidden() {
        let line = "username a password 7 0123456789 privilege 15";
        assert_eq!(masked_from(line, 27), "*** privilege 15");
        assert_eq!(masked_from(line, 33), "privilege 15");
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_masked_once(line in "(password|pw|key|username|auth|md5|host|[ -~]{0,9}|\\t|ñ| |http://u:p@h){0,12}") {
            let once = masked(&line);
            proptest::prop_assert_eq!(once.matches("***").count() >= secrets(&line).len(), true);
        }
    }
}

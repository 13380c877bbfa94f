//! Where the secrets of a configuration line stand (fact sheet, CLI §4.5, §5.3, §9.1).
//!
//! The families of lines are known, their exact forms are not: where the layout
//! does not tell where a value ends, it ends with the line, since a value shown
//! in part is a secret told in part.

use std::ops::Range;

/// A word of a line and where it stands.
type Word<'a> = (Range<usize>, &'a str);

/// Lines that begin so hold names and numbers: what looks like a keyword there is a name.
const WITHOUT_SECRETS: [&str; 16] = [
    "name",
    "description",
    "hostname",
    "service",
    "service-port",
    "tcont",
    "gemport",
    "switchport",
    "vlan",
    "flow",
    "profile",
    "onu-type",
    "onu-type-if",
    "uncfg-onu-display-info",
    "interface",
    "banner",
];
/// Lines that begin so name how a secret is written before it, and their secrets are single words.
const WITH_FORMATS: [&str; 6] = ["enable", "username", "user", "ntp", "snmp", "snmp-server"];
/// As [`WITH_FORMATS`], by the beginning of the word.
const WITH_FORMATS_BY_PREFIX: [&str; 3] = ["tacacs", "radius", "aaa"];
/// Lines that begin so end with their secret.
const SECRET_LAST: [&str; 3] = ["ssid", "pppoe", "tr069-mgmt"];
const FORMATS: [&str; 8] =
    ["encrypted", "cipher", "simple", "plain", "plaintext", "cleartext", "hash", "hidden"];
const DIGESTS: [&str; 14] = [
    "md5", "sha", "sha1", "sha-1", "sha2", "sha224", "sha256", "sha384", "sha512", "des", "des56", "3des",
    "aes", "aes128",
];
/// Keywords that may follow a secret, each with one value, where the line's own are not known.
const FOLLOWERS: [&str; 28] = [
    "vlan-profile",
    "ip-profile",
    "ip-address",
    "mask",
    "host",
    "media-profile",
    "vport-mode",
    "profile",
    "line",
    "remote",
    "privilege",
    "max-sessions",
    "level",
    "view",
    "udp-port",
    "port",
    "auth-port",
    "acct-port",
    "timeout",
    "retransmit",
    "vrf",
    "acl",
    "access-list",
    "tag",
    "vlan",
    "username",
    "user",
    "userid",
];
const FLAGS: [&str; 8] = ["rw", "ro", "untag", "trap", "inform", "priv", "auth", "single-connection"];

/// The secrets of `line`, in their order, as places in it.
pub(in crate::cli) fn secrets(line: &str) -> Vec<Range<usize>> {
    let words = words(line);
    let Some((_, first)) = words.first() else { return Vec::new() };
    let keyed = !WITHOUT_SECRETS.contains(first) && !is_place_or_contact(&words);
    let scan = Scan { words: &words, first };
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((place, word)) = words.get(at) {
        if let Some(range) = keyed.then(|| scan.value_at(at)).flatten() {
            if let (Some((from, _)), Some((to, _))) = (words.get(range.start), words.get(range.end - 1)) {
                found.push(from.start..to.end);
            }
            at = range.end.max(at + 1);
            continue;
        }
        let url = in_url(word);
        let rest = url.as_ref().map_or(0, |url| url.end);
        let inner = url.into_iter().chain(if keyed { assigned(word, rest) } else { Vec::new() });
        found.extend(inner.map(|inner| place.start + inner.start..place.start + inner.end));
        at += 1;
    }
    found
}

fn words(line: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut from = None;
    for (at, c) in line.char_indices().chain([(line.len(), ' ')]) {
        match (c.is_whitespace(), from) {
            (false, None) => from = Some(at),
            (true, Some(start)) => {
                words.push((start..at, line.get(start..at).unwrap_or_default()));
                from = None;
            }
            _ => {}
        }
    }
    words
}

/// `snmp-server location TEXT`, `snmp-server contact TEXT`
fn is_place_or_contact(words: &[Word<'_>]) -> bool {
    matches!(words, [(_, first), (_, second), ..] if first.starts_with("snmp") && matches!(*second, "location" | "contact"))
}

/// Whether a keyword says that a secret follows.
fn is_key(word: &str) -> bool {
    let word = word.trim_end_matches([':', '=']).to_ascii_lowercase();
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let whole = [
        "pw",
        "psk",
        "key",
        "community",
        "loid",
        "pwd",
        "pass",
        "passcode",
        "key-string",
        "keystring",
        "token",
        "credential",
    ];
    let end = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "-pwd",
        "-pw",
        "-key",
        "_key",
        "_pwd",
        "-psk",
        "-community",
        "-token",
    ];
    let public = ["public-key", "trusted-key"];
    (whole.contains(&word) || end.iter().any(|end| word.ends_with(end))) && !public.contains(&word)
}

/// The password in a URL: `http://user:PASSWORD@host`. One that holds a `/`
/// reaches to the last `@` of the word, unless a port number stands there.
fn in_url(word: &str) -> Option<Range<usize>> {
    let authority = word.find("://")? + 3;
    let rest = word.get(authority..)?;
    let colon = rest.find(':')?;
    let slash = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let at = rest.rfind('@').filter(|at| *at > colon)?;
    let port = rest.get(colon + 1..slash).is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()));
    if slash < colon || (slash < at && port) {
        return None;
    }
    let at = rest.get(..slash).and_then(|inside| inside.rfind('@')).filter(|at| *at > colon).unwrap_or(at);
    Some(authority + colon + 1..authority + at)
}

/// `password=SECRET`, `password:SECRET` behind byte `from` of a word, also among the parameters of a URL.
fn assigned(word: &str, mut from: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in word.match_indices(['=', ':']) {
        let key = word.get(..at).and_then(|before| before.rsplit(['?', '&', ';', ',', '/']).next());
        if at < from || !key.is_some_and(is_key) {
            continue;
        }
        let rest = word.get(at + 1..).unwrap_or_default();
        let end =
            at + 1 + if word.contains("://") { rest.find('&').unwrap_or(rest.len()) } else { rest.len() };
        if end > at + 1 {
            found.push(at + 1..end);
            from = end;
        }
    }
    found
}

struct Scan<'a> {
    words: &'a [Word<'a>],
    first: &'a str,
}

impl Scan<'_> {
    fn word(&self, at: usize) -> Option<&str> {
        self.words.get(at).map(|(_, word)| *word)
    }

    fn has_formats(&self) -> bool {
        WITH_FORMATS.contains(&self.first)
            || WITH_FORMATS_BY_PREFIX.iter().any(|prefix| self.first.starts_with(prefix))
    }

    /// The words of the secret that the word at `at` announces or begins.
    fn value_at(&self, at: usize) -> Option<Range<usize>> {
        let word = self.word(at)?;
        if let Some(value) = self.username(at, word).or_else(|| self.trap_host(at)) {
            return Some(value);
        }
        if self.first == "username" && at == 1 {
            return None;
        }
        if is_key(word) {
            return self.keyed(at, word);
        }
        let before = at.checked_sub(1).and_then(|before| self.word(before)).unwrap_or_default();
        let announced =
            ["auth", "priv", "authentication", "privacy", "auth-mode", "priv-mode"].contains(&before);
        let digest = DIGESTS.contains(&word) && (announced || self.first.starts_with("snmp"));
        let value = self.behind_formats(at + 1);
        (digest && !self.word(value).is_none_or(is_key)).then(|| value..value + 1)
    }

    /// `username U privilege 15 HASH`: what is no option of the user is the hash.
    fn username(&self, at: usize, word: &str) -> Option<Range<usize>> {
        let user = self.first == "username" && at >= 2;
        let option = |word: &str| {
            FOLLOWERS.contains(&word)
                || ["service-type", "group", "idle-timeout", "expire-date", "user-type"].contains(&word)
        };
        let value = self.word(at - at.min(1)).is_some_and(option) && at > 2;
        (user && !value && !option(word) && !is_key(word) && !FLAGS.contains(&word)).then_some(at..at + 1)
    }

    /// `snmp-server host A [trap] [version 1|2c] COMMUNITY`: of version 3 it is a user.
    fn trap_host(&self, at: usize) -> Option<Range<usize>> {
        let host = self.first.starts_with("snmp") && self.word(1)? == "host";
        if !host || at != 3 {
            return None;
        }
        let mut at = at;
        loop {
            match self.word(at)? {
                "vrf" => at += 2,
                "trap" | "traps" | "inform" | "informs" => at += 1,
                "version" if self.word(at + 1)? == "3" => return None,
                "version" => at += 2,
                word if FORMATS.contains(&word) => at += 1,
                word if is_key(word) || FOLLOWERS.contains(&word) => return None,
                _ => return Some(at..at + 1),
            }
        }
    }

    /// Behind the words that say how a secret is written: `7`, `level 15 5`, `encrypted`.
    fn behind_formats(&self, from: usize) -> usize {
        let mut at = from;
        while self.has_formats() {
            let Some(word) = self.word(at) else { break };
            let wide = usize::from(word == "level") + 1;
            let digit = word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_digit());
            let format = digit || word == "level" || FORMATS.contains(&word);
            let more = self.word(at + wide).is_some_and(|next| !FOLLOWERS.contains(&next));
            if !format || !more {
                break;
            }
            at += wide;
        }
        at
    }

    fn keyed(&self, at: usize, key: &str) -> Option<Range<usize>> {
        let next = self.word(at + 1)?;
        if next == ":" {
            return (at + 2 < self.words.len()).then_some(at + 2..self.words.len());
        }
        if key.ends_with(':') {
            return Some(at + 1..self.words.len());
        }
        let switch = key.contains('-') && matches!(next, "enable" | "disable");
        // `wpa2-psk encrypt aes key K` names a way first.
        let way = key.ends_with("-psk") && matches!(next, "encrypt" | "key");
        // `Password mode: none` is the label of something else.
        if switch || way || next.ends_with(':') || (at == 0 && key == "key" && next == "chain") {
            return None;
        }
        let number = next.bytes().all(|byte| byte.is_ascii_digit());
        let digest = self.word(at + 2).is_some_and(|word| DIGESTS.contains(&word));
        let mut from = at + 1;
        if number && digest {
            from = at + 3;
        } else if self.first == "ntp" && number {
            // The number of a key that stands elsewhere.
            return None;
        } else if key == "loid" && self.word(at + 1).is_some_and(is_key) && self.word(at + 3).is_none() {
            return None;
        }
        from = self.behind_formats(from);
        // `community read C`
        let access = |word: &str| ["ro", "rw", "read", "write"].contains(&word);
        let named = self.word(from + 1).is_some_and(|next| !FOLLOWERS.contains(&next) && next != "view");
        if key == "community" && self.word(from).is_some_and(access) && named {
            from = self.behind_formats(from + 1);
        }
        self.word(from)?;
        Some(from..self.end_of(from, key))
    }

    /// Where the value that begins at `from` ends.
    fn end_of(&self, from: usize, key: &str) -> usize {
        let all = self.words.len();
        if let Some(quote) =
            self.word(from).and_then(|word| word.chars().next()).filter(|c| "\"'".contains(*c))
        {
            let closed = (from..all).find(|at| {
                let longer = *at > from || self.word(*at).is_some_and(|word| word.len() > 1);
                longer && self.word(*at).is_some_and(|word| word.ends_with(quote))
            });
            return closed.map_or(all, |at| at + 1);
        }
        let one_word = key == "community" || self.has_formats() && self.first != "user";
        let tacacs = WITH_FORMATS_BY_PREFIX.iter().any(|prefix| self.first.starts_with(prefix));
        if one_word && !tacacs {
            return from + 1;
        }
        if SECRET_LAST.contains(&self.first) {
            return all;
        }
        (from + 1..all).find(|at| self.is_tail(*at)).unwrap_or(all)
    }

    /// The keywords that may follow a secret in this line, each with one value.
    fn followers(&self) -> &'static [&'static str] {
        match self.first {
            "wan-ip" | "voip-ip" => &["vlan-profile", "host"],
            "sip-service" => &["media-profile"],
            "onu" | "registration-method" => &["vport-mode", "profile", "line", "remote"],
            _ => &FOLLOWERS,
        }
    }

    /// Whether the words from `at` on are keywords with their values, none of
    /// them twice, to the end of the line or to the next secret.
    fn is_tail(&self, mut at: usize) -> bool {
        let mut seen = Vec::new();
        while let Some(word) = self.word(at) {
            if is_key(word) {
                return self.word(at + 1).is_some();
            }
            let wide = if FLAGS.contains(&word) { 1 } else { 2 };
            if (wide == 2 && !self.followers().contains(&word)) || seen.contains(&word) {
                return false;
            }
            if self.word(at + wide - 1).is_none() {
                return false;
            }
            seen.push(word);
            at += wide;
        }
        true
    }
}

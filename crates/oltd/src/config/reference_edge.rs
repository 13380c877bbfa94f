//! The variables of go-api-c320 about Redis, TLS and browsers.

use super::findings::Findings;
use super::kinds::{Flag, Number};
use super::layers::Binding;
use super::reference::{FileSays, Set, rule};

/// Variables and the keys they set.
const KEYS: [(&str, &str); 9] = [
    ("REDIS_HOST", "cache.redis.host"),
    ("REDIS_PORT", "cache.redis.port"),
    ("REDIS_PASSWORD", "cache.redis.password"),
    ("REDIS_DB", "cache.redis.database"),
    ("TLS_CERT_FILE", "tls.cert_file"),
    ("TLS_KEY_FILE", "tls.key_file"),
    ("CORS_ALLOWED_ORIGINS", "cors.origins"),
    ("CORS_ALLOW_CREDENTIALS", "cors.credentials"),
    ("CORS_MAX_AGE", "cors.max_age"),
];
/// The variable that says whether those of TLS count.
const USE_TLS: &str = "USE_TLS";
/// Longest time in seconds that a variable can give.
const MAX_AGE: u32 = 24 * 60 * 60;

/// Whether the variable is one of these.
pub(super) fn is_name(name: &str) -> bool {
    name == USE_TLS || KEYS.iter().any(|(variable, _)| *variable == name)
}

/// The variables as values of keys.
pub(super) fn read(set: &Set<'_>, file: &FileSays<'_>, found: &mut Findings) -> Vec<Binding> {
    let tls = rule::<Flag>(set, USE_TLS, found).map(|Flag(tls)| tls);
    let given = |variable: &str, key: &str| set.contains_key(variable) || file.sets(key);
    if tls == Some(true) {
        for (variable, key) in KEYS.iter().filter(|(_, key)| key.starts_with("tls.")) {
            if !given(variable, key) {
                found.problem(variable, key, "must be set, since USE_TLS is true");
            }
        }
    } else if tls == Some(false) && file.sets("tls") {
        found.not_used(USE_TLS, &format!("{} has a table [tls]", file.name));
    }
    let mut bindings = Vec::new();
    for (variable, key) in KEYS {
        let Some(value) = set.get(variable) else { continue };
        let idle = match key.split('.').next() {
            Some("tls") if tls != Some(true) => Some("USE_TLS is not true"),
            Some("cache") if !given("REDIS_HOST", "cache.redis.host") => {
                Some("without REDIS_HOST readings are cached in memory alone")
            }
            Some("cors") if !given("CORS_ALLOWED_ORIGINS", "cors.origins") => {
                Some("without CORS_ALLOWED_ORIGINS no page of another origin may read the answers")
            }
            _ => None,
        };
        if let Some(why) = idle {
            if key == "cors.credentials" {
                // A typing error is worth a word all the same.
                let _ = rule::<Flag>(set, variable, found);
            }
            found.not_used(variable, why);
        } else if file.sets(key) {
            found.not_used(variable, &format!("{} sets {key}", file.name));
        } else if key == "cors.max_age" {
            // In seconds, without the unit that the key has.
            if let Some(Number(seconds)) = rule::<Number<0, MAX_AGE>>(set, variable, found) {
                bindings.push(Binding::new(key, &format!("{seconds}s"), variable));
            }
        } else {
            bindings.push(Binding::new(key, value, variable));
        }
    }
    bindings
}

//! The keys of the configuration, each once: what is added here is read, has
//! its default, and stands in `oltd check`, in `oltd.example.toml` and in
//! `docs/configuration.md` (see [`super::table`]). What remains is its use, in
//! `complete.rs` or `edge.rs`.
//!
//! Keys that must be given are optional all the same: whether one is missing is
//! decided after all layers are merged, where the sentence can say how to give it.
#![expect(rustdoc::bare_urls, reason = "a sentence about a key stands in the example file as it is")]

use super::callbacks::{SigningSecret, Targets};
use super::edge::Hash;
use super::kinds::{
    Counters, Flag, Host, Id, Levels, Listen, LogFormat, Number, Optical, Port, Secret, Text, Wait,
};
use super::lists::{HostNames, OriginList, Proxies, SaveRule, TypeName, TypesOf, WritesOf};
use super::redis::{Prefix, RedisHost};
use super::store::StoreKey;
use super::table::table;
use crate::charset::Charset;

/// A second in the milliseconds of times.
const SECOND: u64 = 1_000;
/// A day, longest time in the cache and in that of a browser: a day-old state of
/// an ONU helps nobody, and it is Firefox's own bound.
const DAY: u64 = 24 * 60 * 60 * SECOND;
/// Shortest time in the cache: no answer is promised to be fresher than 2 s.
const MIN_TTL: u64 = 2 * SECOND;
/// Shortest silence that counts: a few round trips of a distant OLT, and short
/// enough for a lab that need not wait.
const MIN_DEADLINE: u64 = 200;
/// Longest silence that an OLT is waited for: an HTTP request ends after 90 s.
const MAX_DEADLINE: u64 = 60 * SECOND;
/// Longest time that an OLT leaves a session idle, unless it was told otherwise.
const MAX_IDLE: u64 = 15 * 60 * SECOND;
/// Most requests a second that a limit can allow: more than one process serves.
const MAX_RATE: u32 = 100_000;
/// Ten seconds of the highest rate.
const MAX_BURST: u32 = 10 * MAX_RATE;
/// Most connections that can be allowed: what the ports of one client's address give.
const MAX_CONNECTIONS: u32 = 65_000;

/// A time that a reading is served from memory.
type Ttl = Wait<MIN_TTL, DAY>;

table! {
    /// The whole file.
    pub(super) struct File {
        /// Address and port of the API; 0.0.0.0:8081 listens on every address. Without
        /// a token (below) only an address of this machine alone is served, unless
        /// `oltd serve --insecure` lets everybody in.
        listen: usual(Listen, "127.0.0.1:8081"),
        /// The OLT of requests that name none (/api/v1/board/...). Needed only with
        /// several OLTs; without it such requests are refused, and every request names
        /// its OLT: /api/v1/olts/head-end/board/...
        default: may(Id, "head-end", "the only OLT, or none"),
        /// The folder of the store: jobs, plans and what was sent of them, what OLTs are
        /// still to save. Only one server can use it at a time.
        data_dir: usual(Text, "./data"),
        /// The key that the store is encrypted with, of which an example would be known
        /// to everybody: make one of your own, as by `openssl rand -hex 32`.
        store_key: may(StoreKey, "...", "the one made in data_dir"),
        olts: list(Olt),
        log: table(Log),
        cache: table(Cache),
        monitoring: table(Monitoring),
        http: table(Http),
        cors: table(Cors),
        tls: optional(Tls),
        auth: table(Auth),
        metrics: table(Metrics),
        save: table(Save),
        callbacks: table(Callbacks),
        /// How long a plan under way may go on once the server is told to end. Without
        /// it the line under way ends, and the rest is settled at the next start.
        stop_wait: usual(Wait<0, { 600 * SECOND }>, "0s"),
        /// What answers to lines that change something mean, beyond those that are
        /// known: a TOML file, see docs/writes.md. It is read at the start.
        answers_file: may(Text, "/etc/oltd/answers.toml", "none"),
        /// A folder of strategies, one file each, see docs/registering.md: they are known
        /// beside those that come with the program, or in their place. Read at the start.
        strategies_dir: may(Text, "/etc/oltd/strategies", "none"),
    }
}

table! {
    /// How long saving waits that nobody asks for, see olts[].save.
    pub(super) struct Save {
        /// so long nothing was changed
        quiet: usual(Wait<0, { 60 * 60 * SECOND }>, "2m"),
        /// so long after the first change at the latest
        at_most: usual(Wait<0, DAY>, "15m"),
        /// so long once, for others that are logged in
        wait_for_others: usual(Wait<0, { 60 * 60 * SECOND }>, "2m"),
    }
}

table! {
    /// How the ends of jobs are told to the `callback_url` of a write, see docs/callbacks.md.
    pub(super) struct Callbacks {
        /// What is signed with; without it no write takes a callback_url.
        secret: may(SigningSecret, "change-me-it-is-public", "none"),
        /// Hosts and networks, such as ["billing.example.net", "10.1.0.0/16"]: nothing else
        /// is called then. Without it all public addresses are, and no others.
        allow: usual(Targets, ""),
    }
}

table! {
    /// An OLT. A file may have several.
    pub(super) struct Olt {
        /// it stands in URLs, logs and metrics
        id: must(Id, "head-end"),
        /// for people
        name: may(Text, "Head end", "the id"),
        /// what names on it are typed in: gbk, big5, windows-1251, latin1, ...
        charset: usual(Charset, "utf-8"),
        /// Metres: a distance beyond is not believed. The differential reach of GPON is
        /// 60 km; a site may have longer or shorter fibre.
        max_distance: usual(Number<1, 100_000>, "60000"),
        /// Which writes are let through: off; plan for dry runs only; on for all; or
        /// a list of PONs for a cautious start, such as ["1/1/3"]: objects of those
        /// PONs and saving, but nothing that belongs to the whole OLT. A write also
        /// needs a token that may write.
        writes: usual(WritesOf, "off"),
        /// Whether this instance is the one that writes to the OLT. Instances that
        /// share a Redis cannot know that of each other: set it to true on exactly one
        /// of them.
        writer: may(Flag, "true", "true without [cache.redis], false with it"),
        /// When what was changed is saved: immediate; coalesced, once nothing was changed
        /// for a while (the table save); or manual, when somebody asks for it.
        save: usual(SaveRule, "coalesced"),
        /// Whether blocking, unblocking, resetting and deleting an ONU need its serial
        /// number; false for clients that know its place alone.
        require_identity: usual(Flag, "true"),
        /// How long after it was told to start again an ONU needs at most until its
        /// history shows it; some boxes take their time.
        reboot_wait: usual(Wait<{ SECOND }, { 60 * 60 * SECOND }>, "3m"),
        /// How long a registration waits at most until the ONU works or is served, where
        /// that was asked for (`wait_for`).
        accept_wait: usual(Wait<{ SECOND }, { 60 * 60 * SECOND }>, "2m"),
        /// As which type a box is registered whose onu_type is "auto", by what the model
        /// that it reports begins with, such as ["F670L=F670L", "HG8245=HG8245H"].
        onu_types: usual(TypesOf, ""),
        /// The type for every other model.
        other_onu_type: may(TypeName, "ALL-ONT", "none"),
        snmp: table(Snmp),
        cli: optional(Cli),
    }
}

table! {
    /// The SNMP agent of the OLT, v2c.
    pub(super) struct Snmp {
        /// name or address
        host: must(Host, "192.0.2.10"),
        port: usual(Port, "161"),
        /// in quotes, also when it is all digits
        community: must(Secret, "public"),
        /// most requests in flight
        window: usual(Number<1, 64>, "4"),
        /// of a GETBULK; many agents are slow above 50
        max_repetitions: usual(Number<1, 100>, "25"),
        /// longest silence before it counts as unreachable
        deadline: usual(Wait<MIN_DEADLINE, MAX_DEADLINE>, "8s"),
        /// Tables that may count the traffic of ONUs, in the order in which they are
        /// tried: port-statistics, performance, undocumented; or none. No table is
        /// certain: compare with a box of your own before you trust the numbers.
        onu_counters: usual(Counters, "port-statistics, performance"),
    }
}

table! {
    /// The command line, by telnet. Leave the table out to read over SNMP only.
    pub(super) struct Cli {
        host: may(Host, "192.0.2.10", "the host of SNMP"),
        port: usual(Port, "23"),
        username: must(Text, "zte"),
        password: must(Secret, "change-me"),
        /// only for users that land at `>`
        enable_password: may(Secret, "change-me", "none"),
        /// public OLTs often have a single free line
        max_sessions: usual(Number<1, 10>, "1"),
        /// callers that wait for a session; more are told to come back
        queue: usual(Number<1, 1024>, "64"),
        /// a session that nobody wants is closed
        idle_close: usual(Wait<SECOND, MAX_IDLE>, "2m"),
        /// an idle session shows that it is alive
        keep_alive: usual(Wait<{ 5 * SECOND }, MAX_IDLE>, "45s"),
        /// Send `terminal length 0`; false: turn pages by hand, for OLTs that answer
        /// 62310 to everything after it.
        terminal_length: usual(Flag, "true"),
    }
}

table! {
    /// What is logged, to stderr.
    pub(super) struct Log {
        /// text or json
        format: usual(LogFormat, "text"),
        /// off, error, warn, info, debug, trace; or "info,zte=debug"
        level: usual(Levels, "info"),
        /// a line for each request; those that failed by our fault always have one
        access: usual(Flag, "true"),
    }
}

table! {
    /// How long a reading is served from memory.
    pub(super) struct Cache {
        /// lists of ONUs, and single ONUs
        onus: usual(Ttl, "5m"),
        /// PON ports and their optical modules
        pon_info: usual(Ttl, "10m"),
        /// bandwidth, traffic and VLAN profiles
        profiles: usual(Ttl, "60m"),
        /// Most memory of all readings, in MiB; 96 are four large OLTs of which every
        /// list and every ONU was asked for.
        memory_mib: usual(Number<16, 4096>, "96"),
        redis: optional(Redis),
    }
}

table! {
    /// A Redis that several instances share. Sentinel and Cluster are not supported yet.
    pub(super) struct Redis {
        host: must(RedisHost, "192.0.2.20"),
        port: usual(Port, "6379"),
        username: may(Text, "oltd", "the default user"),
        password: may(Secret, "change-me", "none"),
        database: usual(Number<0, 65_535>, "0"),
        tls: usual(Flag, "false"),
        /// certificates to trust where tls is on
        ca_file: may(Text, "/etc/oltd/redis-ca.pem", "those of the system"),
        /// of all keys
        prefix: usual(Prefix, "oltd"),
    }
}

table! {
    /// Between which values the optics of an ONU are "normal" in /monitoring/...;
    /// below is "low", above is "high". Powers are those of a class B+ ONU (ITU-T
    /// G.984.2), the temperature is our choice for indoor boxes.
    pub(super) struct Monitoring {
        /// dBm, what an ONU receives
        rx_power_low: usual(Optical, "-27.0"),
        rx_power_high: usual(Optical, "-8.0"),
        /// dBm, what an ONU sends
        tx_power_low: usual(Optical, "0.5"),
        tx_power_high: usual(Optical, "5.0"),
        /// degrees Celsius
        temperature_low: usual(Optical, "0"),
        temperature_high: usual(Optical, "70"),
        /// dB, how much weaker than the median of its PON an ONU's light may be before
        /// its diagnosis calls it weak
        below_median: usual(Number<1, 40>, "6"),
    }
}

table! {
    /// Whom the server answers, and how many.
    pub(super) struct Http {
        /// Names and addresses that the server is addressed by, without ports, besides
        /// localhost and the address that a request came in on; "*" for all. Requests to
        /// other names are refused: a web page may point a name of its own at this machine.
        hosts: usual(HostNames, ""),
        /// Addresses and networks of proxies in front, whose X-Forwarded-For is believed,
        /// such as ["192.0.2.1", "10.0.0.0/8"].
        proxies: usual(Proxies, ""),
        /// most at once, as far as the system allows open files
        connections: usual(Number<16, MAX_CONNECTIONS>, "900"),
        /// Most of one address (an IPv6 /64) that is no proxy; 0: no limit.
        connections_per_client: usual(Number<0, MAX_CONNECTIONS>, "256"),
        /// Requests a second of one client (a token, an address, an IPv6 /64); 0: no limit.
        rate_limit: usual(Number<0, MAX_RATE>, "100"),
        /// requests at once after a pause
        rate_burst: may(Number<1, MAX_BURST>, "200", "twice rate_limit"),
    }
}

table! {
    /// Pages of other origins that may read the answers; none unless some are named.
    pub(super) struct Cors {
        /// Such as ["https://noc.example.net"], or "*"; not "*" with credentials.
        origins: usual(OriginList, ""),
        /// whether browsers send what they know of the visitor along
        credentials: usual(Flag, "false"),
        /// how long a browser need not ask again
        max_age: usual(Wait<0, DAY>, "10m"),
    }
}

table! {
    /// TLS, with HTTP/2. The files may be replaced at any time: they are looked at
    /// every 10 s. Without the table the server speaks plain HTTP.
    pub(super) struct Tls {
        /// with the certificates that lead to its root
        cert_file: must(Text, "/etc/oltd/cert.pem"),
        key_file: must(Text, "/etc/oltd/key.pem"),
    }
}

table! {
    /// Who may ask.
    pub(super) struct Auth {
        tokens: list(Token),
    }
}

table! {
    /// Who may ask. With a token every request needs one, except / and the health
    /// checks. `oltd token --name noc` makes one, and prints its entry.
    pub(super) struct Token {
        /// its holder, for the logs; several tokens may have one name
        name: must(Id, "noc"),
        /// of the token, which stands nowhere on the server
        sha256: must(Hash, "..."),
        /// Whether its holder may write, where olts[].writes lets writes through. A
        /// token that was made for monitoring does not become one that writes.
        write: usual(Flag, "false"),
    }
}

table! {
    /// What is measured, at /metrics.
    pub(super) struct Metrics {
        /// whether /metrics needs no token
        public: usual(Flag, "false"),
    }
}

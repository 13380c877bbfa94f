//! The forms that values have in requests and answers, as schemas.
//!
//! A row of an answer names one where the type of its field says less:
//! `#[schema(value_type = Option<schema::Power>)]`. Bounds come from the types
//! of `gpon` that keep them.

use std::borrow::Cow;

use gpon::{Link, OnuId, OnuState, PonPort};
use serde_json::Value;
use utoipa::openapi::schema::{ArrayBuilder, SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// One line per form: its name, its rule and an example.
macro_rules! forms {
    ($($(#[doc = $doc:literal])+ $name:ident = $schema:expr;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug)]
        pub(crate) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema.description(Some(concat!($($doc),+).trim())).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

forms! {
    /// Slot of a PON card.
    Board = whole(1, u32::from(PonPort::MAX_SLOT), 1);
    /// PON port of a card.
    Pon = whole(1, u32::from(PonPort::MAX_PORT), 1);
    /// Number of an ONU on its PON.
    OnuNumber = whole(1, u32::from(OnuId::MAX), 1);
    /// Number of a T-CONT on its ONU.
    TcontNumber = whole(1, 8, 1);
    /// Number of a GEM port on its ONU.
    GemPortNumber = whole(1, 255, 1);
    /// Number of a VLAN.
    VlanNumber = whole(1, 4094, 100);
    /// Class of service.
    Priority = whole(0, 7, 0);
    /// Type of a DBA profile: 1 fixed, 2 assured, 3 assured and maximum, 4 maximum, 5 all of them.
    DbaKind = whole(1, 5, 3);
    /// Rack, shelf or another place that is counted from 1.
    Place = whole(1, 255, 1);
    /// Number of a bandwidth profile in the OLT's table.
    ProfileNumber = whole(1, u32::MAX, 1_879_048_193);
    /// PON port as rack/slot/port.
    PonPortText = text(r"^1/([1-9]|[12][0-9]|3[0-2])/([1-9]|1[0-6])$", "1/1/1");
    /// PON port as `1-1-1`, as `1/1/1` (in a path with its slashes or as `1%2F1%2F1`), or as `n` for `1/1/n`.
    PonPortInput = text(PON_INPUT, "1-1-1");
    /// Name of a profile. Those that hold a slash or a control character cannot be asked for.
    ProfileName = text(r"^[^/\u0000-\u001F\u007F-\u009F]{1,64}$", "UP-10M");
    /// Id of a configured OLT.
    OltId = text(r"^[a-z0-9][a-z0-9-]{0,31}$", "demo");
    /// Serial number: a vendor prefix of 4 letters or digits and 8 hexadecimal digits.
    SerialNumber = text(r"^[0-9A-Z]{4}[0-9A-F]{8}$", "ZTEGC0000001");
    /// The same in a request, in either case.
    SerialInput = text(r"^[0-9A-Za-z]{4}[0-9A-Fa-f]{8}$", "ZTEGC0000001");
    /// Name or description of an ONU as it is written: no `?`, no `"`, no blanks at the ends, no two in a row.
    PlainText = text(r#"^[!#->@-~]+( [!#->@-~]+)*$"#, "House 7").min_length(Some(1)).max_length(Some(64));
    /// Name of a profile, a type or a strategy.
    Word = text(r"^[A-Za-z0-9_.-]{1,32}$", "UP-50M");
    /// Type of the OLT; `auto` takes the one that the configuration names for the model that the box reports.
    TypeInput = text(r"^[A-Za-z0-9_.-]{1,32}$", "F660");
    /// Port of an ONU towards the customer.
    UniPort = text(r"^((eth|wifi|pots)_[0-9]{1,2}/[0-9]{1,2}|veip_[0-9]{1,2})$", "eth_0/1");
    /// IPv4 address or mask.
    Ipv4Text = text(r"^[0-9]{1,3}(\.[0-9]{1,3}){3}$", "192.0.2.10");
    /// How a router gets its address.
    WanMode = words(["pppoe", "dhcp", "static"]);
    /// How far the ONU has to come before the answer: configured; it works and its light is normal; traffic goes through it.
    WaitFor = words(["configured", "online", "service"]);
    /// Serial number of the ONU that has to stand there; `none` for one that is registered without.
    ExpectedSerial = text(r"^([0-9A-Za-z]{4}[0-9A-Fa-f]{8}|none)$", "ZTEGC0000001");
    /// Text for the caller's own use.
    Reference = text(r"^[^\u0000-\u001F\u007F-\u009F]{1,128}$", "order 4711");
    /// What is done where a serial number that is to be registered stands on another PON port: nothing is sent, or, where it is known to be offline there, it is deleted there and registered here, both or neither.
    OnConflict = words(["refuse", "take_over"]);
    /// What is done about what was done already when the OLT refuses a part: it is undone, or it stays.
    OnRefusal = words(["undo", "keep"]);
    /// How an ONU is restarted: `omci` tells it, which works while it is online; `shutdown` disables and enables it at the OLT.
    RebootVia = words(["omci", "shutdown"]);
    /// How a job is settled.
    SettleHow = words(["finish", "undo", "accept"]);
    /// How well a step can be undone.
    UndoClass = words(["exact", "re_created", "needs_online", "impossible"]);
    /// What a job is doing, or how it ended; `pending` where its end is not known yet, `lost` where the OLT started again before it was saved.
    JobState = words(["queued", "running", "done", "failed", "partial", "pending", "cancelled", "lost"]);
    /// Id of a job or a plan.
    JobId = text(r"^[0-9a-f]{32}$", "0193f1c29f2a7b0e8a51c3a5b8d6e7f0");
    /// Optical power in dBm.
    Power = text(POWER, "-18.43");
    /// Optical power in dBm, or null. It stands in all rows of a list or in none.
    ListedPower = text(POWER, "-18.43").schema_type(nullable(Type::String));
    /// Length of a fibre in metres, or null. It stands in all rows of a list or in none.
    ListedDistance = whole(1, u32::MAX, 7037).schema_type(nullable(Type::Integer));
    /// Text as the device reports it, or null. It stands in all rows of a list or in none.
    ListedText = ObjectBuilder::new().schema_type(nullable(Type::String));
    /// Owners of holds, or null. It stands in all rows of a list or in none.
    ListedOwners = ArrayBuilder::new().schema_type(nullable(Type::Array)).items(ObjectBuilder::new().schema_type(Type::String));
    /// Moment on the OLT's own clock, or null. It stands in all rows of a list or in none.
    ListedClockTime = text(CLOCK_TIME, "2026-08-16 05:45:43").schema_type(nullable(Type::String));
    /// Why an ONU last went offline, or null. It stands in all rows of a list or in none.
    ListedOfflineReason = text(OFFLINE_REASON, "PowerOff").schema_type(nullable(Type::String));
    /// Whether an ONU may come into service, or null. It stands in all rows of a list or in none.
    ListedAdminState = text("^(enabled|disabled)$", "enabled").schema_type(nullable(Type::String));
    /// Whether an ONU may come into service: `disabled` once it was shut down.
    AdminState = words(gpon::AdminState::ALL.map(gpon::AdminState::as_str));
    /// A MAC address.
    Mac = text("^[0-9a-f]{2}(:[0-9a-f]{2}){5}$", "8c:dc:02:00:00:01");
    /// Moment on the OLT's own clock, which may be wrong: `YYYY-MM-DD hh:mm:ss`.
    ClockTime = text(CLOCK_TIME, "2026-08-16 05:45:43");
    /// Length of time.
    Span = text(
        r"^[0-9]+ days [0-9]+ hours [0-9]+ minutes [0-9]+ seconds$",
        "5 days 13 hours 10 minutes 50 seconds",
    );
    /// Moment on the server's clock, in UTC (RFC 3339).
    Moment = text(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", "2026-09-21T14:13:20Z");
    /// Moment (RFC 3339).
    MomentInput = ObjectBuilder::new().schema_type(Type::String).format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime))).examples([Value::from("2026-09-21T14:13:20Z")]);
    /// Length of a fibre in metres.
    Metres = text(r"^[0-9]+$", "7037");
    /// Rate for people, in bits per second.
    Rate = text(r"^[0-9]+(\.[0-9])? ([GMK]?bps)$", "250.5 Mbps");
    /// Phase that an ONU is in.
    OnuStatus = words(OnuState::ALL.map(OnuState::as_str));
    /// Why an ONU last went offline; a code without a name is `Unknown (14)`.
    OfflineReason = text(OFFLINE_REASON, "PowerOff");
    /// State of a port.
    LinkState = words([Link::Up, Link::Down].map(Link::as_str));
    /// What became of a write: `applied`, or `unchanged` where nothing had to be done or nothing was sent; `refused` by the OLT; `rolled_back`, undone after a refusal; `partial`, where some of it remains; `unknown`.
    WriteState = words(["applied", "unchanged", "refused", "rolled_back", "partial", "unknown"]);
    /// What became of a target of a batch, as of a write; or `queued`, `running`, `cancelled`, or `lost` where the OLT started again before it was saved.
    TargetState = words(["applied", "unchanged", "refused", "rolled_back", "partial", "unknown", "queued", "running", "cancelled", "lost"]);
    /// What a target of a batch would come to.
    Will = words(["change", "unchanged", "cannot"]);
    /// What became of a line: `unknown` where no answer came.
    StepState = words(["done", "refused", "unknown", "not_sent"]);
    /// How a value stands to the configured limits.
    Judgement = words(["low", "normal", "high"]);
    /// How a service port maps VLANs.
    VlanMode = words(["tag", "translation", "untag", "transparent"]);
    /// What says which VLANs an ONU is served.
    ServiceSource = words([gpon::ServiceSource::ServicePort, gpon::ServiceSource::VportVlan].map(gpon::ServiceSource::as_str));
    /// How a VLAN profile tags.
    VlanTag = words(["tag", "vlanStacking"]);
    /// Which table names the ONU; absent for the management table.
    NamingTable = words(["state", "distance", "command_line"]);
    /// Present where an ONU is registered by a password, which is why its serial number is null.
    Auth = words(["password"]);
    /// State of a card, in the words of the command line; a code without a name is `UNKNOWN (14)`.
    CardStatus = text(r"^([A-Z]+|UNKNOWN \(-?[0-9]+\))$", "INSERVICE");
    /// State of a power supply's input; a code without a name is `unknown (14)`.
    SupplyStatus = text(r"^(normal|over|under|off|unknown \(-?[0-9]+\))$", "normal");
}

/// Every spelling that the path rewriting and `gpon` take.
const PON_INPUT: &str = concat!(
    r"^(1-([1-9]|[12][0-9]|3[0-2])-([1-9]|1[0-6])",
    r"|1/([1-9]|[12][0-9]|3[0-2])/([1-9]|1[0-6])",
    r"|[1-9]|1[0-6])$"
);

const CLOCK_TIME: &str = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$";

const OFFLINE_REASON: &str = r"^(Unknown( \(-?[0-9]+\))?|LOSi?|LOFi|sfi|loai|loami|AuthFail|PowerOff|deactiveSucc|deactiveFail|Reboot|Shutdown)$";

const POWER: &str = r"^-?[0-9]+\.[0-9]{2}$";

fn nullable(kind: Type) -> SchemaType {
    [kind, Type::Null].into_iter().collect()
}

fn whole(least: u32, most: u32, example: u32) -> ObjectBuilder {
    let of = ObjectBuilder::new().schema_type(Type::Integer);
    of.minimum(Some(least)).maximum(Some(most)).examples([Value::from(example)])
}

fn text(pattern: &str, example: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).examples([Value::from(example)])
}

fn words<const N: usize>(words: [&'static str; N]) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words))
}

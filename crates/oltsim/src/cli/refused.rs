//! Every refusal of a change: its line, and where it comes from.

use std::borrow::Cow;

use super::WriteOptions;

/// Why a change is refused by a service module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    OnuExists,
    SerialInUse,
    UnknownType,
    NoOnu,
    TooSoon,
    ProfileMissing,
    ProfileInUse,
    Bandwidth,
    Again,
    InUse,
    NoEntry,
    NoTcont,
    NoGemPort,
    ServiceExists,
    ServiceConflict,
    OfProfile,
    Unavailable,
    NoCarrier,
    RecordExists,
    BoxRefuses,
    OnuProfileMissing,
    NoFlow,
    FlowConflict,
    WifiEarly,
    NotSupported,
    VlanMissing,
    PortMode,
}

/// Where the line of a refusal comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    /// It stands in this section of the fact sheet.
    Sheet(&'static str, &'static str),
    /// The sheet is silent: the scenario option of this name below `[writes]` says it.
    Option(&'static str, fn(&WriteOptions) -> &String),
}

/// All of them. Of numbers that the sheet gives with their meaning alone the text is that of
/// its neighbours.
pub(crate) const REFUSALS: &[(Refused, Source)] = &[
    (
        Refused::OnuExists,
        Source::Sheet("2", "%Code 62391-GPONSRV : The entry is existed.\n  This is a re-create operation"),
    ),
    (Refused::SerialInUse, Source::Option("serial_in_use", |own| &own.serial_in_use)),
    (Refused::UnknownType, Source::Option("unknown_type", |own| &own.unknown_type)),
    (Refused::NoOnu, Source::Option("no_onu_free", |own| &own.no_onu_free)),
    (Refused::TooSoon, Source::Option("readd_refusal", |own| &own.readd_refusal)),
    (Refused::ProfileMissing, Source::Option("profile_missing", |own| &own.profile_missing)),
    (Refused::ProfileInUse, Source::Option("profile_in_use", |own| &own.profile_in_use)),
    (Refused::Bandwidth, Source::Sheet("2", "%Code 62330-GPONSRV : Parameter exceeds range")),
    (Refused::Again, Source::Option("again_refusal", |own| &own.again_refusal)),
    (Refused::InUse, Source::Option("in_use", |own| &own.in_use)),
    (Refused::NoEntry, Source::Option("no_entry", |own| &own.no_entry)),
    (Refused::NoTcont, Source::Sheet("2", "T-CONT does not exist")),
    (Refused::NoGemPort, Source::Option("no_gem_port", |own| &own.no_gem_port)),
    (Refused::ServiceExists, Source::Sheet("2", "%Code 66661: The service is already existed.")),
    (Refused::ServiceConflict, Source::Sheet("2", "%Code 66669: port service para conflicted")),
    (
        Refused::OfProfile,
        Source::Sheet(
            "2",
            "%Code 64007-GPONRM : Operation is forbidden for conflicting with some applied onu-profile",
        ),
    ),
    (Refused::Unavailable, Source::Sheet("2", "%Code 63987-GPONRM : ONU is unavailable")),
    (Refused::NoCarrier, Source::Sheet("2", "%Code 62397-GPONSRV: The entry is not existed.")),
    (Refused::RecordExists, Source::Sheet("2", "%Code 63869-GPONRM : Record already exists.")),
    (
        Refused::BoxRefuses,
        Source::Sheet("2", "%Code 63990-GPONRM : ONT return error:command processing error"),
    ),
    (Refused::OnuProfileMissing, Source::Option("onu_profile_missing", |own| &own.onu_profile_missing)),
    (Refused::NoFlow, Source::Sheet("2", "%Code 63953-GPONRM : Flow does not exist")),
    (Refused::FlowConflict, Source::Sheet("2", "%Code 64010-GPONRM : conflict with flow data")),
    (Refused::WifiEarly, Source::Option("wifi_early", |own| &own.wifi_early)),
    (Refused::NotSupported, Source::Sheet("2", "%Code 63904-GPONRM Not support this ONU")),
    (Refused::VlanMissing, Source::Option("vlan_missing", |own| &own.vlan_missing)),
    (Refused::PortMode, Source::Option("port_mode", |own| &own.port_mode)),
];

/// Every line with which a change is refused, beside those of the parser: where it comes from
/// (`fact sheet, CLI §2`, or the key below `[writes]`), and the line on V2.
pub fn change_refusals(options: &WriteOptions) -> Vec<(String, String)> {
    let one = |(why, source): &(Refused, Source)| {
        let place = match source {
            Source::Sheet(section, _) => format!("fact sheet, CLI §{section}"),
            Source::Option(key, _) => format!("writes.{key}"),
        };
        let line = why.line(options, false).unwrap_or(Cow::Borrowed("%Error 20202"));
        (place, line.into_owned())
    };
    // An empty line is none: what it would answer is taken.
    REFUSALS.iter().map(one).filter(|(_, line)| !line.is_empty()).collect()
}

impl Refused {
    /// What the device prints; `None` for the parser's own 20202. V1.2 counts from 30000
    /// where later firmwares count from 60000 (fact sheet, CLI §1.8).
    pub(crate) fn line(self, options: &WriteOptions, old: bool) -> Option<Cow<'static, str>> {
        let source = REFUSALS.iter().find(|(own, _)| *own == self).map(|(_, source)| *source)?;
        let line = match source {
            Source::Sheet(_, line) => Cow::Borrowed(line),
            Source::Option(_, of) => Cow::Owned(of(options).clone()),
        };
        match line.strip_prefix("%Code 6") {
            _ if *line == *"20202" => None,
            Some(rest) if old => Some(Cow::Owned(format!("%Code 3{rest}"))),
            _ => Some(line),
        }
    }
}

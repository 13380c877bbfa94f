//! A row of a list of ONUs.

use std::borrow::Cow;

use gpon::{
    AdminState, AuthMode, ClockTime, OfflineReason, Onu, OnuColumn, OnuColumns, OnuState, SerialNumber,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{fields, text};
use crate::charset::Charset;
use crate::http::schema;

/// An ONU in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OnuOfList)]
pub(super) struct Row<'a> {
    #[schema(value_type = schema::Board)]
    board: u8,
    #[schema(value_type = schema::Pon)]
    pon: u8,
    #[schema(value_type = schema::OnuNumber)]
    onu_id: u8,
    /// As the OLT holds it.
    name: Option<Cow<'a, str>>,
    /// The type that it is configured as.
    onu_type: Option<Cow<'a, str>>,
    #[schema(value_type = Option<schema::SerialNumber>)]
    serial_number: Option<SerialNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::Auth)]
    auth: Option<&'static str>,
    /// What it receives.
    #[schema(value_type = Option<schema::Power>)]
    rx_power: Option<String>,
    #[schema(value_type = Option<schema::OnuStatus>)]
    status: Option<&'static str>,
    /// What the OLT receives from it, in lists that know it at no extra cost, or are sorted by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::ListedPower)]
    olt_rx_power: Option<Option<String>>,
    /// Length of the fibre in metres, in lists that know it at no extra cost, or are sorted by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::ListedDistance)]
    distance: Option<Option<u32>>,
    /// The model that it reports, where a parameter names this column.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::ListedText)]
    model: Option<Option<Cow<'a, str>>>,
    /// Why it last went offline, where a parameter names this column.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::ListedOfflineReason)]
    offline_reason: Option<Option<String>>,
    /// When it last came online, where a parameter names this column.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::ListedClockTime)]
    last_online: Option<Option<String>>,
    /// When it last went offline, where a parameter names this column.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::ListedClockTime)]
    last_offline: Option<Option<String>>,
    /// Whether it may come into service, where a parameter names this column.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::ListedAdminState)]
    admin_state: Option<Option<&'static str>>,
    /// Who holds it out of service, where a parameter names this column; null where that is not known: another instance writes to the OLT, or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::ListedOwners)]
    suspended_by: Option<Option<Vec<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::NamingTable)]
    source: Option<&'static str>,
}

/// An ONU of a list, and what a second reading knows of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) onu: &'a Onu,
    pub(super) more: Option<&'a Onu>,
}

impl<'a> From<&'a Onu> for Line<'a> {
    fn from(onu: &'a Onu) -> Self {
        Self { onu, more: None }
    }
}

impl<'a> Line<'a> {
    /// `second` is sorted by place, as readings are.
    pub(super) fn new(onu: &'a Onu, second: &'a [Onu]) -> Self {
        let found = second.binary_search_by_key(&onu.at, |other| other.at);
        Self { onu, more: found.ok().and_then(|at| second.get(at)) }
    }

    /// A value from the list, else from the second reading.
    pub(super) fn get<T>(self, value: impl Fn(&'a Onu) -> Option<T>) -> Option<T> {
        value(self.onu).or_else(|| value(self.more?))
    }

    pub(super) fn model(self) -> Option<&'a String> {
        self.get(|onu| onu.model.as_ref())
    }

    pub(super) fn offline_reason(self) -> Option<OfflineReason> {
        self.get(|onu| onu.offline_reason)
    }

    pub(super) fn last_online(self) -> Option<ClockTime> {
        self.get(|onu| onu.last_online)
    }

    pub(super) fn last_offline(self) -> Option<ClockTime> {
        self.get(|onu| onu.last_offline)
    }

    pub(super) fn admin_state(self) -> Option<AdminState> {
        self.get(|onu| onu.admin)
    }
}

/// Which columns a list shows: in every row or in none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    charset: Charset,
    olt_rx: bool,
    distance: bool,
    columns: OnuColumns,
}

impl Shown {
    /// Those that came at no extra cost.
    pub(super) fn of(onus: &[Onu], charset: Charset) -> Self {
        Self {
            charset,
            olt_rx: onus.iter().any(|onu| onu.olt_rx.is_some()),
            distance: onus.iter().any(|onu| onu.distance_m.is_some()),
            columns: OnuColumns::default(),
        }
    }

    /// These as well.
    pub(super) fn and(self, columns: OnuColumns) -> Self {
        Self {
            olt_rx: self.olt_rx || columns.has(OnuColumn::OltRx),
            distance: self.distance || columns.has(OnuColumn::Distance),
            columns,
            ..self
        }
    }

    pub(super) fn row<'a>(self, line: impl Into<Line<'a>>) -> Row<'a> {
        let line = line.into();
        let onu = line.onu;
        let has = |column| self.columns.has(column);
        Row {
            board: onu.at.pon.slot(),
            pon: onu.at.pon.port(),
            onu_id: onu.at.id.get(),
            name: self.charset.text(&onu.name),
            onu_type: self.charset.text(&onu.onu_type),
            serial_number: onu.serial,
            auth: by_password(onu),
            rx_power: text(onu.rx),
            status: onu.state.map(OnuState::as_str),
            olt_rx_power: self.olt_rx.then(|| text(line.get(|onu| onu.olt_rx))),
            distance: self.distance.then(|| line.get(|onu| onu.distance_m)),
            model: has(OnuColumn::Model).then(|| line.model().map(|model| self.charset.show(model))),
            offline_reason: has(OnuColumn::OfflineReason).then(|| text(line.offline_reason())),
            last_online: has(OnuColumn::LastOnline).then(|| text(line.last_online())),
            last_offline: has(OnuColumn::LastOffline).then(|| text(line.last_offline())),
            admin_state: has(OnuColumn::AdminState).then(|| line.admin_state().map(AdminState::as_str)),
            suspended_by: None,
            source: fields::source(onu.named_by),
        }
    }
}

impl Row<'_> {
    /// The same, with who holds it.
    pub(super) fn held(self, suspended_by: Option<Option<Vec<String>>>) -> Self {
        Self { suspended_by, ..self }
    }
}

/// `password` for an ONU registered by one: the reason why its serial is null.
pub(in crate::api) fn by_password(onu: &Onu) -> Option<&'static str> {
    matches!(onu.auth, Some(AuthMode::Password)).then_some("password")
}

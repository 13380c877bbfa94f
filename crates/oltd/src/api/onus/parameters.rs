//! What a list of ONUs may be asked for, as the document says it.

use gpon::{OfflineReason, OnuState};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, PartialSchema};

use super::order::sortable;
use super::{EXTRA, SUSPENDED_BY};
use crate::api::fields;
use crate::http::openapi::{power, query, several, some_text, text};
use crate::http::schema;

/// Which ONUs a list is asked for, in which order, and with what.
#[derive(Debug)]
pub(super) enum FiltersOfPon {}

impl IntoParams for FiltersOfPon {
    #[rustfmt::skip] // one line per parameter
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![
            query("status", several(OnuState::ALL.map(|state| state.as_str().to_owned()).into_iter().chain(["unknown".to_owned()])), "Only ONUs in one of these phases, which stand between commas; also in the spelling of the metrics (`dying_gasp`). `unknown`: those whose phase is not known."),
            query("offline_reason", several(OfflineReason::NAMED.map(|reason| reason.to_string())), "Only ONUs that last went offline for one of these reasons, which stand between commas; also `Unknown (14)`. Rows show it."),
            query("admin_state", schema::AdminState::schema(), "Only ONUs that may come into service, or that may not. Rows show it."),
            query("suspended_by", schema::Reference::schema(), "Only ONUs that this owner holds out of service. Rows show it."),
            query("type", some_text(), "Only ONUs that are configured as this type."),
            query("model", some_text(), "Only ONUs that report this model. Rows show it."),
            query("vendor", text().pattern(Some("^[0-9A-Za-z]{4}$")), "Only ONUs whose serial number begins with this prefix."),
            query("rx_below", power(), "Only ONUs that receive less than this, in dBm."),
            query("rx_above", power(), "Only ONUs that receive more than this, in dBm."),
            query("q", text(), "Only ONUs whose serial number, name or description holds this text. Sixteen hexadecimal digits are a serial number with its vendor prefix in them."),
            query("with", several(EXTRA.map(|column| fields::column(column).to_owned()).into_iter().chain([SUSPENDED_BY.to_owned()])), "Columns that rows show besides their own, with commas between them. They are a second reading of the OLT, but for `suspended_by`."),
            query("sort", text().enum_values(Some(sortable())), "What the rows are sorted by; those without a value come last. Rows show it."),
            query("order", text().enum_values(Some(["asc", "desc"])), "Upwards unless told otherwise."),
        ]
    }
}

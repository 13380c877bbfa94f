use gpon::{PonPort, SerialNumber, UnconfiguredOnu};
use serde::Serialize;
use utoipa::ToSchema;

use super::text;
use crate::app::ChosenOlt;
use crate::cache::{Freshness, Unconfigured};
use crate::http::openapi::{Listed, PonFailures, ReadFailures};
use crate::http::{Answer, PonPath, schema};

/// A box that is lit and not configured.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UnconfiguredOnu)]
struct Row<'a> {
    #[schema(value_type = schema::PonPortText)]
    pon_port: String,
    #[schema(value_type = schema::Board)]
    board: u8,
    #[schema(value_type = schema::Pon)]
    pon: u8,
    #[schema(value_type = Option<schema::SerialNumber>)]
    serial_number: Option<SerialNumber>,
    /// The model that it reports.
    r#type: Option<&'a str>,
    /// The LOID that it reports.
    loid: Option<&'a str>,
    /// The password that it reports.
    password: Option<&'a str>,
    /// The version of its software.
    software: Option<&'a str>,
    #[schema(value_type = Option<schema::ClockTime>)]
    discovered_at: Option<String>,
}

impl<'a> From<&'a UnconfiguredOnu> for Row<'a> {
    fn from(onu: &'a UnconfiguredOnu) -> Self {
        Self {
            pon_port: onu.pon.to_string(),
            board: onu.pon.slot(),
            pon: onu.pon.port(),
            serial_number: onu.serial,
            r#type: onu.model.as_deref(),
            loid: onu.loid.as_deref(),
            password: onu.password.as_deref(),
            software: onu.software.as_deref(),
            discovered_at: text(onu.discovered_at),
        }
    }
}

/// Boxes that wait for configuration.
#[utoipa::path(
    get, path = "/onu/unconfigured", operation_id = "unconfigured_onus", tag = "ONUs",
    params(Freshness),
    responses(Listed<Row>, ReadFailures),
)]
pub(super) async fn of_olt(olt: ChosenOlt, freshness: Freshness) -> Answer {
    list(olt, None, freshness).await
}

/// Boxes of a PON that wait for configuration.
#[utoipa::path(
    get, path = "/onu/unconfigured/{pon}", operation_id = "unconfigured_onus_of_pon", tag = "ONUs",
    params(PonPath, Freshness),
    responses(Listed<Row>, PonFailures),
)]
pub(super) async fn of_pon(olt: ChosenOlt, PonPath(pon): PonPath, freshness: Freshness) -> Answer {
    list(olt, Some(pon), freshness).await
}

async fn list(olt: ChosenOlt, pon: Option<PonPort>, freshness: Freshness) -> Answer {
    let onus = olt.read::<Unconfigured>(pon, freshness).await?;
    onus.list((), |onu, ()| Row::from(onu))
}

use gpon::{PonPort, SerialNumber, UnconfiguredOnu};
use serde::Serialize;

use super::text;
use crate::app::ChosenOlt;
use crate::cache::{Freshness, Unconfigured};
use crate::http::{Answer, PonPath};

#[derive(Debug, Serialize)]
struct Row<'a> {
    pon_port: String,
    serial_number: Option<SerialNumber>,
    r#type: Option<&'a str>,
    loid: Option<&'a str>,
    password: Option<&'a str>,
    software: Option<&'a str>,
    discovered_at: Option<String>,
}

impl<'a> From<&'a UnconfiguredOnu> for Row<'a> {
    fn from(onu: &'a UnconfiguredOnu) -> Self {
        Self {
            pon_port: onu.pon.to_string(),
            serial_number: onu.serial,
            r#type: onu.model.as_deref(),
            loid: onu.loid.as_deref(),
            password: onu.password.as_deref(),
            software: onu.software.as_deref(),
            discovered_at: text(onu.discovered_at),
        }
    }
}

/// GET `/onu/unconfigured`
pub(super) async fn of_olt(olt: ChosenOlt, freshness: Freshness) -> Answer {
    list(olt, None, freshness).await
}

/// GET `/onu/unconfigured/{pon}`
pub(super) async fn of_pon(olt: ChosenOlt, PonPath(pon): PonPath, freshness: Freshness) -> Answer {
    list(olt, Some(pon), freshness).await
}

async fn list(olt: ChosenOlt, pon: Option<PonPort>, freshness: Freshness) -> Answer {
    let onus = olt.read::<Unconfigured>(pon, freshness).await?;
    onus.list("list", Row::from)
}

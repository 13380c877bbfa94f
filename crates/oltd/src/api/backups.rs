use serde::Serialize;
use utoipa::ToSchema;

use crate::app::ChosenOlt;
use crate::http::openapi::{ToldList, TreeFailures};
use crate::http::{Answer, ErrorCode, Failure, plain};

/// A configuration backup.
#[derive(Debug, Serialize, ToSchema)]
struct Backup {}

/// The configuration backups.
///
/// There are none until they can be made.
#[utoipa::path(
    get, path = "/config/backups", operation_id = "backups", tag = "Backups",
    responses(ToldList<Backup>, TreeFailures),
)]
pub(super) async fn list(_: ChosenOlt) -> Answer {
    let none: [Backup; 0] = [];
    plain(none)
}

/// Every other backup route.
pub(super) async fn not_built(_: ChosenOlt) -> Failure {
    Failure::new(
        ErrorCode::NotImplemented,
        "Configuration backups are not built yet.",
        "no backup was made, restored, changed or removed",
    )
}

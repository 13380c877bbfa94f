use crate::app::ChosenOlt;
use crate::http::{Answer, ErrorCode, Failure, plain};

/// GET `/config/backups`: there are none until they can be made.
pub(super) async fn list(_: ChosenOlt) -> Answer {
    plain([(); 0])
}

/// Every other backup route.
pub(super) async fn not_built(_: ChosenOlt) -> Failure {
    Failure::new(
        ErrorCode::NotImplemented,
        "Configuration backups are not built yet.",
        "no backup was made, restored, changed or removed",
    )
}

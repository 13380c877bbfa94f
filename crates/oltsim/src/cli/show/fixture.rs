//! What real devices printed, for the tests of this folder.

/// The text of a fixture, such as `c320-v2.1.0/show-card.txt`.
pub(super) fn fixture(path: &str) -> String {
    let path = format!("{}/../../fixtures/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// An ONU by its name.
pub(super) fn onu(at: &str) -> gpon::OnuRef {
    let (pon, id) = at.split_once(':').unwrap();
    gpon::OnuRef { pon: pon.parse().unwrap(), id: id.parse().unwrap() }
}

//! `docs/writes.md` says what the code does.

use std::fmt::Write as _;
use std::path::Path;

const BEGIN: &str =
    "<!-- made by the tests: UPDATE_WRITES=1 cargo nextest run -p oltd the_table_of_operations -->\n";
const END: &str = "<!-- end -->";

fn table() -> String {
    let offered = zte::offered();
    let firmware: Vec<&str> = offered[0].undo.keys().copied().collect();
    let mut table = format!("| operation | {} | proven on |\n|---|", firmware.join(" | "));
    table.push_str(&"---|".repeat(firmware.len() + 1));
    for row in &offered {
        let cells = firmware.iter().map(|name| match &row.undo[name] {
            Some(classes) => {
                let spelt = |class| serde_json::to_value(class).unwrap().as_str().unwrap().to_owned();
                classes.iter().map(spelt).collect::<Vec<_>>().join(", ")
            }
            None => "refused".to_owned(),
        });
        let cells: Vec<_> = cells.collect();
        write!(table, "\n| `{}` | {} | simulator; hardware: nowhere yet |", row.operation, cells.join(" | "))
            .unwrap();
    }
    table + "\n"
}

#[test]
fn the_table_of_operations_is_that_of_the_code() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/writes.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (committed, after) = rest.split_once(END).unwrap();
    if std::env::var_os("UPDATE_WRITES").is_some() {
        std::fs::write(&page, format!("{before}{BEGIN}{}{END}{after}", table())).unwrap();
    } else {
        assert_eq!(committed, table(), "UPDATE_WRITES=1 writes it anew");
    }
}

//! schemathesis (from PyPI), which knows nothing of us but the OpenAPI
//! document, against the demo: whatever the document promises must hold, and
//! whatever it forbids must be refused.

use std::process::{Command, Stdio};

use super::running::Running;

/// Tests of each operation in its random phase, besides those that its limits
/// call for; the variable `SCHEMATHESIS_EXAMPLES` asks for more.
const EXAMPLES: &str = "20";

/// No document can say that one of several parameters must be given, nor that two of
/// them must agree: an ONU is named by its place, its serial number, or both. Nor that a time
/// is over, or that nobody can be called back where nothing is configured to sign with.
const ONE_OF: &str = r#"
[[operations]]
include-path = "/api/v1/mac"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "404"]

[[operations]]
include-path-regex = "^/api/v1/(onu(-management|/sn)?|batch|system/save|plans)(/|$)"
checks.positive_data_acceptance.expected-statuses = ["2xx", "3xx", "400", "401", "403", "404", "409", "422", "429", "5xx"]
"#;

/// Its program: that of the variable `SCHEMATHESIS`, else the usual one. A
/// machine without it skips the test.
fn program() -> Option<String> {
    let program = std::env::var("SCHEMATHESIS").unwrap_or_else(|_| "schemathesis".to_owned());
    let version =
        Command::new(&program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let found = version.is_ok_and(|status| status.success());
    if !found {
        println!("skipped: {program} cannot be started: pip install schemathesis");
    }
    found.then_some(program)
}

#[test]
fn it_finds_nothing() {
    let Some(program) = program() else { return };
    // Nobody reads the log here: a full pipe would stop the server.
    let variables = [
        ("OLTD_LOG__LEVEL", "error"),
        // It asks faster than any client may.
        ("OLTD_HTTP__RATE_LIMIT", "100000"),
        ("OLTD_HTTP__RATE_BURST", "1000000"),
    ];
    let examples = std::env::var("SCHEMATHESIS_EXAMPLES");
    let mut demo = Running::start(&[], &["demo", "--listen", "127.0.0.1:0"], &variables);
    let base = demo.line_with("http://").unwrap();
    let base = base.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
    std::fs::write(demo.directory.path().join("schemathesis.toml"), ONE_OF).unwrap();
    let output = Command::new(program)
        .current_dir(demo.directory.path())
        .args(["run", &format!("{base}api/v1/openapi.json"), "--checks", "all"])
        .args([
            "--max-examples",
            examples.as_deref().unwrap_or(EXAMPLES),
            "--seed",
            "1",
            "--generation-database",
            "none",
        ])
        // One: Debian's Python 3.11 may fail in threads that parse at the same time
        // (SystemError: AST constructor recursion depth mismatch).
        .args(["--workers", "1", "--continue-on-failure", "--no-color"])
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}\n{}", String::from_utf8_lossy(&output.stderr));
    // All of them, and not a document that lists nothing.
    let tested = report.lines().find_map(|line| line.trim().strip_prefix("Tested: "));
    assert!(tested.is_some_and(|tested| tested.parse::<u32>().unwrap() > 30), "{report}");
    demo.end("TERM");
}

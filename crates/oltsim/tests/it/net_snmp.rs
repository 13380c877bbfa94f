//! The tools of net-snmp, which know nothing of us, against the simulator.

use std::collections::BTreeMap;
use std::process::{Output, Stdio};

use oltsim::{Source, Value, display};
use tokio::process::Command;

use crate::client::{small, start};

/// Whether a tool can be run. A machine without it skips the test, except where
/// continuous integration runs it.
fn has(tool: &str) -> bool {
    let found = std::process::Command::new(tool).arg("-V").stderr(Stdio::null()).status().is_ok();
    assert!(found || std::env::var_os("CI").is_none(), "{tool} is missing: apt-get install snmp");
    if !found {
        println!("skipped: {tool} is missing: apt-get install snmp");
    }
    found
}

/// Runs a tool against `address`. `-m ''` reads no MIBs; the output is numeric
/// and strings are hexadecimal, so that any bytes can be compared.
async fn run(tool: &str, arguments: &[&str], address: &str, oid: &str) -> String {
    let output = output("-v2c", tool, arguments, address, &[oid]).await;
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{tool}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

async fn output(version: &str, tool: &str, arguments: &[&str], address: &str, oids: &[&str]) -> Output {
    let fixed = [version, "-c", "public", "-m", "", "-On", "-Ox", "-Oe", "-OU", "-Ot", "-t", "10", "-r", "2"];
    Command::new(tool)
        .args(fixed)
        .args(arguments)
        .arg(address)
        .args(oids)
        .env("HOME", "/nonexistent")
        .kill_on_drop(true)
        .output()
        .await
        .unwrap()
}

/// What net-snmp prints for a value.
fn printed(value: &Value) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ");
    match value {
        Value::Integer(number) => format!("INTEGER: {number}"),
        Value::Octets(bytes) if bytes.is_empty() => "\"\"".to_owned(),
        Value::Octets(bytes) => format!("Hex-STRING: {}", hex(bytes)),
        Value::Null => "NULL".to_owned(),
        Value::ObjectId(oid) => format!("OID: .{}", display(oid)),
        Value::IpAddress([a, b, c, d]) => format!("IpAddress: {a}.{b}.{c}.{d}"),
        Value::Counter32(number) => format!("Counter32: {number}"),
        Value::Gauge32(number) => format!("Gauge32: {number}"),
        Value::TimeTicks(ticks) => ticks.to_string(),
        Value::Opaque(bytes) => format!("OPAQUE: {}", hex(bytes)),
        Value::Counter64(number) => format!("Counter64: {number}"),
    }
}

/// The rows of an output. Long strings go on over several lines.
fn rows(output: &str) -> BTreeMap<String, String> {
    let mut rows = BTreeMap::new();
    let mut last = String::new();
    // After the last row net-snmp says so, under the name of that row.
    for line in output.lines().filter(|line| !line.contains("No more variables left in this MIB View")) {
        match line.split_once(" = ") {
            Some((oid, value)) if oid.starts_with('.') => {
                last = oid.to_owned();
                rows.insert(last.clone(), value.to_owned());
            }
            _ => {
                let value: &mut String = rows.entry(last.clone()).or_default();
                value.push(' ');
                value.push_str(line);
            }
        }
    }
    rows
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn walk_compares(simulator: oltsim::Simulator) {
    simulator.device(|device| device.clock.hold());
    let expected = simulator.rows();
    let address = simulator.snmp_addr().to_string();
    let output = run("snmpbulkwalk", &["-Cr40"], &address, ".1").await;
    let got = rows(&output);
    for (oid, value) in &expected {
        let oid = format!(".{}", display(oid));
        let found = got.get(&oid).unwrap_or_else(|| panic!("{oid} is missing"));
        assert_eq!(squeezed(found), squeezed(&printed(value)), "{oid}");
    }
    assert_eq!(got.len(), expected.len());
    assert_eq!(simulator.counters().malformed, 0);
}

#[tokio::test]
async fn snmpbulkwalk_sees_every_row() {
    if has("snmpbulkwalk") {
        walk_compares(small().await).await;
    }
}

#[tokio::test]
async fn snmpbulkwalk_sees_every_row_of_the_demo() {
    if has("snmpbulkwalk") {
        walk_compares(start(Source::Demo).await).await;
    }
}

#[tokio::test]
async fn snmpget_and_snmpgetnext() {
    if !has("snmpget") {
        return;
    }
    let simulator = small().await;
    let address = simulator.snmp_addr().to_string();
    let output = run("snmpget", &[], &address, ".1.3.6.1.2.1.1.2.0").await;
    assert_eq!(output.trim(), ".1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.3902.1082.1001.320.2.1");
    let output = run("snmpget", &[], &address, ".1.3.6.1.2.1.1.2.1").await;
    assert!(output.contains("No Such Instance"), "{output}");
    let output = run("snmpgetnext", &[], &address, ".1.3.6.1.2.1.1.6.0").await;
    assert_eq!(output.trim(), ".1.3.6.1.2.1.1.7.0 = INTEGER: 78");
}

#[tokio::test]
async fn version_1_has_its_own_errors() {
    if !has("snmpget") {
        return;
    }
    let simulator = small().await;
    let address = simulator.snmp_addr().to_string();
    let ask = |tool, oids: &'static [&'static str]| output("-v1", tool, &[], &address, oids);
    let got = ask("snmpget", &[".1.3.6.1.2.1.1.2.0"]).await;
    let text = String::from_utf8(got.stdout).unwrap();
    assert_eq!(text.trim(), ".1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.3902.1082.1001.320.2.1");
    // -Cf: the tool does not ask again without the name that is refused.
    let got =
        output("-v1", "snmpget", &["-Cf"], &address, &[".1.3.6.1.2.1.1.2.0", ".1.3.6.1.2.1.1.2.1"]).await;
    let error = String::from_utf8(got.stderr).unwrap();
    assert!(error.contains("(noSuchName)") && error.contains("1.3.6.1.2.1.1.2.1"), "{error}");
    let got = ask("snmpset", &[".1.3.6.1.2.1.1.5.0", "s", "x"]).await;
    assert!(String::from_utf8(got.stderr).unwrap().contains("(noSuchName)"));
}

#[tokio::test]
async fn version_1_walks_past_counters_of_64_bits() {
    if !has("snmpwalk") {
        return;
    }
    let simulator = small().await;
    simulator.device(|device| device.clock.hold());
    let address = simulator.snmp_addr().to_string();
    let walked = output("-v1", "snmpwalk", &[], &address, &[".1.3.6.1.2.1"]).await;
    assert!(walked.status.success());
    let got = rows(&String::from_utf8(walked.stdout).unwrap());
    let expected: BTreeMap<String, String> = simulator
        .rows()
        .into_iter()
        .filter(|(oid, value)| oid.starts_with(&[1, 3, 6, 1, 2, 1]) && !matches!(value, Value::Counter64(_)))
        .map(|(oid, value)| (format!(".{}", display(&oid)), squeezed(&printed(&value))))
        .collect();
    assert!(simulator.rows().iter().any(|(_, value)| matches!(value, Value::Counter64(_))));
    assert_eq!(
        got.into_iter().map(|(oid, value)| (oid, squeezed(&value))).collect::<BTreeMap<_, _>>(),
        expected
    );
}

//! What `check` makes of a configuration: one verdict, and every fault at once.

use super::{ONE_OLT, file, run};

/// Faults of every kind that is looked for at another time than the rest.
#[test]
fn every_fault_is_told_at_once() {
    let redis = "[cache.redis]\nhost = 'r'\ntls = true\nca_file = 'no-ca.pem'\n";
    let text = format!(
        "listen = '0.0.0.0:1'\ndefault = 'two'\ntls = {{ cert_file = 'no.pem', key_file = 'no.key' }}\nx = 1\n\
         {redis}[monitoring]\nrx_power_low = -3\n{ONE_OLT}port = 0\n[[olts]]\nid = 'no host'\n"
    );
    let dotenv = "SNMP_PORT=x y z\nSERVER_PORT=99999\n";
    let (code, stdout, stderr) =
        run(&[("oltd.toml", &text), (".env", dotenv)], &["check"], &[("OLTD_CACHE__ONUS", "soon")]);
    assert_eq!(code, Some(1));
    let begins = [
        ".env: line 1: ",
        "OLTD_CACHE__ONUS: ",
        "oltd.toml: monitoring.rx_power_low: ",
        "oltd.toml: olts[0].snmp.port: ",
        "oltd.toml: olts[1].id: ",
        "oltd.toml: olts[1].snmp.community: is missing",
        "oltd.toml: olts[1].snmp.host: is missing",
        "oltd.toml: x: ",
        "0.0.0.0:1 is reached from other machines",
        "cannot serve TLS: no.pem: ",
        "cannot read the certificates of Redis from no-ca.pem: ",
    ];
    let told: Vec<&str> = stderr.lines().collect();
    for begin in begins {
        assert_eq!(told.iter().filter(|line| line.starts_with(begin)).count(), 1, "{begin}\n{stderr}");
    }
    assert_eq!(told.len(), begins.len(), "{stderr}");
    assert_eq!(stdout, format!("The configuration from oltd.toml has {} faults.\n", begins.len()));
}

/// A file that cannot be read hides no fault of the variables, and brings up none
/// that it may well have answered.
#[test]
fn faults_beside_a_broken_file_are_told() {
    let variables = [("OLTD_LISTEN", "here"), ("OLTD_OLTS__3__SNMP__PORT", "0"), ("OLTD_FOO", "1")];
    let of_variables = ["OLTD_FOO: ", "OLTD_LISTEN: ", "OLTD_OLTS__3__SNMP__PORT: "];
    let broken = "a = \n[olts\nb = 'secret'\nc = = 1\n";
    for (files, of_file) in [
        (
            &[("oltd.toml", broken)][..],
            &["oltd.toml: line 1: ", "oltd.toml: line 2: ", "oltd.toml: line 4: "][..],
        ),
        (&[], &["oltd.toml: cannot be read: "]),
    ] {
        let (code, stdout, stderr) = run(files, &["check", "--config", "oltd.toml"], &variables);
        assert_eq!(code, Some(1));
        let told: Vec<&str> = stderr.lines().collect();
        let begins: Vec<&str> = of_variables.iter().chain(of_file).copied().collect();
        assert!(begins.iter().all(|begin| told.iter().any(|line| line.starts_with(begin))), "{stderr}");
        assert_eq!(told.len(), begins.len(), "{stderr}");
        assert_eq!(stdout, format!("The configuration from oltd.toml has {} faults.\n", begins.len()));
        assert!(!stderr.contains("secret"), "{stderr}");
    }
}

/// What a token at fault lets in is not known: no fault follows from another.
#[test]
fn a_broken_token_is_one_fault() {
    let token = file("listen = '0.0.0.0:1'\n[[auth.tokens]]\nname = 'noc'\nsha256 = 'short'");
    let (code, stdout, stderr) = run(&[("oltd.toml", &token)], &["check"], &[]);
    assert_eq!((code, stderr.lines().count()), (Some(1), 1), "{stderr}");
    assert_eq!(stdout, "The configuration from oltd.toml has 1 fault.\n");
}

/// A file of answers is read before anybody relies on it.
#[test]
fn answers_that_cannot_be_used_end_the_start() {
    let text = file("answers_file = 'answers.toml'");
    let good = "[[answers]]\nbegins = 'Warning: x'\nmeans = 'remark'\n";
    let (code, _, stderr) = run(&[("oltd.toml", &text), ("answers.toml", good)], &["check"], &[]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let begins = "cannot use the answers in answers.toml: ";
    for (answers, why) in [
        (None, "cannot be read: "),
        (Some("[[answers]]\nbegins = 'x'\nmeans = 'fine'\n"), "line 3: unknown variant `fine`"),
        (Some("[[answers]\n"), "line 1: "),
        (Some("[[answers]]\nbegins = ' '\nmeans = 'remark'\n"), "answers[0].begins: "),
    ] {
        let files: Vec<_> = [("oltd.toml", text.as_str())]
            .into_iter()
            .chain(answers.map(|own| ("answers.toml", own)))
            .collect();
        for command in ["check", "serve"] {
            let (code, stdout, stderr) = run(&files, &[command], &[("OLTD_LISTEN", "127.0.0.1:0")]);
            assert_eq!((code, stderr.lines().count()), (Some(1), 1), "{command}: {stdout}{stderr}");
            assert!(stderr.starts_with(&format!("{begins}{why}")), "{command}: {stderr}");
        }
    }
}

/// Editors of Windows put a mark before text.
#[test]
fn a_byte_order_mark_is_no_text() {
    let marked = |text: &str| format!("\u{feff}{text}");
    let (code, stdout, stderr) = run(&[("oltd.toml", &marked(ONE_OLT))], &["check"], &[]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    let dotenv = marked("SNMP_HOST=192.0.2.7\r\nSNMP_COMMUNITY=public\r\n");
    let (code, stdout, stderr) = run(&[(".env", &dotenv)], &["check"], &[]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(stdout.contains("192.0.2.7:161"), "{stdout}");

    let directory = tempfile::tempdir().unwrap();
    let wide: Vec<u8> = "\u{feff}listen = ''".encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(directory.path().join("oltd.toml"), wide).unwrap();
    let output = super::oltd(directory.path(), &["check"], &[]).output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "oltd.toml: is UTF-16 text: save it as UTF-8\n");
}

#[test]
fn a_saved_output_may_begin_with_a_mark() {
    let clock = "OLT-1#show clock\r\n08:01:55 Mon Mar 7 2011 utc\r\nOLT-1#";
    let marked = format!("\u{feff}{clock}");
    let units = |unit: fn(u16) -> [u8; 2]| marked.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let directory = tempfile::tempdir().unwrap();
    let mut shown =
        [clock.into(), marked.clone().into_bytes(), units(u16::to_le_bytes), units(u16::to_be_bytes)].map(
            |bytes: Vec<u8>| {
                std::fs::write(directory.path().join("saved"), bytes).unwrap();
                let arguments = ["show", "--from", "saved", "show", "clock"];
                super::oltd(directory.path(), &arguments, &[]).output().unwrap()
            },
        );
    shown[1..].iter().for_each(|other| assert_eq!(*other, shown[0]));
    let stdout = std::mem::take(&mut shown[0].stdout);
    assert!(shown[0].status.success() && !stdout.is_empty(), "{:?}", shown[0]);
}

/// A pipe whose reader has gone.
#[cfg(unix)]
fn closed() -> std::io::PipeWriter {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer
}

/// Whoever reads may leave at any moment: that is no error, and changes nothing.
#[cfg(unix)]
#[test]
fn nobody_dies_of_a_closed_pipe() {
    let fans = include_str!("../../../../../fixtures/c320-v2.1.0/show-fan.txt");
    let odd = format!("OLT#show fan\r\n{fans}What is this?\r\nOLT#");
    let wrong = "x = 1\n";
    for (arguments, code) in [
        (&["--help"][..], 0),
        (&["help", "serve"], 0),
        (&["--version"], 0),
        (&["serv"], 2),
        (&["token"], 0),
        (&["check", "--config", "good.toml"], 0),
        (&["check", "--config", "wrong.toml"], 1),
        (&["serve", "--config", "wrong.toml"], 1),
        (&["show", "--from", "fans", "show", "fan"], 0),
        (&["show", "--raw", "--from", "odd", "show", "fan"], 3),
        (&["show", "reboot"], 2),
    ] {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in [("good.toml", ONE_OLT), ("wrong.toml", wrong), ("fans", fans), ("odd", &odd)] {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        let mut command = super::oltd(directory.path(), arguments, &[]);
        let status = command.stdout(closed()).stderr(closed()).status().unwrap();
        assert_eq!(status.code(), Some(code), "{arguments:?}");
        // And of a reader that leaves, the other hears nothing.
        let mut command = super::oltd(directory.path(), arguments, &[]);
        let output = command.stdout(closed()).stderr(std::process::Stdio::piped()).output().unwrap();
        let whole = super::oltd(directory.path(), arguments, &[]).output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(code), whole.stderr), "{arguments:?}");
    }
}

#[cfg(all(unix, feature = "sim"))]
#[test]
fn what_runs_until_told_outlives_its_readers() {
    use std::net::{TcpListener, TcpStream};
    use std::time::{Duration, Instant};

    for (command, option) in [("demo", "--listen"), ("sim", "--control")] {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let directory = tempfile::tempdir().unwrap();
        let mut command = super::oltd(directory.path(), &[command, option, &address], &[]);
        let mut child = command.stdout(closed()).stderr(closed()).spawn().unwrap();
        let began = Instant::now();
        while TcpStream::connect(&address).is_err() {
            assert!(began.elapsed() < Duration::from_secs(20), "{command:?} does not listen");
            assert_eq!(child.try_wait().unwrap(), None, "{command:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
        let told = std::process::Command::new("kill").arg(child.id().to_string()).status().unwrap();
        assert!(told.success() && child.wait().unwrap().success(), "{command:?}");
    }
}

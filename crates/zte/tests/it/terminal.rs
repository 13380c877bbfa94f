//! A command line that answers from a script.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use zte::{CliSettings, Olt, OltSettings, SnmpSettings, SnmpTransport};

/// What is answered to which command; everything else is refused.
pub(crate) type Script = BTreeMap<String, String>;

/// An OLT whose SNMP agent is silent and whose command line follows a script.
pub(crate) struct Scripted {
    pub(crate) olt: Olt,
    commands: Arc<Mutex<Vec<String>>>,
    _silent: UdpSocket,
}

/// The text of a fixture.
pub(crate) fn fixture(name: &str) -> String {
    let path = format!("{}/../../fixtures/c320-v2.1.0/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

impl Scripted {
    pub(crate) async fn start(script: &[(&str, String)]) -> Self {
        Self::start_with(script, |_| {}).await
    }

    /// The same with other settings.
    pub(crate) async fn start_with(script: &[(&str, String)], adjust: impl FnOnce(&mut OltSettings)) -> Self {
        let script: Script = script.iter().map(|(line, text)| ((*line).to_owned(), text.clone())).collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let commands = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&commands);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, script.clone(), Arc::clone(&heard)));
            }
        });
        let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let mut snmp = SnmpSettings::new("127.0.0.1", silent.local_addr().unwrap().port(), "public".into());
        snmp.deadline = Duration::from_millis(300);
        let cli = Some(CliSettings::new("127.0.0.1", port, "zte", "zte".into()));
        let transport = SnmpTransport::bind().await.unwrap();
        let mut settings = OltSettings::new("olt", snmp, cli);
        adjust(&mut settings);
        let olt = Olt::new(settings, &transport);
        Self { olt, commands, _silent: silent }
    }

    /// The show commands that were sent.
    pub(crate) fn commands(&self) -> Vec<String> {
        self.commands.lock().unwrap().clone()
    }
}

async fn serve(stream: TcpStream, script: Script, heard: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(stream);
    for (ask, echo) in [("Username:", true), ("Password:", false)] {
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        let answer = if echo { line.replace('\n', "\r\n") } else { "\r\n".to_owned() };
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
    loop {
        stream.write_all(b"ZXAN#").await.unwrap();
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let command = line.trim_end();
        if command == "exit" {
            return;
        }
        let refusal = "    ^\n%Error 20202: Invalid input detected at '^' marker.Invalid parameter\n";
        let answer = if command.starts_with("show ") {
            heard.lock().unwrap().push(command.to_owned());
            script.get(command).map_or(refusal, String::as_str)
        } else {
            ""
        };
        let bytes = format!("{command}\r\n{}", answer.replace('\n', "\r\n"));
        stream.write_all(bytes.as_bytes()).await.unwrap();
    }
}

//! Names in the character sets that people typed them in.

use std::net::SocketAddr;

use gpon::{OnuId, OnuRef, PonPort};
use oltd::app::{App, CacheTimes, Site};
use oltd::charset::Charset;
use oltd::http::{Hosts, Rules};
use oltsim::{SMALL, Source};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use zte::ShowLine;

use super::{brief_olt, cli_of, column, simulator};

/// 你好 in GBK.
const GBK: &[u8] = b"\xc4\xe3\xba\xc3";

/// The simulator prints characters alone: these stand for bytes of its own.
fn typed(byte: u8) -> u8 {
    match byte {
        b'{' => 0xc4,
        b'}' => 0xe3,
        b'|' => 0xba,
        b'~' => 0xc3,
        other => other,
    }
}

/// Stands before a command line whose names hold any bytes.
async fn any_bytes(behind: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(behind).await.unwrap();
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                while let Ok(count @ 1..) = from_server.read(&mut buffer).await {
                    let bytes: Vec<_> = buffer[..count].iter().copied().map(typed).collect();
                    if to_client.write_all(&bytes).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    at
}

struct Names {
    base: String,
    client: reqwest::Client,
    olt: zte::Olt,
    sim: oltsim::Simulator,
    _stop: tokio_util::sync::DropGuard,
}

impl Names {
    /// One OLT as several, whose names are held to be in as many character sets.
    async fn start(labels: &[&str]) -> Self {
        let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
        sim.device(|device| {
            let at = |id| OnuRef { pon: PonPort::new(1, 1).unwrap(), id: OnuId::new(id).unwrap() };
            device.onu_mut(at(1)).unwrap().configured.name = [GBK, b"  \0\0"].concat();
            device.onu_mut(at(1)).unwrap().configured.description = "José".into();
            device
                .onu_mut(at(1))
                .unwrap()
                .configured
                .tconts
                .values_mut()
                .for_each(|tcont| tcont.name = "{}|~".into());
            device.onu_mut(at(2)).unwrap().configured.name = b"Jos\xe9 \xff".to_vec();
            device.onu_mut(at(4)).unwrap().configured.name = b"\0 \0".to_vec();
            // For the command line.
            device.onu_mut(at(6)).unwrap().configured.name = b"{}|~ 6".to_vec();
        });
        let mut cli = cli_of(&sim);
        cli.port = any_bytes(sim.telnet_addr().unwrap()).await.port();
        let mut sites = Vec::new();
        for label in labels {
            let charset = Charset::of_label(label).unwrap();
            let olt = brief_olt(label, &sim, Some(cli.clone())).await;
            sites.push(Site { charset, ..Site::new(olt, label.to_string()) });
        }
        let olt = sites[0].olt.clone();
        let app = App::new(sites, None, CacheTimes::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/api/v1/olts", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let rules = Rules { rate: None, hosts: Hosts::default(), ..Rules::default() };
        tokio::spawn(oltd::server::serve(app, listener, rules, stop.clone()));
        let client = reqwest::Client::builder().timeout(super::PATIENCE).build().unwrap();
        Self { base, client, olt, sim, _stop: stop.drop_guard() }
    }

    async fn body(&self, path: &str) -> Value {
        self.client.get(format!("{}/{path}", self.base)).send().await.unwrap().json().await.unwrap()
    }
}

#[tokio::test]
async fn snmp_names_are_decoded_for_those_who_look() {
    let names = Names::start(&["utf-8", "gbk", "latin1"]).await;
    for (olt, first, description, second) in [
        // Of the last three, two could have begun a character.
        ("utf-8", "\u{fffd}\u{fffd}\u{fffd}", "José", "Jos\u{fffd} \u{fffd}"),
        ("gbk", "你好", "Jos茅", "Jos\u{fffd} \u{fffd}"),
        // The two bytes of é are two characters here.
        ("latin1", "ÄãºÃ", "JosÃ©", "José ÿ"),
    ] {
        let list = names.body(&format!("{olt}/board/1/pon/1")).await;
        let shown = column(&list, "name");
        assert_eq!((&shown[0], &shown[3]), (&json!(first), &Value::Null), "{olt}: NULs and blanks are cut");
        assert!(olt == "gbk" || shown[1] == json!(second), "{olt}: {list}");
        let detail = names.body(&format!("{olt}/board/1/pon/1/onu/1")).await;
        assert_eq!(
            (&detail["data"]["name"], &detail["data"]["description"]),
            (&json!(first), &json!(description)),
            "{olt}"
        );
        let text = list.to_string();
        assert!(!text.chars().any(|c| ('\u{e000}'..='\u{f8ff}').contains(&c)), "{olt}: {text}");
    }
}

#[tokio::test]
async fn searches_and_orders_see_what_is_shown() {
    let names = Names::start(&["gbk", "latin1"]).await;
    let ids = async |question: &str| column(&names.body(question).await, "onu_id");
    for list in ["onus?", "board/1/pon/1?"] {
        assert_eq!(ids(&format!("gbk/{list}q=好")).await, [1], "{list}");
        assert_eq!(ids(&format!("latin1/{list}q=好")).await, [0; 0], "{list}");
        assert_eq!(ids(&format!("latin1/{list}q=JOSÉ%20Ÿ")).await, [2], "{list}");
        assert_eq!(ids(&format!("latin1/{list}q=JOSÃ©")).await, [1], "{list}: the description");
    }
}

#[tokio::test]
async fn the_command_line_keeps_bytes_too() {
    let names = Names::start(&["gbk", "utf-8"]).await;
    let line = ShowLine::parse("show gpon onu detail-info gpon-onu_1/1/1:6").unwrap();
    let shown = names.olt.show(&line).await.unwrap().value;
    assert_eq!(shown.unknown, [], "{}", shown.text);
    let kept = shown.rows["name"].as_str().unwrap();
    assert_eq!(*gpon::text::bytes(kept), *b"\xc4\xe3\xba\xc3 6");
    assert_eq!(Charset::of_label("gbk").unwrap().show(kept), "你好 6");
    // What SNMP cannot tell is told by the command line.
    names.sim.set_faults(serde_json::from_str(r#"[{"target":"snmp","kind":"silence"}]"#).unwrap()).unwrap();
    let tcont = names.body("gbk/traffic/tcont/1-1-1/1/1").await;
    assert_eq!(tcont["data"]["name"], "你好", "{tcont}");
    let tcont = names.body("utf-8/traffic/tcont/1-1-1/1/1").await;
    assert_eq!(tcont["data"]["name"], "\u{fffd}\u{fffd}\u{fffd}", "{tcont}");
}

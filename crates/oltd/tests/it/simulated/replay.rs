//! Sessions recorded from the simulator and read again in other pieces: however
//! a network cuts the bytes, the driver reads the same.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use zte::ShowLine;
use zte::fuzz::Replay;

use super::{SMALL, Source, simulator};

/// What was typed, and what came until the device waited again.
struct Exchange {
    typed: String,
    came: Vec<u8>,
}

struct Recorder {
    stream: TcpStream,
    session: Vec<Exchange>,
}

impl Recorder {
    async fn open(at: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(at).await.unwrap(), session: Vec::new() }
    }

    /// Types a line and records what comes up to `end`, turning pages on the way.
    async fn ask(&mut self, line: &str, end: &str) {
        if !line.is_empty() {
            self.stream.write_all(format!("{line}\n").as_bytes()).await.unwrap();
        }
        let (mut came, mut piece) = (Vec::new(), [0; 4096]);
        while !came.ends_with(end.as_bytes()) {
            if came.ends_with(b"\n --More--") {
                self.stream.write_all(b" ").await.unwrap();
            }
            let read = tokio::time::timeout(Duration::from_secs(10), self.stream.read(&mut piece)).await;
            let read =
                read.unwrap_or_else(|_| panic!("{line}: no {end}: {}", String::from_utf8_lossy(&came)));
            let read = read.unwrap();
            assert!(read > 0, "{line}: closed");
            came.extend(&piece[..read]);
        }
        self.session.push(Exchange { typed: line.to_owned(), came });
    }
}

/// The form of a show command as it is typed here.
fn typed(form: &str) -> String {
    let words = form.split_whitespace().map(|word| match word {
        "<onu>" => "gpon-onu_1/1/1:1",
        "<pon>" => "gpon-olt_1/1/1",
        "<slot>" => "gpon-olt_1/1",
        "<onu-id>" => "1",
        "<onu-ids>" => "1-2",
        "<vlan>" => "100",
        "<sn>" => "ZTEGC0000001",
        "<uplink>" => "xgei_1/4/2",
        word => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A login, every show command with the pager on, and three refusals.
async fn recorded() -> Vec<Exchange> {
    let banner = "[cli]\nbanner = \"Username: is asked below # > SMALL#\\nPassword:\\n%Error --More--\\n\"\n";
    let sim = simulator(Source::Scenario(format!("{SMALL}\n{banner}"))).await;
    sim.device(|device| {
        let mut onus: Vec<_> = device.onus().map(|(at, _)| at).collect();
        let onu = device.onu_mut(onus.remove(0)).unwrap();
        onu.configured.name = b"Casa #7 > SMALL# $ %Error 20200: OTHER#".to_vec();
        onu.configured.description = b" --More-- SMALL(config)#exit ".to_vec();
    });
    let mut recorder = Recorder::open(sim.telnet_addr().unwrap()).await;
    recorder.ask("", "\nUsername:").await;
    recorder.ask("zte", "\nPassword:").await;
    recorder.ask("zte", "\nSMALL#").await;
    for form in zte::fuzz::forms() {
        let line = typed(form);
        assert!(ShowLine::parse(&line).is_ok(), "{form}: {line}");
        recorder.ask(&line, "\nSMALL#").await;
    }
    for line in ["show gpon onu state gpon-olt_1/9/1", "show version-saved x", "frobnicate"] {
        recorder.ask(line, "\nSMALL#").await;
    }
    recorder.session
}

/// What is read of a session whose exchanges are cut by `cut`.
fn read<'a>(session: &'a [Exchange], cut: impl Fn(&'a [u8]) -> Vec<&'a [u8]>) -> Vec<String> {
    let [banner, name, password, commands @ ..] = session else { panic!("no login") };
    let mut replay = Replay::default();
    let mut all = vec![replay.heard(&cut(&banner.came)), replay.heard(&cut(&name.came))];
    let (mode, mut replay) = replay.landed(&cut(&password.came)).unwrap();
    all.push(mode);
    for Exchange { typed, came } in commands {
        let reply = replay.reply(typed, &cut(came));
        all.push(format!("{:?}", reply.unwrap_or_else(|| panic!("{typed}: no reply"))));
    }
    all
}

#[tokio::test]
async fn the_same_however_it_is_cut() {
    let session = recorded().await;
    let whole = read(&session, |came| vec![came]);
    assert!(whole[0].contains("Username") && whole[1].contains("Password"), "{:?}", &whole[..2]);
    let refused = |reply: &&String| reply.contains("Refused(\\\"%Error");
    assert_eq!(whole[whole.len() - 3..].iter().filter(refused).count(), 3, "{whole:#?}");
    for size in [1, 2, 3, 7] {
        assert_eq!(read(&session, |came| came.chunks(size).collect()), whole, "in pieces of {size}");
    }
    let (login, commands) = session.split_at(3);
    let one = |command: &Exchange, pieces: &[&[u8]]| {
        let (_, mut replay) = landed(login);
        format!("{:?}", replay.reply(&command.typed, pieces).unwrap())
    };
    for (command, whole) in commands.iter().zip(&whole[3..]) {
        for at in 1..command.came.len() {
            let (before, behind) = command.came.split_at(at);
            assert!(one(command, &[before, behind]) == *whole, "{}, cut at {at}", command.typed);
        }
    }
    for (number, exchange) in login.iter().enumerate() {
        for at in 1..exchange.came.len() {
            let (before, behind) = exchange.came.split_at(at);
            let cut = |came| if came == exchange.came { vec![before, behind] } else { vec![came] };
            assert_eq!(read(login, cut), whole[..3], "exchange {number} of the login, cut at {at}");
        }
    }
}

/// Past a login that came whole.
fn landed(login: &[Exchange]) -> (String, Replay) {
    let mut replay = Replay::default();
    replay.heard(&[&login[0].came]);
    replay.heard(&[&login[1].came]);
    replay.landed(&[&login[2].came]).unwrap()
}

/// What was read of the live device is understood to the last line.
#[tokio::test]
async fn every_answer_is_understood() {
    let session = recorded().await;
    let (_, mut replay) = landed(&session);
    let mut rows = 0;
    for Exchange { typed, came } in &session[3..] {
        let (text, _, refusal) = replay.reply(typed, &[came]).unwrap();
        let Ok(line) = ShowLine::parse(typed) else { continue };
        if refusal.is_none() {
            let shown = line.read(&text);
            assert_eq!(shown.unknown, [], "{typed}:\n{text}");
            rows += usize::from(!shown.rows.is_null());
        }
    }
    assert!(rows > 30, "{rows}");
}

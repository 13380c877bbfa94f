//! Terminals that mean no good: each is left after so many bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::broken::Broken;
use super::line::Line;
use super::session::{Most, Session};
use crate::CliSettings;
use crate::firmware::dialect::C3XX;

/// What is sent without an end, and what it is.
const FLOODS: [(&str, &[u8]); 16] = [
    ("empty lines", b"\r\n"),
    ("line feeds", b"\n"),
    ("nothing", b"\0"),
    ("carriage returns", b"\r"),
    ("backspaces", b"\x08"),
    ("erasing", b"\x1b[K"),
    ("a sequence without an end", b"\x1b[1;1;1;1"),
    ("offers", b"\xff\xfb\x01\xff\xfd\x20"),
    ("a subnegotiation without an end", b"\xff\xfa\x18"),
    ("what is no text", b"\xf0\x9f\n"),
    ("one line", b"x"),
    ("prompts", b"ZXAN#\r\n"),
    ("echoes", b"ZXAN#show clock\r\n"),
    ("pages", b" --More--\r\n"),
    ("questions", b"Username:\r\nPassword:\r\n"),
    ("confirmations", b"Sure? [yes/no]:\r\n"),
];

/// When a terminal begins to flood.
#[derive(Debug, Clone, Copy, PartialEq)]
enum When {
    Greeting,
    Password,
    Answer,
    Logout,
}

/// A terminal that floods; how many bytes it got rid of.
async fn terminal(when: When, flood: &'static [u8]) -> (CliSettings, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        drop(flooding(&mut stream, when, flood, &count).await);
    });
    (CliSettings::new("127.0.0.1", port, "zte", SecretString::from("secret")), sent)
}

async fn flooding(
    stream: &mut TcpStream,
    when: When,
    flood: &[u8],
    sent: &AtomicUsize,
) -> std::io::Result<()> {
    let script: [&[u8]; 4] = [b"Username:", b"zte\r\nPassword:", b"\r\nZXAN#", b"terminal length 0\r\nZXAN#"];
    let said = match when {
        When::Greeting => 0,
        When::Password => 1,
        When::Answer | When::Logout => script.len(),
    };
    for say in &script[..said] {
        stream.write_all(say).await?;
        while stream.read_u8().await? != b'\n' {}
    }
    if when == When::Answer {
        stream.write_all(b"show clock\r\nnow\r\n").await?;
    }
    let piece = flood.repeat(8 << 10);
    loop {
        stream.write_all(&piece).await?;
        sent.fetch_add(piece.len(), Ordering::Relaxed);
    }
}

/// The socket's buffers, on both sides.
const BUFFERS: usize = 16 << 20;

#[tokio::test]
async fn floods_end_a_session_after_so_many_bytes() {
    for when in [When::Greeting, When::Password, When::Answer] {
        for (what, flood) in FLOODS {
            let (settings, sent) = terminal(when, flood).await;
            let began = Instant::now();
            let opened = Session::open(&settings, &C3XX).await;
            let broken = match (when, opened) {
                (When::Answer, Ok(mut session)) => {
                    let deadline = Instant::now() + Duration::from_secs(60);
                    let line = Line::new("show clock").unwrap();
                    session.run(&line, deadline, Most::READING).await.unwrap_err()
                }
                (When::Answer, Err(broken)) => panic!("{what}: {broken}"),
                (_, opened) => opened.unwrap_err(),
            };
            let allowed = if when == When::Answer { Most::READING } else { Most::TALK };
            assert!(matches!(broken, Broken::Unexpected(_)), "{when:?}, {what}: {broken:?}");
            assert!(sent.load(Ordering::Relaxed) < allowed.bytes + BUFFERS, "{when:?}, {what}");
            assert!(began.elapsed() < Duration::from_secs(10), "{when:?}, {what}: {:?}", began.elapsed());
        }
    }
}

#[tokio::test]
async fn a_good_bye_is_short() {
    for (what, flood) in FLOODS {
        let (settings, _) = terminal(When::Logout, flood).await;
        let session = Session::open(&settings, &C3XX).await.unwrap();
        let began = Instant::now();
        session.close().await;
        assert!(began.elapsed() < Duration::from_millis(2500), "{what}: {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn lines_do_not_cost_more_than_bytes() {
    for (what, flood) in [("empty", &b"\n"[..]), ("short", b"x\n")] {
        let (settings, _) = terminal(When::Answer, flood).await;
        let mut session = Session::open(&settings, &C3XX).await.unwrap();
        let line = Line::new("show clock").unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        let broken = session.run(&line, deadline, Most::READING).await.unwrap_err();
        assert!(matches!(broken, Broken::Unexpected(_)), "{what}: {broken}");
        assert!(session.reader.size() < 1 << 20, "{what}: {} bytes are kept", session.reader.size());
    }
}

use secrecy::SecretString;
use tokio::net::TcpListener;

use super::*;
use crate::cli::line::SILENCE;
use crate::firmware::dialect::C3XX;

fn settings(port: u16) -> CliSettings {
    CliSettings::new("127.0.0.1", port, "zte", SecretString::from("secret"))
}

/// An OLT that says the first of each pair, as long after the last answer as a
/// far network takes, and goes on when it is sent the line of the second.
async fn peer(script: &'static [(&'static str, &'static str)]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        for (said, awaited) in script {
            tokio::time::sleep(3 * SETTLED).await;
            stream.write_all(said.as_bytes()).await.unwrap();
            let mut line = Vec::new();
            while !awaited.is_empty() && !line.ends_with(b"\n") {
                line.push(stream.read_u8().await.unwrap());
            }
            assert_eq!(String::from_utf8(line).unwrap().trim_end(), *awaited);
        }
    });
    port
}

#[tokio::test]
async fn a_far_olt_is_logged_in_to_once() {
    let port = peer(&[
        ("Welcome to\r\nOLT#", ""),
        (" 1, confirm [yes/no]:\r\nUsername:", "zte"),
        ("zte\r\nPassword:", "secret"),
        ("\r\n% The password is not strong, please change the password.\r\nmy-olt#", "terminal length 0"),
        ("terminal length 0\r\nmy-olt#", "show clock"),
        ("show clock\r\nnow\r\nmy-olt#", "exit"),
    ])
    .await;
    let mut session = Session::open(&settings(port), &C3XX).await.unwrap();
    let deadline = Instant::now() + CONNECT;
    let reply = session.run(&Line::new("show clock").unwrap(), deadline, Most::READING).await.unwrap();
    assert_eq!((reply.text.as_str(), reply.mode), ("now\n", Mode::Enabled));
}

#[tokio::test]
async fn hanging_up_with_a_refusal_is_a_refusal() {
    let port = peer(&[
        ("Username:", "zte"),
        ("zte\r\nPassword:", "secret"),
        ("\r\n%Error 20209: No username or bad password\r\n", ""),
    ])
    .await;
    let broken = Session::open(&settings(port), &C3XX).await.unwrap_err();
    assert_eq!(broken, Broken::LoginRefused("%Error 20209: No username or bad password".into()));
}

#[tokio::test]
async fn the_pager_is_left_alone_where_it_must_be() {
    let port = peer(&[
        ("Username:", "zte"),
        ("zte\r\nPassword:", "secret"),
        ("\r\nOLT#", "show clock"),
        ("show clock\r\nnow\r\nOLT#", "exit"),
    ])
    .await;
    let mut settings = settings(port);
    settings.terminal_length = false;
    let mut session = Session::open(&settings, &C3XX).await.unwrap();
    let reply = session
        .run(&Line::new("show clock").unwrap(), Instant::now() + CONNECT, Most::READING)
        .await
        .unwrap();
    assert_eq!(reply.text, "now\n");
}

#[tokio::test]
async fn waiting_for_more_ends_at_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let mut session = Session::over(stream, &C3XX);
    session.reader.feed(b"ZXAN#");
    session.reader.landed();
    let began = Instant::now();
    let deadline = began + 4 * SETTLED;
    let reading =
        Reading { doing: "waiting", began, deadline, silence: SILENCE, asked: SILENCE, most: Most::TALK };
    for _ in 0..10 {
        if session.next(&reading).await.is_err() {
            return;
        }
    }
    panic!("a prompt is returned for ever");
}

/// The answer to `show x`: so many lines, `gap` between them.
async fn slow(lines: usize, gap: Duration, within: Duration) -> Result<Reply, Broken> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut session = Session::over(TcpStream::connect(listener.local_addr().unwrap()).await.unwrap(), &C3XX);
    session.reader.feed(b"ZXAN#");
    session.reader.landed();
    let (mut stream, _) = listener.accept().await.unwrap();
    stream.set_nodelay(true).unwrap();
    tokio::spawn(async move {
        stream.write_all(b"show x\r\n").await.unwrap();
        for _ in 0..lines {
            tokio::time::sleep(gap).await;
            stream.write_all(b"row\r\n").await.unwrap();
        }
        stream.write_all(b"ZXAN#").await.unwrap();
        std::future::pending::<()>().await;
    });
    session.run(&Line::new("show x").unwrap(), Instant::now() + within, Most::READING).await
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_goes_on_is_not_cut() {
    let seconds = Duration::from_secs;
    let reply = slow(20, seconds(20), seconds(500)).await.unwrap();
    assert_eq!(reply.text, "row\n".repeat(20));
    let text = slow(20, seconds(20), seconds(70)).await.unwrap_err().to_string();
    assert_eq!(text, "not done within 70 s while answering");
    let text = slow(20, seconds(30), seconds(500)).await.unwrap_err().to_string();
    assert_eq!(text, "nothing was heard for 25 s while answering");
    let text = slow(1, seconds(30), seconds(7)).await.unwrap_err().to_string();
    assert!(
        text.ends_with("within 7 s while answering") || text.starts_with("nothing was heard for 7 s"),
        "{text}"
    );
}

//! Time stands still in most of these tests until everybody waits for it.

use std::time::Duration;

use futures::FutureExt;
use tokio::time::{Instant, sleep, timeout};

use super::super::keeper::Rank;
use super::*;
use crate::cli::keeper::WRITES;
use crate::cli::scripted::{After, SAVED, Scripted, Typed};
use crate::cli::{Answer, Cli, Refusal};

fn within(seconds: u64) -> Instant {
    Instant::now() + Duration::from_secs(seconds)
}

async fn cli(device: Scripted, sessions: usize) -> (Cli, Typed) {
    let (mut settings, typed) = device.start().await;
    settings.max_sessions = sessions;
    (Cli::new(settings), typed)
}

async fn turn(cli: &Cli) -> WriteTurn {
    cli.write_turn(Rank::Person, within(2000)).await.unwrap()
}

fn typing(text: &str) -> Line {
    Line::new(text).unwrap()
}

/// `show 0`, read with a deadline in so many seconds.
async fn read(cli: &Cli, seconds: u64) -> Result<Answer, Trouble> {
    let deadline = within(seconds);
    cli.read_turn(deadline).await?.text("show 0", deadline).await
}

fn shown() -> Result<Answer, Trouble> {
    Ok(Answer::Text("0 s\n".into()))
}

async fn until(what: &str, so: impl Fn() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(3000), "{what}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// A write that has been typed and is not answered yet.
async fn begun(cli: &Cli, typed: &Typed) -> tokio::task::JoinHandle<Result<Written, Lost>> {
    let before = typed.count("write");
    let mut turn = turn(cli).await;
    let line = tokio::spawn(async move { turn.line(Line::ours("write"), false).await });
    until("it is typed", || typed.count("write") > before).await;
    line
}

#[tokio::test(start_paused = true)]
async fn answers_stand_as_they_are() {
    let (cli, typed) = cli(Scripted::default(), 1).await;
    let mut turn = turn(&cli).await;
    let refused = turn.line(typing("bad"), false).await.unwrap().reply;
    let line = "%Error 20200: Invalid input detected at '^' marker.";
    assert_eq!((refused.refusal, refused.mode), (Some(Refusal::Refused(line.into())), Mode::Enabled));
    let entered = turn.line(typing("configure terminal"), false).await.unwrap().reply;
    assert_eq!((entered.refusal, entered.text.as_str()), (None, ""));
    assert_eq!((entered.mode, turn.mode()), (Mode::In("config".into()), &Mode::In("config".into())));
    let saved = turn.line(Line::ours("write"), false).await.unwrap();
    assert_eq!(saved.reply.text, SAVED.replace("\r\n", "\n"));
    assert!((2000..2200).contains(&saved.took.as_millis()), "{:?}", saved.took);
    assert_eq!(typed.all(), ["terminal length 0", "bad", "configure terminal", "write"]);
    assert_eq!((cli.stats().commands, cli.stats().failures), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_is_given_or_refused() {
    let (cli, typed) = cli(Scripted::default(), 1).await;
    for (confirm, answer) in [(true, "yes"), (false, "no")] {
        let reply = turn(&cli).await.line(typing("reload"), confirm).await.unwrap().reply;
        assert_eq!(reply.text, format!("Confirm to reboot? [yes/no]:{answer}\n"));
        assert_eq!(typed.all().last().map(String::as_str), Some(answer));
    }
    assert_eq!(typed.count("reload"), 2);
}

#[tokio::test(start_paused = true)]
async fn one_at_a_time_in_their_order() {
    let (cli, typed) = cli(Scripted::default(), 4).await;
    let writers = (1..=4).map(|writer| {
        let cli = cli.clone();
        async move {
            let mut turn = turn(&cli).await;
            for _ in 0..2 {
                turn.line(typing(&format!("show {writer}")), false).await.unwrap();
            }
        }
    });
    futures::future::join_all(writers).await;
    let lines = typed.all().into_iter().filter(|line| line.starts_with("show"));
    let expected: Vec<_> = (1..=4).flat_map(|writer| vec![format!("show {writer}"); 2]).collect();
    assert_eq!(lines.collect::<Vec<_>>(), expected);
}

#[tokio::test(start_paused = true)]
async fn the_queue_of_writers_is_bounded_and_ends_at_its_deadline() {
    let (cli, _) = cli(Scripted::default(), 2).await;
    let held = turn(&cli).await;
    let waiting: Vec<_> = (0..WRITES)
        .map(|_| {
            let cli = cli.clone();
            tokio::spawn(async move { cli.write_turn(Rank::Person, within(10)).await.err() })
        })
        .collect();
    until("all wait", || cli.stats().waiting == WRITES).await;
    assert_eq!(cli.write_turn(Rank::Person, within(10)).await.err(), Some(Trouble::Busy { waiting: WRITES }));
    for one in waiting {
        assert!(matches!(one.await.unwrap(), Some(Trouble::Deadline(_))));
    }
    // Those who have given up take no place.
    let next = cli.write_turn(Rank::Person, within(10));
    drop(held);
    next.await.unwrap().line(typing("show 0"), false).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn neither_readers_nor_writers_starve() {
    let (cli, typed) = cli(Scripted::default(), 1).await;
    let held = turn(&cli).await;
    let reader = |seconds: u64| {
        let cli = cli.clone();
        async move {
            let mut turn = cli.read_turn(within(80)).await.unwrap();
            turn.text(&format!("show {seconds}"), within(80)).await.unwrap();
        }
    };
    let writer = || async { drop(turn(&cli).await.line(typing("bad"), false).await.unwrap()) };
    let all = async { tokio::join!(reader(1), reader(2), writer(), writer(), reader(3)) };
    tokio::join!(all, async {
        until("all wait", || cli.stats().waiting == 5).await;
        drop(held);
    });
    let lines: Vec<_> = typed.all().into_iter().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines[1..], ["show 1", "bad", "show 2", "bad", "show 3"]);
}

#[tokio::test(start_paused = true)]
async fn readers_go_on_beside_it() {
    let device = Scripted::saying(&[(100, SAVED)], After::Prompt);
    let (cli, typed) = cli(device, 2).await;
    assert_eq!(read(&cli, 80).await, shown());
    let line = begun(&cli, &typed).await;
    for _ in 0..5 {
        let began = Instant::now();
        assert_eq!(read(&cli, 80).await, shown());
        assert!(began.elapsed() < Duration::from_secs(1));
    }
    assert!(!line.is_finished());
    assert!(line.await.unwrap().is_ok());
    assert_eq!(cli.stats().logins, 2);
}

/// With one session, whoever would wait in vain is told so, queued or new.
#[tokio::test(start_paused = true)]
async fn readers_are_told_when_they_wait_in_vain() {
    let device = Scripted::saying(&[(7, SAVED)], After::Prompt);
    let (cli, typed) = cli(device, 1).await;
    let mut held = turn(&cli).await;
    let queued = {
        let cli = cli.clone();
        tokio::spawn(async move { (read(&cli, 80).await, Instant::now()) })
    };
    until("it waits", || cli.stats().waiting == 1).await;
    let began = Instant::now();
    let line = tokio::spawn(async move { held.line(Line::ours("write"), false).await.map(|_| held) });
    let (told, at) = queued.await.unwrap();
    assert!(at - began < Duration::from_secs(1), "told at once");
    let Err(Trouble::Writing { retry_after }) = told else { panic!("{told:?}") };
    assert!((599..=600).contains(&retry_after.as_secs()), "{retry_after:?}");
    assert!(matches!(read(&cli, 80).await, Err(Trouble::Writing { .. })));
    assert!(began.elapsed() < Duration::from_secs(1), "told at once");
    // Whoever can wait so long waits, and gets the session.
    let patient = read(&cli, 700);
    drop(line.await.unwrap().unwrap());
    assert_eq!(patient.await, shown());
    // From now on seven seconds are expected, which everybody has.
    let line = begun(&cli, &typed).await;
    let told = read(&cli, 5).await;
    let Err(Trouble::Writing { retry_after }) = told else { panic!("{told:?}") };
    assert!((6..=7).contains(&retry_after.as_secs()), "{retry_after:?}");
    assert_eq!(read(&cli, 80).await, shown());
    assert!(line.await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_says_nothing_of_how_long_a_line_takes() {
    let (cli, _) = cli(Scripted::saying(&[(0, "%Error 20200: no\r\n")], After::Prompt), 1).await;
    let refused = turn(&cli).await.line(Line::ours("write"), false).await.unwrap();
    assert!(refused.reply.refusal.is_some());
    assert_eq!(cli.shared.taken.expected(&Line::ours("write")), Duration::from_secs(600));
}

#[tokio::test(start_paused = true)]
async fn an_expectation_that_fails_is_told() {
    let (cli, typed) = cli(Scripted::saying(&[], After::Silence), 1).await;
    cli.shared.taken.took(&Line::ours("write"), Duration::from_secs(7));
    let line = begun(&cli, &typed).await;
    let began = Instant::now();
    // 7, 14, 28, 56 and then 112 s are expected, with 56 s gone.
    let told = read(&cli, 80).await;
    let Err(Trouble::Writing { retry_after }) = told else { panic!("{told:?}") };
    assert!((55..=56).contains(&retry_after.as_secs()), "{retry_after:?}");
    assert!((55..=57).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    assert!(matches!(line.await.unwrap(), Err(Lost::Unknown(_))));
    until("nobody keeps readers waiting", || cli.shared.taken.beyond(within(1)).now_or_never().is_none())
        .await;
}

/// Lines that take as long as others keep nobody from asking.
#[tokio::test(start_paused = true)]
async fn short_lines_turn_nobody_away() {
    let (cli, _) = cli(Scripted::default(), 1).await;
    for seconds in [0, 1, 1] {
        let mut turn = turn(&cli).await;
        let line = async {
            turn.line(typing(&format!("show {seconds}")), false).await.unwrap();
            drop(turn);
        };
        let ((), reader) = tokio::join!(line, read(&cli, 5));
        assert_eq!(reader, shown());
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_that_was_sent_is_never_sent_again() {
    for (says, after, seconds) in [
        (&[][..], After::HangUp, 0..1),
        (&[(3, "Backuping old conf")], After::HangUp, 3..4),
        (&[(3, SAVED)], After::HangUp, 3..4),
        (&[(3, "Backuping")], After::Silence, 603..605),
        (&[(3, "Sure enough? ")], After::Silence, 603..605),
        (&[(3, "Password:")], After::Silence, 3..6),
    ] {
        let (cli, typed) = cli(Scripted::saying(says, after), 1).await;
        let mut turn = turn(&cli).await;
        let began = Instant::now();
        let lost = turn.line(Line::ours("write"), true).await;
        assert!(matches!(lost, Err(Lost::Unknown(_))), "{says:?}: {lost:?}");
        assert!(seconds.contains(&began.elapsed().as_secs()), "{says:?}: {:?}", began.elapsed());
        assert_eq!(typed.count("write"), 1);
        let next = turn.line(typing("show 0"), false).await;
        assert!(matches!(next, Err(Lost::NotSent(_))), "{next:?}");
        sleep(Duration::from_secs(6)).await;
        assert_eq!(read(&cli, 80).await, shown());
        assert_eq!((typed.count("write"), typed.of(1).len()), (1, 2), "{:?}", typed.all());
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_that_keeps_talking_ends() {
    let dots = vec![(300, "."); 9];
    let (cli, typed) = cli(Scripted::saying(&dots, After::Prompt), 1).await;
    let began = Instant::now();
    let lost = turn(&cli).await.line(Line::ours("write"), false).await;
    assert!(matches!(lost, Err(Lost::Unknown(_))), "{lost:?}");
    assert_eq!((began.elapsed().as_secs() / 10, typed.count("write")), (120, 1));
}

#[tokio::test]
async fn floods_end() {
    let (cli, typed) = cli(Scripted::saying(&[], After::Flood), 1).await;
    let lost = turn(&cli).await.line(Line::ours("write"), true).await;
    assert!(matches!(lost, Err(Lost::Unknown(Trouble::UnexpectedReply(_)))), "{lost:?}");
    assert_eq!(typed.count("write"), 1);
    assert_eq!(read(&cli, 80).await, shown());
}

/// Prompts and questions within an answer are words of it.
#[tokio::test(start_paused = true)]
async fn what_looks_like_an_end_is_none() {
    let says =
        [(30, "ZXAN#\r\nZXAN(config)#\r\nSure? [yes/no]:\r\nPassword:\r\n --More--\r\n"), (400, SAVED)];
    let (cli, typed) = cli(Scripted::saying(&says, After::Prompt), 1).await;
    let reply = turn(&cli).await.line(Line::ours("write"), true).await.unwrap().reply;
    assert!(reply.text.starts_with("ZXAN#\nZXAN(config)#\n") && reply.text.ends_with("[OK]\n"), "{reply:?}");
    assert_eq!(typed.all(), ["terminal length 0", "write"]);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_died_before_is_replaced() {
    let (cli, typed) = cli(Scripted::default(), 1).await;
    let deadline = within(80);
    cli.read_turn(deadline).await.unwrap().text("bye", deadline).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    let mut one = turn(&cli).await;
    assert!(one.line(Line::ours("write"), false).await.is_ok());
    assert_eq!(typed.of(1), ["terminal length 0", "write"]);
    // In the middle of a turn its mode would be lost with it.
    one.line(typing("bye"), false).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    let lost = one.line(Line::ours("write"), false).await;
    assert!(matches!(lost, Err(Lost::NotSent(_))), "{lost:?}");
    assert_eq!(typed.count("write"), 1);
}

#[tokio::test(start_paused = true)]
async fn readers_get_no_session_in_a_configuration() {
    for stuck in [false, true] {
        let (cli, typed) = cli(Scripted { stuck, ..Scripted::default() }, 1).await;
        let mut one = turn(&cli).await;
        one.line(typing("configure terminal"), false).await.unwrap();
        drop(one);
        assert_eq!(read(&cli, 80).await, shown());
        let first = ["terminal length 0", "configure terminal", "end", "show 0"];
        assert_eq!(typed.of(0), first[..if stuck { 3 } else { 4 }]);
        assert_eq!(typed.of(1), if stuck { vec!["terminal length 0", "show 0"] } else { Vec::new() });
    }
}

/// A caller who sleeps in its turn loses it; the session leaves its mode.
#[tokio::test(start_paused = true)]
async fn a_turn_that_is_not_used_ends() {
    let (cli, typed) = cli(Scripted::default(), 1).await;
    let mut sleeper = turn(&cli).await;
    sleeper.line(typing("configure terminal"), false).await.unwrap();
    assert_eq!(read(&cli, 80).await, shown());
    assert_eq!(typed.of(0)[2..], ["end", "show 0"]);
    assert!(matches!(sleeper.line(Line::ours("write"), false).await, Err(Lost::NotSent(_))));
    assert_eq!(typed.count("write"), 0);
}

/// Longer than anything that reads may take once its caller has gone.
#[tokio::test(start_paused = true)]
async fn a_line_ends_though_its_caller_has_gone() {
    let (cli, typed) = cli(Scripted::saying(&[(400, SAVED)], After::Prompt), 1).await;
    let mut one = turn(&cli).await;
    one.line(typing("configure terminal"), false).await.unwrap();
    let began = Instant::now();
    assert!(timeout(Duration::from_secs(1), one.line(Line::ours("write"), false)).await.is_err());
    drop(one);
    assert_eq!(read(&cli, 1300).await, shown());
    assert!(began.elapsed() >= Duration::from_secs(400));
    assert_eq!(typed.of(0)[2..], ["write", "end", "show 0"]);
}

/// As when the handles go in the middle of it.
#[tokio::test(start_paused = true)]
async fn a_line_ends_though_everybody_has_gone() {
    let (cli, typed) = cli(Scripted::saying(&[(400, SAVED)], After::Prompt), 1).await;
    let line = begun(&cli, &typed).await;
    drop(cli);
    assert!(line.await.unwrap().is_ok());
    until("it logs out", || typed.count("exit") == 1).await;
}

#[tokio::test(start_paused = true)]
async fn closing_lets_a_line_end() {
    for (allowed, ends) in [(600, true), (60, false)] {
        let (cli, typed) = cli(Scripted::saying(&[(400, SAVED)], After::Prompt), 1).await;
        let mut one = turn(&cli).await;
        one.line(typing("configure terminal"), false).await.unwrap();
        let line = tokio::spawn(async move {
            let written = one.line(Line::ours("write"), false).await;
            (written, one.line(Line::ours("write"), false).await)
        });
        until("it is typed", || typed.count("write") == 1).await;
        let waiting = {
            let cli = cli.clone();
            tokio::spawn(async move { read(&cli, 2000).await })
        };
        until("it waits", || cli.stats().waiting == 1).await;
        let began = Instant::now();
        cli.close(Duration::from_secs(allowed));
        assert!(matches!(waiting.await.unwrap(), Err(Trouble::CliUnreachable { .. })));
        assert!(began.elapsed() < Duration::from_secs(1), "whoever waits is told at once");
        let (written, next) = line.await.unwrap();
        assert_eq!(written.is_ok(), ends, "{written:?}");
        assert!(ends || matches!(written, Err(Lost::Unknown(_))), "{written:?}");
        assert!(matches!(next, Err(Lost::NotSent(_))), "{next:?}");
        until("the session is closed", || cli.stats().sessions == 0).await;
        let waited = began.elapsed().as_secs();
        assert!((allowed.min(399)..=allowed.min(401)).contains(&waited), "{waited}");
        let lines = ["write", "end", "exit"];
        assert_eq!(typed.of(0)[2..], lines[..if ends { 3 } else { 1 }]);
    }
}

//! Time stands still in these tests until everybody waits for it.

use std::sync::Mutex;

use secrecy::SecretString;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use super::*;
use crate::cli::{Answer, Cli, ReadTurn};
use crate::{CliSettings, CliStats};

/// A command line that notes what is typed. `show 7` is answered after 7 s,
/// `show never` not at all, and on `show end` it hangs up, on
/// `show bye` behind its answer.
#[derive(Clone, Default)]
struct Device {
    /// Of each connection, the lines behind the login.
    typed: Arc<Mutex<Vec<Vec<String>>>>,
    /// Connections that are let in at once; 0 for any number.
    lines: usize,
    /// Whether it says good-bye to nobody.
    clings: bool,
}

impl Device {
    async fn start(self, adjust: impl FnOnce(&mut CliSettings)) -> (Cli, Arc<Mutex<Vec<Vec<String>>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut settings = CliSettings::new(
            "127.0.0.1",
            listener.local_addr().unwrap().port(),
            "zte",
            SecretString::from("x"),
        );
        adjust(&mut settings);
        let typed = Arc::clone(&self.typed);
        let free = Arc::new(tokio::sync::Semaphore::new(if self.lines == 0 { 99 } else { self.lines }));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // In this time nobody waits for an acknowledgement.
                stream.set_nodelay(true).unwrap();
                let Ok(line) = Arc::clone(&free).try_acquire_owned() else { continue };
                let at = {
                    let mut typed = self.typed.lock().unwrap();
                    typed.push(Vec::new());
                    typed.len() - 1
                };
                let device = self.clone();
                tokio::spawn(async move {
                    drop(device.serve(BufReader::new(stream), at).await);
                    drop(line);
                });
            }
        });
        (Cli::new(settings), typed)
    }

    async fn serve(&self, mut stream: BufReader<TcpStream>, at: usize) -> std::io::Result<()> {
        for question in ["Username:", "\r\nPassword:"] {
            stream.write_all(question.as_bytes()).await?;
            stream.read_line(&mut String::new()).await?;
        }
        stream.write_all(b"\r\nZXAN#").await?;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            self.typed.lock().unwrap()[at].push(line.to_owned());
            stream.write_all(format!("{line}\r\n").as_bytes()).await?;
            match line.strip_prefix("show ") {
                Some("end") => return Ok(()),
                Some("bye") => {
                    stream.write_all(b"bye\r\nZXAN#").await?;
                    sleep(Duration::from_millis(100)).await;
                    return Ok(());
                }
                Some("never") => std::future::pending().await,
                Some(seconds) => {
                    sleep(Duration::from_secs(seconds.parse().unwrap())).await;
                    stream.write_all(format!("{seconds} s\r\n").as_bytes()).await?;
                }
                None if line == "exit" && self.clings => std::future::pending().await,
                None if line == "exit" => return Ok(()),
                None => {}
            }
            stream.write_all(b"ZXAN#").await?;
        }
    }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(80)
}

async fn turn(cli: &Cli) -> ReadTurn {
    cli.read_turn(soon()).await.unwrap()
}

async fn shown(turn: &mut ReadTurn, seconds: u64) {
    let answer = turn.text(&format!("show {seconds}"), soon()).await;
    assert_eq!(answer, Ok(Answer::Text(format!("{seconds} s\n"))));
}

/// Waits until it is so.
async fn until(what: &str, so: impl Fn() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(600), "{what}");
        sleep(Duration::from_millis(10)).await;
    }
}

fn figures(stats: &CliStats) -> (u64, u64, usize, usize) {
    (stats.logins, stats.failures, stats.sessions, stats.waiting)
}

#[tokio::test(start_paused = true)]
async fn callers_take_turns_over_one_session() {
    let (cli, typed) = Device::default().start(|_| {}).await;
    let callers = (1..=5).map(|caller| {
        let cli = cli.clone();
        async move {
            let mut turn = turn(&cli).await;
            shown(&mut turn, caller).await;
            shown(&mut turn, caller).await;
        }
    });
    futures::future::join_all(callers).await;
    let lines = [
        "terminal length 0",
        "show 1",
        "show 1",
        "show 2",
        "show 2",
        "show 3",
        "show 3",
        "show 4",
        "show 4",
        "show 5",
        "show 5",
    ];
    assert_eq!(*typed.lock().unwrap(), [lines]);
    until("the last turn ends", || cli.stats().waiting == 0).await;
    assert_eq!(figures(&cli.stats()), (1, 0, 1, 0));
}

/// What it has asked is read to its end, and nobody else takes it for an answer.
#[tokio::test(start_paused = true)]
async fn a_caller_that_leaves_costs_no_session() {
    let (cli, typed) = Device::default().start(|_| {}).await;
    for seconds in [2, 14] {
        let mut leaver = turn(&cli).await;
        let began = Instant::now();
        let line = format!("show {seconds}");
        let left = tokio::time::timeout(Duration::from_secs(1), leaver.text(&line, soon())).await;
        assert!(left.is_err());
        drop(leaver);
        shown(&mut turn(&cli).await, 0).await;
        assert!(began.elapsed() >= Duration::from_secs(seconds), "the next one waited");
    }
    assert_eq!(typed.lock().unwrap().len(), 1, "one connection for all");
    assert_eq!(cli.stats().reachable, Some(true));
}

#[tokio::test(start_paused = true)]
async fn what_never_comes_is_not_read_for_ever() {
    let (cli, typed) = Device::default().start(|_| {}).await;
    let mut leaver = turn(&cli).await;
    let left = tokio::time::timeout(Duration::from_secs(1), leaver.text("show never", soon()));
    assert!(left.await.is_err());
    drop(leaver);
    let began = Instant::now();
    shown(&mut turn(&cli).await, 0).await;
    let waited = began.elapsed();
    assert!(waited >= READ_ON && waited < READ_ON + Duration::from_secs(1), "{waited:?}");
    assert_eq!(typed.lock().unwrap().len(), 2);
    // One who left says nothing about the OLT.
    assert_eq!(figures(&cli.stats()).1, 0);
    assert_eq!(cli.stats().reachable, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_is_nobody_elses() {
    let (cli, typed) = Device::default().start(|_| {}).await;
    let mut first = turn(&cli).await;
    let deadline = Instant::now() + Duration::from_secs(3);
    let late = first.text("show 5", deadline).await;
    assert_eq!(late, Err(Trouble::Deadline(Duration::from_secs(3))));
    shown(&mut first, 1).await;
    assert_eq!(typed.lock().unwrap().len(), 1);
    assert_eq!(cli.stats().failures, 1);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_dies_in_a_command_is_replaced_once() {
    let (cli, typed) = Device::default().start(|_| {}).await;
    let mut turn = turn(&cli).await;
    shown(&mut turn, 0).await;
    let ended = turn.text("show end", soon()).await;
    assert!(matches!(ended, Err(Trouble::CliUnreachable { .. })), "{ended:?}");
    let lines = ["terminal length 0", "show 0", "show end"];
    assert_eq!(*typed.lock().unwrap(), [&lines[..], &["terminal length 0", "show end"]]);
    // The turn is over, and everybody waits a little.
    assert!(turn.text("show 0", soon()).await.is_err());
    assert!(cli.read_turn(soon()).await.is_err());
    assert_eq!((cli.stats().reachable, cli.stats().logins), (Some(false), 2));
    sleep(Duration::from_secs(1)).await;
    shown(&mut cli.read_turn(soon()).await.unwrap(), 0).await;
    assert_eq!(cli.stats().reachable, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_died_unnoticed_costs_one_login() {
    let (cli, typed) = Device::default().start(|_| {}).await;
    // In use again at once, and found dead only when it is kept alive.
    for wait in [1, 50] {
        let mut one = turn(&cli).await;
        let bye = one.text("show bye", soon()).await;
        assert_eq!(bye, Ok(Answer::Text("bye\n".into())));
        drop(one);
        sleep(Duration::from_secs(wait)).await;
        shown(&mut turn(&cli).await, 0).await;
    }
    assert_eq!(typed.lock().unwrap().len(), 3);
    assert_eq!(figures(&cli.stats()), (3, 0, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn an_idle_session_is_kept_alive_and_closed() {
    let (cli, typed) = Device::default().start(|_| {}).await;
    shown(&mut turn(&cli).await, 0).await;
    let began = Instant::now();
    until("the session is closed", || cli.stats().sessions == 0).await;
    let waited = began.elapsed();
    assert!((Duration::from_secs(119)..Duration::from_secs(123)).contains(&waited), "{waited:?}");
    assert_eq!(*typed.lock().unwrap(), [["terminal length 0", "show 0", "", "", "exit"]]);
    assert_eq!((cli.stats().commands, cli.stats().failures), (1, 0));
    shown(&mut turn(&cli).await, 0).await;
    assert_eq!((typed.lock().unwrap().len(), cli.stats().sessions), (2, 1));
}

/// Whoever uses a session keeps it alive.
#[tokio::test(start_paused = true)]
async fn a_session_in_use_is_neither_kept_alive_nor_closed() {
    let (cli, typed) = Device::default().start(|_| {}).await;
    for _ in 0..20 {
        shown(&mut turn(&cli).await, 0).await;
        sleep(Duration::from_secs(40)).await;
    }
    let typed = typed.lock().unwrap();
    assert_eq!((typed.len(), typed[0].iter().filter(|line| line.is_empty()).count()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_queue_is_bounded() {
    let (cli, _) = Device::default().start(|settings| settings.queue = 2).await;
    let mut holder = turn(&cli).await;
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let cli = cli.clone();
            tokio::spawn(async move { shown(&mut turn(&cli).await, 0).await })
        })
        .collect();
    until("two wait", || cli.stats().waiting == 2).await;
    assert!(matches!(cli.read_turn(soon()).await, Err(Trouble::Busy { waiting: 2 })));
    // Its deadline ends a wait, and the place is free again in its turn.
    shown(&mut holder, 1).await;
    drop(holder);
    for one in waiting {
        one.await.unwrap();
    }
    shown(&mut turn(&cli).await, 0).await;
    assert_eq!(cli.stats().waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_its_deadline_and_a_turn_that_is_not_used_too() {
    let (cli, typed) = Device::default().start(|_| {}).await;
    let mut sleeper = turn(&cli).await;
    let began = Instant::now();
    let late = cli.read_turn(began + Duration::from_secs(5)).await;
    assert_eq!(late.err(), Some(Trouble::Deadline(Duration::from_secs(5))));
    shown(&mut turn(&cli).await, 0).await;
    let waited = began.elapsed();
    assert!(waited >= HELD - Duration::from_secs(1) && waited < HELD + Duration::from_secs(1), "{waited:?}");
    assert!(matches!(sleeper.text("show 0", soon()).await, Err(Trouble::CliUnreachable { .. })));
    assert_eq!(typed.lock().unwrap().len(), 1, "the session was fit for the next one");
}

#[tokio::test(start_paused = true)]
async fn beside_a_session_in_use_no_line_is_no_outage() {
    let device = Device { lines: 1, ..Device::default() };
    let (cli, typed) = device.start(|settings| settings.max_sessions = 2).await;
    let mut one = turn(&cli).await;
    shown(&mut one, 0).await;
    assert!(matches!(cli.read_turn(soon()).await, Err(Trouble::CliUnreachable { .. })));
    assert_eq!(cli.stats().reachable, Some(true));
    shown(&mut one, 0).await;
    drop(one);
    sleep(Duration::from_secs(1)).await;
    shown(&mut turn(&cli).await, 0).await;
    assert_eq!(typed.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_sessions_serve_two_callers_at_once() {
    let (cli, typed) = Device::default().start(|settings| settings.max_sessions = 2).await;
    let began = Instant::now();
    let one = async { shown(&mut turn(&cli).await, 10).await };
    let other = async { shown(&mut turn(&cli).await, 10).await };
    tokio::join!(one, other);
    assert!(began.elapsed() < Duration::from_secs(15));
    assert_eq!((typed.lock().unwrap().len(), cli.stats().sessions), (2, 2));
}

/// A turn that ends with the handles still says good-bye.
#[tokio::test(start_paused = true)]
async fn whoever_has_just_ended_says_good_bye() {
    let (cli, typed) = Device::default().start(|_| {}).await;
    let mut one = turn(&cli).await;
    shown(&mut one, 0).await;
    cli.close(ENDING);
    drop(one);
    until("the session is closed", || cli.stats().sessions == 0).await;
    assert_eq!(typed.lock().unwrap()[0].last().map(String::as_str), Some("exit"));
    assert!(matches!(cli.read_turn(soon()).await, Err(Trouble::CliUnreachable { .. })));
}

#[tokio::test(start_paused = true)]
async fn nobody_holds_up_the_end() {
    for (busy, clings) in [(true, false), (false, true)] {
        let (cli, _) = Device { clings, ..Device::default() }.start(|_| {}).await;
        let mut one = turn(&cli).await;
        shown(&mut one, 0).await;
        let command = tokio::spawn(async move {
            if busy {
                drop(one.text("show never", soon()).await)
            }
        });
        sleep(Duration::from_secs(1)).await;
        let began = Instant::now();
        cli.close(ENDING);
        until("the session is closed", || cli.stats().sessions == 0).await;
        assert!(began.elapsed() < Duration::from_secs(3), "{busy}: {:?}", began.elapsed());
        command.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn people_are_before_what_can_wait() {
    let (settings, _) = crate::cli::scripted::Scripted::default().start().await;
    let cli = crate::cli::Cli::new(settings);
    let within = |seconds| Instant::now() + Duration::from_secs(seconds);
    let first = cli.write_turn(Rank::Person, within(60)).await.unwrap();
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let wait = |rank: Rank, name: &'static str| {
        let (cli, order) = (cli.clone(), Arc::clone(&order));
        tokio::spawn(async move {
            let turn = cli.write_turn(rank, within(600)).await.unwrap();
            order.lock().unwrap().push(name);
            drop(turn);
        })
    };
    let later = wait(Rank::Later, "save");
    tokio::time::sleep(Duration::from_millis(10)).await;
    let person = wait(Rank::Person, "person");
    tokio::time::sleep(Duration::from_millis(10)).await;
    drop(first);
    later.await.unwrap();
    person.await.unwrap();
    assert_eq!(*order.lock().unwrap(), ["person", "save"]);
}

#[tokio::test(start_paused = true)]
async fn who_goes_on_comes_before_all_who_wait() {
    let (cli, typed) = Device::default().start(|_| {}).await;
    let held = cli.write_turn(Rank::Person, soon()).await.unwrap();
    let shows = async |number: usize| {
        let (rank, line) = if number == WRITES { (Rank::GoesOn, "show 2") } else { (Rank::Person, "show 1") };
        until("those before wait", || cli.stats().waiting == number).await;
        let mut turn = cli.write_turn(rank, Instant::now() + 100 * READ_ON).await.unwrap();
        turn.line(Line::new(line).unwrap(), false).await.unwrap();
    };
    let drop_it = async {
        until("all wait", || cli.stats().waiting == WRITES + 1).await;
        drop(held);
    };
    tokio::join!(futures::future::join_all((0..=WRITES).map(shows)), drop_it);
    let typed = typed.lock().unwrap().concat();
    let shown: Vec<_> = typed.iter().filter(|line| line.starts_with("show")).collect();
    assert_eq!((shown[0].as_str(), shown.len()), ("show 2", WRITES + 1), "{shown:?}");
}

//! Who waits to write while the link is lost. Time stands still until everybody waits.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::keeper::Rank;
use super::line::Line;
use super::scripted::{After, Scripted, Typed};
use super::{Cli, Lost};
use crate::Trouble;

async fn cli(device: Scripted) -> (Cli, Typed) {
    let (mut settings, typed) = device.start().await;
    settings.max_sessions = 1;
    (Cli::new(settings), typed)
}

/// One who waits until the first has lost the link, and then types a line of his own.
fn waiting(cli: &Cli, rank: Rank, line: &'static str) -> tokio::task::JoinHandle<Result<(), Trouble>> {
    let cli = cli.clone();
    tokio::spawn(async move {
        let mut turn = cli.write_turn(rank, Instant::now() + Duration::from_secs(60)).await?;
        turn.line(Line::new(line).unwrap(), false).await.unwrap();
        Ok(())
    })
}

async fn all_wait(cli: &Cli, writers: usize) {
    while cli.stats().waiting < writers {
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn they_are_served_once_it_is_back_and_what_was_cut_off_goes_first() {
    let (cli, typed) = cli(Scripted::saying(&[(3, "Backuping")], After::HangUp)).await;
    let mut held = cli.write_turn(Rank::Person, Instant::now() + Duration::from_secs(60)).await.unwrap();
    let first = waiting(&cli, Rank::Person, "show 1");
    all_wait(&cli, 1).await;
    let second = waiting(&cli, Rank::Person, "show 2");
    all_wait(&cli, 2).await;
    assert!(matches!(held.line(Line::ours("write"), false).await, Err(Lost::Unknown(_))));
    drop(held);
    let goes_on = waiting(&cli, Rank::GoesOn, "show 3");
    // Nor is one who comes now sent away.
    let late = waiting(&cli, Rank::Person, "show 4");
    for one in [first, second, goes_on, late] {
        assert_eq!(one.await.unwrap(), Ok(()));
    }
    assert_eq!(typed.of(1)[1..], ["show 3", "show 1", "show 2", "show 4"]);
}

/// An OLT that has no further line for them is no lost link: it is not dialled on and on.
#[tokio::test(start_paused = true)]
async fn they_are_told_when_there_is_no_line_for_them() {
    let device = Scripted { serves: 2, ..Scripted::saying(&[(3, "Backuping")], After::HangUp) };
    let (mut settings, _) = device.start().await;
    settings.max_sessions = 2;
    let cli = Cli::new(settings);
    let patience = || Instant::now() + Duration::from_secs(60);
    let mut reader = cli.read_turn(patience()).await.unwrap();
    reader.text("show 0", patience()).await.unwrap();
    let mut held = cli.write_turn(Rank::Person, patience()).await.unwrap();
    let waits = waiting(&cli, Rank::Person, "show 1");
    all_wait(&cli, 1).await;
    assert!(matches!(held.line(Line::ours("write"), false).await, Err(Lost::Unknown(_))));
    drop(held);
    let lost = Instant::now();
    let told = waits.await.unwrap();
    assert!(matches!(told, Err(Trouble::CliUnreachable { .. })), "{told:?}");
    assert!(lost.elapsed() < Duration::from_secs(2), "{:?}", lost.elapsed());
    drop(reader);
}

#[tokio::test(start_paused = true)]
async fn they_are_told_when_it_does_not_come_back() {
    let device = Scripted { serves: 1, ..Scripted::saying(&[(3, "Backuping")], After::HangUp) };
    let (cli, _) = cli(device).await;
    let mut held = cli.write_turn(Rank::Person, Instant::now() + Duration::from_secs(60)).await.unwrap();
    let waits = waiting(&cli, Rank::Person, "show 1");
    all_wait(&cli, 1).await;
    assert!(matches!(held.line(Line::ours("write"), false).await, Err(Lost::Unknown(_))));
    drop(held);
    let lost = Instant::now();
    // Whoever has less patience is told what is the matter, not that time has passed.
    let short = cli.write_turn(Rank::Person, Instant::now() + Duration::from_secs(6)).await;
    assert!(matches!(short, Err(Trouble::CliUnreachable { .. })), "{short:?}");
    assert!((5..=7).contains(&lost.elapsed().as_secs()), "{:?}", lost.elapsed());
    let told = waits.await.unwrap();
    assert!(matches!(told, Err(Trouble::CliUnreachable { .. })), "{told:?}");
    assert!((10..=16).contains(&lost.elapsed().as_secs()), "{:?}", lost.elapsed());
    // It is down, and nobody waits for it any more.
    let began = Instant::now();
    assert!(cli.write_turn(Rank::Person, began + Duration::from_secs(60)).await.is_err());
    assert!(began.elapsed() < Duration::from_secs(1));
}

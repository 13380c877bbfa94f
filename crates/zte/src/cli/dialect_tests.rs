//! One OLT speaks otherwise than another. Time stands still until everybody waits for it.

use std::time::Duration;

use gpon::{OnuId, OnuRef, PonPort};
use tokio::time::Instant;

use super::scripted::Scripted;
use super::show::ShowOnuDetailInfo;
use super::{Answer, Cli, Line, Mode, ReadTurn};
use crate::Trouble;
use crate::firmware::dialect::tests::OTHER;
use crate::firmware::dialect::{C3XX, Dialect};

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(80)
}

async fn turn(cli: &Cli) -> ReadTurn {
    cli.read_turn(soon()).await.unwrap()
}

async fn shown(cli: &Cli) {
    let answer = turn(cli).await.text("show 0", soon()).await;
    assert_eq!(answer, Ok(Answer::Text("0 s\n".into())));
}

/// With its refusals and ports, at prompts as other devices have them.
static FOREIGN: Dialect = Dialect { prompts: C3XX.prompts, ..OTHER };

#[tokio::test(start_paused = true)]
async fn what_is_learned_of_an_olt_holds_for_the_sessions_it_has() {
    let (settings, typed) = Scripted::default().start().await;
    let cli = Cli::new(settings);
    let refused = turn(&cli).await.text("bad", soon()).await;
    assert!(matches!(refused, Err(Trouble::Refused { .. })), "{refused:?}");
    cli.speak(&FOREIGN);
    let text = turn(&cli).await.text("bad", soon()).await.unwrap();
    assert!(matches!(text, Answer::Text(_)), "its refusals look otherwise");
    let onu = OnuRef { pon: PonPort::new(1, 3).unwrap(), id: OnuId::new(4).unwrap() };
    drop(turn(&cli).await.ask(&ShowOnuDetailInfo { onu }, soon()).await);
    assert_eq!(typed.of(1), [""; 0], "one session all the while");
    assert_eq!(typed.all().last().unwrap(), "show gpon onu detail-info gpon_onu-1/1/3:4");
}

#[tokio::test(start_paused = true)]
async fn a_session_logs_in_by_the_prompts_of_its_dialect() {
    let (settings, typed) = Scripted { sign: '%', ..Scripted::default() }.start().await;
    let cli = Cli::new(settings);
    cli.speak(&OTHER);
    shown(&cli).await;
    let mut writing = cli.write_turn(super::keeper::Rank::Person, soon()).await.unwrap();
    let entered = writing.line(Line::ours("configure terminal"), false).await.unwrap();
    assert_eq!(entered.reply.mode, Mode::In("config".into()));
    drop(writing);
    shown(&cli).await;
    let lines = ["terminal length 0", "show 0", "configure terminal", "end", "show 0"];
    assert_eq!(typed.all(), lines);
}

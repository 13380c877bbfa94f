//! OLTs that are slow, but not dead.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use gpon::PonPort;
use zte::{Page, Pages, Trouble};

use crate::agent::{Agent, Mib};
use crate::hostile::{self, failed, honest, pon};

#[tokio::test]
async fn an_agent_that_answers_one_by_one_is_waited_for() {
    let mib = honest();
    let agent = Agent::slow(Duration::from_millis(250), move |request| Some(mib.answer(request))).await;
    // Each of the readings takes longer than it may be silent.
    let olt = agent.olt_with(|snmp| snmp.deadline = Duration::from_secs(1)).await;
    let (one, other, all) = tokio::join!(olt.onus(pon(1)), olt.onus(pon(2)), olt.all_onus());
    let (one, other, all) = (one.unwrap(), other.unwrap(), all.unwrap());
    assert_eq!((one.value.len(), other.value.len(), all.value.len()), (10, 3, 13));
    for problems in [&one.problems, &other.problems, &all.problems] {
        assert_eq!(failed(problems), []);
    }
    let stats = olt.stats();
    assert_eq!(stats.reachable, Some(true));
    // What is sent again is work for it: once or twice, before its pace is known.
    assert!(stats.retries <= 2, "{stats:?}");
    let names = stats.speed.names.unwrap();
    assert!((10.0..400.0).contains(&names), "{:?}", stats.speed);
}

#[tokio::test]
async fn silence_to_one_question_is_no_outage() {
    let mib = honest();
    let agent = Agent::start(move |request| {
        // Service ports.
        let mute = request.names[0].starts_with(&[1, 3, 6, 1, 4, 1, 3902, 1082, 110]);
        (!mute).then(|| mib.answer(request))
    })
    .await;
    let olt = agent.olt_with(|snmp| snmp.deadline = Duration::from_secs(1)).await;
    olt.identity().await.unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let others = async {
        while !done.load(Ordering::SeqCst) {
            olt.onus(pon(1)).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let mute = async {
        let error = olt.service_ports().await.unwrap_err();
        done.store(true, Ordering::SeqCst);
        error
    };
    let ((), error) = tokio::join!(others, mute);
    assert!(matches!(error.trouble, Trouble::Silent(_)), "{error}");
    assert!(error.to_string().ends_with("no answer for 1 s"), "{error}");
    assert_eq!(olt.stats().reachable, Some(true));
    olt.onus(pon(2)).await.unwrap();
}

/// However few packets a long silence takes, it is waited for to its end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_takes_long_for_one_answer_is_waited_for() {
    let (mib, mut first) = (honest(), true);
    let agent = Agent::start(move |request| {
        if std::mem::take(&mut first) {
            // Longer than all sendings of one request take.
            std::thread::sleep(Duration::from_secs(14));
        }
        Some(mib.answer(request))
    })
    .await;
    let olt = agent.olt_with(|snmp| snmp.deadline = Duration::from_secs(30)).await;
    let asked = tokio::spawn(async move { olt.identity().await });
    assert!(asked.await.unwrap().is_ok());
}

#[tokio::test]
async fn silence_to_everything_is() {
    let agent = Agent::start(|_| None).await;
    let olt = agent.olt_with(|snmp| snmp.deadline = Duration::from_secs(1)).await;
    let began = Instant::now();
    let error = olt.onus(pon(1)).await.unwrap_err();
    assert!(matches!(error.trouble, Trouble::Unreachable { .. }), "{error}");
    assert!(began.elapsed() >= Duration::from_secs(1), "a whole second");
    assert_eq!(olt.stats().reachable, Some(false));
}

/// Pages in a map, as a cache would keep them.
#[derive(Default)]
struct Kept(Mutex<HashMap<PonPort, Arc<Page>>>);

impl Kept {
    fn pons(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl Pages for Kept {
    fn find(&self, pon: PonPort) -> BoxFuture<'_, Option<Arc<Page>>> {
        async move { self.0.lock().unwrap().get(&pon).cloned() }.boxed()
    }

    fn keep(&self, pon: PonPort, page: Arc<Page>) -> BoxFuture<'_, ()> {
        async move { drop(self.0.lock().unwrap().insert(pon, page)) }.boxed()
    }

    fn forget(&self, pon: PonPort) -> BoxFuture<'_, ()> {
        async move { drop(self.0.lock().unwrap().remove(&pon)) }.boxed()
    }
}

#[tokio::test]
async fn a_whole_olt_goes_on_where_the_last_reading_ended() {
    let (mut mib, pons) = (Mib::default(), 8);
    hostile::system(&mut mib, 640_000_000);
    for port in 0..pons {
        hostile::port(&mut mib, 285_278_465 + port, &format!("gpon_1/1/{}", port + 1));
        hostile::onus(&mut mib, 285_278_465 + port, 1..=40);
    }
    let time = Duration::from_millis(40);
    let agent = Agent::slow(time, move |request| Some(mib.answer(request))).await;
    let olt = agent.olt().await;
    let kept = Arc::new(Kept::default());
    // Each may take about as long as three PONs.
    let mut before = 0;
    for go in 1..=8 {
        let until = tokio::time::Instant::now() + time * 40;
        let olt = olt.on_terms(until, Arc::<Kept>::clone(&kept) as Arc<dyn Pages>);
        let began = SystemTime::now();
        let reading = match olt.all_onus().await {
            Ok(reading) => reading,
            Err(error) => {
                assert!(matches!(error.trouble, Trouble::Deadline(_)) && go == 1, "{error}");
                continue;
            }
        };
        if !reading.is_partial() {
            assert!(go > 1, "too quick to test anything");
            assert_eq!(reading.value.len(), pons as usize * 40);
            assert!(reading.read_at < began, "as old as its oldest page");
            assert_eq!(kept.pons(), pons as usize, "the next one need not read all at once either");
            return;
        }
        for (field, reason) in failed(&reading.problems) {
            assert!(
                reason.starts_with("PON 1/1/") && reason.contains("not done within"),
                "{field:?}: {reason}"
            );
        }
        assert!(kept.pons() > before, "none was done in go {go}");
        before = kept.pons();
    }
    panic!("not whole after eight goes: {before} PONs");
}

#[tokio::test]
async fn a_whole_olt_that_is_quick_leaves_no_pages() {
    let mib = honest();
    let agent = Agent::start(move |request| Some(mib.answer(request))).await;
    let kept = Arc::new(Kept::default());
    let until = tokio::time::Instant::now() + Duration::from_secs(60);
    let olt = agent.olt().await.on_terms(until, Arc::<Kept>::clone(&kept) as Arc<dyn Pages>);
    let reading = olt.all_onus().await.unwrap();
    assert_eq!((reading.value.len(), failed(&reading.problems)), (13, vec![]));
    assert_eq!(kept.pons(), 0);
}

//! OLTs that are slow, but not dead.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use zte::Trouble;

use crate::agent::Agent;
use crate::hostile::{failed, honest, pon};

#[tokio::test]
async fn an_agent_that_answers_one_by_one_is_waited_for() {
    let mib = honest();
    let agent = Agent::slow(Duration::from_millis(250), move |request| Some(mib.answer(request))).await;
    // Each of the readings takes longer than it may be silent.
    let olt = agent.olt_with(|snmp| snmp.deadline = Duration::from_secs(1)).await;
    let (one, other, free, all) =
        tokio::join!(olt.onus(pon(1)), olt.onus(pon(2)), olt.free_onu_ids(pon(1)), olt.all_onus());
    let (one, other, free, all) = (one.unwrap(), other.unwrap(), free.unwrap(), all.unwrap());
    let sizes = (one.value.len(), other.value.len(), free.value.len(), all.value.len());
    assert_eq!(sizes, (10, 3, 118, 13));
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

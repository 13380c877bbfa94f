//! Starting, stopping, waiting.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use oltsim::{Options, SimError, Simulator, Source};

use crate::client::{Client, small};

const SYS_DESCR: [u32; 9] = [1, 3, 6, 1, 2, 1, 1, 1, 0];

#[tokio::test]
async fn it_starts_again_on_the_same_addresses() {
    let free = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let source = Source::Scenario(oltsim::SMALL.to_owned());
    let first = Simulator::start(Options { control: free, ..Options::new(source.clone()) }).await.unwrap();
    let (snmp, control) = (Some(first.snmp_addr()), first.control_addr());
    let taken = Simulator::start(Options { snmp, ..Options::new(source.clone()) }).await;
    assert!(matches!(taken, Err(SimError::Bind { .. })));
    first.stop().await;
    let second = Simulator::start(Options { snmp, control, ..Options::new(source) }).await.unwrap();
    assert_eq!((Some(second.snmp_addr()), second.control_addr()), (snmp, control));
    Client::of(second.snmp_addr()).await.get(&[&SYS_DESCR]).await;
}

#[tokio::test]
async fn stopping_does_not_wait_for_delayed_answers() {
    let simulator = small().await;
    let delay = r#"{"target":"snmp","kind":"delay","ms":600000}"#;
    simulator.set_faults(vec![crate::client::fault(delay)]).unwrap();
    let mut client = Client::of(simulator.snmp_addr()).await;
    let request = client.bulk_request(0, 1, &[&[1, 3]]);
    client.send(request).await;
    simulator.wait_for_requests(1).await.unwrap();
    simulator.stop().await;
}

#[tokio::test]
async fn a_wait_ends() {
    let simulator = small().await;
    let counters = simulator.wait_until(Duration::from_millis(10), |counters| counters.get > 0).await;
    assert_eq!(counters.unwrap_err().get, 0);
    let waiting = simulator.wait_for_requests(2);
    let asking = async {
        let mut client = Client::of(simulator.snmp_addr()).await;
        client.get(&[&SYS_DESCR]).await;
        client.get(&[&SYS_DESCR]).await;
    };
    assert_eq!(tokio::join!(waiting, asking).0.unwrap().requests, 2);
}

#[tokio::test]
async fn what_cannot_start_says_why() {
    let missing = Source::Walk("no/such/file.snmprec".into());
    let error = Simulator::start(Options::new(missing)).await.unwrap_err();
    assert!(error.to_string().contains("no/such/file.snmprec"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.snmprec");
    std::fs::write(&path, "1.3.6.1|2|1\n1.3.6.2|99|1\n").unwrap();
    let error = Simulator::start(Options::new(Source::Walk(path))).await.unwrap_err();
    assert!(error.to_string().contains("line 2") && error.to_string().contains("99"), "{error}");
    let error = Simulator::start(Options::new(Source::Scenario("colour = 1".to_owned()))).await.unwrap_err();
    assert!(error.to_string().contains("colour"), "{error}");
}

#[tokio::test]
async fn the_clock_may_follow_the_host() {
    let told = |simulator: &Simulator| simulator.device(|device| device.time()).unwrap();
    let fixed = Simulator::start(Options::new(Source::Demo)).await.unwrap();
    assert_eq!(told(&fixed).date().to_string(), "2026-11-23");
    let options = Options { host_clock: true, ..Options::new(Source::Demo) };
    let simulator = Simulator::start(options).await.unwrap();
    let host = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let apart = told(&simulator).duration_since(host).abs();
    assert!(apart < jiff::SignedDuration::from_secs(60), "{apart:?}");
    // What happened before was moved along: an ONU is online since as long as before.
    let online = |simulator: &Simulator| {
        simulator.device(|device| device.clock.hold_at(Duration::ZERO)).unwrap();
        let since = |device: &mut oltsim::device::Device| {
            let (_, onu) = device.onus().find(|(_, onu)| onu.is_online()).unwrap();
            onu.last_online.unwrap().duration_since(device.time())
        };
        simulator.device(since).unwrap()
    };
    assert_eq!(online(&simulator), online(&fixed));
}

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;
use gpon::{PonPort, Problem, Reading};
use secrecy::SecretString;
use zte::{OltSettings, SnmpSettings, SnmpTransport, Trouble};

use super::*;

/// How often each test's reading was made.
static READS: [AtomicUsize; 7] = [const { AtomicUsize::new(0) }; 7];

const WHOLE: usize = 0;
const PARTIAL: usize = 1;
const FAILING: usize = 2;
const PANICKING: usize = 3;
const ENDLESS: usize = 4;
const FORGOTTEN: usize = 5;
const UNCERTAIN: usize = 6;

/// A reading that takes a second; its value is how often it was made before.
enum Scripted<const N: usize> {}

impl<const N: usize> Subject for Scripted<N> {
    const KIND: Kind = Kind::Onus;
    type At = PonPort;
    type Value = Vec<usize>;

    fn lifetime(times: &CacheTimes) -> Duration {
        times.onus
    }

    async fn read(_: &Olt, _: PonPort) -> Result<Reading<Vec<usize>>, OltError> {
        let before = READS[N].fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(if N == ENDLESS { 3600 } else { 1 })).await;
        let problem = Problem::Failed { field: gpon::Field::RxPower, reason: "timed out".into() };
        match N {
            UNCERTAIN => {
                let problem = Problem::Uncertain { field: gpon::Field::ServicePorts, reason: "what?".into() };
                Ok(Reading { problems: vec![problem], ..Reading::now(vec![before]) })
            }
            PARTIAL => Ok(Reading { problems: vec![problem], ..Reading::now(vec![before]) }),
            FAILING => {
                let trouble = Trouble::UnexpectedReply("what?".into());
                Err(OltError { olt: "a".into(), act: "test".into(), trouble })
            }
            PANICKING => panic!("on purpose"),
            _ => Ok(Reading::now(vec![before])),
        }
    }
}

struct Bench {
    cache: Cache,
    id: Arc<str>,
    olt: Olt,
}

type Got = Result<(usize, bool), CacheError>;

impl Bench {
    async fn new() -> Self {
        let snmp = SnmpSettings::new("127.0.0.1", 1, SecretString::from("public"));
        let transport = SnmpTransport::bind().await.unwrap();
        let olt = Olt::new(OltSettings::new("a", snmp, None), &transport);
        Self { cache: CacheTimes::default().into(), id: "a".into(), olt }
    }

    async fn get<const N: usize>(&self, max_age: Option<u64>) -> Got {
        let freshness = Freshness { max_age: max_age.map(Duration::from_secs) };
        let pon = PonPort::new(1, 1).unwrap();
        let fresh = self.cache.read::<Scripted<N>>(&self.id, &self.olt, pon, freshness).await?;
        Ok((fresh.entry.reading().value[0], fresh.level == Level::Olt))
    }

    async fn invalidate(&self) {
        self.cache.invalidate(&self.id, Scope::Pon(PonPort::new(1, 1).unwrap())).await;
    }

    async fn crowd<const N: usize>(&self) -> Vec<Got> {
        join_all((0..200).map(|_| self.get::<N>(None))).await
    }
}

#[tokio::test(start_paused = true)]
async fn two_hundred_callers_are_one_reading() {
    let bench = Bench::new().await;
    for got in bench.crowd::<WHOLE>().await {
        assert_eq!(got.unwrap(), (0, true));
    }
    assert_eq!(bench.get::<WHOLE>(None).await.unwrap(), (0, false));
    // Never fresher than the floor.
    assert_eq!(bench.get::<WHOLE>(Some(0)).await.unwrap(), (0, false));
    tokio::time::advance(FLOOR + Duration::from_millis(1)).await;
    assert_eq!(bench.get::<WHOLE>(None).await.unwrap(), (0, false));
    assert_eq!(bench.get::<WHOLE>(Some(3)).await.unwrap(), (0, false));
    assert_eq!(bench.get::<WHOLE>(Some(0)).await.unwrap(), (1, true));
    tokio::time::advance(CacheTimes::default().onus + Duration::from_millis(1)).await;
    assert_eq!(bench.get::<WHOLE>(None).await.unwrap(), (2, true));
    // A caller cannot ask for older data than is kept.
    tokio::time::advance(CacheTimes::default().onus + Duration::from_millis(1)).await;
    assert_eq!(bench.get::<WHOLE>(Some(3600)).await.unwrap(), (3, true));
}

#[tokio::test(start_paused = true)]
async fn a_partial_reading_goes_to_all_who_wait_and_is_not_kept() {
    let bench = Bench::new().await;
    for got in bench.crowd::<PARTIAL>().await {
        assert_eq!(got.unwrap(), (0, true));
    }
    assert_eq!(bench.get::<PARTIAL>(None).await.unwrap(), (1, true));
}

#[tokio::test(start_paused = true)]
async fn what_was_not_understood_is_kept_for_half_a_minute() {
    let bench = Bench::new().await;
    assert_eq!(bench.get::<UNCERTAIN>(None).await.unwrap(), (0, true));
    tokio::time::advance(Duration::from_secs(29)).await;
    assert_eq!(bench.get::<UNCERTAIN>(None).await.unwrap(), (0, false));
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(bench.get::<UNCERTAIN>(None).await.unwrap(), (1, true));
}

#[tokio::test(start_paused = true)]
async fn a_failure_goes_to_all_who_wait_and_is_not_kept() {
    let bench = Bench::new().await;
    for got in bench.crowd::<FAILING>().await {
        assert!(matches!(got.unwrap_err(), CacheError::Olt(_)));
    }
    assert_eq!(READS[FAILING].load(Ordering::Relaxed), 1);
    assert!(bench.get::<FAILING>(None).await.is_err());
    assert_eq!(READS[FAILING].load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lost_reading_does_not_block_its_key() {
    let bench = Bench::new().await;
    for _ in 0..2 {
        assert!(matches!(bench.get::<PANICKING>(None).await.unwrap_err(), CacheError::Lost));
    }
    assert_eq!(READS[PANICKING].load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_reading_ends_with_the_deadline_of_its_request() {
    let bench = Bench::new().await;
    let CacheError::Olt(error) = bench.get::<ENDLESS>(None).await.unwrap_err() else {
        panic!("not the OLT's")
    };
    assert!(matches!(error.trouble, Trouble::Deadline(LONGEST)));
    assert_eq!(error.act, "read onus of PON 1/1/1");
}

#[tokio::test(start_paused = true)]
async fn a_reading_outlives_its_caller_and_is_not_kept_once_forgotten() {
    let bench = Bench::new().await;
    let hung_up = tokio::time::timeout(Duration::from_millis(10), bench.get::<FORGOTTEN>(None)).await;
    assert!(hung_up.is_err());
    assert_eq!(bench.get::<FORGOTTEN>(None).await.unwrap(), (0, true), "joins the reading under way");
    assert_eq!(bench.get::<FORGOTTEN>(None).await.unwrap(), (0, false), "was kept");

    bench.invalidate().await;
    let (under_way, (), later) = futures::join!(
        bench.get::<FORGOTTEN>(None),
        async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            bench.invalidate().await;
        },
        async {
            tokio::time::sleep(Duration::from_millis(600)).await;
            bench.get::<FORGOTTEN>(None).await
        }
    );
    assert_eq!(under_way.unwrap(), (1, true));
    assert_eq!(later.unwrap(), (2, true), "who asks after the invalidation does not join what began before");
    assert_eq!(bench.get::<FORGOTTEN>(None).await.unwrap(), (2, false), "and that is what was kept");
}

type Numbers = Vec<i32>;

fn kilobyte(_: &Reading<Numbers>, _: u64) -> Result<Rendered, ()> {
    Ok(Rendered::new(vec![b'x'; 1000]))
}

#[test]
fn views_keep_to_their_room() {
    let entry = Entry::new(Reading::now(vec![1, 2, 3]), Duration::ZERO);
    let first = entry.view(0, kilobyte).unwrap();
    assert!(Arc::ptr_eq(&first, &entry.view(0, kilobyte).unwrap()), "rendered once");
    for page in 1..100 {
        entry.view(page, kilobyte).unwrap();
    }
    let (one, another) = (entry.view(99, kilobyte).unwrap(), entry.view(99, kilobyte).unwrap());
    assert!(!Arc::ptr_eq(&one, &another), "over the room: rendered each time");
    assert!(entry.weight() >= 2 * 1024);
}

/// Two routes that show one reading with the same parameters never meet.
#[test]
fn no_view_is_taken_for_another() {
    let entry = Entry::new(Reading::now(vec![1, 2, 3]), Duration::ZERO);
    let body = |rendered: Result<Arc<Rendered>, ()>| rendered.unwrap().body().clone();
    let show = |what: &str| Ok(Rendered::new(what.to_owned()));
    for _ in 0..2 {
        let first = entry.view(1, move |_: &Reading<Numbers>, _| show("first"));
        let second = entry.view(1, move |_: &Reading<Numbers>, _| show("second"));
        let other_type = entry.view(1_u64, |_: &Reading<Numbers>, _| Ok(Rendered::new("third")));
        assert_eq!(
            (body(first), body(second), body(other_type)),
            ("first".into(), "second".into(), "third".into())
        );
    }
    for n in [1, 2, 1] {
        let view = entry.view(n, |_: &Reading<Numbers>, n: u8| Ok(Rendered::new(n.to_string())));
        assert_eq!(body(view), n.to_string());
    }
}

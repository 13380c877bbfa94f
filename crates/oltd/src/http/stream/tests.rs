use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::super::{Patience, Rules, around, serve};
use super::*;
use crate::logging::written::Written;
use crate::metrics::{Figures, Format, Metrics};
use crate::tasks::Tasks;

/// Far longer than anything here takes.
const DEADLINE: Duration = Duration::from_secs(20);

/// A server whose one route answers with a stream, which the test writes to.
struct Served {
    at: SocketAddr,
    sinks: mpsc::UnboundedReceiver<Sink>,
    end: CancellationToken,
    task: JoinHandle<io::Result<()>>,
    metrics: Metrics,
}

impl Served {
    /// Connections are kept for so long without a use.
    async fn start(patience: Duration) -> Self {
        let (tell, sinks) = mpsc::unbounded_channel();
        let answer = async move || {
            let (sink, response) = open(HeaderValue::from_static("application/x-ndjson"));
            tell.send(sink).unwrap();
            response
        };
        let patience = Patience { first: DEADLINE, next: patience, reader: patience };
        let rules = Rules { patience, ..Rules::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (at, end) = (listener.local_addr().unwrap(), CancellationToken::new());
        let metrics = Metrics::default();
        let edge = around(Router::new().route("/stream", get(answer)), &rules, metrics.clone());
        let token = end.clone();
        let task = tokio::spawn(async move { serve(edge, listener, rules, &Tasks::default(), token).await });
        Self { at, sinks, end, task, metrics }
    }

    /// A client that has the head of the answer, and the other end of it.
    async fn open(&mut self, http2: bool) -> (reqwest::Response, Sink) {
        let client = reqwest::Client::builder().timeout(DEADLINE);
        let client = if http2 { client.http2_prior_knowledge() } else { client };
        let request = client.build().unwrap().get(format!("http://{}/stream", self.at));
        let response = request.send().await.unwrap();
        (response, self.sinks.recv().await.unwrap())
    }

    fn figures(&self) -> String {
        Figures::of(self.metrics.clone()).page(Format::OpenMetrics).unwrap()
    }
}

async fn soon<T>(wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, wait).await.unwrap()
}

/// The times of an ordinary answer are over several times while this one is quiet.
#[tokio::test]
async fn a_stream_lives_as_long_as_it_is_used_and_is_told_whole() {
    let written = Written::default();
    let logger = tracing_subscriber::fmt().with_ansi(false).with_writer(written.clone()).finish();
    let _logging = tracing::subscriber::set_default(logger);
    for http2 in [false, true] {
        let mut served = Served::start(Duration::from_millis(100)).await;
        written.clear();
        let (mut response, sink) = served.open(http2).await;
        sink.send("one\n").await.unwrap();
        assert_eq!(soon(response.chunk()).await.unwrap().unwrap(), "one\n");
        // The time itself is what is tested.
        tokio::time::sleep(Duration::from_millis(900)).await;
        assert!(!written.text().contains("/stream"), "it has not ended: {}", written.text());
        assert!(served.figures().contains("oltd_http_requests_in_flight 1"));
        sink.send("two\n").await.unwrap();
        drop(sink);
        assert_eq!(soon(response.bytes()).await.unwrap(), "two\n");
        served.end.cancel();
        soon(served.task).await.unwrap().unwrap();
        let text = written.text();
        let mut lines = text.lines().filter(|line| line.contains("http.path=\"/stream\""));
        let line = lines.next().unwrap();
        assert!(line.contains("http.bytes=8") && line.contains("http.status=200"), "{line}");
        let ms = line.split_once("duration_ms=").unwrap().1.split(' ').next().unwrap();
        assert!(ms.parse::<f64>().unwrap() >= 900.0, "{line}");
        assert_eq!(lines.next(), None, "one line");
    }
}

#[tokio::test]
async fn the_end_of_the_server_ends_a_stream_within_a_second() {
    for http2 in [false, true] {
        let mut served = Served::start(DEADLINE).await;
        let (response, sink) = served.open(http2).await;
        sink.send("one\n").await.unwrap();
        let begun = Instant::now();
        served.end.cancel();
        assert_eq!(soon(response.bytes()).await.unwrap(), "one\n", "its end is a whole one");
        soon(sink.disconnected()).await;
        assert_eq!(sink.send("two\n").await, Err(Disconnected));
        soon(served.task).await.unwrap().unwrap();
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    }
}

/// Writes until the client is given up.
async fn flood(sink: &Sink) -> u64 {
    let mut bytes = 0;
    while sink.send(vec![b'x'; 4096]).await.is_ok() {
        bytes += 4096;
        assert!(bytes < 1 << 30, "nothing holds it up");
    }
    bytes
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_given_up() {
    for http2 in [false, true] {
        let mut served = Served::start(Duration::from_millis(300)).await;
        let (response, sink) = served.open(http2).await;
        soon(flood(&sink)).await;
        drop((response, sink));
        served.end.cancel();
        soon(served.task).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_client_that_reads_nothing_does_not_hold_up_the_end() {
    for http2 in [false, true] {
        let mut served = Served::start(DEADLINE).await;
        let (response, sink) = served.open(http2).await;
        let flow = sink.flow.clone();
        let flooding = tokio::spawn(async move { flood(&sink).await });
        let full = async {
            while flow.held_up_since().is_none_or(|since| since.elapsed() < Duration::from_millis(100)) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        soon(full).await;
        let begun = Instant::now();
        served.end.cancel();
        soon(served.task).await.unwrap().unwrap();
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        soon(flooding).await.unwrap();
        drop(response);
    }
}

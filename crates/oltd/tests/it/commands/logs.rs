//! The log of a server whose reader stalls, or that is flooded.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::ONE_OLT;
use super::running::{Running, address};

/// Longest wait for one answer. A server that waits for its log's reader gives none.
const PATIENCE: Duration = Duration::from_secs(20);
const JSON: (&str, &str) = ("OLTD_LOG__FORMAT", "json");
const HERE: (&str, &str) = ("OLTD_LISTEN", "127.0.0.1:0");
/// The token `key`.
const TOKEN: [(&str, &str); 2] = [
    ("OLTD_AUTH__TOKENS__0__NAME", "noc"),
    ("OLTD_AUTH__TOKENS__0__SHA256", "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"),
];

/// One connection, on which one request follows another.
struct Client(BufReader<TcpStream>);

impl Client {
    fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    /// The status and the body of an answer.
    fn ask(&mut self, method: &str, path: &str, lines: &str) -> (u16, String) {
        // In one piece: many small ones wait for each other.
        let request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n");
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).unwrap();
            match line.trim_end() {
                "" => break,
                line => head.push(line.to_ascii_lowercase()),
            }
        }
        let length = head.iter().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        self.0.read_exact(&mut body).unwrap();
        (head[0].split(' ').nth(1).unwrap().parse().unwrap(), String::from_utf8(body).unwrap())
    }

    /// The samples of a figure, by their labels.
    fn figure(&mut self, name: &str) -> BTreeMap<String, u64> {
        let (status, text) = self.ask("GET", "/metrics", "X-API-Key: key\r\n");
        assert_eq!(status, 200);
        let samples = text.lines().filter_map(|line| line.strip_prefix(name)?.rsplit_once(' '));
        samples.map(|(labels, value)| (labels.to_owned(), value.parse().unwrap())).collect()
    }
}

/// Asks until log lines are lost; says how often, and how many are.
fn overflow(client: &mut Client) -> (u64, u64) {
    // A line of 8 KiB each: 64 KiB fit into the pipe, and some MiB wait for it.
    let path = format!("/{}", "x".repeat(60)).repeat(130);
    let mut asked = 0;
    loop {
        for _ in 0..100 {
            assert_eq!(client.ask("GET", &path, "X-API-Key: key\r\n").0, 404);
        }
        asked += 100;
        let lost = client.figure("oltd_log_lines_lost_total")[""];
        if lost > 0 {
            return (asked, lost);
        }
        assert!(asked < 20_000, "no line is lost");
    }
}

fn serve(more: &[(&str, &str)]) -> Running {
    Running::start(&[("oltd.toml", ONE_OLT)], &["serve"], &[&[JSON, HERE], &TOKEN[..], more].concat())
}

#[test]
fn a_reader_that_never_reads_holds_up_neither_a_request_nor_the_end() {
    let mut serve = serve(&[("OLTD_HTTP__RATE_LIMIT", "0")]);
    let mut client = Client::connect(&address(&mut serve));
    overflow(&mut client);
    assert_eq!(client.ask("GET", "/healthz", "").0, 200);
    let begun = Instant::now();
    serve.end("TERM");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn a_reader_that_comes_back_is_told_what_it_missed() {
    let mut serve = serve(&[("OLTD_HTTP__RATE_LIMIT", "0")]);
    let address = address(&mut serve);
    let mut client = Client::connect(&address);
    let (asked, _) = overflow(&mut client);
    let mut written = 0;
    let (mut lost, mut told) = (0, 0);
    // Reads on until it is told; what comes behind is read after the end.
    let mut read = |serve: &mut Running, until_told: bool| {
        for line in serve.stderr.by_ref() {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            let message = line["message"].as_str().unwrap();
            written += u64::from(message == "request" && line["http.status"] == 404);
            if message.starts_with("log lines were lost") {
                lost += line["lines"].as_u64().unwrap();
                told += 1;
                if until_told {
                    break;
                }
            }
        }
        (written, lost, told)
    };
    let (_, lost, told) = read(&mut serve, true);
    assert_eq!(client.figure("oltd_log_lines_lost_total")[""], lost);
    assert_eq!(told, 1);
    serve.end("TERM");
    let (written, lost, told) = read(&mut serve, false);
    assert_eq!(told, 1, "once for all of them");
    // Of the lost ones, the others are those that asked for the figures.
    assert!(written + lost >= asked && written < asked, "{written} {lost} {asked}");
}

/// What costs its sender nothing fills no disk, and is accounted for to the last request.
#[test]
fn a_flood_of_refused_requests_is_a_few_lines() {
    const MANY: u64 = 1_500;
    let cors = ("OLTD_CORS__ORIGINS", "https://noc.example.net");
    let limit = [("OLTD_HTTP__RATE_LIMIT", "1"), ("OLTD_HTTP__RATE_BURST", "1")];
    let mut serve = serve(&[cors, limit[0], limit[1]]);
    let mut client = Client::connect(&address(&mut serve));
    let preflight = "Origin: https://evil.example\r\nAccess-Control-Request-Method: GET\r\n";
    let mut sent = BTreeMap::<u16, u64>::new();
    for (method, path, lines) in [
        ("OPTIONS", "/api/v1/olts", preflight),
        ("GET", "/api/v1/olts", ""),
        ("GET", "/api/v1/olts", "X-API-Key: key\r\n"),
        ("GET", "/api/v1/olts", "Host: evil.example\r\n"),
        ("GET", "/healthz", ""),
    ] {
        for _ in 0..MANY {
            *sent.entry(client.ask(method, path, lines).0).or_default() += 1;
        }
    }
    assert!(sent[&200] >= 2 * MANY && sent[&429] > MANY, "{sent:?}");
    let left_out = client.figure("oltd_http_log_lines_left_out_total");
    serve.signal("TERM");
    let (mut written, mut summed, mut bytes) = (BTreeMap::<u16, u64>::new(), BTreeMap::<u16, u64>::new(), 0);
    for line in serve.stderr.by_ref().map(Result::unwrap) {
        bytes += line.len();
        let line: Value = serde_json::from_str(&line).unwrap();
        let Some(status) = line["http.status"].as_u64() else { continue };
        let status = u16::try_from(status).unwrap();
        match line["message"].as_str() {
            // The figures were asked for with a token.
            Some("request") if line["http.path"] != "/metrics" => *written.entry(status).or_default() += 1,
            Some("more requests of this kind") => {
                assert!(line["client"].is_string() && line["within_s"].is_u64(), "{line}");
                *summed.entry(status).or_default() += line["lines"].as_u64().unwrap();
            }
            _ => {}
        }
    }
    serve.ends();
    for (status, sent) in sent {
        let shown = (written[&status], summed.get(&status).copied().unwrap_or_default());
        assert_eq!(shown.0 + shown.1, sent, "{status}: {shown:?}");
        let counted = left_out.get(&format!("{{status=\"{status}\"}}")).copied().unwrap_or_default();
        assert_eq!(counted, shown.1, "{status}");
    }
    assert!(bytes < 100_000, "{bytes} bytes for {} requests", 5 * MANY);
}

//! What no OLT could mean never reaches it.

use super::Rig;

#[tokio::test]
async fn bad_input_sends_nothing() {
    let rig = Rig::small().await;
    let long = format!("/board/{}/pon/1", "1".repeat(10_000));
    let cases = [
        ("/board/0/pon/1", 400),
        ("/board/33/pon/1", 400),
        ("/board/1/pon/0", 400),
        ("/board/1/pon/17", 400),
        ("/board/1/pon/01", 400),
        ("/board/1/pon/+1", 400),
        ("/board/1e0/pon/1", 400),
        ("/board/1/pon/1%0Aenable%0A", 400),
        ("/board/1/pon/1%00", 400),
        ("/board/1/pon/%FF", 400),
        ("/board/1/pon/1/onu/0", 400),
        ("/board/1/pon/1/onu/129", 400),
        ("/board/1/pon/1/onu/1%2F2", 400),
        ("/onu/unconfigured/1%0Aenable%0A", 400),
        ("/onu/unconfigured/2-1-1", 400),
        ("/onu/unconfigured/1%2F1%2F17", 400),
        ("/vlan/onu/1-1-1/0", 400),
        ("/paginate/board/1/pon/1?page=0", 400),
        ("/paginate/board/1/pon/1?limit=101", 400),
        ("/onus?status=asleep", 400),
        ("/board/1/pon/1/../../../etc/passwd", 404),
        ("/no/such/route", 404),
        (long.as_str(), 414),
    ];
    for (path, expected) in cases {
        // By hand: a client library would tidy the path first.
        let (status, body) = raw(&rig.base, path).await;
        assert_eq!(status, expected, "{path}: {body}");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        for field in ["message", "error", "error_code", "request_id"] {
            assert!(body[field].is_string(), "{path}: {field} in {body}");
        }
        assert_eq!(body["code"], expected, "{path}");
    }
    assert_eq!(rig.sim.counters().packets_in, 0);
}

#[tokio::test]
async fn every_spelling_of_a_pon_is_one_pon() {
    let rig = Rig::small().await;
    let whole = rig.body("/onu/unconfigured/1-1-1").await;
    for spelling in ["1%2F1%2F1", "1/1/1", "1"] {
        assert_eq!(rig.body(&format!("/onu/unconfigured/{spelling}")).await, whole, "{spelling}");
    }
    assert_eq!(whole["data"][0]["pon_port"], "1/1/1");
}

async fn raw(base: &str, path: &str) -> (u16, String) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(base.trim_start_matches("http://")).await.unwrap();
    let request = format!("GET /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(super::PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), body.to_owned())
}

//! The end of a job is told over TLS to whom the authorities of the system vouch for, and to
//! nobody else.

use oltsim::{SMALL, Source};
use reqwest::Method;
use rig::{simulator, until};
use serde_json::json;

use super::daemon::Home;
use super::receiver::{Receiver, SECRET};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_nobody_vouches_for_is_refused_and_tried_again() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let ((receiver, cert), (_, stranger)) = (Receiver::over_tls().await, Receiver::over_tls().await);
    let mut home = Home::new(&sim, "on");
    let root = format!("[callbacks]\nsecret = '{SECRET}'\nallow = ['localhost']\n");
    home.configure_with(&sim, "on", &root, "");
    let trusted = home.path().join("trusted.pem");
    home.set_variable("SSL_CERT_FILE", trusted.to_str().unwrap());
    // It is another one of whom somebody says that he may be trusted.
    std::fs::write(&trusted, stranger).unwrap();
    let daemon = home.start().await;
    let wish = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7", "callback_url": receiver.url()});
    let made = daemon.send(Method::PUT, "/onu-management/description", Some(wish)).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let path = format!("/jobs/{}", made.body["data"]["job"].as_str().unwrap());
    let callback = async || daemon.get(&path).await.body["data"]["callback"].clone();
    until(async || callback().await["tries"].as_u64() >= Some(2)).await;
    let told = callback().await;
    assert_eq!(told["state"], "due", "{told}");
    let why = told["last_error"].as_str().unwrap();
    assert!(why.starts_with("no connection: ") && why.contains("certificate"), "{told}");
    assert!(told["next_try"].is_string() && !told.to_string().contains("hush"), "{told}");
    assert!(receiver.received().is_empty(), "nothing is told to whom nobody knows");
    daemon.kill();
    // From the next start on it is he.
    std::fs::write(&trusted, cert).unwrap();
    let daemon = home.start().await;
    let told = receiver.wait(1).await.remove(0);
    assert!(told.is_signed(), "{told:?}");
    assert_eq!(told.body["event"], "job.done");
    let callback = async || daemon.get(&path).await.body["data"]["callback"].clone();
    until(async || callback().await["state"] == "delivered").await;
}

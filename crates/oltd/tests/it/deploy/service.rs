//! The files for systemd and nginx, checked by both where they are installed.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use oltsim::{SMALL, Source};
use serde_json::Value;

use super::{assert_accepted, run, text, words};
use crate::simulated::Rig;

#[test]
fn systemd_accepts_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("oltd.service");
    let program = env!("CARGO_BIN_EXE_oltd");
    std::fs::write(&unit, text("deploy/systemd/oltd.service").replace("/usr/bin/oltd", program)).unwrap();
    let Some(output) = run(Command::new("systemd-analyze").arg("verify").arg(&unit)) else { return };
    let said = words(&output);
    // A complaint does not fail the check by itself. Those about other units are the machine's own.
    let ours: Vec<_> = said.lines().filter(|line| line.contains("oltd.service")).collect();
    assert!(output.status.success() && ours.is_empty(), "{said}");

    // 0 is shut off from everything, 10 from nothing; 2 is what systemd calls "OK".
    let bounded = ["security", "--offline=true", "--threshold=20"];
    assert_accepted(Command::new("systemd-analyze").args(bounded).arg(&unit));
}

/// Ends with the test, however that ends.
struct Nginx(Child);

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A configuration with the sample in it, for a folder and ports of its own.
fn configuration(folder: &Path, oltd: &str, (plain, tls): (u16, u16)) -> String {
    let mut sample = text("deploy/nginx/oltd.conf");
    for (of_sample, here) in [
        ("listen 80;", format!("listen 127.0.0.1:{plain};")),
        ("    listen [::]:80;\n", String::new()),
        ("listen 443 ssl", format!("listen 127.0.0.1:{tls} ssl")),
        ("    listen [::]:443 ssl http2;\n", String::new()),
        ("/etc/ssl/oltd/", format!("{}/", folder.display())),
        ("127.0.0.1:8081;", format!("{oltd};")),
    ] {
        assert!(sample.contains(of_sample), "{of_sample}");
        sample = sample.replace(of_sample, &here);
    }
    let at = folder.display();
    // One process, which the test can end.
    format!(
        "daemon off;\nmaster_process off;\npid {at}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n\
         access_log off;\nclient_body_temp_path {at}/b;\nproxy_temp_path {at}/p;\nfastcgi_temp_path {at}/f;\n\
         uwsgi_temp_path {at}/u;\nscgi_temp_path {at}/s;\n{sample}}}\n"
    )
}

/// The real nginx in front of the real server.
#[tokio::test]
async fn nginx_serves_what_oltd_answers() {
    let rig = Rig::start(Source::Scenario(SMALL.into())).await;
    let folder = tempfile::tempdir().unwrap();
    let key = rcgen::generate_simple_self_signed(["oltd.example.net".to_owned()]).unwrap();
    std::fs::write(folder.path().join("fullchain.pem"), key.cert.pem()).unwrap();
    std::fs::write(folder.path().join("privkey.pem"), key.signing_key.serialize_pem()).unwrap();
    let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (plain, tls) = (free(), free());
    let ports = (plain.local_addr().unwrap().port(), tls.local_addr().unwrap().port());
    drop((plain, tls));
    let file = folder.path().join("nginx.conf");
    let oltd = rig.base.strip_prefix("http://").unwrap();
    std::fs::write(&file, configuration(folder.path(), oltd, ports)).unwrap();
    let nginx = || {
        let mut nginx = Command::new("nginx");
        nginx.arg("-p").arg(folder.path()).arg("-c").arg(&file);
        nginx
    };
    let Some(output) = run(nginx().arg("-t")) else { return };
    // Warnings too: about what a later nginx no longer takes, for example.
    assert!(output.status.success() && !words(&output).contains("[warn]"), "{}", words(&output));

    let _nginx = Nginx(nginx().stderr(Stdio::null()).spawn().unwrap());
    let client = reqwest::Client::builder()
        .danger_accept_invalid_certs(true)
        .redirect(reqwest::redirect::Policy::none())
        .resolve("oltd.example.net", ([127, 0, 0, 1], 0).into())
        .build()
        .unwrap();
    let base = format!("https://oltd.example.net:{}", ports.1);
    let began = Instant::now();
    while client.get(format!("{base}/healthz")).send().await.is_err() {
        assert!(began.elapsed() < Duration::from_secs(10), "nginx does not answer");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let long = format!("/api/v1/onu/unconfigured/{}", "a".repeat(9_000));
    for (path, status) in [
        ("/api/v1/board/1/pon/1", 200),
        ("/api/v1/monitoring/pon/1%2F1%2F1", 200),
        ("/metrics", 200),
        ("/%ff", 400),
        (&long, 414),
    ] {
        let answer = client.get(format!("{base}{path}")).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path}");
        assert!(answer.headers().contains_key("x-request-id"), "{path}: answered by nginx itself");
        assert!(answer.headers().contains_key("strict-transport-security"), "{path}");
    }
    let large = client.post(format!("{base}/api/v1/config/backup/import")).body(vec![b' '; (1 << 20) + 1]);
    // In the words of oltd, which never sees it.
    let large = large.send().await.unwrap();
    assert_eq!(large.status().as_u16(), 413);
    let mut refused: Value = large.json().await.unwrap();
    refused["request_id"] = Value::Null;
    let head = rig.client.post(format!("{}/api/v1/config/backup/import", rig.base));
    let mut own: Value =
        head.header("content-length", (1 << 20) + 1).send().await.unwrap().json().await.unwrap();
    own["request_id"] = Value::Null;
    assert_eq!(refused, own);
    let plain = client.get(format!("http://oltd.example.net:{}/healthz", ports.0)).send().await.unwrap();
    assert_eq!(plain.status().as_u16(), 301);
    assert_eq!(plain.headers()["location"], "https://oltd.example.net/healthz");
}

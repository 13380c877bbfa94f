//! Real-time monitoring: both sides at once, a queue, a command line that comes and goes.

use std::time::{Duration, Instant};

use oltsim::{NO_OPTICS, Simulator, Source};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::table::Table;

/// A daemon in front of an OLT whose SNMP lacks the optics and the T-CONTs of
/// ONUs, `ms` for each line of its command line.
struct Site {
    sim: Simulator,
    base: String,
    client: reqwest::Client,
    stop: CancellationToken,
}

impl Site {
    async fn start(ms: u64) -> Self {
        let tconts = "absent = [\n    \"1.3.6.1.4.1.3902.1082.500.10.2.3.4.1\",";
        let scenario = NO_OPTICS.replacen("absent = [", tconts, 1);
        let sim = rig::simulator(Source::Scenario(format!("{scenario}\n[cli]\ndelay_ms = {ms}\n"))).await;
        let (address, stop) =
            rig::daemon(vec![rig::olt_with("bench", &sim, Some(rig::cli_of(&sim))).await]).await;
        let site =
            Self { sim, base: format!("http://{address}/api/v1"), client: reqwest::Client::new(), stop };
        // Learns what SNMP lacks, and opens the session.
        site.get("/monitoring/onu/1-1-1/64").await;
        site
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let answer = self.client.get(format!("{}{path}", self.base)).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Commands sent since the last look, by which ONU they name.
    fn commands(&self) -> Vec<String> {
        self.sim.reset_command_lines().into_iter().map(|sent| sent.line).collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn whole(body: &Value) -> bool {
    body.get("partial").is_none() && body["data"]["optical"]["olt_rx_power"].is_number()
}

pub(crate) async fn one_onu(table: &mut Table) {
    let site = Site::start(300).await;
    let delay = r#"[{"target":"snmp","kind":"delay","ms":50,"order":"parallel"}]"#;
    site.sim.set_faults(rig::faults(delay)).unwrap();
    let (mut times, mut most, mut least_packets, mut good) = (Vec::new(), 0, u64::MAX, true);
    for id in 1..=9 {
        site.commands();
        site.sim.reset_counters();
        let began = Instant::now();
        let (status, body) = site.get(&format!("/monitoring/onu/1-1-1/{id}")).await;
        times.push(began.elapsed());
        good &= status == 200 && whole(&body);
        most = most.max(site.commands().len());
        least_packets = least_packets.min(site.sim.counters().requests);
    }
    times.sort();
    let median = times[times.len() / 2];
    // The command line decides: even all packets one after the other take less.
    let bound = Duration::from_millis(300 * most as u64).max(Duration::from_millis(50));
    let ratio = median.as_secs_f64() / bound.as_secs_f64();
    table.add(
        "monitoring of one ONU without optics in SNMP, 50 ms per answer, 300 ms per line",
        format!(
            "{:.3} s (median of 9; most {:.3} s), {most} commands, {least_packets} packets: {ratio:.2} x commands x 300 ms",
            median.as_secs_f64(),
            times[times.len() - 1].as_secs_f64()
        ),
        "at most 1.3 x, at most 3 commands",
        good && ratio <= 1.3 && most <= 3,
    );
}

pub(crate) async fn many_callers(table: &mut Table) {
    let site = Site::start(50).await;
    // The reading that opened the session is not fresh any more.
    tokio::time::sleep(Duration::from_secs(3)).await;
    site.commands();
    let began = Instant::now();
    let paths: Vec<_> = (1..=64).map(|id| format!("/monitoring/onu/1-1-1/{id}")).collect();
    let answers = futures::future::join_all(paths.iter().map(|path| site.get(path))).await;
    let took = began.elapsed();
    let right = (1..)
        .zip(&answers)
        .filter(|(id, (status, body))| *status == 200 && whole(body) && body["data"]["onu_id"] == *id)
        .count();
    let serials: std::collections::BTreeSet<_> =
        answers.iter().map(|(_, body)| body["data"]["serial_number"].to_string()).collect();
    let lines = site.commands();
    let mut turns: Vec<_> = lines.iter().filter_map(|line| line.rsplit_once(':')).map(|(_, id)| id).collect();
    turns.dedup();
    let ordered = turns.len() == 64;

    // Two at once for each ONU are one reading; other ONUs' details come on top.
    let more = (1..=64).map(|id| format!("/monitoring/onu/1-1-1/{id}"));
    let more: Vec<_> = more.chain((1..=64).map(|id| format!("/vlan/onu/1-1-1/{id}"))).collect();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let began_more = Instant::now();
    let site = &site;
    let calls = more.iter().map(|path| async move {
        let answer = site.client.get(format!("{}{path}", site.base)).send().await.unwrap();
        let retry = answer.headers().contains_key("retry-after");
        (answer.status().as_u16(), retry, began_more.elapsed())
    });
    let answers = futures::future::join_all(calls).await;
    let refused: Vec<_> = answers.iter().filter(|(status, ..)| *status == 503).collect();
    let slowest_refusal = refused.iter().map(|(.., took)| *took).max().unwrap_or_default();
    let honest = refused.iter().all(|(_, retry, _)| *retry) && refused.len() == 128 - 65;
    table.add(
        "64 callers on 64 ONUs, one session, 50 ms per line",
        format!(
            "{right} right, {} serials, {} turns, {} commands in {:.1} s ({:.1} requests/s); of 128 at once {} got 503 with Retry-After within {:.1} s",
            serials.len(),
            turns.len(),
            lines.len(),
            took.as_secs_f64(),
            64.0 / took.as_secs_f64(),
            refused.len(),
            slowest_refusal.as_secs_f64(),
        ),
        "all right, in turn, 503 beyond the queue",
        right == 64 && serials.len() == 64 && ordered && honest,
    );
}

pub(crate) async fn restart(table: &mut Table) {
    let site = Site::start(20).await;
    let stop = CancellationToken::new();
    let load = async {
        let mut id = 0;
        let mut statuses = Vec::new();
        while !stop.is_cancelled() {
            id = id % 64 + 1;
            statuses.push(site.get(&format!("/monitoring/onu/1-1-1/{id}")).await.0);
        }
        statuses
    };
    let act = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        site.sim.stop_telnet().await;
        let (mut alone, mut partial) = (0, false);
        for id in 1..=20 {
            alone = site.get(&format!("/traffic/tcont/1-1-1/{id}/1")).await.0;
            let (status, body) = site.get(&format!("/monitoring/onu/1-1-1/{id}")).await;
            partial = status == 200 && body["partial"].is_array();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        site.sim.start_telnet().await.unwrap();
        let back = Instant::now();
        let mut id = 0;
        loop {
            id = id % 64 + 1;
            let (status, body) = site.get(&format!("/monitoring/onu/1-1-1/{id}")).await;
            let again = site.get(&format!("/traffic/tcont/1-1-1/{id}/1")).await.0;
            if status == 200 && whole(&body) && again == 200 || back.elapsed() > Duration::from_secs(30) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        stop.cancel();
        (alone, partial, back.elapsed())
    };
    let (statuses, (alone, partial, back)) = tokio::join!(load, act);
    let answered = statuses.iter().filter(|status| **status == 200).count();
    table.add(
        "telnet killed and restarted under load",
        format!(
            "command-line-only route {alone}, monitoring partial: {partial}, {answered} of {} loaded requests 200, both whole {:.1} s after its return",
            statuses.len(),
            back.as_secs_f64()
        ),
        "503, from SNMP with partial, within 10 s",
        alone == 503 && partial && answered == statuses.len() && back <= Duration::from_secs(10),
    );
}

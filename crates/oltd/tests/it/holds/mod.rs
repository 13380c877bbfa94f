//! Suspending and resuming ONUs: holds of owners, and what the OLT has of them.

mod deleted;
mod gone;
mod hands;
mod lists;
mod lost;
mod owners;
mod plans;
mod states;

use gpon::OnuRef;
use oltsim::SMALL;
use rig::{Answer, Writer};
use serde_json::{Value, json};

fn at() -> OnuRef {
    rig::every_step::onu()
}

/// An OLT, and the serial number of its ONU.
struct Case {
    writer: Writer,
    serial: String,
}

impl Case {
    async fn new() -> Self {
        Self::at(Writer::start(SMALL).await)
    }

    fn at(writer: Writer) -> Self {
        let serial = writer.sim.device(|device| device.onu(at()).unwrap().configured.serial.to_string());
        Self { serial: serial.unwrap(), writer }
    }

    async fn suspend(&self, owner: &str, reason: &str) -> Answer {
        let path = format!("/onu/sn/{}/suspend", self.serial);
        self.writer.post(&path, json!({"owner": owner, "reason": reason})).await
    }

    async fn resume(&self, owner: &str) -> Answer {
        self.writer.post(&format!("/onu/sn/{}/resume", self.serial), json!({"owner": owner})).await
    }

    async fn onu(&self, what: &str) -> Answer {
        self.writer.post(&format!("/onu-management/{what}"), json!({"serial_number": self.serial})).await
    }

    fn by_hand(&self, line: &str) {
        self.writer.sim.type_as_somebody(&["configure terminal", "interface gpon-onu_1/1/1:1", line]);
    }

    fn is_enabled(&self) -> bool {
        self.writer.sim.device(|device| device.onu(at()).unwrap().configured.enabled).unwrap()
    }

    /// The owners, by the list of holds.
    async fn owners(&self) -> Vec<String> {
        let holds = self.writer.get("/holds").await.body["data"].clone();
        holds.as_array().unwrap().iter().map(|hold| hold["owner"].as_str().unwrap().to_owned()).collect()
    }

    fn sent(&self) -> Vec<String> {
        let lines = self.writer.configured();
        self.writer.sim.reset_command_lines();
        lines.into_iter().filter(|line| line.contains("shutdown")).collect()
    }
}

/// What an answer says became of it.
#[track_caller]
fn is(answer: &Answer, state: &str, suspended_by: Value) {
    let data = &answer.body["data"];
    assert_eq!(
        (answer.status, &data["state"], &data["suspended_by"]),
        (200, &json!(state), &suspended_by),
        "{}",
        answer.body
    );
}

#[track_caller]
fn fails(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, &answer.body["error_code"]), (status, &json!(code)), "{}", answer.body);
}

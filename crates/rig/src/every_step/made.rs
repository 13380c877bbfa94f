//! A write that was made, and whether its report is true.

use oltsim::device::Configuration;
use serde_json::Value;

use crate::Answer;

/// A write that was made, with what the device held before, would hold, and holds.
#[derive(Debug)]
pub struct Made {
    /// Where the ONU stands, or would.
    pub at: gpon::OnuRef,
    /// The answer, or that of its job once it was settled.
    pub answer: Answer,
    /// Before.
    pub before: Configuration,
    /// With the write.
    pub wished: Configuration,
    /// Now.
    pub now: Configuration,
    /// For a write that tells the ONU itself to start again, whether it has.
    pub restarted: Option<bool>,
    /// For a write that makes or lifts a hold: whether it is to be there then, and whether it is.
    pub held: Option<(bool, bool)>,
}

/// The lines that were refused, and are told to be optional.
fn left_out(data: &Value) -> Vec<&str> {
    let warnings = data["warnings"].to_string();
    let steps = data["steps"].as_array().into_iter().flatten();
    let refused = steps.filter(|step| step["state"] == "refused").filter_map(|step| step["line"].as_str());
    refused.filter(|line| warnings.contains(&format!("`{line}`, which is optional"))).collect()
}

impl Made {
    /// Whether the report is true of the device.
    ///
    /// # Panics
    /// Where it is not.
    pub fn is_true(&self, what: &str) {
        let Self { at, answer, before, wished, now, restarted, held } = self;
        let data = &answer.body["data"];
        let state = data["state"].as_str().unwrap_or_default();
        let hand = |config: &Configuration| config.onus.get(at).map(|onu| onu.name.clone());
        let by_hand = hand(now).as_deref() == Some(b"by hand");
        // What somebody else did is his own.
        let same = |one: &Configuration| {
            let mut one = one.clone();
            if by_hand && let (Some(onu), Some(now)) = (one.onus.get_mut(at), now.onus.get(at)) {
                onu.name.clone_from(&now.name);
            }
            one == *now
        };
        if let Some(restarted) = restarted.filter(|_| state != "partial") {
            assert_eq!(restarted, state == "applied", "{what}: {}", answer.body);
        }
        if let Some((wished, held)) = *held {
            match state {
                "applied" | "unchanged" => assert_eq!(held, wished, "{what}: {}", answer.body),
                "refused" | "rolled_back" => assert_eq!(held, !wished, "{what}: {}", answer.body),
                _ => {}
            }
        }
        match state {
            "applied" | "unchanged" => {
                let mut wished = wished.clone();
                if let Some(onu) = wished.onus.get_mut(at) {
                    let left_out = left_out(data);
                    onu.remote.retain(|line| !left_out.contains(&line.text.as_str()));
                }
                assert!(same(&wished), "{what}: {} but the device holds {:?}", answer.body, now.onus.get(at))
            }
            "refused" | "rolled_back" => {
                assert!(same(before), "{what}: {} but the device holds {:?}", answer.body, now.onus.get(at));
            }
            "partial" => {
                let remains = !same(before) || *restarted == Some(true);
                assert!(remains, "{what}: {} but nothing remains", answer.body);
                assert!(!data["remaining"].as_array().unwrap().is_empty(), "{what}: {}", answer.body);
            }
            other => panic!("{what}: {other}: {}", answer.body),
        }
    }
}

//! A write of several ONUs that was made, against the device.

use gpon::OnuRef;
use oltsim::device::{Configuration, OnuConfig};
use serde_json::Value;

/// A batch that was made, with what the device held before, would hold, and holds.
#[derive(Debug)]
pub struct ManyMade {
    /// The serial numbers of its targets.
    pub serials: Vec<String>,
    /// Its job once all of it was settled.
    pub job: Value,
    /// The jobs of its targets; null for one without.
    pub parts: Vec<Value>,
    /// Before.
    pub before: Configuration,
    /// With all of it.
    pub wished: Configuration,
    /// Now.
    pub now: Configuration,
    /// Whether each has started again, for one that tells the ONUs themselves to.
    pub restarted: Option<Vec<bool>>,
    /// The list of holds, and whether there are to be some, for one that makes or lifts them.
    pub holds: Option<(Value, bool)>,
}

impl ManyMade {
    /// Whether what was told of each target is true of the device, and all else is as it was.
    ///
    /// # Panics
    /// Where it is not.
    pub fn is_true(&self, what: &str) {
        let results = self.results();
        assert_eq!(results.len(), self.serials.len(), "{what}: {}", self.job);
        for (nr, result) in results.iter().enumerate() {
            self.is_true_of(nr, result, &format!("{what}: target {nr}"));
        }
        let others = |config: &Configuration| {
            let mut config = config.clone();
            config.onus.retain(|_, onu| !self.serials.contains(&onu.serial.to_string()));
            config
        };
        assert!(
            others(&self.before) == others(&self.now),
            "{what}: something else was changed: {}",
            self.job
        );
        let done = results.iter().filter(|result| result["success"] == true).count();
        assert_eq!(self.job["result"]["successful"], done, "{what}: {}", self.job);
    }

    /// That every target was done but this one.
    ///
    /// # Panics
    /// Where it is not so.
    pub fn harms_none_but(&self, target: usize, what: &str) {
        for (nr, result) in self.results().iter().enumerate().filter(|(nr, _)| *nr != target) {
            assert_eq!(result["state"], "applied", "{what}: target {nr}: {}", self.job);
        }
    }

    /// What became of each target, for people.
    pub fn states(&self) -> String {
        let states: Vec<&str> = self.results().iter().map(|result| spelt(&result["state"])).collect();
        states.join(", ")
    }

    fn results(&self) -> &Vec<Value> {
        self.job["result"]["results"].as_array().unwrap_or_else(|| panic!("{}", self.job))
    }

    fn is_true_of(&self, nr: usize, result: &Value, what: &str) {
        let serial = &self.serials[nr];
        let (state, success) = (spelt(&result["state"]), result["success"] == true);
        let [before, wished, now] = [&self.before, &self.wished, &self.now].map(|one| of_serial(one, serial));
        let by_hand = now.is_some_and(|(_, now)| now.name == b"by hand");
        // What somebody else did is his own.
        let same = |one: Option<(OnuRef, &OnuConfig)>| match (one, now) {
            (Some((_, one)), Some((_, now))) => {
                let name = if by_hand { now.name.clone() } else { one.name.clone() };
                OnuConfig { name, ..one.clone() } == *now
            }
            (one, now) => one.is_none() && now.is_none(),
        };
        let holds = |what: &str| format!("{what}: {result} but the device holds {now:?}");
        let restarted = self.restarted.as_ref().map(|all| all[nr]);
        match state {
            "applied" | "unchanged" if success => {
                assert!(same(wished), "{}", holds(what));
                assert!(restarted.unwrap_or(true), "{}", holds(what));
                if let Some((at, _)) = now {
                    let told = format!("{}:{}", spelt(&result["pon_port"]), result["onu_id"]);
                    assert_eq!(told, at.to_string(), "{}", holds(what));
                }
            }
            "unchanged" | "refused" | "rolled_back" | "cancelled" | "lost" => {
                assert!(!success && same(before), "{}", holds(what));
                assert!(state == "lost" || restarted != Some(true), "{}", holds(what));
            }
            "partial" => {
                assert!(!success && (!same(before) || restarted == Some(true)), "{}", holds(what));
                let remaining = &self.parts[nr]["result"]["remaining"];
                assert!(
                    remaining.as_array().is_some_and(|all| !all.is_empty()),
                    "{what}: {}",
                    self.parts[nr]
                );
            }
            other => panic!("{what}: {other}: {result}"),
        }
        if let Some((all, wished)) = self.holds.as_ref().filter(|_| !matches!(state, "partial" | "lost")) {
            let is = |hold: &&Value| hold["onu"] == serial.as_str() && hold["state"] == "held";
            let held = all.as_array().unwrap().iter().any(|hold| is(&hold));
            assert_eq!(held, *wished == success, "{what}: {result} {all}");
        }
        // Its job tells the same.
        if let Some(told) = self.parts[nr]["result"]["state"].as_str() {
            let job = &self.parts[nr];
            assert!(state == told || job["state"] == state, "{what}: {result} but its job {job}");
        }
    }
}

/// The ONU of this serial number, and where it stands.
pub(super) fn of_serial<'a>(config: &'a Configuration, serial: &str) -> Option<(OnuRef, &'a OnuConfig)> {
    let mut all = config.onus.iter().filter(|(_, onu)| onu.serial.to_string() == serial);
    all.next().map(|(at, onu)| (*at, onu))
}

pub(super) fn spelt(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

//! What an answer to a line that changes something means.

use std::sync::Arc;

use crate::cli::{Refusal, Reply};
use crate::firmware::dialect::Dialect;

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The line was taken.
    Taken,
    /// The OLT's own line of refusal.
    Refused(String),
    /// Something else was said: whether the line took effect has to be looked at.
    Odd(String),
}

/// What an operator knows an answer of a device to mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// A remark: the line may have been taken, which is looked at.
    Remark,
    /// The line was refused.
    Refused,
}

/// Answers that operators know, by what they begin with; beyond those of the fact
/// sheet (CLI §2). A remark is not proof: what the line was to do is looked at in any case.
#[derive(Debug, Clone, Default)]
pub struct Answers(Arc<[(String, Meaning)]>);

impl Answers {
    /// Answers that begin so.
    pub fn new(known: impl IntoIterator<Item = (String, Meaning)>) -> Self {
        Self(known.into_iter().filter(|(begins, _)| !begins.trim().is_empty()).collect())
    }

    fn of(&self, line: &str) -> Option<Meaning> {
        self.0.iter().find(|(begins, _)| line.starts_with(begins.trim())).map(|(_, meaning)| *meaning)
    }
}

/// What the answer to a line means (fact sheet, CLI §2): silence and the words of
/// success are a yes, a line that begins as refusals do is a no, whatever else stands
/// beside it. All other text means nothing by itself.
pub(crate) fn judge(dialect: &Dialect, answers: &Answers, reply: &Reply) -> Verdict {
    let accepted = dialect.changes.map_or(&[][..], |changes| changes.accepted);
    let refusals = &dialect.refusals;
    let mut odd = None;
    for line in reply.text.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "^") {
        let known = answers.of(line);
        let told = line.starts_with(refusals.told) || line.contains(dialect.prompts.confirmation);
        let success = accepted.contains(&line.trim_start_matches('.'));
        if known == Some(Meaning::Remark) {
            odd.get_or_insert_with(|| line.to_owned());
        } else if known == Some(Meaning::Refused) {
            return Verdict::Refused(line.to_owned());
        } else if told || success || line.chars().all(|c| c == '.') {
            continue;
        } else if line.starts_with('%') || refusals.bare.iter().any(|bare| line.starts_with(bare)) {
            // The whole of it, where the terminal wrapped it.
            let whole = match &reply.refusal {
                Some(Refusal::Refused(whole) | Refusal::Empty(whole)) if whole.starts_with(line) => whole,
                _ => line,
            };
            return Verdict::Refused(whole.to_owned());
        } else {
            odd.get_or_insert_with(|| line.to_owned());
        }
    }
    odd.map_or(Verdict::Taken, Verdict::Odd)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Mode;
    use crate::firmware::dialect::C3XX;

    fn of(text: &str) -> Verdict {
        let reply = Reply { text: text.into(), mode: Mode::Enabled, refusal: None, proven: false };
        let known = [("Warning: x".to_owned(), Meaning::Remark), ("Nope".to_owned(), Meaning::Refused)];
        judge(&C3XX, &Answers::new(known), &reply)
    }

    #[test]
    fn every_kind_of_answer() {
        for yes in [
            "",
            "\n",
            ".[Successful]\n",
            "[Successful]\n",
            "....\n",
            "%Info 20272: Enter\n",
            "Confirm to reboot? [yes/no]:yes\n",
        ] {
            assert_eq!(of(yes), Verdict::Taken, "{yes:?}");
        }
        for (text, line) in [
            (
                "   ^\n%Error 20200: Invalid input detected at '^' marker.\n",
                "%Error 20200: Invalid input detected at '^' marker.",
            ),
            (
                "%Code 62391-GPONSRV : The entry is existed.\n  This is a re-create operation\n",
                "%Code 62391-GPONSRV : The entry is existed.",
            ),
            (
                "%Code 62310-GPONSRV : No related information to show.\n",
                "%Code 62310-GPONSRV : No related information to show.",
            ),
            ("%Anything\n", "%Anything"),
            ("T-CONT does not exist\n", "T-CONT does not exist"),
            ("Alarm 1 cleared\n%Error 5: no\n", "%Error 5: no"),
            (".[Successful]\n%Error 5: no\n", "%Error 5: no"),
            ("Nope, not so\n", "Nope, not so"),
        ] {
            assert_eq!(of(text), Verdict::Refused(line.into()), "{text:?}");
        }
        for text in ["Alarm 1 occurred", "Warning: x y", "[Successful] or not", "x.[Successful]"] {
            assert_eq!(of(text), Verdict::Odd(text.into()));
        }
    }
}

//! What people call an ONU, and whether it may come into service, before and after a change.

use gpon::AdminState;

use super::config::OnuConfig;
use super::plan::Plan;
use super::wish::SHUTDOWN;
use crate::firmware::dialect::Block;

/// What a change is seen by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnuFacts {
    /// Its name.
    pub name: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// Whether it may come into service.
    pub admin_state: AdminState,
}

impl Plan {
    /// The ONU as it was found, and as the plan makes it; each is `None` where it is not
    /// registered, and both where its interface is not read for the change.
    pub fn before_and_after(&self) -> (Option<OnuFacts>, Option<OnuFacts>) {
        (facts(&self.0.have), facts(&self.0.want))
    }
}

fn facts(config: &OnuConfig) -> Option<OnuFacts> {
    config.registered.filter(|_| config.has_read(Block::Interface))?;
    // Each stands in a line of its own (fact sheet, CLI §5.1).
    let lines = || config.lines(Block::Interface).iter().map(|line| line.text.shown().trim());
    let behind = |word: &str| lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
    let admin_state =
        if lines().any(|line| line == SHUTDOWN) { AdminState::Disabled } else { AdminState::Enabled };
    Some(OnuFacts {
        name: behind("name").map(str::to_owned),
        description: behind("description").map(str::to_owned),
        admin_state,
    })
}

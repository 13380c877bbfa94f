use std::fmt;
use std::str::FromStr;

/// Where an OLT may count the traffic of its ONUs. No table is certain, so
/// which ones are tried, and in which order, is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnuCounters {
    /// The statistics of ports: octets of both directions (fact sheet, SNMP §5, one driver).
    PortStatistics,
    /// Current performance: two counters that were seen to grow (§6.5, §14.11, a single source).
    Performance,
    /// Packets and octets of a table that is in no MIB (§4.5, §14.2). Its
    /// direction was never told; it is read as upstream.
    Undocumented,
}

impl OnuCounters {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::PortStatistics, Self::Performance, Self::Undocumented];
    /// What is tried unless told otherwise, the best evidence first.
    pub const USUAL: [Self; 2] = [Self::PortStatistics, Self::Performance];

    /// Its name in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PortStatistics => "port-statistics",
            Self::Performance => "performance",
            Self::Undocumented => "undocumented",
        }
    }
}

impl fmt::Display for OnuCounters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OnuCounters {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|counters| counters.as_str() == text).ok_or(())
    }
}

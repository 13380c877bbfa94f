//! Readings for a monitor.

use gpon::{Onu, OnuRef, PonMonitor, PonPort, Reading};

use super::Olt;
use crate::OltError;
use crate::reach::Inner;
use crate::read::monitor;

impl Olt {
    /// One ONU as it is right now: state, optics, box and counters. Asks SNMP
    /// and, for what SNMP lacks, the command line at the same time, with at most
    /// three commands.
    ///
    /// # Errors
    /// [`Trouble::NoSuchPon`](crate::Trouble::NoSuchPon),
    /// [`Trouble::NoSuchOnu`](crate::Trouble::NoSuchOnu), and as every reading;
    /// an OLT of which one side answers is no error.
    pub async fn monitor_onu(&self, at: OnuRef) -> Result<Reading<Onu>, OltError> {
        let act = format!("watch ONU {at}");
        self.read(&act, async |olt: &Inner, deadline| monitor::onu(olt, at, deadline).await).await
    }

    /// A PON and its ONUs as they are right now, with at most three commands.
    ///
    /// # Errors
    /// [`Trouble::NoSuchPon`](crate::Trouble::NoSuchPon), and as every reading;
    /// an OLT of which one side answers is no error.
    pub async fn monitor_pon(&self, pon: PonPort) -> Result<Reading<PonMonitor>, OltError> {
        let act = format!("watch PON {pon}");
        self.read(&act, async |olt: &Inner, deadline| monitor::pon(olt, pon, deadline).await).await
    }

    /// Every PON as it is right now, without its ONUs. Takes up to 80 s on a
    /// large or slow OLT; the command line is not asked.
    ///
    /// # Errors
    /// As every reading; a PON that could not be read is a problem of the reading.
    pub async fn monitor_olt(&self) -> Result<Reading<Vec<PonMonitor>>, OltError> {
        self.read("watch the PON ports", async |olt: &Inner, deadline| monitor::olt(olt, deadline).await)
            .await
    }
}

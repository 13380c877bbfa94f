//! What is asked of an OLT besides its lists.

use gpon::{LearntMac, Onu, OnuAccount, OnuColumns, OnuRef, PonPort, Reading};

use super::Olt;
use crate::reach::{BELIEVED, Inner};
use crate::{MacsOf, OltError, read};

impl Olt {
    /// These columns of the ONUs of a PON, or of all. What else an ONU has is not
    /// read, and whether it exists is not decided: its row is for who knows it
    /// from a list.
    ///
    /// # Errors
    /// [`Trouble::NoSuchPon`](crate::Trouble::NoSuchPon), and as every reading.
    pub async fn onu_columns(
        &self,
        pon: Option<PonPort>,
        columns: OnuColumns,
    ) -> Result<Reading<Vec<Onu>>, OltError> {
        let of = pon.map_or_else(|| "all ONUs".to_owned(), |pon| format!("the ONUs of PON {pon}"));
        let act = format!("read further columns of {of}");
        self.read(&act, async |olt: &Inner, deadline| {
            let (_, firmware) = olt.learned(deadline).await?;
            let pons = match pon {
                Some(pon) => {
                    olt.row_of(pon, deadline).await?;
                    vec![pon]
                }
                None => olt.port_map(deadline, BELIEVED).await?.pons.keys().copied().collect(),
            };
            read::columns::of_pons(olt, firmware, &pons, columns, deadline).await
        })
        .await
    }

    /// The MAC addresses that it has learnt, from its command line.
    ///
    /// # Errors
    /// [`Trouble::NoCli`](crate::Trouble::NoCli),
    /// [`Trouble::NoSuchPon`](crate::Trouble::NoSuchPon),
    /// [`Trouble::NoSuchOnu`](crate::Trouble::NoSuchOnu), and whatever goes wrong at the command line.
    pub async fn macs(&self, of: MacsOf) -> Result<Reading<Vec<LearntMac>>, OltError> {
        let act = format!("read the MAC addresses of {of}");
        self.read(&act, async |olt: &Inner, _| read::mac::learnt(olt, of).await).await
    }

    /// What an ONU makes of its configuration, from the command line with two commands; the
    /// ONU must be online.
    ///
    /// # Errors
    /// [`Trouble::NoCli`](crate::Trouble::NoCli), and whatever goes wrong at the command line.
    pub async fn onu_account(&self, at: OnuRef) -> Result<Reading<OnuAccount>, OltError> {
        let act = format!("read what ONU {at} makes of its configuration");
        self.read(&act, async |olt: &Inner, _| read::account::of_onu(olt, at).await).await
    }
}

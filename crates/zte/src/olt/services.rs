//! What is set up on an OLT: services, profiles, VLANs, and boxes that wait for it.

use gpon::{
    DbaProfile, OnuBandwidth, OnuRef, PonPort, Reading, ServicePort, TrafficProfile, UnconfiguredOnu, Vlan,
    VlanProfile,
};

use super::Olt;
use crate::OltError;
use crate::reach::Inner;
use crate::read;

impl Olt {
    /// Boxes that wait for configuration, on one PON or all.
    ///
    /// # Errors
    /// [`Trouble::NoSuchPon`](crate::Trouble::NoSuchPon), and as every reading.
    pub async fn unconfigured(
        &self,
        pon: Option<PonPort>,
    ) -> Result<Reading<Vec<UnconfiguredOnu>>, OltError> {
        self.read("list unconfigured ONUs", async |olt: &Inner, deadline| {
            read::unconfigured::read(olt, pon, deadline).await
        })
        .await
    }

    /// The T-CONT bandwidth profiles.
    ///
    /// # Errors
    /// As every reading.
    pub async fn dba_profiles(&self) -> Result<Reading<Vec<DbaProfile>>, OltError> {
        self.read("read the bandwidth profiles", async |olt: &Inner, deadline| {
            read::profiles::dba_profiles(olt, deadline).await
        })
        .await
    }

    /// The ONU VLAN profiles.
    ///
    /// # Errors
    /// As every reading.
    pub async fn vlan_profiles(&self) -> Result<Reading<Vec<VlanProfile>>, OltError> {
        self.read("read the VLAN profiles", async |olt: &Inner, deadline| {
            read::profiles::vlan_profiles(olt, deadline).await
        })
        .await
    }

    /// The VLANs of the OLT.
    ///
    /// # Errors
    /// [`Trouble::Unsupported`](crate::Trouble::Unsupported) where SNMP has no table of them, and as every reading.
    pub async fn vlans(&self) -> Result<Reading<Vec<Vlan>>, OltError> {
        self.read("read the VLANs", async |olt: &Inner, deadline| read::profiles::vlans(olt, deadline).await)
            .await
    }

    /// Every service port of the OLT.
    ///
    /// # Errors
    /// [`Trouble::Unsupported`](crate::Trouble::Unsupported) where SNMP has no table of them, and as every reading.
    pub async fn service_ports(&self) -> Result<Reading<Vec<ServicePort>>, OltError> {
        self.read("read the service ports", async |olt: &Inner, deadline| {
            let (_, firmware) = olt.learned(deadline).await?;
            read::services::service_ports(olt, firmware, None, deadline).await
        })
        .await
    }

    /// The service ports of one ONU.
    ///
    /// # Errors
    /// [`Trouble::NoSuchPon`](crate::Trouble::NoSuchPon), [`Trouble::NoSuchOnu`](crate::Trouble::NoSuchOnu), [`Trouble::Unsupported`](crate::Trouble::Unsupported),
    /// and as every reading.
    pub async fn onu_service_ports(&self, at: OnuRef) -> Result<Reading<Vec<ServicePort>>, OltError> {
        let act = format!("read the service ports of ONU {at}");
        self.read(&act, async |olt: &Inner, deadline| read::services::of_onu(olt, at, deadline).await).await
    }

    /// The traffic profiles.
    ///
    /// # Errors
    /// [`Trouble::Unsupported`](crate::Trouble::Unsupported), and as every reading.
    pub async fn traffic_profiles(&self) -> Result<Reading<Vec<TrafficProfile>>, OltError> {
        self.read("read the traffic profiles", async |olt: &Inner, deadline| {
            read::profiles::traffic_profiles(olt, deadline).await
        })
        .await
    }

    /// The T-CONTs and GEM ports of one ONU.
    ///
    /// # Errors
    /// [`Trouble::NoSuchPon`](crate::Trouble::NoSuchPon), [`Trouble::NoSuchOnu`](crate::Trouble::NoSuchOnu), [`Trouble::Unsupported`](crate::Trouble::Unsupported),
    /// and as every reading.
    pub async fn onu_bandwidth(&self, at: OnuRef) -> Result<Reading<OnuBandwidth>, OltError> {
        let act = format!("read the T-CONTs and GEM ports of ONU {at}");
        self.read(&act, async |olt: &Inner, deadline| read::bandwidth::of_onu(olt, at, deadline).await).await
    }
}

//! Whether what is configured of an ONU reached its customer (fact sheet, CLI §4.3, §4.6, §4.7).

use std::borrow::Cow;
use std::net::Ipv4Addr;
use std::time::Duration;

use super::{Device, IpHost, Omci, Onu, OnuConfig};

/// `Status` of a WAN connection that connected (fact sheet, CLI §4.6).
const CONNECTED: &str = "connected";

/// `Status` of one that has not yet; the word is not in the sheet.
const CONNECTING: &str = "connecting";

impl OnuConfig {
    /// The lines `wan-ip N mode …` that are set in the box.
    pub(crate) fn wan_lines(&self) -> impl Iterator<Item = &str> {
        let lines = self.remote.iter().map(|line| line.text.as_str());
        lines.filter(|line| line.starts_with("wan-ip ") && line.contains(" mode "))
    }
}

impl Onu {
    /// Whether it shows the address of an IP host, or will.
    pub(crate) fn has_host(&self) -> bool {
        self.ip_host.is_some() || self.lease.is_some() && self.configured.wan_lines().next().is_some()
    }
}

impl Device {
    /// Whether a box in service has got all of its configuration, and took it.
    pub(crate) fn is_configured(&self, onu: &Onu) -> bool {
        let online = self.online_for(onu);
        let took = match onu.behaviour.omci {
            Omci::Takes => true,
            Omci::Refuses | Omci::NotSupported => false,
            Omci::NeedsFlow => !onu.configured.remote.iter().any(|line| line.text.starts_with("service ")),
        };
        took && onu.is_online() && online.is_none_or(|online| online >= self.life.config)
    }

    /// Whether so much time went by since an ONU came online and since what it needs was set.
    fn is_over(&self, onu: &Onu, set: Option<Duration>, after: Duration) -> bool {
        onu.is_online()
            && self.online_for(onu).is_none_or(|online| online >= after)
            && set.is_none_or(|set| self.now.saturating_sub(set) >= after)
    }

    /// The address that was learned behind an ONU.
    pub(crate) fn learned(&self, onu: &Onu) -> Option<[u8; 6]> {
        let host = onu.ip_host.or(onu.lease)?;
        let there = onu.behaviour.mac && self.is_over(onu, onu.service_since, self.life.mac);
        there.then_some(host.mac)
    }

    /// `Status` of the WAN connections of an ONU. Without a service port none connects.
    pub(crate) fn wan_status(&self, onu: &Onu) -> Cow<'static, str> {
        let serves = !onu.configured.service_ports.is_empty();
        match onu.behaviour.wan.as_str() {
            "" if serves && self.is_over(onu, onu.wan_since.max(onu.service_since), self.life.wan) => {
                CONNECTED.into()
            }
            "" => CONNECTING.into(),
            word => word.to_owned().into(),
        }
    }

    /// Whether the WAN connections of an ONU are up.
    pub(crate) fn wan_is_up(&self, onu: &Onu) -> bool {
        self.wan_status(onu) == CONNECTED
    }

    /// The IP host of an ONU as it is shown: without an address until its WAN connects.
    pub(crate) fn shown_host(&self, onu: &Onu) -> Option<IpHost> {
        let none = Ipv4Addr::UNSPECIFIED;
        match (onu.ip_host, onu.lease.filter(|_| onu.has_host())) {
            (Some(host), _) => Some(host),
            (None, Some(host)) if self.wan_is_up(onu) => Some(host),
            (None, Some(host)) => Some(IpHost { address: none, mask: none, gateway: none, ..host }),
            (None, None) => None,
        }
    }
}

//! A row of the service-port table, and the service port that it is.

use gpon::{OnuRef, ServicePort, ServiceSource, VlanId, VlanMode};

use crate::index::{self, PonIndex};

/// A row of the service-port table (fact sheet, SNMP §6.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceRow {
    pub(crate) onu: OnuRef,
    pub(crate) number: u8,
    pub(crate) description: Option<String>,
    /// ServiceMode: 1 untagged, 4 tagged, 5 TLS.
    pub(crate) mode: Option<i64>,
    pub(crate) vport: Option<u32>,
    pub(crate) user: Option<VlanId>,
    pub(crate) c: Option<VlanId>,
    /// Outer `None` while the column is unread: the mapping is then unknown, for
    /// "no outer VLAN" would make another of it.
    pub(crate) s: Option<Option<VlanId>>,
}

impl ServiceRow {
    /// The row at `B.subIf`, still empty; `None` for a sub-index of another kind.
    pub(crate) fn of_index(index: &[u32]) -> Option<Self> {
        let [pon, sub] = index else { return None };
        let (id, number) = index::decode_service_port(*sub)?;
        let onu = OnuRef { pon: PonIndex::B.decode(*pon)?, id };
        Some(Self { onu, number, description: None, mode: None, vport: None, user: None, c: None, s: None })
    }

    /// The service port in the words of the CLI: `user-vlan U vlan C [svlan S]`.
    pub(crate) fn service_port(self) -> ServicePort {
        let (mode, user_vlan, cvlan, svlan) = match (self.mode, self.user, self.c, self.s) {
            (Some(1), _, c, Some(s)) => (Some(VlanMode::Untag), None, c.filter(|_| s.is_some()), s.or(c)),
            // 5 is TLS, with one tag or two.
            (Some(5), user, _, Some(None)) => (Some(VlanMode::Transparent), None, None, user),
            (Some(4 | 5), Some(user), c, Some(Some(s))) => (Some(VlanMode::QinQ), Some(user), c, Some(s)),
            (Some(4), Some(user), Some(c), Some(None)) if user == c => {
                (Some(VlanMode::Tag), Some(user), None, Some(c))
            }
            (Some(4), Some(user), Some(c), Some(None)) => {
                (Some(VlanMode::Translation), Some(user), Some(user), Some(c))
            }
            // Which of the VLANs is which is the mapping's to say.
            (_, user, ..) => (None, user, None, None),
        };
        ServicePort {
            vport: self.vport,
            user_vlan,
            mode,
            svlan,
            cvlan,
            description: self.description,
            ..ServicePort::unknown(self.onu, ServiceSource::ServicePort, Some(self.number))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(mode: i64, user: u16, c: u16, s: u16) -> ServicePort {
        let index = [PonIndex::B.encode(7, 13), index::service_port(24, 1)];
        let vlan = |id| VlanId::new(id).ok();
        let row = ServiceRow::of_index(&index).unwrap();
        ServiceRow { mode: Some(mode), user: vlan(user), c: vlan(c), s: Some(vlan(s)), ..row }.service_port()
    }

    #[test]
    fn rows_of_the_sheet() {
        // §6.7, gpon-onu_1/7/13:24.
        let qinq = row(4, 3609, 3609, 1065);
        assert_eq!(qinq.onu.to_string(), "1/7/13:24");
        assert_eq!((qinq.mode, qinq.svlan.unwrap().get()), (Some(VlanMode::QinQ), 1065));
        let tag = row(4, 3176, 3176, 0);
        assert_eq!((tag.mode, tag.svlan.unwrap().get(), tag.cvlan), (Some(VlanMode::Tag), 3176, None));
        let translation = row(4, 10, 20, 0);
        assert_eq!(translation.mode, Some(VlanMode::Translation));
        assert_eq!((translation.cvlan.unwrap().get(), translation.svlan.unwrap().get()), (10, 20));
        assert_eq!(row(1, 0, 30, 0).svlan.unwrap().get(), 30);
        assert_eq!(row(5, 40, 0, 0).mode, Some(VlanMode::Transparent));
        assert_eq!(row(5, 3609, 3609, 1065), qinq);
        let strange = row(7, 10, 10, 0);
        assert_eq!((strange.mode, strange.cvlan), (None, None), "a mode without a known meaning");

        let index = [PonIndex::B.encode(1, 1), index::service_port(1, 1)];
        let row = ServiceRow::of_index(&index).unwrap();
        let vlan = VlanId::new(10).ok();
        let unread = ServiceRow { mode: Some(4), user: vlan, c: vlan, s: None, ..row }.service_port();
        let vlans = (unread.mode, unread.svlan, unread.cvlan);
        assert_eq!(vlans, (None, None, None), "without the mapping nobody knows which VLAN is which");
        let row = ServiceRow::of_index(&index).unwrap();
        let service = ServiceRow { mode: None, user: vlan, c: vlan, s: Some(None), ..row }.service_port();
        assert_eq!((service.user_vlan, service.svlan, service.cvlan), (vlan, None, None));
    }
}

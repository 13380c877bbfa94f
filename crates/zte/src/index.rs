//! The index encodings of the OLT's tables (fact sheet, SNMP §2).

use gpon::{CardRef, OnuId, OnuRef, PonPort};

/// How a table names a PON port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum PonIndex {
    /// Encoding A: the 1012 tree and `1015.1010` (§2.1).
    A,
    /// Encoding B: the 1082 tree (§2.2).
    B,
    /// Encoding C: `1015.3.1.13`, zero-based (§2.3).
    C,
}

impl PonIndex {
    /// The index of `1/slot/port`. Uplink ports share encodings B and C.
    pub(crate) const fn encode(self, slot: u8, port: u8) -> u32 {
        let (slot, port) = (slot as u32, port as u32);
        match self {
            Self::A => 0x1000_0000 | slot << 16 | port << 8,
            Self::B => 0x1101_0000 | slot << 8 | port,
            Self::C => 0x1000_0000 | slot.saturating_sub(1) << 16 | port.saturating_sub(1) << 8,
        }
    }

    /// The PON port with this index; `None` when the index is of another kind.
    pub(crate) fn decode(self, index: u32) -> Option<PonPort> {
        let [a, b, c, d] = index.to_be_bytes();
        let (slot, port) = match (self, a, b, c, d) {
            (Self::A, 0x10, slot, port, 0) => (slot, port),
            (Self::B, 0x11, 0x01, slot, port) => (slot, port),
            (Self::C, 0x10, slot, port, 0) => (slot.checked_add(1)?, port.checked_add(1)?),
            _ => return None,
        };
        PonPort::new(slot, port).ok()
    }

    pub(crate) const fn of(self, pon: PonPort) -> u32 {
        self.encode(pon.slot(), pon.port())
    }
}

/// How the rows of a table are numbered, and how many there can be: a walk that
/// meets others is not one of this table, or of an agent without an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rows {
    /// Least and most numbers in an index.
    pub(crate) arcs: (usize, usize),
    /// Most rows of a column in one reading.
    pub(crate) most: usize,
}

impl Rows {
    /// Cards, fans and supplies (§2.7): C300 shelves have 24 slots, and no
    /// chassis more than 8 shelves.
    pub(crate) const CARDS: Self = Self { arcs: (3, 3), most: 192 };
    /// What the environment is measured at: cards, or places within them.
    pub(crate) const PLACES: Self = Self { arcs: (1, 4), most: 512 };
    /// Interfaces (§2.4): ports, and on some devices one for each of 4,094 VLANs.
    pub(crate) const INTERFACES: Self = Self { arcs: (1, 1), most: 8192 };
    /// Physical entities of ENTITY-MIB: ports and modules of every card.
    pub(crate) const ENTITIES: Self = Self { arcs: (1, 1), most: 4096 };
    /// Optical modules: one a port.
    pub(crate) const PORTS: Self = Self { arcs: (1, 1), most: 1024 };
    /// Boxes that wait for configuration (§4.2).
    pub(crate) const UNCONFIGURED: Self = Self { arcs: (2, 2), most: OnuRef::MOST };
    /// Profiles by number; the device numbers them 1 to 512 (§7).
    pub(crate) const PROFILES: Self = Self { arcs: (1, 1), most: 4096 };
    /// Profiles by name (§2.7): the length, and at most 64 letters.
    pub(crate) const NAMED_PROFILES: Self = Self { arcs: (1, 65), most: 4096 };
    /// VLANs: 1 to 4,094.
    pub(crate) const VLANS: Self = Self { arcs: (1, 1), most: 4094 };
    /// T-CONTs or GEM ports of an ONU, `PON.onu.number`.
    pub(crate) const PARTS: Self = Self { arcs: (3, 3), most: 255 };
    /// Service ports, `PON.sub-index`: one for each ONU of the largest chassis, or
    /// eight for each of the 4,096 ONUs of a C320.
    pub(crate) const SERVICE_PORTS: Self = Self { arcs: (2, 2), most: OnuRef::MOST };

    /// ONUs of a PON, with so many numbers behind the ONU's. An ONU may have
    /// several rows there, of which one is read: it may have two IP hosts (§2.1).
    pub(crate) const fn of_onus(tail: usize) -> Self {
        let ids = OnuId::MAX as usize;
        Self { arcs: (2 + tail, 2 + tail), most: if tail == 0 { ids } else { 8 * ids } }
    }
}

/// The sub-index of an ONU's service port (§2.5): type 3, ONU, number.
pub(crate) const fn service_port(onu: u8, number: u8) -> u32 {
    0x1800_0000 | (onu as u32) << 16 | (number as u32) << 8
}

/// The ONU and the service-port number of a §2.5 sub-index; `None` for other types.
pub(crate) fn decode_service_port(sub: u32) -> Option<(OnuId, u8)> {
    if sub >> 27 != 3 || sub & 0xff != 0 {
        return None;
    }
    let onu = OnuId::try_from((sub >> 16) & 0x7ff).ok()?;
    Some((onu, (sub >> 8) as u8))
}

/// The ONU of an index `PON.onu`. One with more numbers is another table's.
pub(crate) fn decode_onu(encoding: PonIndex, index: &[u32]) -> Option<OnuRef> {
    let [pon, onu] = index else { return None };
    Some(OnuRef { pon: encoding.decode(*pon)?, id: OnuId::try_from(*onu).ok()? })
}

/// The number of a part of an ONU (T-CONT, GEM port) in an index `PON.onu.number`.
pub(crate) fn decode_part(index: &[u32]) -> Option<u8> {
    let [_, _, number] = index else { return None };
    u8::try_from(*number).ok()
}

/// The card of an index `rack.shelf.slot` (§2.7).
pub(crate) fn decode_card(index: &[u32]) -> Option<CardRef> {
    let [rack, shelf, slot] = index else { return None };
    let byte = |arc: &u32| u8::try_from(*arc).ok();
    Some(CardRef { rack: byte(rack)?, shelf: byte(shelf)?, slot: byte(slot)? })
}

/// The text of a length-prefixed ASCII index (§2.7).
pub(crate) fn decode_name(index: &[u32]) -> Option<String> {
    let (length, arcs) = index.split_first()?;
    if usize::try_from(*length).ok()? != arcs.len() {
        return None;
    }
    let bytes: Option<Vec<u8>> = arcs.iter().map(|arc| u8::try_from(*arc).ok()).collect();
    Some(gpon::text::keep(&bytes?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn worked_examples() {
        // Fact sheet, SNMP §2.3.
        for (slot, port, a, b, c) in [
            (1, 1, 268_501_248, 285_278_465, 268_435_456),
            (1, 2, 268_501_504, 285_278_466, 268_435_712),
            (1, 8, 268_503_040, 285_278_472, 268_437_248),
            (1, 16, 268_505_088, 285_278_480, 268_439_296),
            (2, 1, 268_566_784, 285_278_721, 268_500_992),
            (2, 2, 268_567_040, 285_278_722, 268_501_248),
            (3, 1, 268_632_320, 285_278_977, 268_566_528),
        ] {
            let pon = PonPort::new(slot, port).unwrap();
            for (encoding, index) in [(PonIndex::A, a), (PonIndex::B, b), (PonIndex::C, c)] {
                assert_eq!(encoding.of(pon), index);
                assert_eq!(encoding.decode(index), Some(pon));
            }
        }
        assert_eq!(PonIndex::B.encode(4, 2), 285_279_234, "xgei 1/4/2");
        // §2.5
        assert_eq!(service_port(1, 1), 402_718_976);
        assert_eq!(service_port(24, 1), 404_226_304);
        assert_eq!(decode_service_port(404_226_560), Some((OnuId::new(24).unwrap(), 2)));
        assert_eq!(decode_service_port(536_936_704), None, "a GEM port");
        // §2.7
        assert_eq!(decode_name(&[4, 84, 69, 83, 84]).as_deref(), Some("TEST"));
        assert_eq!(decode_name(&[5, 84, 69, 83, 84]), None);
    }

    proptest! {
        #[test]
        fn what_decodes_encodes_back(index in prop_oneof![any::<u32>(), 0x1000_0000u32..0x1102_0000]) {
            for encoding in [PonIndex::A, PonIndex::B, PonIndex::C] {
                if let Some(pon) = encoding.decode(index) {
                    prop_assert_eq!(encoding.of(pon), index);
                }
            }
            if let Some((onu, number)) = decode_service_port(index) {
                prop_assert_eq!(service_port(onu.get(), number), index);
            }
        }

        #[test]
        fn never_panics(index in prop::collection::vec(any::<u32>(), 0..8)) {
            let _ = decode_name(&index);
            let _ = decode_card(&index);
            let _ = decode_onu(PonIndex::A, &index);
        }
    }
}

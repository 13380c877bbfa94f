//! The index encodings of the device's tables (fact sheet, SNMP §2).

/// The smallest port index of encodings A and C: interface type 1.
const TYPE_1: u32 = 0x1000_0000;
/// Interface type 1, rack 1, shelf 1 in encoding B.
const TYPE_1_RACK_1_SHELF_1: u32 = 0x1101_0000;

/// `Mng1`, the out-of-band management port, which only encoding B can name (§2.2).
pub(crate) const MNG1: u32 = 0x2700_0001;

/// Encoding A, "PON equipment": slot and port counted from 1 (§2.1).
pub(crate) fn a(slot: u8, port: u8) -> u32 {
    TYPE_1 | u32::from(slot) << 16 | u32::from(port) << 8
}

/// Encoding B, the ifIndex of the 1082 tree (§2.2).
pub(crate) fn b(slot: u8, port: u8) -> u32 {
    TYPE_1_RACK_1_SHELF_1 | u32::from(slot) << 8 | u32::from(port)
}

/// Encoding C, the ifIndex of the old platform, counted from 0 (§2.3). Slots
/// and ports count from 1 everywhere else; a 0 is taken for a 1.
pub(crate) fn c(slot: u8, port: u8) -> u32 {
    TYPE_1 | u32::from(slot.saturating_sub(1)) << 16 | u32::from(port.saturating_sub(1)) << 8
}

/// What a sub-interface index stands for (§2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SubIf {
    /// A virtual port of an ONU.
    Vport = 2,
    /// A service port of an ONU.
    ServicePort = 3,
}

/// The index of a sub-interface of an ONU: five bits of type, eleven of ONU,
/// eight of number, eight left at 0 (§2.5).
pub(crate) fn sub_if(kind: SubIf, onu: u8, number: u8) -> u32 {
    (kind as u32) << 27 | u32::from(onu) << 16 | u32::from(number) << 8
}

/// The index of a bandwidth or traffic profile in the 1012 tree (§2.7).
pub(crate) fn profile_1012(number: u32) -> u32 {
    0x7000_0000 | number
}

/// A name as an index: its length, then its bytes (§2.7).
pub(crate) fn name(name: &str) -> Vec<u32> {
    let bytes = name.bytes().map(u32::from);
    std::iter::once(u32::try_from(name.len()).unwrap_or(u32::MAX)).chain(bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn worked_examples_of_ports() {
        for (slot, port, in_a, in_b, in_c) in [
            (1, 1, 268_501_248, 285_278_465, 268_435_456),
            (1, 2, 268_501_504, 285_278_466, 268_435_712),
            (1, 8, 268_503_040, 285_278_472, 268_437_248),
            (1, 16, 268_505_088, 285_278_480, 268_439_296),
            (2, 1, 268_566_784, 285_278_721, 268_500_992),
            (2, 2, 268_567_040, 285_278_722, 268_501_248),
            (3, 1, 268_632_320, 285_278_977, 268_566_528),
            (7, 8, 268_896_256, 285_280_008, 268_830_464),
            (7, 13, 268_897_536, 285_280_013, 268_831_744),
        ] {
            assert_eq!(a(slot, port), in_a, "A of 1/{slot}/{port}");
            assert_eq!(b(slot, port), in_b, "B of 1/{slot}/{port}");
            assert_eq!(c(slot, port), in_c, "C of 1/{slot}/{port}");
        }
        assert_eq!((b(4, 1), c(4, 1)), (285_279_233, 268_632_064));
        assert_eq!((b(4, 2), c(4, 2)), (285_279_234, 268_632_320));
        assert_eq!(MNG1, 654_311_425);
    }

    #[test]
    fn worked_examples_of_sub_interfaces() {
        assert_eq!(sub_if(SubIf::Vport, 1, 1), 268_501_248);
        assert_eq!(sub_if(SubIf::ServicePort, 1, 1), 402_718_976);
        assert_eq!(sub_if(SubIf::ServicePort, 24, 1), 404_226_304);
        assert_eq!(sub_if(SubIf::ServicePort, 24, 2), 404_226_560);
    }

    #[test]
    fn worked_examples_of_profiles() {
        assert_eq!(profile_1012(2), 1_879_048_194);
        assert_eq!(profile_1012(11), 1_879_048_203);
        assert_eq!(name("TEST"), [4, 84, 69, 83, 84]);
        assert_eq!(name("PROFILE1"), [8, 80, 82, 79, 70, 73, 76, 69, 49]);
    }

    proptest! {
        #[test]
        fn a_and_c_differ_by_a_constant(slot in 1u8..=32, port in 1u8..=16) {
            prop_assert_eq!(a(slot, port), c(slot, port) + 65_792);
        }

        #[test]
        fn b_takes_apart(slot: u8, port: u8) {
            let x = b(slot, port);
            let parts = (x >> 28, x >> 24 & 15, x >> 16 & 255, x >> 8 & 255, x & 255);
            prop_assert_eq!(parts, (1, 1, 1, u32::from(slot), u32::from(port)));
        }

        #[test]
        fn sub_if_takes_apart(onu: u8, number: u8) {
            let x = sub_if(SubIf::ServicePort, onu, number);
            let parts = (x >> 27, x >> 16 & 0x7ff, x >> 8 & 255, x & 255);
            prop_assert_eq!(parts, (3, u32::from(onu), u32::from(number), 0));
        }
    }
}

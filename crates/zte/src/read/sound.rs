//! What a device shows of an ONU and what cannot be true of it.

use gpon::{Field, Onu, OnuState};

use crate::reach::Problems;

/// Takes out of `onu` what is not its own or too old: optics and address of an
/// ONU that is out of service, which some agents go on showing (fact sheet, SNMP
/// §15), and distances that it cannot have. `max_distance_m` is the longest in metres.
pub(crate) fn settle(onu: &mut Onu, max_distance_m: u32, problems: &mut Problems) {
    if onu.state.is_some_and(|state| state != OnuState::Online) {
        (onu.rx, onu.tx, onu.olt_rx) = (None, None, None);
        (onu.temperature_mc, onu.voltage_mv, onu.bias_ua) = (None, None, None);
        onu.ip_address = None;
    }
    let Some(metres) = onu.distance_m else { return };
    let why = if metres > max_distance_m {
        format!("nothing ranges beyond {max_distance_m} m on GPON")
    } else if onu.state == Some(OnuState::Logging) {
        // Ranging is a part of signing on (fact sheet, CLI §9.2).
        "it is still being ranged".to_owned()
    } else {
        return;
    };
    onu.distance_m = None;
    problems.odd(Field::Distance, format!("ONU {}: {metres} m, but {why}", onu.at));
}

#[cfg(test)]
mod tests {
    use gpon::{Dbm, NamedBy, OnuId, OnuRef, PonPort};

    use super::*;

    fn settled(state: Option<OnuState>, metres: u32) -> (Onu, usize) {
        let at = OnuRef { pon: PonPort::new(1, 1).unwrap(), id: OnuId::new(16).unwrap() };
        let mut onu = Onu::unknown(at, NamedBy::Management);
        onu.state = state;
        onu.distance_m = Some(metres);
        (onu.rx, onu.olt_rx) = (Some(Dbm::from_milli(-20_000)), Some(Dbm::from_milli(-21_000)));
        (onu.voltage_mv, onu.bias_ua, onu.temperature_mc) = (Some(3300), Some(12_000), Some(40_000));
        let mut problems = Problems::default();
        settle(&mut onu, 60_000, &mut problems);
        (onu, problems.0.len())
    }

    #[test]
    fn light_that_is_gone_is_not_shown() {
        for state in OnuState::ALL {
            let (onu, _) = settled(Some(state), 1000);
            let lit = state == OnuState::Online;
            assert_eq!((onu.rx.is_some(), onu.olt_rx.is_some()), (lit, lit), "{state:?}");
            let measured = [onu.voltage_mv, onu.bias_ua, onu.temperature_mc];
            assert!(measured.iter().all(|value| value.is_some() == lit), "{state:?}");
        }
        assert!(settled(None, 1000).0.rx.is_some(), "an unknown state takes nothing away");
    }

    #[test]
    fn a_distance_is_one_that_ranges() {
        let of = |state, metres| {
            let (onu, problems) = settled(Some(state), metres);
            (onu.distance_m, problems)
        };
        assert_eq!(of(OnuState::Online, 60_000), (Some(60_000), 0));
        assert_eq!(of(OnuState::Online, 60_001), (None, 1));
        assert_eq!(of(OnuState::Los, 1074), (Some(1074), 0));
        assert_eq!(of(OnuState::Logging, 1074), (None, 1));
        assert_eq!(of(OnuState::Logging, 134_556_917), (None, 1));
    }
}

//! How the device writes its values (fact sheet, SNMP §8).

use gpon::{CardStatus, OfflineReason, OnuState, SerialNumber};
use jiff::civil::DateTime;

/// "Unavailable" among the optical values of an ONU (§8.1).
pub(crate) const ONU_POWER_UNAVAILABLE: i32 = 65_535;
/// "No signal" as what the OLT receives of an ONU (§6.4).
pub(crate) const OLT_RX_NO_SIGNAL: i32 = -80_000;
/// "Not in service" as what the OLT receives of an ONU (§6.4).
pub(crate) const OLT_RX_NOT_IN_SERVICE: i32 = 65_535_000;
/// "Not applicable" of an optical module (§6.3).
pub(crate) const MODULE_NOT_APPLICABLE: i32 = i32::MAX;

/// Power that an ONU receives or sends, from thousandths of a dBm: steps of
/// 0.002 dB above -30 dBm, 16 bits in two's complement (§8.1).
pub(crate) fn onu_power(milli_dbm: i32) -> i32 {
    let raw = (milli_dbm.saturating_add(30_000)).div_euclid(2).clamp(-32_768, 32_767);
    let raw = if raw < 0 { raw + 65_536 } else { raw };
    // 0 and 65535 mean "unavailable"; a real power beside them is moved by one step.
    match raw {
        0 => 1,
        ONU_POWER_UNAVAILABLE => ONU_POWER_UNAVAILABLE - 1,
        raw => raw,
    }
}

/// Feed voltage of an ONU from millivolts, 20 mV a step (§4.6).
pub(crate) fn onu_voltage(millivolts: i32) -> i32 {
    millivolts / 20
}

/// Laser bias of an ONU from microamperes, 2 µA a step (§4.6).
pub(crate) fn onu_bias(microamperes: i32) -> i32 {
    microamperes / 2
}

/// Temperature of an ONU from thousandths of a degree, 1/256 °C a step (§4.6).
pub(crate) fn onu_temperature(milli_celsius: i32) -> i32 {
    i32::try_from(i64::from(milli_celsius) * 256 / 1000).unwrap_or(i32::MAX)
}

/// Equalisation delay in bit times of an ONU `metres` away, as 122 ONUs of a
/// real device fit it (§4.5).
pub(crate) fn equalisation_delay(metres: u32) -> i32 {
    (265_566.5 - 12.4423 * f64::from(metres)).round() as i32
}

/// A DateAndTime of 8 octets, local time; all zero for never (§8.5).
pub(crate) fn date_and_time(moment: Option<DateTime>) -> [u8; 8] {
    let Some(moment) = moment else { return [0; 8] };
    let [high, low] = moment.year().to_be_bytes();
    let rest = [moment.month(), moment.day(), moment.hour(), moment.minute(), moment.second()];
    let [month, day, hour, minute, second] = rest.map(i8::unsigned_abs);
    let tenths = u8::try_from(moment.subsec_nanosecond() / 100_000_000).unwrap_or(0);
    [high, low, month, day, hour, minute, second, tenths]
}

/// A moment as the 1012 tree writes it (§8.5). The sheet shows no "never" of
/// that tree; this is the one of the same device's command line.
pub(crate) fn time_text(moment: Option<DateTime>) -> String {
    match moment {
        Some(moment) => moment.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        None => "0000-00-00 00:00:00".to_owned(),
    }
}

/// `1,ZTEGC8F12345`: a serial as RegistrationInfo gives it (§6.5).
pub(crate) fn registration_info(serial: SerialNumber) -> String {
    format!("1,{serial}")
}

/// The phase in the 1012 tree, 0..=6 (§4.4).
pub(crate) fn phase_1012(phase: OnuState) -> i32 {
    match phase {
        OnuState::Logging => 0,
        OnuState::Los => 1,
        OnuState::Synchronization => 2,
        OnuState::Online => 3,
        OnuState::DyingGasp => 4,
        OnuState::AuthFailed => 5,
        OnuState::Offline => 6,
    }
}

/// The phase in the 1082 tree, 1..=7 (§6.5).
pub(crate) fn phase_1082(phase: OnuState) -> i32 {
    phase_1012(phase) + 1
}

/// The code of an offline reason, both trees (§8.4, the majority's table).
pub(crate) fn offline_reason(reason: OfflineReason) -> i32 {
    match reason {
        OfflineReason::Unknown => 1,
        OfflineReason::Los => 2,
        OfflineReason::Losi => 3,
        OfflineReason::Lofi => 4,
        OfflineReason::Sfi => 5,
        OfflineReason::Loai => 6,
        OfflineReason::Loami => 7,
        OfflineReason::AuthFail => 8,
        OfflineReason::PowerOff => 9,
        OfflineReason::DeactivateDone => 10,
        OfflineReason::DeactivateFailed => 11,
        OfflineReason::Reboot => 12,
        OfflineReason::Shutdown => 13,
        OfflineReason::Code(code) => code,
    }
}

/// The operational status of a card (§6.1). A standby card is in service; that
/// it stands by is told by another column.
pub(crate) fn card_status(status: CardStatus) -> i32 {
    match status {
        CardStatus::InService | CardStatus::Standby => 1,
        CardStatus::NotInService => 2,
        CardStatus::HwOnline => 3,
        CardStatus::Offline => 4,
        CardStatus::Configuring => 5,
        CardStatus::ConfigFailed => 6,
        CardStatus::TypeMismatch => 7,
        CardStatus::Deactivated => 8,
        CardStatus::Faulty => 9,
        CardStatus::Invalid => 10,
        CardStatus::NoPower => 11,
        CardStatus::Unauthorized => 12,
        CardStatus::PowerSaving => 34,
        CardStatus::Code(code) => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;
    use proptest::prelude::*;

    fn milli_dbm(raw: i32) -> i32 {
        let raw = if raw > 32_767 { raw - 65_536 } else { raw };
        raw * 2 - 30_000
    }

    #[test]
    fn powers_that_the_command_line_confirmed() {
        for (raw, milli) in [
            (3314, -23_372),
            (3406, -23_188),
            (3741, -22_518),
            (5105, -19_790),
            (3584, -22_832),
            (5635, -18_730),
            (16_138, 2_276),
            (16_179, 2_358),
        ] {
            assert_eq!(onu_power(milli), raw);
        }
        assert_eq!(milli_dbm(onu_power(-31_000)), -31_000, "below the offset");
        for marker in [-30_002, -30_001, -30_000, -29_999] {
            assert!(![0, ONU_POWER_UNAVAILABLE].contains(&onu_power(marker)), "{marker}");
        }
    }

    #[test]
    fn delays_of_the_recorded_device() {
        // The fit's largest residual over 122 ONUs is 7.
        for (metres, delay) in [(1235, 250_199), (422, 260_317), (3793, 218_374)] {
            assert!((equalisation_delay(metres) - delay).abs() <= 7, "{metres} m");
        }
        assert_eq!(equalisation_delay(1235), 250_200);
    }

    #[test]
    fn times() {
        let moment = datetime(2022, 6, 7, 17, 1, 9, 200_000_000);
        assert_eq!(date_and_time(Some(moment)), [0x07, 0xe6, 0x06, 0x07, 0x11, 0x01, 0x09, 0x02]);
        assert_eq!(date_and_time(None), [0; 8]);
        assert_eq!(time_text(Some(moment)), "2022-06-07 17:01:09");
    }

    #[test]
    fn serial_numbers() {
        let serial: SerialNumber = "ZTEGC8F12345".parse().unwrap();
        assert_eq!(serial.octets(), [0x5a, 0x54, 0x45, 0x47, 0xc8, 0xf1, 0x23, 0x45]);
        assert_eq!(registration_info(serial), "1,ZTEGC8F12345");
    }

    #[test]
    fn phases_differ_by_one() {
        for (phase, number) in OnuState::ALL.into_iter().zip(0..) {
            assert_eq!((phase_1012(phase), phase_1082(phase)), (number, number + 1));
        }
    }

    proptest! {
        #[test]
        fn power_comes_back_to_a_step(milli in -95_000i32..35_000) {
            let raw = onu_power(milli);
            prop_assert!((1..65_535).contains(&raw));
            // Rounded down to a step, and a step further beside the two markers.
            let most = match milli {
                -30_002..-29_998 => 3,
                _ => 1,
            };
            prop_assert!((milli_dbm(raw) - milli).abs() <= most);
        }

        #[test]
        fn encodings_take_any_number(number: i32, metres: u32) {
            let _ = (onu_power(number), onu_temperature(number), equalisation_delay(metres));
        }
    }
}

use super::*;
use proptest::prelude::*;

fn bytes(octets: &[u8]) -> Value {
    Value::OctetString(bytes::Bytes::copy_from_slice(octets))
}

#[test]
fn complaints_are_plain_words() {
    for (told, shown) in [
        (bytes(b"K\x81ln Roth\x1b[2J"), "\"K<0x81>ln Roth<ESC>[2J\""),
        (bytes(b""), "\"\""),
        (bytes(&[7, 234, 13, 1]), "the octets 07 EA 0D 01"),
        (bytes(&[0; 20]), "the octets 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 and 4 more"),
        (Value::Integer(-7), "-7"),
        (Value::TimeTicks(100), "100"),
        (Value::ObjectIdentifier(async_snmp::Oid::from_slice(&[1, 3, 6])), "1.3.6"),
        (Value::IpAddress([192, 0, 2, 1]), "192.0.2.1"),
        (Value::Null, "nothing"),
    ] {
        assert_eq!(Told(&told).to_string(), shown);
    }
    let complaints = [
        integer(&bytes(b"x")).unwrap_err(),
        serial(&bytes(&[1; 9])).unwrap_err(),
        registration_serial(&bytes(b"1,\xff")).unwrap_err(),
        date_and_time(&bytes(&[13; 8])).unwrap_err(),
        text_time(&bytes(b"soon")).unwrap_err(),
        ip_address(&bytes(&[1; 5])).unwrap_err(),
    ];
    for complaint in complaints {
        let debug = ["(", "[", "\\", "Octet", "Bytes"].iter().any(|word| complaint.contains(word));
        assert!(!debug && complaint.contains(" is not a") | complaint.contains(" is not 8"), "{complaint}");
    }
}

#[test]
fn powers_of_the_sheet() {
    // §8.1, verified against the CLI of real devices.
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
        assert_eq!(onu_power(&Value::Integer(raw)), Ok(Some(Dbm::from_milli(milli))));
    }
    assert_eq!(onu_power(&Value::Integer(65_535)), Ok(None));
    assert_eq!(onu_power(&Value::Integer(0)), Ok(None));
    assert_eq!(onu_power(&Value::Integer(65_036)), Ok(Some(Dbm::from_milli(-31_000))));
    assert!(onu_power(&Value::Integer(70_000)).is_err());
    // §4.6: 20 mV, 2 uA, 1/256 degree.
    let n = Value::Integer;
    assert_eq!((onu_voltage(&n(163)), onu_bias(&n(6_500))), (Ok(Some(3_260)), Ok(Some(13_000))));
    assert_eq!(onu_temperature(&n(45 * 256 + 128)), Ok(Some(45_500)));
    assert_eq!(
        (onu_temperature(&n(65_280)), onu_temperature(&n(-256))),
        (Ok(Some(-1_000)), Ok(Some(-1_000)))
    );
    assert_eq!((onu_temperature(&n(65_535)), onu_voltage(&n(0))), (Ok(None), Ok(None)));
    assert!(onu_bias(&n(70_000)).is_err());
    for none in [-80_000, 65_535_000, i32::MAX] {
        assert_eq!(milli_dbm(&Value::Integer(none)), Ok(None));
    }
    assert_eq!(milli_dbm(&Value::Integer(-18_416)), Ok(Some(Dbm::from_milli(-18_416))));
}

#[test]
fn serials_times_and_phases() {
    let octets = [0x5a, 0x54, 0x45, 0x47, 0xc8, 0xf1, 0x23, 0x45];
    let serial_number = "ZTEGC8F12345".parse().unwrap();
    assert_eq!(serial(&bytes(&octets)), Ok(Some(serial_number)));
    assert_eq!(serial(&bytes(&[0; 8])), Ok(None));
    assert!(serial(&bytes(b"ZTEGC8F12345")).is_err());
    assert_eq!(registration_serial(&bytes(b"1,ZTEGC8F12345")), Ok(Some(serial_number)));

    let time = date_and_time(&bytes(&[7, 0xe6, 6, 7, 0x11, 1, 9, 2])).unwrap().unwrap();
    assert_eq!(time.to_string(), "2022-06-07 17:01:09");
    assert_eq!(date_and_time(&bytes(&[0; 8])), Ok(None));
    assert_eq!(text_time(&bytes(b"2022-06-07 17:01:09")), Ok(Some(time)));
    assert_eq!(text_time(&bytes(b"0000-00-00 00:00:00")), Ok(None));
    assert!(text_time(&bytes(b"yesterday")).is_err());

    assert_eq!(phase_1082(&Value::Integer(4)), phase_1012(&Value::Integer(3)));
    assert!(phase_1082(&Value::Integer(0)).is_err());
    assert_eq!(offline_reason(&Value::Integer(14)).unwrap().unwrap().to_string(), "Unknown (14)");
    assert_eq!(offline_reason(&Value::Integer(9)), Ok(Some(OfflineReason::PowerOff)));
}

#[test]
fn names_without_what_fills_up_their_field() {
    for (octets, name) in [
        (b"Budi\0\0\0".as_slice(), Some("Budi")),
        (b"Budi  \0 \r\n", Some("Budi")),
        (b"Bu\0di", Some("Budi")),
        (b"  Budi", Some("  Budi")),
        (b" \0 ", None),
        (b"", None),
        (b"Jos\xe9", Some("Jos\u{efe9}")),
        ("José".as_bytes(), Some("José")),
    ] {
        assert_eq!(text(&bytes(octets)), Ok(name.map(str::to_owned)), "{octets:?}");
    }
    assert_eq!(admin_state(&Value::Integer(1)), Ok(Some(AdminState::Enabled)));
    assert_eq!(admin_state(&Value::Integer(2)), Ok(Some(AdminState::Disabled)));
    assert!(admin_state(&Value::Integer(0)).is_err());
}

proptest! {
    #[test]
    fn nothing_panics(octets in prop::collection::vec(any::<u8>(), 0..14), n in any::<i32>()) {
        crate::fuzz::decode(&octets);
        for value in [Value::Integer(n), bytes(&octets)] {
            let _ = (onu_power(&value), milli_dbm(&value), distance(&value), vlan(&value));
            let _ = (onu_voltage(&value), onu_bias(&value), onu_temperature(&value));
        }
    }
}

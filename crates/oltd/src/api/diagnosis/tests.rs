use gpon::{
    AdminState, ClockTime, Dbm, NamedBy, OfflineReason, Onu, OnuId, OnuRef, OnuState, PonPort, WanConnection,
};

use super::evidence::{Evidence, Neighbours};
use super::rules::{Code, Finding, diagnose};
use crate::limits::OpticalLimits;

/// An ONU with which all is well, and all is known.
fn well() -> Evidence {
    Evidence {
        is_registered: Some(true),
        admin: Some(AdminState::Enabled),
        state: Some(OnuState::Online),
        rx: Some(Dbm::from_milli(-20_000)),
        olt_rx: Some(Dbm::from_milli(-22_000)),
        neighbours: Neighbours {
            total: Some(10),
            online: 9,
            offline: 1,
            median_rx: Some(-20.0),
            median_olt_rx: Some(-22.0),
            ..Neighbours::default()
        },
        tconts: Some(1),
        gem_ports: Some(1),
        service_ports: Some(1),
        config_state: Some("success".into()),
        macs: Some(1),
        wans: Some(vec![wan("connected")]),
        ..Evidence::default()
    }
}

fn wan(status: &str) -> WanConnection {
    WanConnection {
        id: Some(1),
        mode: Some("PPPoE".into()),
        status: Some(status.into()),
        ..WanConnection::default()
    }
}

/// One that is out of service for this reason.
fn down(reason: Option<OfflineReason>) -> Evidence {
    Evidence {
        is_registered: Some(true),
        admin: Some(AdminState::Enabled),
        state: Some(OnuState::Offline),
        offline_reason: reason,
        neighbours: Neighbours {
            total: Some(10),
            online: 10,
            lost_with_it: Some(0),
            dark_with_it: Some(0),
            ..Neighbours::default()
        },
        waits_on: Some(Vec::new()),
        ..Evidence::default()
    }
}

fn verdict(evidence: &Evidence) -> Finding {
    diagnose(evidence, &OpticalLimits::default(), &[]).0
}

fn codes(evidence: &Evidence) -> Vec<Code> {
    let (first, also) = diagnose(evidence, &OpticalLimits::default(), &[]);
    std::iter::once(first).chain(also).map(|finding| finding.code).collect()
}

fn is(evidence: &Evidence, code: Code, words: &str) {
    let found = verdict(evidence);
    assert_eq!(found.code, code, "{found:?}");
    assert!(found.sentence.contains(words), "{found:?}");
}

#[test]
fn all_is_well() {
    assert_eq!(codes(&well()), [Code::NothingSeen]);
    assert_eq!(verdict(&well()).sentence, "Nothing wrong is seen.");
}

#[test]
fn what_is_done_at_the_olt_comes_first() {
    is(&Evidence { is_registered: Some(false), ..Evidence::default() }, Code::NotRegistered, "No ONU");
    let shut = Evidence { admin: Some(AdminState::Disabled), ..down(Some(OfflineReason::Losi)) };
    assert_eq!(codes(&shut), [Code::Shut], "what follows from it is told no more");
    let held = Evidence { suspended_by: vec!["billing".into()], ..shut };
    is(&held, Code::Suspended, "by billing.");
    let open = Evidence { suspended_by: vec!["billing".into()], ..well() };
    is(&open, Code::Suspended, "by billing, but open at the OLT all the same");
    let not_known = Evidence { admin: None, ..held };
    is(&not_known, Code::Suspended, "by billing.");
}

#[test]
fn power() {
    is(&down(Some(OfflineReason::PowerOff)), Code::PowerLost, "last breath");
    let gasp = Evidence { state: Some(OnuState::DyingGasp), ..down(None) };
    is(&gasp, Code::PowerLost, "last breath");
    let mut dark = down(Some(OfflineReason::PowerOff));
    dark.neighbours = Neighbours { total: Some(4), offline: 4, dark_with_it: Some(4), ..dark.neighbours };
    is(&dark, Code::PowerLost, "4 of its neighbours");
    // The state is newer than the reason, which is that of the time before.
    let lost = Evidence { state: Some(OnuState::Los), ..down(Some(OfflineReason::PowerOff)) };
    is(&lost, Code::DropFibre, "drop fibre");
}

#[test]
fn fibre_by_its_neighbours() {
    for reason in [OfflineReason::Los, OfflineReason::Losi, OfflineReason::Lofi] {
        is(&down(Some(reason)), Code::DropFibre, "10 of its neighbours are online");
    }
    let mut some = down(Some(OfflineReason::Losi));
    some.neighbours = Neighbours { online: 7, offline: 3, lost_with_it: Some(3), ..some.neighbours };
    is(&some, Code::DistributionFibre, "3 of its neighbours");
    some.neighbours = Neighbours { online: 9, offline: 1, lost_with_it: Some(1), ..some.neighbours };
    is(&some, Code::DropFibre, "but for one");
    let mut all = down(Some(OfflineReason::Losi));
    all.neighbours = Neighbours { online: 0, offline: 10, lost_with_it: Some(10), ..all.neighbours };
    is(&all, Code::PonDown, "feeder");
    // Others that were off before say nothing of the feeder.
    all.neighbours = Neighbours { lost_with_it: Some(0), ..all.neighbours };
    is(&all, Code::LightLost, "too little");
    // An ONU that is alone on its PON.
    all.neighbours = Neighbours { total: Some(0), online: 0, offline: 0, ..all.neighbours };
    is(&all, Code::LightLost, "too little");
}

#[test]
fn a_verdict_rests_on_nothing_unknown() {
    let mut lost = down(Some(OfflineReason::Losi));
    lost.neighbours = Neighbours::default();
    is(&lost, Code::LightLost, "too little");
    // Whether one of the others is online is not known.
    lost.neighbours =
        Neighbours { total: Some(5), offline: 4, lost_with_it: Some(1), ..Neighbours::default() };
    is(&lost, Code::LightLost, "too little");
    lost.neighbours = Neighbours { total: Some(5), online: 5, lost_with_it: None, ..Neighbours::default() };
    is(&lost, Code::LightLost, "too little");
    let online = Evidence { state: Some(OnuState::Online), ..Evidence::default() };
    let told = diagnose(&online, &OpticalLimits::default(), &["macs", "wans"]).0;
    assert_eq!(told.code, Code::NothingSeen);
    assert!(told.sentence.ends_with("Not known: macs, wans."), "{told:?}");
    let told = diagnose(&Evidence::default(), &OpticalLimits::default(), &["status"]).0;
    assert_eq!(told.code, Code::Unknown);
    assert!(told.sentence.contains("Not known: status"), "{told:?}");
    // Of one whose state is not known nothing is said that only one in service can have.
    let silent = Evidence { macs: Some(0), service_ports: Some(0), ..Evidence::default() };
    assert_eq!(codes(&silent), [Code::Unknown]);
}

#[test]
fn who_it_is_and_where() {
    is(&down(Some(OfflineReason::AuthFail)), Code::AuthFailed, "serial number or password");
    is(&Evidence { state: Some(OnuState::AuthFailed), ..down(None) }, Code::AuthFailed, "who it is");
    let moved = Evidence { waits_on: PonPort::new(1, 3).ok().map(|pon| vec![pon]), ..down(None) };
    is(&moved, Code::Elsewhere, "PON 1/1/3");
}

#[test]
fn what_remains_of_those_out_of_service() {
    is(&down(None), Code::Offline, "does not tell why");
    is(&down(Some(OfflineReason::Reboot)), Code::Offline, "`Reboot`");
    for state in [OnuState::Logging, OnuState::Synchronization] {
        let signing = Evidence { state: Some(state), ..down(Some(OfflineReason::PowerOff)) };
        is(&signing, Code::SigningOn, "signing on");
    }
}

#[test]
fn light() {
    let weak = Evidence { rx: Some(Dbm::from_milli(-28_500)), ..well() };
    is(
        &weak,
        Code::WeakLight,
        "-28.50 dBm, less than -27.00 dBm; the median of its neighbours is -20.00 dBm",
    );
    let alone = Evidence { neighbours: Neighbours::default(), ..weak };
    is(&alone, Code::WeakLight, "-28.50 dBm, less than -27.00 dBm.");
    let weaker = Evidence { rx: Some(Dbm::from_milli(-26_500)), ..well() };
    is(&weaker, Code::WeakLight, "6.5 dB less than the median");
    let upstream = Evidence { olt_rx: Some(Dbm::from_milli(-29_000)), ..well() };
    is(&upstream, Code::WeakLight, "The OLT receives from it -29.00 dBm, 7.0 dB less");
    // What breaks the service comes before what is only weaker than others.
    let both = Evidence { service_ports: Some(0), ..weaker };
    assert_eq!(codes(&both), [Code::NoServicePort, Code::WeakLight]);
}

#[test]
fn service() {
    is(&Evidence { service_ports: Some(0), ..well() }, Code::NoServicePort, "no service port");
    is(&Evidence { tconts: Some(0), ..well() }, Code::NoGemPort, "no T-CONT");
    is(&Evidence { gem_ports: Some(0), ..well() }, Code::NoGemPort, "no GEM port");
    is(&Evidence { macs: Some(0), ..well() }, Code::NoMac, "no MAC address");
    let address = Some([192, 0, 2, 77].into());
    let speaks = Some(vec![WanConnection { address, ..wan("connected") }]);
    assert_eq!(codes(&Evidence { macs: Some(0), wans: speaks, ..well() }), [Code::NothingSeen]);
    let refused = Evidence { config_state: Some("fail".into()), ..well() };
    assert_eq!(codes(&refused), [Code::NothingSeen], "`fail` does not mean that it is down");
    is(&Evidence { macs: Some(0), ..refused.clone() }, Code::ConfigRefused, "refused its configuration");
    is(&Evidence { macs: None, ..refused }, Code::ConfigRefused, "refused its configuration");
    let wans = Some(vec![wan("connected"), wan("disconnected")]);
    let found = Evidence { wans, macs: Some(0), ..well() };
    assert_eq!(codes(&found), [Code::NoMac, Code::WanDown]);
    is(
        &Evidence { macs: Some(1), ..found },
        Code::WanDown,
        "1 (PPPoE) is not connected; the box says `disconnected`",
    );
    let silent = Some(vec![WanConnection { status: None, ..wan("") }]);
    assert_eq!(codes(&Evidence { wans: silent, ..well() }), [Code::NothingSeen]);
}

fn onu(id: u8, state: Option<OnuState>) -> Onu {
    let at = OnuRef { pon: PonPort::new(1, 1).unwrap(), id: OnuId::new(id).unwrap() };
    Onu { state, ..Onu::unknown(at, NamedBy::Management) }
}

fn went(id: u8, minute: i8, reason: OfflineReason) -> Onu {
    let last_offline = ClockTime::new(2026, 1, 1, 0, minute, 0);
    Onu { last_offline, offline_reason: Some(reason), ..onu(id, None) }
}

#[test]
fn neighbours_that_went_at_the_same_time() {
    let off = Some(OnuState::Offline);
    let onus = [
        onu(1, off),
        onu(2, off),
        onu(3, off),
        onu(4, Some(OnuState::Online)),
        onu(5, None),
        onu(6, Some(OnuState::Los)),
    ];
    let columns = [
        went(2, 1, OfflineReason::Losi),
        went(3, 1, OfflineReason::PowerOff),
        // It has come back since.
        went(4, 1, OfflineReason::Losi),
        went(6, 30, OfflineReason::Los),
    ];
    let (me, at) = (OnuId::new(1).unwrap(), ClockTime::new(2026, 1, 1, 0, 0, 0));
    let told = Neighbours::of(&onus, Some(&columns), me, at);
    let counts = (told.total, told.online, told.offline, told.lost_with_it, told.dark_with_it);
    assert_eq!(counts, (Some(5), 1, 3, Some(1), Some(1)));
    assert!(!told.are_all_off());
    for (columns, at) in [(None, at), (Some(&columns[..]), None)] {
        let told = Neighbours::of(&onus, columns, me, at);
        assert_eq!((told.lost_with_it, told.dark_with_it), (None, None));
    }
    let alight = Neighbours::of(&[onu(1, off), onu(2, Some(OnuState::Online))], None, me, None);
    assert_eq!((alight.lost_with_it, alight.dark_with_it), (Some(0), Some(0)), "nobody is off");
    assert!(Neighbours::of(&onus[..3], None, me, at).are_all_off());
    assert!(!Neighbours::of(&onus[..1], None, me, at).are_all_off(), "there are none");
}

#[test]
fn the_median_is_that_of_others_who_are_online() {
    let lit = |id, rx: i32| Onu { rx: Some(Dbm::from_milli(rx)), ..onu(id, Some(OnuState::Online)) };
    let onus = [lit(1, -30_000), lit(2, -20_000), lit(3, -22_000), lit(4, -21_000), onu(5, None)];
    let me = OnuId::new(1).unwrap();
    assert_eq!(Neighbours::of(&onus, None, me, None).median_rx, Some(-21.0));
    assert_eq!(Neighbours::of(&onus[..3], None, me, None).median_rx, None, "too few");
}

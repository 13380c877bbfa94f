//! What is known of an OLT whose SNMP agent is silent.

use gpon::{Dbm, Field, OnuId, OnuRef, OnuState, PonPort, Problem};
use zte::Trouble;

use crate::agent::{Agent, Mib};
use crate::hostile;
use crate::terminal::{Scripted, fixture};

const DETAIL: &str = "show gpon onu detail-info gpon-onu_1/1/1:1";
const OPTICS: &str = "show gpon remote-onu interface pon gpon-onu_1/1/1:1";
const ATTENUATION: &str = "show pon power attenuation gpon-onu_1/1/1:1";

fn at(id: u8) -> OnuRef {
    OnuRef { pon: PonPort::new(1, 1).unwrap(), id: OnuId::new(id).unwrap() }
}

fn failed(problems: &[Problem]) -> Vec<Field> {
    let failed = |problem: &Problem| matches!(problem, Problem::Failed { .. }).then(|| problem.field());
    problems.iter().filter_map(failed).collect()
}

#[tokio::test]
async fn an_onu_takes_three_commands() {
    let rig = Scripted::start(&[
        (DETAIL, fixture("show-gpon-onu-detail-info")),
        (OPTICS, fixture("show-gpon-remote-onu-interface-pon")),
        (ATTENUATION, fixture("show-pon-power-attenuation")),
    ])
    .await;
    let reading = rig.olt.monitor_onu(at(1)).await.unwrap();
    let onu = &reading.value;
    assert_eq!(rig.commands(), [DETAIL, OPTICS, ATTENUATION]);
    assert_eq!(onu.state, Some(OnuState::Online));
    assert_eq!(onu.serial.unwrap().to_string(), "ZTEGD0000001");
    assert_eq!(onu.olt_rx, Some(Dbm::from_milli(-20_241)));
    assert!(onu.temperature_mc.is_some() && onu.voltage_mv.is_some() && onu.bias_ua.is_some(), "{onu:?}");
    assert_eq!(
        failed(&reading.problems),
        [Field::Statistics, Field::Model, Field::HardwareVersion, Field::FirmwareVersion]
    );
    assert!(reading.is_partial());
}

#[tokio::test]
async fn an_onu_out_of_service_takes_one() {
    let text = fixture("show-gpon-onu-detail-info").replace("working", "LOS");
    let rig = Scripted::start(&[(DETAIL, text)]).await;
    let reading = rig.olt.monitor_onu(at(1)).await.unwrap();
    assert_eq!(rig.commands(), [DETAIL]);
    assert_eq!((reading.value.state, reading.value.rx), (Some(OnuState::Los), None));
    assert_eq!(failed(&reading.problems), [Field::Statistics]);
}

#[tokio::test]
async fn an_onu_that_neither_side_knows() {
    let rig = Scripted::start(&[]).await;
    let error = rig.olt.monitor_onu(at(9)).await.unwrap_err();
    // SNMP is silent; what the OLT says of such an ONU tells more.
    let refused = |answer: &str| answer.starts_with("%Error 20202") && answer.ends_with("Invalid parameter");
    assert!(matches!(&error.trouble, Trouble::Refused { answer, .. } if refused(answer)), "{error}");
    assert!(rig.commands().len() <= 3, "{:?}", rig.commands());
}

#[tokio::test]
async fn a_pon_takes_three_commands() {
    let rig = Scripted::start(&[
        ("show pon power onu-rx gpon-olt_1/1/1", fixture("show-pon-power-onu-rx")),
        ("show pon power onu-tx gpon-olt_1/1/1", fixture("show-pon-power-onu-tx")),
        ("show pon power olt-rx gpon-olt_1/1/1", fixture("show-pon-power-olt-rx")),
    ])
    .await;
    let reading = rig.olt.monitor_pon(at(1).pon).await.unwrap();
    assert_eq!(rig.commands().len(), 3);
    let onu = &reading.value.onus[0];
    assert_eq!((onu.at, onu.rx), (at(1), Some(Dbm::from_milli(-16_676))));
    assert!(onu.tx.is_some() && onu.olt_rx.is_some());
    assert_eq!(reading.value.counts.total, None, "powers do not tell who is missing");
    assert!(failed(&reading.problems).contains(&Field::OnuCount));
}

#[tokio::test]
async fn what_only_the_command_line_answers() {
    let rig = Scripted::start(&[
        ("show running-config interface gpon-onu_1/2/1:3", fixture("show-running-config-interface-gpon-onu")),
        ("show gpon profile traffic", fixture("show-gpon-profile-traffic")),
        ("show gpon profile tcont", fixture("show-gpon-profile-tcont")),
        ("show pon onu uncfg", fixture("show-pon-onu-uncfg")),
        ("show card-temperature", fixture("show-card-temperature")),
        ("show fan", fixture("show-fan")),
    ])
    .await;
    let onu = OnuRef { pon: PonPort::new(2, 1).unwrap(), id: OnuId::new(3).unwrap() };
    let ports = rig.olt.onu_service_ports(onu).await.unwrap().value;
    assert_eq!((ports.len(), ports[1].svlan.unwrap().get()), (2, 100));
    let bandwidth = rig.olt.onu_bandwidth(onu).await.unwrap().value;
    assert_eq!(bandwidth.tconts[0].profile.as_deref(), Some("SERVER"));
    assert_eq!(bandwidth.gem_ports[0].upstream.as_deref(), Some("UP50"));
    assert_eq!(rig.olt.traffic_profiles().await.unwrap().value[0].name, "default");
    let profiles = rig.olt.dba_profiles().await.unwrap().value;
    assert!(profiles.iter().any(|profile| profile.name == "default"));
    let waiting = rig.olt.unconfigured(None).await.unwrap();
    assert_eq!(waiting.value[0].model.as_deref(), Some("F670LV9.0"));
    assert!(waiting.is_partial());
    let environment = rig.olt.environment().await.unwrap();
    assert_eq!((environment.value.celsius, environment.value.fans.len()), (Some(32), 2));
    assert_eq!(failed(&environment.problems), [Field::PowerSupplies, Field::FansRunning, Field::FansPresent]);
    let stats = rig.olt.stats();
    assert_eq!((stats.reachable, stats.cli.unwrap().reachable), (Some(false), Some(true)));
}

#[tokio::test]
async fn one_show_command() {
    let rig = Scripted::start(&[("show fan", fixture("show-fan"))]).await;
    let fan = zte::ShowLine::parse("sh fan").unwrap();
    let shown = rig.olt.show(&fan).await.unwrap().value;
    assert_eq!((shown.text, shown.unknown.len()), (fixture("show-fan"), 0));
    let card = zte::ShowLine::parse("show card").unwrap();
    let error = rig.olt.show(&card).await.unwrap_err();
    assert!(matches!(error.trouble, Trouble::Refused { .. }), "{error}");
    rig.olt.close().await;
    assert_eq!(rig.olt.stats().cli.unwrap().sessions, 0);
}

#[tokio::test]
async fn a_longer_distance_is_believed_where_it_is_configured() {
    let config = "show running-config interface gpon-olt_1/1/1";
    let script = [
        (config, fixture("show-running-config-interface-gpon-olt").replace("1/1/2", "1/1/1")),
        (DETAIL, fixture("show-gpon-onu-detail-info").replace("1074m", "70000m")),
    ];
    for (most, distance) in [(60_000, None), (80_000, Some(70_000))] {
        // Its tables name no ONU, so that the command line is asked.
        let mut mib = Mib::default();
        hostile::system(&mut mib, 640_000_000);
        hostile::port(&mut mib, 285_278_465, "gpon_1/1/1");
        let agent = Agent::start(move |request| Some(mib.answer(request))).await;
        let rig = Scripted::start_with(&script, |settings| {
            (settings.snmp.port, settings.max_distance_m) = (agent.at.port(), most);
        })
        .await;
        let reading = rig.olt.onu(at(1)).await.unwrap();
        assert_eq!(reading.value.distance_m, distance);
        let of_distance =
            reading.problems.iter().filter(|problem| problem.field() == Field::GponOpticalDistance);
        assert_eq!(of_distance.count(), usize::from(distance.is_none()), "{:?}", reading.problems);
        let status = reading.problems.iter().find(|problem| problem.field() == Field::Status);
        assert_eq!(status, None);
    }
}

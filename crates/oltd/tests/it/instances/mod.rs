//! Several instances in front of one OLT, with a store that they share.

mod invalidation;
mod outages;
mod readings;
mod writes;

use gpon::{OnuId, OnuRef, PonPort};
use oltd::app::CacheTimes;
use oltd::cache::RedisSettings;
use oltd::http::Rules;
use oltsim::{FULL, Simulator, Source};
use rig::{Instance, PATIENCE, RedisServer, is_here, until};

/// One instance that limits nobody.
async fn instance(sim: &Simulator, settings: RedisSettings) -> Instance {
    Instance::start(sim, settings, CacheTimes::default(), Rules { rate: None, ..Rules::default() }).await
}

/// Renames the first ONU of the PON, behind everybody's back.
fn rename(sim: &Simulator, pon: u8, name: &str) {
    let at = OnuRef { pon: PonPort::new(1, pon).unwrap(), id: OnuId::new(1).unwrap() };
    sim.device(|device| device.onu_mut(at).unwrap().configured.name = name.as_bytes().to_vec()).unwrap();
}

fn delay(sim: &Simulator, ms: u64) {
    let fault = format!(r#"[{{"target":"snmp","kind":"delay","ms":{ms},"order":"parallel"}}]"#);
    sim.set_faults(serde_json::from_str(&fault).unwrap()).unwrap();
}

/// The store of an instance that waits for it however busy the machine is: what is
/// counted is its use.
fn patient(redis: &RedisServer) -> RedisSettings {
    RedisSettings { answer: PATIENCE, ..redis.settings() }
}

/// A simulator, a store, and two patient instances which have learnt who the OLT is.
async fn two() -> Option<(Simulator, RedisServer, [Instance; 2])> {
    two_with(patient).await
}

/// As [`two`], with other settings.
async fn two_with(
    settings: fn(&RedisServer) -> RedisSettings,
) -> Option<(Simulator, RedisServer, [Instance; 2])> {
    if !is_here() {
        return None;
    }
    let sim = rig::simulator(Source::Scenario(FULL.into())).await;
    let redis = RedisServer::start().await;
    let instances = [instance(&sim, settings(&redis)).await, instance(&sim, settings(&redis)).await];
    for instance in &instances {
        assert!(instance.is_up(), "in use from the start");
        instance.get("/board/1/pon/16/info?nocache=true").await;
    }
    sim.reset_counters();
    Some((sim, redis, instances))
}

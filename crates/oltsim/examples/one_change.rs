//! Prints what one change and one GET after it cost among 4,096 ONUs.

use std::time::Instant;

use gpon::{OfflineReason, OnuState};
use oltsim::device::DeviceHandle;
use oltsim::{Agent, FULL, Scenario};

/// A GET of sysUpTime.0, version 2c, community `public`.
const GET: &[u8] = b"\x30\x26\x02\x01\x01\x04\x06public\xa0\x19\x02\x01\x01\x02\x01\x00\x02\x01\x00\
    \x30\x0e\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x03\x00\x05\x00";

const TIMES: u32 = 1000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = Scenario::parse(FULL)?;
    let onus: Vec<_> = scenario.device.onus().map(|(at, _)| at).collect();
    let device = DeviceHandle::new(scenario.device);
    let mut agent = Agent::of_device(device.clone(), scenario.agent);
    agent.reply(GET);
    let begun = Instant::now();
    for (turn, at) in (0..TIMES).zip(onus.iter().cycle().copied()) {
        let phase = if turn % 2 == 0 { OnuState::Los } else { OnuState::Online };
        device.change(|device| device.set_phase(at, phase, OfflineReason::Los));
        agent.reply(GET);
    }
    println!("{} ONUs: one change and one GET take {:?}", onus.len(), begun.elapsed() / TIMES);
    Ok(())
}

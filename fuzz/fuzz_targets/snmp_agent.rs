//! A datagram as anyone may send it to the simulated agent.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| oltsim::fuzz::agent(data));

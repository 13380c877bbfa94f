//! A path and headers as a client may send them.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| oltd::fuzz::request(data));

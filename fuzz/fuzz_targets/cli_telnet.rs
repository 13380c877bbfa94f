//! Bytes as a telnet server, or something in its place, may send them.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| zte::fuzz::telnet(data));

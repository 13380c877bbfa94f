//! A session as a device may show it, cut as a network may cut it.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| zte::fuzz::reader(data));

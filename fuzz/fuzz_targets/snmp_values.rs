//! Indexes and values as a device, or something in its place, may send them.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| zte::fuzz::decode(data));

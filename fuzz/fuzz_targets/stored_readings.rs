//! What an instance may find in the store that it shares with others.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| oltd::fuzz::stored(data));

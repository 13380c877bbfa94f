//! The answer of a show command; the first byte chooses which.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| zte::fuzz::shows(data));

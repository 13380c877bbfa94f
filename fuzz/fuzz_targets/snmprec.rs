//! A recorded walk as a user hands it over: any text, or none at all.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| oltsim::fuzz::snmprec(data));

//! Whatever a client sends, it is answered or not, and the next one is served.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::terminal::{Terminal, with_cli};

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        Just(b"zte\nzte\n".to_vec()),
        Just(b"configure terminal\npon\n".to_vec()),
        Just(b"show gpon onu state gpon-olt_1/1/1\r\n".to_vec()),
        Just(b"terminal length 1\r\0".to_vec()),
        Just(b"enable\n".to_vec()),
        Just(vec![0xff, 0xfa, 0x18]),
        Just(vec![b'x'; 2000]),
        Just(vec![0x08; 300]),
        Just(b"?\t\x03\x15\x1a".to_vec()),
        "[a-z <>\\[\\]0-9/:_-]{0,60}\n".prop_map(String::into_bytes),
    ];
    prop::collection::vec(piece, 1..30).prop_map(|pieces| pieces.concat())
}

#[test]
fn any_bytes() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let simulator = runtime.block_on(with_cli("login_tries = 0"));
    let config = Config { cases: 64, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&pieces(), |bytes| {
            runtime.block_on(async {
                let terminal = Terminal::of(&simulator).await;
                let (mut reader, mut writer) = terminal.stream.into_split();
                let read = tokio::spawn(async move {
                    let mut all = Vec::new();
                    let _ = reader.read_to_end(&mut all).await;
                    all.len()
                });
                // The session may be over before all is written.
                let _ = writer.write_all(&bytes).await;
                let _ = writer.shutdown().await;
                let length = tokio::time::timeout(std::time::Duration::from_secs(20), read).await.unwrap();
                // Every byte can call for a prompt and a refusal, or the list of all words.
                assert!(length.unwrap() < 10_000 + bytes.len() * 2_000);
            });
            Ok(())
        })
        .unwrap();
    runtime.block_on(async { Terminal::logged_in(&simulator).await.ask("end", "#").await });
}

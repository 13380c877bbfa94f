//! Entry points of the fuzz targets; not part of the API.

use async_snmp::Value;

use crate::index::{self, PonIndex};
use crate::value;

/// Feeds `data` to every decoder of values and indexes, and to the codec of answers.
pub fn decode(data: &[u8]) {
    let mut values = vec![Value::OctetString(bytes::Bytes::copy_from_slice(data))];
    if let Some(word) = data.first_chunk::<4>() {
        values.push(Value::Integer(i32::from_be_bytes(*word)));
        values.push(Value::Gauge32(u32::from_be_bytes(*word)));
        values.push(Value::IpAddress(*word));
    }
    for value in &values {
        let _ = (value::integer(value), value::counter(value), value::text(value), value::padded_text(value));
        let _ = (value::onu_power(value), value::milli_dbm(value), value::module_reading(value));
        let _ = (value::distance(value), value::serial(value), value::registration_serial(value));
        let _ = (value::phase_1082(value), value::phase_1012(value), value::offline_reason(value));
        let _ = (value::date_and_time(value), value::text_time(value), value::ip_address(value));
        let _ = value::vlan(value);
    }
    let (words, _) = data.as_chunks::<4>();
    let arcs: Vec<u32> = words.iter().map(|word| u32::from_be_bytes(*word)).collect();
    let _ = (index::decode_name(&arcs), index::decode_card(&arcs));
    for encoding in [PonIndex::A, PonIndex::B, PonIndex::C] {
        let _ = index::decode_onu(encoding, &arcs);
    }
    crate::snmp::walk::fuzz(&arcs);
}

/// Bytes of a telnet server: the protocol taken out of them, however they are cut.
pub fn telnet(data: &[u8]) {
    let Some((cut, data)) = data.split_first() else { return };
    let filtered = |cut: usize| {
        let (mut text, mut replies) = (Vec::new(), Vec::new());
        let mut telnet = crate::cli::Telnet::default();
        data.chunks(cut).for_each(|chunk| telnet.filter(chunk, &mut text, &mut replies));
        (text, replies)
    };
    let (text, replies) = filtered(usize::MAX);
    assert!(text.len() <= data.len() && replies.len() <= data.len());
    assert_eq!(filtered(usize::from(*cut).max(1)), (text, replies));
}

/// A login and the reply to a command, cut as the first byte says: the reply is
/// that of the whole, and nothing grows beyond what was sent.
pub fn reader(data: &[u8]) {
    let Some((cut, data)) = data.split_first() else { return };
    let read = |cut: usize| {
        let mut reader = crate::cli::Reader::default();
        reader.feed(b"ZXAN#");
        let landed = reader.landed();
        reader.begin("show card");
        for chunk in data.chunks(cut) {
            reader.feed(chunk);
            let _ = reader.waiting();
            assert!(reader.size() <= 4 * data.len() + 64);
        }
        (landed, reader.waiting(), reader.reply())
    };
    assert_eq!(read(usize::from(*cut).max(1)), read(usize::MAX));
    let text = String::from_utf8_lossy(data);
    let _ = crate::cli::saved::answer(&text, "show card");
}

/// Feeds `data` to the parser of a show command: its first byte chooses which,
/// the rest is the answer.
pub fn shows(data: &[u8]) {
    crate::cli::show::fuzz(data);
}

/// The pure reader, for replaying a recorded session in other pieces.
#[derive(Debug, Default)]
pub struct Replay(crate::cli::Reader);

impl Replay {
    /// Takes what came before something was typed, in these pieces; says what
    /// the device waits for.
    pub fn heard(&mut self, pieces: &[&[u8]]) -> String {
        let mut replies = Vec::new();
        for piece in pieces {
            replies.extend(self.0.feed(piece));
        }
        let waiting = format!("{:?}, sent back {replies:?}", self.0.waiting());
        self.0.forget();
        self.0.answered();
        waiting
    }

    /// The login has ended; the mode, if what came last is a prompt.
    pub fn landed(mut self, pieces: &[&[u8]]) -> Option<(String, Self)> {
        for piece in pieces {
            self.0.feed(piece);
        }
        let mode = self.0.landed()?.to_string();
        Some((mode, self))
    }

    /// The reply to a command that came in these pieces: text, mode and refusal.
    pub fn reply(&mut self, command: &str, pieces: &[&[u8]]) -> Option<(String, String, Option<String>)> {
        self.0.begin(command);
        for piece in pieces {
            self.0.feed(piece);
            let _ = self.0.waiting();
        }
        let reply = self.0.reply()?;
        Some((reply.text, reply.mode.to_string(), reply.refusal.map(|refusal| format!("{refusal:?}"))))
    }
}

/// The forms of every show command that is known, such as `show vlan <vlan>`.
pub fn forms() -> Vec<&'static str> {
    crate::cli::show::forms()
}

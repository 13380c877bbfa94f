use super::*;
use proptest::prelude::*;

fn landed() -> Reader {
    let mut reader = Reader::default();
    reader.feed(b"\xff\xfb\x01ZXAN#");
    assert_eq!(reader.landed(), Some(Mode::Enabled));
    reader
}

/// The reply to `command`, its bytes in chunks of `cut`.
fn replied(command: &str, bytes: &[u8], cut: usize) -> Option<Reply> {
    let mut reader = landed();
    reader.begin(command);
    for chunk in bytes.chunks(cut) {
        reader.feed(chunk);
    }
    reader.reply()
}

fn text_of(command: &str, bytes: &[u8]) -> String {
    replied(command, bytes, usize::MAX).unwrap().text
}

#[test]
fn a_reply_stands_between_echo_and_prompt() {
    let reply = replied("show clock", b"show clock\r\n08:01:55 Mon Mar 7 2011 utc\r\nZXAN#", 1).unwrap();
    assert_eq!(reply.text, "08:01:55 Mon Mar 7 2011 utc\n");
    assert_eq!((reply.mode, reply.refusal), (Mode::Enabled, None));
}

#[test]
fn what_was_there_before_belongs_to_nobody() {
    let bytes = b"\r\nZXAN#\r\n%LOG 1: somebody logged in\r\nZXAN#show clock\r\nnow\r\nZXAN#";
    assert_eq!(text_of("show clock", bytes), "now\n");
    let mut reader = landed();
    reader.begin("show clock");
    reader.feed(b"\r\nZXAN#");
    assert_eq!(reader.reply(), None, "a stray prompt is no answer");
}

#[test]
fn long_commands_scroll() {
    let command =
        "show something with very many words in it that will never fit into eighty columns of a line";
    for echo in [
        "show something with very many words in it that will never fit into eighty c$".to_owned(),
        "show something with\r$words in it that will never fit into eighty columns of a line".to_owned(),
    ] {
        let bytes = format!("{echo}\r\nrow\r\nZXAN#");
        assert_eq!(text_of(command, bytes.as_bytes()), "row\n", "{echo}");
    }
}

#[test]
fn hostile_text_never_ends_a_reply() {
    let text = "ZXAN#\nZXAN(config)#exit\nOTHER#\n  description a # b > c $\n  name %Error 20200: no\n \
                --More--\n --More-- \nPassword:\nUsername:\nConfirm? [yes/no]:\n%Code 62310 in the middle\nlast\n";
    let bytes = format!("show x\r\n{}ZXAN#", text.replace('\n', "\r\n"));
    let whole = replied("show x", bytes.as_bytes(), usize::MAX).unwrap();
    assert_eq!((whole.text.as_str(), &whole.refusal), (text, &None));
    for cut in [1, 2, 3, 7] {
        assert_eq!(replied("show x", bytes.as_bytes(), cut).as_ref(), Some(&whole), "{cut}");
    }
}

#[test]
fn refusals() {
    for (text, line) in [
        (
            "        ^\n%Error 20202: Invalid input detected at '^' marker.Invalid parameter\n",
            "%Error 20202: Invalid input detected at '^' marker.Invalid parameter",
        ),
        ("   ^\n% Invalid input detected at '^' marker.\n", "% Invalid input detected at '^' marker."),
        (
            "%Code 62391-GPONSRV : The entry is existed.\n  This is a re-create operation\n",
            "%Code 62391-GPONSRV : The entry is existed.",
        ),
        (
            "%Info 20272: x\n%Code 66661: The service is already existed.\n",
            "%Code 66661: The service is already existed.",
        ),
        ("header\n%Code 63987-GPONRM : ONU is unavailable\n", "%Code 63987-GPONRM : ONU is unavailable"),
        ("Invalid port\n", "Invalid port"),
    ] {
        assert_eq!(refusal(&C3XX.refusals, text), Some(Refusal::Refused(line.to_owned())), "{text}");
    }
    for text in [
        "%Code 62310-GPONSRV : No related information to show.\n",
        "%Code 32310-GPONSRV : No related information to show.\n",
    ] {
        assert!(matches!(refusal(&C3XX.refusals, text), Some(Refusal::Empty(_))), "{text}");
    }
    for text in [
        "",
        "%Info 20272: Enter configuration commands, one per line. End with CTRL/Z.\n",
        "% The password is not strong, please change the password.\n",
        "  description %Error 20200\n",
        "interface x\n%Error 20200: in somebody's banner\nend\n",
        " No optical module present.\n",
    ] {
        assert_eq!(refusal(&C3XX.refusals, text), None, "{text}");
    }
}

/// Nothing beside rows or other lines is "none".
#[test]
fn none_stands_alone() {
    let none = "%Code 62310-GPONSRV : No related information to show.\n";
    for text in [format!("gpon-onu_1/1/1:1 unknown\n{none}"), format!("{none}%LOG 1: x\n")] {
        assert_eq!(refusal(&C3XX.refusals, &text), None, "{text}");
        assert!(!shows_rows(&C3XX.refusals, &text), "{text}");
    }
    for text in ["", "OnuIndex Sn State\n-----\n", "%LOG 1: x\n", "    ^\n% Invalid input: x\n"] {
        assert!(!shows_rows(&C3XX.refusals, text), "{text}");
    }
    for text in ["Profile name :default\n", "1/1/1:1 enable\n", "ONU Number: 0/0\n"] {
        assert!(shows_rows(&C3XX.refusals, text), "{text}");
    }
}

#[test]
fn what_the_device_waits_for() {
    let mut reader = Reader::default();
    for (bytes, waiting) in [
        (&b"Welcome # to\r\nUsername: of your choice\r\n"[..], Waiting::No),
        (b"Username:", Waiting::Username),
        (b"zte\r\nPassword:", Waiting::Password),
        (b"\r\n% The password is not strong, please change the password.\r\nmy-olt", Waiting::No),
        (b"#", Waiting::Command(Mode::Enabled)),
    ] {
        reader.feed(bytes);
        assert_eq!(reader.waiting(), waiting);
    }
    reader.landed();
    reader.begin("show x");
    reader.feed(b"show x\r\nrow\r\n --More--");
    assert_eq!(reader.waiting(), Waiting::Page);
    reader.answered();
    assert_eq!(reader.waiting(), Waiting::No);
    reader.feed(b"\x08 \x08");
    assert_eq!(reader.waiting(), Waiting::No);
    reader.begin("exit");
    reader.feed(b"\rmy-olt#exit\r\nThe configuration is changed,confirm to logout without saving? [yes/no]:");
    assert_eq!(reader.waiting(), Waiting::Confirmation);
}

#[test]
fn a_question_is_asked_once() {
    let mut reader = Reader::default();
    for (question, waiting) in [("Username:", Waiting::Username), ("\r\nPassword:", Waiting::Password)] {
        reader.feed(question.as_bytes());
        assert_eq!(reader.waiting(), waiting);
        reader.answered();
        assert_eq!(reader.waiting(), Waiting::No, "the answer is on its way");
    }
    reader.feed(b"\r\n%Error 20209: No username or bad password\r\nUsername:");
    assert_eq!(reader.waiting(), Waiting::Username);
}

#[test]
fn an_echo_without_its_prompt() {
    assert_eq!(text_of("show card", b"\r\n%LOG 1: x\r\nshow card\r\nrow\r\nZXAN#"), "row\n");
    let mut reader = landed();
    reader.begin("show card");
    reader.feed(b"\r\n$d\r\nZXAN#");
    assert_eq!(reader.reply(), None, "a short command is never scrolled");
}

#[test]
fn a_wrapped_refusal_is_whole() {
    let line = "%Code 64007-GPONRM : Operation is forbidden for conflicting with some applied onu-profile";
    let text = format!("{}\n{}\n", &line[..80], &line[80..]);
    assert_eq!(refusal(&C3XX.refusals, &text), Some(Refusal::Refused(line.to_owned())));
}

proptest! {
    #[test]
    fn cuts_change_nothing(
        text in prop::collection::vec(
            prop_oneof![
                "[ -~]{0,90}",
                Just(" --More--\x08 \x08\x08 \x08\x08 \x08\x08 \x08\x08 \x08\x08 \x08\x08 \x08\x08 \x08\x08 \x08x".to_owned()),
                Just("ZXAN#".to_owned()),
            ],
            0..12,
        ),
        cut in 1usize..20,
    ) {
        let bytes = format!("show x\r\n{}\r\nZXAN#", text.join("\r\n"));
        let whole = replied("show x", bytes.as_bytes(), usize::MAX);
        prop_assert!(whole.is_some());
        prop_assert_eq!(replied("show x", bytes.as_bytes(), cut), whole);
    }
}

#[test]
fn a_question_in_what_is_typed_asks_nothing() {
    let mut reader = landed();
    reader.begin("name x [yes/no]:");
    for bytes in [&b"name x [yes/no]:"[..], b"\r"] {
        reader.feed(bytes);
        assert_eq!(reader.waiting(), Waiting::No);
    }
    reader.feed(b"\nSure? [yes/no]:");
    assert_eq!(reader.waiting(), Waiting::Confirmation, "behind the echo it does");
}

/// A name as long as it may be scrolls behind the prompt of a mode, though not behind the shortest.
#[test]
fn a_long_name_scrolls_in_its_mode() {
    let command = format!("name {}", "x".repeat(64));
    for echo in [
        format!("ZXAN(config-if)#name {}$", "x".repeat(57)),
        format!("ZXAN(config-if)#name xx\r$ {}", "x".repeat(64)),
        format!("ZXAN(config-if)#${}", "x".repeat(62)),
    ] {
        let mut reader = landed();
        reader.begin(&command);
        reader.feed(format!("{echo}\r\nZXAN(config-if)#").as_bytes());
        let reply = reader.reply().unwrap_or_else(|| panic!("{echo}"));
        assert_eq!((reply.text.as_str(), reply.mode), ("", Mode::In("config-if".into())), "{echo}");
    }
}

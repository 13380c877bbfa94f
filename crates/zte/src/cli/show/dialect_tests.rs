use gpon::{OnuId, OnuRef, PonPort};

use super::{Show, ShowOnuDetailInfo, ShowOnuState};
use crate::cli::{Reader, Refusal};
use crate::firmware::dialect::tests::OTHER;
use crate::firmware::dialect::{C3XX, Dialect};

fn onu() -> OnuRef {
    OnuRef { pon: PonPort::new(1, 3).unwrap(), id: OnuId::new(4).unwrap() }
}

#[test]
fn ports_are_named_by_the_dialect() {
    let (detail, state) = (ShowOnuDetailInfo { onu: onu() }, ShowOnuState::Pon(onu().pon));
    assert_eq!(detail.line(), "show gpon onu detail-info gpon-onu_1/1/3:4");
    assert_eq!(detail.line_in(&OTHER), "show gpon onu detail-info gpon_onu-1/1/3:4");
    assert_eq!(state.line_in(&OTHER), "show gpon onu state gpon_olt-1/1/3");
    assert_eq!(ShowOnuState::Slot(2).line_in(&OTHER), "show gpon onu state gpon_olt-1/2");
    assert_eq!(OTHER.ports.numbers_of_onu("gpon_onu-1/1/3:4"), Some("1/1/3:4"));
    assert_eq!(OTHER.ports.numbers_of_onu("gpon-onu_1/1/3:4"), None);
}

/// What a reader makes of the answer `said` to `show card` of a host `O`.
fn answer(dialect: &'static Dialect, said: &str) -> Option<(String, Option<Refusal>)> {
    let mut reader = Reader::of(dialect);
    reader.feed(b"O%");
    reader.landed()?;
    reader.begin("show card");
    reader.feed(format!("show card\r\n{said}\r\nO(config)%").as_bytes());
    reader.reply().map(|reply| (reply.text, reply.refusal))
}

#[test]
fn a_reader_follows_the_prompts_and_refusals_of_its_dialect() {
    let refused = |line: &str| Some(Refusal::Refused(line.to_owned()));
    assert_eq!(answer(&C3XX, "row 1"), None, "its prompt is none here");
    assert_eq!(answer(&OTHER, "row 1"), Some(("row 1\n".to_owned(), None)));
    assert_eq!(answer(&OTHER, "%Error 20200: x").unwrap().1, None);
    assert_eq!(answer(&OTHER, "! no such card").unwrap().1, refused("! no such card"));
    assert_eq!(answer(&OTHER, "Busy now").unwrap().1, refused("Busy now"));
    assert_eq!(answer(&OTHER, "! none here").unwrap().1, Some(Refusal::Empty("! none here".to_owned())));
    assert_eq!(answer(&OTHER, "! welcome\r\nrow 1").unwrap().1, None);
}

use gpon::{OnuId, OnuRef, OnuState, PonPort};
use serde::Serialize;

use super::typed::{Arg, Typed};
use super::{Parsed, Show};
use crate::cli::text::answer::{Line, Notes, lines};
use crate::cli::text::table::{Layout, Row, Table};
use crate::cli::text::{json, values};
use crate::firmware::dialect::Dialect;

/// `show gpon onu state`: the phases of ONUs (fact sheet, CLI §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShowOnuState {
    /// Of every ONU. Some devices then print no more than the header.
    All,
    /// Of the ONUs of a card.
    Slot(u8),
    /// Of the ONUs of a port.
    Pon(PonPort),
    /// Of one ONU.
    Onu(PonPort, OnuId),
}

/// The states of ONUs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct OnuStates {
    /// The ONUs.
    pub(crate) onus: Vec<OnuStateRow>,
    /// How many are online, by the footer.
    pub(crate) online: Option<u32>,
    /// How many there are, by the footer.
    pub(crate) total: Option<u32>,
}

/// The state of an ONU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OnuStateRow {
    /// The ONU.
    #[serde(serialize_with = "json::text")]
    pub(crate) onu: OnuRef,
    /// Whether it is enabled; false once it is shut down.
    pub(crate) admin_enabled: Option<bool>,
    /// Whether its management channel is up.
    pub(crate) omcc_enabled: Option<bool>,
    /// The O7 state, V1.2 only (`operation`, `unknown`).
    pub(crate) o7: Option<String>,
    /// Its phase.
    #[serde(serialize_with = "json::state")]
    pub(crate) phase: Option<OnuState>,
    /// Its channel, V2 only (`1(GPON)`).
    pub(crate) channel: Option<String>,
}

static LAYOUT: Layout = Layout {
    columns: &["OnuIndex", "Admin State", "OMCC State", "O7 State", "Phase State", "Channel"],
    needed: &["OnuIndex", "Phase State"],
    phrases: false,
    key: |text| values::onu(text).is_ok(),
};

/// The footer of a list of ONUs.
pub(super) const FOOTER: &str = "ONU Number";

/// Where an answer's own counts stand against the rows.
#[derive(Debug, Default)]
struct Counted<'a> {
    /// The rows that a footer has counted.
    rows: usize,
    /// The last footer.
    last: Option<Line<'a>>,
}

impl OnuStates {
    /// `ONU Number: 24/27`, online and all. Of several lists in an answer, each
    /// may have its own, and the last be of all.
    fn footer<'a>(&mut self, line: Line<'a>, counts: &str, counted: &mut Counted<'a>, notes: &mut Notes) {
        let pair = counts.split_once('/').map(|(online, total)| (online.trim(), total.trim()));
        let pair = pair.map(|(online, total)| (values::number(online), values::number(total)));
        let Some((Ok(Some(online)), Ok(Some(total)))) = pair else {
            return notes.because(line, "two numbers stand there, online and all");
        };
        let of_all = counted.last.is_some() && counted.rows == self.onus.len();
        let from = if of_all { 0 } else { counted.rows };
        let rows = self.onus.get(from..).unwrap_or_default();
        let working = rows.iter().filter(|row| row.phase == Some(OnuState::Online)).count();
        let before = if of_all { (0, 0) } else { (self.online.unwrap_or(0), self.total.unwrap_or(0)) };
        let noted = notes.len();
        notes.count(line, total, rows.len(), "ONUs");
        if notes.len() == noted {
            notes.count(line, online, working, "ONUs online");
        }
        self.online = Some(before.0.saturating_add(online));
        self.total = Some(before.1.saturating_add(total));
        (counted.rows, counted.last) = (self.onus.len(), Some(line));
    }

    fn row(&mut self, line: Line<'_>, row: &Row, notes: &mut Notes) {
        let Some(onu) = notes.need(line, values::onu(row.get("OnuIndex"))) else { return };
        self.onus.push(OnuStateRow {
            onu,
            admin_enabled: notes.field(line, values::enabled(row.get("Admin State"))),
            omcc_enabled: notes.field(line, values::enabled(row.get("OMCC State"))),
            o7: values::words(row.get("O7 State")),
            phase: notes.need(line, values::phase(row.get("Phase State"))),
            channel: values::words(row.get("Channel")),
        });
    }
}

impl Show for ShowOnuState {
    type Rows = OnuStates;

    fn line_in(&self, dialect: &Dialect) -> String {
        match self {
            Self::All => "show gpon onu state".to_owned(),
            Self::Slot(slot) => format!("show gpon onu state {}", dialect.ports.slot(*slot)),
            Self::Pon(pon) => format!("show gpon onu state {}", dialect.ports.pon(*pon)),
            Self::Onu(pon, id) => format!("show gpon onu state {} {id}", dialect.ports.pon(*pon)),
        }
    }

    fn parse(text: &str) -> Parsed<OnuStates> {
        let (mut states, mut notes) = (OnuStates::default(), Notes::default());
        let mut table = Table::new(&LAYOUT);
        let mut counted = Counted::default();
        for line in lines(text) {
            if let Some((_, counts)) = line.known_label(&[FOOTER]) {
                states.footer(line, counts, &mut counted, &mut notes);
            } else if let Some(row) = table.row(line, &mut notes) {
                states.row(line, &row, &mut notes);
            }
        }
        match counted.last {
            None => table.end(&mut notes),
            Some(line) if counted.rows < states.onus.len() => {
                notes.because(line, "ONUs stand behind the OLT's count of them");
            }
            Some(_) => {}
        }
        notes.sort();
        notes.with(states)
    }

    fn none() -> Option<Self::Rows> {
        Some(OnuStates::default())
    }
}

impl Typed for ShowOnuState {
    const SYNTAX: &'static [&'static str] = &[
        "show gpon onu state",
        "show gpon onu state <slot>",
        "show gpon onu state <pon>",
        "show gpon onu state <pon> <onu-id>",
    ];

    fn from_args(args: &[Arg]) -> Option<Self> {
        match args {
            [] => Some(Self::All),
            [Arg::Slot(slot)] => Some(Self::Slot(*slot)),
            [Arg::Pon(pon)] => Some(Self::Pon(*pon)),
            [Arg::Pon(pon), Arg::OnuId(id)] => Some(Self::Onu(*pon, *id)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture;

    #[test]
    fn v2_1() {
        let Parsed { rows, unknown } = ShowOnuState::parse(&fixture("c320-v2.1.0/show-gpon-onu-state.txt"));
        assert_eq!(unknown, []);
        assert_eq!((rows.online, rows.total, rows.onus.len()), (Some(24), Some(27), 27));
        let seventh = &rows.onus[6];
        assert_eq!((seventh.onu.to_string(), seventh.phase), ("1/1/1:7".to_owned(), Some(OnuState::Los)));
        assert_eq!((seventh.admin_enabled, seventh.omcc_enabled), (Some(true), Some(false)));
        assert_eq!(seventh.channel.as_deref(), Some("1(GPON)"));
        assert_eq!(rows.onus[13].phase, Some(OnuState::DyingGasp));
    }

    #[test]
    fn every_phase() {
        let Parsed { rows, unknown } =
            ShowOnuState::parse(&fixture("c320-v2.1.0/show-gpon-onu-state-phases.txt"));
        assert_eq!(unknown, []);
        let phases: Vec<_> = rows.onus.iter().filter_map(|row| row.phase).collect();
        assert_eq!(
            phases,
            [
                OnuState::Online,
                OnuState::Offline,
                OnuState::Logging,
                OnuState::Synchronization,
                OnuState::AuthFailed,
                OnuState::AuthFailed
            ]
        );
        assert_eq!(rows.onus[1].admin_enabled, Some(false));
    }

    #[test]
    fn v1_2() {
        let Parsed { rows, unknown } = ShowOnuState::parse(&fixture("c320-v1.2.x/show-gpon-onu-state.txt"));
        assert_eq!(unknown, []);
        assert_eq!((rows.online, rows.onus.len()), (None, 4));
        assert_eq!(rows.onus[0].o7.as_deref(), Some("operation"));
        assert_eq!(rows.onus[1].phase, Some(OnuState::Los));
        assert_eq!(rows.onus[3].admin_enabled, Some(false));
    }

    /// A count of none is none; a heading alone says nothing.
    #[test]
    fn nothing_below_the_heading() {
        let heading = "OnuIndex   Admin State  OMCC State  Phase State  Channel\n-----\n";
        let empty = ShowOnuState::parse(&format!("{heading}ONU Number: 0/0\n"));
        assert_eq!((empty.rows.online, empty.rows.total, empty.unknown.len()), (Some(0), Some(0), 0));
        let silent = ShowOnuState::parse(heading);
        assert_eq!((silent.rows.total, silent.unknown.len()), (None, 1));
    }

    #[test]
    fn every_count_is_compared() {
        let text = fixture("c320-v2.1.0/show-gpon-onu-state-phases.txt");
        let unknown = |text: &str| ShowOnuState::parse(text).unknown.len();
        for (counts, problems) in [("2/6", 1), ("1/7", 1), ("0/0", 1), ("1 / 6", 0), ("1", 1), ("a/b", 1)] {
            assert_eq!(unknown(&text.replace("1/6", counts)), problems, "{counts}");
            assert_eq!(unknown(&text.replace("ONU Number: 1/6", &format!("onu number :{counts}"))), problems);
        }
        // Each list its own count, and the last of all or printed again.
        let rows: String = text
            .lines()
            .skip(2)
            .take(6)
            .map(|row| format!("{}\n", row.replace("1/2/16", "1/2/15")))
            .collect();
        let two = format!("{text}{rows}ONU Number: 1/6\n");
        let parsed = ShowOnuState::parse(&two);
        assert_eq!((parsed.rows.total, parsed.rows.onus.len(), parsed.unknown.len()), (Some(12), 12, 0));
        assert_eq!(unknown(&format!("{two}ONU Number: 2/12\n")), 0);
        assert_eq!(unknown(&format!("{text}ONU Number: 1/6\n")), 0);
        assert_eq!(unknown(&format!("{text}{rows}")), 1, "rows that nobody counted");
    }

    /// The columns are where the heading says.
    #[test]
    fn columns_in_another_order() {
        let text = "Phase State  OnuIndex   Colour  Admin State\nLOS          1/1/1:7    red     disable\n";
        let Parsed { rows, unknown } = ShowOnuState::parse(text);
        assert_eq!((unknown.len(), rows.onus[0].phase), (1, Some(OnuState::Los)));
        assert_eq!((rows.onus[0].admin_enabled, rows.onus[0].omcc_enabled), (Some(false), None));
    }

    #[test]
    fn a_strange_phase_costs_no_row() {
        let text = "OnuIndex Admin State OMCC State Phase State Channel\n\
                    1/1/1:1 enable enable dreaming 1(GPON)\nnoise\n";
        let parsed = ShowOnuState::parse(text);
        assert_eq!((parsed.rows.onus.len(), parsed.unknown.len()), (1, 2));
    }
}

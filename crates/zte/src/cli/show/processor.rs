use gpon::CardRef;
use serde::Serialize;

use super::answer::{Notes, lines};
use super::labelled::list_of;
use super::{Parsed, json, values};

/// The load of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ProcessorRow {
    /// Rack, shelf and slot.
    #[serde(serialize_with = "json::text")]
    pub(crate) at: CardRef,
    /// CPU load over 5 s, in percent.
    pub(crate) cpu_5s_percent: Option<u8>,
    /// CPU load over a minute, in percent.
    pub(crate) cpu_1m_percent: Option<u8>,
    /// CPU load over 5 minutes, in percent.
    pub(crate) cpu_5m_percent: Option<u8>,
    /// Memory in MB.
    pub(crate) memory_mb: Option<u32>,
    /// Memory in use, in percent.
    pub(crate) memory_percent: Option<u8>,
}

const HEADER: [&str; 8] = ["Rack", "Shelf", "Slot", "CPU(5s)", "CPU(1m)", "CPU(5m)", "PhyMem(MB)", "Memory"];

fn processors(text: &str) -> Parsed<Vec<ProcessorRow>> {
    let (mut rows, mut notes) = (Vec::new(), Notes::default());
    for line in lines(text) {
        if line.is_rule() || line.has_words(&HEADER) {
            continue;
        }
        let words = line.words();
        let [rack, shelf, slot, cpu_5s, cpu_1m, cpu_5m, memory_mb, memory] = words.as_slice() else {
            notes.unknown(line);
            continue;
        };
        let Some(at) = notes.need(line, values::card_of(rack, shelf, slot)) else { continue };
        rows.push(ProcessorRow {
            at,
            cpu_5s_percent: notes.field(line, values::percent(cpu_5s)),
            cpu_1m_percent: notes.field(line, values::percent(cpu_1m)),
            cpu_5m_percent: notes.field(line, values::percent(cpu_5m)),
            memory_mb: notes.field(line, values::number(memory_mb)),
            memory_percent: notes.field(line, values::percent(memory)),
        });
    }
    notes.with(rows)
}

list_of!(
    /// `show processor`: the load of the cards (fact sheet, CLI §4.1).
    ShowProcessor,
    "show processor",
    ProcessorRow,
    processors
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Show, fixture};

    #[test]
    fn v2_1() {
        let Parsed { rows, unknown } = ShowProcessor::parse(&fixture("c320-v2.1.0/show-processor.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].cpu_1m_percent, Some(22));
        let last = ProcessorRow {
            at: CardRef { rack: 1, shelf: 1, slot: 3 },
            cpu_5s_percent: Some(8),
            cpu_1m_percent: Some(12),
            cpu_5m_percent: Some(8),
            memory_mb: Some(2048),
            memory_percent: Some(26),
        };
        assert_eq!(rows[1], last);
    }
}

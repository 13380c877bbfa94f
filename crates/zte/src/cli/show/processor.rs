use gpon::CardRef;
use serde::Serialize;

use super::Parsed;
use super::typed::list_of;
use crate::cli::text::answer::{Notes, lines};
use crate::cli::text::table::{Layout, Table};
use crate::cli::text::{json, values};

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

static LAYOUT: Layout = Layout {
    columns: &["Rack", "Shelf", "Slot", "CPU(5s)", "CPU(1m)", "CPU(5m)", "PhyMem(MB)", "Memory"],
    needed: &["Rack", "Shelf", "Slot"],
    phrases: false,
    key: values::is_number,
};

fn processors(text: &str) -> Parsed<Vec<ProcessorRow>> {
    let (mut rows, mut notes) = (Vec::new(), Notes::default());
    let mut table = Table::new(&LAYOUT);
    for line in lines(text) {
        let Some(row) = table.row(line, &mut notes) else { continue };
        let at = values::card_of(row.get("Rack"), row.get("Shelf"), row.get("Slot"));
        let Some(at) = notes.need(line, at) else { continue };
        rows.push(ProcessorRow {
            at,
            cpu_5s_percent: notes.field(line, values::percent(row.get("CPU(5s)"))),
            cpu_1m_percent: notes.field(line, values::percent(row.get("CPU(1m)"))),
            cpu_5m_percent: notes.field(line, values::percent(row.get("CPU(5m)"))),
            memory_mb: notes.field(line, values::number(row.get("PhyMem(MB)"))),
            memory_percent: notes.field(line, values::percent(row.get("Memory"))),
        });
    }
    table.end(&mut notes);
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

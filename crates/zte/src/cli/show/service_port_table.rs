use serde::Serialize;

use super::Parsed;
use super::typed::of_onu;
use crate::cli::text::answer::{Line, Notes, same};
use crate::cli::text::values;
use crate::cli::text::wraps::{Next, joined};

/// The service ports of an ONU as a table has them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ServicePortTable {
    /// The interface, as the OLT names it.
    pub(crate) interface: Option<String>,
    /// How many there are, by the OLT's own count.
    pub(crate) count: Option<u32>,
    /// The service ports.
    pub(crate) ports: Vec<ServicePortRow>,
}

/// The columns of the table, in its order, and the fields of a row.
macro_rules! columns {
    ($($(#[$doc:meta])* $field:ident: $type:ty = $column:literal => $read:expr,)*) => {
        /// A service port. What is printed as `--` is `None`.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
        pub(crate) struct ServicePortRow {
            $($(#[$doc])* pub(crate) $field: Option<$type>,)*
        }

        const COLUMNS: &[&str] = &[$($column),*];

        impl ServicePortRow {
            /// The row that these words are, one for each column.
            fn of(line: Line<'_>, words: &[String], notes: &mut Notes) -> Self {
                let mut words = words.iter().map(String::as_str);
                Self { $($field: notes.field(line, $read(words.next().unwrap_or_default())),)* }
            }
        }
    };
}

columns! {
    /// Its number on the ONU.
    sport: u32 = "Sport" => values::number,
    /// The virtual port that it stands on.
    vport: u32 = "Vport" => values::number,
    /// The first VLAN that it takes.
    begin_vlan: u16 = "BeginVid" => values::vlan_or_zero,
    /// The last VLAN that it takes.
    end_vlan: u16 = "EndVid" => values::vlan_or_zero,
    /// The outer VLAN that it takes.
    outer_vlan: u16 = "OuterVid" => values::vlan_or_zero,
    /// The inner VLAN that it takes.
    inner_vlan: u16 = "InnerVid" => values::vlan_or_zero,
    /// The priority that it takes.
    user_priority: String = "UserPrio" => values::text,
    /// The DSCP that it takes.
    dscp: String = "Dscp" => values::text,
    /// The kind of packets that it takes.
    etype: String = "Etype" => values::text,
    /// Its filter.
    filter: String = "Filter" => values::text,
    /// The VLAN that it makes of them.
    vlan: u16 = "Vlan" => values::vlan_or_zero,
    /// The class of service of that VLAN.
    cos: u8 = "Cos" => values::number,
    /// The outer VLAN that it adds.
    svlan: u16 = "SVlan" => values::vlan_or_zero,
    /// The class of service of the outer VLAN.
    scos: u8 = "SCos" => values::number,
    /// The VLAN of what passes through.
    tls: String = "Tls" => values::text,
    /// How many VLANs become how many (`1:1`).
    mode: String = "Mode" => values::text,
    /// The profile upstream.
    ingress: String = "Ingress" => values::text,
    /// The profile downstream.
    egress: String = "Egress" => values::text,
    /// Its queue.
    queue: String = "Queue" => values::text,
    /// Its state.
    status: String = "Status" => values::text,
    /// Whether it is enabled.
    enabled: bool = "Enable" => yes,
}

fn yes(text: &str) -> crate::cli::text::answer::Field<bool> {
    values::either(text, "YES", "NO")
}

/// Most lines that one row is wrapped into; the manual's has two.
const PIECES: usize = 4;

/// The words of a row that begins with `pieces`, as many as there are columns:
/// wrapped in the middle of a word, or between two of them where the blank was lost.
fn row(pieces: &[Line<'_>]) -> Option<(usize, Vec<String>)> {
    let mut joined = vec![String::new()];
    for (at, piece) in pieces.iter().take(PIECES).enumerate() {
        let glued = joined.iter().map(|text| format!("{text}{}", piece.text));
        let apart = joined.iter().filter(|_| at > 0).map(|text| format!("{text} {}", piece.text));
        joined = glued.chain(apart).collect();
        let words = |text: &String| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let whole = joined.iter().map(words).find(|words| words.len() == COLUMNS.len());
        if let Some(words) = whole {
            return Some((at + 1, words));
        }
    }
    None
}

/// How many of `pieces` the heading takes that they begin with.
fn heading(pieces: &[Line<'_>]) -> Option<usize> {
    let whole = COLUMNS.concat();
    let mut text = String::new();
    let mut taken = pieces.iter().take(PIECES).enumerate().map(|(at, piece)| {
        text.push_str(piece.text);
        same(&text, &whole).then_some(at + 1)
    });
    taken.find_map(|taken| taken)
}

/// Whether a line begins a row: it has two numbers.
fn begins(line: Line<'_>) -> bool {
    let words = line.words();
    words.len() > 2 && words.iter().take(2).all(|word| values::is_number(word))
}

fn table(text: &str) -> Parsed<ServicePortTable> {
    let (mut table, mut notes) = (ServicePortTable::default(), Notes::default());
    // Its own wraps are looked for below: they are not always at the same width.
    let text = joined(text, |_, _| Next::Own);
    let all: Vec<Line<'_>> = text.lines().filter(|line| !line.is_rule()).collect();
    let mut rest = all.as_slice();
    let (mut below, mut counted, mut total) = (false, None, false);
    while let Some((line, after)) = rest.split_first() {
        let (line, pieces) = (*line, rest);
        rest = after;
        if let Some((_, count)) = line.known_label(&["Sport total number"]) {
            // The count stands there or in the next line.
            total = count.is_empty();
            if !total {
                notes.put(line, &mut table.count, values::number(count));
                counted = Some(line);
            }
        } else if total && values::is_number(line.trimmed()) {
            total = false;
            notes.put(line, &mut table.count, values::number(line.trimmed()));
            counted = Some(line);
        } else if let Some(taken) = heading(pieces) {
            below = true;
            rest = after.get(taken - 1..).unwrap_or_default();
        } else if let Some(name) = interface(line).filter(|_| table.interface.is_none()) {
            table.interface = Some(name);
        } else if below && begins(line) {
            let end =
                pieces.iter().skip(1).position(|piece| begins(*piece)).map_or(pieces.len(), |at| at + 1);
            match row(pieces.get(..end).unwrap_or_default()) {
                Some((taken, words)) => {
                    table.ports.push(ServicePortRow::of(line, &words, &mut notes));
                    rest = after.get(taken - 1..).unwrap_or_default();
                }
                None => notes.because(line, "its words are not as many as the columns"),
            }
        } else {
            notes.unknown(line);
        }
    }
    if let (Some(line), Some(count)) = (counted, table.count) {
        notes.count(line, count, table.ports.len(), "service ports");
        notes.sort();
    }
    notes.with(table)
}

/// `Interface gpon-onu_1/1/1:1`, perhaps with a colon.
fn interface(line: Line<'_>) -> Option<String> {
    let (word, name) = line.trimmed().split_once([' ', ':'])?;
    let name = name.trim_matches([' ', ':']);
    (same(word, "Interface") && values::onu(name).is_ok()).then(|| name.to_owned())
}

of_onu!(
    /// `show service-port interface`: the service ports of an ONU, in a table that
    /// is wider than the terminal (fact sheet, CLI §4.7: the manual's, whose blanks
    /// are not those of a device). Columns are told apart by their order alone.
    ShowServicePorts,
    "show service-port interface",
    ServicePortTable,
    table,
    Some(ServicePortTable::default())
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Show, fixture};

    const FILE: &str = "c320-v1.2.x/show-service-port-interface.txt";

    #[test]
    fn of_the_manual() {
        let Parsed { rows, unknown } = ShowServicePorts::parse(&fixture(FILE));
        assert_eq!(unknown, []);
        assert_eq!((rows.count, rows.ports.len()), (Some(2), 2));
        assert_eq!(rows.interface.as_deref(), Some("gpon-onu_1/1/1:1"));
        let first = &rows.ports[0];
        assert_eq!(
            (first.sport, first.vport, first.begin_vlan, first.end_vlan),
            (Some(1), Some(1), Some(7), Some(7))
        );
        assert_eq!((first.vlan, first.cos, first.svlan, first.outer_vlan), (Some(8), None, Some(9), None));
        assert_eq!((first.mode.as_deref(), first.enabled), (Some("1:1"), Some(true)));
        assert_eq!(
            (rows.ports[1].vlan, rows.ports[1].svlan, rows.ports[1].enabled),
            (Some(20), Some(0), Some(false))
        );
    }

    #[test]
    fn a_count_that_differs_and_rows_that_are_cut() {
        let text = fixture(FILE);
        let short = ShowServicePorts::parse(&text.replace("\n2\n", "\n3\n"));
        assert_eq!((short.rows.ports.len(), short.unknown.len()), (2, 1));
        let lines: Vec<&str> = text.lines().collect();
        let cut = lines.iter().position(|line| line.starts_with("-  9")).unwrap();
        let cut = [&lines[..cut], &lines[cut + 1..]].concat().join("\n");
        let cut = ShowServicePorts::parse(&cut);
        assert_eq!((cut.rows.ports.len(), cut.rows.ports[0].sport), (1, Some(2)));
        assert!(cut.unknown.len() >= 2, "{:?}", cut.unknown);
        let other = ShowServicePorts::parse(&text.replace("EndVid", "EndVlan"));
        assert_eq!(other.rows.ports, []);
        assert!(!other.unknown.is_empty());
    }
}

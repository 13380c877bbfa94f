//! `show card`, `show processor` and `show card-temperature` (fact sheet, CLI §4.1).

use std::fmt::Write;

use crate::cli::{Answer, Ask, Command, Slow};
use crate::device::Load;

pub(super) const COMMANDS: &[Command] = &[
    Command { syntax: "show card", slow: Slow::Simple, run: run_cards },
    Command { syntax: "show processor", slow: Slow::Simple, run: run_processors },
    Command { syntax: "show card-temperature", slow: Slow::Simple, run: run_temperatures },
];

/// A row of `show card`; what an empty slot cannot know is empty.
#[derive(Debug)]
struct CardRow {
    slot: u8,
    configured: String,
    real: String,
    ports: u8,
    hardware: String,
    software: String,
    status: String,
}

fn print_cards(rows: &[CardRow]) -> String {
    let mut text = format!(
        "{:<5}{:<6}{:<5}{:<8}{:<9}{:<6}{:<8}{:<16}Status\n{}\n",
        "Rack",
        "Shelf",
        "Slot",
        "CfgType",
        "RealType",
        "Port",
        "HardVer",
        "SoftVer",
        "-".repeat(79),
    );
    for row in rows {
        let CardRow { slot, configured, real, ports, hardware, software, status } = row;
        // Writing to a `String` cannot fail, here and below.
        let _ = writeln!(
            text,
            "1    1     {slot:<5}{configured:<8}{real:<9}{ports:<6}{hardware:<8}{software:<16}{status}"
        );
    }
    text
}

fn run_cards(ask: &Ask<'_>) -> Answer {
    let rows = ask.device.cards.iter().map(|(slot, card)| CardRow {
        slot: *slot,
        configured: card.configured.clone(),
        real: card.real.clone().unwrap_or_default(),
        ports: card.ports,
        hardware: card.hardware.clone(),
        software: card.software.clone(),
        status: card.status.to_string(),
    });
    Ok(print_cards(&rows.collect::<Vec<_>>()))
}

/// A row of `show processor`.
#[derive(Debug)]
struct ProcessorRow {
    slot: u8,
    load: Load,
    memory_mb: u32,
    memory_percent: u8,
}

fn print_processors(rows: &[ProcessorRow]) -> String {
    let mut text = format!(
        "Rack   Shelf    Slot   CPU(5s)   CPU(1m)    CPU(5m)   PhyMem(MB)  Memory\n{}\n",
        "-".repeat(79)
    );
    for row in rows {
        let [now, minute, minutes] =
            [row.load.now, row.load.one_minute, row.load.five_minutes].map(|percent| format!("{percent}%"));
        let (slot, megabytes, percent) = (row.slot, row.memory_mb, row.memory_percent);
        let _ = writeln!(
            text,
            "1       1       {slot:<8}{now:<10}{minute:<10}{minutes:<10}{megabytes:<12}{percent}%"
        );
    }
    text
}

fn run_processors(ask: &Ask<'_>) -> Answer {
    let cards = ask.device.cards.iter().filter(|(_, card)| card.started.is_some());
    let rows = cards.filter_map(|(slot, card)| {
        Some(ProcessorRow {
            slot: *slot,
            load: ask.device.load(*slot)?,
            memory_mb: card.memory_mb,
            memory_percent: card.memory,
        })
    });
    Ok(print_processors(&rows.collect::<Vec<_>>()))
}

/// A row of `show card-temperature`: the slot and its degrees Celsius, now and
/// on average over five minutes and an hour, and of its optics.
type TemperatureRow = (u8, [Option<i32>; 4]);

fn print_temperatures(rows: &[TemperatureRow]) -> String {
    let line = "-".repeat(76);
    let mut text = format!(
        "All cards temperature(deg c):\n{line}\n\
         Rack Shelf Slot Temperature Temperature(5m) Temperature(1h) Optical-Temp\n{line}\n"
    );
    for (slot, values) in rows {
        let [now, minutes, hour, optics] =
            values.map(|celsius| celsius.map_or("N/A.".to_owned(), |celsius| celsius.to_string()));
        let _ = writeln!(text, "1    1     {slot:<5}{now:<12}{minutes:<16}{hour:<16}{optics}");
    }
    text
}

fn run_temperatures(ask: &Ask<'_>) -> Answer {
    let rows = ask.device.cards.iter().map(|(slot, card)| {
        let celsius = card.temperature;
        (*slot, [celsius, celsius, celsius, None])
    });
    Ok(print_temperatures(&rows.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::fixture;

    fn card(slot: u8, types: [&str; 2], ports: u8, versions: [&str; 2], status: &str) -> CardRow {
        let [configured, real] = types.map(str::to_owned);
        let [hardware, software] = versions.map(str::to_owned);
        CardRow { slot, configured, real, ports, hardware, software, status: status.to_owned() }
    }

    #[test]
    fn prints_the_cards() {
        let cards = [
            card(2, ["GTGH", "GTGHG"], 16, ["V1.0.0", "V2.1.0"], "INSERVICE"),
            card(3, ["SMXA", "SMXA"], 3, ["V1.0.0", "V2.1.0"], "INSERVICE"),
            card(4, ["SMXA", ""], 3, ["", ""], "OFFLINE"),
        ];
        assert_eq!(print_cards(&cards), fixture("c320-v2.1.0/show-card.txt"));
        let older = ["110702", "V1.2.5"];
        let cards = [
            card(0, ["PRAM", "PRAM"], 0, ["", ""], "INSERVICE"),
            card(1, ["GTGO", "GTGO"], 8, older, "INSERVICE"),
            card(2, ["GTGO", ""], 8, ["", ""], "OFFLINE"),
            card(3, ["SMXA", "SMXA"], 0, older, "INSERVICE"),
            card(4, ["SMXA", "SMXA"], 0, older, "STANDBY"),
        ];
        assert_eq!(print_cards(&cards), fixture("c320-v1.2.x/show-card.txt"));
    }

    #[test]
    fn prints_the_processors() {
        let row = |slot, [now, one_minute, five_minutes]: [u64; 3], memory_mb, memory_percent| ProcessorRow {
            slot,
            load: Load { now, one_minute, five_minutes },
            memory_mb,
            memory_percent,
        };
        let rows = [row(2, [20, 22, 22], 512, 39), row(3, [8, 12, 8], 2048, 26)];
        assert_eq!(print_processors(&rows), fixture("c320-v2.1.0/show-processor.txt"));
    }

    #[test]
    fn prints_the_temperatures() {
        let rows = [(1, [Some(54), Some(54), Some(54), None]), (4, [None; 4])];
        assert_eq!(print_temperatures(&rows), fixture("c320-v2.1.0/show-card-temperature.txt"));
    }
}

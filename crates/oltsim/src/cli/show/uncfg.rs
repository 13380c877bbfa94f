//! Boxes that wait for configuration (fact sheet, CLI §4.3).

use std::fmt::Write;

use gpon::PonPort;

use super::onu_lists::port;
use crate::cli::{Answer, Ask, Command, Refusal, Slow, Syntax};
use crate::device::Unconfigured;

pub(super) const COMMANDS: &[Command] = &[
    Command { syntax: "show gpon onu uncfg [<pon>]", slow: Slow::Simple, run: run_boxes },
    Command { syntax: "show pon onu uncfg", slow: Slow::Simple, run: run_models },
];

/// A row: the port, a running number that is no free id, the serial number.
type BoxRow = (PonPort, usize, String);

fn print_boxes(rows: &[BoxRow]) -> String {
    let mut text = format!("OnuIndex                 Sn                  State\n{}\n", "-".repeat(69));
    for (pon, number, serial) in rows {
        let at = format!("gpon-onu_{pon}:{number}");
        let _ = writeln!(text, "{at:<25}{serial:<20}unknown");
    }
    text
}

/// A row with the port's name, model, serial number and password.
type ModelRow = (String, [String; 3]);

fn print_models(rows: &[ModelRow]) -> String {
    let mut text =
        format!("OltIndex            Model                SN                 PW\n{}\n", "-".repeat(71));
    for (at, [model, serial, password]) in rows {
        let _ = writeln!(text, "{at:<20}{model:<21}{serial:<19}{password}");
    }
    text
}

fn waiting<'a>(ask: &'a Ask<'a>) -> impl Iterator<Item = (PonPort, usize, &'a Unconfigured)> {
    let wanted = ask.args.first().and_then(port);
    let pons = ask.device.pons().iter().filter(move |(pon, _)| wanted.is_none_or(|wanted| wanted == **pon));
    pons.flat_map(|(pon, state)| (1..).zip(&state.unconfigured).map(|(number, one)| (*pon, number, one)))
}

fn run_boxes(ask: &Ask<'_>) -> Answer {
    let rows: Vec<_> = waiting(ask).map(|(pon, number, one)| (pon, number, one.serial.to_string())).collect();
    if rows.is_empty() { Err(Refusal::Empty) } else { Ok(print_boxes(&rows)) }
}

fn run_models(ask: &Ask<'_>) -> Answer {
    if super::is_old(ask.device) {
        // The command came with V2.1.
        return Err(Refusal::Syntax(Syntax::NotHere, "show pon ".len()));
    }
    let known = |text: &str| if text.is_empty() { "N/A".to_owned() } else { text.to_owned() };
    let rows: Vec<_> = waiting(ask)
        .map(|(pon, _, one)| {
            (format!("gpon-olt_{pon}"), [known(&one.model), one.serial.to_string(), known(&one.password)])
        })
        .collect();
    if rows.is_empty() { Err(Refusal::Empty) } else { Ok(print_models(&rows)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::fixture;

    #[test]
    fn boxes() {
        let rows = [("1/1/1".parse().unwrap(), 1, "HWTC00000001".to_owned())];
        assert_eq!(print_boxes(&rows), fixture("c320-v2.1.0/show-gpon-onu-uncfg.txt"));
        let texts = ["F670LV9.0", "ZTEG0000A001", "G0000A001"].map(str::to_owned);
        let rows = [("gpon-olt_1/1/5".to_owned(), texts)];
        assert_eq!(print_models(&rows), fixture("c320-v2.1.0/show-pon-onu-uncfg.txt"));
        let printed = fixture("c320-v2.1.0/show-pon-onu-uncfg-epon.txt");
        let rows = printed.lines().skip(2).map(|line| {
            let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
            (words[0].clone(), [words[1].clone(), words[2].clone(), words[3].clone()])
        });
        assert_eq!(print_models(&rows.collect::<Vec<_>>()), printed);
    }
}

//! `show fan` (fact sheet, CLI §4.1).

use std::fmt::Write;

use crate::cli::{Answer, Ask, Command, Slow};

pub(super) const COMMANDS: &[Command] = &[Command { syntax: "show fan", slow: Slow::Simple, run }];

/// What `show fan` shows; temperatures in degrees Celsius.
#[derive(Debug)]
struct View {
    /// Where the fans speed up.
    thresholds: [i32; 4],
    critical: i32,
    high: i32,
    low: i32,
    environment: i32,
    board_online: bool,
    /// Speed level and revolutions per minute, of the fans from 1 on.
    fans: Vec<(i32, i32)>,
}

fn print(view: &View) -> String {
    let [first, second, third, fourth] = view.thresholds;
    let line = "-".repeat(46);
    // The word for a board that is not there is not known.
    let board = if view.board_online { "online" } else { "offline" };
    let mut text = format!(
        "Shelf                        : 1\n\
         FanControlType               : temperature-control\n\
         TemperatureThreshold         : {first}  {second}  {third}  {fourth} (deg c)\n\
         CriticalTemperatureThreshold : {}(deg c)\n\
         HighTemperatureThreshold     : {}(deg c)\n\
         LowTemperatureThreshold      : {}(deg c)\n\
         Environment Temperature      : {}(deg c)\n\
         EnvPowerMode                 : Mains Supply\n\
         Upper Fanboard Status        : {board}\n\
         All fan units actual status:\n{line}\n\
         FanUnitId     SpeedLevel     ActualSpeed(RPM)\n{line}\n",
        view.critical, view.high, view.low, view.environment,
    );
    for (number, (level, rpm)) in (1..).zip(&view.fans) {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{number:<14}{level:<15}{rpm}");
    }
    text + &line + "\n"
}

fn run(ask: &Ask<'_>) -> Answer {
    let environment = &ask.device.environment;
    // The thresholds are those that SNMP shows.
    Ok(print(&View {
        thresholds: [20, 36, 44, 51],
        critical: 160,
        high: 65,
        low: -20,
        environment: environment.temperature,
        board_online: environment.fans.iter().any(|fan| fan.present),
        fans: environment.fans.iter().map(|fan| (fan.level, if fan.present { fan.rpm } else { 0 })).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::fixture;

    #[test]
    fn prints_the_fans() {
        let view = View {
            thresholds: [20, 36, 44, 51],
            critical: 160,
            high: 65,
            low: -20,
            environment: 32,
            board_online: true,
            fans: vec![(3, 3426), (3, 3396)],
        };
        assert_eq!(print(&view), fixture("c320-v2.1.0/show-fan.txt"));
    }
}

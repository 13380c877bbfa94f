//! `show system-group` and `show clock` (fact sheet, CLI §4.1).

use std::time::Duration;

use jiff::civil::DateTime;

use crate::cli::{Answer, Ask, Command, Slow};

pub(super) const COMMANDS: &[Command] = &[
    Command { syntax: "show system-group", slow: Slow::Simple, run: run_group },
    Command { syntax: "show clock", slow: Slow::Simple, run: run_clock },
];

/// What `show system-group` shows.
#[derive(Debug)]
struct Group {
    description: String,
    /// With its leading dot.
    object_id: String,
    up: Duration,
    contact: String,
    name: String,
    location: String,
    last: Last,
}

/// The last line, in which firmwares differ.
#[derive(Debug)]
enum Last {
    /// V2.1.0. What its numbers mean is not known.
    Info(u32, u32),
    /// V2.0.1P2: sysServices.
    Services(u32),
}

fn print_group(view: &Group) -> String {
    let minutes = view.up.as_secs() / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let last = match view.last {
        Last::Info(first, second) => format!("System Info:  {first}  {second:x}"),
        Last::Services(number) => format!("This system primarily offers a set of {number} services"),
    };
    format!(
        "System Description: {}\nSystem ObjectId: {}\n\
         Started before: {days} days, {hours} hours, {minutes} minutes\n\
         Contact with: {}\nSystem name:  {}\nLocation: {}\n{last}\n",
        view.description, view.object_id, view.contact, view.name, view.location,
    )
}

fn run_group(ask: &Ask<'_>) -> Answer {
    let (device, chassis) = (ask.device, &ask.device.chassis);
    // V2.2 is taken for V2.1, V1.2 for V2.0: no source shows them.
    let newer = ["V2.1", "V2.2"].iter().any(|known| chassis.firmware.starts_with(known));
    Ok(print_group(&Group {
        description: chassis.description.clone(),
        object_id: format!(".{}", crate::snmp::display(&crate::mib::object_id(device))),
        up: device.uptime(),
        contact: chassis.configured.contact.clone(),
        name: chassis.configured.name.clone(),
        location: chassis.configured.location.clone(),
        last: if newer { Last::Info(256, 0x56c6_e108) } else { Last::Services(78) },
    }))
}

fn print_clock(time: DateTime) -> String {
    format!("{} utc\n", time.strftime("%H:%M:%S %a %b %-d %Y"))
}

fn run_clock(ask: &Ask<'_>) -> Answer {
    Ok(print_clock(ask.device.time()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::fixture;

    fn group(firmware: &str, object_id: &str, last: Last) -> Group {
        Group {
            description: format!(
                "C320 Version {firmware} Software, Copyright (c) by ZTE Corporation Compiled"
            ),
            object_id: object_id.to_owned(),
            up: Duration::from_secs((10 * 24 + 9) * 3600 + 14 * 60 + 59),
            contact: "noc@example.net".to_owned(),
            name: "ZXAN".to_owned(),
            location: "Example street 1".to_owned(),
            last,
        }
    }

    #[test]
    fn prints_the_system_group() {
        let info = Last::Info(256, 0x56c6_e108);
        let newer = group("V2.1.0", ".1.3.6.1.4.1.3902.1082.1001.320.2.1", info);
        assert_eq!(print_group(&newer), fixture("c320-v2.1.0/show-system-group.txt"));
        let older = group("V2.0.1P2", ".1.3.6.1.4.1.3902.1082.1001.320.2", Last::Services(78));
        assert_eq!(print_group(&older), fixture("c320-v2.0.1p2/show-system-group.txt"));
    }

    #[test]
    fn prints_the_clock() {
        let time = jiff::civil::date(2011, 3, 7).at(8, 1, 55, 0);
        assert_eq!(print_clock(time), fixture("c320-v2.1.0/show-clock.txt"));
    }
}

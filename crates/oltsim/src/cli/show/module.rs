//! `show interface optical-module-info` of a port (fact sheet, CLI §4.2).

use super::uplink;
use crate::cli::{Answer, Arg, Ask, Command, Slow};
use crate::device::Module;

pub(super) const COMMANDS: &[Command] = &[
    Command { syntax: "show interface optical-module-info <pon>", slow: Slow::Simple, run },
    Command { syntax: "show interface optical-module-info <uplink>", slow: Slow::Simple, run: run_uplink },
];

/// The port and what is in its cage.
#[derive(Debug)]
struct View<'a> {
    port: String,
    module: Option<&'a Module>,
    /// Whether it is an uplink's, of which more is shown.
    uplink: bool,
}

fn print(view: &View<'_>) -> String {
    let Some(module) = view.module else { return " No optical module present.\n".to_owned() };
    let power = |thousandths: Option<i32>| match thousandths {
        Some(thousandths) => format!("{}(dbm)", thousand(thousandths)),
        None => "N/A".to_owned(),
    };
    let row = |left: &str, value: String, right: &str, other: String| {
        format!("   {left:<15}: {value:<25}{right}: {other}\n")
    };
    let basic = [
        row("Vendor-Name", module.vendor.clone(), "Vendor-Pn      ", module.part.clone()),
        row("Vendor-Sn", module.serial.clone(), "Module-Type    ", module.kind.clone()),
        row(
            "Wavelength",
            format!("{:<10}(nm)", module.wavelength),
            "Connector      ",
            module.connector.clone(),
        ),
        if view.uplink {
            // Where these stand was not captured.
            row("Trans-Distance ", format!("{}(km)", module.reach_km), "Version-Lev    ", "A".to_owned())
                + &format!("   Production-Date: {}\n", module.date)
        } else {
            format!("   Trans-Distance : {}(km)\n", module.reach_km)
        },
    ];
    let diagnostic = [
        row("RxPower", power(module.rx), "TxPower      ", power(Some(module.tx))),
        row(
            "TxBias-Current",
            format!("{:<10}(mA)", thousand(module.bias)),
            "Laser-Rate   ",
            format!("{}(100Mb/s)", module.rate),
        ),
        row(
            "Temperature",
            format!("{:<10}(c)", thousand(module.temperature)),
            "Supply-Vol   ",
            format!("{}(v)", thousand(module.millivolts)),
        ),
    ];
    // Of the thresholds only this one is known.
    let thresholds = if view.uplink { "  Alarm-thresh:\n   RxPower-Upper  : 3 (dbm)\n" } else { "" };
    format!(
        "  Optical module information:{}\n  Basic-info:\n{}  Diagnostic-info:\n{}{thresholds}",
        view.port,
        basic.concat(),
        diagnostic.concat()
    )
}

/// Thousandths as a number with three decimals.
fn thousand(thousandths: i32) -> String {
    let sign = if thousandths < 0 { "-" } else { "" };
    let size = thousandths.unsigned_abs();
    format!("{sign}{}.{:03}", size / 1000, size % 1000)
}

fn run(ask: &Ask<'_>) -> Answer {
    let Some(Arg::Pon(port)) = ask.args.first() else { return Err(ask.bad(0)) };
    let pon = ask.device.pons().get(port).ok_or_else(|| ask.bad(0))?;
    Ok(print(&View { port: format!("gpon-olt_{port}"), module: pon.module.as_ref(), uplink: false }))
}

fn run_uplink(ask: &Ask<'_>) -> Answer {
    let uplink = uplink::asked(ask)?;
    Ok(print(&View { port: uplink.name.clone(), module: uplink.module.as_ref(), uplink: true }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::fixture;

    #[test]
    fn prints_a_module() {
        let module = Module {
            rx: None,
            tx: 11_026,
            rate: 25,
            bias: 23_030,
            millivolts: 3_226,
            wavelength: 1490,
            temperature: 41_406,
            reach_km: 20,
            part: "TS-GPTD3425-20DC".to_owned(),
            vendor: "OEM".to_owned(),
            serial: "202400000001".to_owned(),
            date: String::new(),
            kind: "SFP/SFP+".to_owned(),
            connector: "SC".to_owned(),
        };
        let port = "gpon-olt_1/2/1".to_owned();
        let text = print(&View { port: port.clone(), module: Some(&module), uplink: false });
        assert_eq!(text, fixture("c300-v2.x/show-interface-optical-module-info.txt"));
        let text = print(&View { port, module: None, uplink: false });
        assert_eq!(text, fixture("c320-v2.1.0/show-interface-optical-module-info-none.txt"));
    }

    #[test]
    fn prints_a_module_of_an_uplink() {
        let module = Module {
            rx: Some(-5_123),
            tx: -2_015,
            rate: 103,
            bias: 32_480,
            millivolts: 3_281,
            wavelength: 1310,
            temperature: 38_250,
            reach_km: 10,
            part: "SFP-10G-LR".to_owned(),
            vendor: "OEM".to_owned(),
            serial: "202400000002".to_owned(),
            date: "240115".to_owned(),
            kind: "SFP/SFP+".to_owned(),
            connector: "LC".to_owned(),
        };
        let text = print(&View { port: "xgei_1/20/1".to_owned(), module: Some(&module), uplink: true });
        assert_eq!(text, fixture("c300-v2.x/show-interface-optical-module-info-uplink.txt"));
    }

    #[test]
    fn signs_small_numbers() {
        assert_eq!([-250, 7].map(thousand), ["-0.250", "0.007"]);
    }
}

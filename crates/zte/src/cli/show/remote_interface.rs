use gpon::Dbm;

use super::typed::of_onu;
use crate::cli::text::answer::Field;
use crate::cli::text::labelled::{block, blocks, labelled};
use crate::cli::text::{json, values};

labelled! {
    /// The PON interface of an ONU. An ONU that measures nothing answers N/A
    /// for the powers and zeros for the rest.
    RemotePon {
        /// Its name (`pon_0/1`).
        interface: String = "Interface" => values::text,
        /// The length of its GEM blocks in bytes.
        gem_block_bytes: u32 = "GEM blocklen" => bytes,
        /// Its threshold of signal fail.
        sf_threshold: u32 = "SF threshold" => values::number,
        /// Its threshold of signal degradation.
        sd_threshold: u32 = "SD threshold" => values::number,
        /// Whether it raises alarms.
        alarm_enabled: bool = "Alarm" => values::enabled,
        /// For how long its alarms are off.
        alarm_disable_interval: u32 = "Alarm disable interval" => values::number,
        /// How many T-CONTs it has.
        tconts: u32 = "Total T-CONT number" => values::number,
        /// Whether it reports DBA by piggyback (`not support`).
        piggyback_dba: String = "Piggyback DBA rpt mode" => values::text,
        /// Whether it reports DBA as a whole.
        whole_onu_dba: String = "Whole ONU DBA rpt mode" => values::text,
        /// What it receives, in dBm.
        #[serde(serialize_with = "json::dbm")]
        rx_dbm: Dbm = "Rx optical level" => values::dbm,
        /// Its lower limit of what it receives (`ont internal policy`).
        rx_lower: String = "Lower rx optical threshold" => values::text,
        /// Its upper limit of what it receives.
        rx_upper: String = "Upper rx optical threshold" => values::text,
        /// What it sends, in dBm.
        #[serde(serialize_with = "json::dbm")]
        tx_dbm: Dbm = "Tx optical level" => values::dbm,
        /// Its lower limit of what it sends.
        tx_lower: String = "Lower tx optical threshold" => values::text,
        /// Its upper limit of what it sends.
        tx_upper: String = "Upper tx optical threshold" => values::text,
        /// Its response time in nanoseconds.
        response_ns: u64 = "ONU response time" => nanoseconds,
        /// Its supply voltage in volts.
        voltage_v: f64 = "Power feed voltage" => volts,
        /// Its laser's bias current in milliamperes.
        bias_ma: f64 = "Laser bias current" => milliamperes,
        /// Its temperature in degrees Celsius.
        temperature_c: f64 = "Temperature" => celsius,
    }
}

labelled! {
    /// An Ethernet interface of an ONU.
    RemoteEth {
        /// Its name (`eth_0/1`).
        interface: String = "Interface" => values::text,
        /// Its speed (`full-1000`).
        speed: String = "Speed status" => values::text,
        /// Whether it has a link.
        up: bool = "Operate status" => values::enabled,
        /// Whether it is unlocked.
        unlocked: bool = "Admin status" => unlocked,
        /// ARC.
        arc: u32 = "Arc" => values::number,
        /// The interval of ARC.
        arc_interval: u32 = "Arc-interval" => values::number,
        /// The expected type.
        expect_type: u32 = "Expect-type" => values::number,
        /// The configured speed (`auto`).
        speed_config: String = "Speed config" => values::text,
        /// Whether it is looped.
        loop_enabled: bool = "Eth-loop" => values::enabled,
        /// Its longest frame in bytes.
        max_frame_bytes: u32 = "Max-frame" => values::number,
        /// Its pause time.
        pause_time: u32 = "Pause-time" => values::number,
        /// Its wiring (`dce`).
        wiring: String = "Wiring" => values::text,
        /// `bridge`, `ip` or `either`.
        bridge_or_ip: String = "BridgeOrIP" => values::text,
        /// Whether it filters PPPoE.
        pppoe_filter_enabled: bool = "PPPOE-filter" => values::enabled,
        /// Whether it feeds power.
        power_enabled: bool = "Power-control" => values::enabled,
    }
}

fn bytes(text: &str) -> Field<u32> {
    values::quantity(text, "bytes")
}

fn nanoseconds(text: &str) -> Field<u64> {
    values::quantity(text, "ns")
}

fn volts(text: &str) -> Field<f64> {
    values::decimal(text, "V")
}

fn milliamperes(text: &str) -> Field<f64> {
    values::decimal(text, "mA")
}

fn celsius(text: &str) -> Field<f64> {
    values::decimal(text, "C")
}

fn unlocked(text: &str) -> Field<bool> {
    values::either(text, "unlock", "lock")
}

of_onu!(
    /// `show gpon remote-onu interface pon`: the optics of an ONU (fact sheet, CLI §4.6).
    ShowRemotePon,
    "show gpon remote-onu interface pon",
    RemotePon,
    block
);
of_onu!(
    /// `show gpon remote-onu interface eth`: the Ethernet ports of an ONU (fact sheet, CLI §4.6).
    ShowRemoteEth,
    "show gpon remote-onu interface eth",
    Vec<RemoteEth>,
    blocks,
    Some(Vec::new())
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Parsed, Show, fixture};

    #[test]
    fn an_onu_that_measures_nothing() {
        let Parsed { rows, unknown } =
            ShowRemotePon::parse(&fixture("c320-v2.0.1p2/show-gpon-remote-onu-interface-pon.txt"));
        assert_eq!(unknown, []);
        assert_eq!((rows.interface.as_deref(), rows.gem_block_bytes), (Some("pon_0/1"), Some(48)));
        assert_eq!((rows.rx_dbm, rows.tx_dbm), (None, None));
        assert_eq!((rows.voltage_v, rows.bias_ma, rows.temperature_c), (Some(0.0), Some(0.0), Some(0.0)));
        assert_eq!((rows.alarm_enabled, rows.tconts, rows.response_ns), (Some(true), Some(8), Some(0)));
        assert_eq!(rows.rx_upper.as_deref(), Some("ont internal policy"));
    }

    #[test]
    fn readings() {
        let Parsed { rows, unknown } =
            ShowRemotePon::parse(&fixture("c320-v2.1.0/show-gpon-remote-onu-interface-pon.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows.rx_dbm, Some(Dbm::from_milli(-16_676)));
        assert_eq!(
            (rows.voltage_v, rows.bias_ma, rows.temperature_c),
            (Some(3.26), Some(11.536), Some(47.355))
        );
    }

    #[test]
    fn ethernet_ports() {
        let Parsed { rows, unknown } =
            ShowRemoteEth::parse(&fixture("c320-v1.2.x/show-gpon-remote-onu-interface-eth.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows.len(), 2);
        assert_eq!(
            (rows[0].speed.as_deref(), rows[0].up, rows[0].unlocked),
            (Some("full-1000"), Some(true), Some(true))
        );
        assert_eq!((rows[1].interface.as_deref(), rows[1].up), (Some("eth_0/2"), Some(false)));
        assert_eq!(rows[1].max_frame_bytes, Some(1632));
    }

    /// Whatever stands in the place of the second title, the first port keeps to itself.
    #[test]
    fn no_port_takes_the_values_of_another() {
        let text = fixture("c320-v1.2.x/show-gpon-remote-onu-interface-eth.txt");
        let whole = ShowRemoteEth::parse(&text).rows;
        for title in ["Interface name: eth_0/2", "Port: eth_0/2", "eth_0/2", "PORT eth_0/2 :"] {
            let text = text.replace("Interface:     eth_0/2", title);
            let tight = text.replace("\n\n", "\n");
            let few = text.replace("Max-frame:     1632\n", "").replacen("Speed status:  full-1000\n", "", 1);
            for text in [&text, &tight, &few] {
                let parsed = ShowRemoteEth::parse(text);
                assert_eq!(parsed.rows.len(), 1, "{title}");
                let first = &parsed.rows[0];
                assert!(
                    first.speed.as_deref() != Some("unknown") && first.up == Some(true),
                    "{title}: {first:?}"
                );
                assert_eq!((first.unlocked, first.pause_time), (whole[0].unlocked, Some(0)), "{title}");
                assert!(parsed.unknown.len() >= 10, "{title}: {:?}", parsed.unknown);
            }
        }
    }

    #[test]
    fn other_labels_are_kept() {
        let text = fixture("c320-v1.2.x/show-gpon-remote-onu-interface-eth.txt");
        let text = text.replace("Arc:           0", "Loop password: abc\narc : 0\nCable:1:    long");
        let Parsed { rows, unknown } = ShowRemoteEth::parse(&text);
        assert_eq!((unknown, rows.len(), rows[0].arc), (vec![], 2, Some(0)));
        let other = [("Loop password", "***"), ("Cable:1", "long")];
        assert_eq!(rows[1].other, other.map(|(label, value)| (label.to_owned(), value.to_owned())));
    }
}

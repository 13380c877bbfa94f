use gpon::{OnuRef, PonPort};

use super::typed::{Arg, Typed};
use super::{Parsed, Show};
use crate::cli::text::config_blocks::RunningConfig;
use crate::cli::text::config_reader::{Asked, blocks};
use crate::cli::text::onu_config::InterfaceConfig;
use crate::cli::text::pon_config::PonConfig;
use crate::cli::text::remote_config::RemoteConfig;
use crate::firmware::dialect::Dialect;

/// `show running-config`: everything; a quarter of an hour on a full OLT (fact sheet, CLI §4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowRunningConfig;

/// `show running-config interface gpon-olt_...`: a PON port and the ONUs
/// registered on it, offline ones included (fact sheet, CLI §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowPonConfig {
    /// The port.
    pub(crate) pon: PonPort,
}

/// `show running-config interface gpon-onu_...`: an ONU on the OLT's side (fact sheet, CLI §4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowOnuConfig {
    /// The ONU.
    pub(crate) onu: OnuRef,
}

/// `show onu running config`: an ONU on its own side (fact sheet, CLI §4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowOnuRunningConfig {
    /// The ONU.
    pub(crate) onu: OnuRef,
}

/// Whether the configuration of an interface is not cut off: without its last
/// line, a list of services in it may be short of some (fact sheet, CLI §4.5).
fn has_end(text: &str) -> bool {
    // A pasted text may be shifted by a blank.
    text.lines().any(|line| line.trim_end() == "end" || line.trim_end() == " end")
}

impl Show for ShowRunningConfig {
    type Rows = RunningConfig;

    fn line_in(&self, _: &Dialect) -> String {
        "show running-config".to_owned()
    }

    fn parse(text: &str) -> Parsed<RunningConfig> {
        blocks(text, Asked::Whole)
    }
}

impl Show for ShowPonConfig {
    type Rows = Vec<PonConfig>;

    fn line_in(&self, dialect: &Dialect) -> String {
        format!("show running-config interface {}", dialect.ports.pon(self.pon))
    }

    fn parse(text: &str) -> Parsed<Self::Rows> {
        let Parsed { rows, unknown } = blocks(text, Asked::Pon);
        Parsed { rows: rows.pons, unknown }
    }

    fn is_whole(text: &str) -> bool {
        has_end(text)
    }
}

impl Show for ShowOnuConfig {
    type Rows = Vec<InterfaceConfig>;

    fn line_in(&self, dialect: &Dialect) -> String {
        format!("show running-config interface {}", dialect.ports.onu(self.onu))
    }

    fn parse(text: &str) -> Parsed<Self::Rows> {
        let Parsed { rows, unknown } = blocks(text, Asked::Onu);
        Parsed { rows: rows.onus, unknown }
    }

    fn is_whole(text: &str) -> bool {
        has_end(text)
    }
}

impl Show for ShowOnuRunningConfig {
    type Rows = Vec<RemoteConfig>;

    fn line_in(&self, dialect: &Dialect) -> String {
        format!("show onu running config {}", dialect.ports.onu(self.onu))
    }

    fn parse(text: &str) -> Parsed<Self::Rows> {
        let Parsed { rows, unknown } = blocks(text, Asked::Remote);
        Parsed { rows: rows.remotes, unknown }
    }
}

impl Typed for ShowRunningConfig {
    const SYNTAX: &'static [&'static str] = &["show running-config"];

    fn from_args(_: &[Arg]) -> Option<Self> {
        Some(Self)
    }
}

impl Typed for ShowPonConfig {
    const SYNTAX: &'static [&'static str] = &["show running-config interface <pon>"];

    fn from_args(args: &[Arg]) -> Option<Self> {
        match args {
            [Arg::Pon(pon)] => Some(Self { pon: *pon }),
            _ => None,
        }
    }
}

impl Typed for ShowOnuConfig {
    const SYNTAX: &'static [&'static str] = &["show running-config interface <onu>"];

    fn from_args(args: &[Arg]) -> Option<Self> {
        match args {
            [Arg::Onu(onu)] => Some(Self { onu: *onu }),
            _ => None,
        }
    }
}

impl Typed for ShowOnuRunningConfig {
    const SYNTAX: &'static [&'static str] = &["show onu running config <onu>"];

    fn from_args(args: &[Arg]) -> Option<Self> {
        match args {
            [Arg::Onu(onu)] => Some(Self { onu: *onu }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{fixture, wrapped};
    use gpon::VlanMode;

    #[test]
    fn pon() {
        let Parsed { rows, unknown } =
            ShowPonConfig::parse(&fixture("c320-v2.0.1p2/show-running-config-interface-gpon-olt.txt"));
        assert_eq!(unknown, []);
        let pon = &rows[0];
        assert_eq!(
            (pon.pon.to_string(), pon.shutdown, pon.trap_enabled),
            ("1/2/15".to_owned(), false, Some(false))
        );
        assert_eq!(pon.onus.iter().map(|onu| onu.id.get()).collect::<Vec<_>>(), [1, 2]);
        assert_eq!((pon.onus[0].serial, pon.onus[0].onu_type.as_str()), (None, "ZTE-F601"));
        assert_eq!(pon.onus[0].password.as_ref().unwrap().expose(), "AAA0000010");
        assert_eq!(pon.onus[1].serial.unwrap().to_string(), "TEST12345678");

        let named = ShowPonConfig::parse(&fixture("c320-v2.1.0/show-running-config-interface-gpon-olt.txt"));
        assert_eq!(named.unknown, []);
        let pon = &named.rows[0];
        assert_eq!((pon.name.as_deref(), pon.shutdown, pon.onus.len()), (Some("ODC-A 1"), true, 3));
        assert_eq!(pon.description.as_deref(), Some("POP #2 > east -- %Error 20200 --"));
    }

    #[test]
    fn onu() {
        let Parsed { rows, unknown } =
            ShowOnuConfig::parse(&fixture("c320-v2.1.0/show-running-config-interface-gpon-onu.txt"));
        assert_eq!(unknown, []);
        let onu = &rows[0];
        assert_eq!((onu.onu.to_string(), onu.name.as_deref()), ("1/2/1:3".to_owned(), Some("Cust 0001")));
        assert_eq!((onu.shutdown, onu.sn_bind.as_deref()), (false, Some("enable sn")));
        assert_eq!((onu.tconts.len(), onu.tconts[0].profile.as_deref()), (1, Some("SERVER")));
        assert_eq!(onu.tconts[0].gap.as_deref(), Some("mode0"));
        assert_eq!((onu.gemports[0].tcont, onu.gemports[0].downstream.as_deref()), (Some(1), Some("DN50")));
        assert_eq!((onu.vports[0].vport, onu.vports[0].mode.as_str()), (1, "hybrid"));
        assert_eq!(onu.service_ports.len(), 2);
        assert_eq!(onu.service_ports[1].port.svlan.unwrap().get(), 100);
        assert!(onu.other.is_empty());
    }

    #[test]
    fn onu_with_everything() {
        let text = fixture("c320-v2.1.0/show-running-config-interface-gpon-onu-full.txt");
        let parsed = ShowOnuConfig::parse(&text);
        assert_eq!(parsed.unknown, []);
        let onu = &parsed.rows[0];
        assert_eq!(onu.name.as_deref(), Some("Casa 7 #3 > ZXAN# --More--"));
        assert_eq!(onu.description.as_deref(), Some("$%Error 20200: -- ==End== --"));
        assert_eq!((onu.shutdown, onu.profiles.as_slice()), (true, ["RES 100".to_owned()].as_slice()));
        assert_eq!((onu.gemports[0].queue, onu.gemports[1].name.as_deref()), (Some(1), Some("voz")));
        let modes: Vec<_> = onu.service_ports.iter().map(|port| port.port.mode).collect();
        assert_eq!(
            modes,
            [
                Some(VlanMode::QinQ),
                Some(VlanMode::Untag),
                Some(VlanMode::Tag),
                Some(VlanMode::Transparent),
                Some(VlanMode::Translation),
                None,
                None
            ]
        );
        assert_eq!(onu.service_ports[0].port.description.as_deref(), Some("internet of Casa 7"));
        assert_eq!(onu.other.len(), 3);
    }

    #[test]
    fn onu_of_v1_2() {
        let parsed = ShowOnuConfig::parse(&fixture("c320-v1.2.x/show-running-config-interface-gpon-onu.txt"));
        assert_eq!(parsed.unknown, []);
        let gemport = &parsed.rows[0].gemports[0];
        assert_eq!(
            (gemport.name.as_deref(), gemport.tcont, gemport.direction.as_deref()),
            (Some("G1"), Some(1), Some("both"))
        );
        let served = &parsed.rows[0].vport_vlans[0];
        assert_eq!((served.vport, served.tagged, served.vlans[0].0.get()), (1, true, 212));
        assert_eq!(
            parsed.rows[0].other.iter().map(|line| line.shown()).collect::<Vec<_>>(),
            ["  dhcp-option82 enable vport 1"]
        );
    }

    #[test]
    fn remote() {
        let Parsed { rows, unknown } =
            ShowOnuRunningConfig::parse(&fixture("c320-v2.1.0/show-onu-running-config.txt"));
        assert_eq!(unknown, []);
        let remote = &rows[0];
        assert_eq!(
            (remote.services[0].name.as_str(), remote.services[0].vlans.as_deref()),
            ("HSI", Some("22"))
        );
        assert_eq!((remote.wans[0].user.as_deref(), remote.wans[0].host), (Some("user1"), Some(1)));
        assert_eq!(remote.wans[0].password.as_ref().unwrap().expose(), "pass1");
        assert_eq!((remote.vlan_ports[0].port.as_str(), remote.other.len()), ("eth_0/1", 1));
    }

    #[test]
    fn no_secret_is_shown() {
        let parsed = ShowOnuRunningConfig::parse(&fixture("c320-v2.1.0/show-onu-running-config-full.txt"));
        assert_eq!(parsed.unknown, []);
        let broken = "pon-onu-mng gpon-onu_1/1/1:7\n  wan-ip x mode pppoe username u password secret7\nssid key hunter2\n";
        let broken = ShowOnuRunningConfig::parse(broken);
        assert_eq!(broken.unknown.len(), 3, "two lines, and the end that is missing");
        for shown in [serde_json::to_string(&parsed).unwrap(), format!("{parsed:?}"), format!("{broken:?}")] {
            for secret in ["secret7", "hunter2", "wifi key 7"] {
                assert!(!shown.contains(secret), "{secret} in {shown}");
            }
        }
    }

    #[test]
    fn whole() {
        let text = fixture("c320-v2.1.0/show-running-config.txt");
        let parsed = ShowRunningConfig::parse(&text);
        assert_eq!(parsed.unknown, []);
        let config = &parsed.rows;
        assert_eq!(
            (config.saved_at.as_deref(), config.hostname.as_deref()),
            (Some("02:25:44 02/02/2025"), Some("ZXAN"))
        );
        assert_eq!((config.tcont_profiles.len(), config.tcont_profiles[1].fixed_kbps), (2, Some(128)));
        assert_eq!(config.traffic_profiles[0].sir_kbps, Some(51_200));
        assert_eq!((config.vlan_ranges.len(), config.vlans.len()), (4, 2));
        assert_eq!(config.vlans[1].description.as_deref(), Some("Clients > 22"));
        assert_eq!((config.pons.len(), config.pons[0].onus.len(), config.pons[1].shutdown), (2, 2, true));
        assert_eq!((config.onus.len(), config.remotes.len()), (2, 1));
        let shown = serde_json::to_string(&parsed).unwrap();
        for secret in ["0123456789abcdef", "secret3", "pass3"] {
            assert!(!shown.contains(secret), "{secret}");
        }
        assert!(shown.contains("ip address 136.1.1.100 255.255.0.0"));
    }

    #[test]
    fn wrapped_lines_are_joined() {
        for words in ["vlan-profile X", "interface mng1", "  two blanks", "!"] {
            let text = format!(
                "Building configuration...\ninterface gpon-onu_1/1/1:7\n  description {} {words}\n  tcont 1 profile 1G\n!\nend\n",
                "x".repeat(66)
            );
            let whole = ShowOnuConfig::parse(&text);
            assert_eq!(whole.unknown, []);
            if words.starts_with([' ', '!']) {
                continue;
            }
            assert_eq!(ShowOnuConfig::parse(&wrapped(&text)), whole, "{words}");
        }
        let exact = format!(
            "interface gpon-onu_1/1/1:7\n  description {}\n  tcont 1 profile 1G\n!\n",
            "x".repeat(66)
        );
        assert_eq!(ShowOnuConfig::parse(&exact).rows[0].tconts.len(), 1);
    }

    #[test]
    fn a_banner_is_no_configuration() {
        let text = "banner incoming @hello\ninterface gpon-olt_1/1/1\nZXAN#@\nhostname X\nend\n";
        let parsed = ShowRunningConfig::parse(text);
        assert_eq!(parsed.unknown, []);
        assert_eq!((parsed.rows.pons.len(), parsed.rows.other[0].lines.len()), (0, 2));
        assert_eq!(parsed.rows.hostname.as_deref(), Some("X"));
    }

    #[test]
    fn a_cut_configuration_is_known() {
        for file in [
            "c320-v2.1.0/show-running-config-interface-gpon-onu.txt",
            "c320-v1.2.x/show-running-config-interface-gpon-onu.txt",
        ] {
            let text = fixture(file);
            assert!(ShowOnuConfig::is_whole(&text));
            assert!(!ShowOnuConfig::is_whole(text.trim_end().strip_suffix("end").unwrap()));
        }
    }
}

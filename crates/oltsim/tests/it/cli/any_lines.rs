//! Lines of the words that changes are made of, in any order: nothing breaks, and a line that
//! is refused changes nothing.

use oltsim::{Options, Simulator, Source};
use proptest::prelude::*;

const PLACES: [&str; 5] =
    ["interface gpon-olt_1/1/1", "interface gpon-onu_1/1/1:1", "pon-onu-mng gpon-onu_1/1/1:1", "gpon", "pon"];

const WORDS: &str = "no onu type ZTE-F660 sn ZTEGD824CDF3 pw profile line remote vport-mode gemport name \
    description shutdown tcont UP-10M gap mode0 traffic-limit upstream downstream DOWN-50M queue service-port \
    vport user-vlan vlan svlan untagged transparent other-all tls-vlan cos service iphost flow switch switch_0/1 \
    port eth_0/1 mode tag trunk wan-ip pppoe username password vlan-profile PPPOE host security-mgmt reboot \
    restore factory wifi traffic sir pir fixed type onu-type gpon yes 1 2 9 100 1024 registration-method";

fn line() -> impl Strategy<Value = String> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    prop::collection::vec(prop::sample::select(words), 1..7).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn nothing_breaks(place in prop::sample::select(PLACES.to_vec()), lines in prop::collection::vec(line(), 30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _guard = runtime.enter();
        let source = Source::Scenario(oltsim::SMALL.to_owned());
        let simulator = runtime.block_on(Simulator::start(Options::new(source))).unwrap();
        for line in lines {
            let configuration = simulator.device(|device| device.configuration());
            let said = simulator.type_as_somebody(&["configure terminal", place, &line]);
            prop_assert!(said[2].ends_with('#') || said[2].ends_with("[yes/no]:"), "{line}: {}", said[2]);
            let refused = said[2].contains("\n%Error") || said[2].contains("\n%Code");
            if refused {
                prop_assert!(simulator.device(|device| device.configuration()) == configuration, "{line}");
            }
            simulator.rows();
        }
    }
}

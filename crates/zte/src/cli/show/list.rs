//! Every show command once: how it is typed, and how its answer becomes JSON.

use serde::Serialize;

use super::UnknownLine;
use super::typed::{Arg, Typed, matching};
use crate::firmware::dialect::{C3XX, Dialect};

/// A show command of the list.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// The forms of the line.
    pub(crate) syntax: &'static [&'static str],
    /// The line of the form with this index and these arguments.
    line: fn(usize, &[Arg], &Dialect) -> Option<String>,
    read: fn(&str) -> Shown,
    is_whole: fn(&str) -> bool,
    none: fn() -> Option<serde_json::Value>,
}

const fn entry<S: Typed>() -> Entry {
    Entry {
        syntax: S::SYNTAX,
        line: |form, args, dialect| S::of_form(form, args).map(|show| show.line_in(dialect)),
        read: |text| {
            let parsed = S::parse(text);
            Shown { rows: json(&parsed.rows), unknown: parsed.unknown, text: text.to_owned() }
        },
        is_whole: S::is_whole,
        none: || S::none().map(|rows| json(&rows)),
    }
}

/// Rows as JSON. They hold nothing that has no JSON: no map with keys that are not text, no error of their own.
fn json<T: Serialize>(rows: &T) -> serde_json::Value {
    serde_json::to_value(rows).unwrap_or_default()
}

/// Every show command.
pub(crate) const LIST: &[Entry] = &[
    entry::<super::system_group::ShowSystemGroup>(),
    entry::<super::card::ShowCard>(),
    entry::<super::processor::ShowProcessor>(),
    entry::<super::card_temperature::ShowCardTemperature>(),
    entry::<super::fan::ShowFan>(),
    entry::<super::version_running::ShowVersionRunning>(),
    entry::<super::clock::ShowClock>(),
    entry::<super::users::ShowUsers>(),
    entry::<super::ip_interface::ShowIpInterfaceBrief>(),
    entry::<super::pon_interface::ShowPonInterface>(),
    entry::<super::onu_interface::ShowOnuInterface>(),
    entry::<super::uplink_interface::ShowUplinkInterface>(),
    entry::<super::port_status::ShowPortStatus>(),
    entry::<super::optical_module_info::ShowOpticalModuleInfo>(),
    entry::<super::optical_module_info::ShowUplinkModuleInfo>(),
    entry::<super::running_config::ShowRunningConfig>(),
    entry::<super::running_config::ShowPonConfig>(),
    entry::<super::running_config::ShowOnuConfig>(),
    entry::<super::onu_state::ShowOnuState>(),
    entry::<super::onu_baseinfo::ShowOnuBaseinfo>(),
    entry::<super::onu_detail_info::ShowOnuDetailInfo>(),
    entry::<super::onu_uncfg::ShowOnuUncfg>(),
    entry::<super::onu_by_sn::ShowOnuBySn>(),
    entry::<super::pon_onu_uncfg::ShowPonOnuUncfg>(),
    entry::<super::power_attenuation::ShowPowerAttenuation>(),
    entry::<super::power_list::ShowOnuRx>(),
    entry::<super::power_list::ShowOnuTx>(),
    entry::<super::power_list::ShowOltRx>(),
    entry::<super::running_config::ShowOnuRunningConfig>(),
    entry::<super::remote_equip::ShowRemoteEquip>(),
    entry::<super::remote_equip::ShowRemoteModel>(),
    entry::<super::remote_equip::ShowRemoteSysAttr>(),
    entry::<super::remote_interface::ShowRemotePon>(),
    entry::<super::remote_interface::ShowRemoteEth>(),
    entry::<super::remote_wan_ip::ShowRemoteWanIp>(),
    entry::<super::remote_unit::ShowRemoteUnit>(),
    entry::<super::remote_unit::ShowRemoteUnitUpdate>(),
    entry::<super::gpon_profiles::ShowProfileTcont>(),
    entry::<super::gpon_profiles::ShowProfileTraffic>(),
    entry::<super::onu_profiles::ShowOnuProfileVlan>(),
    entry::<super::onu_profiles::ShowOnuProfileIp>(),
    entry::<super::onu_type::ShowOnuType>(),
    entry::<super::vlan::ShowVlanSummary>(),
    entry::<super::vlan::ShowVlan>(),
    entry::<super::vlan_port::ShowVlanPort>(),
    entry::<super::mac::ShowMac>(),
    entry::<super::service_port_table::ShowServicePorts>(),
];

/// A show command as an operator typed it.
#[derive(Clone)]
pub struct ShowLine {
    entry: &'static Entry,
    form: usize,
    args: Vec<Arg>,
    line: String,
}

/// What a show command showed.
#[derive(Clone, PartialEq, Serialize)]
pub struct Shown {
    /// Its rows.
    pub rows: serde_json::Value,
    /// Lines that no rule knows.
    pub unknown: Vec<UnknownLine>,
    /// The text they were read from, which may hold passwords.
    #[serde(skip)]
    pub text: String,
}

/// Without the text, for its passwords.
impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shown")
            .field("rows", &self.rows)
            .field("unknown", &self.unknown)
            .finish_non_exhaustive()
    }
}

/// What was typed is not a show command that is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}; the show commands that are known:\n{}", known())]
pub struct UnknownShow {
    why: String,
}

/// How every command of the list is typed.
pub(crate) fn forms() -> Vec<&'static str> {
    LIST.iter().flat_map(|entry| entry.syntax).copied().collect()
}

fn known() -> String {
    forms().iter().map(|form| format!("  {form}")).collect::<Vec<_>>().join("\n")
}

impl ShowLine {
    /// The show command that `typed` means. Words may be cut short as long as
    /// only one command is meant.
    ///
    /// # Errors
    /// When no command or more than one is meant; the text lists what is known.
    pub fn parse(typed: &str) -> Result<Self, UnknownShow> {
        let forms: Vec<(&'static Entry, usize, &'static str)> = LIST
            .iter()
            .flat_map(|entry| entry.syntax.iter().enumerate().map(move |(at, form)| (entry, at, *form)))
            .collect();
        let texts: Vec<&str> = forms.iter().map(|(_, _, form)| *form).collect();
        let (found, args) = matching(typed, &texts).map_err(|why| UnknownShow { why })?;
        let shown = forms.get(found).and_then(|(entry, form, _)| {
            let line = (entry.line)(*form, &args, &C3XX)?;
            Some(Self { entry, form: *form, args, line })
        });
        shown.ok_or_else(|| UnknownShow { why: "it is not understood".to_owned() })
    }

    /// The line as a C3xx takes it, in full words.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// The line as it is sent to who speaks `dialect`.
    pub(crate) fn line_in(&self, dialect: &Dialect) -> String {
        (self.entry.line)(self.form, &self.args, dialect).unwrap_or_else(|| self.line.clone())
    }

    /// The forms of its line.
    #[cfg(test)]
    pub(crate) fn syntax(&self) -> &'static [&'static str] {
        self.entry.syntax
    }

    /// Reads an answer: its text without echo and prompt.
    pub fn read(&self, text: &str) -> Shown {
        (self.entry.read)(text)
    }

    /// Whether an answer has come to its end.
    pub(crate) fn is_whole(&self, text: &str) -> bool {
        (self.entry.is_whole)(text)
    }

    /// What the OLT's line "No related information to show." means: rows of an
    /// empty list. `None` where it is a refusal like any other.
    pub(crate) fn none(&self, answer: &str) -> Option<Shown> {
        let rows = (self.entry.none)()?;
        Some(Shown { rows, unknown: Vec::new(), text: format!("{answer}\n") })
    }
}

impl std::fmt::Debug for ShowLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ShowLine").field(&self.line).finish()
    }
}

/// Feeds an answer to the parser that the first byte chooses.
pub(crate) fn fuzz(data: &[u8]) {
    let Some((chosen, text)) = data.split_first() else { return };
    let Some(entry) = LIST.get(usize::from(*chosen) % LIST.len()) else { return };
    let shown = (entry.read)(&String::from_utf8_lossy(text));
    let lines = shown.text.lines().count();
    assert!(shown.unknown.iter().all(|unknown| (1..=lines).contains(&unknown.line)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_may_be_short() {
        for (typed, line) in [
            ("show card", "show card"),
            ("sho gpon onu det gpon-onu_1/1/1:1", "show gpon onu detail-info gpon-onu_1/1/1:1"),
            ("sh run int gpon-olt_1/1/1", "show running-config interface gpon-olt_1/1/1"),
            ("show gpon onu state gpon-olt_1/1", "show gpon onu state gpon-olt_1/1"),
            ("show gpon onu state gpon-olt_1/1/1 7", "show gpon onu state gpon-olt_1/1/1 7"),
            ("show onu-type", "show onu-type"),
            ("show onu-type gpon", "show onu-type gpon"),
            ("show gpon onu by sn ztegc0000001", "show gpon onu by sn ZTEGC0000001"),
            ("show vlan 22", "show vlan 22"),
            ("sh mac gpon onu gpon-onu_1/1/1:1", "show mac gpon onu gpon-onu_1/1/1:1"),
            ("sh mac-r gpon onu gpon-onu_1/1/1:1", "show mac-real-time gpon onu gpon-onu_1/1/1:1"),
            ("sh service int gpon-onu_1/1/1:1", "show service-port interface gpon-onu_1/1/1:1"),
            ("sh remote inf gpon-olt_1/1/1 1-5", "show remote-unit information gpon-olt_1/1/1 1-5"),
            ("sh int opt xgei_1/4/2", "show interface optical-module-info xgei_1/4/2"),
            ("sh int gei_1/3/1", "show interface gei_1/3/1"),
            ("sh remote inf gpon-olt_1/1/1 1", "show remote-unit information gpon-olt_1/1/1 1"),
        ] {
            assert_eq!(ShowLine::parse(typed).unwrap().line(), line);
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for typed in
            ["", "show", "show version-saved", "reboot", "show card\nreboot", "show vlan 4095", "show o"]
        {
            let error = ShowLine::parse(typed).unwrap_err().to_string();
            assert!(error.contains("\n  show gpon onu state <pon> <onu-id>"), "{error}");
        }
    }

    #[test]
    fn every_form_has_its_line() {
        for form in LIST.iter().flat_map(|entry| entry.syntax) {
            let typed = form
                .replace("<pon>", "gpon-olt_1/2/3")
                .replace("<onu>", "gpon-onu_1/2/3:4")
                .replace("<slot>", "gpon-olt_1/2")
                .replace("<onu-id>", "128")
                .replace("<onu-ids>", "1-128")
                .replace("<sn>", "ZTEGC0000001")
                .replace("<vlan>", "4094")
                .replace("<uplink>", "xgei_1/4/2");
            assert_eq!(ShowLine::parse(&typed).unwrap().line(), typed);
        }
    }

    #[test]
    fn an_empty_list_is_empty() {
        let uncfg = ShowLine::parse("show gpon onu uncfg").unwrap();
        assert_eq!(uncfg.none("").unwrap().rows, serde_json::json!([]));
        assert_eq!(ShowLine::parse("show clock").unwrap().none(""), None);
    }

    proptest! {
        #[test]
        fn no_answer_panics(chosen in any::<u8>(), text in any::<Vec<u8>>()) {
            fuzz(&[[chosen].as_slice(), &text].concat());
        }

        #[test]
        fn no_broken_fixture_panics(at in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>(), put in ".{0,12}") {
            let samples = crate::cli::show::fixtures::samples();
            let sample = at.get(&samples);
            let text: Vec<char> = sample.text.chars().collect();
            let (before, after) = text.split_at(cut.index(text.len() + 1));
            let broken: String = before.iter().copied().chain(put.chars()).chain(after.iter().copied()).collect();
            let entry = ShowLine::parse(&sample.command).unwrap();
            entry.read(&broken);
            entry.read(&before.iter().collect::<String>());
        }

        #[test]
        fn no_typed_line_panics(typed in "(show|sh|gpon|onu|state|gpon-olt_1/1/1|interface|[ -~]{0,9}| ){0,9}") {
            let _ = ShowLine::parse(&typed);
        }
    }
}

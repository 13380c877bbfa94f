//! `show onu-type` (fact sheet, CLI §4.7).

use crate::cli::{Answer, Arg, Ask, Command, Refusal, Slow};
use crate::device::OnuType;

pub(super) const COMMANDS: &[Command] =
    &[Command { syntax: "show onu-type [gpon [<word>]]", slow: Slow::Simple, run }];

/// What a device prints after `Max VEIP` is not known.
fn print(types: &[&OnuType]) -> String {
    let blocks = types.iter().map(|known| {
        let OnuType { name, description, max_tcont, max_gemport, max_switch_per_slot, .. } = known;
        let OnuType { max_flow_per_switch, max_ip_host, .. } = known;
        format!(
            "ONU type name:          {name}\n\
             PON type:               gpon\n\
             Description:            {description}\n\
             Max T-CONT:             {max_tcont}\n\
             Max GEM port:           {max_gemport}\n\
             Max switch per slot:    {max_switch_per_slot}\n\
             Max flow per switch:    {max_flow_per_switch}\n\
             Max IP host:            {max_ip_host}\n\
             Max VEIP: 0(default: 1 VEIP)\n"
        )
    });
    blocks.collect::<Vec<_>>().join("\n")
}

fn run(ask: &Ask<'_>) -> Answer {
    let wanted = ask.args.iter().find_map(|arg| match arg {
        Arg::Word(name) => Some(name),
        _ => None,
    });
    let only = ask.device.habits.factory_types_only;
    let types = ask.device.profiles.onu_types.iter().filter(|known| known.factory || !only);
    let types: Vec<&OnuType> = types.filter(|known| wanted.is_none_or(|name| known.name == *name)).collect();
    // What a device says to a name it does not know was never captured.
    if types.is_empty() { Err(Refusal::Empty) } else { Ok(print(&types)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::fixture;

    #[test]
    fn prints_the_types() {
        let known = |name: &str, description: &str, max_tcont| OnuType {
            description: description.to_owned(),
            max_tcont,
            max_gemport: 32,
            max_switch_per_slot: 8,
            max_flow_per_switch: 8,
            max_ip_host: 5,
            ..OnuType::named(name.to_owned())
        };
        let (big, small) = (known("F660", "4GE,2POTS,WIFI", 8), known("ZTE-F601", "1GE", 7));
        assert_eq!(print(&[&big, &small]), fixture("c320-v2.1.0/show-onu-type.txt"));
    }
}

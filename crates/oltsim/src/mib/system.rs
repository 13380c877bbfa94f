//! Who the device is, and what it says it implements (fact sheet, SNMP §3).

use super::rows::RowSets;
use super::{Tables, int, mib2, text, ticks, zx1082};
use crate::device::Device;
use crate::snmp::{Oid, Value};
use crate::view::{Rows, Table};

/// The groups that the recorded V2.1.0 advertises of the modules we show: the
/// branch of the module below 1082, the numbers of its groups, its name.
const GROUPS: [(&[u32], &[u32], &str); 6] = [
    (&[40, 50], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14], "ZTE-AN-VLAN-MIB"),
    (&[110, 5], &[1, 2], "ZTE-AN-SERVICE-PORT-MIB"),
    (&[500, 1], &[1, 2, 3, 4, 5], "ZTE-AN-PON-BASE-MIB"),
    (&[500, 5], &[1, 2], "ZTE-AN-PON-PROTECTION-MIB"),
    (&[500, 10], &[1, 2, 3, 4, 5, 6], "ZTE-AN-GPON-MIB"),
    (&[500, 20], &[1, 2, 4, 5, 9, 10, 11, 13, 14], "ZTE-AN-GPON-REMOTE-ONT-MGMT-MIB"),
];

/// An advertised group: its OID and its module.
type Group = (Oid, &'static str);

pub(super) fn tables(_: &Device, rows: &RowSets) -> Tables {
    let system = Table::new(
        mib2(&[1]),
        &rows.scalar,
        &[
            (1, |d, ()| text(&d.chassis.description)),
            (2, |d, ()| Some(Value::ObjectId(object_id(d)))),
            (3, |d, ()| Some(ticks(d.uptime()))),
            (4, |d, ()| text(&d.chassis.configured.contact)),
            (5, |d, ()| text(&d.chassis.configured.name)),
            (6, |d, ()| text(&d.chassis.configured.location)),
            (7, |_, ()| int(78)),
            (8, |_, ()| Some(Value::TimeTicks(0))),
        ],
    );
    let advertised = Table::new(
        mib2(&[1, 9, 1]),
        &groups(),
        &[
            (2, |_, (group, _)| Some(Value::ObjectId(group.clone()))),
            (3, |_, (_, module)| text(format!("a group in {module}"))),
            (4, |_, _| Some(Value::TimeTicks(0))),
        ],
    );
    vec![Box::new(system), Box::new(advertised)]
}

fn groups() -> Rows<Group> {
    let all = GROUPS.iter().flat_map(|(branch, groups, module)| {
        groups.iter().map(move |group| (zx1082(&[branch, &[4, 2, *group][..]].concat()), *module))
    });
    Table::rows((1u32..).map(|number| vec![number]).zip(all).collect())
}

/// `1082.1001.<model>.<major>.<minor>`; a firmware without numbers ends at the model.
/// V2.0.1P2 was seen to leave out its 0 (fact sheet, CLI §4.1).
pub(crate) fn object_id(device: &Device) -> Oid {
    let mut oid = zx1082(&[1001, device.chassis.model.number()]);
    let numbers = device.chassis.firmware.trim_start_matches(['V', 'v']).split('.');
    oid.extend(numbers.take(2).map_while(|number| number.parse().ok().filter(|number: &u32| *number > 0)));
    oid
}

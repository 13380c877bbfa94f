//! Temperatures, power feeds, fans (fact sheet, SNMP §5 and §6.2).

use super::rows::RowSets;
use super::{Tables, int, text, truth, zx1015, zx1082};
use crate::device::{Device, Fan, PowerFeed, PowerState};
use crate::view::{Rows, Table};

/// A list's place in its rows.
type Place = usize;

pub(super) fn tables(device: &Device, rows: &RowSets) -> Tables {
    let shelf = Table::rows(vec![(vec![1, 1], ())]);
    let sensors = device.cards.iter().filter(|(_, card)| card.temperature.is_some());
    let sensors: Rows<u8> =
        Table::rows(sensors.map(|(slot, _)| (vec![1, 1, u32::from(*slot)], *slot)).collect());
    let feeds = device.environment.power.iter().enumerate();
    let feeds = Table::rows(feeds.map(|(n, feed)| (vec![1, 1, u32::from(feed.slot)], n)).collect());
    let fans = (0..device.environment.fans.len()).zip(1u32..);
    let fans = Table::rows(fans.map(|(place, number)| (vec![1, 1, number], place)).collect());
    let inputs = (0..device.environment.alarm_inputs.len()).zip(1u32..);
    let inputs = Table::rows(inputs.map(|(place, number)| (vec![number], place)).collect());
    let mut tables = newer(&shelf, &sensors, &feeds, &fans);
    tables.extend(older(rows, &sensors, &feeds, &fans));
    tables.push(Box::new(Table::new(
        zx1082(&[10, 10, 2, 5, 2, 1]),
        &inputs,
        &[(2, |d: &Device, place: &Place| text(d.environment.alarm_inputs.get(*place)?))],
    )));
    tables
}

fn newer(shelf: &Rows<()>, sensors: &Rows<u8>, feeds: &Rows<Place>, fans: &Rows<Place>) -> Tables {
    vec![
        Box::new(Table::new(
            zx1082(&[10, 10, 2, 1, 5, 1]),
            shelf,
            &[
                (3, |d, ()| int(d.environment.temperature)),
                (4, |_, ()| int(65)),
                (5, |_, ()| int(160)),
                (6, |_, ()| int(-20)),
                (7, |_, ()| int(66_000)),
                (8, |_, ()| int(0)),
                (9, |_, ()| int(0)),
            ],
        )),
        Box::new(Table::new(
            zx1082(&[10, 10, 2, 1, 6, 1]),
            sensors,
            &[
                (2, |d, slot| int(d.cards.get(slot)?.temperature?)),
                // Line cards measure what they take; others do not (§6.2).
                (3, |d, slot| int(if d.cards.get(slot)?.pon_ports > 0 { 26_895 } else { 0 })),
                (4, |d, slot| int(if d.cards.get(slot)?.pon_ports > 0 { 50_938 } else { 0 })),
                (5, |d, slot| int(if d.cards.get(slot)?.pon_ports > 0 { 528 } else { 0 })),
            ],
        )),
        Box::new(Table::new(
            zx1082(&[10, 10, 2, 3, 11, 1]),
            feeds,
            &[(2, |d, place| int(feed(d, place)?.volts)), (3, |d, place| int(feed(d, place)?.state as i32))],
        )),
        Box::new(Table::new(
            zx1082(&[10, 10, 2, 4, 10, 1]),
            shelf,
            &[
                (3, |_, ()| text("No support")),
                (5, |_, ()| int(1)),
                (10, |_, ()| int(20)),
                (11, |_, ()| int(36)),
                (12, |_, ()| int(44)),
                (13, |_, ()| int(51)),
            ],
        )),
        Box::new(Table::new(
            zx1082(&[10, 10, 2, 4, 11, 1]),
            fans,
            &[
                (3, |d, place| int(fan(d, place)?.level)),
                (5, |d, place| truth(fan(d, place)?.present)),
                (6, |d, place| truth(fan(d, place)?.present)),
                (7, |d, place| int(fan(d, place).filter(|fan| fan.present).map_or(0, |fan| fan.rpm))),
            ],
        )),
    ]
}

fn older(rows: &RowSets, sensors: &Rows<u8>, feeds: &Rows<Place>, fans: &Rows<Place>) -> Tables {
    vec![
        Box::new(Table::new(
            zx1015(&[2, 1, 3]),
            &rows.scalar,
            &[(2, |d, ()| int(d.environment.temperature))],
        )),
        Box::new(Table::new(
            zx1015(&[2, 1, 3, 13, 5, 1]),
            sensors,
            &[(1, |d, slot| int(d.cards.get(slot)?.temperature?))],
        )),
        Box::new(Table::new(
            zx1015(&[2, 1, 3, 9, 2, 1]),
            feeds,
            &[
                (1, |d, place| int(feed(d, place)?.state as i32)),
                (2, |d, place| int(if feed(d, place)?.state == PowerState::Off { 2 } else { 1 })),
                (3, |d, place| int(i64::from(feed(d, place)?.volts) * 1000)),
            ],
        )),
        Box::new(Table::new(
            zx1015(&[2, 1, 3, 10, 10, 10, 1]),
            fans,
            &[
                (3, |d, place| int(fan(d, place)?.level)),
                (5, |d, place| truth(fan(d, place)?.present)),
                (6, |d, place| truth(fan(d, place)?.present)),
                (7, |d, place| int(fan(d, place).filter(|fan| fan.present).map_or(0, |fan| fan.rpm))),
            ],
        )),
    ]
}

fn feed<'a>(device: &'a Device, place: &Place) -> Option<&'a PowerFeed> {
    device.environment.power.get(*place)
}

fn fan<'a>(device: &'a Device, place: &Place) -> Option<&'a Fan> {
    device.environment.fans.get(*place)
}

//! In which order a list of ONUs is told.

use std::cmp::Ordering;

use gpon::{AdminState, ClockTime, Onu, OnuColumn, OnuColumns, OnuState};

use super::row::Line;
use crate::api::fields;
use crate::charset::Charset;
use crate::http::{Failure, Query, word};

/// What a list may be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Board,
    Pon,
    OnuId,
    Name,
    OnuType,
    Serial,
    Rx,
    Status,
    Column(OnuColumn),
}

/// The names of these, besides the columns that may be sorted by.
const OWN: [(&str, By); 8] = [
    ("board", By::Board),
    ("pon", By::Pon),
    ("onu_id", By::OnuId),
    ("name", By::Name),
    ("onu_type", By::OnuType),
    ("serial_number", By::Serial),
    ("rx_power", By::Rx),
    ("status", By::Status),
];

/// Names that a list may be sorted by.
pub(super) fn sortable() -> impl Iterator<Item = &'static str> {
    words().map(|(name, _)| name)
}

fn words() -> impl Iterator<Item = (&'static str, By)> {
    let columns = OnuColumn::ALL.into_iter().filter(|column| *column != OnuColumn::Description);
    OWN.into_iter().chain(columns.map(|column| (fields::column(column), By::Column(column))))
}

/// A value that compares with others of its column.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Number(i64),
    Text(String),
    Moment(ClockTime),
}

/// In which order a list is told: by place, where it says nothing.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Order {
    by: Option<By>,
    descending: bool,
}

impl Order {
    pub(super) fn from_query(query: &Query) -> Result<Self, Failure> {
        let by = query.text("sort")?.map(|text| word("sort", text, words())).transpose()?;
        let orders = [("asc", false), ("desc", true)];
        let descending = query.text("order")?.map(|text| word("order", text, orders)).transpose()?;
        Ok(Self { by, descending: descending.unwrap_or(false) })
    }

    pub(super) const fn is_usual(self) -> bool {
        self.by.is_none() && !self.descending
    }

    /// The column that it needs besides those of every list.
    pub(super) fn needs(self) -> OnuColumns {
        match self.by {
            Some(By::Column(column)) => [column].into_iter().collect(),
            _ => OnuColumns::default(),
        }
    }

    /// Sorts ONUs that stand in the order of their places. Those without a value
    /// come last in either order; those with the same one stay as they stand.
    pub(super) fn sort(self, lines: &mut Vec<Line<'_>>, charset: Charset) {
        let Some(by) = self.by else {
            if self.descending {
                lines.reverse();
            }
            return;
        };
        let mut valued: Vec<_> = lines.drain(..).map(|line| (by.value(line, charset), line)).collect();
        valued.sort_by(|(a, _), (b, _)| match (a, b) {
            (Some(a), Some(b)) if self.descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        });
        lines.extend(valued.into_iter().map(|(_, line)| line));
    }
}

impl By {
    fn value(self, line: Line<'_>, charset: Charset) -> Option<Value> {
        let Onu { at, name, onu_type, serial, rx, state, .. } = line.onu;
        let number = |number: i64| Some(Value::Number(number));
        // As people sort names: capitals are no letters of their own.
        let text = |text: Option<&String>| text.map(|text| Value::Text(charset.show(text).to_lowercase()));
        let word = |word: &str| Value::Text(word.to_lowercase());
        match self {
            Self::Board => number(at.pon.slot().into()),
            Self::Pon => number(at.pon.port().into()),
            Self::OnuId => number(at.id.get().into()),
            Self::Name => text(name.as_ref()),
            Self::OnuType => text(onu_type.as_ref()),
            Self::Serial => serial.map(|serial| Value::Text(serial.to_string())),
            Self::Rx => number(rx.as_ref()?.milli().into()),
            Self::Status => state.map(OnuState::as_str).map(word),
            Self::Column(OnuColumn::Model) => text(line.model()),
            Self::Column(OnuColumn::OfflineReason) => {
                line.offline_reason().map(|reason| word(&reason.to_string()))
            }
            Self::Column(OnuColumn::LastOnline) => line.last_online().map(Value::Moment),
            Self::Column(OnuColumn::LastOffline) => line.last_offline().map(Value::Moment),
            Self::Column(OnuColumn::AdminState) => line.admin_state().map(AdminState::as_str).map(word),
            Self::Column(OnuColumn::OltRx) => number(line.get(|onu| onu.olt_rx)?.milli().into()),
            Self::Column(OnuColumn::Distance) => number(line.get(|onu| onu.distance_m)?.into()),
            Self::Column(OnuColumn::Description) => text(line.get(|onu| onu.description.as_ref())),
        }
    }
}

#[cfg(test)]
mod tests {
    use gpon::{Dbm, NamedBy, OnuId, OnuRef, PonPort};
    use proptest::prelude::*;

    use super::*;

    fn onu(id: u8, rx: Option<i32>) -> Onu {
        let at = OnuRef { pon: PonPort::new(1, 1).unwrap(), id: OnuId::new(id).unwrap() };
        Onu { rx: rx.map(Dbm::from_milli), ..Onu::unknown(at, NamedBy::Management) }
    }

    fn sorted(onus: &[Onu], descending: bool) -> Vec<(u8, Option<i32>)> {
        let mut lines: Vec<_> = onus.iter().map(Line::from).collect();
        Order { by: Some(By::Rx), descending }.sort(&mut lines, Charset::default());
        lines.iter().map(|line| (line.onu.at.id.get(), line.onu.rx.map(Dbm::milli))).collect()
    }

    #[test]
    fn unknown_values_come_last() {
        let onus = [onu(1, None), onu(2, Some(-20)), onu(3, Some(-30)), onu(4, None), onu(5, Some(-20))];
        let ids = |descending| sorted(&onus, descending).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!((ids(false), ids(true)), (vec![3, 2, 5, 1, 4], vec![2, 5, 3, 1, 4]));
    }

    proptest! {
        #[test]
        fn none_is_lost_and_places_decide(values in prop::collection::vec(prop::option::of(-3i32..0), 0..40), descending: bool) {
            let onus: Vec<_> = (1..).zip(&values).map(|(id, rx)| onu(id, *rx)).collect();
            let sorted = sorted(&onus, descending);
            for pair in sorted.windows(2) {
                let key = |(id, rx): (u8, Option<i32>)| (rx.is_none(), rx.map(|rx| if descending { -rx } else { rx }), id);
                prop_assert!(key(pair[0]) < key(pair[1]));
            }
            prop_assert_eq!(sorted.len(), values.len());
        }
    }
}

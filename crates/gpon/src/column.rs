use serde::{Deserialize, Serialize};

use crate::Field;

/// Whether an ONU may come into service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AdminState {
    /// It may.
    Enabled,
    /// It was shut down.
    Disabled,
}

impl AdminState {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Enabled, Self::Disabled];

    /// `enabled` or `disabled`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }
}

/// A column of ONUs that a list does not carry by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnuColumn {
    /// The model that they report.
    Model,
    /// Why they last went offline.
    OfflineReason,
    /// When they last came online.
    LastOnline,
    /// When they last went offline.
    LastOffline,
    /// Whether they may come into service.
    AdminState,
    /// Their descriptions.
    Description,
    /// What the OLT receives from them.
    OltRx,
    /// How far away they are.
    Distance,
}

impl OnuColumn {
    /// Every column.
    pub const ALL: [Self; 8] = [
        Self::Model,
        Self::OfflineReason,
        Self::LastOnline,
        Self::LastOffline,
        Self::AdminState,
        Self::Description,
        Self::OltRx,
        Self::Distance,
    ];

    /// The field that it holds.
    pub const fn field(self) -> Field {
        match self {
            Self::Model => Field::Model,
            Self::OfflineReason => Field::OfflineReason,
            Self::LastOnline => Field::LastOnline,
            Self::LastOffline => Field::LastOffline,
            Self::AdminState => Field::AdminState,
            Self::Description => Field::Description,
            Self::OltRx => Field::OltRxPower,
            Self::Distance => Field::Distance,
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Some of these columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct OnuColumns(u8);

impl OnuColumns {
    /// Whether it is one of them.
    pub const fn has(self, column: OnuColumn) -> bool {
        self.0 & column.bit() != 0
    }

    /// Whether it is none at all.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// One more.
    pub const fn add(&mut self, column: OnuColumn) {
        self.0 |= column.bit();
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = OnuColumn> {
        OnuColumn::ALL.into_iter().filter(move |column| self.has(*column))
    }

    /// A number of their own.
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl FromIterator<OnuColumn> for OnuColumns {
    fn from_iter<T: IntoIterator<Item = OnuColumn>>(columns: T) -> Self {
        columns.into_iter().fold(Self::default(), |mut all, column| {
            all.add(column);
            all
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_is_one_of_the_set() {
        let all: OnuColumns = OnuColumn::ALL.into_iter().collect();
        assert_eq!((all.iter().collect::<Vec<_>>(), all.number()), (OnuColumn::ALL.to_vec(), u8::MAX));
        for column in OnuColumn::ALL {
            let one: OnuColumns = [column].into_iter().collect();
            assert_eq!(one.iter().collect::<Vec<_>>(), [column]);
            assert!(!one.is_empty());
        }
        assert!(OnuColumns::default().is_empty());
    }
}

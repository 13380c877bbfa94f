//! The inventory of ENTITY-MIB (RFC 6933), which every firmware may have.

use gpon::Field;

use crate::firmware::{Cell, Table};
use crate::index::Rows;
use crate::value;

/// A row of the device's inventory (ENTITY-MIB).
#[derive(Debug, Default)]
pub(crate) struct Entity {
    pub(crate) description: Option<String>,
    pub(crate) software: Option<String>,
    pub(crate) serial: Option<String>,
}

macro_rules! entity {
    ($field:ident, $name:expr, $column:literal) => {
        Cell {
            field: $name,
            column: &[1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, $column],
            set: |row, value| {
                row.$field = value::padded_text(value)?;
                Ok(())
            },
        }
    };
}

pub(crate) const ENTITIES: Table<Entity> = Table {
    row: |index| (index.len() == 1).then(Entity::default),
    rows: Rows::ENTITIES,
    cells: &[
        entity!(description, Field::Description, 2),
        entity!(software, Field::SoftwareVer, 10),
        entity!(serial, Field::SerialNumber, 11),
    ],
};

//! Records beside jobs: who saved an OLT, who else was logged in.

use std::time::SystemTime;

use secrecy::SecretSlice;

use super::error::StoreError;
use super::sealed::Place;
use super::writer::sql;
use super::{Store, column, ms, time};

/// Something that happened.
#[derive(Debug)]
pub struct Record {
    /// The OLT.
    pub olt: String,
    /// What kind of thing.
    pub kind: String,
    /// When.
    pub at: SystemTime,
    /// All there is to say of it.
    pub document: SecretSlice<u8>,
}

fn document_of(id: &str) -> Place<'_> {
    Place { table: "records", id, column: "document" }
}

impl Store {
    /// Adds a record.
    ///
    /// # Errors
    /// [`StoreError::Full`], and when the database fails.
    pub async fn add_record(
        &self,
        olt: &str,
        kind: &str,
        document: &SecretSlice<u8>,
        at: SystemTime,
    ) -> Result<(), StoreError> {
        let id = uuid::Uuid::new_v4().to_string();
        let sealed = self.sealer().seal_secret(document_of(&id), document)?;
        let insert = "INSERT INTO records (id, olt, kind, at, document) VALUES ($1, $2, $3, $4, $5)";
        let insert = sql(insert).bind(id).bind(olt).bind(kind).bind(ms(at)).bind(sealed);
        self.write_one("add a record", insert).await.map(drop)
    }

    /// The newest records of a kind, the newest first.
    ///
    /// # Errors
    /// When the database fails or a record is damaged.
    pub async fn records(&self, olt: &str, kind: &str, limit: u32) -> Result<Vec<Record>, StoreError> {
        let select = "SELECT * FROM records WHERE olt = $1 AND kind = $2 ORDER BY at DESC, n DESC LIMIT $3";
        let select = sql(select).bind(olt).bind(kind).bind(i64::from(limit));
        let rows = select.fetch_all(self.readers()).await.map_err(StoreError::when("read records"))?;
        let of = |row| {
            let (id, sealed): (String, Vec<u8>) = (column(row, "id")?, column(row, "document")?);
            Ok(Record {
                olt: column(row, "olt")?,
                kind: column(row, "kind")?,
                at: time(column(row, "at")?),
                document: self.sealer().open(document_of(&id), &sealed)?,
            })
        };
        rows.iter().map(of).collect()
    }
}

use super::Oid;

/// The value of one object, with its SNMP type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// INTEGER, 32 bits.
    Integer(i32),
    /// OCTET STRING: bytes, of which some are text.
    Octets(Vec<u8>),
    /// NULL; no device sends it as a value, recordings may.
    Null,
    /// OBJECT IDENTIFIER.
    ObjectId(Oid),
    /// IpAddress.
    IpAddress([u8; 4]),
    /// Counter32.
    Counter32(u32),
    /// Gauge32, also Unsigned32.
    Gauge32(u32),
    /// TimeTicks, hundredths of a second.
    TimeTicks(u32),
    /// Opaque.
    Opaque(Vec<u8>),
    /// Counter64.
    Counter64(u64),
}

impl Value {
    /// The octets of `text`.
    pub fn text(text: impl AsRef<[u8]>) -> Self {
        Self::Octets(text.as_ref().to_vec())
    }

    /// An INTEGER; what does not fit 32 bits is clamped.
    pub fn integer(number: impl Into<i64>) -> Self {
        let number = number.into().clamp(i64::from(i32::MIN), i64::from(i32::MAX));
        Self::Integer(number as i32)
    }
}

//! How the nouns that have no form of their own are written as JSON.

use std::fmt::Display;

use gpon::{Dbm, OnuState, ServicePort};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

pub(in crate::cli) fn text<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

pub(in crate::cli) fn maybe_text<T: Display, S: Serializer>(
    value: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.as_ref().map(ToString::to_string).serialize(serializer)
}

/// dBm as a number of three decimals.
pub(in crate::cli) fn dbm<S: Serializer>(value: &Option<Dbm>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(Dbm::value).serialize(serializer)
}

pub(in crate::cli) fn state<S: Serializer>(
    value: &Option<OnuState>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.map(OnuState::as_str).serialize(serializer)
}

/// A VLAN or another small number with a type of its own.
pub(in crate::cli) fn vlan<S: Serializer>(
    value: &Option<gpon::VlanId>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.map(gpon::VlanId::get).serialize(serializer)
}

pub(in crate::cli) fn one_vlan<S: Serializer>(
    value: &gpon::VlanId,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.get().serialize(serializer)
}

/// Ranges of VLANs as pairs of numbers.
pub(in crate::cli) fn vlan_ranges<S: Serializer>(
    value: &[(gpon::VlanId, gpon::VlanId)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(value.iter().map(|(first, last)| (first.get(), last.get())))
}

pub(in crate::cli) fn service_port<S: Serializer>(
    port: &ServicePort,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut fields = serializer.serialize_struct("ServicePort", 15)?;
    fields.serialize_field("onu", &port.onu.to_string())?;
    fields.serialize_field("index", &port.index)?;
    fields.serialize_field("vport", &port.vport)?;
    fields.serialize_field("user_vlan", &port.user_vlan.map(gpon::VlanId::get))?;
    fields.serialize_field("user_svlan", &port.user_svlan.map(gpon::VlanId::get))?;
    fields.serialize_field("vlan_mode", &port.mode.map(gpon::VlanMode::as_str))?;
    fields.serialize_field("svlan", &port.svlan.map(gpon::VlanId::get))?;
    fields.serialize_field("cvlan", &port.cvlan.map(gpon::VlanId::get))?;
    fields.serialize_field("tls_vlan", &port.tls_vlan.map(gpon::VlanId::get))?;
    fields.serialize_field("priority", &port.priority)?;
    fields.serialize_field("scos", &port.scos)?;
    fields.serialize_field("etype", &port.etype)?;
    fields.serialize_field("ingress", &port.ingress)?;
    fields.serialize_field("egress", &port.egress)?;
    fields.serialize_field("description", &port.description)?;
    fields.end()
}

pub(in crate::cli) fn onu_id<S: Serializer>(id: &gpon::OnuId, serializer: S) -> Result<S::Ok, S::Error> {
    id.get().serialize(serializer)
}

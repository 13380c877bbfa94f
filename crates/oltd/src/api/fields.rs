//! What the API calls the fields of readings.

use gpon::{Field, NamedBy, OnuColumn};

use crate::http::Content;

impl<D> Content<'_, D> {
    /// An answer that shows `data` and calls each field by its usual name.
    pub(crate) const fn new(data: D) -> Self {
        Self { page: None, data, message: None, problems: Vec::new(), leaves_out: |_| false, called: name }
    }
}

/// The usual name of a field. A route that calls it otherwise says so in
/// [`Content::called`].
pub(super) const fn name(field: Field) -> &'static str {
    match field {
        Field::AdminState => "admin_state",
        Field::AdminStatus => "admin_status",
        Field::Auth => "auth",
        Field::BiasCurrent => "bias_current",
        Field::Capacity => "capacity",
        Field::CardType => "card_type",
        Field::Cards => "cards",
        Field::Cbs => "cbs",
        Field::Cir => "cir",
        Field::Clock => "clock",
        Field::Cpu => "cpu",
        Field::Cvlan => "cvlan",
        Field::Description => "description",
        Field::DiscoveredAt => "discovered_at",
        Field::Distance => "distance",
        Field::Egress => "egress",
        Field::Etype => "etype",
        Field::Fans => "fans",
        Field::FansPresent => "fans.present",
        Field::FansRunning => "fans.running",
        Field::Firmware => "firmware",
        Field::FirmwareVersion => "firmware_version",
        Field::Fixed => "fixed",
        Field::GemPorts => "gem_ports",
        Field::GemportName => "gemport_name",
        Field::Gemports => "gemports",
        Field::GponOpticalDistance => "gpon_optical_distance",
        Field::HardwareVer => "hardware_ver",
        Field::HardwareVersion => "hardware_version",
        Field::Ingress => "ingress",
        Field::IpAddress => "ip_address",
        Field::LastOffline => "last_offline",
        Field::LastOnline => "last_online",
        Field::Loid => "loid",
        Field::Mac => "mac",
        Field::MaxBw => "max_bw",
        Field::Memory => "memory",
        Field::Mode => "mode",
        Field::Model => "model",
        Field::Name => "name",
        Field::OfflineCount => "offline_count",
        Field::OfflineOnus => "offline_onus",
        Field::OfflineReason => "offline_reason",
        Field::OltRxPower => "olt_rx_power",
        Field::OnlineCount => "online_count",
        Field::OnlineOnus => "online_onus",
        Field::OnlineStatus => "online_status",
        Field::OnuCount => "onu_count",
        Field::OnuId => "onu_id",
        Field::OnuType => "onu_type",
        Field::Onus => "onus",
        Field::OnusBiasCurrent => "onus.bias_current",
        Field::OnusFirmwareVersion => "onus.firmware_version",
        Field::OnusHardwareVersion => "onus.hardware_version",
        Field::OnusModel => "onus.model",
        Field::OnusOltRxPower => "onus.olt_rx_power",
        Field::OnusOnlineStatus => "onus.online_status",
        Field::OnusRxBytes => "onus.rx_bytes",
        Field::OnusRxPackets => "onus.rx_packets",
        Field::OnusRxPower => "onus.rx_power",
        Field::OnusSerialNumber => "onus.serial_number",
        Field::OnusStatistics => "onus.statistics",
        Field::OnusTemperature => "onus.temperature",
        Field::OnusTxBytes => "onus.tx_bytes",
        Field::OnusTxPackets => "onus.tx_packets",
        Field::OnusTxPower => "onus.tx_power",
        Field::OnusVoltage => "onus.voltage",
        Field::OperationalStatus => "operational_status",
        Field::Optical => "optical",
        Field::Password => "password",
        Field::Pbs => "pbs",
        Field::Pir => "pir",
        Field::PonPorts => "pon_ports",
        Field::Ports => "ports",
        Field::PowerSupplies => "power_supplies",
        Field::Priority => "priority",
        Field::Profile => "profile",
        Field::ProfileId => "profile_id",
        Field::Queue => "queue",
        Field::RxBytes => "rx_bytes",
        Field::RxPackets => "rx_packets",
        Field::RxPower => "rx_power",
        Field::Scos => "scos",
        Field::SerialNumber => "serial_number",
        Field::ServicePorts => "service_ports",
        Field::Sir => "sir",
        Field::Slot => "slot",
        Field::Software => "software",
        Field::SoftwareVer => "software_ver",
        Field::SpeedMbps => "speed_mbps",
        Field::StartedAt => "started_at",
        Field::Statistics => "statistics",
        Field::Status => "status",
        Field::Svlan => "svlan",
        Field::TcontId => "tcont_id",
        Field::Tconts => "tconts",
        Field::Temperature => "temperature",
        Field::TlsVlan => "tls_vlan",
        Field::TotalOnus => "total_onus",
        Field::TrafficLimit => "traffic_limit",
        Field::TxBytes => "tx_bytes",
        Field::TxPackets => "tx_packets",
        Field::TxPower => "tx_power",
        Field::Type => "type",
        Field::Uptime => "uptime",
        Field::UserSvlan => "user_svlan",
        Field::UserVlan => "user_vlan",
        Field::VlanId => "vlan_id",
        Field::VlanMode => "vlan_mode",
        Field::Voltage => "voltage",
        Field::Vport => "vport",
        Field::Wavelength => "wavelength",
    }
}

/// The name of a column of ONUs.
pub(super) const fn column(column: OnuColumn) -> &'static str {
    name(column.field())
}

/// What tells that an ONU exists, where that is not the management table.
pub(super) const fn source(named_by: NamedBy) -> Option<&'static str> {
    match named_by {
        NamedBy::Management => None,
        NamedBy::State => Some("state"),
        NamedBy::Distance => Some(name(Field::Distance)),
        NamedBy::OltRx => Some(name(Field::OltRxPower)),
        NamedBy::Optics => Some(name(Field::RxPower)),
        NamedBy::Equipment => Some(name(Field::Model)),
        NamedBy::CommandLine => Some("command_line"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_field_has_a_name_of_its_own() {
        let names: Vec<&str> = Field::ALL.iter().map(|field| name(*field)).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert!(names.is_sorted(), "problems that nothing else orders stand in the order of their names");
    }
}

use serde::{Deserialize, Serialize};

/// What a [`Problem`](crate::Problem) is about: a field of what was read, or
/// one of the few things that are no field. What a reader sees as its name is
/// for whoever shows it to say.
///
/// The order is that of the problems of a reading where nothing else orders them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Field {
    /// Whether an ONU may come into service.
    AdminState,
    /// Whether a port is switched on.
    AdminStatus,
    /// By what an ONU is known to the OLT.
    Auth,
    /// The bias current of an ONU's laser.
    BiasCurrent,
    /// How many ONUs a PON can have.
    Capacity,
    /// What stands in a slot.
    CardType,
    /// The cards of a chassis.
    Cards,
    /// Committed burst size.
    Cbs,
    /// Assured bandwidth of a profile of T-CONTs.
    Cir,
    /// The OLT's clock.
    Clock,
    /// Load of a card.
    Cpu,
    /// The inner VLAN.
    Cvlan,
    /// A description.
    Description,
    /// When an unconfigured ONU was found.
    DiscoveredAt,
    /// How far away an ONU is, in a list.
    Distance,
    /// The traffic profile of what goes out by a service port.
    Egress,
    /// The Ethernet type that a service port matches.
    Etype,
    /// The fans of a chassis.
    Fans,
    /// How many fans are there.
    FansPresent,
    /// Whether the fans run.
    FansRunning,
    /// No field: the firmware, where it behaves otherwise than is known of it.
    Firmware,
    /// What runs on an ONU.
    FirmwareVersion,
    /// Fixed bandwidth.
    Fixed,
    /// The GEM ports of an ONU.
    GemPorts,
    /// The name of a GEM port.
    GemportName,
    /// The GEM ports of a T-CONT.
    Gemports,
    /// How far away an ONU is, where it is shown alone.
    GponOpticalDistance,
    /// Hardware version of a card.
    HardwareVer,
    /// Hardware version of an ONU.
    HardwareVersion,
    /// The traffic profile of what comes in by a service port.
    Ingress,
    /// The address of an ONU.
    IpAddress,
    /// When an ONU last went out of service.
    LastOffline,
    /// When an ONU last came into service.
    LastOnline,
    /// The LOID of an unconfigured ONU.
    Loid,
    /// Learnt MAC addresses.
    Mac,
    /// Maximum bandwidth of a profile of T-CONTs.
    MaxBw,
    /// Memory in use on a card.
    Memory,
    /// The mode of a VLAN profile.
    Mode,
    /// What a box says that it is.
    Model,
    /// A name.
    Name,
    /// How many ONUs of a PON are out of service.
    OfflineCount,
    /// How many ONUs of a PON are out of service, where it is shown alone.
    OfflineOnus,
    /// Why an ONU last went out of service.
    OfflineReason,
    /// What the OLT receives from an ONU.
    OltRxPower,
    /// How many ONUs of a PON are in service.
    OnlineCount,
    /// How many ONUs of a PON are in service, where it is shown alone.
    OnlineOnus,
    /// The state of an ONU, where it is monitored.
    OnlineStatus,
    /// How many ONUs a PON has.
    OnuCount,
    /// No field: the ids of ONUs, of which some may be missing.
    OnuId,
    /// What an ONU is configured as.
    OnuType,
    /// No field: the ONUs of a PON, or of the OLT.
    Onus,
    /// The same, of the ONUs of a PON: the bias current of an ONU's laser.
    OnusBiasCurrent,
    /// The same, of the ONUs of a PON: what runs on an ONU.
    OnusFirmwareVersion,
    /// The same, of the ONUs of a PON: hardware version of an ONU.
    OnusHardwareVersion,
    /// The same, of the ONUs of a PON: what a box says that it is.
    OnusModel,
    /// The same, of the ONUs of a PON: what the OLT receives from an ONU.
    OnusOltRxPower,
    /// The same, of the ONUs of a PON: the state of an ONU, where it is monitored.
    OnusOnlineStatus,
    /// The same, of the ONUs of a PON: bytes received.
    OnusRxBytes,
    /// The same, of the ONUs of a PON: packets received.
    OnusRxPackets,
    /// The same, of the ONUs of a PON: what an ONU receives.
    OnusRxPower,
    /// The same, of the ONUs of a PON: a serial number.
    OnusSerialNumber,
    /// The same, of the ONUs of a PON: counters of traffic.
    OnusStatistics,
    /// The same, of the ONUs of a PON: a temperature.
    OnusTemperature,
    /// The same, of the ONUs of a PON: bytes sent.
    OnusTxBytes,
    /// The same, of the ONUs of a PON: packets sent.
    OnusTxPackets,
    /// The same, of the ONUs of a PON: what something sends.
    OnusTxPower,
    /// The same, of the ONUs of a PON: the supply voltage of an ONU's optical module.
    OnusVoltage,
    /// Whether a port is up.
    OperationalStatus,
    /// The optical module of a port.
    Optical,
    /// The password of an ONU.
    Password,
    /// Peak burst size.
    Pbs,
    /// Peak rate.
    Pir,
    /// No field: the PONs of the OLT.
    PonPorts,
    /// How many ports a card has.
    Ports,
    /// The power supplies of a chassis.
    PowerSupplies,
    /// The priority of a VLAN tag.
    Priority,
    /// The bandwidth profile of a T-CONT.
    Profile,
    /// The number of a profile.
    ProfileId,
    /// The queue of a GEM port.
    Queue,
    /// Bytes received.
    RxBytes,
    /// Packets received.
    RxPackets,
    /// What an ONU receives.
    RxPower,
    /// The class of service of a service port.
    Scos,
    /// A serial number.
    SerialNumber,
    /// The service ports of an ONU.
    ServicePorts,
    /// Sustained rate.
    Sir,
    /// The slots of a chassis.
    Slot,
    /// What runs on an unconfigured ONU.
    Software,
    /// Software version of a card.
    SoftwareVer,
    /// The speed of a port.
    SpeedMbps,
    /// Since when something runs.
    StartedAt,
    /// Counters of traffic.
    Statistics,
    /// A state.
    Status,
    /// The outer VLAN.
    Svlan,
    /// The T-CONT of a GEM port.
    TcontId,
    /// The T-CONTs of an ONU.
    Tconts,
    /// A temperature.
    Temperature,
    /// The VLAN of a transparent service port.
    TlsVlan,
    /// How many ONUs a PON has, where it is shown alone.
    TotalOnus,
    /// The traffic profile of a GEM port.
    TrafficLimit,
    /// Bytes sent.
    TxBytes,
    /// Packets sent.
    TxPackets,
    /// What something sends.
    TxPower,
    /// A type.
    Type,
    /// Since how long an ONU is in service.
    Uptime,
    /// The outer VLAN on the subscriber's side.
    UserSvlan,
    /// The VLAN on the subscriber's side.
    UserVlan,
    /// The number of a VLAN.
    VlanId,
    /// What a service port does with tags.
    VlanMode,
    /// The supply voltage of an ONU's optical module.
    Voltage,
    /// The virtual port of a service port.
    Vport,
    /// The wavelength of an optical module.
    Wavelength,
}

impl Field {
    /// Whether it is a field of one ONU: without it the ONU is there all the same.
    pub const fn is_of_an_onu(self) -> bool {
        matches!(
            self,
            Self::AdminState
                | Self::Auth
                | Self::BiasCurrent
                | Self::Description
                | Self::Distance
                | Self::FirmwareVersion
                | Self::GponOpticalDistance
                | Self::HardwareVersion
                | Self::IpAddress
                | Self::LastOffline
                | Self::LastOnline
                | Self::Model
                | Self::Name
                | Self::OfflineReason
                | Self::OltRxPower
                | Self::OnlineStatus
                | Self::OnuType
                | Self::RxBytes
                | Self::RxPackets
                | Self::RxPower
                | Self::SerialNumber
                | Self::Statistics
                | Self::Status
                | Self::Temperature
                | Self::TxBytes
                | Self::TxPackets
                | Self::TxPower
                | Self::Uptime
                | Self::Voltage
        )
    }

    /// Every field.
    pub const ALL: &[Self] = &[
        Self::AdminState,
        Self::AdminStatus,
        Self::Auth,
        Self::BiasCurrent,
        Self::Capacity,
        Self::CardType,
        Self::Cards,
        Self::Cbs,
        Self::Cir,
        Self::Clock,
        Self::Cpu,
        Self::Cvlan,
        Self::Description,
        Self::DiscoveredAt,
        Self::Distance,
        Self::Egress,
        Self::Etype,
        Self::Fans,
        Self::FansPresent,
        Self::FansRunning,
        Self::Firmware,
        Self::FirmwareVersion,
        Self::Fixed,
        Self::GemPorts,
        Self::GemportName,
        Self::Gemports,
        Self::GponOpticalDistance,
        Self::HardwareVer,
        Self::HardwareVersion,
        Self::Ingress,
        Self::IpAddress,
        Self::LastOffline,
        Self::LastOnline,
        Self::Loid,
        Self::Mac,
        Self::MaxBw,
        Self::Memory,
        Self::Mode,
        Self::Model,
        Self::Name,
        Self::OfflineCount,
        Self::OfflineOnus,
        Self::OfflineReason,
        Self::OltRxPower,
        Self::OnlineCount,
        Self::OnlineOnus,
        Self::OnlineStatus,
        Self::OnuCount,
        Self::OnuId,
        Self::OnuType,
        Self::Onus,
        Self::OnusBiasCurrent,
        Self::OnusFirmwareVersion,
        Self::OnusHardwareVersion,
        Self::OnusModel,
        Self::OnusOltRxPower,
        Self::OnusOnlineStatus,
        Self::OnusRxBytes,
        Self::OnusRxPackets,
        Self::OnusRxPower,
        Self::OnusSerialNumber,
        Self::OnusStatistics,
        Self::OnusTemperature,
        Self::OnusTxBytes,
        Self::OnusTxPackets,
        Self::OnusTxPower,
        Self::OnusVoltage,
        Self::OperationalStatus,
        Self::Optical,
        Self::Password,
        Self::Pbs,
        Self::Pir,
        Self::PonPorts,
        Self::Ports,
        Self::PowerSupplies,
        Self::Priority,
        Self::Profile,
        Self::ProfileId,
        Self::Queue,
        Self::RxBytes,
        Self::RxPackets,
        Self::RxPower,
        Self::Scos,
        Self::SerialNumber,
        Self::ServicePorts,
        Self::Sir,
        Self::Slot,
        Self::Software,
        Self::SoftwareVer,
        Self::SpeedMbps,
        Self::StartedAt,
        Self::Statistics,
        Self::Status,
        Self::Svlan,
        Self::TcontId,
        Self::Tconts,
        Self::Temperature,
        Self::TlsVlan,
        Self::TotalOnus,
        Self::TrafficLimit,
        Self::TxBytes,
        Self::TxPackets,
        Self::TxPower,
        Self::Type,
        Self::Uptime,
        Self::UserSvlan,
        Self::UserVlan,
        Self::VlanId,
        Self::VlanMode,
        Self::Voltage,
        Self::Vport,
        Self::Wavelength,
    ];
}

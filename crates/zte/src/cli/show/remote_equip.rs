use gpon::SerialNumber;

use super::typed::of_onu;
use crate::cli::text::labelled::{block, labelled};
use crate::cli::text::values;

labelled! {
    /// What an ONU says of itself over OMCI.
    RemoteEquip {
        /// Its maker (`ZTEG`).
        vendor: String = "Vendor ID" => values::text,
        /// Its hardware version. The version of its software stands in
        /// `show remote-unit information` alone.
        hardware_version: String = "Version" => values::text,
        /// Its serial number.
        serial: SerialNumber = "SN" => values::serial,
        /// `unlock` or `lock`.
        admin_status: String = "Admin status" => values::text,
        /// Whether its battery is watched (`true`, `false`).
        battery_monitor: String = "Battery monitor" => values::text,
        /// Its encryption (`aes`).
        security_mode: String = "Security mode" => values::text,
        /// The maker's code of the product.
        product_code: String = "Product code" => values::text,
        /// How many priority queues it has.
        priority_queues: u32 = "Total priority queue num" => values::number,
        /// How many traffic schedulers it has.
        traffic_schedulers: u32 = "Total traffic schedule num" => values::number,
        /// How it manages traffic.
        traffic_management: String = "Traffic management option" => values::text,
        /// `enable` or `disable`.
        operate_status: String = "Operate status" => values::text,
        /// Its equipment id.
        equipment_id: String = "Equipment ID" => values::text,
        /// Its version of OMCC, in hexadecimal.
        omcc_version: String = "OMCC version" => values::text,
        /// The encryption it is capable of.
        security_capability: String = "Security capability" => values::text,
        /// Its model.
        model: String = "Model" => values::text,
        /// How long it survives without power.
        survival_time: String = "Survival time" => values::text,
        /// How many GEM ports it has.
        gem_ports: u32 = "Total GEM port num" => values::number,
        /// Seconds since its start.
        uptime_s: f64 = "System uptime" => seconds,
        /// Its region.
        region_code: String = "Region code" => values::text,
        /// The maker's serial number of the product.
        product_serial: String = "Product SN" => values::text,
        /// Its chip.
        chip: String = "Chip info" => values::text,
    }
}

labelled! {
    /// The model of an ONU.
    RemoteModel {
        /// Its equipment id.
        equipment_id: String = "Equipment ID" => values::text,
        /// Its model.
        model: String = "Model" => values::text,
    }
}

labelled! {
    /// The load of an ONU.
    RemoteSysAttr {
        /// CPU load in percent.
        cpu_percent: u8 = "CPU usage" => values::percent,
        /// Memory in use, in percent.
        memory_percent: u8 = "Memory usage" => values::percent,
        /// The CPU load that raises an alarm, in percent.
        cpu_threshold_percent: u8 = "CPU usage threshold" => values::percent,
        /// The use of memory that raises an alarm, in percent.
        memory_threshold_percent: u8 = "Memory usage threshold" => values::percent,
    }
}

/// `35734.00 s`; nothing at all needs no unit.
fn seconds(text: &str) -> crate::cli::text::answer::Field<f64> {
    match text.parse::<f64>() {
        Ok(0.0) => Ok(Some(0.0)),
        _ => values::decimal(text, "s"),
    }
}

of_onu!(
    /// `show gpon remote-onu equip`: what an ONU is (fact sheet, CLI §4.6).
    ShowRemoteEquip,
    "show gpon remote-onu equip",
    RemoteEquip,
    block
);
of_onu!(
    /// `show gpon remote-onu model`: its model (fact sheet, CLI §4.6).
    ShowRemoteModel,
    "show gpon remote-onu model",
    RemoteModel,
    block
);
of_onu!(
    /// `show gpon remote-onu sys-attr`: its load (fact sheet, CLI §4.6).
    ShowRemoteSysAttr,
    "show gpon remote-onu sys-attr",
    RemoteSysAttr,
    block
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Parsed, Show, fixture};

    #[test]
    fn equip() {
        let Parsed { rows, unknown } =
            ShowRemoteEquip::parse(&fixture("c320-v2.1.0/show-gpon-remote-onu-equip.txt"));
        assert_eq!(unknown, []);
        assert_eq!((rows.vendor.as_deref(), rows.hardware_version.as_deref()), (Some("ZTEG"), Some("V9.0")));
        assert_eq!(rows.serial.unwrap().to_string(), "ZTEGD0000001");
        assert_eq!((rows.model.as_deref(), rows.uptime_s), (Some("F670LV9.0"), Some(35_734.0)));
        assert_eq!((rows.gem_ports, rows.traffic_schedulers), (Some(256), Some(8)));
        assert_eq!(rows.survival_time, None);
    }

    #[test]
    fn model_and_load() {
        let model = ShowRemoteModel::parse(&fixture("c320-v2.1.0/show-gpon-remote-onu-model.txt"));
        assert_eq!((model.unknown, model.rows.model.as_deref()), (vec![], Some("F670LV9.0")));
        let load = ShowRemoteSysAttr::parse(&fixture("c320-v2.1.0/show-gpon-remote-onu-sys-attr.txt"));
        assert_eq!(load.unknown, []);
        assert_eq!((load.rows.cpu_percent, load.rows.memory_percent), (Some(3), Some(65)));
        assert_eq!(load.rows.memory_threshold_percent, Some(100));
    }
}

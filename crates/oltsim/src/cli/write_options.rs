use serde::Deserialize;

/// Where a serial number may stand only once; the sheet does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SerialUnique {
    /// On the whole OLT.
    #[default]
    Olt,
    /// On its PON port: the same serial number may stand on another one.
    Pon,
    /// Nowhere: it may stand any number of times.
    Nowhere,
}

/// What typing a T-CONT or a GEM port once more does; the sheet does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// It is as the new line says.
    #[default]
    Replaces,
    /// It is refused.
    Refused,
}

/// How the command line takes changes where the fact sheet is silent; each default is a
/// guess. A line of a refusal is printed as it stands, `20202` is the parser's own. Lines of
/// `OLTSIM` are made up, and say so, where not even a number is known.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WriteOptions {
    /// Where a serial number may stand only once.
    pub serial_unique: SerialUnique,
    /// Answers the registration of a serial number that is taken.
    pub serial_in_use: String,
    /// Answers a type of ONU that the device lacks (§2 has 20202, and 63904 for one that is not usable).
    pub unknown_type: String,
    /// Answers `no onu N` of a free number (§8: unknown).
    pub no_onu_free: String,
    /// For how long after its removal an ONU cannot be registered at its place again; one
    /// device was seen to mind (§9.2).
    pub readd_ms: u64,
    /// Answers it then; §9.2 has the number alone.
    pub readd_refusal: String,
    /// Answers a T-CONT or traffic profile that the device lacks.
    pub profile_missing: String,
    /// Answers an ONU VLAN or IP profile that the device lacks; §2 has the number, the text
    /// is that of C6xx.
    pub onu_profile_missing: String,
    /// Answers the removal of a profile or type that is in use (§8: unknown).
    pub profile_in_use: String,
    /// Whether typing a T-CONT or GEM port once more replaces it.
    pub again: Again,
    /// Answers it where it is refused.
    pub again_refusal: String,
    /// Answers the removal of a T-CONT or GEM port that something else uses (§5.2 has the order).
    pub in_use: String,
    /// Answers the removal of what is not there.
    pub no_entry: String,
    /// Answers a service port whose GEM port is missing: `Invalid port` (§2), or one that
    /// begins with 66657 (§9.2).
    pub no_gem_port: String,
    /// Answers a service port of a VLAN that the device lacks; empty for one that is taken.
    /// The sheet has no refusal of that, and its samples create no VLAN first.
    pub vlan_missing: String,
    /// Answers `vlan port X vlan N` of a port whose mode is neither `hybrid` nor `trunk`; empty
    /// for one that is taken. §2 has `63983 … Port mode error`, seen on C6xx.
    pub port_mode: String,
    /// Whether a T-CONT or GEM port that is set without a name is named by its number: the
    /// sample of §4.5 shows such names, and not who gave them.
    pub number_names: bool,
    /// Whether a T-CONT shows `tcont N gap mode0` though nobody typed it, on V2 (§4.5).
    pub tcont_gap: bool,
    /// Whether a GEM port makes `switchport mode hybrid vport N` (§5.2: "auto-created").
    pub switchport_mode: bool,
    /// What T-CONTs of a PON may have as fixed and assured bandwidth in all, kbps; §5.4 says
    /// "about 1 Gbit/s", and that a profile of 1G fits once.
    pub bandwidth_kbps: u64,
    /// How long `sn-bind enable` takes (§9.2: seconds).
    pub sn_bind_ms: u64,
    /// Whether `reboot` of a box asks; some firmwares do not (§1.6).
    pub reboot_asks: bool,
    /// Whether `restore factory` asks; nobody saw it do so (§1.6).
    pub restore_asks: bool,
    /// What it asks.
    pub restore_question: String,
    /// Numbers of `security-mgmt` that the box refuses (§5.3).
    pub security_refused: Vec<u32>,
    /// Beginnings of lines that are refused as input (20201) although they stand in
    /// configurations: one C300 refuses `wan N service` (§9.1).
    pub refused_lines: Vec<String>,
    /// Answers lines of Wi-Fi before `Config state` is `success` (§5.3: "fails").
    pub wifi_early: String,
}

impl Default for WriteOptions {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            serial_unique: SerialUnique::default(),
            serial_in_use: text("%Code 99999-OLTSIM : The serial number is in use."),
            unknown_type: text("20202"),
            no_onu_free: text("%Code 62397-GPONSRV: The entry is not existed."),
            readd_ms: 0,
            readd_refusal: text("%Code 63956"),
            profile_missing: text("%Code 62397-GPONSRV: The entry is not existed."),
            onu_profile_missing: text("%Code 63981-GPONRM : Profile does not exist."),
            profile_in_use: text("%Code 99999-OLTSIM : The profile is in use."),
            again: Again::default(),
            again_refusal: text("%Code 62391-GPONSRV : The entry is existed."),
            in_use: text("%Code 99999-OLTSIM : The entry is in use."),
            no_entry: text("%Code 62397-GPONSRV: The entry is not existed."),
            no_gem_port: text("Invalid port"),
            vlan_missing: String::new(),
            port_mode: String::new(),
            number_names: false,
            tcont_gap: true,
            switchport_mode: true,
            bandwidth_kbps: 1_048_576,
            sn_bind_ms: 0,
            reboot_asks: true,
            restore_asks: false,
            restore_question: text("Confirm to restore? [yes/no]:"),
            security_refused: vec![999],
            refused_lines: Vec::new(),
            wifi_early: text("%Code 63990-GPONRM : ONT return error:command processing error"),
        }
    }
}

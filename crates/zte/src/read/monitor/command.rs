//! The commands that stand in for tables, and what their answers mean.

use std::collections::BTreeMap;

use gpon::{Dbm, Field, NamedBy, Onu, OnuRef, OnuState, PonPort};

use crate::Trouble;
use crate::cli::show::{
    PowerOf, PowerRow, RemotePon, ShowOltRx, ShowOnuDetailInfo, ShowOnuRx, ShowOnuTx, ShowPowerAttenuation,
    ShowRemoteEquip, ShowRemotePon, ShowRemoteUnit,
};
use crate::reach::Problems;
use crate::reach::terminal::Asking;

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// All about an ONU.
    Detail(OnuRef),
    /// The optics of an ONU, over OMCI.
    Optics(OnuRef),
    /// The light between the OLT and an ONU.
    Attenuation(OnuRef),
    /// What an ONU is, over OMCI.
    Equipment(OnuRef),
    /// The software images of an ONU.
    Software(OnuRef),
    /// What the ONUs of a port receive.
    OnuRx(PonPort),
    /// What the ONUs of a port send.
    OnuTx(PonPort),
    /// What the OLT receives on a port.
    OltRx(PonPort),
}

impl Command {
    /// The commands about one ONU, the most telling first.
    pub(super) const fn of_onu(at: OnuRef) -> [Self; 5] {
        [Self::Detail(at), Self::Optics(at), Self::Attenuation(at), Self::Equipment(at), Self::Software(at)]
    }

    /// The commands about the ONUs of a port.
    pub(super) const fn of_pon(pon: PonPort) -> [Self; 3] {
        [Self::OnuRx(pon), Self::OnuTx(pon), Self::OltRx(pon)]
    }

    /// The fields that it is sent for.
    pub(super) const fn fields(self) -> &'static [Field] {
        match self {
            Self::Detail(_) => &[Field::Status, Field::SerialNumber],
            Self::Optics(_) => &[Field::Temperature, Field::Voltage, Field::BiasCurrent],
            Self::Attenuation(_) => &[Field::RxPower, Field::TxPower, Field::OltRxPower],
            Self::Equipment(_) => &[Field::Model, Field::HardwareVersion],
            Self::Software(_) => &[Field::FirmwareVersion],
            Self::OnuRx(_) => &[Field::RxPower],
            Self::OnuTx(_) => &[Field::TxPower],
            Self::OltRx(_) => &[Field::OltRxPower],
        }
    }

    /// The ONU that it is about.
    pub(super) const fn onu(self) -> Option<OnuRef> {
        match self {
            Self::Detail(at)
            | Self::Optics(at)
            | Self::Attenuation(at)
            | Self::Equipment(at)
            | Self::Software(at) => Some(at),
            Self::OnuRx(_) | Self::OnuTx(_) | Self::OltRx(_) => None,
        }
    }

    /// Whether only an ONU in service can answer it.
    pub(super) const fn needs_service(self) -> bool {
        !matches!(self, Self::Detail(_)) && self.onu().is_some()
    }

    /// Whether it is left to the next reading where others go first: what it tells
    /// is kept for a day, and a reading shall not cost more for it each time.
    pub(super) const fn may_wait(self) -> bool {
        matches!(self, Self::Software(_))
    }

    /// Whether it passes through to the ONU, which is refused while that is offline.
    pub(super) const fn is_remote(self) -> bool {
        matches!(self, Self::Optics(_) | Self::Equipment(_) | Self::Software(_))
    }
}

/// What the command line has said.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// What is known of the ONUs.
    pub(super) onus: BTreeMap<OnuRef, Onu>,
    /// The commands that were sent.
    pub(super) sent: Vec<Command>,
    /// The fields that were answered, be it with "not available".
    pub(super) answered: Vec<Field>,
    /// The fields that were asked for in vain, and why.
    pub(super) failed: Vec<(Field, Trouble)>,
    pub(super) problems: Problems,
}

impl Answers {
    fn onu(&mut self, at: OnuRef) -> &mut Onu {
        self.onus.entry(at).or_insert_with(|| Onu::unknown(at, NamedBy::CommandLine))
    }

    /// Whether a field was asked for, with whatever success.
    pub(super) fn knows(&self, field: Field) -> bool {
        self.answered.contains(&field) || self.failed.iter().any(|(failed, _)| *failed == field)
    }

    /// The trouble of a reading of which the command line has not said anything either.
    pub(super) fn neither(self, snmp: Trouble) -> Trouble {
        match self.failed.into_iter().next() {
            Some((_, cli)) => Trouble::of_both(snmp, cli),
            None => snmp,
        }
    }

    /// Whether the ONU is in service, as far as the command line has said.
    pub(super) fn online(&self, at: OnuRef) -> Option<bool> {
        Some(self.onus.get(&at)?.state? == OnuState::Online)
    }

    /// Sends a command and takes its answer.
    pub(super) async fn ask(&mut self, command: Command, asking: &mut Asking) -> Result<(), Trouble> {
        self.sent.push(command);
        let noted = self.problems.0.len();
        let outcome = self.sent_and_taken(command, asking).await;
        match &outcome {
            Ok(whole) => self.note(command, *whole && self.problems.0.len() == noted),
            Err(trouble) => {
                self.failed.extend(command.fields().iter().map(|field| (*field, trouble.clone())))
            }
        }
        outcome.map(drop)
    }

    /// Notes what was answered. What an answer about one ONU lacks was not told
    /// where the answer is not whole; of a list that is not, any row may be lost.
    fn note(&mut self, command: Command, whole: bool) {
        let onu = command.onu().and_then(|at| self.onus.get(&at));
        let lost = |field: &Field| !whole && onu.is_none_or(|onu| lacks(onu, *field));
        let (lost, told): (Vec<_>, Vec<_>) = command.fields().iter().copied().partition(lost);
        self.answered.extend(told);
        let trouble = Trouble::UnexpectedReply("the answer of the command line is not whole".to_owned());
        self.failed.extend(lost.into_iter().map(|field| (field, trouble.clone())));
    }

    /// Whether the rows that are always there were.
    async fn sent_and_taken(&mut self, command: Command, asking: &mut Asking) -> Result<bool, Trouble> {
        let mut whole = true;
        let fields = command.fields();
        match command {
            Command::Detail(at) => {
                let detail = asking.ask(&ShowOnuDetailInfo { onu: at }, fields, &mut self.problems).await?;
                let onu = self.onu(at);
                (onu.serial, onu.state) = (detail.serial, detail.phase);
            }
            Command::Optics(at) => {
                let optics = asking.ask(&ShowRemotePon { onu: at }, fields, &mut self.problems).await?;
                self.take_optics(at, &optics);
                // The last rows; an ONU that measures nothing shows zeros there.
                whole =
                    optics.voltage_v.is_some() && optics.bias_ma.is_some() && optics.temperature_c.is_some();
            }
            Command::Attenuation(at) => {
                let power = asking.ask(&ShowPowerAttenuation { onu: at }, fields, &mut self.problems).await?;
                let onu = self.onu(at);
                onu.rx = power.onu_rx_dbm.or(onu.rx);
                onu.tx = power.onu_tx_dbm.or(onu.tx);
                onu.olt_rx = power.olt_rx_dbm;
                // In the last row, be the ONU offline or not.
                whole = power.olt_tx_dbm.is_some();
            }
            Command::Equipment(at) => {
                let equipment = asking.ask(&ShowRemoteEquip { onu: at }, fields, &mut self.problems).await?;
                let onu = self.onu(at);
                onu.model = equipment.model.or(equipment.equipment_id);
                onu.hardware_version = equipment.hardware_version;
            }
            Command::Software(at) => {
                let units =
                    asking.ask(&ShowRemoteUnit { onu: at, last: None }, fields, &mut self.problems).await?;
                let unit = units.into_iter().find(|unit| unit.onu == at);
                self.onu(at).firmware_version = unit.and_then(|unit| unit.active_version);
            }
            Command::OnuRx(pon) => {
                let rows = asking.ask(&ShowOnuRx(PowerOf::Pon(pon)), fields, &mut self.problems).await?;
                self.take_powers(rows, |onu| &mut onu.rx);
            }
            Command::OnuTx(pon) => {
                let rows = asking.ask(&ShowOnuTx(PowerOf::Pon(pon)), fields, &mut self.problems).await?;
                self.take_powers(rows, |onu| &mut onu.tx);
            }
            Command::OltRx(pon) => {
                let rows = asking.ask(&ShowOltRx(PowerOf::Pon(pon)), fields, &mut self.problems).await?;
                self.take_powers(rows, |onu| &mut onu.olt_rx);
            }
        }
        Ok(whole)
    }

    fn take_optics(&mut self, at: OnuRef, optics: &RemotePon) {
        let onu = self.onu(at);
        (onu.rx, onu.tx) = (optics.rx_dbm, optics.tx_dbm);
        // A box that measures answers with its supply voltage; zeros are "not
        // available" (fact sheet, CLI §4.6).
        let thousandths = |value: f64| (value * 1000.0).round() as i32;
        if let Some(volts) = optics.voltage_v.filter(|volts| *volts != 0.0) {
            onu.voltage_mv = Some(thousandths(volts));
            onu.bias_ua = optics.bias_ma.map(thousandths);
            onu.temperature_mc = optics.temperature_c.map(thousandths);
        }
        let powers = [(Field::RxPower, optics.rx_dbm), (Field::TxPower, optics.tx_dbm)];
        let told = powers.into_iter().filter(|(_, power)| power.is_some());
        self.answered.extend(told.map(|(field, _)| field));
    }

    fn take_powers(&mut self, rows: Vec<PowerRow>, field: fn(&mut Onu) -> &mut Option<Dbm>) {
        for row in rows {
            *field(self.onu(row.onu)) = row.dbm;
        }
    }
}

/// Whether nothing is known of a field.
fn lacks(onu: &Onu, field: Field) -> bool {
    match field {
        Field::Status => onu.state.is_none(),
        Field::SerialNumber => onu.serial.is_none(),
        Field::RxPower => onu.rx.is_none(),
        Field::TxPower => onu.tx.is_none(),
        Field::OltRxPower => onu.olt_rx.is_none(),
        Field::Temperature => onu.temperature_mc.is_none(),
        Field::Voltage => onu.voltage_mv.is_none(),
        Field::BiasCurrent => onu.bias_ua.is_none(),
        Field::Model => onu.model.is_none(),
        Field::HardwareVersion => onu.hardware_version.is_none(),
        Field::FirmwareVersion => onu.firmware_version.is_none(),
        _ => false,
    }
}

/// Puts into `onu` what the command line says of a field and the tables do not.
pub(super) fn fill(onu: &mut Onu, from: &Onu, field: Field) {
    fn put<T: Clone>(to: &mut Option<T>, from: &Option<T>) {
        if to.is_none() {
            to.clone_from(from);
        }
    }
    match field {
        Field::Status => put(&mut onu.state, &from.state),
        Field::SerialNumber => put(&mut onu.serial, &from.serial),
        Field::RxPower => put(&mut onu.rx, &from.rx),
        Field::TxPower => put(&mut onu.tx, &from.tx),
        Field::OltRxPower => put(&mut onu.olt_rx, &from.olt_rx),
        Field::Temperature => put(&mut onu.temperature_mc, &from.temperature_mc),
        Field::Voltage => put(&mut onu.voltage_mv, &from.voltage_mv),
        Field::BiasCurrent => put(&mut onu.bias_ua, &from.bias_ua),
        Field::Model => put(&mut onu.model, &from.model),
        Field::HardwareVersion => put(&mut onu.hardware_version, &from.hardware_version),
        Field::FirmwareVersion => put(&mut onu.firmware_version, &from.firmware_version),
        _ => {}
    }
}

use gpon::{OnuRef, PonPort};

use super::command::Arg;
use super::errors::is_old;
use crate::device::Device;

/// Where a session stands (fact sheet, CLI §1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `>`
    User,
    /// `#`
    Exec,
    /// `(config)#`
    Config,
    /// `(config-if)#` of a PON port.
    InterfacePon(PonPort),
    /// `(config-if)#` of an ONU.
    InterfaceOnu(OnuRef),
    /// `(config-if)#` of anything else.
    Interface,
    /// `(gpon-onu-mng 1/1/1:1)#`
    OnuManagement(OnuRef),
    /// `(config-gpon)#`
    Gpon,
    /// `(config-pon)#`
    Pon,
    /// `(config-epon)#`
    Epon,
    /// `(config-vlan)#`
    Vlan,
}

/// Commands that move the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Enable,
    Disable,
    Configure,
    Exit,
    End,
    Bang,
    Logout,
    TerminalLength,
    InterfacePon,
    InterfaceOnu,
    InterfaceUplink,
    InterfaceVlan,
    InterfaceManagement,
    OnuManagement,
    Gpon,
    Pon,
    Epon,
    Vlan,
    VlanDatabase,
    Write,
    Nothing,
}

impl Mode {
    /// Whether it is one of the two outside the configuration.
    pub(crate) fn is_exec(self) -> bool {
        matches!(self, Self::User | Self::Exec)
    }

    /// Whether it is below `(config)`.
    pub(crate) fn is_inner(self) -> bool {
        !self.is_exec() && self != Self::Config
    }

    /// Where a command leads that is known here.
    pub(crate) fn after(self, step: Step, args: &[Arg]) -> Self {
        match (step, args.first()) {
            (Step::Configure, _) => Self::Config,
            (Step::Disable, _) => Self::User,
            (Step::Exit | Step::Bang, _) if self.is_inner() => Self::Config,
            (Step::Exit, _) if self == Self::Config => Self::Exec,
            (Step::End, _) if !self.is_exec() => Self::Exec,
            (Step::InterfacePon, Some(Arg::Pon(pon))) => Self::InterfacePon(*pon),
            (Step::InterfaceOnu, Some(Arg::Onu(onu))) => Self::InterfaceOnu(*onu),
            (Step::InterfaceUplink | Step::InterfaceVlan, _) => Self::Interface,
            (Step::InterfaceManagement, _) => Self::Interface,
            (Step::OnuManagement, Some(Arg::Onu(onu))) => Self::OnuManagement(*onu),
            (Step::Gpon, _) => Self::Gpon,
            (Step::Pon, _) => Self::Pon,
            (Step::Epon, _) => Self::Epon,
            (Step::Vlan | Step::VlanDatabase, _) => Self::Vlan,
            // The session's own affairs.
            (Step::Enable | Step::Logout | Step::TerminalLength | Step::Write | Step::Nothing, _)
            | (Step::Exit | Step::End | Step::Bang, _)
            | (Step::InterfacePon | Step::InterfaceOnu | Step::OnuManagement, _) => self,
        }
    }

    /// The prompt.
    pub(crate) fn prompt(self, device: &Device) -> String {
        let end = if self == Self::User { '>' } else { '#' };
        format!("{}{}{end}", device.chassis.configured.name, self.inside(device))
    }

    /// What stands between the name and the end of the prompt: `(config-if)`.
    pub(crate) fn inside(self, device: &Device) -> String {
        match self {
            Self::User | Self::Exec => String::new(),
            Self::Config => "(config)".to_owned(),
            Self::InterfacePon(_) | Self::InterfaceOnu(_) | Self::Interface => "(config-if)".to_owned(),
            Self::OnuManagement(_) if is_old(&device.chassis.firmware) => "(gpon-onu-mng)".to_owned(),
            Self::OnuManagement(onu) => format!("(gpon-onu-mng {onu})"),
            Self::Gpon => "(config-gpon)".to_owned(),
            Self::Pon => "(config-pon)".to_owned(),
            Self::Epon => "(config-epon)".to_owned(),
            Self::Vlan => "(config-vlan)".to_owned(),
        }
    }
}

/// In which modes a command is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Everywhere,
    /// `>` and `#`.
    AnyExec,
    /// `#` only.
    Exec,
    /// `(config)` only.
    Config,
    /// `(config)` and everything below.
    AnyConfig,
    /// The interface of a PON port.
    InterfacePon,
    /// The interface of an ONU.
    InterfaceOnu,
    /// What is set in the box of an ONU.
    OnuManagement,
    /// `gpon`.
    Gpon,
    /// `pon`.
    Pon,
}

impl Scope {
    pub(crate) fn holds(self, mode: Mode) -> bool {
        match self {
            Self::Everywhere => true,
            Self::AnyExec => mode.is_exec(),
            Self::Exec => mode == Mode::Exec,
            Self::Config => mode == Mode::Config,
            Self::AnyConfig => !mode.is_exec(),
            Self::InterfacePon => matches!(mode, Mode::InterfacePon(_)),
            Self::InterfaceOnu => matches!(mode, Mode::InterfaceOnu(_)),
            Self::OnuManagement => matches!(mode, Mode::OnuManagement(_)),
            Self::Gpon => mode == Mode::Gpon,
            Self::Pon => mode == Mode::Pon,
        }
    }
}

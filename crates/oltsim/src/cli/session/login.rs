//! Logging in, `enable`, and how such questions are left.

use super::{Phase, Session};
use crate::cli::modes::Mode;
use crate::cli::options::ChangePassword;
use crate::device::Device;

/// Attempts at the password of `enable` (fact sheet, CLI §1.1).
const ENABLE_TRIES: u32 = 3;

impl Session {
    /// Ends a login attempt.
    pub(crate) fn log_in(&mut self, accepted: bool, device: &Device) {
        if accepted {
            match self.options.change_password.clone() {
                None => self.land(device),
                Some(change) => {
                    self.print(&change.text);
                    self.phase = Phase::NewPassword { first: None };
                    self.ask(&change.new);
                }
            }
            return;
        }
        self.print(&format!("{}\n", self.options.login_refusal));
        self.wrong_logins += 1;
        if self.wrong_logins == self.options.login_tries {
            self.phase = Phase::Closed;
            return;
        }
        self.ask_for_user();
    }

    /// Where a login ends.
    pub(super) fn land(&mut self, device: &Device) {
        self.mode = if self.options.privilege >= 2 { Mode::Exec } else { Mode::User };
        if self.options.weak_password {
            self.print("% The password is not strong, please change the password.\n");
        }
        self.show_prompt(device);
    }

    pub(super) fn ask_for_user(&mut self) {
        self.phase = Phase::Username;
        let prompt = self.options.login_prompt.clone();
        self.ask(&prompt);
    }

    pub(super) fn ask_for_password(&mut self) {
        let prompt = self.options.password_prompt.clone();
        self.ask(&prompt);
    }

    pub(super) fn ask_to_change(&mut self, what: impl FnOnce(&ChangePassword) -> &String) {
        let prompt = self.options.change_password.as_ref().map(what).cloned().unwrap_or_default();
        self.ask(&prompt);
    }

    pub(super) fn enable(&mut self, password: &str, tries: u32, device: &Device) {
        if password == device.cli.enable_password {
            self.mode = Mode::Exec;
            self.show_prompt(device);
            return;
        }
        self.print("%Error 20208: Bad password\n");
        if tries + 1 == ENABLE_TRIES {
            self.show_prompt(device);
            return;
        }
        self.phase = Phase::Enable { tries: tries + 1 };
        self.ask_for_password();
    }

    /// Ctrl-C: leaves a question (fact sheet, CLI §1.1), or drops the line.
    pub(super) fn abandon(&mut self, device: &Device) {
        self.newline();
        match self.phase {
            Phase::Username | Phase::Password { .. } | Phase::NewPassword { .. } => self.ask_for_user(),
            _ => self.show_prompt(device),
        }
    }
}

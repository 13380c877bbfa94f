use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::ScenarioError;
use super::text::Text;
use crate::cli::{
    Caret, ChangePassword, CliOptions, Columns, CrLf, Dollar, EmptyUser, LineEnd, Pace, WriteOptions,
    any_bytes,
};
use crate::device::{CliAccess, Model};

/// Each key is documented at the crate's root.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CliSection {
    user: String,
    password: String,
    enable_password: String,
    privilege: u8,
    banner: Option<String>,
    login_prompt: String,
    password_prompt: String,
    login_refusal: String,
    empty_user: EmptyUser,
    change_password: Option<ChangePassword>,
    cr_lf: CrLf,
    columns: Columns,
    answers: BTreeMap<String, Text>,
    login_tries: u32,
    weak_password: bool,
    width: usize,
    page_lines: usize,
    erase: usize,
    line_end: LineEnd,
    dollar: Dollar,
    caret: Caret,
    confirm_logout: Option<bool>,
    invalid_keyword: String,
    busy: String,
    log_line: String,
    type_ahead: bool,
    idle_timeout_ms: u64,
    login_timeout_ms: u64,
    max_sessions: usize,
    delay_ms: u64,
    simple_ms: u64,
    list_ms: u64,
    omci_ms: u64,
    everything_ms: u64,
    write_ms: u64,
    factory_types_only: bool,
}

impl Default for CliSection {
    fn default() -> Self {
        let [user, password, enable_password] = ["zte", "zte", "zxr10"].map(str::to_owned);
        Self {
            user,
            password,
            enable_password,
            privilege: 15,
            banner: None,
            login_prompt: "Username:".to_owned(),
            password_prompt: "Password:".to_owned(),
            login_refusal: "%Error 20209: No username or bad password".to_owned(),
            empty_user: EmptyUser::default(),
            change_password: None,
            cr_lf: CrLf::default(),
            columns: Columns::default(),
            answers: BTreeMap::new(),
            login_tries: 3,
            weak_password: false,
            width: 80,
            page_lines: 24,
            erase: 9,
            line_end: LineEnd::default(),
            dollar: Dollar::default(),
            caret: Caret::default(),
            confirm_logout: None,
            invalid_keyword: "%Error 20201: Invalid key word detected at '^' marker.".to_owned(),
            busy: String::new(),
            log_line: "A log line of the simulator".to_owned(),
            type_ahead: true,
            idle_timeout_ms: 15 * 60_000,
            login_timeout_ms: 60_000,
            max_sessions: 16,
            delay_ms: 0,
            simple_ms: 0,
            list_ms: 0,
            omci_ms: 0,
            everything_ms: 0,
            write_ms: 0,
            factory_types_only: false,
        }
    }
}

impl CliSection {
    pub(super) fn access(&self) -> CliAccess {
        CliAccess {
            user: self.user.clone(),
            password: self.password.clone(),
            enable_password: self.enable_password.clone(),
        }
    }

    /// Whether `show onu-type` lists the types of the factory alone.
    pub(super) fn factory_types_only(&self) -> bool {
        self.factory_types_only
    }

    /// # Errors
    /// A number out of its range.
    pub(super) fn options(
        &self,
        model: Model,
        firmware: &str,
        writes: WriteOptions,
    ) -> Result<CliOptions, ScenarioError> {
        let within = |key: &str, value: usize, least: usize, most: usize| {
            let rule = format_args!("must be from {least} to {most}").to_string();
            if (least..=most).contains(&value) {
                Ok(value)
            } else {
                Err(ScenarioError::at(format_args!("cli.{key}"), rule))
            }
        };
        within("privilege", usize::from(self.privilege), 0, 15)?;
        let milliseconds = Duration::from_millis;
        let mut answers = BTreeMap::new();
        for (line, text) in &self.answers {
            let bytes = text.bytes(1, 1, 1).ok_or_else(|| {
                let rule = "hex takes pairs of hexadecimal digits";
                ScenarioError::at(format_args!("cli.answers.{line:?}"), rule)
            })?;
            answers.insert(line.split_whitespace().collect::<Vec<_>>().join(" "), any_bytes(&bytes));
        }
        Ok(CliOptions {
            privilege: self.privilege,
            banner: self.banner.clone().unwrap_or_else(|| banner(model, firmware)),
            login_prompt: self.login_prompt.clone(),
            password_prompt: self.password_prompt.clone(),
            login_refusal: self.login_refusal.clone(),
            empty_user: self.empty_user,
            change_password: self.change_password.clone(),
            cr_lf: self.cr_lf,
            columns: self.columns,
            answers,
            login_tries: self.login_tries,
            weak_password: self.weak_password,
            width: within("width", self.width, 20, 512)?,
            page_lines: within("page_lines", self.page_lines, 0, 512)?,
            erase: within("erase", self.erase, 0, 16)?,
            line_end: self.line_end,
            dollar: self.dollar,
            caret: self.caret,
            // Only V2.1 is known to ask (fact sheet, CLI §1.5).
            confirm_logout: self.confirm_logout.unwrap_or(firmware.starts_with("V2.1")),
            invalid_keyword: self.invalid_keyword.clone(),
            busy: self.busy.clone(),
            log_line: self.log_line.clone(),
            type_ahead: self.type_ahead,
            idle: milliseconds(self.idle_timeout_ms),
            login_time: milliseconds(self.login_timeout_ms),
            max_sessions: within("max_sessions", self.max_sessions, 1, 64)?,
            pace: Pace {
                line: milliseconds(self.delay_ms),
                simple: milliseconds(self.simple_ms),
                list: milliseconds(self.list_ms),
                omci: milliseconds(self.omci_ms),
                everything: milliseconds(self.everything_ms),
                write: milliseconds(self.write_ms),
            },
            writes,
        })
    }
}

/// The device's own banner (fact sheet, CLI §1.1).
fn banner(model: Model, firmware: &str) -> String {
    let stars = "*".repeat(if firmware.starts_with("V1.") { 48 } else { 73 });
    let model = model.name();
    format!("{stars}\nWelcome to ZXAN product {model} of ZTE Corporation\n{stars}\n\n")
}

//! Logging in (fact sheet, CLI §1.1).

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::broken::{Broken, Said, told};
use super::line::Line;
use super::prompt::Mode;
use super::reader::Waiting;
use super::session::{Most, Reading, Session};
use crate::CliSettings;

/// The longest silence of a login: a busy OLT takes seconds, not more.
const SILENCE: Duration = Duration::from_secs(15);
/// The longest login, on a network that hands on byte by byte.
const LONGEST: Duration = Duration::from_secs(60);
/// How long a question stands there that nobody here may answer, until it is
/// believed to be one.
const STANDS: Duration = Duration::from_secs(5);
/// How often user and password are typed, each. A question alone is no refusal:
/// what was typed may have got lost, or a stray line end may have answered it. A
/// device that refuses without a word is not to lock the user out.
const TRIES: usize = 3;

/// The words of a refused login, in small letters: 20208 and 20209 of V2 (§2) and
/// whatever other number it has for it, and those of C6xx (§9.5).
const REFUSALS: [&str; 4] =
    ["%error ", "no username or bad password", "bad password", "username or password error"];

impl Session {
    /// Logs in, up to the privileged prompt where there is a password for it.
    pub(super) async fn log_in(&mut self, settings: &CliSettings) -> Result<(), Broken> {
        let began = Instant::now();
        let reading = Reading {
            doing: "logging in",
            began,
            deadline: began + LONGEST,
            silence: SILENCE,
            asked: STANDS,
            most: Most::TALK,
        };
        let done = match self.land(settings, &reading).await {
            Ok(()) => match (&self.mode, &settings.enable_password) {
                (Mode::User, Some(password)) => self.enable(password, &reading).await,
                _ => Ok(()),
            },
            Err(broken) => Err(broken),
        };
        done.map_err(|broken| {
            let secrets = [Some(&settings.password), settings.enable_password.as_ref()];
            let secrets: Vec<_> = secrets.into_iter().flatten().map(ExposeSecret::expose_secret).collect();
            match (broken, self.refused()) {
                (Broken::LoginRefused(line), _) => Broken::LoginRefused(told(&line, &secrets)),
                // Some hang up with the refusal, or say no more: not to be taken for a bad
                // network, or the wrong password would be tried again and again.
                (
                    Broken::Closed { .. }
                    | Broken::Network { .. }
                    | Broken::Silent { .. }
                    | Broken::Late { .. }
                    | Broken::Asked { .. },
                    Some(line),
                ) => Broken::LoginRefused(told(&line, &secrets)),
                (broken, _) => {
                    let said = self.reader.said().map(|line| Said::new(&line, &secrets));
                    broken.said(said.unwrap_or_default())
                }
            }
        })
    }

    async fn land(&mut self, settings: &CliSettings, reading: &Reading) -> Result<(), Broken> {
        let (mut names, mut passwords) = (0, 0);
        let mut stands = Stands::default();
        loop {
            match self.next(reading).await? {
                Waiting::Username | Waiting::Password
                    if passwords > 0
                        && let Some(line) = self.refused() =>
                {
                    return Err(Broken::LoginRefused(line));
                }
                Waiting::Username => {
                    self.again(&mut names, "user")?;
                    self.type_secretly(&settings.username).await?;
                }
                Waiting::Password if names > 0 => {
                    self.again(&mut passwords, "password")?;
                    self.type_secretly(settings.password.expose_secret()).await?;
                }
                Waiting::Command(_) if passwords > 0 => {
                    if let Some(mode) = self.reader.landed() {
                        self.mode = mode;
                        return Ok(());
                    }
                }
                Waiting::Page => self.turn_page().await?,
                // Words of the banner, where the network cut it.
                _ => stands.check(self.reader.said(), reading)?,
            }
        }
    }

    /// Only ever sent at a prompt that ends with `>`: elsewhere whatever is sent
    /// next would be taken for a password (§1.1).
    async fn enable(&mut self, password: &SecretString, reading: &Reading) -> Result<(), Broken> {
        let reading = Reading { doing: "enabling", ..*reading };
        let line = Line::ours(self.dialect().lines.enable);
        self.reader.begin(line.as_str());
        self.send(&line.sent()).await?;
        let mut passwords = 0;
        let mut stands = Stands::default();
        loop {
            match self.next(&reading).await? {
                Waiting::Password if let Some(line) = self.refused() => {
                    return Err(Broken::LoginRefused(line));
                }
                Waiting::Password => {
                    self.again(&mut passwords, "password of `enable`")?;
                    self.type_secretly(password.expose_secret()).await?;
                }
                Waiting::Command(Mode::User) => {
                    let line = self.refused().or_else(|| self.complaint());
                    let line = line.unwrap_or_else(|| "`enable` changed nothing, without a word".to_owned());
                    return Err(Broken::LoginRefused(line));
                }
                Waiting::Command(mode) => {
                    self.mode = mode;
                    return Ok(());
                }
                _ => stands.check(self.reader.said(), &reading)?,
            }
        }
    }

    /// The OLT's own words for a refused login, since the last thing that was typed.
    fn refused(&self) -> Option<String> {
        let refuses = |line: &&str| {
            let line = line.to_ascii_lowercase();
            REFUSALS.iter().any(|words| line.contains(words))
        };
        self.reader.lines().rfind(refuses).map(|line| line.trim().to_owned())
    }

    /// Whatever it complained of.
    fn complaint(&self) -> Option<String> {
        self.reader.lines().rfind(|line| line.starts_with('%')).map(|line| line.trim().to_owned())
    }

    /// One more time, unless it was often.
    fn again(&self, typed: &mut usize, what: &str) -> Result<(), Broken> {
        if *typed == TRIES {
            let line = self.complaint().unwrap_or_else(|| "without a word".to_owned());
            return Err(Broken::LoginRefused(format!(
                "the OLT asked for the {what} again and again, {line}"
            )));
        }
        *typed += 1;
        Ok(())
    }

    /// Sends a line that must not be looked for in what comes back.
    async fn type_secretly(&mut self, text: &str) -> Result<(), Broken> {
        if text.contains(char::is_control) {
            return Err(Broken::Unexpected("the configured login holds a control character".to_owned()));
        }
        self.reader.forget();
        self.reader.answered();
        self.send(format!("{text}\n").as_bytes()).await
    }
}

/// Since when the same line has stood there, which nobody here may answer.
#[derive(Debug, Default)]
struct Stands(Option<(Option<String>, Instant)>);

impl Stands {
    fn check(&mut self, said: Option<String>, reading: &Reading) -> Result<(), Broken> {
        match &self.0 {
            Some((line, since)) if *line == said && since.elapsed() >= STANDS => {
                return Err(Broken::Asked { doing: reading.doing, said: Said::default() });
            }
            Some((line, _)) if *line == said => {}
            _ => self.0 = Some((said, Instant::now())),
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "login_tests.rs"]
mod tests;

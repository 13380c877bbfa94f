//! What planning, proving and settling read of an ONU, in the turn that writes.

use gpon::{ExpectedSerial, OnuId, OnuRef, OnuState, PonPort};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::NotChanged;
use super::config::OnuConfig;
use crate::Trouble;
use crate::cli::show::{
    OnuDetailInfo, Parsed, Show, ShowOnuConfig, ShowOnuDetailInfo, ShowOnuRunningConfig, ShowPonConfig,
};
use crate::cli::text::{PonConfig, PonOnuConfig, StandingLine};
use crate::cli::{Answer, Line, Lost, ReadTurn, Refusal, WriteTurn};
use crate::firmware::dialect::{Block, Changes, Dialect};

/// What is known of whether an ONU is in service, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Life {
    /// Its phase; `None` where the OLT says nothing that is understood.
    pub(crate) phase: Option<OnuState>,
    /// Its last time online, as the OLT writes when it came and went (fact sheet, CLI §4.3).
    pub(crate) last: Option<Session>,
    /// All of them that its history holds, the oldest first; of a plan that was kept, none.
    #[serde(skip)]
    pub(crate) sessions: Vec<Session>,
}

/// When an ONU came online and when it went.
type Session = (Option<String>, Option<String>);

impl Life {
    fn of(info: &OnuDetailInfo) -> Self {
        let text = |time: Option<gpon::ClockTime>| time.map(|time| time.to_string());
        let sessions: Vec<Session> =
            info.history.iter().map(|row| (text(row.online_at), text(row.offline_at))).collect();
        Self { phase: info.phase, last: sessions.last().cloned(), sessions }
    }

    /// Whether it is in service.
    pub(crate) fn is_online(&self) -> bool {
        self.phase == Some(OnuState::Online)
    }

    /// Whether the ONU has been away since `then`: its history has gone on, or it is away now
    /// and was not then.
    pub(crate) fn has_restarted_since(&self, then: &Self) -> bool {
        self.has_gone_on_since(then) || (then.is_online() && self.phase.is_some() && !self.is_online())
    }

    /// Whether its history has gone on since `then`. One that does not hold any more what was
    /// its last session has begun anew, as when the OLT starts again: it proves nothing.
    pub(crate) fn has_gone_on_since(&self, then: &Self) -> bool {
        let Some((came, went)) = &then.last else { return !self.sessions.is_empty() };
        let Some(at) = self.sessions.iter().rposition(|(online, _)| online == came) else { return false };
        at + 1 < self.sessions.len() || self.sessions.get(at).is_some_and(|(_, offline)| offline != went)
    }
}

/// An answer that is read in the turn that writes.
#[derive(Debug)]
pub(super) enum Read<T> {
    Rows(T),
    /// The OLT's own line of refusal.
    Refused(String),
}

/// The turn that is read in.
pub(crate) enum Turn<'a> {
    /// The one that writes: whatever is read there, nobody of ours changes before its next line.
    Writing(&'a mut WriteTurn),
    /// One among others, until then.
    Reading(&'a mut ReadTurn, Instant),
}

/// Reads what planning, proving and settling need; nothing is changed by it.
pub(crate) struct Survey<'a> {
    pub(crate) turn: Turn<'a>,
    pub(crate) changes: &'static Changes,
}

impl Turn<'_> {
    pub(super) fn dialect(&self) -> &'static Dialect {
        match self {
            Self::Writing(turn) => turn.dialect(),
            Self::Reading(turn, _) => turn.dialect(),
        }
    }

    /// What a show command printed, and the OLT's own line where it refused.
    async fn text(&mut self, command: &str) -> Result<Result<String, String>, Trouble> {
        self.text_and_proof(command).await.map(|(said, _)| said)
    }

    /// Whether the OLT's line says that there is nothing to show (fact sheet, CLI §2).
    pub(super) fn says_none(&self, line: &str) -> bool {
        self.dialect().refusals.empty.iter().any(|code| line.starts_with(code))
    }

    /// The same, with whether a line that there is nothing to show can be believed (fact
    /// sheet, CLI §9.2).
    async fn text_and_proof(&mut self, command: &str) -> Result<(Result<String, String>, bool), Trouble> {
        match self {
            Self::Writing(turn) => {
                let line = Line::new(command).map_err(|error| Trouble::UnexpectedReply(error.to_string()))?;
                let reply = match turn.line(line, false).await {
                    Ok(written) => written.reply,
                    // Reading changes nothing, whatever became of the line.
                    Err(Lost::NotSent(trouble) | Lost::Unknown(trouble)) => return Err(trouble),
                };
                let said = match reply.refusal {
                    Some(Refusal::Refused(line) | Refusal::Empty(line)) => Err(line),
                    None => Ok(reply.text),
                };
                Ok((said, reply.proven))
            }
            Self::Reading(turn, deadline) => match turn.text(command, *deadline).await {
                Ok(Answer::Text(text)) => Ok((Ok(text), true)),
                Ok(Answer::Empty(answer)) => Ok((Err(answer), true)),
                Err(Trouble::Refused { answer, .. } | Trouble::UnprovenNone { answer, .. }) => {
                    Ok((Err(answer), false))
                }
                Err(trouble) => Err(trouble),
            },
        }
    }
}

impl Survey<'_> {
    /// How an ONU is registered and configured, of its own blocks these.
    ///
    /// # Errors
    /// [`NotChanged`]; an ONU that is not registered is none.
    pub(crate) async fn config(&mut self, at: OnuRef, blocks: &[Block]) -> Result<OnuConfig, NotChanged> {
        let pon = self.pon(at.pon).await?;
        self.config_on(&pon, at, blocks).await
    }

    /// The same of an ONU on a PON port that has been read.
    pub(crate) async fn config_on(
        &mut self,
        pon: &PonConfig,
        at: OnuRef,
        blocks: &[Block],
    ) -> Result<OnuConfig, NotChanged> {
        let registered =
            pon.onus.iter().find(|onu| onu.id == at.id).map(|onu| identity(onu, pon)).transpose()?;
        let about = |line: &&StandingLine| is_about(line.text.expose(), at.id);
        let lines = pon.lines.iter().filter(about).cloned().collect();
        let mut config = OnuConfig::new(at, registered);
        config.read(self.changes, Block::PonPort, lines);
        for block in blocks {
            let lines = match block {
                Block::PonPort => continue,
                Block::Interface => self.interface(at, registered.is_some()).await?,
                Block::Remote => self.remote(at, registered.is_some()).await?,
            };
            config.read(self.changes, *block, lines);
        }
        Ok(config)
    }

    /// How a PON port is configured.
    pub(crate) async fn pon(&mut self, pon: PonPort) -> Result<PonConfig, NotChanged> {
        let pons = match self.ask(&ShowPonConfig { pon }).await? {
            Read::Rows(Parsed { rows, .. }) => rows,
            // A port outside of the chassis (CLI §2, §4.3).
            Read::Refused(line) if line.contains("20202") => return Err(Trouble::NoSuchPon(pon).into()),
            Read::Refused(answer) => return Err(refused("read the configuration of the PON port", answer)),
        };
        pons.into_iter().find(|read| read.pon == pon).ok_or_else(|| {
            let why = format!("the configuration of PON {pon} does not show it");
            Trouble::UnexpectedReply(why).into()
        })
    }

    async fn interface(&mut self, at: OnuRef, exists: bool) -> Result<Vec<StandingLine>, NotChanged> {
        let read = self.ask(&ShowOnuConfig { onu: at }).await?;
        lines_of("the configuration of the ONU", read, exists, |block| {
            (block.onu == at).then_some(block.lines)
        })
    }

    async fn remote(&mut self, at: OnuRef, exists: bool) -> Result<Vec<StandingLine>, NotChanged> {
        // Without its last line some of what is to be brought back may be missing (CLI §4.5).
        let closed = |text: &str| text.lines().any(|line| line.trim() == "!");
        let read = self.ask_whole(&ShowOnuRunningConfig { onu: at }, closed).await?;
        lines_of("what is set in the ONU", read, exists, |block| (block.onu == at).then_some(block.lines))
    }

    /// Whether it is in service, and since when.
    pub(crate) async fn life(&mut self, at: OnuRef) -> Result<Life, NotChanged> {
        match self.ask(&ShowOnuDetailInfo { onu: at }).await? {
            Read::Rows(Parsed { rows, .. }) => Ok(Life::of(&rows)),
            Read::Refused(answer) => Err(refused("read the state of the ONU", answer)),
        }
    }

    /// The whole answer to a show command. Now and then the device answers nothing at
    /// all (fact sheet, CLI §6 nr. 12), or a line of its own breaks into the answer and may
    /// tear what stands there: once more.
    pub(super) async fn ask<S: Show>(&mut self, show: &S) -> Result<Read<Parsed<S::Rows>>, NotChanged> {
        self.ask_whole(show, |_| true).await
    }

    /// The same, where more tells whether it is whole.
    pub(super) async fn ask_whole<S: Show>(
        &mut self,
        show: &S,
        whole: fn(&str) -> bool,
    ) -> Result<Read<Parsed<S::Rows>>, NotChanged> {
        let command = show.line_in(self.turn.dialect());
        let mut strange = None;
        for _ in 0..2 {
            match self.turn.text(&command).await? {
                Err(refused) => return Ok(Read::Refused(refused)),
                Ok(text) if text.trim().is_empty() || !S::is_whole(&text) || !whole(&text) => {}
                Ok(text) => {
                    let parsed = S::parse(&text);
                    if parsed.unknown.is_empty() {
                        return Ok(Read::Rows(parsed));
                    }
                    strange = Some(parsed);
                }
            }
        }
        strange.map(Read::Rows).ok_or_else(|| nothing(&command))
    }

    /// What a show command printed, and the OLT's own line where it refused, with whether its
    /// "none" can be believed. An answer of nothing at all is asked for once more as well.
    pub(super) async fn said(&mut self, command: &str) -> Result<(Result<String, String>, bool), NotChanged> {
        for _ in 0..2 {
            match self.turn.text_and_proof(command).await? {
                (Ok(text), _) if text.trim().is_empty() => {}
                said => return Ok(said),
            }
        }
        Err(nothing(command))
    }
}

fn nothing(command: &str) -> NotChanged {
    Trouble::UnexpectedReply(format!("half a text or none in answer to `{command}`, twice")).into()
}

/// The lines of an ONU's own block. What is registered has one, with lines in it or
/// without (CLI §4.5); only what is not has none.
fn lines_of<T>(
    what: &str,
    read: Read<Parsed<Vec<T>>>,
    exists: bool,
    own: impl Fn(T) -> Option<Vec<StandingLine>>,
) -> Result<Vec<StandingLine>, NotChanged> {
    match read {
        Read::Rows(Parsed { rows, .. }) => match rows.into_iter().find_map(own) {
            Some(lines) => Ok(lines),
            None if !exists => Ok(Vec::new()),
            None => Err(Trouble::UnexpectedReply(format!("{what} does not show it")).into()),
        },
        Read::Refused(_) if !exists => Ok(Vec::new()),
        Read::Refused(answer) => Err(refused(&format!("read {what}"), answer)),
    }
}

/// By what an ONU is registered.
fn identity(onu: &PonOnuConfig, pon: &PonConfig) -> Result<ExpectedSerial, NotChanged> {
    match (onu.serial, onu.auth) {
        (Some(serial), _) => Ok(ExpectedSerial::Serial(serial)),
        (None, Some("pw" | "loid")) => Ok(ExpectedSerial::Without),
        (None, _) => {
            let why = format!("how ONU {} of PON {} is registered is not understood", onu.id, pon.pon);
            Err(Trouble::UnexpectedReply(why).into())
        }
    }
}

/// Whether a line of a PON port is about the ONU of this number.
fn is_about(line: &str, id: OnuId) -> bool {
    let mut words = line.split_whitespace();
    words.next() == Some("onu") && words.next().is_some_and(|word| word.parse() == Ok(id))
}

pub(super) fn refused(command: &str, answer: String) -> NotChanged {
    Trouble::Refused { command: command.to_owned(), answer }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_that_has_begun_anew_proves_no_restart() {
        let session = |came: &str, went: Option<&str>| (Some(came.to_owned()), went.map(str::to_owned));
        let life = |sessions: &[Session]| Life {
            phase: Some(OnuState::Online),
            last: sessions.last().cloned(),
            sessions: sessions.to_vec(),
        };
        let (first, then) = (session("1", Some("2")), session("3", None));
        let before = life(&[first.clone(), then.clone()]);
        for (now, has_gone_on) in [
            (vec![first.clone(), then.clone()], false),
            (vec![first.clone(), session("3", Some("4"))], true),
            (vec![first.clone(), session("3", Some("4")), session("5", None)], true),
            (vec![session("3", Some("4")), session("5", None)], true),
            (vec![first.clone(), session("5", None)], false),
            (vec![session("5", None)], false),
            (vec![], false),
        ] {
            assert_eq!(life(&now).has_restarted_since(&before), has_gone_on, "{now:?}");
        }
        assert!(life(&[then]).has_restarted_since(&life(&[])), "never online before");
        let away = Life { phase: Some(OnuState::Los), ..life(&[]) };
        assert!(away.has_restarted_since(&before) && !away.has_restarted_since(&away));
    }

    #[test]
    fn no_block_is_no_lines_only_of_what_is_not_registered() {
        let at = OnuRef { pon: "1/1/1".parse().unwrap(), id: "4".parse().unwrap() };
        let read = |text: &str, exists| {
            let rows = Read::Rows(ShowOnuConfig::parse(text));
            lines_of("the configuration", rows, exists, |block| (block.onu == at).then_some(block.lines))
        };
        let bare = "Building configuration...\ninterface gpon-onu_1/1/1:4\n!\nend\n";
        assert_eq!(read(bare, true).unwrap(), []);
        let other = "Building configuration...\ninterface gpon-onu_1/1/1:5\n  name A\n!\nend\n";
        for text in ["Building configuration...\nend\n", other] {
            assert!(matches!(
                read(text, true),
                Err(NotChanged::Olt(Trouble::UnexpectedReply(why))) if why.contains("does not show it")
            ));
            assert_eq!(read(text, false).unwrap(), []);
        }
    }
}

use std::time::Duration;

use gpon::{CardRef, OnuRef, PonPort};

/// A failure of one OLT at one act.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{olt}: {act}: {trouble}")]
pub struct OltError {
    /// The OLT's id in the configuration.
    pub olt: String,
    /// What was being done, in the words of an operator: `list the ONUs of PON 1/1/1`.
    pub act: String,
    /// What went wrong.
    pub trouble: Trouble,
}

/// What can go wrong with an OLT.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Trouble {
    /// It has not answered at all for a while; it is asked again in the background.
    #[error("the OLT does not answer SNMP (check host, port and community); next try in {} s", retry_after.as_secs().max(1))]
    Unreachable {
        /// When asking again may succeed.
        retry_after: Duration,
    },
    /// Its name did not resolve, or the network refused to send.
    #[error("the OLT cannot be reached: {0}")]
    Network(String),
    /// It answers others, and said nothing to this for so long.
    #[error("no answer for {} s", seconds(*.0))]
    Silent(Duration),
    /// The reading, or the part of it that this is about, took too long.
    #[error("not done within {} s", seconds(*.0))]
    Deadline(Duration),
    /// Too many readings of this OLT wait already.
    #[error("{waiting} requests wait for this OLT already")]
    Busy {
        /// How many.
        waiting: usize,
    },
    /// Its only session of the command line is in use by a line that writes, for
    /// longer than the reading may wait.
    #[error("the OLT's only session is in use by a change for about {} s more", retry_after.as_secs().max(1))]
    Writing {
        /// How long the line is expected to take: as long as such lines took, else
        /// as long as they may.
        retry_after: Duration,
    },
    /// It answered something that we do not understand.
    #[error("unexpected reply: {0}")]
    UnexpectedReply(String),
    /// The chassis has no such PON port.
    #[error("the chassis has no PON port {0}")]
    NoSuchPon(PonPort),
    /// The chassis has no card there.
    #[error("the chassis has no card in {0}")]
    NoSuchCard(CardRef),
    /// No table of the OLT names this ONU.
    #[error("there is no ONU {0}")]
    NoSuchOnu(OnuRef),
    /// This firmware or model has no source for it.
    #[error("this firmware has no source for {0} over SNMP")]
    Unsupported(&'static str),
    /// No command line is configured for it.
    #[error("no command line is configured for this OLT (olts[].cli)")]
    NoCli,
    /// Its command line cannot be reached; it is tried again after a while.
    #[error("the command line cannot be reached: {why}{}", next_try(*retry_after))]
    CliUnreachable {
        /// What happened.
        why: String,
        /// When asking again may succeed; zero where nobody will.
        retry_after: Duration,
    },
    /// It refused the login; another try is made only after a long pause.
    #[error("the login to the command line was refused: {line} (check olts[].cli.username and password){}", next_try(*retry_after))]
    LoginRefused {
        /// The OLT's own line.
        line: String,
        /// When asking again may succeed; zero where nobody will.
        retry_after: Duration,
    },
    /// It refused a command.
    #[error("the OLT refused `{command}`: {answer}")]
    Refused {
        /// The command.
        command: String,
        /// The OLT's own line.
        answer: String,
    },
    /// It says that there is nothing to show, in a session in which it has shown
    /// nothing yet, not even its profiles: some devices say so of everything after
    /// `terminal length 0` (fact sheet, CLI §9.2). A second source that agrees
    /// makes it "none"; by itself it is not.
    #[error(
        "the OLT answered `{command}` with `{answer}`, as it does everything in this session: \
         no proof that there is nothing (try olts[].cli.terminal_length = false)"
    )]
    UnprovenNone {
        /// The command.
        command: String,
        /// The OLT's own line.
        answer: String,
    },
    /// Neither SNMP nor the command line could answer.
    #[error("{snmp}; and {cli}")]
    Neither {
        /// What went wrong over SNMP, which decides what the failure counts as.
        snmp: Box<Self>,
        /// What went wrong at the command line.
        cli: Box<Self>,
    },
}

impl Trouble {
    /// The trouble of a reading that neither side could answer.
    pub(crate) fn of_both(snmp: Self, cli: Self) -> Self {
        match (&snmp, &cli) {
            (_, Self::NoCli) => snmp,
            // An operator can do something about the other one.
            (Self::Unsupported(_), _) => cli,
            // What was asked about is not there, whatever SNMP would say
            // (fact sheet, CLI §2). Other refusals are about the command.
            (_, Self::Refused { answer, .. }) if answer.contains("Invalid parameter") => cli,
            _ => Self::Neither { snmp: Box::new(snmp), cli: Box::new(cli) },
        }
    }

    /// The same, where nobody tries again.
    pub(crate) fn at_last(mut self) -> Self {
        if let Self::CliUnreachable { retry_after, .. } | Self::LoginRefused { retry_after, .. } = &mut self {
            *retry_after = Duration::ZERO;
        }
        self
    }
}

/// Seconds, to a tenth.
fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}

fn next_try(after: Duration) -> String {
    if after.is_zero() { String::new() } else { format!("; next try in {} s", after.as_secs().max(1)) }
}

//! How a family of OLTs speaks at its command line, as data: names of ports,
//! prompts and questions, refusals, and the way from mode to mode (fact sheet,
//! CLI §1.4, §2, §3).

mod changes;
mod places;
mod ports;

pub(crate) use changes::{Block, Changes, Replaced, Setting};
pub(crate) use places::Place;
pub(super) use places::{Kind, Way};
pub(crate) use ports::PortNames;

/// A family of command lines.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// What ports are called.
    pub(crate) ports: PortNames,
    /// What the device waits for, by its last line.
    pub(crate) prompts: Prompts,
    /// What it says instead of an answer.
    pub(crate) refusals: Refusals,
    /// How modes are entered from EXEC, in several lists: families share some.
    pub(crate) ways: &'static [&'static [Way]],
    /// Lines that belong to no reading.
    pub(crate) lines: Lines,
    /// How ONUs are configured; `None` where no transcript of it is known.
    pub(crate) changes: Option<&'static Changes>,
}

/// Lines that belong to no reading.
#[derive(Debug)]
pub(crate) struct Lines {
    /// Asks for the password of a privileged user.
    pub(crate) enable: &'static str,
    /// Turns the pager of a session off.
    pub(crate) unpaged: &'static str,
    /// Shows a row on every OLT, and its first words those of all readings that a
    /// row of it speaks for.
    pub(crate) proof: (&'static str, &'static str),
    /// Saves what was configured, in EXEC only.
    pub(crate) save: &'static str,
    /// Goes one level up, and logs out in EXEC.
    pub(crate) exit: &'static str,
    /// Goes to EXEC from every mode below it.
    pub(crate) end: &'static str,
}

/// The signs of prompts and questions.
#[derive(Debug)]
pub(crate) struct Prompts {
    /// Ends the prompt of a user without privileges.
    pub(crate) user: char,
    /// Ends the prompt of a privileged user, in every mode.
    pub(crate) enabled: char,
    /// What stands around the name of a mode.
    pub(crate) brackets: (char, char),
    /// What ends a question that wants `yes` or `no`.
    pub(crate) confirmation: &'static str,
    /// How a user is asked for, in small letters, without what stands around it.
    pub(crate) names: &'static [&'static str],
    /// How a password is asked for, written so too.
    pub(crate) passwords: &'static [&'static str],
}

/// The lines that stand in place of an answer, by their beginnings.
#[derive(Debug)]
pub(crate) struct Refusals {
    /// What begins a refusal.
    pub(crate) signs: &'static [&'static str],
    /// Refusals without such a sign.
    pub(crate) bare: &'static [&'static str],
    /// "No related information to show": a list without rows.
    pub(crate) empty: &'static [&'static str],
    /// Whole lines that look like a refusal and are none.
    pub(crate) notices: &'static [&'static str],
    /// What begins a line that only tells.
    pub(crate) told: &'static str,
}

/// C320 and C300 of V2, and of V1.2 what its own does not say otherwise. Refusals
/// of both are listed: they have different numbers, and none is ambiguous.
///
/// A C6xx calls its ports otherwise (§3) and shows them in its prompt (§1.4). With
/// which line it says that a list is empty is not known, so it is not listed here.
pub(crate) const C3XX: Dialect = Dialect {
    ports: PortNames { pon: "gpon-olt_", onu: "gpon-onu_" },
    prompts: Prompts {
        user: '>',
        enabled: '#',
        brackets: ('(', ')'),
        confirmation: "[yes/no]:",
        // `Username` is the device's (§1.1); the others are usual where a server
        // of logins stands between.
        names: &["username", "user name", "user", "userid", "user id", "login", "login name"],
        // A new one, or the old one for that, is for a person to think of (§9.5).
        passwords: &["password", "enter password", "user password", "login password", "enable password"],
    },
    refusals: Refusals {
        signs: &["%Error ", "%Code ", "% "],
        // §2, §6 nr. 12
        bare: &[
            "T-CONT does not exist",
            "Invalid port",
            "Task does not exist.",
            "No such files in slave",
            "Initiate a FTP transfer failed",
            "System is busy",
        ],
        // The same number in both generations, 32310 on V1.2 and 62310 on V2 (§1.8).
        empty: &["%Code 32310", "%Code 62310"],
        // §1.1
        notices: &["% The password is not strong, please change the password."],
        told: "%Info",
    },
    ways: &[
        COMMON,
        &[Way { to: Kind::Remote, from: Kind::Config, line: REMOTE, mode: "gpon-onu-mng {numbers}" }],
    ],
    lines: Lines {
        enable: "enable",
        unpaged: "terminal length 0",
        // All have the profile `default` (§9.2).
        proof: ("show gpon profile tcont", "show gpon "),
        save: "write",
        exit: "exit",
        end: "end",
    },
    changes: Some(&changes::C3XX),
};

/// The ways of C3xx that are the same in every generation.
pub(super) const COMMON: &[Way] = &[
    Way { to: Kind::Config, from: Kind::Exec, line: "configure terminal", mode: "config" },
    Way { to: Kind::Gpon, from: Kind::Config, line: "gpon", mode: "config-gpon" },
    Way { to: Kind::Pon, from: Kind::Config, line: "pon", mode: "config-pon" },
    Way { to: Kind::PonPort, from: Kind::Config, line: "interface {port}", mode: "config-if" },
    Way { to: Kind::Onu, from: Kind::Config, line: "interface {port}", mode: "config-if" },
];
pub(super) const REMOTE: &str = "pon-onu-mng {port}";

#[cfg(test)]
pub(crate) mod tests;

use serde::{Deserialize, Serialize};

/// What the agent of an OLT that has just booted does not show yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Booting {
    /// Nothing is there.
    #[default]
    All,
    /// The system group is not.
    System,
    /// All but the system group is not.
    Trees,
}

/// What the network, or a device behind it, does to the bytes of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// The LF of an end of line is sent so much later than its CR.
    SplitLineEnds,
    /// One byte is sent at a time, each so much later than the one before.
    Trickle,
    /// A NUL is sent so long before whatever is said.
    Nul,
    /// A LF that comes so much later than its CR is an Enter of its own, at the login too.
    LateLf,
}

/// What a terminal floods its client with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flood {
    /// Empty lines.
    #[default]
    EmptyLines,
    /// Lines of text.
    Lines,
    /// One line of text without an end.
    OneLine,
    /// BS.
    Backspaces,
    /// CR without LF.
    Returns,
    /// ANSI sequences that place the cursor.
    Escapes,
    /// An ANSI sequence without an end.
    EndlessEscape,
    /// NUL.
    Nuls,
    /// BEL.
    Bells,
    /// Offers of telnet options.
    Negotiation,
    /// A telnet subnegotiation without an end.
    Subnegotiation,
}

impl Flood {
    /// What begins it, and what is said again and again.
    pub(crate) fn bytes(self) -> (&'static [u8], &'static [u8]) {
        match self {
            Self::EmptyLines => (b"", b"\r\n"),
            Self::Lines => (b"", b"Nothing happened at all.\r\n"),
            Self::OneLine => (b"", b"and so on "),
            Self::Backspaces => (b"", b"\x08"),
            Self::Returns => (b"", b"\r"),
            Self::Escapes => (b"", b"\x1b[24;1H"),
            Self::EndlessEscape => (b"\x1b[", b"1;"),
            Self::Nuls => (b"", b"\0"),
            Self::Bells => (b"", b"\x07"),
            Self::Negotiation => (b"", b"\xff\xfb\x2a"),
            Self::Subnegotiation => (b"\xff\xfa\x18", b"\x01"),
        }
    }
}

/// When a terminal floods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// Behind the negotiation, before the banner.
    #[default]
    Login,
    /// Before the answer to a command.
    Answer,
}

/// How a column goes on that has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endless {
    /// By rows like its own, from port to port.
    #[default]
    Rows,
    /// By rows with longer and longer indexes.
    Deeper,
}

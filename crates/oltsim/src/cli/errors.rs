use super::command::Syntax;
use super::options::{Caret, CliOptions};

/// Whether the lines are those of V1.2, which have no numbers (fact sheet, CLI §1.8).
pub(crate) fn is_old(firmware: &str) -> bool {
    firmware.starts_with("V1.")
}

/// What the device prints for a refused line: the caret, where the message
/// points at one, and the message (fact sheet, CLI §2). `start` and `end` are
/// the columns of the bad word on the terminal.
pub(crate) fn refusal(syntax: Syntax, start: usize, end: usize, old: bool, options: &CliOptions) -> String {
    // V1.2 is known with this one line only.
    let message = match syntax {
        _ if old => "% Invalid input detected at '^' marker.",
        Syntax::NotHere => "%Error 20200: Invalid input detected at '^' marker.",
        Syntax::InvalidKeyword => &options.invalid_keyword,
        Syntax::BadParameter => "%Error 20202: Invalid input detected at '^' marker.Invalid parameter",
        Syntax::Incomplete => "%Error 20203: Incomplete command.",
        Syntax::Ambiguous => "%Error 20204: Ambiguous command",
        Syntax::Unrecognized => "%Error 20206: Unrecognized command",
    };
    let column = match options.caret {
        Caret::After => end + 1,
        Caret::Under => start,
    };
    if message.contains('^') { format!("{:column$}^\n{message}\n", "") } else { format!("{message}\n") }
}

/// "No related information to show."
pub(crate) fn empty(old: bool) -> String {
    let family = if old { 3 } else { 6 };
    format!("%Code {family}2310-GPONSRV : No related information to show.\n")
}

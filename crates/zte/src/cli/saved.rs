//! Outputs saved from a terminal: what stands around an answer is taken away.

use super::halves::Halves;
use super::prompt;
use super::reader::is_echo;
use super::screen::{PAGER, Screen};
use crate::firmware::dialect::C3XX;

/// A byte-order mark, which editors put in front of what they save.
const MARK: char = '\u{feff}';

/// The text of a file that was saved from a terminal, whatever bytes it holds:
/// UTF-8, or UTF-16 where a mark says so, as Windows saves it.
pub(crate) fn text(bytes: &[u8]) -> String {
    let utf_16 = |bytes: &[u8], word: fn([u8; 2]) -> u16| {
        let words = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(word);
        char::decode_utf16(words).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes {
        // Without the zero it is a word of telnet.
        [0xff, 0xfe, rest @ ..] if rest.get(1) == Some(&0) => utf_16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] if rest.first() == Some(&0) => utf_16(rest, u16::from_be_bytes),
        _ => {
            let (mut halves, mut whole) = (Halves::default(), Vec::with_capacity(bytes.len()));
            bytes.iter().for_each(|byte| halves.take(*byte, |byte| whole.push(byte)));
            halves.finish(|byte| whole.push(byte));
            gpon::text::keep(&whole)
        }
    }
}

/// A text holds the answer to another command, as it was typed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Other(pub(crate) String);

/// The answer to `command` in a text that was saved or pasted from a terminal.
///
/// The prompt with the command, if it is there, begins the answer, and the next
/// prompt of the same host ends it; without one, all of the text is the answer.
/// Pagers, with or without the bytes that erase them, vanish. Lines that the
/// terminal wrapped stay wrapped, as they do in a session.
///
/// # Errors
/// Where the text shows that another command was typed, and this one nowhere.
pub(crate) fn answer(text: &str, command: &str) -> Result<String, Other> {
    let text = text.trim_start_matches(MARK);
    let mut screen = Screen::default();
    // Some programs write the backspaces that erase a pager in two characters.
    let spelled = text.contains("--More--^H").then(|| text.replace("^H", "\x08"));
    screen.write(&gpon::text::bytes(spelled.as_deref().unwrap_or(text)));
    let lines = screen.lines().map(str::to_owned).chain([screen.last()]);
    let lines: Vec<String> = lines.filter_map(without_pager).collect();

    let echo = lines.iter().enumerate().rev().find_map(|(at, line)| {
        let (host, typed) = prompted(line)?;
        let same = same_command(typed, command) || is_echo(&C3XX.prompts, line, host, command);
        same.then(|| (at, host.to_owned()))
    });
    let (first, host) = match echo {
        Some((at, host)) => (at + 1, Some(host)),
        None => match lines.iter().find_map(|line| prompted(line).filter(|(_, typed)| is_show(typed))) {
            Some((_, typed)) => return Err(Other(typed.trim().to_owned())),
            None => (0, None),
        },
    };
    let mut answer = String::new();
    for line in &lines[first..] {
        // A copy may have shifted what stands below the first line by some blanks.
        let prompt = host.as_deref().is_some_and(|host| {
            prompt::split(&C3XX.prompts, line, host).is_some()
                || prompt::mode(&C3XX.prompts, line.trim(), host).is_some()
        });
        if prompt {
            break;
        }
        answer.push_str(line);
        answer.push('\n');
    }
    // The line behind the last line feed.
    if answer.ends_with("\n\n") || answer == "\n" {
        answer.pop();
    }
    Ok(answer)
}

/// The host of a line that begins with a prompt, and what was typed behind it.
fn prompted(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start_matches([' ', MARK]);
    let end = line.find(['#', '>', '('])?;
    let host = &line[..end];
    let word = !host.is_empty() && !host.contains(char::is_whitespace);
    let (_, typed) = prompt::split(&C3XX.prompts, line, host).filter(|_| word)?;
    Some((host, typed))
}

/// Whether a show command was typed.
fn is_show(typed: &str) -> bool {
    let mut words = typed.split_whitespace();
    words.next().is_some_and(|word| word.len() > 1 && "show".starts_with(word)) && words.next().is_some()
}

/// Whether the words that were typed are those of the command, each of them
/// perhaps shortened.
fn same_command(typed: &str, command: &str) -> bool {
    let (mut typed, mut words) = (typed.split_whitespace(), command.split_whitespace());
    loop {
        match (typed.next(), words.next()) {
            (None, None) => return true,
            (Some(short), Some(word)) if word.starts_with(short) => {}
            _ => return false,
        }
    }
}

/// A line without the pager in front of it, as terminals leave it in a copied
/// text; `None` when there is nothing but a pager.
fn without_pager(line: String) -> Option<String> {
    let Some(rest) = line.strip_prefix(PAGER).or_else(|| line.strip_prefix(PAGER.trim_start())) else {
        return Some(line);
    };
    // What erased it may have been pasted as blanks, or not at all.
    let rest = rest.strip_prefix(&" ".repeat(PAGER.len())).unwrap_or(rest);
    (!rest.trim().is_empty()).then(|| rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_vanishes() {
        let erased = "\x08 \x08".repeat(9);
        for text in [
            "row 1\nrow 2\n".to_owned(),
            "row 1\r\nrow 2\r\n".to_owned(),
            "ZXAN#show card\r\nrow 1\r\nrow 2\r\nZXAN#".to_owned(),
            "ZXAN#sh clock\nnow\nZXAN(config)#sho card\nrow 1\n --More--\nrow 2\nZXAN(config)#exit\nx\n"
                .to_owned(),
            format!("my-olt>show card\r\nrow 1\r\n --More--{erased}row 2\r\nmy-olt>"),
            "ZXAN#show card\nrow 1\n--More--         row 2\nZXAN#\n".to_owned(),
            format!("ZXAN#show card\nrow 1\n --More--{}row 2\nZXAN#\n", "^H ^H".repeat(9)),
        ] {
            assert_eq!(answer(&text, "show card").unwrap(), "row 1\nrow 2\n", "{text:?}");
        }
        let whole = |text: &str, command: &str| answer(text, command).unwrap();
        assert_eq!(whole("", "show card"), "");
        let long = format!("show {}", "x".repeat(80));
        assert_eq!(whole("ZXAN#$xxxx\nrow\nZXAN#", &long), "row\n");
        assert_eq!(whole("a\n\nb\n", "show card"), "a\n\nb\n");
        assert_eq!(whole("ZXAN#exit\na\n", "show card"), "ZXAN#exit\na\n");
    }

    #[test]
    fn marks_and_blanks_of_a_copy_vanish() {
        for text in [
            "\u{feff}ZXAN#show card\r\nrow 1\r\nZXAN#",
            "\u{feff}row 1\n",
            "ZXAN#show card\n row 1\n ZXAN#",
            " ZXAN#show card\n row 1\n ZXAN# \n",
        ] {
            assert_eq!(answer(text, "show card").unwrap().trim(), "row 1", "{text:?}");
        }
        assert_eq!(answer("ZXAN#show card\n  name ZXAN#x\nZXAN#", "show card").unwrap(), "  name ZXAN#x\n");
    }

    #[test]
    fn files_of_any_bytes_are_text() {
        let utf_16 =
            |order: fn(u16) -> [u8; 2]| "\u{feff}ñ 1\n".encode_utf16().flat_map(order).collect::<Vec<u8>>();
        for bytes in [utf_16(u16::to_le_bytes), utf_16(u16::to_be_bytes), "\u{feff}ñ 1\n".as_bytes().to_vec()]
        {
            assert_eq!(text(&bytes).trim_start_matches(MARK), "ñ 1\n");
        }
        assert_eq!(text(b"Se\xc3\n\xb1ora \xff"), "Señ\nora \u{efff}", "kept as a byte");
        assert!(text(b"\xff\xfe\x01OLT#").ends_with("OLT#"), "words of telnet are no mark");
    }

    #[test]
    fn another_command_is_told() {
        let other = answer("ZXAN#show fan \nrow\nZXAN#", "show card");
        assert_eq!(other, Err(Other("show fan".to_owned())));
    }
}

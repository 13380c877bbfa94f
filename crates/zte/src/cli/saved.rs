//! Outputs saved from a terminal: what stands around an answer is taken away.

use super::prompt;
use super::reader::is_echo;
use super::screen::{PAGER, Screen};

/// The answer to `command` in a text that was saved or pasted from a terminal.
///
/// The prompt with the command, if it is there, begins the answer, and the next
/// prompt of the same host ends it; without one, all of the text is the answer.
/// Pagers, with or without the bytes that erase them, vanish. Lines that the
/// terminal wrapped stay wrapped, as they do in a session.
pub(crate) fn answer(text: &str, command: &str) -> String {
    let mut screen = Screen::default();
    screen.write(text.as_bytes());
    let mut lines = screen.lines().to_vec();
    lines.push(screen.last());
    let lines: Vec<String> = lines.into_iter().filter_map(without_pager).collect();

    let echo = lines.iter().enumerate().rev().find_map(|(at, line)| {
        let host = typed(line, command)?;
        Some((at, host.to_owned()))
    });
    let (first, host) = match echo {
        Some((at, host)) => (at + 1, Some(host)),
        None => (0, None),
    };
    let mut answer = String::new();
    for line in &lines[first..] {
        let prompt = host.as_deref().is_some_and(|host| prompt::split(line, host).is_some());
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
    answer
}

/// The host of a line that is a prompt with this command behind it.
fn typed<'a>(line: &'a str, command: &str) -> Option<&'a str> {
    let end = line.find(['#', '>', '('])?;
    let host = &line[..end];
    let word = !host.is_empty() && !host.contains(char::is_whitespace);
    let (_, typed) = prompt::split(line, host).filter(|_| word)?;
    (same_command(typed, command) || is_echo(line, host, command)).then_some(host)
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
        ] {
            assert_eq!(answer(&text, "show card"), "row 1\nrow 2\n", "{text:?}");
        }
        assert_eq!(answer("", "show card"), "");
        let long = format!("show {}", "x".repeat(80));
        assert_eq!(answer("ZXAN#$xxxx\nrow\nZXAN#", &long), "row\n");
        assert_eq!(answer("a\n\nb\n", "show card"), "a\n\nb\n");
    }
}

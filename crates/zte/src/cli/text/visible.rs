//! Text as an operator can read it.

/// Text with what a terminal would not show, or would obey, made visible:
/// control characters as `^[`, marks without a width as `<U+FEFF>`.
pub(in crate::cli) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => shown.push(c),
            '\0'..='\x1f' => shown.extend(['^', char::from(c as u8 + b'@')]),
            '\x7f' => shown.push_str("^?"),
            '\u{80}'..='\u{9f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}' => shown.push_str(&format!("<U+{:04X}>", c as u32)),
            _ => shown.push(c),
        }
    }
    shown
}

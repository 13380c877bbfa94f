//! The pager and the end of the line. A refusal has two rows: the caret and the line.

use crate::terminal::{Terminal, with_cli};

const CARET: &str = "         ^\r\n";
const REFUSED: &str = "%Error 20200: Invalid input detected at '^' marker.\r\n";

#[tokio::test]
async fn the_pager_waits_for_a_key_and_erases_its_marker() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    assert_eq!(terminal.ask("terminal length 1", "#").await, "terminal length 1\r\nSMALL#");
    let more = format!("ping\r\n{}{CARET} --More--", "  ");
    let erased = "\x08 \x08".repeat(9);
    for key in [" ", "\n", "\r\0"] {
        assert_eq!(terminal.ask("ping", "--More--").await, more);
        terminal.send("x").await;
        terminal.send(key).await;
        assert_eq!(terminal.until("#").await, format!("{erased}{REFUSED}SMALL#"));
    }
    for key in ["q", "\x03"] {
        terminal.ask("ping", "--More--").await;
        terminal.send(key).await;
        assert_eq!(terminal.until("#").await, format!("{erased}SMALL#"));
    }
    terminal.ask("terminal length 2", "#").await;
    assert!(terminal.ask("ping", "#").await.ends_with(&format!("{REFUSED}SMALL#")), "a full page is no more");
    terminal.ask("terminal length 1", "#").await;
    terminal.ask("terminal length 0", "#").await;
    assert!(terminal.ask("ping", "#").await.ends_with(&format!("{REFUSED}SMALL#")));
}

#[tokio::test]
async fn output_is_cut_at_the_last_column() {
    let simulator = with_cli("width = 40\nerase = 8\nline_end = \"crcrlf\"\npage_lines = 2").await;
    let mut terminal = Terminal::of(&simulator).await;
    terminal.until("Username:").await;
    terminal.send("zte\nzte\n").await;
    terminal.until("SMALL#").await;
    let answer = terminal.ask("ping", "--More--").await;
    let row = "%Error 20200: Invalid input detected at ";
    assert_eq!(row.len(), 40);
    assert_eq!(answer, format!("ping\r\r\n  {}{row}\r\r\n --More--", CARET.replace("\r\n", "\r\r\n")));
    terminal.send(" ").await;
    let erased = "\x08 \x08".repeat(8);
    assert_eq!(terminal.until("#").await, format!("{erased}'^' marker.\r\r\nSMALL#"));
}

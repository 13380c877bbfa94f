//! Typing: echo, editing, the line that scrolls, ends of lines.

use crate::terminal::{Terminal, with_cli};

#[tokio::test]
async fn what_is_typed_comes_back_and_can_be_taken_back() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.send("ab\x08\x7f\x7fend\n").await;
    assert_eq!(terminal.until("#").await, "ab\x08 \x08\x08 \x08end\r\nSMALL#");
    terminal.send("junk\x15end\n").await;
    assert!(terminal.until("#").await.ends_with("end\r\nSMALL#"));
    let lines: Vec<String> = simulator.command_lines().into_iter().map(|line| line.line).collect();
    assert_eq!(lines, ["end", "end"]);
}

#[tokio::test]
async fn crlf_is_two_enters_and_a_nul_is_none() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.send("end\r\n").await;
    assert_eq!(terminal.until("SMALL#\r\nSMALL#").await, "end\r\nSMALL#\r\nSMALL#");
    terminal.send("end\r\0end\n").await;
    assert_eq!(terminal.until("end\r\nSMALL#").await, "end\r\nSMALL#end\r\nSMALL#");
    assert_eq!(simulator.counters().cli_commands, 3);
}

#[tokio::test]
async fn a_long_line_scrolls_behind_a_dollar() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    let long = "x".repeat(73) + "abc";
    let shown = terminal.ask(&long, "#").await;
    // 73 columns behind the prompt; the next character moves the text by 20.
    let (before, tail) = ("x".repeat(73), "x".repeat(73 - 21));
    let left = 73 - 1 - 52 - 1;
    let redraw = format!("{}${tail}a{}{}", "\x08".repeat(73), " ".repeat(left), "\x08".repeat(left));
    assert!(shown.starts_with(&format!("{before}{redraw}bc\r\n")), "{shown:?}");
    assert_eq!(simulator.command_lines()[0].line, long);

    let simulator = with_cli("dollar = \"end\"").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    let shown = terminal.ask(&long, "#").await;
    assert!(shown.starts_with(&format!("{before}\x08$\r\n")), "{shown:?}");
    assert_eq!(simulator.command_lines()[0].line, long);
}

#[tokio::test]
async fn help_and_completion() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.send("conf?").await;
    assert_eq!(terminal.until("#conf").await, "conf?\r\n  configure\r\nSMALL#conf");
    terminal.send("\t").await;
    assert_eq!(terminal.until("igure ").await, "igure ");
    terminal.send("?").await;
    assert_eq!(terminal.until("configure ").await, "?\r\n  terminal\r\nSMALL#configure ");
    terminal.send("t\n").await;
    terminal.until("SMALL(config)#").await;
}

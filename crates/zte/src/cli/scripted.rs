//! A command line for tests that keeps modes, as the fact sheet has them (CLI
//! §1.4), and notes what is typed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::CliSettings;

/// What follows the last words of an answer to `write`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum After {
    Prompt,
    HangUp,
    Silence,
    Flood,
}

/// `show <s>` is answered after so many seconds, `bad` refused, `reload` asks first,
/// `bye` hangs up a little behind its prompt, and `write` says what it was made to.
#[derive(Debug, Clone)]
pub(crate) struct Scripted {
    /// The answer to `write`, each piece so many seconds after the one before it.
    pub(crate) says: Vec<(u64, &'static str)>,
    pub(crate) after: After,
    /// The sign of its prompt.
    pub(crate) sign: char,
    /// Whether `end` leaves no mode.
    pub(crate) stuck: bool,
    /// How many connections it serves; those behind them are closed at once.
    pub(crate) serves: usize,
    pub(crate) typed: Typed,
}

/// Each connection with the lines behind its login, in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typed(Arc<Mutex<Vec<(usize, String)>>>);

impl Typed {
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|(_, line)| line.clone()).collect()
    }

    pub(crate) fn of(&self, connection: usize) -> Vec<String> {
        let typed = self.0.lock().unwrap();
        typed.iter().filter(|(at, _)| *at == connection).map(|(_, line)| line.clone()).collect()
    }

    pub(crate) fn count(&self, line: &str) -> usize {
        self.all().iter().filter(|typed| *typed == line).count()
    }
}

pub(crate) const SAVED: &str = "Backuping old configuration into flash...\r\n\
    Collecting configuration into memory....\r\nWriting configuration into flash....[OK]\r\n";

impl Default for Scripted {
    fn default() -> Self {
        Self {
            says: vec![(2, SAVED)],
            after: After::Prompt,
            sign: '#',
            stuck: false,
            serves: usize::MAX,
            typed: Typed::default(),
        }
    }
}

impl Scripted {
    /// One that answers `write` so.
    pub(crate) fn saying(says: &[(u64, &'static str)], after: After) -> Self {
        Self { says: says.to_vec(), after, ..Self::default() }
    }

    pub(crate) async fn start(self) -> (CliSettings, Typed) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let settings = CliSettings::new("127.0.0.1", port, "zte", SecretString::from("x"));
        let typed = self.typed.clone();
        tokio::spawn(async move {
            for connection in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                if connection >= self.serves {
                    continue;
                }
                stream.set_nodelay(true).unwrap();
                let device = self.clone();
                tokio::spawn(async move { drop(device.serve(BufReader::new(stream), connection).await) });
            }
        });
        (settings, typed)
    }

    async fn serve(&self, mut stream: BufReader<TcpStream>, connection: usize) -> std::io::Result<()> {
        for question in ["Username:", "\r\nPassword:"] {
            stream.write_all(question.as_bytes()).await?;
            stream.read_line(&mut String::new()).await?;
        }
        stream.write_all(format!("\r\nZXAN{}", self.sign).as_bytes()).await?;
        let mut mode = "";
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            self.typed.0.lock().unwrap().push((connection, line.to_owned()));
            stream.write_all(format!("{line}\r\n").as_bytes()).await?;
            match line {
                "bad" => {
                    stream
                        .write_all(b" ^\r\n%Error 20200: Invalid input detected at '^' marker.\r\n")
                        .await?;
                }
                "configure terminal" => mode = "(config)",
                "end" if !self.stuck => mode = "",
                "exit" => return Ok(()),
                "bye" => {
                    stream.write_all(format!("ZXAN{mode}{}", self.sign).as_bytes()).await?;
                    sleep(Duration::from_millis(100)).await;
                    return Ok(());
                }
                "reload" => {
                    stream.write_all(b"Confirm to reboot? [yes/no]:").await?;
                    let mut answer = String::new();
                    stream.read_line(&mut answer).await?;
                    self.typed.0.lock().unwrap().push((connection, answer.trim_end().to_owned()));
                    stream.write_all(format!("{}\r\n", answer.trim_end()).as_bytes()).await?;
                }
                "write" => {
                    for (seconds, said) in &self.says {
                        sleep(Duration::from_secs(*seconds)).await;
                        stream.write_all(said.as_bytes()).await?;
                    }
                    match self.after {
                        After::Prompt => {}
                        After::HangUp => return Ok(()),
                        After::Silence => std::future::pending().await,
                        After::Flood => loop {
                            stream.write_all(&b"ZXAN#\r\n....[OK]\r\n".repeat(999)).await?;
                        },
                    }
                }
                _ => {
                    if let Some(seconds) = line.strip_prefix("show ") {
                        sleep(Duration::from_secs(seconds.parse().unwrap_or_default())).await;
                        stream.write_all(format!("{seconds} s\r\n").as_bytes()).await?;
                    }
                }
            }
            stream.write_all(format!("ZXAN{mode}{}", self.sign).as_bytes()).await?;
        }
    }
}

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::cli::line::Line;
use crate::cli::session::SETTLED;
use crate::firmware::dialect::C3XX;

/// How the network hands on what the device says.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cut {
    Whole,
    /// A line feed comes 25 ms after its carriage return.
    CrLfApart,
    /// Whatever is said, a NUL comes first.
    NulFirst,
    /// One byte every 20 ms.
    Bytes,
}

/// An OLT that asks for a user, a password, and that of `enable`.
#[derive(Clone, Copy)]
struct Device {
    cut: Cut,
    banner: &'static str,
    name: &'static str,
    password: &'static str,
    /// Shown behind a right password.
    notice: &'static str,
    host: &'static str,
    /// Asks again so often for each, as if nothing had been typed.
    deaf: usize,
    /// What it says to a wrong password.
    refusal: &'static str,
    landing: &'static str,
}

const USUAL: Device = Device {
    cut: Cut::Whole,
    banner: "**\r\nWelcome\r\n**\r\n\r\n",
    name: "Username:",
    password: "Password:",
    notice: "",
    host: "ZXAN",
    deaf: 0,
    refusal: "%Error 20209: No username or bad password",
    landing: ">",
};

struct Wire(TcpStream, Cut);

impl Wire {
    async fn say(&mut self, text: &str) {
        let gap = std::time::Duration::from_millis(if self.1 == Cut::Bytes { 20 } else { 25 });
        let pieces: Vec<&[u8]> = match self.1 {
            Cut::Whole | Cut::NulFirst => vec![text.as_bytes()],
            Cut::CrLfApart => text.as_bytes().split_inclusive(|byte| *byte == b'\r').collect(),
            Cut::Bytes => text.as_bytes().chunks(1).collect(),
        };
        if self.1 == Cut::NulFirst {
            self.0.write_all(b"\0").await.unwrap();
            tokio::time::sleep(2 * SETTLED).await;
        }
        for piece in pieces {
            // The client may have gone.
            if self.0.write_all(piece).await.is_err() {
                return;
            }
            tokio::time::sleep(gap).await;
        }
    }

    /// A line, `None` when the client has gone.
    async fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        while line.last() != Some(&b'\n') {
            line.push(self.0.read_u8().await.ok()?);
        }
        line.pop();
        // Answers of telnet among it.
        Some(String::from_utf8_lossy(&line).into_owned())
    }
}

impl Device {
    /// Its port, and what was typed.
    async fn start(self) -> (u16, tokio::task::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let typed = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let mut typed = Vec::new();
            self.serve(Wire(stream, self.cut), &mut typed).await;
            typed
        });
        (port, typed)
    }

    async fn serve(self, mut wire: Wire, typed: &mut Vec<String>) -> Option<()> {
        wire.say(self.banner).await;
        loop {
            let (mut name, mut password) = (String::new(), String::new());
            for _ in 0..=self.deaf {
                wire.say(self.name).await;
                name = wire.line().await?;
                typed.push(name.clone());
                wire.say(&format!("{name}\r\n")).await;
            }
            for _ in 0..=self.deaf {
                wire.say(self.password).await;
                password = wire.line().await?;
                typed.push(password.clone());
                wire.say("\r\n").await;
            }
            if (name.as_str(), password.as_str()) == ("zte", "secret") {
                break;
            }
            wire.say(&format!("{}\r\n", self.refusal)).await;
        }
        wire.say(self.notice).await;
        let mut prompt = format!("{}{}", self.host, self.landing);
        loop {
            wire.say(&prompt).await;
            let line = wire.line().await?;
            typed.push(line.clone());
            wire.say(&format!("{line}\r\n")).await;
            if line == "enable" {
                for tries in 0..=self.deaf {
                    wire.say(self.password).await;
                    let password = wire.line().await?;
                    typed.push(password.clone());
                    wire.say("\r\n").await;
                    if tries == self.deaf && password == "zxr10" {
                        prompt = format!("{}#", self.host);
                    } else if tries == self.deaf {
                        wire.say("%Error 20208: Bad password\r\n").await;
                    }
                }
            } else if line == "show clock" {
                wire.say("now\r\n").await;
            }
        }
    }
}

fn settings(port: u16) -> CliSettings {
    let mut settings = CliSettings::new("127.0.0.1", port, "zte", SecretString::from("secret"));
    settings.enable_password = Some(SecretString::from("zxr10"));
    settings
}

async fn broken(device: Device) -> Broken {
    let (port, _) = device.start().await;
    Session::open(&settings(port), &C3XX).await.unwrap_err()
}

/// A session is of use: what was typed is what an operator would have typed.
async fn assert_works(device: Device, what: &str) {
    let (port, typed) = device.start().await;
    let mut session =
        Session::open(&settings(port), &C3XX).await.unwrap_or_else(|broken| panic!("{what}: {broken}"));
    let line = Line::new("show clock").unwrap();
    let deadline = Instant::now() + LONGEST;
    let reply = session.run(&line, deadline, Most::READING).await.unwrap();
    assert_eq!((reply.text.as_str(), &reply.mode), ("now\n", &Mode::Enabled), "{what}");
    drop(session);
    let mut expected = Vec::new();
    let times = device.deaf + 1;
    expected.extend(vec!["zte"; times]);
    expected.extend(vec!["secret"; times]);
    if device.landing == ">" {
        expected.push("enable");
        expected.extend(vec!["zxr10"; times]);
    }
    expected.extend(["terminal length 0", "show clock"]);
    let typed = typed.await.unwrap();
    let typed: Vec<&str> =
        typed.iter().map(|line| line.trim_matches(|c: char| !c.is_ascii_alphanumeric())).collect();
    assert_eq!(typed, expected, "{what}");
}

#[tokio::test]
async fn a_network_that_cuts_refuses_nobody() {
    for cut in [Cut::Whole, Cut::CrLfApart, Cut::NulFirst, Cut::Bytes] {
        assert_works(Device { cut, ..USUAL }, &format!("{cut:?}")).await;
    }
}

/// A prompt is not one as long as its rest is on its way.
#[tokio::test]
async fn what_looks_like_a_prompt_on_the_way() {
    let notice = "OLT#1 of 2\r\nnorth> east\r\n";
    assert_works(Device { cut: Cut::Bytes, notice, ..USUAL }, "byte by byte").await;
}

#[tokio::test]
async fn the_words_of_a_login_differ() {
    for (name, password) in [
        ("  Username:", " Password: "),
        ("login:", "password:"),
        ("Login: ", "PASSWORD:"),
        ("olt login:", "Enter Password:"),
    ] {
        assert_works(Device { name, password, ..USUAL }, name).await;
    }
}

#[tokio::test]
async fn hosts_have_odd_names() {
    for host in ["OLT/1", "OLT(north)", "noc@OLT", "OLT:1", "a/b(c@d:e)", "[9]"] {
        for landing in [">", "#"] {
            assert_works(Device { host, landing, ..USUAL }, host).await;
        }
    }
}

/// A question alone is no refusal, nor is it answered for ever.
#[tokio::test]
async fn asked_again_is_answered_again() {
    assert_works(Device { deaf: TRIES - 1, ..USUAL }, "twice deaf").await;
    let Broken::LoginRefused(line) = broken(Device { deaf: TRIES, ..USUAL }).await else { panic!() };
    assert_eq!(line, "the OLT asked for the user again and again, without a word");
}

#[tokio::test]
async fn only_its_own_words_refuse() {
    for refusal in [
        "%Error 20209: No username or bad password",
        "% Username or password error",
        " No username or bad password",
        "%Error 20208: Bad password",
        "%Error 20219: User is locked",
    ] {
        let (port, typed) = Device { refusal, ..USUAL }.start().await;
        let mut settings = settings(port);
        settings.password = SecretString::from("wrong");
        let broken = Session::open(&settings, &C3XX).await.unwrap_err();
        assert_eq!(broken, Broken::LoginRefused(refusal.trim().to_owned()));
        assert_eq!(typed.await.unwrap(), ["zte", "wrong"], "{refusal}");
    }
    let (port, typed) = USUAL.start().await;
    let mut settings = settings(port);
    settings.enable_password = Some(SecretString::from("wrong"));
    let broken = Session::open(&settings, &C3XX).await.unwrap_err();
    assert_eq!(broken, Broken::LoginRefused("%Error 20208: Bad password".into()));
    assert_eq!(typed.await.unwrap(), ["zte", "secret", "enable", "wrong"]);
}

/// A word that is not known is told, and is not answered for ever.
#[tokio::test]
async fn unknown_words_are_told() {
    let (port, typed) = Device { refusal: "% Go away", ..USUAL }.start().await;
    let mut settings = settings(port);
    settings.password = SecretString::from("wrong");
    let Broken::LoginRefused(line) = Session::open(&settings, &C3XX).await.unwrap_err() else { panic!() };
    assert_eq!(line, "the OLT asked for the user again and again, % Go away");
    assert_eq!(typed.await.unwrap().len(), 2 * TRIES);
}

/// Where nobody here can go on, the OLT's line is told at once, and no secret is.
#[tokio::test]
async fn what_only_a_person_can_type() {
    for (notice, host, told) in [
        ("You must change your password.\r\n", "New password", "`You must change"),
        ("", "my olt", "`my olt>`"),
        ("Change it now? [yes/no]:", "", "`Change it now? [yes/no]:>`"),
        ("secret expires, zxr10 too\r\n", "Old password for zxr10", "`Old password for ***>`"),
    ] {
        let landing = if host == "New password" { ":" } else { ">" };
        let began = Instant::now();
        let broken = broken(Device { notice, host, landing, ..USUAL }).await;
        let text = broken.to_string();
        assert!(matches!(broken, Broken::Asked { .. }), "{text}");
        let told = if landing == ":" { "`New password:`" } else { told };
        assert!(text.contains(told) && !text.contains("secret") && !text.contains("zxr10"), "{text}");
        assert!(began.elapsed() < SILENCE, "{text}");
    }
}

#[tokio::test]
async fn what_was_said_before_hanging_up_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"All lines are busy\r\n").await.unwrap();
    });
    let text = Session::open(&settings(port), &C3XX).await.unwrap_err().to_string();
    assert_eq!(text, "the OLT closed the connection while logging in; its last line: `All lines are busy`");
    let text = Session::open(&settings(1), &C3XX).await.unwrap_err().to_string();
    assert!(text.ends_with("(check olts[].cli.host and port)"), "{text}");
}

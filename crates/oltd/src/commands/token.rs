//! `oltd token`.

use std::fmt::Write;

use anyhow::anyhow;
use sha2::{Digest, Sha256};

/// Before the digits, so that a token that lies around is known for what it is.
const PREFIX: &str = "oltd_";

/// Whose token it is.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The name of its holder, for the logs: 1 to 32 of a-z, 0-9 and -
    #[arg(long, value_name = "NAME", default_value = "client", value_parser = name)]
    name: String,
    /// Let its holder write, where `olts[].writes` lets writes through
    #[arg(long)]
    write: bool,
}

fn name(text: &str) -> Result<String, String> {
    let letters = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    match letters && (1..=32).contains(&text.len()) && !text.starts_with('-') {
        true => Ok(text.to_owned()),
        false => Err("1 to 32 of a-z, 0-9 and -, the first not a -".to_owned()),
    }
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let mut random = [0; 32];
    let source = rustls::crypto::aws_lc_rs::default_provider().secure_random;
    source.fill(&mut random).map_err(|_| anyhow!("the system gives no random numbers"))?;
    let token = format!("{PREFIX}{}", hex(&random));
    let sha256 = hex(&Sha256::digest(&token));
    let name = &args.name;
    let write = if args.write { "write = true\n" } else { "" };
    super::print(&format!(
        "{token}\n\
         \n\
         This is the token of `{name}`. Hand it over; it is shown only now. A client sends it as\n\
         `Authorization: Bearer TOKEN` or `X-API-Key: TOKEN`. Add this to oltd.toml and restart oltd:\n\
         \n\
         [[auth.tokens]]\n\
         name = \"{name}\"\n\
         sha256 = \"{sha256}\"\n\
         {write}"
    ));
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

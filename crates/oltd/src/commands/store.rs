//! `oltd store`.

use std::path::PathBuf;

use oltd::config;
use oltd::store::{StoreSettings, accept_copy, backup, copy_key};

/// What to do with the store.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    act: Act,
    /// The configuration file [default: $OLTD_CONFIG, else oltd.toml where there is one]
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Copy the store to a file, also while `serve` runs.
    ///
    /// The copy is marked: where it is put in the place of a store, nothing is written
    /// to an OLT until `oltd store accept`. It does not hold the key.
    Backup {
        /// The file, which must not be there yet
        file: PathBuf,
    },
    /// Write the key of the store to a file, to be kept apart from its copies.
    Key {
        /// The file, which must not be there yet
        file: PathBuf,
    },
    /// Accept a store that was copied as the one to go on with.
    ///
    /// What the OLTs were told after the copy was made is not in it: compare first.
    /// The server must not run.
    Accept,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let settings = config::load(&config::gather(args.config.as_deref())?)?.store;
    let folder = settings.folder.display();
    match &args.act {
        Act::Backup { file } => {
            let copied = file.clone();
            let from = settings.clone();
            super::block_on(async move { Ok(backup(&from, &copied).await?) })?;
            super::print(&format!(
                "The store of {folder} was copied to {}. Its documents are encrypted:\n\
                 `oltd store key FILE` writes the key, to be kept apart.\n",
                file.display()
            ));
        }
        Act::Key { file } => {
            copy_key(&settings, file)?;
            super::print(&format!(
                "The key of the store of {folder} was written to {}. Whoever has it can read every copy.\n",
                file.display()
            ));
        }
        Act::Accept => super::block_on(accept(settings.clone()))?,
    }
    Ok(())
}

async fn accept(settings: StoreSettings) -> anyhow::Result<()> {
    let folder = settings.folder.display();
    let said = match accept_copy(&settings).await? {
        true => format!("The store of {folder} is accepted: `oltd serve` writes as it is configured to.\n"),
        false => format!("The store of {folder} is not a copy: there was nothing to accept.\n"),
    };
    super::print(&said);
    Ok(())
}

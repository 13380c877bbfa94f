//! Prints the table of figures: what oltd costs an OLT, and how it behaves when
//! the OLT misbehaves. Run by `scripts/bench`; figures depend on the machine,
//! packets and ratios do not.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod daemon;
mod driver;
mod faults;
mod rig;
mod table;
mod walk;

use table::Table;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut table = Table::default();
    runtime.block_on(async {
        walk::replay(&mut table).await;
        driver::cold_list(&mut table).await;
        driver::cold_list_delayed(&mut table).await;
        driver::whole_olt(&mut table).await;
        daemon::callers(&mut table).await;
        faults::lossy(&mut table).await;
        faults::silent(&mut table).await;
    });
    daemon::binary(&mut table);
    table.print();
}

//! Prints the table of figures: what oltd costs an OLT, and how it behaves when
//! the OLT misbehaves. Run by `scripts/bench`; figures depend on the machine,
//! packets and ratios do not.

#![expect(clippy::unwrap_used)]

mod beside;
mod clients;
mod daemon;
mod driver;
mod faults;
mod instances;
mod journal;
mod memory;
mod monitoring;
mod registering;
mod served;
mod slow;
mod suspending;
mod table;
mod walk;
mod warm;
mod writes;

use table::Table;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if warm::serve_bare(&arguments) || journal::write_until_killed(&arguments) {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut table = Table::default();
    // Arguments that are no flags choose figures by the names of their functions.
    let chosen: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    macro_rules! figures {
        ($always:expr, $($file:ident::$name:ident),*) => {
            runtime.block_on(async {
                $(
                    if ($always && chosen.is_empty()) || chosen.iter().any(|word| word == stringify!($name)) {
                        $file::$name(&mut table).await;
                    }
                )*
            })
        };
    }
    figures!(
        true,
        walk::replay,
        driver::cold_list,
        driver::cold_list_delayed,
        driver::whole_olt,
        daemon::callers,
        faults::lossy,
        faults::silent,
        slow::slow_list,
        slow::slow_whole_olt,
        monitoring::one_onu,
        monitoring::many_callers,
        monitoring::restart,
        warm::warm_list,
        instances::two_instances,
        instances::invalidation,
        instances::outages,
        memory::ten_olts,
        clients::limiter,
        writes::line_time,
        registering::register_lines,
        registering::register_time,
        journal::journal_step,
        journal::journal_size
    );
    // These take from ten minutes to over an hour: by their names alone.
    figures!(
        false,
        registering::register_batch,
        suspending::suspend_many,
        beside::reads_beside_a_save,
        writes::every_step,
        writes::load
    );
    if chosen.is_empty() {
        daemon::binary(&mut table);
    }
    table.print();
}

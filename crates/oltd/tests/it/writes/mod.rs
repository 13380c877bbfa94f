//! Writes: the real server in front of the simulator's command line.

#[cfg(unix)]
mod accepted;
#[cfg(unix)]
mod answers;
#[cfg(unix)]
mod callbacks;
#[cfg(unix)]
mod callbacks_tls;
mod cancel;
#[cfg(unix)]
pub(crate) mod daemon;
mod every_batch;
mod every_step;
mod glitches;
mod half_made;
mod hostile;
#[cfg(unix)]
mod idempotency;
#[cfg(unix)]
mod killed;
#[cfg(unix)]
mod killed_batches;
mod load;
mod lost;
mod meaningless;
mod odd;
mod onu;
mod page;
#[cfg(unix)]
mod people;
mod profiles;
mod queue;
#[cfg(unix)]
mod receiver;
mod register;
mod register_ground;
#[cfg(unix)]
mod restarted;
#[cfg(unix)]
mod save_plan;
mod saving;
#[cfg(unix)]
mod stopped;
mod strangers;
mod take_over;
mod take_over_undone;
mod together;
mod told;
mod torn;
#[cfg(unix)]
mod unawaited;

//! Writes: the real server in front of the simulator's command line.

#[cfg(unix)]
mod daemon;
mod every_step;
mod hostile;
#[cfg(unix)]
mod killed;
mod load;
mod odd;
mod onu;
mod page;
#[cfg(unix)]
mod people;
mod queue;
#[cfg(unix)]
mod restarted;
mod saving;
#[cfg(unix)]
mod stopped;
mod together;

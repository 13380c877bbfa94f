//! Writes: the real server in front of the simulator's command line.

#[cfg(unix)]
mod daemon;
mod every_step;
mod hostile;
#[cfg(unix)]
mod killed;
mod odd;
mod onu;
#[cfg(unix)]
mod people;
mod saving;
#[cfg(unix)]
mod stopped;
mod together;

//! Writes: the real server in front of the simulator's command line.

mod every_step;
mod load;
mod onu;
mod queue;

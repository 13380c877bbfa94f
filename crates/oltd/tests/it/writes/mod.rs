//! Writes: the real server in front of the simulator's command line.

mod onu;

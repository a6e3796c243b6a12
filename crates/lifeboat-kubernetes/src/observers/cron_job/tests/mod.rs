//! What is concluded of CronJobs, with objects made by hand and the time as an argument.

mod builder;
mod facts;
mod fleet;
mod restore_tests;
mod runs;
mod stories;

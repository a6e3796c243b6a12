//! Tests of the observer: objects and readings in, verdicts out.

mod common;
mod objects;
mod readings;
mod replay;
mod runs;
mod schedules;
mod setup;
mod standbys;
mod stories_of_archiving;
mod stories_of_backups;
mod stories_of_points;
mod stories_of_schedules;

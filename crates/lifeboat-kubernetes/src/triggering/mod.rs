//! Jobs that somebody asks for: made from a `CronJob` as `kubectl create job --from` makes them.
//!
//! ```text
//! cron_job    which CronJob carries out what is asked for; how everything else is started
//! template    from a CronJob to the Job, and its name
//! requests    the requests, and what failed ones mean
//! trigger     all of it at work
//! ```
//!
//! Everything here is as the API server has it, and as a whole: of the objects in memory only those
//! fields are kept that are looked at, and a Job needs them all.

mod cron_job;
mod requests;
mod template;
mod trigger;

pub(crate) use trigger::JobTrigger;

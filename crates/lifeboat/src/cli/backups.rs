//! `lifeboat backups`: the commands on backups that are there.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use lifeboat_repository::{BackupId, Level, RestoreChecksum, Selection};

use super::{RepositoryOptions, values};

#[derive(Debug, Subcommand)]
pub(crate) enum BackupsCommand {
    /// List the backups of an instance
    List(Box<ListOptions>),
    /// Show one backup: its blocks, files and last verification
    Show(Box<ShowOptions>),
    /// Keep a backup from every prune
    Pin(Box<PinOptions>),
    /// Leave a backup to the retention policy again
    Unpin(Box<UnpinOptions>),
    /// Check that backups can be restored
    #[command(long_about = "\
Check that backups can be restored.

Levels:
  quick      every object is there and has the right size; no data is read
  checksums  every byte is read and compared with its SHA-256
  deep       as checksums, and every structure of the database is checked: index, references,
             every chunk's checksum, counts

An object that several backups share is read once. Each bad object is named with every backup that \
it hurts. The result is kept beside the backup.")]
    #[command(after_help = "\
Examples:
  lifeboat backups verify --repository s3://backups/prometheus
  A tenth of the blocks, every byte, another tenth each time:
    lifeboat backups verify --repository s3://backups/prometheus \\
        --level deep --sample 10
  One backup:
    lifeboat backups verify backup-20261121-020000 --level deep \\
        --repository /var/backups/prometheus")]
    Verify(Box<VerifyOptions>),
    /// Remove backups by the retention policy, and objects that nothing needs
    #[command(long_about = "\
Remove backups by the retention policy, and objects that nothing needs.

Keeps the newest backup of each of the last hours and days, and the first one of each of the last \
weeks, months and years (grandfather-father-son). Days without a backup do not count, so when \
backups stop, old ones stay. Never removed: a pinned backup, and the newest one that was verified \
and found good.

Objects that no backup needs any more stay for a grace, so that a backup running at the same time \
loses nothing.")]
    #[command(after_help = "\
Examples:
  lifeboat backups prune --repository s3://backups/prometheus --dry-run
  lifeboat backups prune --repository s3://backups/prometheus \\
      --keep-daily 14 --keep-weekly 8")]
    Prune(Box<PruneOptions>),
    /// Restore a backup into an empty folder
    #[command(long_about = "\
Restore a backup into an empty folder.

Every byte is compared with what was backed up while it is written. The folder appears complete or \
not at all; only a mount point, which cannot be renamed, gets its blocks one by one at the end. \
Start Prometheus with --storage.tsdb.path set to it.")]
    #[command(after_help = "\
Examples:
  lifeboat backups restore latest \\
      --repository s3://backups/prometheus --target /restored
  lifeboat backups restore --at 2026-11-01T00:00:00Z \\
      --repository s3://backups/prometheus --target /restored
  Only one week's samples:
    lifeboat backups restore latest \\
        --min-time 2026-10-01 --max-time 2026-10-08 \\
        --repository s3://backups/prometheus --target /restored")]
    Restore(Box<RestoreOptions>),
}

#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    #[command(flatten)]
    pub(crate) repository: RepositoryOptions,
}

#[derive(Debug, Args)]
pub(crate) struct ShowOptions {
    /// The backup: latest, or its id
    #[arg(value_name = "BACKUP", default_value = "latest", value_parser = values::selection)]
    pub(crate) backup: Selection,
    /// List every file with its object
    #[arg(long)]
    pub(crate) files: bool,
    #[command(flatten)]
    pub(crate) repository: RepositoryOptions,
}

#[derive(Debug, Args)]
pub(crate) struct PinOptions {
    /// The backup's id
    #[arg(value_name = "ID")]
    pub(crate) id: BackupId,
    /// Why it is kept
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    #[command(flatten)]
    pub(crate) repository: RepositoryOptions,
}

#[derive(Debug, Args)]
pub(crate) struct UnpinOptions {
    /// The backup's id
    #[arg(value_name = "ID")]
    pub(crate) id: BackupId,
    #[command(flatten)]
    pub(crate) repository: RepositoryOptions,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LevelOption {
    Quick,
    Checksums,
    Deep,
}

impl From<LevelOption> for Level {
    fn from(level: LevelOption) -> Self {
        match level {
            LevelOption::Quick => Self::Quick,
            LevelOption::Checksums => Self::Checksums,
            LevelOption::Deep => Self::Deep,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct VerifyOptions {
    /// The backup: latest, or its id; every backup if left out
    #[arg(value_name = "BACKUP", value_parser = values::selection)]
    pub(crate) backup: Option<Selection>,
    /// How deep to look
    #[arg(
        long,
        env = "LIFEBOAT_VERIFY_LEVEL",
        hide_env_values = true,
        value_name = "LEVEL",
        default_value = "quick"
    )]
    pub(crate) level: LevelOption,
    /// Read only this percentage of the blocks, others each time
    #[arg(long, env = "LIFEBOAT_VERIFY_SAMPLE", hide_env_values = true, value_name = "PERCENT", default_value = "100", value_parser = values::percent)]
    pub(crate) sample: f64,
    /// Do not keep the result in the repository
    #[arg(long)]
    pub(crate) no_record: bool,
    #[command(flatten)]
    pub(crate) repository: RepositoryOptions,
}

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct PruneOptions {
    /// Keep the newest N backups
    #[arg(
        long,
        env = "LIFEBOAT_KEEP_LAST",
        hide_env_values = true,
        value_name = "N",
        default_value_t = 0,
        help_heading = "Retention"
    )]
    pub(crate) keep_last: u32,
    /// Keep the newest backup of each of N hours
    #[arg(
        long,
        env = "LIFEBOAT_KEEP_HOURLY",
        hide_env_values = true,
        value_name = "N",
        default_value_t = 0,
        help_heading = "Retention"
    )]
    pub(crate) keep_hourly: u32,
    /// Keep the newest backup of each of N days
    #[arg(
        long,
        env = "RETENTION_DAILY",
        hide_env_values = true,
        value_name = "N",
        default_value_t = 30,
        help_heading = "Retention"
    )]
    pub(crate) keep_daily: u32,
    /// Keep the first backup of each of N weeks
    #[arg(
        long,
        env = "LIFEBOAT_KEEP_WEEKLY",
        hide_env_values = true,
        value_name = "N",
        default_value_t = 0,
        help_heading = "Retention"
    )]
    pub(crate) keep_weekly: u32,
    /// Keep the first backup of each of N months
    #[arg(
        long,
        env = "RETENTION_MONTHLY",
        hide_env_values = true,
        value_name = "N",
        default_value_t = 12,
        help_heading = "Retention"
    )]
    pub(crate) keep_monthly: u32,
    /// Keep the first backup of each of N years
    #[arg(
        long,
        env = "RETENTION_YEARLY",
        hide_env_values = true,
        value_name = "N",
        default_value_t = 3,
        help_heading = "Retention"
    )]
    pub(crate) keep_yearly: u32,
    /// Keep every backup made within this time before the newest one, such as 7d
    #[arg(long, env = "LIFEBOAT_KEEP_WITHIN", hide_env_values = true, value_name = "TIME", value_parser = values::duration, help_heading = "Retention")]
    pub(crate) keep_within: Option<SignedDuration>,
    /// The time zone in which days, weeks, months and years begin
    #[arg(
        long,
        env = "LIFEBOAT_TIME_ZONE",
        hide_env_values = true,
        value_name = "ZONE",
        default_value = "UTC",
        value_parser = values::time_zone,
        help_heading = "Retention"
    )]
    pub(crate) time_zone: TimeZone,
    /// How long to keep objects that no backup needs any more; longer than a backup may take
    #[arg(long, env = "LIFEBOAT_PRUNE_GRACE", hide_env_values = true, value_name = "TIME", default_value = "24h", value_parser = values::duration)]
    pub(crate) grace: SignedDuration,
    /// Print the plan, and remove nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) repository: RepositoryOptions,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ChecksumOption {
    /// Finds every accident, at no cost
    Crc64nvme,
    /// Withstands a malicious store as well
    Sha256,
}

impl From<ChecksumOption> for RestoreChecksum {
    fn from(checksum: ChecksumOption) -> Self {
        match checksum {
            ChecksumOption::Crc64nvme => Self::Crc64Nvme,
            ChecksumOption::Sha256 => Self::Sha256,
        }
    }
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").args(["backup", "at"]).required(true)))]
pub(crate) struct RestoreOptions {
    /// The backup: latest (the newest good one), or its id
    #[arg(value_name = "BACKUP", value_parser = values::selection)]
    pub(crate) backup: Option<Selection>,
    /// The newest good backup made by this time
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    pub(crate) at: Option<Timestamp>,
    /// The folder to make; it must be missing or empty
    #[arg(long, value_name = "DIR")]
    pub(crate) target: PathBuf,
    /// Only blocks with samples of this time or later
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    pub(crate) min_time: Option<Timestamp>,
    /// Only blocks with samples of this time or earlier
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    pub(crate) max_time: Option<Timestamp>,
    /// What to compare the bytes with
    #[arg(long, value_name = "CHECKSUM", default_value = "crc64nvme")]
    pub(crate) checksums: ChecksumOption,
    /// Say what would be restored, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) repository: RepositoryOptions,
}

//! Takes a backup: plan, read, check, send, confirm, and write `metadata.json` last.

mod buffers;
mod commit;
mod plan;
mod reader;
mod run;
mod source;
mod tapped_file;
mod upload;

pub use plan::{BackupPlan, PlannedBlock, PlannedFile};
pub use run::{BackupRun, Clock};
pub use source::{Source, SourceBlock, SourceFile};

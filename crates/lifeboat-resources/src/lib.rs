//! PrometheusBackup and BackupPolicy documents: strict reading with lines and hints, and a folder of them that is watched.

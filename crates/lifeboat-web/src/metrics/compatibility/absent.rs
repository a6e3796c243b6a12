//! Names that rules use and that Lifeboat can't make true, each with the reason and what to ask instead.

/// A metric that is not written.
pub(in super::super) struct Absent {
    /// Its name.
    pub(in super::super) name: &'static str,
    /// Why it is not there.
    pub(in super::super) reason: &'static str,
    /// What tells something of the kind.
    pub(in super::super) instead: &'static str,
}

pub(in super::super) const ABSENT: &[Absent] = &[
    Absent {
        name: "cnpg_objectstore_connection_status",
        reason: "Lifeboat sends the bucket no request, so it doesn't know whether it answers.",
        instead: "`cnpg_wal_archive_failed_total` and `lifeboat_check_status{check=\"archiving\"}`: WAL goes \
                  to the same bucket every few minutes.",
    },
    Absent {
        name: "cnpg_objectstore_free_bytes",
        reason: "Object stores don't tell how much is free.",
        instead: "the store's own metrics.",
    },
    Absent {
        name: "cnpg_objectstore_total_bytes",
        reason: "Object stores don't tell how much they hold at most.",
        instead: "the store's own metrics.",
    },
    Absent {
        name: "cnpg_backup_size_bytes",
        reason: "A Backup has no size; only a listing of the bucket would tell.",
        instead: "nothing yet.",
    },
    Absent {
        name: "cnpg_backup_bytes_transferred",
        reason: "Nobody counts what barman-cloud sends.",
        instead: "`cnpg_backup_duration_seconds` tells of slow backups.",
    },
    Absent {
        name: "cnpg_backup_original_size_bytes",
        reason: "It stands in the backup's own description in the bucket, if at all.",
        instead: "nothing yet.",
    },
    Absent {
        name: "cnpg_backup_compressed_size_bytes",
        reason: "Only a listing of the bucket would tell.",
        instead: "nothing yet.",
    },
    Absent {
        name: "up{job=\"cnpg-barman-plugin\"}",
        reason: "`up` is Prometheus's own: 0 or 1 for a target that it scrapes, and without such a job \
                 there is none.",
        instead: "`lifeboat_operator_available{kind=\"Operator\"} == 0`, which has the plugin's Deployment \
                  and the operator's.",
    },
];

//! What backups are called: the words and programs by which a `CronJob` looks like one.

/// Words of a name, an image or a script that tell of a backup.
const BACKUP_WORDS: [&str; 33] = [
    "autorestic",
    "backup",
    "backups",
    "backupper",
    "bkp",
    "borg",
    "borgbackup",
    "borgmatic",
    "databack",
    "dbbackup",
    "dump",
    "dumps",
    "duplicacy",
    "duplicati",
    "duplicity",
    "kopia",
    "mongodump",
    "mysqlbackup",
    "mysqldump",
    "offsite",
    "pgbackrest",
    "pgbackup",
    "pgdump",
    "rclone",
    "restic",
    "resticprofile",
    "rsnapshot",
    "snapshot",
    "snapshots",
    "tarsnap",
    "velero",
    "walg",
    "xtrabackup",
];

/// Words of a name that tell of something else done to backups, which makes none.
const OTHER_WORDS: [&str; 30] = [
    "alert",
    "alerts",
    "check",
    "checker",
    "clean",
    "cleaner",
    "cleanup",
    "compact",
    "delete",
    "drill",
    "expire",
    "exporter",
    "forget",
    "gc",
    "maint",
    "maintenance",
    "metrics",
    "monitor",
    "prune",
    "pruner",
    "purge",
    "reap",
    "reaper",
    "report",
    "restore",
    "retention",
    "rotate",
    "validate",
    "verification",
    "verify",
];

/// Words of a name that tell of a restore that is tried out, beside `restore` itself.
const REHEARSAL_WORDS: [&str; 13] = [
    "check",
    "drill",
    "drills",
    "exercise",
    "proof",
    "rehearsal",
    "test",
    "tests",
    "validate",
    "validation",
    "validator",
    "verification",
    "verify",
];

/// Words of a name that tell of something done around rehearsals, which makes none.
const AROUND_REHEARSALS: [&str; 13] = [
    "alert", "alerts", "clean", "cleaner", "cleanup", "delete", "exporter", "metrics", "monitor",
    "prune", "purge", "reaper", "report",
];

/// Programs that make backups, each with the words of which one has to follow; none: any use of it.
const PROGRAMS: [(&str, &[&str]); 35] = [
    ("autorestic", &["backup"]),
    ("aws", &["sync", "cp", "mv"]),
    ("azcopy", &["copy", "cp", "sync"]),
    ("barman-cloud-backup", &[]),
    ("borg", &["create"]),
    ("borgmatic", &[]),
    ("consul", &["snapshot"]),
    ("duplicacy", &["backup"]),
    ("duplicity", &[]),
    ("etcdctl", &["snapshot"]),
    ("gsutil", &["cp", "rsync", "mv"]),
    ("influx", &["backup"]),
    ("influxd", &["backup"]),
    ("kopia", &["snapshot"]),
    ("mariabackup", &[]),
    ("mariadb-backup", &[]),
    ("mariadb-dump", &[]),
    ("mc", &["mirror"]),
    ("mongodump", &[]),
    ("mydumper", &[]),
    ("mysqldump", &[]),
    ("mysqlpump", &[]),
    ("pg_basebackup", &[]),
    ("pg_dump", &[]),
    ("pg_dumpall", &[]),
    ("pgbackrest", &["backup"]),
    (
        "rclone",
        &["copy", "copyto", "sync", "move", "moveto", "bisync", "rcat"],
    ),
    ("restic", &["backup"]),
    ("rsnapshot", &[]),
    ("s3cmd", &["put", "sync"]),
    ("s5cmd", &["cp", "sync"]),
    ("tarsnap", &[]),
    ("velero", &["backup"]),
    ("wal-g", &["backup-push"]),
    ("xtrabackup", &[]),
];

/// What ends the name of a script.
const SCRIPT_ENDINGS: [&str; 5] = [".sh", ".bash", ".py", ".pl", ".rb"];

/// Whether a name tells of something done to backups that makes none, such as `backup-cleanup`.
pub(super) fn tells_of_something_else(name: &str) -> bool {
    parts(name).any(|part| OTHER_WORDS.contains(&part.as_str()))
}

/// Whether a name tells of a restore that is tried out, such as `cnpg-restore-test`.
pub(super) fn tells_of_a_rehearsal(name: &str) -> bool {
    let parts: Vec<String> = parts(name).collect();
    let has = |words: &[&str]| parts.iter().any(|part| words.contains(&part.as_str()));
    has(&["restore", "restores"]) && has(&REHEARSAL_WORDS) && !has(&AROUND_REHEARSALS)
}

/// The word by which a name tells of a backup.
pub(super) fn in_name(name: &str) -> Option<&'static str> {
    if tells_of_something_else(name) {
        return None;
    }
    parts(name).find_map(|part| word(&part))
}

/// The word by which an image tells of a backup: its own name counts, not its registry or owner.
pub(super) fn in_image(image: &str) -> Option<&'static str> {
    in_name(image_name(image))
}

/// The last part of an image's repository, without tag and digest.
pub(super) fn image_name(image: &str) -> &str {
    let without_digest = image.split_once('@').map_or(image, |(image, _)| image);
    let last = without_digest
        .rsplit_once('/')
        .map_or(without_digest, |(_, last)| last);
    last.split_once(':').map_or(last, |(name, _)| name)
}

/// The program or the word by which a command tells of a backup.
pub(super) fn in_command(command: &[String]) -> Option<&'static str> {
    let words = command.iter().enumerate();
    words
        .filter(|(_, word)| !word.contains(char::is_whitespace))
        .find_map(|(place, word)| {
            let name = file_name(word);
            program(name, &command[place + 1..]).or_else(|| in_script_name(name))
        })
}

fn program(name: &str, rest: &[String]) -> Option<&'static str> {
    let (program, actions) = PROGRAMS.iter().find(|(program, _)| *program == name)?;
    let acts = actions.is_empty() || rest.iter().any(|word| actions.contains(&word.as_str()));
    // These copy in either direction: out of the cluster only if the last place is elsewhere.
    let copies = ["aws", "azcopy", "gsutil", "s3cmd", "s5cmd"].contains(program);
    let away = || last_place(rest).is_some_and(|place| place.contains("://"));
    (acts && (!copies || away())).then_some(*program)
}

/// The last path or address among a program's arguments; values of options are neither.
fn last_place(arguments: &[String]) -> Option<&str> {
    let mut last = None;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word.starts_with("--") && !word.contains('=') {
            words.next();
        } else if word.contains("://") || word.starts_with(['/', '.']) {
            last = Some(word.as_str());
        }
    }
    last
}

fn in_script_name(name: &str) -> Option<&'static str> {
    let ending = SCRIPT_ENDINGS
        .iter()
        .find(|ending| name.ends_with(**ending))?;
    in_name(name.strip_suffix(ending)?)
}

fn file_name(word: &str) -> &str {
    word.rsplit_once('/').map_or(word, |(_, name)| name)
}

fn word(part: &str) -> Option<&'static str> {
    BACKUP_WORDS.into_iter().find(|word| *word == part)
}

fn parts(name: &str) -> impl Iterator<Item = String> {
    name.split(|letter: char| !letter.is_alphanumeric())
        .map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("prometheus-backup", Some("backup"))]
    #[case("immich-media-offsite-sync", Some("offsite"))]
    #[case("pg-dump", Some("dump"))]
    #[case("nightly.mysqldump", Some("mysqldump"))]
    #[case("etcd-snapshot", Some("snapshot"))]
    #[case("vaultwarden-restic", Some("restic"))]
    #[case("Backup_DB", Some("backup"))]
    #[case("dumpling-api", None)]
    #[case("backupless", None)]
    #[case("cyborg-sync", None)]
    #[case("backup-cleanup", None)]
    #[case("prune-old-snapshots", None)]
    #[case("verify-backup", None)]
    #[case("cnpg-restore-test", None)]
    #[case("restic-check", None)]
    #[case("kopia-maint-daily-0123456789abcdef", None)]
    #[case("nextcloud-cron", None)]
    #[case("renovate", None)]
    #[case("cert-rotate", None)]
    #[case("sync-users", None)]
    #[case("", None)]
    fn a_name_tells_by_whole_words(#[case] name: &str, #[case] expected: Option<&str>) {
        assert_eq!(in_name(name), expected);
    }

    #[rstest]
    #[case("cnpg-restore-test", true)]
    #[case("backstage-db-restore-drill", true)]
    #[case("verify.restore", true)]
    #[case("restore", false)]
    #[case("restore-from-backup", false)]
    #[case("restore-test-cleanup", false)]
    #[case("fire-drill", false)]
    #[case("verify-backup", false)]
    #[case("restored-tests", false)]
    #[case("restoretest", false)]
    fn a_rehearsal_is_known_by_two_whole_words(#[case] name: &str, #[case] expected: bool) {
        assert_eq!(tells_of_a_rehearsal(name), expected);
    }

    #[rstest]
    #[case("restic/restic:0.17.3", Some("restic"))]
    #[case("ghcr.io/kopia/kopia@sha256:0123", Some("kopia"))]
    #[case("prodrigestivill/postgres-backup-local:16", Some("backup"))]
    #[case("registry.local:5000/ops/rclone", Some("rclone"))]
    #[case("databack/mysql-backup:1.0@sha256:0123", Some("backup"))]
    #[case("backup.example.com/ops/web:backup", None)]
    #[case("ghcr.io/backup/web", None)]
    #[case("postgres:16", None)]
    #[case("bitnami/kubectl:latest", None)]
    #[case("", None)]
    fn an_image_tells_by_its_own_name(#[case] image: &str, #[case] expected: Option<&str>) {
        assert_eq!(in_image(image), expected);
    }

    #[rstest]
    #[case("pg_dump -h db app", Some("pg_dump"))]
    #[case("/usr/bin/mongodump --archive", Some("mongodump"))]
    #[case("exec /scripts/backup.sh", Some("backup"))]
    #[case("python /app/dump_users.py", Some("dump"))]
    #[case("rclone --config /etc/r.conf sync /data b2:media", Some("rclone"))]
    #[case("restic -r s3:https://s3.example/b backup /data", Some("restic"))]
    #[case("kopia snapshot create /data", Some("kopia"))]
    #[case("aws s3 sync /data s3://media/immich", Some("aws"))]
    #[case("aws s3 cp /tmp/a.gz s3://b/a.gz --storage-class GLACIER", Some("aws"))]
    #[case("aws s3 cp - s3://b/a.gz", Some("aws"))]
    #[case("etcdctl snapshot save /backup/x.db", Some("etcdctl"))]
    #[case("aws s3 cp s3://models/latest /models", None)]
    #[case("aws sts get-caller-identity", None)]
    #[case("rclone lsd b2:", None)]
    #[case("rclone --version", None)]
    #[case("restic forget --keep-daily 7 --prune", None)]
    #[case("kopia maintenance run --full", None)]
    #[case("/scripts/cleanup-backups.sh", None)]
    #[case("psql -c 'select pg_dump'", None)]
    #[case("curl http://backup.example.com", None)]
    #[case("cat /backup/README", None)]
    fn a_command_tells_by_its_program(#[case] command: &str, #[case] expected: Option<&str>) {
        let commands = super::super::shell::split(command);
        assert_eq!(in_command(&commands[0]), expected);
    }
}
